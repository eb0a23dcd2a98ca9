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
            if quantities::is_negative(quantity) {
                errors.push(FieldError::invalid(here, &quantity.str().into(), "must be greater than or equal to 0"));
            } else if (name.contains('/') || name.starts_with("hugepages-")) && Quantity::of(quantity).milli_value() % 1000 != 0 {
                errors.push(FieldError::invalid(here, &quantity.str().into(), "must be an integer"));
            }
        }
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
    if !name.contains('/') && !["cpu", "memory", "ephemeral-storage"].contains(&name) && !name.starts_with("hugepages-") && errors.is_empty() {
        errors.push(FieldError::invalid(field, &name.into(), "must be a standard resource type or fully qualified"));
        errors.push(FieldError::invalid(field, &name.into(), "must be a standard resource for containers"));
    }
    errors
}
