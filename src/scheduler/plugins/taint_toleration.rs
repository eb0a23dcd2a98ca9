//! Keeps pods off nodes whose taints they don't tolerate, and prefers nodes with few `PreferNoSchedule` taints.

use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, Rejection, default_normalize_scores};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::store::Store;
use crate::value::Value;
use std::sync::Arc;

/// The plugin.
pub struct TaintToleration;

impl Plugin for TaintToleration {
    fn name(&self) -> &'static str {
        "TaintToleration"
    }

    fn weight(&self) -> i64 {
        3
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if has_untolerated_taint(cycle.pod, node.taints()) {
            return Err(Rejection::unresolvable("node(s) had untolerated taint(s)"));
        }
        Ok(())
    }

    fn score(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> i64 {
        let unwelcome = |taint: &&Value| {
            taint.get("effect").str() == "PreferNoSchedule"
                && !tolerations(cycle.pod)
                    .iter()
                    .filter(|toleration| matches!(toleration.get("effect").str(), "" | "PreferNoSchedule"))
                    .any(|toleration| toleration_matches(toleration, taint))
        };
        node.taints().iter().filter(unwelcome).count() as i64
    }

    fn normalize_scores(&self, _state: &CycleState, _nodes: &[Arc<NodeInfo>], scores: &mut [i64]) {
        default_normalize_scores(true, scores);
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::Node => {
                let taints = |node: &Value| node.path("spec.taints").clone();
                let was_untolerated = event.is_add() || has_untolerated_taint(pod, taints(event.old).items());
                !event.is_delete() && was_untolerated && !has_untolerated_taint(pod, taints(event.new).items())
            }
            Subject::TargetPod => event.changes("spec.tolerations"),
            _ => false,
        }
    }
}

fn tolerations(pod: &PodInfo) -> &[Value] {
    pod.pod.get("spec").get("tolerations").items()
}

/// Whether any taint that keeps pods from being scheduled (`NoSchedule`, `NoExecute`) isn't tolerated.
pub fn has_untolerated_taint(pod: &PodInfo, taints: &[Value]) -> bool {
    taints.iter().any(|taint| matches!(taint.get("effect").str(), "NoSchedule" | "NoExecute") && !tolerates(pod, taint))
}

/// Whether the pod tolerates the taint.
pub fn tolerates(pod: &PodInfo, taint: &Value) -> bool {
    tolerations(pod).iter().any(|toleration| toleration_matches(toleration, taint))
}

fn toleration_matches(toleration: &Value, taint: &Value) -> bool {
    let (effect, key) = (toleration.get("effect").str(), toleration.get("key").str());
    if (!effect.is_empty() && effect != taint.get("effect").str()) || (!key.is_empty() && key != taint.get("key").str()) {
        return false;
    }
    match toleration.get("operator").str() {
        "Exists" => true,
        "" | "Equal" => toleration.get("value").str() == taint.get("value").str(),
        _ => false,
    }
}
