//! Answers for people: `meta.k8s.io/v1` Tables, with the columns of the kind (`k8s.io/apiserver/pkg/endpoints/handlers/response.go`).

use super::convert;
use crate::api::strategy::{Column, Kind};
use crate::value::{Map, SmolStr, Value, json};

/// The table of one object.
pub(super) fn of_object(kind: &Kind, version: &str, object: &Value, now_ms: u64, include: &str) -> Value {
    let metadata = json!({"resourceVersion": object.path("metadata.resourceVersion").str()});
    of_list(kind, version, std::slice::from_ref(object), metadata, now_ms, include)
}

/// The table of a list. `include` says what of the objects comes along: `Metadata` (also when empty), `Object`, `None`.
pub(super) fn of_list(kind: &Kind, version: &str, objects: &[Value], metadata: Value, now_ms: u64, include: &str) -> Value {
    let columns: Value = kind.strategy.columns().iter().map(definition).collect();
    let rows: Value = objects.iter().map(|object| row(kind, version, object, now_ms, include)).collect();
    let mut table = json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1"});
    table.set("metadata", metadata);
    table.set("columnDefinitions", columns);
    table.set("rows", rows);
    table
}

fn definition(column: &Column) -> Value {
    let format = if column.name == "Name" { "name" } else { "" };
    json!({"name": column.name.as_str(), "type": column.type_, "format": format, "description": "", "priority": column.priority})
}

fn row(kind: &Kind, version: &str, object: &Value, now_ms: u64, include: &str) -> Value {
    let cells = ("cells", Value::array(kind.strategy.row(object, now_ms)));
    let shown = match include {
        "None" => return fields([cells]),
        "Object" => convert::from_storage(kind, version, object.clone()),
        _ => fields([
            ("apiVersion", Value::String(SmolStr::new_static("meta.k8s.io/v1"))),
            ("kind", Value::String(SmolStr::new_static("PartialObjectMetadata"))),
            ("metadata", object.get("metadata").clone()),
        ]),
    };
    fields([cells, ("object", shown)])
}

/// An object made in one go, since tables are long; the names are in order.
fn fields<const COUNT: usize>(fields: [(&'static str, Value); COUNT]) -> Value {
    Value::from(fields.into_iter().map(|(name, value)| (SmolStr::new_static(name), value)).collect::<Map>())
}
