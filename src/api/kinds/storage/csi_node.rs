//! CSINodes.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of CSINodes.
pub struct CsiNodeStrategy;

impl Strategy for CsiNodeStrategy {
    fn prepare_for_create(&self, _node: &mut Value) {}

    fn validate(&self, node: &Value) -> Vec<FieldError> {
        let drivers = node.path("spec.drivers").items();
        let mut errors = Vec::new();
        for (index, driver) in drivers.iter().enumerate() {
            let here = format!("spec.drivers[{index}]");
            if drivers[..index].iter().any(|other| other.get("name") == driver.get("name")) {
                errors.push(FieldError::duplicate(format!("{here}.name"), driver.get("name")));
                continue;
            }
            for field in ["name", "nodeID"].into_iter().filter(|field| driver.get(field).is_empty()) {
                errors.push(FieldError::required(format!("{here}.{field}"), ""));
            }
            errors.extend(rules::not_negative(driver.path("allocatable.count"), &format!("{here}.allocatable.count")));
            for key in driver.get("topologyKeys").items() {
                if key.is_empty() {
                    errors.push(FieldError::required(here.clone(), ""));
                }
                errors.extend(rules::follows(key, &here, names::qualified_name));
            }
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Drivers", "Age"], &[])
    }

    fn row(&self, node: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(node), node.path("spec.drivers").items().len().into(), cells::age(node, now_ms)]
    }
}
