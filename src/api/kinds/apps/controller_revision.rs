//! ControllerRevisions.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ControllerRevisions.
pub struct ControllerRevisionStrategy;

impl Strategy for ControllerRevisionStrategy {
    fn prepare_for_create(&self, _revision: &mut Value) {}

    fn validate(&self, revision: &Value) -> Vec<FieldError> {
        let mut errors = rules::not_negative(revision.get("revision"), "revision");
        if revision.get("data").is_null() {
            errors.push(FieldError::required("data", "data is mandatory"));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = rules::not_negative(new.get("revision"), "revision");
        errors.extend(rules::immutable(new, old, "data"));
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Controller", "Revision", "Age"], &[])
    }

    fn row(&self, revision: &Value, now_ms: u64) -> Vec<Value> {
        let owner = meta::controller_of(revision);
        let controller = if owner.is_null() {
            "<none>".to_string()
        } else {
            let kind = owner.get("kind").str().to_lowercase();
            match owner.get("apiVersion").str().split_once('/') {
                Some((group, _)) => format!("{kind}.{group}/{}", owner.get("name").str()),
                None => format!("{kind}/{}", owner.get("name").str()),
            }
        };
        vec![cells::name(revision), controller.into(), cells::number(revision.get("revision")), cells::age(revision, now_ms)]
    }
}
