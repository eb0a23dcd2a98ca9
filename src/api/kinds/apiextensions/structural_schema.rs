//! What a schema of a custom resource must be like: structural, so that unknown fields can be told from known ones.

use crate::api::field_error::FieldError;
use crate::value::Value;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
/// Deeper schemas are not looked into; no text nests deeper than this when it is read.
const MAX_DEPTH: usize = 128;

/// What is wrong with a schema at `field`.
pub(super) fn validate(schema: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if schema.get("type").str() != "object" {
        let type_ = schema.get("type");
        let here = format!("{field}.type");
        errors.push(match type_.is_empty() {
            true => FieldError::required(here, "must not be empty at the root"),
            false => FieldError::invalid(here, type_, "must be object at the root"),
        });
    }
    errors.extend(children(schema, field, 0));
    errors
}

fn children(schema: &Value, field: &str, depth: usize) -> Vec<FieldError> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let mut errors = Vec::new();
    for (name, property) in schema.get("properties").fields().iter() {
        errors.extend(node(property, &format!("{field}.properties[{name}]"), "specified object fields", depth));
    }
    let additional = schema.get("additionalProperties");
    if additional.is_object() {
        errors.extend(node(additional, &format!("{field}.additionalProperties"), "specified object fields", depth));
    }
    if additional.as_bool() == Some(false) {
        errors.push(FieldError::forbidden(format!("{field}.additionalProperties"), "additionalProperties cannot be set to false"));
    } else if !schema.get("properties").is_null() && additional.is_object() {
        errors.push(FieldError::forbidden(format!("{field}.additionalProperties"), "additionalProperties and properties are mutual exclusive"));
    }
    let items = schema.get("items");
    if schema.get("type").str() == "array" && items.is_null() {
        errors.push(FieldError::required(format!("{field}.items"), "must be specified"));
    } else if items.is_object() {
        errors.extend(node(items, &format!("{field}.items"), "specified array items", depth));
    }
    if schema.get("uniqueItems").as_bool() == Some(true) {
        errors.push(FieldError::forbidden(format!("{field}.uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
    }
    errors
}

fn node(schema: &Value, field: &str, what: &str, depth: usize) -> Vec<FieldError> {
    let mut errors = children(schema, field, depth + 1);
    let is_open = ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"].iter().any(|flag| schema.get(flag).as_bool() == Some(true));
    let type_ = schema.get("type");
    if type_.is_empty() && !is_open {
        errors.push(FieldError::required(format!("{field}.type"), format!("must not be empty for {what}")));
    } else if !type_.is_empty() && !TYPES.contains(&type_.str()) {
        errors.push(FieldError::not_supported(format!("{field}.type"), type_, &TYPES));
    }
    errors
}
