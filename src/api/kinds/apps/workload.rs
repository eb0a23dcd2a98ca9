//! Rules that the kinds with a template of Pods share (`pkg/apis/apps/validation`).

use super::super::core::pod_validation::template;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::labels;
use crate::value::Value;

/// `spec.FIELD` is a number that must not be negative.
pub fn count(spec: &Value, field: &str) -> Vec<FieldError> {
    match spec.get(field).as_i64() {
        Some(number) if number < 0 => vec![FieldError::invalid(format!("spec.{field}"), &number.into(), "must be greater than or equal to 0")],
        _ => Vec::new(),
    }
}

/// `spec.selector` is there, and selects the Pods that `spec.template` makes. Upstream's messages call some kinds otherwise than they are (`kind`).
pub fn selector_and_template(spec: &Value, kind: &str) -> Vec<FieldError> {
    selector_and_template_with(spec, kind, &[])
}

/// As [`selector_and_template`], where more volumes than the template's own may be mounted.
pub fn selector_and_template_with(spec: &Value, kind: &str, more_volumes: &[&str]) -> Vec<FieldError> {
    let selector = spec.get("selector");
    let is_daemon_set = kind == "daemonset";
    let is_empty = selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty();
    let empty = || FieldError::invalid("spec.selector", selector, format!("empty selector is invalid for {kind}"));
    let empty = (is_empty && !selector.is_null()).then(empty);
    let mut errors = label_selector(selector, "spec.selector");
    // Nothing is matched with a selector that can't be read.
    let is_readable = errors.is_empty();
    let unmatched = if is_readable { template_labels(selector, spec.get("template"), "spec.template") } else { Vec::new() };
    if selector.is_null() {
        errors.push(FieldError::required("spec.selector", ""));
    }
    if is_daemon_set {
        errors.extend(unmatched);
        errors.extend(empty);
    } else {
        errors.extend(empty);
        if !is_readable {
            errors.push(FieldError::invalid("spec.selector", selector, if kind == "statefulset" { "" } else { "invalid label selector" }));
            return errors;
        }
        errors.extend(unmatched);
    }
    errors.extend(template::validate_with(spec.get("template"), "spec.template", more_volumes));
    errors
}

/// The template's labels are what the selector asks for.
pub fn template_labels(selector: &Value, template: &Value, field: &str) -> Vec<FieldError> {
    let template_labels = template.path("metadata.labels");
    if labels::matches(selector, template_labels.fields()) && !selector.is_empty() {
        return Vec::new();
    }
    let shown = if template_labels.is_null() { Value::object() } else { template_labels.clone() };
    vec![FieldError::invalid(format!("{field}.metadata.labels"), &shown, "`selector` does not match template `labels`")]
}

/// `metav1.LabelSelector`'s own rules (`ValidateLabelSelector`).
pub fn label_selector(selector: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in selector.get("matchLabels").fields().iter() {
        for rule in crate::api::names::qualified_name(key) {
            errors.push(FieldError::invalid(format!("{field}.matchLabels"), &key.into(), rule));
        }
        for rule in crate::api::names::label_value(value.str()) {
            errors.push(FieldError::invalid(format!("{field}.matchLabels"), value, rule));
        }
    }
    for (index, requirement) in selector.get("matchExpressions").items().iter().enumerate() {
        let here = format!("{field}.matchExpressions[{index}]");
        let operator = requirement.get("operator");
        let has_values = !requirement.get("values").items().is_empty();
        match operator.str() {
            "In" | "NotIn" if !has_values => {
                errors.push(FieldError::required(format!("{here}.values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
            "Exists" | "DoesNotExist" if has_values => {
                errors.push(FieldError::forbidden(format!("{here}.values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.push(FieldError::invalid(format!("{here}.operator"), operator, "not a valid selector operator")),
        }
        for rule in crate::api::names::qualified_name(requirement.get("key").str()) {
            errors.push(FieldError::invalid(format!("{here}.key"), requirement.get("key"), rule));
        }
    }
    errors
}

/// A number that isn't negative, or a percentage (`ValidatePositiveIntOrPercent`).
pub fn count_or_percent(value: &Value, field: &str) -> Vec<FieldError> {
    match value {
        Value::Int(number) if *number < 0 => vec![FieldError::invalid(field, value, "must be greater than or equal to 0")],
        Value::String(text) if percent(text).is_none() => {
            vec![FieldError::invalid(
                field,
                value,
                "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
            )]
        }
        _ => Vec::new(),
    }
}

/// A percentage of at most 100.
pub fn not_over_100_percent(value: &Value, field: &str) -> Vec<FieldError> {
    match percent(value.str()) {
        Some(number) if number > 100 => vec![FieldError::invalid(field, value, "must not be greater than 100%")],
        _ => Vec::new(),
    }
}

fn percent(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('%')?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The field at a dotted path may not change.
pub fn immutable(new: &Value, old: &Value, field: &str) -> Vec<FieldError> {
    if new.path(field) == old.path(field) { Vec::new() } else { vec![FieldError::invalid(field, new.path(field), "field is immutable")] }
}

/// One of the given words, where there is one at all.
pub fn one_of(value: &Value, field: &str, supported: &[&str]) -> Vec<FieldError> {
    if value.is_empty() {
        return vec![FieldError { type_: ErrorType::Required, field: field.into(), shown: String::new(), detail: String::new() }];
    }
    if supported.contains(&value.str()) { Vec::new() } else { vec![FieldError::not_supported(field, value, supported)] }
}
