//! IngressClasses.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::Value;

/// The rules of IngressClasses.
pub struct IngressClassStrategy;

impl Strategy for IngressClassStrategy {
    fn default(&self, class: &mut Value) {
        if class.path("spec.parameters").is_object() {
            class.set_default("spec.parameters.scope", "Cluster");
        }
    }

    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let controller = class.path("spec.controller");
        let mut errors = rules::domain_prefixed_path(controller, "spec.controller");
        errors.extend(parameters(class.path("spec.parameters")));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = rules::immutable(new, old, "spec.controller");
        errors.extend(self.validate(new));
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Controller", "Parameters", "Age"], &[])
    }

    fn row(&self, class: &Value, now_ms: u64) -> Vec<Value> {
        let parameters = class.path("spec.parameters");
        let text = match (parameters.is_null(), parameters.get("apiGroup").str()) {
            (true, _) => "<none>".to_string(),
            (false, "") => format!("{}/{}", parameters.get("kind").str(), parameters.get("name").str()),
            (false, group) => format!("{}.{group}/{}", parameters.get("kind").str(), parameters.get("name").str()),
        };
        let is_default = meta::annotation(class, "ingressclass.kubernetes.io/is-default-class") == "true";
        vec![cells::name_or_default(class, is_default), class.path("spec.controller").clone(), text.into(), cells::age(class, now_ms)]
    }
}

/// `acme.io/foo` (`IsDomainPrefixedPath`).
fn parameters(parameters: &Value) -> Vec<FieldError> {
    if parameters.is_null() {
        return Vec::new();
    }
    let field = "spec.parameters";
    let mut errors = Vec::new();
    if !parameters.get("apiGroup").is_null() {
        errors.extend(rules::follows(parameters.get("apiGroup"), &format!("{field}.apiGroup"), names::dns1123_subdomain));
    }
    for name in ["kind", "name"] {
        errors.extend(rules::required(parameters.get(name), &format!("{field}.{name}"), names::path_segment));
    }
    let namespace = parameters.get("namespace");
    let here = format!("{field}.namespace");
    match parameters.get("scope").str() {
        "Cluster" if !namespace.is_null() => errors.push(FieldError::forbidden(here, "`parameters.scope` is set to 'Cluster'")),
        "Cluster" => {}
        "Namespace" if namespace.is_null() => errors.push(FieldError::required(here, "`parameters.scope` is set to 'Namespace'")),
        "Namespace" => errors.extend(rules::follows(namespace, &here, names::dns1123_label)),
        "" => errors.push(FieldError::required(format!("{field}.scope"), "")),
        _ => errors.push(FieldError::not_supported(format!("{field}.scope"), parameters.get("scope"), &["Cluster", "Namespace"])),
    }
    errors
}
