//! `kubectl explain` of custom resources: what the schema of their definition says.

use super::{MAX_DEPTH, MOST_WORDS, describe_text, fields, indented};
use crate::api::schema::{self, Definition};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources::{self, Mapping};
use crate::value::{Value, json};
use std::fmt::Write;

/// The schema of a version of a custom kind, with the fields that all objects have.
///
/// # Errors
/// The server's refusal.
pub(super) async fn schema_of(invocation: &Invocation, mapping: &Mapping, version: &str) -> Result<Option<Value>, Failure> {
    let definitions = resources::resolve(&invocation.session.registry(), "customresourcedefinitions")?;
    let definition = invocation.get(&definitions, "", &mapping.kind.resource().to_string()).await?;
    let served = definition.path("spec.versions").items().iter().find(|served| served.get("name").str() == version);
    Ok(served.map(|served| {
        let mut schema = served.path("schema.openAPIV3Schema").clone();
        for (field, type_) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "metadata")] {
            schema.path_mut("properties").set(field, json!({"type": type_, "description": common_description(field)}));
        }
        schema
    }))
}

fn common_description(field: &str) -> &'static str {
    let pod = schema::for_kind("apps", "v1", "Deployment");
    pod.and_then(|pod| pod.field(field)).map_or("", |field| field.description())
}

fn object_meta() -> Option<&'static Definition> {
    schema::definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")
}

/// Writes what is at a path of the schema.
///
/// # Errors
/// Where there is no such field.
pub(super) fn explain(text: &mut String, root: &Value, path: &[String], recursive: bool) -> Result<(), Failure> {
    if let [first, rest @ ..] = path
        && first == "metadata"
        && !rest.is_empty()
        && let Some(definition) = object_meta()
    {
        return super::at_path(text, definition, rest, recursive);
    }
    let mut here = root;
    for name in path {
        here = match item(here).get("properties").get(name) {
            Value::Null => return Err(super::no_such_field(path)),
            field => field,
        };
    }
    if let Some(name) = path.last() {
        let _ = writeln!(text, "FIELD: {name} <{}>", type_name(here));
        let words = here.get("enum").items();
        if !words.is_empty() {
            let _ = writeln!(text, "ENUM:");
            words.iter().for_each(|word| {
                let _ = writeln!(text, "    {}", word.str());
            });
        }
        text.push_str("\n\n");
    }
    describe_text(text, &[here.get("description").str()]);
    if here.get("type").str() == "metadata"
        && let Some(definition) = object_meta()
    {
        text.push_str("FIELDS:\n");
        fields(text, definition, 1, recursive);
    } else if item(here).get("properties").is_object() {
        text.push_str("FIELDS:\n");
        properties(text, item(here), 1, recursive);
    }
    Ok(())
}

/// What the values of a list or map are, or the schema itself.
fn item(schema: &Value) -> &Value {
    match (schema.get("items"), schema.get("additionalProperties")) {
        (items, _) if items.is_object() => item(items),
        (_, values) if values.is_object() => item(values),
        _ => schema,
    }
}

fn properties(text: &mut String, schema: &Value, level: usize, recursive: bool) {
    let inset = "  ".repeat(level);
    let required: Vec<&str> = schema.get("required").items().iter().map(Value::str).collect();
    for (name, property) in schema.get("properties").fields().iter() {
        let required = if required.contains(&name.as_str()) { " -required-" } else { "" };
        let _ = writeln!(text, "{inset}{name}\t<{}>{required}", type_name(property));
        let words: Vec<&str> = property.get("enum").items().iter().map(Value::str).collect();
        if !words.is_empty() {
            let more = if words.len() > MOST_WORDS { ", ...." } else { "" };
            let _ = writeln!(text, "{inset}enum: {}{more}", words[..words.len().min(MOST_WORDS)].join(", "));
        }
        if !recursive {
            let description = property.get("description").str();
            text.push_str(&indented(if description.is_empty() { "<no description>" } else { description }, 2 * level + 2));
            text.push('\n');
        } else if property.get("type").str() == "metadata" {
            object_meta().into_iter().for_each(|definition| fields(text, definition, level + 1, true));
        } else if level < MAX_DEPTH {
            properties(text, item(property), level + 1, true);
        }
    }
}

fn type_name(schema: &Value) -> String {
    match schema.get("type").str() {
        "metadata" => "ObjectMeta".into(),
        "array" => format!("[]{}", type_name(schema.get("items"))),
        "object" if schema.get("additionalProperties").is_object() => format!("map[string]{}", type_name(schema.get("additionalProperties"))),
        "" | "object" => "Object".into(),
        scalar => scalar.into(),
    }
}
