//! CustomResourceDefinitions.

use super::super::cells;
use super::structural_schema;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::{Value, json};

/// The rules of CustomResourceDefinitions.
pub struct CustomResourceDefinitionStrategy;

const APPROVAL: &str = "api-approved.kubernetes.io";
const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];

impl Strategy for CustomResourceDefinitionStrategy {
    fn default(&self, definition: &mut Value) {
        let spec = definition.get_mut("spec");
        let kind = spec.path("names.kind").str().to_string();
        if spec.path("names.singular").is_empty() && !kind.is_empty() {
            spec.set("names.singular", kind.to_lowercase());
        }
        if spec.path("names.listKind").is_empty() && !kind.is_empty() {
            spec.set("names.listKind", format!("{kind}List"));
        }
        spec.set_default("conversion.strategy", "None");
        if spec.path("conversion.webhook.clientConfig.service").is_object() {
            spec.set_default("conversion.webhook.clientConfig.service.port", 443);
        }
    }

    fn prepare_for_create(&self, definition: &mut Value) {
        let stored: Vec<Value> = storage_versions(definition).cloned().collect();
        definition.set("status", json!({"acceptedNames": {"kind": "", "plural": ""}, "conditions": null}));
        definition.set("status.storedVersions", if stored.is_empty() { Value::Null } else { Value::array(stored) });
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        new.set("status", old.get("status").clone());
        let stored: Vec<Value> = storage_versions(new).filter(|name| !old.path("status.storedVersions").items().contains(name)).cloned().collect();
        for name in stored {
            new.push("status.storedVersions", name);
        }
    }

