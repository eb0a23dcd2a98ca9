//! Keeps a pod to the node that its `spec.nodeName` names.

use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::store::Store;

/// The plugin.
pub struct NodeName;

impl Plugin for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }

    fn pre_filter(&self, cycle: &Cycle, _state: &mut CycleState) -> Result<PreFilter, Rejection> {
        Ok(if wanted(cycle.pod).is_empty() { PreFilter::Skip } else { PreFilter::Filter })
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if wanted(cycle.pod) == node.name { Ok(()) } else { Err(Rejection::unresolvable("node(s) didn't match the requested node name")) }
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        event.subject == Subject::Node && event.is_add() && crate::api::meta::name(event.new) == wanted(pod)
    }
}

fn wanted(pod: &PodInfo) -> &str {
    pod.pod.path("spec.nodeName").str()
}
