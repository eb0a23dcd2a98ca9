//! ResourceSlices: the devices that a driver has on a node.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ResourceSlices.
pub struct ResourceSliceStrategy;

impl Strategy for ResourceSliceStrategy {
    fn prepare_for_create(&self, _slice: &mut Value) {}

    fn validate(&self, slice: &Value) -> Vec<FieldError> {
        let spec = slice.get("spec");
        let mut errors = rules::required(spec.get("driver"), "spec.driver", names::dns1123_subdomain);
        let pool = spec.get("pool");
        if pool.get("name").is_empty() {
            errors.push(FieldError::required("spec.pool.name", ""));
        }
        let count = pool.get("resourceSliceCount").as_i64().unwrap_or(0);
        if count <= 0 {
            errors.push(FieldError::invalid("spec.pool.resourceSliceCount", &count.into(), "must be greater than zero"));
        }
        let places = ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"];
        let given = places.iter().filter(|place| !spec.get(place).is_empty()).count();
        let why = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        match given {
            0 => errors.push(FieldError::required("spec", why)),
            1 => {}
            _ => errors.push(FieldError::invalid("spec", &Value::Null, format!("{why}, but multiple fields are set"))),
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Node", "Driver", "Pool", "Age"], &[])
    }

    fn row(&self, slice: &Value, now_ms: u64) -> Vec<Value> {
        let spec = slice.get("spec");
        vec![
            cells::name(slice),
            cells::or(spec.get("nodeName"), ""),
            cells::or(spec.get("driver"), ""),
            cells::or(spec.path("pool.name"), ""),
            cells::age(slice, now_ms),
        ]
    }

    fn selectable_fields(&self, slice: &Value) -> Vec<(&'static str, String)> {
        ["spec.driver", "spec.nodeName"].map(|field| (field, slice.path(field).str().to_string())).to_vec()
    }
}
