//! Events, of both groups: `events.k8s.io` shows the same objects under other names.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, time};
use crate::value::Value;

/// The rules of Events.
pub struct EventStrategy;

impl Strategy for EventStrategy {
    fn default(&self, _event: &mut Value) {}

    fn prepare_for_create(&self, _event: &mut Value) {}

    /// The object and what is said of it are in one namespace; what happens to cluster-scoped objects is told in `default`.
    fn validate(&self, event: &Value) -> Vec<FieldError> {
        let object = event.path("involvedObject.namespace");
        let (object_namespace, namespace) = (object.str(), meta::namespace(event));
        let matches = if object_namespace.is_empty() { matches!(namespace, "" | "default" | "kube-system") } else { object_namespace == namespace };
        if matches {
            return Vec::new();
        }
        let shown = Value::from(object_namespace);
        vec![FieldError::invalid("involvedObject.namespace", &shown, "does not match event.namespace")]
    }

    fn columns(&self) -> Vec<Column> {
        let (shown, wide) = (Column::new, Column::wide);
        vec![
            shown("Last Seen"),
            shown("Type"),
            shown("Reason"),
            shown("Object"),
            wide("Subobject"),
            wide("Source"),
            shown("Message"),
            wide("First Seen"),
            wide("Count"),
            wide("Name"),
        ]
    }

    fn row(&self, event: &Value, now_ms: u64) -> Vec<Value> {
        let age = |timestamp: &Value| time::age(timestamp.str(), now_ms);
        let first_of = |fields: [&str; 2]| fields.into_iter().map(|field| event.path(field)).find(|value| !value.is_empty()).cloned().unwrap_or_default();
        let first_seen = age(&first_of(["firstTimestamp", "eventTime"]));
        let series = event.get("series");
        let last_seen = match event.get("lastTimestamp") {
            _ if series.is_object() => age(series.get("lastObservedTime")),
            last if last.is_empty() => first_seen.clone(),
            last => age(last),
        };
        let count = match series.is_object() {
            true => series.get("count").as_i64().unwrap_or(0),
            // An event that happened once has no count in the newer API.
            false => event.get("count").as_i64().filter(|count| *count != 0).unwrap_or(1),
        };
        let object = event.get("involvedObject");
        let kind = object.get("kind").str().to_lowercase();
        let (component, instance) = (first_of(["source.component", "reportingComponent"]), first_of(["source.host", "reportingInstance"]));
        vec![
            last_seen.into(),
            cells::or(event.get("type"), ""),
            cells::or(event.get("reason"), ""),
            if object.get("name").is_empty() { kind.into() } else { format!("{kind}/{}", object.get("name").str()).into() },
            cells::or(object.get("fieldPath"), ""),
            if instance.is_empty() { component.str().into() } else { format!("{}, {}", component.str(), instance.str()).into() },
            event.get("message").str().trim().into(),
            first_seen.into(),
            count.into(),
            cells::name(event),
        ]
    }

    fn selectable_fields(&self, event: &Value) -> Vec<(&'static str, String)> {
        let mut fields: Vec<(&'static str, String)> = [
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "type",
        ]
        .map(|field| (field, event.path(field).str().to_string()))
        .to_vec();
        let source = [event.path("source.component"), event.get("reportingComponent")].into_iter().find(|source| !source.is_empty());
        fields.push(("source", source.map_or("", Value::str).to_string()));
        fields
    }
}
