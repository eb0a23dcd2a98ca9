//! References to a pod's own fields and resources (the downward API).

use super::super::super::rules;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// What variables may show, beside single labels and annotations.
pub const ENVIRONMENT: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// What files may show.
pub const FILES: [&str; 5] = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Fields that the API knows but that are not for containers.
const OTHERS: [&str; 6] = ["metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "spec.host", "status.phase"];

const RESOURCES: [&str; 6] = ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

/// A `fieldRef`, which may name one of `fields` (`validateObjectFieldSelector`).
pub fn field_ref(reference: &Value, field: &str, fields: &[&str]) -> Vec<FieldError> {
    let (version, path) = (reference.get("apiVersion"), reference.get("fieldPath"));
    let here = format!("{field}.fieldPath");
    if version.is_empty() {
        return vec![FieldError::required(format!("{field}.apiVersion"), "")];
    }
    if path.is_empty() {
        return vec![FieldError::required(here, "")];
    }
    if version.str() != "v1" {
        return vec![FieldError::invalid(here, path, format!("error converting fieldPath: unsupported pod version: {}", version.str()))];
    }
    if let Some((map, key)) = path.str().strip_suffix("']").and_then(|text| text.split_once("['")) {
        return match map {
            "metadata.labels" | "metadata.annotations" => rules::follows(&key.into(), field, names::qualified_name),
            _ => vec![FieldError::invalid(here, path, format!("error converting fieldPath: field label does not support subscript: {}", path.str()))],
        };
    }
    if fields.contains(&path.str()) {
        Vec::new()
    } else if ENVIRONMENT.contains(&path.str()) || OTHERS.contains(&path.str()) {
        vec![FieldError::not_supported(here, path, fields)]
    } else {
        vec![FieldError::invalid(here, path, format!("error converting fieldPath: field label not supported: {}", path.str()))]
    }
}

/// A `resourceFieldRef`; in a file it must name the container (`validateContainerResourceFieldSelector`).
pub fn resource_ref(reference: &Value, field: &str, is_file: bool) -> Vec<FieldError> {
    if is_file && reference.get("containerName").is_empty() {
        return vec![FieldError::required(format!("{field}.containerName"), "")];
    }
    let resource = reference.get("resource");
    if resource.is_empty() {
        return vec![FieldError::required(format!("{field}.resource"), "")];
    }
    let name = resource.str().split_once('.').map_or("", |(_, name)| name);
    if !RESOURCES.contains(&resource.str()) && !name.starts_with("hugepages-") {
        return vec![FieldError::not_supported(format!("{field}.resource"), resource, &RESOURCES)];
    }
    let (known, said): (&[&str], &str) = match name {
        "cpu" => (&["1m", "1"], "only divisor's values 1m and 1 are supported with the cpu resource"),
        "memory" => (BYTES, "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource"),
        "ephemeral-storage" => {
            (BYTES, "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the local ephemeral storage resource")
        }
        _ => (BYTES, "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the hugepages resource"),
    };
    match reference.get("divisor").str() {
        "" | "0" => Vec::new(),
        divisor if known.contains(&divisor) => Vec::new(),
        _ => vec![FieldError::invalid(format!("{field}.divisor"), resource, said)],
    }
}

const BYTES: &[&str] = &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
