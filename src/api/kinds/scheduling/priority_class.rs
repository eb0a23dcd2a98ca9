//! PriorityClasses.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of PriorityClasses.
pub struct PriorityClassStrategy;

/// The highest priority that people may give (`HighestUserDefinablePriority`).
const HIGHEST_USER_PRIORITY: i64 = 1_000_000_000;
/// The classes that every cluster has.
const SYSTEM_CLASSES: [(&str, i64); 2] = [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

impl Strategy for PriorityClassStrategy {
    fn default(&self, class: &mut Value) {
        class.set_default("preemptionPolicy", "PreemptLowerPriority");
    }

    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let (name, value) = (meta::name(class), class.get("value").as_i64().unwrap_or(0));
        let mut errors = Vec::new();
        if name.starts_with("system-") {
            if !SYSTEM_CLASSES.contains(&(name, value)) {
                let why = match SYSTEM_CLASSES.iter().find(|(known, _)| *known == name) {
                    Some((_, right)) => format!("value of {name} PriorityClass must be {right}"),
                    None => format!("{name} is not a known system priority class"),
                };
                let detail = format!("priority class names with 'system-' prefix are reserved for system use only. error: {why}");
                errors.push(FieldError::forbidden("metadata.name", detail));
            }
        } else if value > HIGHEST_USER_PRIORITY {
            errors.push(FieldError::forbidden("value", format!("maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}")));
        }
        let policy = class.get("preemptionPolicy");
        if !["PreemptLowerPriority", "Never"].contains(&policy.str()) {
            errors.push(FieldError::not_supported("preemptionPolicy", policy, &["PreemptLowerPriority", "Never"]));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if new.get("value").as_i64().unwrap_or(0) != old.get("value").as_i64().unwrap_or(0) {
            errors.push(FieldError::forbidden("value", "may not be changed in an update."));
        }
        errors.extend(rules::immutable(new, old, "preemptionPolicy"));
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Value", "Global-Default", "Age", "PreemptionPolicy"], &[])
    }

    fn row(&self, class: &Value, now_ms: u64) -> Vec<Value> {
        vec![
            cells::name(class),
            cells::number(class.get("value")),
            class.get("globalDefault").as_bool().unwrap_or(false).into(),
            cells::age(class, now_ms),
            cells::or(class.get("preemptionPolicy"), ""),
        ]
    }
}
