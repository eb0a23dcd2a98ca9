//! ResourceQuotas.

use super::super::cells;
use super::quantities;
use super::resource_names::{is_integer, is_standard_quota, resource_name};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::quantity::Quantity;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of ResourceQuotas.
pub struct ResourceQuotaStrategy;

/// Scopes that are there or not, without values.
const PLAIN_SCOPES: [&str; 5] = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity"];
const SCOPES: [&str; 7] =
    ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity", "PriorityClass", "VolumeAttributesClass"];
const POD_RESOURCES: [&str; 7] = ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

impl Strategy for ResourceQuotaStrategy {
    fn prepare_for_create(&self, quota: &mut Value) {
        quota.set("status", json!({}));
    }

    fn validate(&self, quota: &Value) -> Vec<FieldError> {
        let hard = quota.path("spec.hard");
        let mut errors = Vec::new();
        for (name, quantity) in hard.fields().iter() {
            let here = format!("spec.hard[{name}]");
            errors.extend(resource_name(name, &here));
            if !name.contains('/') && !is_standard_quota(name) {
                errors.push(FieldError::invalid(here.clone(), &name.into(), "must be a standard resource for quota"));
            }
            if quantities::is_negative(quantity) {
                errors.push(FieldError::invalid(here.clone(), quantity, "must be greater than or equal to 0"));
            }
            if is_integer(name) && Quantity::from_value(quantity).is_ok_and(|quantity| quantity.milli_value() % 1000 != 0) {
                errors.push(FieldError::invalid(here, quantity, "must be an integer"));
            }
        }
        errors.extend(scopes(quota.path("spec.scopes"), hard));
        errors.extend(scope_selector(quota.path("spec.scopeSelector"), hard));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        if new.path("spec.scopes") != old.path("spec.scopes") {
            errors.push(FieldError::invalid("spec.scopes", new.path("spec.scopes"), "field is immutable"));
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Request", "Limit", "Age"], &[])
    }

    fn row(&self, quota: &Value, now_ms: u64) -> Vec<Value> {
        let status = quota.get("status");
        let (mut requests, mut limits): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (name, hard) in status.get("hard").fields().iter() {
            let used = status.get("used").get(name);
            let text = format!("{name}: {}/{}", if used.is_null() { "0" } else { used.str() }, hard.str());
            if name.starts_with("limits") { limits.push(text) } else { requests.push(text) }
        }
        vec![cells::name(quota), requests.join(", ").into(), limits.join(", ").into(), cells::age(quota, now_ms)]
    }
}

/// Whether a scope says something about a resource (`IsResourceQuotaScopeValidForResource`).
fn applies(scope: &str, resource: &str) -> bool {
    match scope {
        "BestEffort" => resource == "pods",
        "Terminating" | "NotTerminating" | "NotBestEffort" | "PriorityClass" | "CrossNamespacePodAffinity" => POD_RESOURCES.contains(&resource),
        _ => true,
    }
}

fn any_misapplied(scope: &str, hard: &Value) -> bool {
    hard.fields().keys().any(|resource| is_standard_quota(resource) && !applies(scope, resource))
}

fn scopes(scopes: &Value, hard: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let invalid = |why: &str| FieldError::invalid("spec.scopes", scopes, why);
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.str()) {
            errors.push(invalid("unsupported scope"));
        }
        if any_misapplied(scope.str(), hard) {
            errors.push(invalid("unsupported scope applied to resource"));
        }
    }
    let has = |name: &str| scopes.items().iter().any(|scope| scope.str() == name);
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if has(one) && has(other) {
            errors.push(invalid("conflicting scopes"));
        }
    }
    errors
}

fn scope_selector(selector: &Value, hard: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let field = "spec.scopeSelector.matchExpressions";
    for requirement in selector.get("matchExpressions").items() {
        let (scope, operator) = (requirement.get("scopeName"), requirement.get("operator"));
        let has_values = !requirement.get("values").is_empty();
        if !SCOPES.contains(&scope.str()) {
            errors.push(FieldError::invalid(format!("{field}.scopeName"), scope, "unsupported scope"));
        }
        if any_misapplied(scope.str(), hard) {
            let shown = go_selector(selector);
            let detail = "unsupported scope applied to resource".into();
            errors.push(FieldError { type_: ErrorType::Invalid, field: field.into(), shown, detail });
        }
        if PLAIN_SCOPES.contains(&scope.str()) && operator.str() != "Exists" {
            let why = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.push(FieldError::invalid(format!("{field}.operator"), operator, why));
        }
        match operator.str() {
            "In" | "NotIn" if !has_values => {
                let why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                errors.push(FieldError::required(format!("{field}.values"), why));
            }
            "Exists" | "DoesNotExist" if has_values => {
                let why = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector";
                errors.push(FieldError::invalid(format!("{field}.values"), requirement.get("values"), why));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            _ => errors.push(FieldError::invalid(format!("{field}.operator"), operator, "not a valid selector operator")),
        }
    }
    errors
}

/// The selector with the names of Go's fields, as the message shows it.
fn go_selector(selector: &Value) -> String {
    let one = |requirement: &Value| {
        let text = |field: &str| Value::from(requirement.get(field).str());
        format!("{{\"ScopeName\":{},\"Operator\":{},\"Values\":{}}}", text("scopeName"), text("operator"), requirement.get("values"))
    };
    let all: Vec<String> = selector.get("matchExpressions").items().iter().map(one).collect();
    format!("{{\"MatchExpressions\":[{}]}}", all.join(","))
}
