//! Rules that the kinds with a template of Pods share (`pkg/apis/apps/validation`).

use super::super::core::go_struct;
use super::super::core::pod_validation::template;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::labels;
use crate::value::Value;

/// `spec.FIELD` is a number that must not be negative.
pub fn count(spec: &Value, field: &str) -> Vec<FieldError> {
    count_at(spec.get(field), &format!("spec.{field}"))
}

/// A number that must not be negative (`ValidateNonnegativeField`).
pub fn count_at(value: &Value, field: &str) -> Vec<FieldError> {
    match value.as_i64() {
        Some(number) if number < 0 => vec![FieldError::invalid(field, value, "must be greater than or equal to 0")],
        _ => Vec::new(),
    }
}

/// `spec.selector` is there and not empty; upstream says `kind` where it is.
pub fn selector(spec: &Value, kind: &str) -> Vec<FieldError> {
    let selector = spec.get("selector");
    if selector.is_null() {
        return vec![FieldError::required("spec.selector", "")];
    }
    let mut errors = label_selector(selector, "spec.selector");
    if is_empty(selector) {
        errors.push(FieldError::invalid("spec.selector", selector, format!("empty selector is invalid for {kind}")));
    }
    errors
}

/// What is wrong with `spec.template`, which the selector must select; upstream doesn't look at it where the selector can't be read, and says `why`.
pub fn template(spec: &Value, why: &str, validate: impl FnOnce(&Value) -> Vec<FieldError>) -> Vec<FieldError> {
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    if !label_selector(selector, "").is_empty() {
        let mut error = FieldError::invalid("spec.selector", selector, why);
        error.shown = go_struct::plain(selector).compact();
        return vec![error];
    }
    let mut errors = if is_empty(selector) { Vec::new() } else { template_labels(selector, template) };
    errors.extend(validate(template));
    errors
}

/// Whether a selector is there and selects everything.
pub fn is_empty(selector: &Value) -> bool {
    selector.is_object() && selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty()
}

/// The template of Pods that a ReplicaSet keeps, itself or for a Deployment.
pub fn replicated_template(spec: &Value) -> Vec<FieldError> {
    template(spec, "invalid label selector", |template| {
        let mut errors = template::validate(template, "spec.template");
        errors.extend(template::always_restarts(template, "spec.template", "ReplicaSet"));
        errors
    })
}

/// The template's labels are what the selector asks for.
pub fn template_labels(selector: &Value, template: &Value) -> Vec<FieldError> {
    let given = template.path("metadata.labels");
    if labels::matches(selector, given.fields()) {
        return Vec::new();
    }
    vec![FieldError::invalid("spec.template.metadata.labels", given, "`selector` does not match template `labels`")]
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
        for (index, value) in requirement.get("values").items().iter().enumerate() {
            for rule in crate::api::names::label_value(value.str()) {
                errors.push(FieldError::invalid(format!("{here}.values[{index}]"), value, rule));
            }
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

/// Whether it is no Pod at all: 0, or 0 % of them; what isn't given counts as well.
pub fn is_none(value: &Value) -> bool {
    value.as_i64().unwrap_or(0) == 0 && percent(value.str()).unwrap_or(0) == 0
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
