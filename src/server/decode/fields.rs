//! Going through a value with its type: errors, unknown fields, and Go's form of what is left.

use super::go_types::{embedded, go_name, go_type};
use super::scalars;
use crate::api::encoding::Presence;
use crate::api::schema::{Definition, Field, FieldType};
use crate::value::{Map, SmolStr, Value};

/// More unknown fields than that are not reported (`sigs.k8s.io/json`).
const STRICT_LIMIT: usize = 100;
/// Values nested deeper than this are not looked into; no type of the API comes near.
const DEPTH_LIMIT: usize = 200;

/// What has been found out on the way.
#[derive(Default)]
pub(in crate::server) struct Decoder {
    /// `unknown field "spec.replica"`, in the order found.
    pub(in crate::server) strict: Vec<String>,
    /// The first value of a wrong type.
    pub(in crate::server) error: Option<String>,
    /// The path as strict errors have it: with indexes.
    path: Vec<Step>,
    /// The path as type errors have it: without them, with the structs that Go embeds.
    go_path: Vec<SmolStr>,
    /// The field that is being read.
    place: Option<Place>,
    /// Whose words are used for wrong types.
    speech: Speech,
}

/// Whose words are used for wrong types.
#[derive(Default, Clone, Copy, PartialEq)]
enum Speech {
    /// Go's JSON decoder.
    #[default]
    Json,
    /// The converter from unstructured objects, which strategic merge patches go through.
    Converter,
}

/// A field on the way; what Go calls its struct and its type is worked out only for errors.
#[derive(Clone, Copy)]
struct Place {
    definition: &'static Definition,
    field: &'static Field,
    /// Whether the type of the field itself can be wrong, rather than that of an item in it.
    is_checked: bool,
}

impl Place {
    /// What Go calls the type; `""` where that of an item is asked.
    fn type_name(&self) -> String {
        if self.is_checked { go_type(self.definition, self.field) } else { String::new() }
    }
}

enum Step {
    Field(SmolStr),
    Index(usize),
}

impl Decoder {
    /// An object of a definition; `None` where it already is as Go would write it. What it shares with `old` isn't looked into.
    pub(in crate::server) fn object(&mut self, value: &Value, definition: &'static Definition, old: Option<&Value>) -> Option<Value> {
        if old.is_some_and(|old| old.same(value)) || self.path.len() > DEPTH_LIMIT {
            return None;
        }
        if !value.is_object() {
            self.type_error(value);
            return Some(Value::object());
        }
        let mut changes: Vec<(SmolStr, Option<Value>)> = Vec::new();
        for (name, item) in value.fields().iter() {
            match definition.field(name) {
                None => {
                    self.unknown(name);
                    changes.push((name.clone(), None));
                }
                Some(field) => {
                    if let Some(change) = self.field(item, definition, field, old.map(|old| old.get(name))) {
                        changes.push((name.clone(), change));
                    }
                }
            }
        }
        for field in definition.fields() {
            if value.fields().contains_key(field.name) {
                continue;
            }
            match Presence::of(definition, field) {
                Presence::Always => changes.push((SmolStr::new_static(field.name), Some(zero(&field.type_)))),
                Presence::AlwaysOrNull => changes.push((SmolStr::new_static(field.name), Some(Value::Null))),
                _ => {}
            }
        }
        changed(value, changes)
    }

    /// A field: `None` where it stays, `Some(None)` where it goes.
    fn field(&mut self, value: &Value, definition: &'static Definition, field: &'static Field, old: Option<&Value>) -> Option<Option<Value>> {
        if old.is_some_and(|old| old.same(value)) {
            return None;
        }
        let presence = Presence::of(definition, field);
        if value.is_null() {
            return match presence {
                Presence::Always => {
                    let zero = zero(&field.type_);
                    if zero.is_null() { None } else { Some(Some(zero)) }
                }
                Presence::AlwaysOrNull => None,
                _ => Some(None),
            };
        }
        let through = embedded(definition, field.name);
        let depth = self.go_path.len();
        if !through.is_empty() {
            self.go_path.push(SmolStr::new_static(through));
        }
        self.go_path.push(SmolStr::new_static(field.name));
        self.path.push(Step::Field(SmolStr::new_static(field.name)));
        let outer = self.place.replace(Place { definition, field, is_checked: is_checked_here(value, &field.type_) });
        let decoded = self.value(value, &field.type_, old);
        self.place = outer;
        self.path.pop();
        self.go_path.truncate(depth);
        let result = decoded.as_ref().unwrap_or(value);
        if presence == Presence::UnlessZero && is_zero(result) && !self.is_template_label_map(field) {
            return Some(None);
        }
        decoded.map(Some)
    }

