//! Keeps pods to the nodes that their `nodeSelector` and required node affinity name, and prefers those that their preferred one names.

use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection, default_normalize_scores};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::selector::{matches_required_affinity, matches_term};
use crate::store::Store;
use crate::value::{SmolStr, SortedSet, Value};
use std::sync::Arc;

/// What it keeps during a cycle: the preferred terms with their weights.
#[derive(Clone, Default)]
pub struct State {
    preferred: Vec<Value>,
}

/// The plugin.
pub struct NodeAffinity;

impl Plugin for NodeAffinity {
    fn name(&self) -> &'static str {
        "NodeAffinity"
    }

    fn weight(&self) -> i64 {
        2
    }

    fn pre_filter(&self, cycle: &Cycle, _state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let spec = cycle.pod.pod.get("spec");
        let required = spec.path("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
        if required.is_null() && spec.get("nodeSelector").is_empty() {
            return Ok(PreFilter::Skip);
        }
        match named_nodes(required) {
            None => Ok(PreFilter::Filter),
            Some(nodes) if nodes.is_empty() => Err(Rejection::unresolvable("pod affinity terms conflict")),
            Some(nodes) => Ok(PreFilter::Nodes(nodes)),
        }
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if matches_required_affinity(cycle.pod, &node.node) {
            return Ok(());
        }
        Err(Rejection::unresolvable("node(s) didn't match Pod's node affinity/selector"))
    }

    fn pre_score(&self, cycle: &Cycle, state: &mut CycleState, _nodes: &[Arc<NodeInfo>]) -> bool {
        let preferred = cycle.pod.pod.path("spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution").items();
        state.node_affinity.preferred = preferred.to_vec();
        !preferred.is_empty()
    }

    fn score(&self, _cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> i64 {
        let terms = state.node_affinity.preferred.iter();
        terms.filter(|term| matches_term(term.get("preference"), &node.node)).filter_map(|term| term.get("weight").as_i64()).sum()
    }

    fn normalize_scores(&self, _state: &CycleState, _nodes: &[Arc<NodeInfo>], scores: &mut [i64]) {
        default_normalize_scores(false, scores);
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::Node => !event.is_delete() && matches_required_affinity(pod, event.new) && (event.is_add() || !matches_required_affinity(pod, event.old)),
            _ => false,
        }
    }
}

/// The nodes that every term names by `metadata.name`, as DaemonSets' pods have it; `None` where a term doesn't.
fn named_nodes(required: &Value) -> Option<SortedSet<SmolStr>> {
    let terms = required.get("nodeSelectorTerms").items();
    let mut all = SortedSet::new();
    if terms.is_empty() {
        return None;
    }
    for term in terms {
        let mut named: Option<SortedSet<SmolStr>> = None;
        for field in term.get("matchFields").items() {
            if field.get("key").str() == "metadata.name" && field.get("operator").str() == "In" {
                let values: SortedSet<SmolStr> = field.get("values").items().iter().map(|name| SmolStr::new(name.str())).collect();
                named = Some(match named {
                    Some(known) => known.intersection(&values).cloned().collect(),
                    None => values,
                });
            }
        }
        all.extend(named?);
    }
    Some(all)
}
