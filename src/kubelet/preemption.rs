//! Making room for a critical pod that a node was given: `pkg/kubelet/preemption`.

use super::eviction::is_critical;
use super::node::Node;
use super::pod_worker::{PodId, PodWorker, Stage, Termination};
use super::resources;
use crate::server::client::Client;
use crate::value::{Value, json};

/// So much of a resource has to be freed; CPU in thousandths, memory in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// `cpu`, `memory`, `ephemeral-storage`, `pods`.
    pub resource: String,
    /// How much.
    pub amount: i64,
    /// What the pod asks for.
    pub requested: i64,
    /// What the node has.
    pub capacity: i64,
}

impl Requirement {
    fn freed_by(&self, pod: &Value) -> i64 {
        if self.resource == "pods" {
            return 1;
        }
        let Some(quantity) = resources::quantity(resources::pod_requests(pod).get(&self.resource)) else { return 0 };
        if self.resource == "cpu" { quantity.milli_value() } else { quantity.value() }
    }
}

impl Node {
    /// Ends pods until the requirements are met; false where even all of them wouldn't be enough. Pods of low quality go first, and of
    /// equal ones those that come closest to what is needed.
    pub(super) fn preempt(&mut self, preemptor: &Value, requirements: &[Requirement], client: &mut Client) -> bool {
        let mut victims: Vec<PodId> = Vec::new();
        let mut missing = requirements.to_vec();
        for class in ["BestEffort", "Burstable", "Guaranteed"] {
            while let Some(id) = self.closest(preemptor, class, &missing, &victims) {
                missing = self.without(&missing, id);
                victims.push(id);
            }
        }
        if !missing.is_empty() {
            return false;
        }
        for id in victims {
            let message = "Preempted in order to admit critical pod";
            let Some(worker) = self.worker(id) else { continue };
            client.event(&worker.pod, "Warning", "Preempting", message, "kubelet", &self.config.name);
            let condition = json!({
                "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "reason": "TerminationByKubelet",
                "message": "Pod was preempted by Kubelet to accommodate a critical pod.",
            });
            let termination = Termination { grace_override_s: None, reason: "Preempting".into(), message: message.into(), condition };
            self.terminate(id, termination, client.now_ms());
        }
        true
    }

    fn without(&self, missing: &[Requirement], id: PodId) -> Vec<Requirement> {
        let Some(worker) = self.worker(id) else { return missing.to_vec() };
        let left = missing.iter().map(|one| Requirement { amount: one.amount - one.freed_by(&worker.pod), ..one.clone() });
        left.filter(|one| one.amount > 0).collect()
    }

    fn closest(&self, preemptor: &Value, class: &str, missing: &[Requirement], taken: &[PodId]) -> Option<PodId> {
        if missing.is_empty() {
            return None;
        }
        let priority = |pod: &Value| pod.path("spec.priority").as_i64().unwrap_or(0);
        let may_go = |worker: &&PodWorker| {
            let lower = priority(&worker.pod) < priority(preemptor) && !is_critical(&worker.pod);
            worker.stage == Stage::Running && lower && resources::qos_class(&worker.pod) == class && !taken.contains(&worker.id)
        };
        let helps = |worker: &&PodWorker| missing.iter().any(|one| one.freed_by(&worker.pod) > 0);
        let distance = |worker: &PodWorker| -> f64 {
            let share = |one: &Requirement| ((one.amount - one.freed_by(&worker.pod)).max(0) as f64 / one.amount.max(1) as f64).powi(2);
            missing.iter().map(share).sum()
        };
        let candidates = self.pods().filter(may_go).filter(helps);
        candidates.min_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.id.cmp(&b.id))).map(|worker| worker.id)
    }
}
