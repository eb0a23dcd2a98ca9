//! PriorityLevelConfigurations.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of PriorityLevelConfigurations.
pub struct PriorityLevelConfigurationStrategy;

const DEFAULT_SHARES: i64 = 30;

impl Strategy for PriorityLevelConfigurationStrategy {
    fn default(&self, level: &mut Value) {
        let spec = level.get_mut("spec");
        if spec.get("limited").is_object() {
            let limited = spec.get_mut("limited");
            limited.set_default("nominalConcurrencyShares", DEFAULT_SHARES);
            limited.set_default("lendablePercent", 0);
            if limited.path("limitResponse.queuing").is_object() {
                for (field, number) in [("handSize", 8), ("queues", 64), ("queueLengthLimit", 50)] {
                    let given = limited.path("limitResponse.queuing").get(field).as_i64().unwrap_or(0);
                    if given == 0 {
                        limited.path_mut("limitResponse.queuing").set(field, number);
                    }
                }
            }
        }
        if spec.get("exempt").is_object() {
            for field in ["nominalConcurrencyShares", "lendablePercent"] {
                spec.get_mut("exempt").set_default(field, 0);
            }
        }
    }

    fn prepare_for_create(&self, level: &mut Value) {
        level.set("status", Value::object());
    }

    fn validate(&self, level: &Value) -> Vec<FieldError> {
        let spec = level.get("spec");
        let limited = spec.get("limited");
        match spec.get("type").str() {
            "" => vec![FieldError::required("spec.type", "")],
            "Exempt" if !limited.is_null() => vec![FieldError::forbidden("spec.limited", "must be nil if the type is not Limited")],
            "Exempt" => Vec::new(),
            "Limited" if limited.is_null() => vec![FieldError::required("spec.limited", "must not be empty when type is Limited")],
            "Limited" => self::limited(limited),
            _ => vec![FieldError::not_supported("spec.type", spec.get("type"), &["Exempt", "Limited"])],
        }
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit", "Age"], &[])
    }

    fn row(&self, level: &Value, now_ms: u64) -> Vec<Value> {
        let spec = level.get("spec");
        let queuing = spec.path("limited.limitResponse.queuing");
        vec![
            cells::name(level),
            spec.get("type").clone(),
            cells::or(spec.path("limited.nominalConcurrencyShares"), "<none>"),
            cells::or(queuing.get("queues"), "<none>"),
            cells::or(queuing.get("handSize"), "<none>"),
            cells::or(queuing.get("queueLengthLimit"), "<none>"),
            cells::age(level, now_ms),
        ]
    }
}

fn limited(limited: &Value) -> Vec<FieldError> {
    let field = "spec.limited";
    let mut errors = Vec::new();
    let shares = limited.get("nominalConcurrencyShares");
    if shares.as_i64().is_some_and(|shares| shares < 0) {
        errors.push(FieldError::invalid(format!("{field}.nominalConcurrencyShares"), shares, "must be a non-negative integer"));
    }
    let response = limited.get("limitResponse");
    let queuing = response.get("queuing");
    match response.get("type").str() {
        "Reject" if !queuing.is_null() => {
            errors.push(FieldError::forbidden(format!("{field}.limitResponse.queuing"), "must be nil if limited.limitResponse.type is not Limited"));
        }
        "Queue" if queuing.is_null() => {
            errors.push(FieldError::required(format!("{field}.limitResponse.queuing"), "must not be empty if limited.limitResponse.type is Limited"));
        }
        "Reject" | "Queue" => {}
        _ => errors.push(FieldError::not_supported(format!("{field}.limitResponse.type"), &response.get("type").str().into(), &["Queue", "Reject"])),
    }
    errors
}
