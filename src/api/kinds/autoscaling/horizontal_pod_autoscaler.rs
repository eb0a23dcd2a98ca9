//! HorizontalPodAutoscalers, stored as `autoscaling/v2`.

use super::super::cells;
use super::metrics;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of HorizontalPodAutoscalers.
pub struct HorizontalPodAutoscalerStrategy;

/// The use of the processor that is aimed at if nothing else is said.
const DEFAULT_CPU_PERCENT: i64 = 80;
const MAX_STABILIZATION_SECONDS: i64 = 3600;
const MAX_PERIOD_SECONDS: i64 = 1800;

impl Strategy for HorizontalPodAutoscalerStrategy {
    fn default(&self, autoscaler: &mut Value) {
        let spec = autoscaler.get_mut("spec");
        spec.set_default("minReplicas", 1);
        if spec.get("metrics").is_empty() {
            let target = json!({"type": "Utilization", "averageUtilization": DEFAULT_CPU_PERCENT});
            spec.set("metrics", json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]));
        }
        default_behavior(spec);
    }

    fn prepare_for_create(&self, autoscaler: &mut Value) {
        autoscaler.set("status", json!({"currentMetrics": null, "desiredReplicas": 0}));
    }

    fn validate(&self, autoscaler: &Value) -> Vec<FieldError> {
        let spec = autoscaler.get("spec");
        let mut errors = Vec::new();
        let (min, max) = (spec.get("minReplicas").as_i64(), spec.get("maxReplicas").as_i64().unwrap_or(0));
        if let Some(min) = min.filter(|min| *min < 1) {
            errors.push(FieldError::invalid("spec.minReplicas", &min.into(), "must be greater than or equal to 1"));
        }
        if max < 1 {
            errors.push(FieldError::required("spec.maxReplicas", "must be set and greater than 0"));
        }
        if min.is_some_and(|min| max < min) {
            errors.push(FieldError::invalid("spec.maxReplicas", &max.into(), "must be greater than or equal to `minReplicas`"));
        }
        errors.extend(target(spec.get("scaleTargetRef")));
        errors.extend(metrics::validate(spec.get("metrics").items()));
        if min == Some(0) && !spec.get("metrics").items().iter().any(|metric| matches!(metric.get("type").str(), "Object" | "External")) {
            errors.push(FieldError::forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas"));
        }
        for direction in ["scaleUp", "scaleDown"] {
            errors.extend(scaling_rules(spec.path("behavior").get(direction), &format!("spec.behavior.{direction}")));
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"], &[])
    }

    fn row(&self, autoscaler: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (autoscaler.get("spec"), autoscaler.get("status"));
        let reference = spec.get("scaleTargetRef");
        let min = spec.get("minReplicas").as_i64();
        vec![
            cells::name(autoscaler),
            format!("{}/{}", reference.get("kind").str(), reference.get("name").str()).into(),
            metrics::cell(spec.get("metrics").items(), status.get("currentMetrics").items()).into(),
            min.map_or_else(|| "<unset>".to_string(), |min| min.to_string()).into(),
            cells::number(spec.get("maxReplicas")),
            cells::number(status.get("currentReplicas")),
            cells::age(autoscaler, now_ms),
        ]
    }
}

/// Where there is a behaviour, what it leaves open is filled in: growing fast, shrinking after five minutes.
fn default_behavior(spec: &mut Value) {
    if !spec.get("behavior").is_object() {
        return;
    }
    let defaults = [
        ("scaleUp", json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]), Some(0)),
        ("scaleDown", json!([{"type": "Percent", "value": 100, "periodSeconds": 15}]), None),
    ];
    for (direction, policies, window_seconds) in defaults {
        let rules = spec.get_mut("behavior").get_mut(direction);
        rules.set_default("policies", policies);
        rules.set_default("selectPolicy", "Max");
        if let Some(seconds) = window_seconds {
            rules.set_default("stabilizationWindowSeconds", seconds);
        }
    }
}

fn target(reference: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for name in ["kind", "name"] {
        let (value, field) = (reference.get(name), format!("spec.scaleTargetRef.{name}"));
        if value.is_empty() {
            errors.push(FieldError::required(field, ""));
        } else {
            errors.extend(names::path_segment(value.str()).into_iter().map(|rule| FieldError::invalid(field.clone(), value, rule)));
        }
    }
    let version = reference.get("apiVersion").str();
    let why = match version.matches('/').count() {
        _ if version == "v1" && reference.get("kind").str() == "ReplicationController" => return errors,
        0 => "apiVersion must specify API group".to_string(),
        1 => return errors,
        _ => format!("unexpected GroupVersion string: {version}"),
    };
    errors.push(FieldError::invalid("spec.scaleTargetRef.apiVersion", &version.into(), why));
    errors
}

fn scaling_rules(rules: &Value, field: &str) -> Vec<FieldError> {
    if rules.is_null() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let window = rules.get("stabilizationWindowSeconds");
    errors.extend(limits(window, &format!("{field}.stabilizationWindowSeconds"), 0, MAX_STABILIZATION_SECONDS, "greater than or equal to zero"));
    let select = rules.get("selectPolicy");
    if !["Disabled", "Max", "Min"].contains(&select.str()) {
        errors.push(FieldError::not_supported(format!("{field}.selectPolicy"), select, &["Disabled", "Max", "Min"]));
    }
    if rules.get("policies").is_empty() {
        errors.push(FieldError::required(format!("{field}.policies"), "must specify at least one Policy"));
    }
    for (index, policy) in rules.get("policies").items().iter().enumerate() {
        let here = format!("{field}.policies[{index}]");
        if !["Percent", "Pods"].contains(&policy.get("type").str()) {
            errors.push(FieldError::not_supported(format!("{here}.type"), policy.get("type"), &["Percent", "Pods"]));
        }
        errors.extend(limits(policy.get("value"), &format!("{here}.value"), 1, i64::MAX, "greater than zero"));
        errors.extend(limits(policy.get("periodSeconds"), &format!("{here}.periodSeconds"), 1, MAX_PERIOD_SECONDS, "greater than zero"));
    }
    errors
}

fn limits(value: &Value, field: &str, low: i64, high: i64, low_words: &str) -> Vec<FieldError> {
    match value.as_i64() {
        Some(number) if number < low => vec![FieldError::invalid(field, value, format!("must be {low_words}"))],
        Some(number) if number > high => vec![FieldError::invalid(field, value, format!("must be less than or equal to {high}"))],
        _ => Vec::new(),
    }
}
