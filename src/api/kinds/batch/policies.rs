//! A Job's podFailurePolicy and successPolicy (`pkg/apis/batch/validation`).

use crate::api::field_error::FieldError;
use crate::value::Value;

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];

/// What is wrong with `spec.podFailurePolicy`.
pub fn failure_policy(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, rule) in spec.path("podFailurePolicy.rules").items().iter().enumerate() {
        let field = format!("spec.podFailurePolicy.rules[{index}]");
        let action = rule.get("action");
        match action.str() {
            "" => errors.push(FieldError::required(format!("{field}.action"), "valid values: \"Count\", \"FailIndex\", \"FailJob\", \"Ignore\"")),
            "FailIndex" if spec.get("backoffLimitPerIndex").is_null() => {
                errors.push(FieldError::invalid(format!("{field}.action"), action, "requires the backoffLimitPerIndex to be set"));
            }
            word if ACTIONS.contains(&word) => {}
            _ => errors.push(FieldError::not_supported(format!("{field}.action"), action, &ACTIONS)),
        }
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions").items());
        match (codes.is_null(), conditions.is_empty()) {
            (true, true) => errors.push(FieldError::invalid(&*field, rule, "specifying one of OnExitCodes and OnPodConditions is required")),
            (false, false) => errors.push(FieldError::invalid(&*field, rule, "specifying both OnExitCodes and OnPodConditions is not supported")),
            (false, true) => errors.extend(exit_codes(codes, &format!("{field}.onExitCodes"), spec)),
            (true, false) => {}
        }
    }
    errors
}

fn exit_codes(codes: &Value, field: &str, spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let operator = codes.get("operator");
    if operator.is_empty() {
        errors.push(FieldError::required(format!("{field}.operator"), "valid values: \"In\", \"NotIn\""));
    } else if !["In", "NotIn"].contains(&operator.str()) {
        errors.push(FieldError::not_supported(format!("{field}.operator"), operator, &["In", "NotIn"]));
    }
    if let Some(name) = codes.get("containerName").as_str() {
        let known = ["containers", "initContainers"]
            .iter()
            .any(|list| spec.path("template.spec").get(list).items().iter().any(|container| container.get("name").str() == name));
        if !known {
            errors.push(FieldError::invalid(
                format!("{field}.containerName"),
                codes.get("containerName"),
                "must be one of the container or initContainer names in the pod template",
            ));
        }
    }
    let values = codes.get("values").items();
    if values.is_empty() {
        errors.push(FieldError::invalid(format!("{field}.values"), codes.get("values"), "at least one value is required"));
    }
    for (index, value) in values.iter().enumerate() {
        if operator.str() == "In" && value.as_i64() == Some(0) {
            errors.push(FieldError::invalid(format!("{field}.values[{index}]"), value, "must not be 0 for the In operator"));
        }
        if values[..index].contains(value) {
            errors.push(FieldError::duplicate(format!("{field}.values[{index}]"), value));
        }
    }
    errors
}

/// What is wrong with `spec.successPolicy`.
pub fn success_policy(spec: &Value) -> Vec<FieldError> {
    let policy = spec.get("successPolicy");
    if policy.is_null() {
        return Vec::new();
    }
    if spec.get("completionMode").str() != "Indexed" {
        return vec![FieldError::invalid("spec.successPolicy", policy, "requires indexed completion mode")];
    }
    if policy.get("rules").items().is_empty() {
        return vec![FieldError::required("spec.successPolicy.rules", "at least one rules must be specified when the successPolicy is specified")];
    }
    let mut errors = Vec::new();
    for (index, rule) in policy.get("rules").items().iter().enumerate() {
        if rule.get("succeededCount").is_null() && rule.get("succeededIndexes").is_null() {
            errors.push(FieldError::required(
                format!("spec.successPolicy.rules[{index}]"),
                "at least one of succeededCount or succeededIndexes must be specified",
            ));
        }
    }
    errors
}
