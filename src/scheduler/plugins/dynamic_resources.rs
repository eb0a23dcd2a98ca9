//! Pods that claim devices (`spec.resourceClaims`).

use crate::api::meta;
use crate::api::resource::{GroupResource, RESOURCE_CLAIMS};
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::selector::matches_node_selector;
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// The plugin's name.
pub const NAME: &str = "DynamicResources";
/// Classes of devices.
pub const DEVICE_CLASSES: GroupResource = GroupResource::new("resource.k8s.io", "deviceclasses");
/// The devices that a node or the network offers.
pub const RESOURCE_SLICES: GroupResource = GroupResource::new("resource.k8s.io", "resourceslices");

/// What it keeps during a cycle: the pod's claims.
#[derive(Clone, Default)]
pub struct State {
    claims: Vec<Value>,
}

/// The plugin.
pub struct DynamicResources;

impl Plugin for DynamicResources {
    fn name(&self) -> &'static str {
        NAME
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let wanted = cycle.pod.pod.path("spec.resourceClaims").items();
        if wanted.is_empty() {
            return Ok(PreFilter::Skip);
        }
        let mut claims = Vec::new();
        for reference in wanted {
            let claim = claim_of(cycle.store, &cycle.pod.pod, reference)?;
            check_classes(cycle.store, claim)?;
            claims.push(claim.clone());
        }
        state.dynamic_resources.claims = claims;
        Ok(PreFilter::Filter)
    }

    fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        for claim in &state.dynamic_resources.claims {
            let allocation = claim.path("status.allocation");
            let selector = allocation.get("nodeSelector");
            if !allocation.is_null() && !selector.is_null() && !matches_node_selector(selector, &node.node) {
                return Err(Rejection::unresolvable("resourceclaim not available on the node"));
            }
            if allocation.is_null() {
                // No driver allocates devices in this cluster; whoever writes ResourceSlices by hand is told so.
                let why = if has_devices(cycle.store, node) { "allocating devices is not simulated" } else { "cannot allocate all claims" };
                return Err(Rejection::unresolvable(why));
            }
        }
        Ok(())
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::ResourceClaim => event.is_in_namespace_of(pod),
            Subject::DeviceClass | Subject::ResourceSlice => !event.is_delete(),
            Subject::TargetPod => event.changes("status.resourceClaimStatuses"),
            Subject::Node => event.is_add() || (!event.is_delete() && (event.changes("metadata.labels") || event.changes("status.allocatable"))),
            _ => false,
        }
    }
}

/// PreEnqueue: a pod isn't tried before all of its claims have been made; nothing is said about it until then.
pub fn is_gated(pod: &Value, store: &Store) -> bool {
    pod.path("spec.resourceClaims").items().iter().any(|reference| claim_of(store, pod, reference).is_err())
}

fn claim_of<'a>(store: &'a Store, pod: &Value, reference: &Value) -> Result<&'a Value, Rejection> {
    let mut name = SmolStr::new(reference.get("resourceClaimName").str());
    if name.is_empty() {
        let statuses = pod.path("status.resourceClaimStatuses").items();
        let made = statuses.iter().find(|status| status.get("name") == reference.get("name"));
        name = SmolStr::new(made.map_or("", |status| status.get("resourceClaimName").str()));
    }
    if name.is_empty() {
        return Err(Rejection::unresolvable(&format!("pod \"{}\": ResourceClaim not created yet", meta::key(pod))));
    }
    let Some(claim) = store.get(&RESOURCE_CLAIMS, meta::namespace(pod), &name) else {
        return Err(Rejection::unresolvable(&format!("resourceclaim \"{name}\" not found")));
    };
    if meta::is_being_deleted(claim) {
        return Err(Rejection::unresolvable(&format!("resourceclaim \"{name}\" is being deleted")));
    }
    Ok(claim)
}

fn check_classes(store: &Store, claim: &Value) -> Result<(), Rejection> {
    if !claim.path("status.allocation").is_null() {
        return Ok(());
    }
    for request in claim.path("spec.devices.requests").items() {
        let name = request.get("name").str();
        let exact = std::iter::once((name.to_string(), request.get("exactly")));
        let first = request.get("firstAvailable").items().iter().map(|choice| (format!("{name}/{}", choice.get("name").str()), choice));
        for (name, choice) in exact.chain(first).filter(|(_, choice)| !choice.is_null()) {
            let class = choice.get("deviceClassName").str();
            if store.get(&DEVICE_CLASSES, "", class).is_none() {
                return Err(Rejection::unresolvable(&format!("request {name}: device class {class} does not exist")));
            }
        }
    }
    Ok(())
}

fn has_devices(store: &Store, node: &NodeInfo) -> bool {
    store.list(&RESOURCE_SLICES, None).any(|slice| {
        let spec = slice.get("spec");
        let selector = spec.get("nodeSelector");
        let reachable = spec.get("nodeName").str() == node.name
            || spec.get("allNodes").as_bool() == Some(true)
            || (!selector.is_null() && matches_node_selector(selector, &node.node));
        reachable && !spec.get("devices").is_empty()
    })
}

/// What is said where no node will do: whether taking back devices from other claims might help. Nothing is taken back here.
pub fn post_filter_message(state: &CycleState) -> &'static str {
    if state.dynamic_resources.claims.is_empty() { "no new claims to deallocate" } else { "still not schedulable" }
}
