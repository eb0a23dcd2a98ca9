//! HorizontalPodAutoscalers: as many replicas as the load needs (`pkg/controller/podautoscaler`).

mod behavior;
mod metrics;

use super::controller::{Context, Controller, Queue};
use super::fields::count;
use crate::api::meta;
use crate::api::resource::{GroupResource, HORIZONTAL_POD_AUTOSCALERS, ObjectKey};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Sort, Value, json};

/// How often each autoscaler is looked at (`--horizontal-pod-autoscaler-sync-period`); the first time that long after it was made.
const SYNC_PERIOD_MS: u64 = 15_000;

/// The controller of HorizontalPodAutoscalers.
pub(super) struct HorizontalController;

impl Controller for HorizontalController {
    fn name(&self) -> &'static str {
        "horizontal-pod-autoscaler"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == HORIZONTAL_POD_AUTOSCALERS && change.type_ == ChangeType::Added {
            queue.add_after(change.key(), SYNC_PERIOD_MS);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(autoscaler) = context.get(&HORIZONTAL_POD_AUTOSCALERS, key) else {
            context.memory.remove(key);
            return Ok(());
        };
        context.requeue_after(SYNC_PERIOD_MS);
        let mut status = autoscaler.get("status").clone();
        if !status.has("currentMetrics") {
            status.set("currentMetrics", Value::Null);
            status.set("desiredReplicas", 0);
        }
        let mut reconcile = Reconcile { context, autoscaler: &autoscaler, status };
        let result = reconcile.run();
        let status = reconcile.status;
        if status != *autoscaler.get("status") {
            let mut updated = autoscaler.clone();
            updated.set("status", status);
            context.client.update_status(&HORIZONTAL_POD_AUTOSCALERS, updated)?;
        }
        result
    }
}

/// One look at an autoscaler (`reconcileAutoscaler`).
struct Reconcile<'a, 'b> {
    context: &'a mut Context<'b>,
    autoscaler: &'a Value,
    status: Value,
}

/// What is scaled.
struct Target {
    resource: GroupResource,
    object: Value,
}

