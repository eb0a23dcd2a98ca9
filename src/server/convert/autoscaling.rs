//! Autoscalers are stored as `autoscaling/v2`; `v1` knows one metric by a field of its own and keeps the rest in annotations
//! (`pkg/apis/autoscaling/v1/conversion.go`).

use crate::value::{Value, json};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

/// Whether a metric is the CPU utilization that `v1` has a field for.
fn is_cpu(metric: &Value) -> bool {
    metric.get("type").str() == "Resource" && metric.path("resource.name").str() == "cpu"
}

pub(super) fn to_v2(autoscaler: &mut Value) {
    autoscaler.set("apiVersion", "autoscaling/v2");
    let target = autoscaler.path_mut("spec").fields_mut().remove("targetCPUUtilizationPercentage");
    let mut metrics: Vec<Value> = from_annotation(autoscaler, METRICS).items().to_vec();
    if let Some(target) = target {
        let mut metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}});
        metric.set("resource.target.averageUtilization", target);
        metrics.insert(0, metric);
    }
    if !metrics.is_empty() {
        autoscaler.set("spec.metrics", metrics);
    }
    let behavior = from_annotation(autoscaler, BEHAVIOR);
    if !behavior.is_null() {
        autoscaler.set("spec.behavior", behavior);
    }
    let current = autoscaler.path("status.currentCPUUtilizationPercentage").clone();
    let mut current_metrics: Vec<Value> = from_annotation(autoscaler, CURRENT_METRICS).items().to_vec();
    if !current.is_null() {
        autoscaler.remove("status.currentCPUUtilizationPercentage");
        let mut metric = json!({"type": "Resource", "resource": {"name": "cpu", "current": {}}});
        metric.set("resource.current.averageUtilization", current);
        current_metrics.insert(0, metric);
    }
    if !current_metrics.is_empty() {
        autoscaler.set("status.currentMetrics", current_metrics);
    }
    let conditions = from_annotation(autoscaler, CONDITIONS);
    if !conditions.is_null() {
        autoscaler.set("status.conditions", conditions);
    }
    if autoscaler.path("metadata.annotations").is_empty() {
        autoscaler.remove("metadata.annotations");
    }
}

pub(super) fn to_v1(autoscaler: &mut Value) {
    autoscaler.set("apiVersion", "autoscaling/v1");
    let metrics = autoscaler.remove("spec.metrics");
    let (cpu, others): (Vec<&Value>, Vec<&Value>) =
        metrics.items().iter().partition(|metric| is_cpu(metric) && !metric.path("resource.target.averageUtilization").is_null());
    if let Some(metric) = cpu.first() {
        autoscaler.set("spec.targetCPUUtilizationPercentage", metric.path("resource.target.averageUtilization").clone());
    }
    let rest: Value = others.into_iter().cloned().collect();
    to_annotation(autoscaler, METRICS, &rest);
    let behavior = autoscaler.remove("spec.behavior");
    to_annotation(autoscaler, BEHAVIOR, &behavior);
    autoscaler.set_default("status.currentReplicas", 0);
    let current = autoscaler.remove("status.currentMetrics");
    if let Some(metric) = current.items().iter().find(|metric| is_cpu(metric)) {
        let utilization = metric.path("resource.current.averageUtilization").clone();
        if !utilization.is_null() {
            autoscaler.set("status.currentCPUUtilizationPercentage", utilization);
        }
    }
    to_annotation(autoscaler, CURRENT_METRICS, &current);
    let conditions = autoscaler.remove("status.conditions");
    to_annotation(autoscaler, CONDITIONS, &conditions);
}

fn from_annotation(autoscaler: &mut Value, key: &str) -> Value {
    let has = autoscaler.path("metadata.annotations").fields().contains_key(key);
    let text = if has { autoscaler.path_mut("metadata.annotations").fields_mut().remove(key) } else { None };
    text.and_then(|text| Value::from_json(text.str()).ok()).unwrap_or_default()
}

fn to_annotation(autoscaler: &mut Value, key: &str, value: &Value) {
    if !value.is_empty() {
        autoscaler.path_mut("metadata.annotations").fields_mut().insert(key, value.to_json());
    }
}
