//! What is wrong with the types of an object that somebody applies, in the words of `sigs.k8s.io/structured-merge-diff/typed`.

use super::shape::{Form, Shape};
use crate::api::schema::{Definition, FieldType};
use crate::server::patch::go_map;
use crate::value::{OrdSet, Value};

/// Objects nested deeper than this are not looked into; no type of the API comes near.
const DEPTH_LIMIT: usize = 200;

/// Every mistake, each behind its path.
pub(in crate::server) fn problems(object: &Value, definition: &'static Definition) -> Vec<String> {
    let mut found = Found::default();
    found.fields(object, Shape::Object(definition), definition, "", 0);
    found.problems
}

#[derive(Default)]
struct Found {
    problems: Vec<String>,
}

impl Found {
    fn add(&mut self, path: &str, why: impl AsRef<str>) {
        self.problems.push(format!("{path}: {}", why.as_ref()));
    }

    fn fields(&mut self, object: &Value, shape: Shape, definition: &'static Definition, path: &str, depth: usize) {
        for (name, value) in object.fields().iter().filter(|_| depth < DEPTH_LIMIT) {
            let here = format!("{path}.{name}");
            match definition.field(name) {
                None => self.add(&here, "field not declared in schema"),
                Some(field) => self.value(value, &field.type_, shape.field(name), &here, depth + 1),
            }
        }
    }

    fn value(&mut self, value: &Value, type_: &'static FieldType, shape: Shape, path: &str, depth: usize) {
        let shown = || format!("got &{{{}}}", go_map(value));
        match (type_, value) {
            (_, Value::Null) | (FieldType::Any, _) => {}
            (FieldType::String | FieldType::Bytes | FieldType::Time | FieldType::MicroTime, Value::String(_)) => {}
            (FieldType::String | FieldType::Bytes | FieldType::Time | FieldType::MicroTime, _) => {
                self.add(path, format!("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(value)));
            }
            (FieldType::Quantity | FieldType::IntOrString, Value::Array(_) | Value::Object(_)) => self.add(path, format!("expected any scalar, {}", shown())),
            (FieldType::Quantity | FieldType::IntOrString, _) => {}
            (FieldType::Int32 | FieldType::Int64 | FieldType::Number, Value::Int(_) | Value::Float(_)) => {}
            (FieldType::Int32 | FieldType::Int64 | FieldType::Number, _) => {
                self.add(path, format!("expected numeric (int or float), got {}", go_type(value)));
            }
            (FieldType::Bool, Value::Bool(_)) => {}
            (FieldType::Bool, _) => self.add(path, format!("expected boolean, {}", shown())),
            (FieldType::Array(item), Value::Array(items)) => self.list(value, items, item, shape, path, depth),
            (FieldType::Array(_), _) => self.add(path, format!("expected list, {}", shown())),
            (FieldType::Map(item), Value::Object(fields)) => {
                for (name, value) in fields.iter().filter(|_| depth < DEPTH_LIMIT) {
                    self.value(value, item, shape.field(name), &format!("{path}.{name}"), depth + 1);
                }
            }
            (FieldType::Ref(target), Value::Object(_)) => {
                let definition = target.definition();
                match definition.type_ {
                    FieldType::Object => self.fields(value, shape, definition, path, depth),
                    ref scalar => self.value(value, scalar, shape, path, depth),
                }
            }
            (FieldType::Ref(target), _) if target.definition().type_ != FieldType::Object => self.value(value, &target.definition().type_, shape, path, depth),
            (FieldType::Object, Value::Object(_)) => {}
            (FieldType::Map(_) | FieldType::Ref(_) | FieldType::Object, _) => self.add(path, format!("expected map, {}", shown())),
        }
    }

    fn list(&mut self, list: &Value, items: &[Value], item_type: &'static FieldType, shape: Shape, path: &str, depth: usize) {
        let form = shape.form(list);
        let mut seen: OrdSet<String> = OrdSet::new();
        // In the order in which they come.
        let mut twice: Vec<String> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let element = match &form {
                Form::Keyed(_) if !item.is_object() => continue,
                Form::Keyed(keys) => {
                    let value_of = |key: &str| if item.get(key).is_null() { shape.item().key_default(key) } else { item.get(key).clone() };
                    let parts: Vec<String> = keys.iter().map(|key| format!("{key}={}", value_of(key).to_json())).collect();
                    format!("[{}]", parts.join(","))
                }
                Form::Set => format!("[={}]", item.to_json()),
                _ => format!("[{index}]"),
            };
            self.value(item, item_type, shape.item(), &format!("{path}{element}"), depth + 1);
            if !seen.insert(element.clone()) {
                twice.push(element);
            }
        }
        let mut told: OrdSet<&String> = OrdSet::new();
        for element in twice.iter().filter(|element| told.insert(element)) {
            self.add(path, format!("duplicate entries for key {element}"));
        }
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::Array(_) => "[]interface {}",
        _ => "map[string]interface {}",
    }
}

/// A value as Go's `%#v` writes it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}:{}", Value::from(key).to_json(), go_syntax(value))).collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        scalar => scalar.to_json(),
    }
}
