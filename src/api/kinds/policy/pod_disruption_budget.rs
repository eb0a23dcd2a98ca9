//! PodDisruptionBudgets.

use super::super::apps::workload;
use super::super::cells;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of PodDisruptionBudgets.
pub struct PodDisruptionBudgetStrategy;

const EVICTION_POLICIES: [&str; 2] = ["AlwaysAllow", "IfHealthyBudget"];

impl Strategy for PodDisruptionBudgetStrategy {
    fn prepare_for_create(&self, budget: &mut Value) {
        budget.set("status", json!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}));
    }

    fn validate(&self, budget: &Value) -> Vec<FieldError> {
        let spec = budget.get("spec");
        let (min, max) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
        let mut errors = Vec::new();
        if !min.is_null() && !max.is_null() {
            let policy = spec.get("unhealthyPodEvictionPolicy");
            let shown =
                format!("{{\"MinAvailable\":{min},\"Selector\":{},\"MaxUnavailable\":{max},\"UnhealthyPodEvictionPolicy\":{policy}}}", spec.get("selector"));
            let detail = "minAvailable and maxUnavailable cannot be both set".to_string();
            errors.push(FieldError { type_: ErrorType::Invalid, field: "spec".into(), shown, detail });
        }
        for (value, field) in [(min, "spec.minAvailable"), (max, "spec.maxUnavailable")] {
            errors.extend(workload::count_or_percent(value, field));
            errors.extend(workload::not_over_100_percent(value, field));
        }
        errors.extend(workload::label_selector(spec.get("selector"), "spec.selector"));
        let policy = spec.get("unhealthyPodEvictionPolicy");
        if !policy.is_null() && !EVICTION_POLICIES.contains(&policy.str()) {
            errors.push(FieldError::not_supported("spec.unhealthyPodEvictionPolicy", policy, &EVICTION_POLICIES));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Min Available", "Max Unavailable", "Allowed Disruptions", "Age"], &[])
    }

    fn row(&self, budget: &Value, now_ms: u64) -> Vec<Value> {
        let amount = |field: &str| match budget.path("spec").get(field) {
            Value::Null => Value::from("N/A"),
            Value::Int(number) => number.to_string().into(),
            text => text.clone(),
        };
        vec![
            cells::name(budget),
            amount("minAvailable"),
            amount("maxUnavailable"),
            cells::number(budget.path("status.disruptionsAllowed")),
            cells::age(budget, now_ms),
        ]
    }
}
