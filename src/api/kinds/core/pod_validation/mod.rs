//! What may be wrong with a Pod (`pkg/apis/core/validation/validation.go`, ValidatePodCreate and ValidatePodSpec).

pub(super) mod containers;
mod downward;
pub(in super::super) mod handlers;
mod network;
mod platform;
pub mod resources;
pub mod scheduling;
mod security;
pub mod template;
mod volumes;

use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// What is wrong with a new Pod.
pub fn validate_pod(pod: &Value) -> Vec<FieldError> {
    let mut errors = validate_spec(pod.get("spec"), "spec");
    if !pod.path("spec.ephemeralContainers").is_empty() {
        errors.push(FieldError::forbidden("spec.ephemeralContainers", "cannot be set on create"));
    }
    if !pod.path("spec.schedulingGates").is_empty() && !pod.path("spec.nodeName").is_empty() {
        errors.push(FieldError::forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
    }
    errors
}

/// What is wrong with a Pod's spec, be it of a Pod or of a template.
pub fn validate_spec(spec: &Value, field: &str) -> Vec<FieldError> {
    validate_spec_with(spec, field, &[])
}

/// As [`validate_spec`], where more volumes than the spec's own may be mounted: those of a StatefulSet's claim templates.
pub fn validate_spec_with(spec: &Value, field: &str, more_volumes: &[&str]) -> Vec<FieldError> {
    let (mut volume_names, mut errors) = volumes::validate(spec.get("volumes"), &format!("{field}.volumes"));
    volume_names.add(more_volumes);
    errors.extend(containers::validate(spec, field, &volume_names));
    errors.extend(supported(spec, field, "restartPolicy", &["Always", "OnFailure", "Never"]));
    errors.extend(supported(spec, field, "dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]));
    errors.extend(scheduling::validate(spec, field));
    errors.extend(security::of_pod(spec, field));
    errors.extend(network::validate(spec, field));
    errors.extend(platform::validate(spec, field));
    if let Some(account) = spec.get("serviceAccountName").as_str().filter(|name| !name.is_empty()) {
        errors.extend(invalid_name(account, format!("{field}.serviceAccountName"), names::dns1123_subdomain));
    }
    if let Some(node) = spec.get("nodeName").as_str().filter(|name| !name.is_empty()) {
        errors.extend(invalid_name(node, format!("{field}.nodeName"), names::dns1123_subdomain));
    }
    if let Some(seconds) = spec.get("activeDeadlineSeconds").as_i64().filter(|seconds| !(1..=i64::from(i32::MAX)).contains(seconds)) {
        errors.push(FieldError::invalid(format!("{field}.activeDeadlineSeconds"), &seconds.into(), "must be between 1 and 2147483647, inclusive"));
    }
    for host in ["hostname", "subdomain"] {
        if let Some(name) = spec.get(host).as_str().filter(|name| !name.is_empty()) {
            errors.extend(invalid_name(name, format!("{field}.{host}"), names::dns1123_label));
        }
    }
    if let Some(class) = spec.get("priorityClassName").as_str().filter(|name| !name.is_empty()) {
        errors.extend(invalid_name(class, format!("{field}.priorityClassName"), names::dns1123_subdomain));
    }
    errors
}

/// The word in `spec.FIELD` is one that is known; a missing one is required.
fn supported(spec: &Value, field: &str, name: &str, words: &[&str]) -> Vec<FieldError> {
    let value = spec.get(name);
    if value.is_empty() {
        return vec![FieldError::required(format!("{field}.{name}"), "")];
    }
    if words.contains(&value.str()) { Vec::new() } else { vec![FieldError::not_supported(format!("{field}.{name}"), value, words)] }
}

fn invalid_name(name: &str, field: String, rule: fn(&str) -> Vec<String>) -> Vec<FieldError> {
    rule(name).into_iter().map(|text| FieldError::invalid(field.clone(), &name.into(), text)).collect()
}

/// A number that must lie in a range, bounds included.
fn in_range(value: &Value, field: String, low: i64, high: i64) -> Vec<FieldError> {
    match value.as_i64() {
        Some(number) if (low..=high).contains(&number) => Vec::new(),
        _ => vec![FieldError::invalid(field, value, format!("must be between {low} and {high}, inclusive"))],
    }
}

/// A number that must not be negative.
fn not_negative(value: &Value, field: String) -> Vec<FieldError> {
    match value.as_i64() {
        Some(number) if number < 0 => vec![FieldError::invalid(field, value, "must be greater than or equal to 0")],
        _ => Vec::new(),
    }
}
