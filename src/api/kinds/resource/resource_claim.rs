//! ResourceClaims.

use super::super::{cells, rules};
use super::claims;
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ResourceClaims.
pub struct ResourceClaimStrategy;

impl Strategy for ResourceClaimStrategy {
    fn default(&self, claim: &mut Value) {
        claims::default_spec(claim.get_mut("spec"));
    }

    fn prepare_for_create(&self, claim: &mut Value) {
        claim.set("status", Value::object());
    }

    fn validate(&self, claim: &Value) -> Vec<FieldError> {
        claims::validate_spec(claim.get("spec"), "spec")
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = rules::immutable(new, old, "spec");
        errors.extend(self.validate(new));
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "State", "Age"], &[])
    }

    fn row(&self, claim: &Value, now_ms: u64) -> Vec<Value> {
        let (is_going, is_allocated) = (meta::is_being_deleted(claim), !claim.path("status.allocation").is_null());
        let mut states = Vec::new();
        if is_going {
            states.push("deleted");
        }
        if is_allocated {
            states.push("allocated");
            if !claim.path("status.reservedFor").is_empty() {
                states.push("reserved");
            }
        } else if !is_going {
            states.push("pending");
        }
        vec![cells::name(claim), states.join(",").into(), cells::age(claim, now_ms)]
    }
}
