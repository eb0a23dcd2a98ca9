//! A range of addresses for the pods of each node: `spec.podCIDR`, out of 10.244.0.0/16 (`pkg/controller/nodeipam`).

use super::controller::{Context, Controller, Queue};
use crate::api::resource::{NODES, ObjectKey};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::{SortedSet, Value};

/// `--cluster-cidr=10.244.0.0/16`; larger clusters go on with 10.245.0.0 and so on.
const FIRST_SECOND_OCTET: usize = 244;

/// The allocator of the nodes' ranges.
pub(super) struct NodeIpam;

impl Controller for NodeIpam {
    fn name(&self) -> &'static str {
        "node-ipam-controller"
    }

    fn component(&self) -> &'static str {
        "cidrAllocator"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NODES && change.type_ != ChangeType::Deleted && change.object.path("spec.podCIDR").is_empty() {
            queue.add(change.key());
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut node) = context.get(&NODES, key).filter(|node| node.path("spec.podCIDR").is_empty()) else { return Ok(()) };
        let taken: SortedSet<String> = context.store().list(&NODES, None).map(|node| node.path("spec.podCIDR").str().to_string()).collect();
        let range = |number: usize| format!("10.{}.{}.0/24", FIRST_SECOND_OCTET + number / 256, number % 256);
        let Some(free) = (0..(256 - FIRST_SECOND_OCTET) * 256).map(range).find(|range| !taken.contains(range)) else {
            context.event(&node, "Normal", "CIDRNotAvailable", &format!("Node {} status is now: CIDRNotAvailable", key.name));
            return Err(super::controller::retry("no address range is free"));
        };
        node.set("spec.podCIDR", free.as_str());
        node.set("spec.podCIDRs", Value::array(vec![free.into()]));
        context.client.update(&NODES, node).map(|_| ())
    }
}
