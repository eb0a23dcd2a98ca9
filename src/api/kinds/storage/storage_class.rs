//! StorageClasses.

use super::super::core::pod_warnings::deprecated_node_label;
use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::Value;

/// The rules of StorageClasses.
pub struct StorageClassStrategy;

/// Annotations that make a class the default one.
const DEFAULT_ANNOTATIONS: [&str; 2] = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

impl Strategy for StorageClassStrategy {
    fn default(&self, class: &mut Value) {
        class.set_default("reclaimPolicy", "Delete");
        class.set_default("volumeBindingMode", "Immediate");
    }

    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let provisioner = Value::from(class.get("provisioner").str().to_lowercase());
        let mut errors = rules::required(&provisioner, "provisioner", names::qualified_name);
        if class.get("parameters").fields().contains_key("") {
            errors.push(FieldError::invalid("parameters", &"".into(), "field can not be empty."));
        }
        let words = |field: &str, words: &[&str]| -> Vec<FieldError> {
            let value = class.get(field);
            if words.contains(&value.str()) { Vec::new() } else { vec![FieldError::not_supported(field, value, words)] }
        };
        errors.extend(words("reclaimPolicy", &["Delete", "Retain"]));
        errors.extend(words("volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]));
        errors.extend(topologies(class.get("allowedTopologies").items()));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if new.get("parameters") != old.get("parameters") {
            errors.push(FieldError::forbidden("parameters", "updates to parameters are forbidden."));
        }
        for field in ["provisioner", "reclaimPolicy", "volumeBindingMode"] {
            errors.extend(rules::immutable(new, old, field));
        }
        errors
    }

    fn warnings(&self, class: &Value, _old: Option<&Value>) -> Vec<String> {
        let mut warnings = Vec::new();
        for (index, term) in class.get("allowedTopologies").items().iter().enumerate() {
            for (number, expression) in term.get("matchLabelExpressions").items().iter().enumerate() {
                if let Some(why) = deprecated_node_label(expression.get("key").str()) {
                    warnings.push(format!("allowedTopologies[{index}].matchLabelExpressions[{number}].key: {why}"));
                }
            }
        }
        warnings
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"], &[])
    }

    fn row(&self, class: &Value, now_ms: u64) -> Vec<Value> {
        let is_default = DEFAULT_ANNOTATIONS.iter().any(|annotation| meta::annotation(class, annotation) == "true");
        vec![
            cells::name_or_default(class, is_default),
            class.get("provisioner").clone(),
            cells::or(class.get("reclaimPolicy"), "Delete"),
            cells::or(class.get("volumeBindingMode"), "Immediate"),
            class.get("allowVolumeExpansion").as_bool().unwrap_or(false).into(),
            cells::age(class, now_ms),
        ]
    }
}

fn topologies(terms: &[Value]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        let expressions = term.get("matchLabelExpressions").items();
        for (number, expression) in expressions.iter().enumerate() {
            let here = format!("allowedTopologies[{index}].matchLabelExpressions[{number}]");
            let (key, values) = (expression.get("key"), expression.get("values").items());
            if values.is_empty() {
                errors.push(FieldError::required(format!("{here}.values"), ""));
            }
            for (place, value) in values.iter().enumerate().filter(|(place, value)| values[..*place].contains(value)) {
                errors.push(FieldError::duplicate(format!("{here}.values[{place}]"), value));
            }
            errors.extend(rules::follows(key, &format!("{here}.key"), names::qualified_name));
            if expressions[..number].iter().any(|other| other.get("key") == key) {
                errors.push(FieldError::duplicate(format!("{here}.key"), key));
            }
        }
        if terms[..index].contains(term) {
            errors.push(FieldError::duplicate(format!("allowedTopologies[{index}].matchLabelExpressions"), &"".into()));
        }
    }
    errors
}
