//! Whether a node takes a pod that was given to it: `pkg/kubelet/lifecycle/predicate.go`.

use super::eviction::is_critical;
use super::pod_spec::{self, ContainerKind};
use super::pod_sync::PodSync;
use super::pod_worker::Stage;
use super::preemption::Requirement;
use super::resources;
use super::runtime::Profile;
use crate::api::kinds::core::pod_resources;
use crate::api::quantity::Quantity;
use crate::api::resource::NODES;
use crate::value::Value;

/// Why a pod is refused.
pub struct Refusal {
    /// `OutOfcpu`, `NodeAffinity` …
    reason: String,
    message: String,
    /// What is missing, where a resource is.
    missing: Vec<Requirement>,
}

impl Refusal {
    fn new(reason: &str, message: impl Into<String>) -> Refusal {
        Refusal { reason: reason.into(), message: message.into(), missing: Vec::new() }
    }

    /// How it reads where a running pod asks for more: whether there will ever be room, and why there is none.
    pub fn for_resize(&self) -> (&'static str, String) {
        let Some(one) = self.missing.first().filter(|one| one.requested > one.capacity) else { return ("Deferred", self.message.clone()) };
        let message = format!("Node didn't have enough capacity: {}, requested: {}, capacity: {}", one.resource, one.requested, one.capacity);
        ("Infeasible", message)
    }
}

impl PodSync<'_, '_> {
    /// Takes the pod, makes room for it if it is critical, or refuses it; true when it was taken.
    pub(super) fn admit(&mut self) -> bool {
        let refusal =
            match self.check_pressure().and_then(|()| self.check_security()).and_then(|()| self.check_node_selector()).and_then(|()| self.check_resources()) {
                Ok(()) => return true,
                Err(refusal) => refusal,
            };
        let makes_room = !refusal.missing.is_empty() && is_critical(&self.worker.pod);
        if makes_room && self.node.preempt(&self.worker.pod, &refusal.missing, self.client) {
            return true;
        }
        self.reject(&refusal.reason, &refusal.message);
        false
    }

    /// A machine that runs short of something takes no more pods, but for critical ones (the eviction manager's `Admit`); where it is memory
    /// alone, it takes those that ask for some.
    fn check_pressure(&self) -> Result<(), Refusal> {
        let pod = &self.worker.pod;
        let conditions: Vec<&str> = self.node.pressure_conditions().iter().filter(|condition| condition.1).map(|condition| condition.0).collect();
        let asks_for_memory = resources::qos_class(pod) != "BestEffort";
        if conditions.is_empty() || is_critical(pod) || (conditions == ["MemoryPressure"] && asks_for_memory) {
            return Ok(());
        }
        Err(Refusal::new("Evicted", format!("The node had condition: [{}]. ", conditions.join(" "))))
    }

    fn check_security(&self) -> Result<(), Refusal> {
        if self.node.config.profile == Profile::Playground {
            return Ok(());
        }
        let pod = &self.worker.pod;
        let enforces = |context: &Value| matches!(context.path("appArmorProfile.type").str(), "RuntimeDefault" | "Localhost");
        let containers = [ContainerKind::Init, ContainerKind::Regular].into_iter().flat_map(|kind| pod_spec::containers(pod, kind));
        let mut contexts = containers.map(|container| container.get("securityContext"));
        if enforces(pod.path("spec.securityContext")) || contexts.any(enforces) {
            return Err(Refusal::new("AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host"));
        }
        if pod.path("spec.securityContext.supplementalGroupsPolicy").str() == "Strict" {
            return Err(Refusal::new("SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node"));
        }
        Ok(())
    }

    fn check_node_selector(&self) -> Result<(), Refusal> {
        let wanted = self.worker.pod.path("spec.nodeSelector");
        let Some(node) = self.client.store().get(&NODES, "", &self.node.config.name) else { return Ok(()) };
        let labels = node.path("metadata.labels");
        if wanted.fields().iter().all(|(key, value)| labels.get(key) == value) {
            return Ok(());
        }
        Err(Refusal::new("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"))
    }

    /// Whether there is room beside the pods that are here already.
    pub(super) fn check_resources(&self) -> Result<(), Refusal> {
        let others: Vec<&Value> =
            self.node.pods().filter(|worker| matches!(worker.stage, Stage::Running | Stage::Terminating)).map(|worker| &worker.pod).collect();
        let limit = u64::from(self.node.config.pods);
        if others.len() as u64 + 1 > limit {
            let message = format!("Node didn't have enough resource: pods, requested: 1, used: {}, capacity: {limit}", others.len());
            let missing = vec![Requirement { resource: "pods".into(), amount: 1, requested: 1, capacity: limit as i64 }];
            return Err(Refusal { missing, ..Refusal::new("OutOfpods", message) });
        }
        let own = pod_resources::of_pod(&self.worker.pod, "requests");
        if own.is_empty() {
            return Ok(());
        }
        let mut used = pod_resources::Amounts::new();
        for pod in others {
            pod_resources::add(&mut used, &pod_resources::of_pod(pod, "requests"));
        }
        let config = &self.node.config;
        for (resource, capacity) in [("cpu", &config.cpu), ("memory", &config.memory), ("ephemeral-storage", &config.ephemeral_storage)] {
            let (Some(requested), Ok(capacity)) = (own.get(resource), Quantity::parse(capacity)) else { continue };
            let in_units = |quantity: &Quantity| if resource == "cpu" { quantity.milli_value() } else { quantity.value() };
            let (requested, used, capacity) = (in_units(requested), used.get(resource).map_or(0, in_units), in_units(&capacity));
            if requested > 0 && used + requested > capacity {
                let message = format!("Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}");
                let missing = vec![Requirement { resource: resource.into(), amount: used + requested - capacity, requested, capacity }];
                return Err(Refusal { missing, ..Refusal::new(&format!("OutOf{resource}"), message) });
            }
        }
        Ok(())
    }

    /// Refuses the pod: it has failed before it began.
    fn reject(&mut self, reason: &str, message: &str) {
        self.event("Warning", reason, message);
        self.worker.stage = Stage::Finished;
        let mut status = Value::object();
        status.set("phase", "Failed");
        status.set("reason", reason);
        status.set("message", format!("Pod was rejected: {message}"));
        status.set("qosClass", resources::qos_class(&self.worker.pod));
        self.set_status(status);
    }
}
