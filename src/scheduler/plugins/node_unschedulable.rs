//! Keeps pods off cordoned nodes, unless they tolerate that.

use super::taint_toleration::tolerates;
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::store::Store;
use crate::value::json;

/// The plugin.
pub struct NodeUnschedulable;

impl Plugin for NodeUnschedulable {
    fn name(&self) -> &'static str {
        "NodeUnschedulable"
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if !node.is_unschedulable || tolerates_cordon(cycle.pod) {
            return Ok(());
        }
        Err(Rejection::unresolvable("node(s) were unschedulable"))
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::Node => event.changes("spec.unschedulable") && event.new.path("spec.unschedulable").as_bool() != Some(true),
            Subject::TargetPod => event.changes("spec.tolerations") && tolerates_cordon(pod),
            _ => false,
        }
    }
}

fn tolerates_cordon(pod: &PodInfo) -> bool {
    let taint = json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    tolerates(pod, &taint)
}
