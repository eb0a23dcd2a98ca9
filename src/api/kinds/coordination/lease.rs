//! Leases.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of Leases.
pub struct LeaseStrategy;

impl Strategy for LeaseStrategy {
    fn prepare_for_create(&self, _lease: &mut Value) {}

    fn validate(&self, lease: &Value) -> Vec<FieldError> {
        let seconds = lease.path("spec.leaseDurationSeconds");
        let mut errors = Vec::new();
        if seconds.as_i64().is_some_and(|seconds| seconds <= 0) {
            errors.push(FieldError::invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
        }
        errors.extend(rules::not_negative(lease.path("spec.leaseTransitions"), "spec.leaseTransitions"));
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Holder", "Age"], &[])
    }

    fn row(&self, lease: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(lease), cells::or(lease.path("spec.holderIdentity"), ""), cells::age(lease, now_ms)]
    }
}
