//! ReplicaSets.

use super::super::cells;
use super::super::core::pod_defaults::default_template;
use super::super::core::pod_warnings;
use super::deployment::no_replicas;
use super::workload;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ReplicaSets.
pub struct ReplicaSetStrategy;

impl Strategy for ReplicaSetStrategy {
    fn default(&self, set: &mut Value) {
        set.set_default("spec.replicas", 1);
        default_template(set.path_mut("spec.template"));
    }

    fn prepare_for_create(&self, set: &mut Value) {
        set.set("status", no_replicas());
    }

    fn validate(&self, set: &Value) -> Vec<FieldError> {
        let spec = set.get("spec");
        let mut errors = workload::count(spec, "replicas");
        errors.extend(workload::count(spec, "minReadySeconds"));
        errors.extend(workload::selector(spec, "deployment"));
        errors.extend(workload::replicated_template(spec));
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
        replica_columns()
    }

    fn row(&self, set: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (set.get("spec"), set.get("status"));
        replica_row(set, cells::selector(spec.get("selector")), status, now_ms)
    }

    fn selectable_fields(&self, set: &Value) -> Vec<(&'static str, String)> {
        vec![("status.replicas", cells::number(set.path("status.replicas")).to_json())]
    }
}

/// The columns of ReplicaSets and ReplicationControllers.
pub fn replica_columns() -> Vec<Column> {
    let mut columns: Vec<Column> = ["Name", "Desired", "Current", "Ready", "Age"].map(Column::new).to_vec();
    columns.extend(["Containers", "Images", "Selector"].map(Column::wide));
    columns
}

/// The cells of ReplicaSets and ReplicationControllers.
pub fn replica_row(object: &Value, selector: Value, status: &Value, now_ms: u64) -> Vec<Value> {
    let template = object.path("spec.template");
    vec![
        cells::name(object),
        cells::number(object.path("spec.replicas")),
        cells::number(status.get("replicas")),
        cells::number(status.get("readyReplicas")),
        cells::age(object, now_ms),
        cells::containers(template),
        cells::images(template),
        selector,
    ]
}
