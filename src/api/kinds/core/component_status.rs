//! ComponentStatuses: whether the parts of the control plane answer.

use super::super::cells;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of ComponentStatuses.
pub struct ComponentStatusStrategy;

impl Strategy for ComponentStatusStrategy {
    fn deprecation(&self) -> Option<&'static str> {
        Some("v1 ComponentStatus is deprecated in v1.19+")
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Status", "Message", "Error"], &[])
    }

    fn row(&self, object: &Value, _now_ms: u64) -> Vec<Value> {
        let healthy = object.get("conditions").items().iter().find(|condition| condition.get("type").str() == "Healthy");
        let field = |name: &str| healthy.map_or("", |condition| condition.get(name).str());
        let status = match field("status") {
            "True" => "Healthy",
            "False" => "Unhealthy",
            _ => "Unknown",
        };
        vec![cells::name(object), status.into(), field("message").into(), field("error").into()]
    }
}