    /// The labels of a template: validation tells an empty map from none, so it stays until then (see `complete`).
    fn is_template_label_map(&self, field: &Field) -> bool {
        field.name == "labels" && matches!(self.go_path.as_slice(), [.., template, metadata] if *template == "template" && *metadata == "metadata")
    }

    fn value(&mut self, value: &Value, type_: &'static FieldType, old: Option<&Value>) -> Option<Value> {
        match type_ {
            FieldType::Any | FieldType::Object => None,
            FieldType::Array(item) => self.list(value, item, old),
            FieldType::Map(item) => self.map(value, item, old),
            FieldType::Ref(target) => match &target.definition().type_ {
                FieldType::Object => {
                    if !value.is_object() {
                        self.type_error_as(value, type_);
                        return Some(Value::object());
                    }
                    self.object(value, target.definition(), old)
                }
                other => self.value(value, other, old),
            },
            scalar => match scalars::read(value, scalar) {
                Ok(read) => read,
                Err(scalars::Problem::Type) => {
                    self.type_error_as(value, scalar);
                    None
                }
                Err(scalars::Problem::Said(error)) => {
                    let is_converted = self.speech == Speech::Converter && *scalar == FieldType::Bytes;
                    self.error.get_or_insert(if is_converted { format!("error decoding from json: {error}") } else { error });
                    None
                }
            },
        }
    }

    fn list(&mut self, value: &Value, type_: &'static FieldType, old: Option<&Value>) -> Option<Value> {
        let Value::Array(items) = value else {
            self.type_error(value);
            return None;
        };
        let before = old.map_or(&[][..], Value::items);
        let mut changed: Option<Vec<Value>> = None;
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Index(index));
            let decoded = match item {
                Value::Null => Some(zero_item(type_)),
                item => self.value(item, type_, before.get(index)),
            };
            self.path.pop();
            if let Some(decoded) = decoded {
                changed.get_or_insert_with(|| items.to_vec())[index] = decoded;
            }
        }
        changed.map(Value::array)
    }

    fn map(&mut self, value: &Value, type_: &'static FieldType, old: Option<&Value>) -> Option<Value> {
        if !value.is_object() {
            self.type_error(value);
            return None;
        }
        let mut changes = Vec::new();
        for (name, item) in value.fields().iter() {
            if old.is_some_and(|old| old.get(name).same(item)) {
                continue;
            }
            self.path.push(Step::Field(name.clone()));
            let decoded = match item {
                Value::Null => Some(zero_item(type_)),
                item => self.value(item, type_, None),
            };
            self.path.pop();
            if let Some(decoded) = decoded {
                changes.push((name.clone(), Some(decoded)));
            }
        }
        changed(value, changes)
    }

    /// Speaks as the converter from unstructured objects does.
    pub(in crate::server) fn speak_as_converter(&mut self) {
        self.speech = Speech::Converter;
    }

    /// Reads on inside a field.
    pub(in crate::server) fn inside_field(&mut self, name: &str, read: impl FnOnce(&mut Decoder)) {
        self.path.push(Step::Field(SmolStr::new(name)));
        read(self);
        self.path.pop();
    }

    /// Reads on inside an item.
    pub(in crate::server) fn inside_index(&mut self, index: usize, read: impl FnOnce(&mut Decoder)) {
        self.path.push(Step::Index(index));
        read(self);
        self.path.pop();
    }

    /// Notes a field that the type doesn't have.
    pub(in crate::server) fn unknown(&mut self, name: &str) {
        if self.strict.len() < STRICT_LIMIT {
            let mut path = self.shown_path();
            if !path.is_empty() {
                path.push('.');
            }
            self.strict.push(format!("unknown field \"{path}{name}\""));
        }
    }

    fn shown_path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// A value that isn't of its field's type, as `json.UnmarshalTypeError` says it.
    fn type_error(&mut self, value: &Value) {
        let type_ = self.place.map(|place| place.type_name()).unwrap_or_default();
        self.note_type_error(value, &type_);
    }

    fn type_error_as(&mut self, value: &Value, type_: &'static FieldType) {
        let named = self.place.map(|place| place.type_name()).filter(|named| !named.is_empty() && !named.starts_with(['[', 'm']));
        self.note_type_error(value, &named.unwrap_or_else(|| go_name(type_)));
    }

    fn note_type_error(&mut self, value: &Value, type_: &str) {
        if self.error.is_some() {
            return;
        }
        if self.speech != Speech::Json {
            self.error = Some(self.other_type_error(value, type_));
            return;
        }
        let what = match value {
            Value::Int(_) | Value::Float(_) if type_.starts_with("int") => format!("number {}", value.to_json()),
            other => other.type_name().to_string(),
        };
        let struct_ = self.place.map_or("", |place| place.definition.kind());
        self.error = Some(format!("json: cannot unmarshal {what} into Go struct field {struct_}.{} of type {type_}", self.go_path.join(".")));
    }
}

