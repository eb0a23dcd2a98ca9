//! PodTemplates.

use super::super::cells;
use super::pod_defaults::default_template;
use super::pod_validation::template;
use super::pod_warnings;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of PodTemplates.
pub struct PodTemplateStrategy;

impl Strategy for PodTemplateStrategy {
    fn default(&self, object: &mut Value) {
        if object.path("template.spec").is_object() {
            default_template(object.get_mut("template"));
        }
    }

    fn prepare_for_create(&self, _object: &mut Value) {}

    fn validate(&self, object: &Value) -> Vec<FieldError> {
        template::validate(object.get("template"), "template")
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        pod_warnings::workload_warnings(new, old, "template")
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Containers", "Images", "Pod Labels"], &[])
    }

    fn row(&self, object: &Value, _now_ms: u64) -> Vec<Value> {
        let template = object.get("template");
        vec![cells::name(object), cells::containers(template), cells::images(template), cells::label_map(template.path("metadata.labels"))]
    }
}
