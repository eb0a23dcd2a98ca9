//! Cells that several kinds' rows have (`pkg/printers/internalversion/printers.go`).

use crate::api::strategy::Column;
use crate::api::{meta, time};
use crate::value::{Sort, Value};

/// Columns that are always shown, and then those of `-o wide`.
pub fn columns(always: &[&'static str], wide: &[&'static str]) -> Vec<Column> {
    always.iter().map(|name| Column::new(name)).chain(wide.iter().map(|name| Column::wide(name))).collect()
}

/// The name.
pub fn name(object: &Value) -> Value {
    meta::name(object).into()
}

/// The name, with a word after it where this is what others get who name none.
pub fn name_or_default(object: &Value, is_default: bool) -> Value {
    format!("{}{}", meta::name(object), if is_default { " (default)" } else { "" }).into()
}

/// The age.
pub fn age(object: &Value, now_ms: u64) -> Value {
    time::age(object.path("metadata.creationTimestamp").str(), now_ms).into()
}

/// When it was made, as the tables of kinds without an age have it.
pub fn created_at(object: &Value) -> Value {
    object.path("metadata.creationTimestamp").clone()
}

/// A number, 0 where there is none.
pub fn number(value: &Value) -> Value {
    value.as_i64().unwrap_or(0).into()
}

/// A text, or `placeholder` where there is none.
pub fn or(value: &Value, placeholder: &str) -> Value {
    if value.is_empty() { placeholder.into() } else { value.clone() }
}

/// The names of a template's containers, joined by commas.
pub fn containers(template: &Value) -> Value {
    joined(template, "name")
}

/// The images of a template's containers, joined by commas.
pub fn images(template: &Value) -> Value {
    joined(template, "image")
}

fn joined(template: &Value, field: &str) -> Value {
    template.path("spec.containers").items().iter().map(|container| container.get(field).str()).collect::<Vec<_>>().join(",").into()
}

/// A label selector as `metav1.FormatLabelSelector` writes it: `app=web,tier in (a,b)`; `<none>` for an empty one.
pub fn selector(selector: &Value) -> Value {
    let mut requirements: Vec<(String, String)> =
        selector.get("matchLabels").fields().iter().map(|(key, value)| (key.to_string(), format!("{key}={}", value.str()))).collect();
    for expression in selector.get("matchExpressions").items() {
        let key = expression.get("key").str();
        let mut values: Vec<&str> = expression.get("values").items().iter().map(Value::str).collect();
        values.order();
        let text = match expression.get("operator").str() {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_string(),
            _ => format!("!{key}"),
        };
        requirements.push((key.to_string(), text));
    }
    requirements.order_by(|a, b| a.0.cmp(&b.0));
    none_if_empty(requirements.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(","))
}

/// A map as `app=web,tier=front`; `<none>` for an empty one.
pub fn label_map(labels: &Value) -> Value {
    none_if_empty(labels.fields().iter().map(|(key, value)| format!("{key}={}", value.str())).collect::<Vec<_>>().join(","))
}

/// The text, or `<none>`.
pub fn none_if_empty(text: String) -> Value {
    if text.is_empty() { "<none>".into() } else { text.into() }
}
