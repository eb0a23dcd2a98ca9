//! Pods: `pkg/registry/core/pod/strategy.go`.

use super::pod_defaults::{default_pod, default_pod_spec};
use super::{app_armor, match_labels, pod_columns, pod_update, pod_validation, pod_warnings};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of Pods.
pub struct PodStrategy;

impl Strategy for PodStrategy {
    fn default(&self, pod: &mut Value) {
        if pod.get("spec").is_object() {
            default_pod_spec(pod.get_mut("spec"));
            default_pod(pod);
        }
    }

    fn prepare_for_create(&self, pod: &mut Value) {
        app_armor::take_annotations(pod);
        if pod.path("spec.terminationGracePeriodSeconds").as_i64().is_some_and(|seconds| seconds < 0) {
            pod.set("spec.terminationGracePeriodSeconds", 1);
        }
        match_labels::merge(pod);
        pod.set("status", json!({"phase": "Pending", "qosClass": super::quality_of_service::class(pod.get("spec"))}));
        if !pod.path("spec.schedulingGates").is_empty() {
            let message = "Scheduling is blocked due to non-empty scheduling gates";
            pod.push(
                "status.conditions",
                json!({"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": message,
                "lastProbeTime": null, "lastTransitionTime": pod.path("metadata.creationTimestamp").str()}),
            );
        }
    }

    fn preparation_warnings(&self, pod: &Value) -> Vec<String> {
        app_armor::warnings(pod)
    }

    fn validate(&self, pod: &Value) -> Vec<FieldError> {
        pod_validation::validate_pod(pod)
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        pod_update::validate_pod_update(new, old)
    }

    fn validate_resize(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        pod_update::validate_resize(new, old)
    }

    fn validate_ephemeral_containers(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        pod_update::validate_ephemeral_containers(new, old)
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn grace_period_seconds(&self, pod: &Value, requested: Option<i64>) -> Option<i64> {
        let phase = pod.path("status.phase").str();
        if pod.path("spec.nodeName").is_empty() || matches!(phase, "Succeeded" | "Failed") {
            return Some(0);
        }
        let asked = requested.or(pod.path("spec.terminationGracePeriodSeconds").as_i64()).unwrap_or(30);
        Some(if asked < 0 { 1 } else { asked })
    }

    fn warnings(&self, pod: &Value, old: Option<&Value>) -> Vec<String> {
        pod_warnings::pod_warnings(pod, old.is_none())
    }

    fn columns(&self) -> Vec<Column> {
        pod_columns::columns()
    }

    fn row(&self, pod: &Value, now_ms: u64) -> Vec<Value> {
        pod_columns::row(pod, now_ms)
    }

    fn selectable_fields(&self, pod: &Value) -> Vec<(&'static str, String)> {
        [
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ]
        .into_iter()
        .map(|field| {
            let value = pod.path(field);
            let text = match value.as_bool() {
                Some(flag) => flag.to_string(),
                None if field == "spec.hostNetwork" => "false".into(),
                None => value.str().to_string(),
            };
            (field, text)
        })
        .collect()
    }
}
