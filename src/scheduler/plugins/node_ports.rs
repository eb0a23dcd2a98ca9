//! Keeps pods off nodes where a host port that they want is taken.

use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::store::Store;

/// The plugin.
pub struct NodePorts;

impl Plugin for NodePorts {
    fn name(&self) -> &'static str {
        "NodePorts"
    }

    fn pre_filter(&self, cycle: &Cycle, _state: &mut CycleState) -> Result<PreFilter, Rejection> {
        Ok(if cycle.pod.host_ports.is_empty() { PreFilter::Skip } else { PreFilter::Filter })
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        let taken = cycle.pod.host_ports.iter().any(|wanted| node.used_ports.iter().any(|used| used.conflicts(wanted)));
        if taken { Err(Rejection::unschedulable("node(s) didn't have free ports for the requested pod ports")) } else { Ok(()) }
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::AssignedPod if event.is_delete() => {
                let gone = PodInfo::of(event.old);
                pod.host_ports.iter().any(|wanted| gone.host_ports.iter().any(|used| used.conflicts(wanted)))
            }
            Subject::Node => event.is_add(),
            _ => false,
        }
    }
}
