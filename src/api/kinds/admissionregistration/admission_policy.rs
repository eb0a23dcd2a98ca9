//! ValidatingAdmissionPolicies and MutatingAdmissionPolicies. Their expressions in CEL are stored, not compiled.

use super::super::cells;
use super::matching;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of admission policies.
pub struct AdmissionPolicyStrategy {
    /// Whether it changes objects rather than judging them.
    pub is_mutating: bool,
}

const REASONS: [&str; 4] = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];

impl Strategy for AdmissionPolicyStrategy {
    fn default(&self, policy: &mut Value) {
        let spec = policy.get_mut("spec");
        spec.set_default("failurePolicy", "Fail");
        if spec.get("matchConstraints").is_object() {
            matching::default_match(spec.get_mut("matchConstraints"));
        }
    }

    fn prepare_for_create(&self, policy: &mut Value) {
        if self.is_mutating {
            policy.remove("status");
        } else {
            policy.set("status", Value::object());
        }
    }

    fn validate(&self, policy: &Value) -> Vec<FieldError> {
        let spec = policy.get("spec");
        let mut errors = matching::failure_policy(spec.get("failurePolicy"), "spec.failurePolicy");
        let parameters = spec.get("paramKind");
        if !parameters.is_null() {
            for name in ["apiVersion", "kind"].into_iter().filter(|name| parameters.get(name).is_empty()) {
                errors.push(FieldError::required(format!("spec.paramKind.{name}"), ""));
            }
        }
        if spec.get("matchConstraints").is_null() {
            errors.push(FieldError::required("spec.matchConstraints", ""));
        } else {
            errors.extend(matching::match_resources(spec.get("matchConstraints"), true, "spec.matchConstraints"));
        }
        errors.extend(matching::conditions(spec.get("matchConditions").items(), "spec.matchConditions"));
        errors.extend(variables(spec.get("variables").items()));
        errors.extend(if self.is_mutating { mutations(spec) } else { validations(spec) });
        errors
    }

    fn warnings(&self, object: &Value, old: Option<&Value>) -> Vec<String> {
        if old.is_some() { Vec::new() } else { matching::reserved_name(object) }
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", if self.is_mutating { "Mutations" } else { "Validations" }, "ParamKind", "Age"], &[])
    }

    fn row(&self, policy: &Value, now_ms: u64) -> Vec<Value> {
        let spec = policy.get("spec");
        let steps = spec.get(if self.is_mutating { "mutations" } else { "validations" }).items().len();
        let kind = spec.get("paramKind");
        let kind = if kind.is_null() { "<unset>".to_string() } else { format!("{}/{}", kind.get("apiVersion").str(), kind.get("kind").str()) };
        vec![cells::name(policy), steps.into(), kind.into(), cells::age(policy, now_ms)]
    }
}

fn variables(variables: &[Value]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, variable) in variables.iter().enumerate() {
        let here = format!("spec.variables[{index}]");
        let name = variable.get("name");
        let is_identifier =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !text.starts_with(|first: char| first.is_ascii_digit());
        if name.is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), "name is not specified"));
        } else if !is_identifier(name.str()) {
            errors.push(FieldError::invalid(format!("{here}.name"), name, "must be a valid CEL identifier"));
        }
        if variable.get("expression").str().trim().is_empty() {
            errors.push(FieldError::required(format!("{here}.expression"), "expression is not specified"));
        }
        if variables[..index].iter().any(|other| other.get("name") == name) {
            errors.push(FieldError::duplicate(format!("{here}.name"), name));
        }
    }
    errors
}

fn validations(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec.get("validations").is_empty() && spec.get("auditAnnotations").is_empty() {
        for field in ["spec.validations", "spec.auditAnnotations"] {
            errors.push(FieldError::required(field, "validations or auditAnnotations must contain at least one item"));
        }
    }
    for (index, validation) in spec.get("validations").items().iter().enumerate() {
        let here = format!("spec.validations[{index}]");
        if validation.get("expression").str().trim().is_empty() {
            errors.push(FieldError::required(format!("{here}.expression"), "expression is not specified"));
        }
        let reason = validation.get("reason");
        if !reason.is_null() && !REASONS.contains(&reason.str()) {
            errors.push(FieldError::not_supported(format!("{here}.reason"), reason, &REASONS[..3]));
        }
    }
    for (index, annotation) in spec.get("auditAnnotations").items().iter().enumerate() {
        let here = format!("spec.auditAnnotations[{index}]");
        if annotation.get("valueExpression").str().trim().is_empty() {
            errors.push(FieldError::required(format!("{here}.valueExpression"), "valueExpression is not specified"));
        }
    }
    errors
}

fn mutations(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec.get("mutations").is_empty() {
        errors.push(FieldError::required("spec.mutations", "mutations must contain at least one item"));
    }
    for (index, mutation) in spec.get("mutations").items().iter().enumerate() {
        let here = format!("spec.mutations[{index}]");
        let field = match mutation.get("patchType").str() {
            "ApplyConfiguration" => "applyConfiguration",
            "JSONPatch" => "jsonPatch",
            "" => {
                errors.push(FieldError::required(format!("{here}.patchType"), ""));
                continue;
            }
            _ => {
                errors.push(FieldError::not_supported(format!("{here}.patchType"), mutation.get("patchType"), &["ApplyConfiguration", "JSONPatch"]));
                continue;
            }
        };
        if mutation.get(field).get("expression").str().trim().is_empty() {
            errors.push(FieldError::required(format!("{here}.{field}.expression"), "expression is not specified"));
        }
    }
    let again = spec.get("reinvocationPolicy");
    match again.str() {
        "IfNeeded" | "Never" => {}
        "" => errors.push(FieldError::required("spec.reinvocationPolicy", "")),
        _ => errors.push(FieldError::not_supported("spec.reinvocationPolicy", again, &["IfNeeded", "Never"])),
    }
    errors
}
