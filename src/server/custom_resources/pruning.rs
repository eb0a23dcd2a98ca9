//! Dropping fields that a structural schema doesn't have, and giving the defaults that it has
//! (`pkg/apiserver/schema/pruning`, `pkg/apiserver/schema/defaulting`).

use crate::server::decode::Decoder;
use crate::value::Value;

/// Nested deeper than this, fields are left alone.
const DEPTH_LIMIT: usize = 200;
const PRESERVE: &str = "x-kubernetes-preserve-unknown-fields";

pub(super) fn prune(object: &mut Value, schema: &Value, decoder: &mut Decoder) {
    prune_at(object, schema, decoder, true, 0);
}

fn prune_at(value: &mut Value, schema: &Value, decoder: &mut Decoder, is_root: bool, depth: usize) {
    if depth > DEPTH_LIMIT || schema.get(PRESERVE).as_bool() == Some(true) && schema.get("properties").is_empty() {
        return;
    }
    let preserves = schema.get(PRESERVE).as_bool() == Some(true);
    let is_resource = is_root || schema.get("x-kubernetes-embedded-resource").as_bool() == Some(true);
    if value.is_array() {
        let items = schema.get("items");
        let mut list = value.items().to_vec();
        for (index, item) in list.iter_mut().enumerate() {
            decoder.inside_index(index, |decoder| prune_at(item, items, decoder, false, depth + 1));
        }
        *value = Value::array(list);
        return;
    }
    let names: Vec<_> = value.fields().keys().cloned().collect();
    for name in names {
        if is_resource && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
            continue;
        }
        let field = match schema.get("properties").get(&name) {
            Value::Null => schema.get("additionalProperties"),
            field => field,
        };
        let allowed = field.is_object() || field.as_bool() == Some(true);
        if allowed {
            decoder.inside_field(&name, |decoder| prune_at(value.get_mut(&name), field, decoder, false, depth + 1));
        } else if !preserves {
            decoder.unknown(&name);
            value.fields_mut().remove(&name);
        }
    }
}

pub(super) fn give_defaults(object: &mut Value, schema: &Value) {
    defaults_at(object, schema, 0);
}

fn defaults_at(value: &mut Value, schema: &Value, depth: usize) {
    if depth > DEPTH_LIMIT {
        return;
    }
    match value {
        Value::Object(_) => {
            for (name, field) in schema.get("properties").fields().iter() {
                let is_missing = value.fields().get(name).is_none_or(|there| there.is_null() && field.get("nullable").as_bool() != Some(true));
                let default = field.get("default");
                if is_missing && !default.is_null() {
                    value.fields_mut().insert(name.clone(), default);
                }
                if value.fields().contains_key(name) {
                    defaults_at(value.get_mut(name), field, depth + 1);
                }
            }
            let additional = schema.get("additionalProperties");
            if additional.is_object() {
                let names: Vec<_> = value.fields().keys().cloned().collect();
                for name in names {
                    defaults_at(value.get_mut(&name), additional, depth + 1);
                }
            }
        }
        Value::Array(_) if schema.get("items").is_object() => {
            for item in value.items_mut() {
                defaults_at(item, schema.get("items"), depth + 1);
            }
        }
        _ => {}
    }
}
