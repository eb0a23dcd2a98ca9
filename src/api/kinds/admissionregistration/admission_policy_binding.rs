//! ValidatingAdmissionPolicyBindings and MutatingAdmissionPolicyBindings.

use super::super::{cells, rules};
use super::matching;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of bindings of admission policies.
pub struct AdmissionPolicyBindingStrategy {
    /// Whether it binds a policy that changes objects.
    pub is_mutating: bool,
}

const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];

impl Strategy for AdmissionPolicyBindingStrategy {
    fn default(&self, binding: &mut Value) {
        if binding.path("spec.matchResources").is_object() {
            matching::default_match(binding.path_mut("spec.matchResources"));
        }
    }

    fn prepare_for_create(&self, _binding: &mut Value) {}

    fn validate(&self, binding: &Value) -> Vec<FieldError> {
        let spec = binding.get("spec");
        let mut errors = rules::required(spec.get("policyName"), "spec.policyName", names::dns1123_subdomain);
        let parameters = spec.get("paramRef");
        if !parameters.is_null() {
            errors.extend(self::parameters(parameters));
        }
        if !spec.get("matchResources").is_null() {
            errors.extend(matching::match_resources(spec.get("matchResources"), false, "spec.matchResources"));
        }
        if !self.is_mutating {
            errors.extend(actions(spec.get("validationActions")));
        }
        errors
    }

    fn warnings(&self, object: &Value, old: Option<&Value>) -> Vec<String> {
        if old.is_some() { Vec::new() } else { matching::reserved_name(object) }
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "PolicyName", "ParamRef", "Age"], &[])
    }

    fn row(&self, binding: &Value, now_ms: u64) -> Vec<Value> {
        let reference = binding.path("spec.paramRef");
        let parameters: Value = match (reference.get("namespace").str(), reference.get("name").str()) {
            _ if reference.is_null() => "<unset>".into(),
            (_, "") => cells::selector(reference.get("selector")),
            ("", name) => name.into(),
            (namespace, name) => format!("{namespace}/{name}").into(),
        };
        vec![cells::name(binding), binding.path("spec.policyName").clone(), parameters, cells::age(binding, now_ms)]
    }
}

fn parameters(reference: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (has_name, has_selector) = (!reference.get("name").is_empty(), !reference.get("selector").is_null());
    for field in ["spec.paramRef.name", "spec.paramRef.selector"] {
        if has_name && has_selector {
            errors.push(FieldError::forbidden(field, "name and selector are mutually exclusive"));
        } else if !has_name && !has_selector {
            errors.push(FieldError::required(field, "one of name or selector must be specified"));
        }
    }
    let action = reference.get("parameterNotFoundAction");
    let field = "spec.paramRef.parameterNotFoundAction";
    if action.is_empty() {
        errors.push(FieldError::required(field, ""));
    } else if !["Allow", "Deny"].contains(&action.str()) {
        errors.push(FieldError::not_supported(field, action, &["Deny", "Allow"]));
    }
    errors
}

fn actions(actions: &Value) -> Vec<FieldError> {
    let field = "spec.validationActions";
    let items = actions.items();
    if items.is_empty() {
        return vec![FieldError::required(field, "at least one validation action is required")];
    }
    let mut errors = Vec::new();
    for (index, action) in items.iter().enumerate() {
        let here = format!("{field}[{index}]");
        if !ACTIONS.contains(&action.str()) {
            errors.push(FieldError::not_supported(here, action, &ACTIONS));
        } else if items[..index].contains(action) {
            errors.push(FieldError::duplicate(here, action));
        }
    }
    let has = |word: &str| items.iter().any(|action| action.str() == word);
    if has("Deny") && has("Warn") {
        let why = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
        errors.push(FieldError::invalid(field, actions, why));
    }
    errors
}
