//! Keeps pods off nodes that haven't enough left of what they request, and prefers those with most left (or as it is configured).

use crate::scheduler::config::ScoringStrategy;
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Code, Cycle, CycleState, MAX_NODE_SCORE, Plugin, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::resources::Resources;
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// The plugin.
pub struct NodeResourcesFit;

impl Plugin for NodeResourcesFit {
    fn name(&self) -> &'static str {
        "NodeResourcesFit"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        fits(&cycle.pod.requests, node)
    }

    /// With the default resources: CPU and memory weigh the same.
    fn score(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> i64 {
        let mut scores = Vec::with_capacity(2);
        for (requested, wanted, capacity) in [
            (node.non_zero_requested.milli_cpu, cycle.pod.non_zero_requests.milli_cpu, node.allocatable.milli_cpu),
            (node.non_zero_requested.memory, cycle.pod.non_zero_requests.memory, node.allocatable.memory),
        ] {
            if capacity > 0 {
                scores.push(resource_score(&cycle.config.scoring_strategy, requested.saturating_add(wanted), capacity));
            }
        }
        if let ScoringStrategy::RequestedToCapacityRatio(_) = cycle.config.scoring_strategy {
            scores.retain(|score| *score > 0);
            let count = scores.len().max(1) as f64;
            return (scores.iter().sum::<i64>() as f64 / count).round() as i64;
        }
        if scores.is_empty() { 0 } else { scores.iter().sum::<i64>() / scores.len() as i64 }
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::AssignedPod if event.is_delete() => true,
            Subject::AssignedPod if !event.is_add() => frees_what_is_wanted(pod, &PodInfo::of(event.old).requests, &PodInfo::of(event.new).requests),
            Subject::UnscheduledPod => !event.old.path("status.nominatedNodeName").is_empty(),
            Subject::TargetPod => PodInfo::of(event.old).requests != pod.requests,
            Subject::Node if !event.is_delete() => node_may_help(pod, event.old, event.new),
            _ => false,
        }
    }
}

/// How good it is when this much of a resource is used, from 0 to [`MAX_NODE_SCORE`].
fn resource_score(strategy: &ScoringStrategy, requested: i64, capacity: i64) -> i64 {
    let share = |part: i64| (i128::from(part) * i128::from(MAX_NODE_SCORE) / i128::from(capacity)) as i64;
    match strategy {
        ScoringStrategy::LeastAllocated => share(capacity - requested.min(capacity)),
        ScoringStrategy::MostAllocated => share(requested.min(capacity)),
        ScoringStrategy::RequestedToCapacityRatio(shape) => on_shape(shape, if requested > capacity { 100 } else { share(requested) }),
    }
}

/// The score at a utilization, on straight lines between points (upstream: `BuildBrokenLinearFunction`). Points count scores up to 10.
fn on_shape(shape: &[(i64, i64)], utilization: i64) -> i64 {
    let scaled = |score: i64| score * (MAX_NODE_SCORE / 10);
    let mut previous: Option<(i64, i64)> = None;
    for &(at, score) in shape {
        if utilization <= at {
            return match previous {
                Some((before, score_before)) if at > before => {
                    scaled(score_before) + (scaled(score) - scaled(score_before)) * (utilization - before) / (at - before)
                }
                _ => scaled(score),
            };
        }
        previous = Some((at, score));
    }
    previous.map_or(0, |(_, score)| scaled(score))
}

fn node_may_help(pod: &PodInfo, old: &Value, new: &Value) -> bool {
    if fits(&pod.requests, &NodeInfo::of(new)).is_err() {
        return false;
    }
    if old.is_null() {
        return true;
    }
    let (before, after) = (Resources::of(old.path("status.allocatable")), Resources::of(new.path("status.allocatable")));
    after.pods > before.pods || frees_what_is_wanted(pod, &after, &before)
}

/// Whether `more` exceeds `less` in anything that the pod requests.
fn frees_what_is_wanted(pod: &PodInfo, more: &Resources, less: &Resources) -> bool {
    let names = ["cpu", "memory", "ephemeral-storage"].into_iter().chain(pod.requests.scalars.iter().map(|(name, _)| name.as_str()));
    names.into_iter().any(|name| pod.requests.amount(name) > 0 && more.amount(name) > less.amount(name))
}

/// Whether a node has what is requested left (upstream: `fitsRequest`).
fn fits(requests: &Resources, node: &NodeInfo) -> Result<(), Rejection> {
    let (allocatable, requested) = (&node.allocatable, &node.requested);
    let mut refusal = Rejection { code: Code::Unschedulable, reasons: Vec::new() };
    if node.pods.len() as i64 + 1 > allocatable.pods {
        refusal.reasons.push(SmolStr::new_static("Too many pods"));
    }
    let mut check = |name: &str, wanted: i64, capacity: i64, used: i64| {
        if wanted > 0 && wanted > capacity - used {
            refusal.reasons.push(SmolStr::from(format!("Insufficient {name}")));
            if wanted > capacity {
                refusal.code = Code::UnschedulableAndUnresolvable;
            }
        }
    };
    check("cpu", requests.milli_cpu, allocatable.milli_cpu, requested.milli_cpu);
    check("memory", requests.memory, allocatable.memory, requested.memory);
    check("ephemeral-storage", requests.ephemeral_storage, allocatable.ephemeral_storage, requested.ephemeral_storage);
    for (name, wanted) in &requests.scalars {
        check(name, *wanted, allocatable.amount(name), requested.amount(name));
    }
    if refusal.reasons.is_empty() { Ok(()) } else { Err(refusal) }
}