impl Reconcile<'_, '_> {
    fn run(&mut self) -> Result<(), Status> {
        let target = match self.target_of(self.autoscaler) {
            Ok(target) => target,
            Err(message) => {
                let about = self.autoscaler.clone();
                self.context.event(&about, "Warning", "FailedGetScale", &message);
                let text = format!("the HPA controller was unable to get the target's current scale: {message}");
                self.set_condition("AbleToScale", "False", "FailedGetScale", &text);
                return Ok(());
            }
        };
        self.set_condition("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        let spec = self.autoscaler.get("spec");
        let current = target.object.path("spec.replicas").as_i64().unwrap_or(1);
        let (min, max) = (spec.get("minReplicas").as_i64().unwrap_or(1), count(spec, "maxReplicas"));
        behavior::remember_first(self.context, self.autoscaler, current);
        let (desired, reason) = if current == 0 && min != 0 {
            self.set_condition("ScalingActive", "False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            (0, String::new())
        } else if current > max {
            (max, "Current number of replicas above Spec.MaxReplicas".to_string())
        } else if current < min {
            (min, "Current number of replicas below Spec.MinReplicas".to_string())
        } else {
            match self.follow_metrics(&target, current, min, max) {
                Some(decision) => decision,
                None => {
                    self.status.set("currentReplicas", current);
                    return Ok(());
                }
            }
        };
        let rescale = desired != current && !reason.is_empty();
        if rescale {
            self.rescale(&target, current, desired, &reason)?;
        }
        self.status.set("currentReplicas", current);
        self.status.set("desiredReplicas", if rescale { desired } else { current });
        Ok(())
    }

    fn target_of(&self, autoscaler: &Value) -> Result<Target, String> {
        let reference = autoscaler.path("spec.scaleTargetRef");
        let (kind_name, name) = (reference.get("kind").str(), reference.get("name").str());
        let api_version = reference.get("apiVersion").str();
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let Some(kind) = self.context.client.server().registry().kind(group, kind_name) else {
            return Err(format!("no matches for kind \"{kind_name}\" in group \"{group}\""));
        };
        let resource = kind.resource();
        if !kind.has_subresource("scale") {
            return Err("the server could not find the requested resource".into());
        }
        let object = self.context.store().get(&resource, meta::namespace(autoscaler), name).cloned();
        object.map_or_else(|| Err(format!("{resource} \"{name}\" not found")), |object| Ok(Target { resource: resource.clone(), object }))
    }

    /// What the metrics ask for, and why; `None` where they say nothing.
    fn follow_metrics(&mut self, target: &Target, current: i64, min: i64, max: i64) -> Option<(i64, String)> {
        if self.is_ambiguous(target) {
            return None;
        }
        let specs = self.autoscaler.path("spec.metrics").items().to_vec();
        let mut best: Option<(i64, String)> = None;
        let (mut invalid, mut first_error) = (0, None);
        let mut shown = Vec::new();
        for spec in &specs {
            match metrics::evaluate(self.context, target, self.autoscaler, spec, current) {
                Ok(proposal) => {
                    shown.push(proposal.status);
                    if best.as_ref().is_none_or(|(most, _)| *most == 0 || proposal.replicas > *most) {
                        best = Some((proposal.replicas, proposal.name));
                    }
                }
                Err(failure) => {
                    shown.push(json!({"type": ""}));
                    invalid += 1;
                    self.context.event(self.autoscaler, "Warning", failure.reason, &failure.message);
                    first_error.get_or_insert(failure);
                }
            }
        }
        self.status.set("currentMetrics", Value::array(shown));
        // What can be read may raise the number, but not lower it while something else can't.
        let scales_down = best.as_ref().is_none_or(|(replicas, _)| *replicas < current);
        if let Some(failure) = first_error.filter(|_| scales_down) {
            let text = format!("the HPA was unable to compute the replica count: {}", failure.message);
            self.set_condition("ScalingActive", "False", failure.reason, &text);
            let text = format!("invalid metrics ({invalid} invalid out of {}), first error is: {}", specs.len(), failure.full);
            self.context.event(self.autoscaler, "Warning", "FailedComputeMetricsReplicas", &text);
            return None;
        }
        let (proposed, name) = best?;
        let text = format!("the HPA was able to successfully calculate a replica count from {name}");
        self.set_condition("ScalingActive", "True", "ValidMetricFound", &text);
        let reason = if proposed > current { format!("{name} above target") } else { "All metrics below target".to_string() };
        let desired = behavior::normalize(self, current, proposed, min, max);
        Some((desired, reason))
    }

    /// Whether another autoscaler, that has been looked at too, scales the same pods; the two would pull them to and fro.
    fn is_ambiguous(&mut self, target: &Target) -> bool {
        let selector = target.object.path("spec.selector");
        let mut rivals: Vec<(i64, String)> = self
            .context
            .store()
            .list(&HORIZONTAL_POD_AUTOSCALERS, Some(meta::namespace(self.autoscaler)))
            .filter(|other| self.context.memory.contains_key(&meta::key(other)))
            .filter(|other| self.target_of(other).is_ok_and(|found| found.object.path("spec.selector") == selector))
            .map(|other| (behavior::first_seen_ms(self.context, other), meta::key(other).to_string()))
            .collect();
        if rivals.len() < 2 {
            return false;
        }
        rivals.order();
        let rivals: Vec<&str> = rivals.iter().map(|(_, name)| name.as_str()).collect();
        self.status.set("currentMetrics", Value::Null);
        let pairs = if selector.has("matchLabels") { selector.get("matchLabels") } else { selector };
        let text: Vec<String> = pairs.fields().iter().map(|(key, value)| format!("{key}={}", value.str())).collect();
        let message = format!("pods by selector {} are controlled by multiple HPAs: [{}]", text.join(","), rivals.join(" "));
        let about = self.autoscaler.clone();
        self.context.event(&about, "Warning", "AmbiguousSelector", &message);
        self.set_condition("ScalingActive", "False", "AmbiguousSelector", &message);
        self.context.event(&about, "Warning", "FailedComputeMetricsReplicas", &message);
        true
    }

    fn rescale(&mut self, target: &Target, current: i64, desired: i64, reason: &str) -> Result<(), Status> {
        let mut scaled = target.object.clone();
        scaled.set("spec.replicas", desired);
        let about = self.autoscaler.clone();
        if let Err(status) = self.context.client.update(&target.resource, scaled) {
            let text = format!("New size: {desired}; reason: {reason}; error: {}", status.message);
            self.context.event(&about, "Warning", "FailedRescale", &text);
            let text = format!("the HPA controller was unable to update the target scale: {}", status.message);
            self.set_condition("AbleToScale", "False", "FailedUpdateScale", &text);
            return Err(status);
        }
        self.context.event(&about, "Normal", "SuccessfulRescale", &format!("New size: {desired}; reason: {reason}"));
        self.set_condition("AbleToScale", "True", "SucceededRescale", &format!("the HPA controller was able to update the target scale to {desired}"));
        behavior::remember_scaling(self.context, self.autoscaler, current, desired);
        self.status.set("lastScaleTime", self.context.now());
        Ok(())
    }

    /// Sets a condition; its time changes with its state only.
    fn set_condition(&mut self, type_: &str, status: &str, reason: &str, message: &str) {
        let now = self.context.now();
        let conditions = self.status.get_mut("conditions").items_mut();
        let index = match conditions.iter().position(|condition| condition.get("type").str() == type_) {
            Some(index) => index,
            None => {
                conditions.push(json!({"type": type_}));
                conditions.len() - 1
            }
        };
        let condition = &mut conditions[index];
        if condition.get("status").str() != status {
            condition.set("lastTransitionTime", now);
        }
        for (field, text) in [("status", status), ("reason", reason), ("message", message)] {
            condition.set(field, text);
        }
    }
}

#[cfg(test)]
mod tests;
