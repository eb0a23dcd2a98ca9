//! Templates of Pods (`ValidatePodTemplateSpec`).

use super::validate_spec_with;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// What is wrong with a template at `field`.
pub fn validate(template: &Value, field: &str) -> Vec<FieldError> {
    validate_with(template, field, &[])
}

/// As [`validate`], where more volumes than the template's own may be mounted.
pub fn validate_with(template: &Value, field: &str, more_volumes: &[&str]) -> Vec<FieldError> {
    let mut errors = labels(template.path("metadata.labels"), &format!("{field}.labels"));
    for (key, _) in template.path("metadata.annotations").fields().iter() {
        for rule in names::qualified_name(&key.to_lowercase()) {
            errors.push(FieldError::invalid(format!("{field}.annotations"), &key.into(), rule));
        }
    }
    errors.extend(validate_spec_with(template.get("spec"), &format!("{field}.spec"), more_volumes));
    if !template.path("spec.ephemeralContainers").is_empty() {
        errors.push(FieldError::forbidden(format!("{field}.spec.ephemeralContainers"), "ephemeral containers not allowed in pod template"));
    }
    errors
}

/// Pods that are to be replaced when they end, by an object of `kind`, must restart their containers.
pub fn always_restarts(template: &Value, field: &str, kind: &str) -> Vec<FieldError> {
    let policy = template.path("spec.restartPolicy");
    let mut errors = Vec::new();
    if !matches!(policy.str(), "Always" | "") {
        errors.push(FieldError::not_supported(format!("{field}.spec.restartPolicy"), policy, &["Always"]));
    }
    if !template.path("spec.activeDeadlineSeconds").is_null() {
        errors.push(FieldError::forbidden(format!("{field}.spec.activeDeadlineSeconds"), format!("activeDeadlineSeconds in {kind} is not Supported")));
    }
    errors
}

fn labels(labels: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.fields().iter() {
        errors.extend(names::qualified_name(key).into_iter().map(|rule| FieldError::invalid(field, &key.into(), rule)));
        errors.extend(names::label_value(value.str()).into_iter().map(|rule| FieldError::invalid(field, value, rule)));
    }
    errors
}
