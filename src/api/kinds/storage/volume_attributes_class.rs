//! VolumeAttributesClasses.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of VolumeAttributesClasses.
pub struct VolumeAttributesClassStrategy;

impl Strategy for VolumeAttributesClassStrategy {
    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let driver = Value::from(class.get("driverName").str().to_lowercase());
        let mut errors = rules::required(&driver, "driverName", names::qualified_name);
        if class.get("parameters").is_empty() {
            errors.push(FieldError::required("parameters", "must contain at least one key/value pair"));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        ["driverName", "parameters"].into_iter().flat_map(|field| rules::immutable(new, old, field)).collect()
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "DriverName", "Age"], &[])
    }

    fn row(&self, class: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(class), class.get("driverName").clone(), cells::age(class, now_ms)]
    }
}
