//! Whether a node takes a pod that was given to it: `pkg/kubelet/lifecycle/predicate.go`.

use super::pod_spec::{self, ContainerKind};
use super::pod_sync::PodSync;
use super::pod_worker::Stage;
use super::resources;
use super::runtime::Profile;
use crate::api::quantity::Quantity;
use crate::api::resource::NODES;
use crate::value::{SmolStr, Value};
use std::collections::BTreeMap;

/// Reason and message of a refusal.
type Refusal = (String, String);

impl PodSync<'_, '_> {
    /// Takes the pod or refuses it.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        self.check_security()?;
        self.check_node_selector()?;
        self.check_resources()
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
            return Err(("AppArmor".into(), "Cannot enforce AppArmor: AppArmor is not enabled on the host".into()));
        }
        if pod.path("spec.securityContext.supplementalGroupsPolicy").str() == "Strict" {
            return Err(("SupplementalGroupsPolicyNotSupported".into(), "SupplementalGroupsPolicy=Strict is not supported in this node".into()));
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
        Err(("NodeAffinity".into(), "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector".into()))
    }

    /// Whether there is room beside the pods that are here already.
    fn check_resources(&self) -> Result<(), Refusal> {
        let others: Vec<&Value> =
            self.node.pods().filter(|worker| matches!(worker.stage, Stage::Running | Stage::Terminating)).map(|worker| &worker.pod).collect();
        let limit = u64::from(self.node.config.pods);
        if others.len() as u64 + 1 > limit {
            let message = format!("Node didn't have enough resource: pods, requested: 1, used: {}, capacity: {limit}", others.len());
            return Err(("OutOfpods".into(), message));
        }
        let own = amounts(&resources::pod_requests(&self.worker.pod));
        if own.is_empty() {
            return Ok(());
        }
        let mut used: BTreeMap<SmolStr, Quantity> = BTreeMap::new();
        for pod in others {
            for (name, quantity) in amounts(&resources::pod_requests(pod)) {
                let sum = used.get(&name).map_or_else(|| quantity.clone(), |before| before.add(&quantity));
                used.insert(name, sum);
            }
        }
        let config = &self.node.config;
        for (resource, capacity) in [("cpu", &config.cpu), ("memory", &config.memory), ("ephemeral-storage", &config.ephemeral_storage)] {
            let (Some(requested), Ok(capacity)) = (own.get(resource), Quantity::parse(capacity)) else { continue };
            let in_units = |quantity: &Quantity| if resource == "cpu" { quantity.milli_value() } else { quantity.value() };
            let (requested, used, capacity) = (in_units(requested), used.get(resource).map_or(0, in_units), in_units(&capacity));
            if requested > 0 && used + requested > capacity {
                let message = format!("Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}");
                return Err((format!("OutOf{resource}"), message));
            }
        }
        Ok(())
    }

    /// Refuses the pod: it has failed before it began.
    pub(super) fn reject(&mut self, reason: &str, message: &str) {
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

fn amounts(list: &Value) -> BTreeMap<SmolStr, Quantity> {
    list.fields().iter().filter_map(|(name, value)| Some((name.clone(), Quantity::from_value(value).ok()?))).collect()
}
