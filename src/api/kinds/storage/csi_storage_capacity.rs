//! CSIStorageCapacities.

use super::super::apps::workload::label_selector;
use super::super::core::{pod_warnings, quantities};
use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of CSIStorageCapacities.
pub struct CsiStorageCapacityStrategy;

impl Strategy for CsiStorageCapacityStrategy {
    fn prepare_for_create(&self, _capacity: &mut Value) {}

    fn validate(&self, capacity: &Value) -> Vec<FieldError> {
        let class = Value::from(capacity.get("storageClassName").str());
        let mut errors = rules::follows(&class, "storageClassName", names::dns1123_subdomain);
        errors.extend(label_selector(capacity.get("nodeTopology"), "nodeTopology"));
        if quantities::is_negative(capacity.get("capacity")) {
            errors.push(FieldError::invalid("capacity", capacity.get("capacity"), "must be greater than or equal to 0"));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        for field in ["nodeTopology", "storageClassName"] {
            errors.extend(rules::immutable(new, old, field));
        }
        errors
    }

    fn warnings(&self, capacity: &Value, _old: Option<&Value>) -> Vec<String> {
        let keys = capacity.path("nodeTopology.matchLabels").fields().keys();
        keys.filter_map(|key| pod_warnings::deprecated_node_label(key).map(|why| format!("nodeTopology.matchLabels.{key}: {why}"))).collect()
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Created At"], &[])
    }

    fn row(&self, capacity: &Value, _now_ms: u64) -> Vec<Value> {
        vec![cells::name(capacity), cells::created_at(capacity)]
    }
}
