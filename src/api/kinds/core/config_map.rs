//! ConfigMaps.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// How many bytes the data of a ConfigMap or Secret may have (`MaxSecretSize`).
pub(super) const MAX_DATA_BYTES: usize = 1024 * 1024;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

/// The rules of ConfigMaps.
pub struct ConfigMapStrategy;

impl Strategy for ConfigMapStrategy {
    fn prepare_for_create(&self, _object: &mut Value) {}

    fn validate(&self, map: &Value) -> Vec<FieldError> {
        let (data, binary) = (map.get("data"), map.get("binaryData"));
        let mut errors = Vec::new();
        for key in data.fields().keys() {
            errors.extend(data_key("data", key));
            if binary.fields().contains_key(key) {
                errors.push(FieldError::invalid(format!("data[{key}]"), &key.into(), "duplicate of key present in binaryData"));
            }
        }
        for key in binary.fields().keys() {
            errors.extend(data_key("binaryData", key));
        }
        let bytes = data.fields().values().map(|text| text.str().len()).sum::<usize>() + binary.fields().values().map(decoded_len).sum::<usize>();
        if bytes > MAX_DATA_BYTES {
            errors.push(FieldError::too_long("[]", MAX_DATA_BYTES));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = immutable(new, old, &["data", "binaryData"]);
        errors.extend(self.validate(new));
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Data", "Age"], &[])
    }

    fn row(&self, map: &Value, now_ms: u64) -> Vec<Value> {
        let count = map.get("data").fields().len() + map.get("binaryData").fields().len();
        vec![cells::name(map), count.into(), cells::age(map, now_ms)]
    }
}

/// What is wrong with the name of a datum.
pub(super) fn data_key(field: &str, key: &str) -> Vec<FieldError> {
    names::config_map_key(key).into_iter().map(|rule| FieldError::invalid(format!("{field}[{key}]"), &key.into(), rule)).collect()
}

/// How many bytes a text in base64 stands for.
pub(super) fn decoded_len(encoded: &Value) -> usize {
    encoded.str().trim_end_matches('=').len() * 3 / 4
}

/// What may not change once `immutable` is set.
pub(super) fn immutable(new: &Value, old: &Value, fields: &[&str]) -> Vec<FieldError> {
    let is_set = |object: &Value| object.get("immutable").as_bool() == Some(true);
    if !is_set(old) {
        return Vec::new();
    }
    let mut errors = Vec::new();
    if !is_set(new) {
        errors.push(FieldError::forbidden("immutable", IMMUTABLE));
    }
    let changed = fields.iter().filter(|field| new.get(field) != old.get(field) && !(new.get(field).is_empty() && old.get(field).is_empty()));
    errors.extend(changed.map(|field| FieldError::forbidden(*field, IMMUTABLE)));
    errors
}
