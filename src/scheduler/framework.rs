//! What plugins are, what they are told and what they answer (upstream: `k8s.io/kube-scheduler/framework`).

use super::cache::Cache;
use super::config::SchedulerConfig;
use super::events::ClusterEvent;
use super::node_info::NodeInfo;
use super::plugins::{
    dynamic_resources, image_locality, inter_pod_affinity, node_affinity, pod_topology_spread, volume_binding, volume_restrictions, volume_zone,
};
use super::pod_info::PodInfo;
use crate::store::Store;
use crate::value::{SmolStr, SortedSet};
use std::sync::Arc;

/// The highest score a plugin gives.
pub const MAX_NODE_SCORE: i64 = 100;

/// How final a refusal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// Removing other pods might help.
    Unschedulable,
    /// Removing other pods would not help.
    UnschedulableAndUnresolvable,
    /// Something went wrong; the pod is tried again.
    Error,
}

/// A plugin's "no", with its reasons in upstream's words.
#[derive(Clone, PartialEq, Debug)]
pub struct Rejection {
    /// How final it is.
    pub code: Code,
    /// Why.
    pub reasons: Vec<SmolStr>,
}

impl Rejection {
    /// Removing other pods might help.
    pub fn unschedulable(reason: &str) -> Rejection {
        Rejection { code: Code::Unschedulable, reasons: vec![SmolStr::new(reason)] }
    }

    /// Removing other pods would not help.
    pub fn unresolvable(reason: &str) -> Rejection {
        Rejection { code: Code::UnschedulableAndUnresolvable, reasons: vec![SmolStr::new(reason)] }
    }

    /// Something went wrong.
    pub fn error(reason: &str) -> Rejection {
        Rejection { code: Code::Error, reasons: vec![SmolStr::new(reason)] }
    }

    /// The reasons in one line.
    pub fn message(&self) -> String {
        self.reasons.join(", ")
    }
}

/// What a plugin's PreFilter finds.
pub enum PreFilter {
    /// Its Filter has to be asked for each node.
    Filter,
    /// Its Filter has nothing to say about this pod.
    Skip,
    /// Only these nodes come into question.
    Nodes(SortedSet<SmolStr>),
}

/// What one scheduling cycle is about.
#[derive(Clone, Copy)]
pub struct Cycle<'a> {
    /// The pod to be placed.
    pub pod: &'a PodInfo,
    /// How the scheduler is configured.
    pub config: &'a SchedulerConfig,
    /// The nodes with their pods.
    pub cache: &'a Cache,
    /// All objects.
    pub store: &'a Store,
}

/// What plugins keep from one step of a cycle to the next; each has its own place.
#[derive(Clone, Default)]
pub struct CycleState {
    /// NodeAffinity's.
    pub node_affinity: node_affinity::State,
    /// ImageLocality's.
    pub image_locality: image_locality::State,
    /// VolumeRestrictions'.
    pub volume_restrictions: volume_restrictions::State,
    /// VolumeZone's.
    pub volume_zone: volume_zone::State,
    /// VolumeBinding's.
    pub volume_binding: volume_binding::State,
    /// PodTopologySpread's.
    pub pod_topology_spread: pod_topology_spread::State,
    /// InterPodAffinity's.
    pub inter_pod_affinity: inter_pod_affinity::State,
    /// DynamicResources'.
    pub dynamic_resources: dynamic_resources::State,
}

/// A plugin. It is asked at the extension points it has something to say at; the answers of the others are here.
pub trait Plugin {
    /// Upstream's name.
    fn name(&self) -> &'static str;

    /// How much its score counts; 0 for plugins that give none.
    fn weight(&self) -> i64 {
        0
    }

    /// Whether it filters nodes.
    fn filters(&self) -> bool {
        true
    }

    /// Looks at the pod before nodes are tried.
    ///
    /// # Errors
    /// Why no node will do.
    fn pre_filter(&self, _cycle: &Cycle, _state: &mut CycleState) -> Result<PreFilter, Rejection> {
        Ok(PreFilter::Filter)
    }

    /// Whether the node will do.
    ///
    /// # Errors
    /// Why it won't.
    fn filter(&self, _cycle: &Cycle, _state: &CycleState, _node: &NodeInfo) -> Result<(), Rejection> {
        Ok(())
    }

    /// Adjusts what PreFilter found to a pod that is thought onto (`by` 1) or away from (-1) a node, as preemption tries things out.
    fn assume(&self, _cycle: &Cycle, _state: &mut CycleState, _other: &PodInfo, _node: &NodeInfo, _by: i64) {}

    /// Looks at the nodes that will do before they are compared; `false` where it has no preference among them.
    fn pre_score(&self, _cycle: &Cycle, _state: &mut CycleState, _nodes: &[Arc<NodeInfo>]) -> bool {
        true
    }

    /// How good a node is.
    fn score(&self, _cycle: &Cycle, _state: &CycleState, _node: &NodeInfo) -> i64 {
        0
    }

    /// Brings the scores of all nodes to 0 … [`MAX_NODE_SCORE`]. `scores` are in the order of `nodes`.
    fn normalize_scores(&self, _state: &CycleState, _nodes: &[Arc<NodeInfo>], _scores: &mut [i64]) {}

    /// Whether what happened may let a pod through that this plugin has refused (upstream: QueueingHint).
    fn may_help(&self, _pod: &PodInfo, _event: &ClusterEvent, _store: &Store) -> bool {
        false
    }
}

/// Scales scores so that the highest is [`MAX_NODE_SCORE`]; reversed, that it is 0 (upstream: `DefaultNormalizeScore`).
pub fn default_normalize_scores(reverse: bool, scores: &mut [i64]) {
    let highest = scores.iter().copied().max().unwrap_or(0).max(0);
    for score in scores {
        let scaled = if highest == 0 { 0 } else { MAX_NODE_SCORE * *score / highest };
        *score = if reverse { MAX_NODE_SCORE - scaled } else { scaled };
    }
}
