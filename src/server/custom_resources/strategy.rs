//! The rules of a kind that a CustomResourceDefinition defines.

use super::{json_path, validation};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy, keep};
use crate::api::time;
use crate::value::{SmolStr, Value};

/// What a definition says of each served version, the preferred one first.
pub(super) struct Custom {
    versions: Vec<Value>,
}

impl Custom {
    pub(super) fn new(versions: &[&Value]) -> Custom {
        Custom { versions: versions.iter().map(|version| (*version).clone()).collect() }
    }

    fn version(&self, name: &str) -> &Value {
        self.versions.iter().find(|version| version.get("name").str() == name).unwrap_or(&crate::value::NULL)
    }

    fn preferred(&self) -> &Value {
        self.versions.first().unwrap_or(&crate::value::NULL)
    }

    fn has_status(&self) -> bool {
        self.preferred().get("subresources").has("status")
    }

    fn schema(&self) -> &Value {
        self.preferred().path("schema.openAPIV3Schema")
    }
}

impl Strategy for Custom {
    fn prepare_for_create(&self, object: &mut Value) {
        if self.has_status() {
            object.remove("status");
        }
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        if self.has_status() {
            keep(new, old, "status");
        }
    }

    fn validate(&self, object: &Value) -> Vec<FieldError> {
        validation::validate(object, self.schema())
    }

    fn validate_status_update(&self, new: &Value, _old: &Value) -> Vec<FieldError> {
        validation::validate(new, self.schema())
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::new("Name")];
        for column in self.preferred().get("additionalPrinterColumns").items() {
            let type_ = match column.get("type").str() {
                "integer" => "integer",
                "number" => "number",
                "boolean" => "boolean",
                "date" => "date",
                _ => "string",
            };
            let priority = column.get("priority").as_i64().and_then(|priority| i32::try_from(priority).ok()).unwrap_or(0);
            columns.push(Column { name: SmolStr::new(column.get("name").str()), type_, priority });
        }
        if columns.len() == 1 {
            columns.push(Column { name: SmolStr::new_static("Age"), type_: "date", priority: 0 });
        }
        columns
    }

    fn row(&self, object: &Value, now_ms: u64) -> Vec<Value> {
        let mut row = vec![object.path("metadata.name").clone()];
        let columns = self.preferred().get("additionalPrinterColumns").items();
        for column in columns {
            let found = json_path::find(object, column.get("jsonPath").str());
            row.push(found.map_or(Value::Null, |value| cell(value, column.get("type").str(), now_ms)));
        }
        if columns.is_empty() {
            row.push(time::age(object.path("metadata.creationTimestamp").str(), now_ms).into());
        }
        row
    }

    fn selectable_fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        // Names of selectable fields are the author's; the trait wants those known at compile time, so none can be selected by.
        let _ = object;
        Vec::new()
    }

    fn scale_paths(&self, version: &str) -> Option<(String, String, String)> {
        let scale = self.version(version).path("subresources.scale");
        let path = |field: &str| scale.get(field).str().trim_start_matches('.').to_string();
        scale.is_object().then(|| (path("specReplicasPath"), path("statusReplicasPath"), path("labelSelectorPath")))
    }

    fn custom_schema(&self, version: &str) -> Value {
        self.version(version).path("schema.openAPIV3Schema").clone()
    }
}

/// A value as the cell of a column of that type (`cellForJSONValue`).
fn cell(value: &Value, type_: &str, now_ms: u64) -> Value {
    match type_ {
        "integer" => value.as_i64().map_or(Value::Null, Value::Int),
        "number" => value.as_f64().map_or(Value::Null, |_| value.clone()),
        "boolean" => value.as_bool().map_or(Value::Null, Value::Bool),
        "date" => match value.as_str() {
            Some(text) if time::parse_rfc3339(text).is_none() => "<invalid>".into(),
            Some(text) => time::age(text, now_ms).into(),
            None => Value::Null,
        },
        _ => match value {
            Value::String(_) => value.clone(),
            other => other.to_json().into(),
        },
    }
}
