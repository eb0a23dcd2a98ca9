//! Deployments.

use super::super::cells;
use super::super::core::pod_defaults::default_template;
use super::super::core::{go_struct, pod_warnings};
use super::workload;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of Deployments.
pub struct DeploymentStrategy;

impl Strategy for DeploymentStrategy {
    fn default(&self, deployment: &mut Value) {
        let spec = deployment.get_mut("spec");
        spec.set_default("replicas", 1);
        spec.set_default("revisionHistoryLimit", 10);
        spec.set_default("progressDeadlineSeconds", 600);
        if spec.path("strategy.type").is_empty() {
            spec.set("strategy.type", "RollingUpdate");
        }
        if spec.path("strategy.type").str() == "RollingUpdate" {
            spec.set_default("strategy.rollingUpdate", Value::object());
            spec.set_default("strategy.rollingUpdate.maxUnavailable", "25%");
            spec.set_default("strategy.rollingUpdate.maxSurge", "25%");
        }
        default_template(spec.get_mut("template"));
    }

    fn prepare_for_create(&self, deployment: &mut Value) {
        deployment.set("status", Value::object());
    }

    fn validate(&self, deployment: &Value) -> Vec<FieldError> {
        let spec = deployment.get("spec");
        let mut errors = workload::count(spec, "replicas");
        errors.extend(workload::selector(spec, "deployment"));
        errors.extend(workload::replicated_template(spec));
        errors.extend(strategy(spec.get("strategy")));
        errors.extend(workload::count(spec, "minReadySeconds"));
        errors.extend(workload::count(spec, "revisionHistoryLimit"));
        if let Some(deadline) = spec.get("progressDeadlineSeconds").as_i64() {
            errors.extend(workload::count(spec, "progressDeadlineSeconds"));
            if deadline <= spec.get("minReadySeconds").as_i64().unwrap_or(0) {
                errors.push(FieldError::invalid("spec.progressDeadlineSeconds", &deadline.into(), "must be greater than minReadySeconds"));
            }
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        errors.extend(workload::immutable(new, old, "spec.selector"));
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        let name = if old.is_none() { pod_warnings::name_warning(new, "Pod names and hostnames") } else { None };
        name.into_iter().chain(pod_warnings::workload_warnings(new, old, "spec.template")).collect()
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = ["Name", "Ready", "Up-to-date", "Available", "Age"].map(Column::new).to_vec();
        columns.extend(["Containers", "Images", "Selector"].map(Column::wide));
        columns
    }

    fn row(&self, deployment: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (deployment.get("spec"), deployment.get("status"));
        let count = |value: &Value| value.as_i64().unwrap_or(0);
        vec![
            cells::name(deployment),
            format!("{}/{}", count(status.get("readyReplicas")), count(spec.get("replicas"))).into(),
            cells::number(status.get("updatedReplicas")),
            cells::number(status.get("availableReplicas")),
            cells::age(deployment, now_ms),
            cells::containers(spec.get("template")),
            cells::images(spec.get("template")),
            cells::selector(spec.get("selector")),
        ]
    }
}

/// `ValidateDeploymentStrategy`.
fn strategy(strategy: &Value) -> Vec<FieldError> {
    let field = "spec.strategy.rollingUpdate";
    match strategy.get("type").str() {
        "Recreate" if !strategy.get("rollingUpdate").is_null() => {
            vec![FieldError::forbidden(field, "may not be specified when strategy `type` is 'Recreate'")]
        }
        "Recreate" => Vec::new(),
        "RollingUpdate" => {
            let rolling = strategy.get("rollingUpdate");
            let mut errors = workload::count_or_percent(rolling.get("maxUnavailable"), &format!("{field}.maxUnavailable"));
            errors.extend(workload::count_or_percent(rolling.get("maxSurge"), &format!("{field}.maxSurge")));
            if workload::is_none(rolling.get("maxUnavailable")) && workload::is_none(rolling.get("maxSurge")) {
                errors.push(FieldError::invalid(format!("{field}.maxUnavailable"), rolling.get("maxUnavailable"), "may not be 0 when `maxSurge` is 0"));
            }
            errors.extend(workload::not_over_100_percent(rolling.get("maxUnavailable"), &format!("{field}.maxUnavailable")));
            errors
        }
        _ => {
            let mut error = FieldError::not_supported("spec.strategy", strategy.get("type"), &["Recreate", "RollingUpdate"]);
            error.shown = go_struct::go_value("DeploymentStrategy", strategy).compact();
            vec![error]
        }
    }
}

/// The empty status that a new object of a workload has.
pub(super) fn no_replicas() -> Value {
    json!({"replicas": 0})
}
