//! Requests and limits.

use super::super::quantities;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::quantity::Quantity;
use crate::value::Value;
use std::cmp::Ordering;

/// What is wrong with a container's resources.
pub fn validate(resources: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for list in ["limits", "requests"] {
        for (name, quantity) in resources.get(list).fields().iter() {
            let here = format!("{field}.{list}[{name}]");
            errors.extend(resource_name(name, &here));
            let amount = Quantity::of(quantity);
            if quantities::is_negative(quantity) {
                errors.push(FieldError::invalid(here, &quantity.str().into(), "must be greater than or equal to 0"));
            } else if name.contains('/') && amount.milli_value() % 1000 != 0 {
                errors.push(FieldError::invalid(here, &quantity.str().into(), "must be an integer"));
            } else if let Some(size) = name.strip_prefix("hugepages-")
                && let Ok(size) = Quantity::parse(size)
                && size.value() > 0
                && amount.value() % size.value() != 0
            {
                errors.push(FieldError::invalid(here, &quantity.str().into(), format!("{} is not positive integer multiple of {name}", quantity.str())));
            }
        }
    }
    let given = || ["limits", "requests"].into_iter().flat_map(|list| resources.get(list).fields().keys());
    if given().any(|name| name.starts_with("hugepages-")) && !given().any(|name| name == "cpu" || name == "memory") {
        errors.push(FieldError::forbidden(field, "HugePages require cpu or memory"));
    }
    for (name, request) in resources.get("requests").fields().iter() {
        let limit = resources.get("limits").get(name);
        let here = format!("{field}.requests");
        if limit.is_null() {
            if name.contains('/') || name.starts_with("hugepages-") {
                errors.push(FieldError::required(format!("{field}.limits"), "Limit must be set for non overcommitable resources"));
            }
        } else if quantities::compare(request, limit) == Ordering::Greater {
            errors.push(FieldError::invalid(here, request, format!("must be less than or equal to {name} limit of {}", limit.str())));
        }
    }
    errors
}

/// cpu, memory, ephemeral-storage, hugepages-*, or `domain/name`.
pub fn resource_name(name: &str, field: &str) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = names::qualified_name(name).into_iter().map(|rule| FieldError::invalid(field, &name.into(), rule)).collect();
    if !name.contains('/') && !["cpu", "memory", "ephemeral-storage"].contains(&name) && !name.starts_with("hugepages-") {
        if errors.is_empty() && !is_standard(name) {
            errors.push(FieldError::invalid(field, &name.into(), "must be a standard resource type or fully qualified"));
        }
        errors.push(FieldError::invalid(field, &name.into(), "must be a standard resource for containers"));
    }
    errors
}

/// Whether Kubernetes knows the resource, if not for containers (`IsStandardResourceName`).
fn is_standard(name: &str) -> bool {
    let bare = name.strip_prefix("requests.").or(name.strip_prefix("limits.")).unwrap_or(name);
    matches!(bare, "cpu" | "memory" | "ephemeral-storage")
        || matches!(name, "pods" | "services" | "replicationcontrollers" | "resourcequotas" | "secrets" | "persistentvolumeclaims" | "configmaps")
        || matches!(name, "services.nodeports" | "services.loadbalancers" | "requests.storage" | "storage")
}
