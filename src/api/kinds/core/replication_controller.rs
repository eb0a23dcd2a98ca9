//! ReplicationControllers, which ReplicaSets replaced.

use super::super::apps::{replica_set, workload};
use super::super::cells;
use super::pod_defaults::default_template;
use super::pod_validation::template;
use super::pod_warnings;
use crate::api::field_error::FieldError;
use crate::api::labels;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of ReplicationControllers.
pub struct ReplicationControllerStrategy;

impl Strategy for ReplicationControllerStrategy {
    fn default(&self, controller: &mut Value) {
        let labels = controller.path("spec.template.metadata.labels").clone();
        if !labels.is_empty() {
            for path in ["spec.selector", "metadata.labels"] {
                if controller.path(path).is_empty() {
                    controller.set(path, labels.clone());
                }
            }
        }
        controller.set_default("spec.replicas", 1);
        default_template(controller.path_mut("spec.template"));
    }

    fn prepare_for_create(&self, controller: &mut Value) {
        controller.set("status", json!({"replicas": 0}));
    }

    fn validate(&self, controller: &Value) -> Vec<FieldError> {
        let spec = controller.get("spec");
        let mut errors = workload::count(spec, "minReadySeconds");
        if spec.get("selector").is_empty() {
            errors.push(FieldError::required("spec.selector", ""));
        }
        errors.extend(workload::count(spec, "replicas"));
        if spec.get("template").is_null() {
            errors.push(FieldError::required("spec.template", ""));
            return errors;
        }
        let template_labels = spec.path("template.metadata.labels");
        if !spec.get("selector").is_empty() && !labels::matches_map(spec.get("selector").fields(), template_labels.fields()) {
            errors.push(FieldError::invalid("spec.template.metadata.labels", template_labels, "`selector` does not match template `labels`"));
        }
        errors.extend(template::validate(spec.get("template"), "spec.template"));
        errors.extend(template::always_restarts(spec.get("template"), "spec.template", "ReplicationController"));
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
        replica_set::replica_columns()
    }

    fn row(&self, controller: &Value, now_ms: u64) -> Vec<Value> {
        replica_set::replica_row(controller, cells::label_map(controller.path("spec.selector")), controller.get("status"), now_ms)
    }
}