    fn validate(&self, definition: &Value) -> Vec<FieldError> {
        let spec = definition.get("spec");
        let mut errors = name(definition);
        errors.extend(group(spec.get("group")));
        errors.extend(super::super::rules::one_of(spec.get("scope"), "spec.scope", &["Cluster", "Namespaced"]));
        errors.extend(versions(spec));
        errors.extend(resource_names(spec.get("names")));
        if spec.get("preserveUnknownFields").as_bool() == Some(true) {
            let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
            errors.push(FieldError::invalid("spec.preserveUnknownFields", &true.into(), why));
        }
        let strategy = spec.path("conversion.strategy");
        if !["None", "Webhook"].contains(&strategy.str()) {
            errors.push(FieldError::not_supported("spec.conversion.strategy", strategy, &["None", "Webhook"]));
        }
        if definition.path("status.storedVersions").is_empty() {
            errors.push(FieldError::invalid("status.storedVersions", &Value::Null, "must have at least one stored version"));
        }
        let is_protected = |group: &str| ["k8s.io", "kubernetes.io"].iter().any(|domain| group == *domain || group.ends_with(&format!(".{domain}")));
        if is_protected(spec.get("group").str()) && meta::annotation(definition, APPROVAL).is_empty() {
            let why = format!("protected groups must have approval annotation \"{APPROVAL}\", see https://github.com/kubernetes/enhancements/pull/1111");
            errors.push(FieldError::required(format!("metadata.annotations[{APPROVAL}]"), why));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        for field in ["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"] {
            let established = crate::api::meta::is_condition_true(old, "Established");
            if established || field == "spec.group" || field == "spec.names.plural" {
                errors.extend(super::super::rules::immutable(new, old, field));
            }
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Created At"], &[])
    }

    fn row(&self, definition: &Value, _now_ms: u64) -> Vec<Value> {
        vec![cells::name(definition), cells::created_at(definition)]
    }
}

/// The names of the versions in which objects are stored.
fn storage_versions(definition: &Value) -> impl Iterator<Item = &Value> {
    definition.path("spec.versions").items().iter().filter(|version| version.get("storage").as_bool() == Some(true)).map(|version| version.get("name"))
}

fn name(definition: &Value) -> Vec<FieldError> {
    let (name, spec) = (meta::name(definition), definition.get("spec"));
    if name == format!("{}.{}", spec.path("names.plural").str(), spec.get("group").str()) {
        return Vec::new();
    }
    vec![FieldError::invalid("metadata.name", &name.into(), "must be spec.names.plural+\".\"+spec.group")]
}

fn group(group: &Value) -> Vec<FieldError> {
    if group.is_empty() {
        return vec![FieldError::required("spec.group", "")];
    }
    let rules = names::dns1123_subdomain(group.str());
    if !rules.is_empty() {
        return vec![FieldError::invalid("spec.group", group, rules.join(","))];
    }
    if !group.str().contains('.') {
        return vec![FieldError::invalid("spec.group", group, "should be a domain with at least one dot")];
    }
    Vec::new()
}

/// Each of the versions, and that their names differ and one is for storage. With a single version upstream speaks of the fields as
/// they were before each version had its own.
fn versions(spec: &Value) -> Vec<FieldError> {
    let versions = spec.get("versions").items();
    let mut errors = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        let here = format!("spec.versions[{index}]");
        let shared = if versions.len() == 1 { "spec".to_string() } else { here.clone() };
        let name = version.get("name");
        errors.extend(names::dns1035_label(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.name"), name, rule)));
        let schema = version.path("schema.openAPIV3Schema");
        if schema.is_null() {
            errors.push(FieldError::required(format!("{here}.schema.openAPIV3Schema"), ""));
        } else {
            let field = if versions.len() == 1 { "spec.validation.openAPIV3Schema".to_string() } else { format!("{here}.schema.openAPIV3Schema") };
            errors.extend(structural_schema::validate(schema, &field));
        }
        errors.extend(subresources(version.get("subresources"), &format!("{shared}.subresources")));
        for (number, column) in version.get("additionalPrinterColumns").items().iter().enumerate() {
            errors.extend(self::column(column, &format!("{shared}.additionalPrinterColumns[{number}]")));
        }
    }
    let shown = if versions.is_empty() { Value::Null } else { spec.get("versions").clone() };
    if versions.iter().enumerate().any(|(index, version)| versions[..index].iter().any(|other| other.get("name") == version.get("name"))) {
        errors.push(FieldError::invalid("spec.versions", &shown, "must contain unique version names"));
    }
    if versions.iter().filter(|version| version.get("storage").as_bool() == Some(true)).count() != 1 {
        errors.push(FieldError::invalid("spec.versions", &shown, "must have exactly one version marked as storage version"));
    }
    errors
}

fn subresources(subresources: &Value, field: &str) -> Vec<FieldError> {
    let scale = subresources.get("scale");
    if scale.is_null() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    for (name, root, is_needed) in [("specReplicasPath", ".spec", true), ("statusReplicasPath", ".status", true), ("labelSelectorPath", ".status", false)] {
        let (path, here) = (scale.get(name), format!("{field}.scale.{name}"));
        if path.is_empty() {
            if is_needed {
                errors.push(FieldError::required(here, ""));
            }
        } else if !path.str().starts_with('.') {
            errors.push(FieldError::invalid(here, path, "must be a simple json path starting with ."));
        } else if !(path.str().starts_with(&format!("{root}.")) || name == "labelSelectorPath" && path.str().starts_with(".spec.")) {
            let why =
                if name == "labelSelectorPath" { "should be a json path under .spec or .status".into() } else { format!("should be a json path under {root}") };
            errors.push(FieldError::invalid(here, path, why));
        }
    }
    errors
}

fn column(column: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if column.get("name").is_empty() {
        errors.push(FieldError::required(format!("{field}.name"), ""));
    }
    let type_ = column.get("type");
    if type_.is_empty() {
        errors.push(FieldError::required(format!("{field}.type"), format!("must be one of {}", COLUMN_TYPES.join(","))));
    } else if !COLUMN_TYPES.contains(&type_.str()) {
        errors.push(FieldError::invalid(format!("{field}.type"), type_, format!("must be one of {}", COLUMN_TYPES.join(","))));
    }
    let path = column.get("jsonPath");
    if path.is_empty() {
        errors.push(FieldError::required(format!("{field}.JSONPath"), ""));
    } else if !path.str().starts_with('.') {
        errors.push(FieldError::invalid(format!("{field}.JSONPath"), path, "must be a simple json path starting with ."));
    }
    errors
}

fn resource_names(given: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let label = |value: &Value, field: String, needed: bool| -> Vec<FieldError> {
        if value.is_empty() {
            return if needed { vec![FieldError::required(field, "")] } else { Vec::new() };
        }
        let lowercase = value.str().to_lowercase();
        let text = if field.ends_with("ind") { lowercase.as_str() } else { value.str() };
        names::dns1035_label(text).into_iter().map(|rule| FieldError::invalid(field.clone(), value, rule)).collect()
    };
    for name in ["plural", "singular", "kind", "listKind"] {
        errors.extend(label(given.get(name), format!("spec.names.{name}"), true));
    }
    for list in ["shortNames", "categories"] {
        for (index, name) in given.get(list).items().iter().enumerate() {
            errors.extend(label(name, format!("spec.names.{list}[{index}]"), false));
        }
    }
    if !given.get("kind").is_empty() && given.get("kind") == given.get("listKind") {
        errors.push(FieldError::invalid("spec.names.listKind", given.get("listKind"), "kind and listKind may not be the same"));
    }
    errors
}
