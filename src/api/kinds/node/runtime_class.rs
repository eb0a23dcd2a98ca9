//! RuntimeClasses.

use super::super::core::pod_validation::{resources, scheduling};
use super::super::core::{pod_warnings, quantities};
use super::super::{cells, rules};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of RuntimeClasses.
pub struct RuntimeClassStrategy;

impl Strategy for RuntimeClassStrategy {
    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let mut errors = rules::required(class.get("handler"), "handler", names::dns1123_label);
        for (name, quantity) in class.path("overhead.podFixed").fields().iter() {
            let here = format!("overhead.limits[{name}]");
            errors.extend(resources::resource_name(name, &here));
            if quantities::is_negative(quantity) {
                errors.push(FieldError::invalid(here, quantity, "must be greater than or equal to 0"));
            }
        }
        errors.extend(rules::labels(class.path("scheduling.nodeSelector"), "scheduling.nodeSelector"));
        let tolerations = class.path("scheduling.tolerations").items();
        for (index, toleration) in tolerations.iter().enumerate() {
            let here = format!("scheduling.tolerations[{index}]");
            errors.extend(scheduling::toleration_rules(toleration, &here));
            if tolerations[..index].contains(toleration) {
                let text = |field: &str| Value::from(toleration.get(field).str());
                let shown = format!(
                    "{{\"Key\":{},\"Operator\":{},\"Value\":{},\"Effect\":{},\"TolerationSeconds\":{}}}",
                    text("key"),
                    text("operator"),
                    text("value"),
                    text("effect"),
                    toleration.get("tolerationSeconds")
                );
                errors.push(FieldError { type_: ErrorType::Duplicate, field: here, shown, detail: String::new() });
            }
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        rules::immutable(new, old, "handler")
    }

    fn warnings(&self, class: &Value, _old: Option<&Value>) -> Vec<String> {
        let keys = class.path("scheduling.nodeSelector").fields().keys();
        keys.filter_map(|key| pod_warnings::deprecated_node_label(key)).map(|why| format!("scheduling.nodeSelector: {why}")).collect()
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Handler", "Age"], &[])
    }

    fn row(&self, class: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(class), class.get("handler").clone(), cells::age(class, now_ms)]
    }
}
