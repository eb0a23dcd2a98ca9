//! A Pod isn't given more than its node has at all (`plugin/pkg/admission/podresize`).

use super::Attributes;
use crate::api::quantity::Quantity;
use crate::api::resource::{NODES, PODS};
use crate::api::status::Status;
use crate::server::quota::pods::pod_requests;

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    let (new, old) = (&attributes.object, &attributes.old);
    let is_resize = attributes.request.resource == PODS && attributes.request.subresource == "resize";
    if !is_resize || new.path("metadata.generation") == old.path("metadata.generation") {
        return Ok(());
    }
    let name = new.path("spec.nodeName").str();
    let Some(node) = attributes.server.store.get(&NODES, "", name) else {
        return Err(attributes.forbidden(&format!("node \"{name}\" not found")));
    };
    let requests = pod_requests(new);
    let mut lacking = Vec::new();
    for (resource, number) in [("cpu", Quantity::milli_value as fn(&Quantity) -> i64), ("memory", Quantity::value)] {
        let (wanted, there) = (Quantity::of(requests.get(resource)), Quantity::of(node.path("status.allocatable").get(resource)));
        if wanted > there {
            lacking.push(format!("{resource}, requested: {}, allocatable: {}", number(&wanted), number(&there)));
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    Err(attributes.forbidden(&format!("node didn't have enough allocatable resources: {}", lacking.join("; "))))
}