impl Decoder {
    /// A wrong type in the words of the converter.
    fn other_type_error(&self, value: &Value, type_: &str) -> String {
        let is_number = type_.starts_with("int") || type_.starts_with("float");
        let kind = match value {
            Value::String(_) => "string",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int64",
            Value::Float(_) => "float64",
            Value::Array(_) => "slice",
            _ => "map",
        };
        match type_ {
            _ if type_.starts_with('[') => format!("cannot restore slice from {kind}"),
            _ if type_.starts_with("map") => format!("cannot restore map from {kind}"),
            "string" if matches!(value, Value::Int(_)) => format!("cannot convert {kind} to string"),
            "string" | "bool" => format!("unrecognized type: {type_}"),
            _ if is_number => format!("unrecognized type: {type_}"),
            _ => format!("cannot restore struct from: {kind}"),
        }
    }
}

/// Whether the type of the field itself can be wrong here, rather than that of an item in it.
fn is_checked_here(value: &Value, type_: &FieldType) -> bool {
    match type_ {
        FieldType::Array(_) => !value.is_array(),
        FieldType::Map(_) => !value.is_object(),
        _ => true,
    }
}

fn changed(value: &Value, changes: Vec<(SmolStr, Option<Value>)>) -> Option<Value> {
    if changes.is_empty() {
        return None;
    }
    let mut value = value.clone();
    let fields: &mut Map = value.fields_mut();
    for (name, change) in changes {
        match change {
            Some(change) => {
                fields.insert(name, change);
            }
            None => {
                fields.remove(&name);
            }
        }
    }
    Some(value)
}

/// What Go leaves out of a field with `omitempty`.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Int(number) => *number == 0,
        Value::Float(number) => *number == 0.0,
        other => other.is_empty(),
    }
}

/// Go's zero value of a field that is always written.
pub(super) fn zero(type_: &'static FieldType) -> Value {
    match type_ {
        FieldType::String => Value::from(""),
        FieldType::Int32 | FieldType::Int64 | FieldType::Number | FieldType::IntOrString => Value::Int(0),
        FieldType::Bool => Value::Bool(false),
        FieldType::Quantity => Value::from("0"),
        FieldType::Ref(target) => match &target.definition().type_ {
            FieldType::Object => empty(target.definition()),
            other => zero(other),
        },
        _ => Value::Null,
    }
}

/// An object of a definition with nothing in it.
pub(super) fn empty(definition: &'static Definition) -> Value {
    definition.empty(|| Decoder::default().object(&Value::object(), definition, None).unwrap_or_else(Value::object)).clone()
}

/// What `null` in a list or map becomes.
fn zero_item(type_: &'static FieldType) -> Value {
    zero(type_)
}
