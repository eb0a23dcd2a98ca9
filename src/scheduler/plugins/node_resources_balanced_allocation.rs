//! Prefers nodes whose CPU and memory would be used evenly.

use crate::scheduler::framework::{Cycle, CycleState, MAX_NODE_SCORE, Plugin};
use crate::scheduler::node_info::NodeInfo;
use std::sync::Arc;

/// The plugin.
pub struct NodeResourcesBalancedAllocation;

impl Plugin for NodeResourcesBalancedAllocation {
    fn name(&self) -> &'static str {
        "NodeResourcesBalancedAllocation"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn filters(&self) -> bool {
        false
    }

    fn pre_score(&self, cycle: &Cycle, _state: &mut CycleState, _nodes: &[Arc<NodeInfo>]) -> bool {
        cycle.pod.requests.milli_cpu != 0 || cycle.pod.requests.memory != 0
    }

    fn score(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> i64 {
        let (requests, requested, allocatable) = (&cycle.pod.requests, &node.requested, &node.allocatable);
        let with_pod = balance(
            [requested.milli_cpu.saturating_add(requests.milli_cpu), requested.memory.saturating_add(requests.memory)],
            [allocatable.milli_cpu, allocatable.memory],
        );
        let without_pod = balance([requested.milli_cpu, requested.memory], [allocatable.milli_cpu, allocatable.memory]);
        MAX_NODE_SCORE / 2 + (MAX_NODE_SCORE / 2 + with_pod - without_pod) / 2
    }
}

/// 100 where the resources are used to the same share; less, the more the shares differ.
fn balance(requested: [i64; 2], allocatable: [i64; 2]) -> i64 {
    let share = |index: usize| (requested[index] as f64 / allocatable[index] as f64).min(1.0);
    let deviation = if allocatable.contains(&0) { 0.0 } else { ((share(0) - share(1)) / 2.0).abs() };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}
