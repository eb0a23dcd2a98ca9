//! What server-side apply knows of a value's type: its fields, and how finely owners are told apart in it.

use crate::api::merge_keys::{self, Topology};
use crate::api::schema::{Definition, FieldType};
use crate::value::{NULL, Value};

/// The type of a value.
#[derive(Clone, Copy)]
pub(in crate::server) enum Shape<'a> {
    /// Not known (fields of custom resources without a schema): maps are granular, lists atomic.
    Unknown,
    /// A built-in type, and the field of a definition that has it.
    BuiltIn(&'static FieldType, Topology),
    /// An object of a built-in definition.
    Object(&'static Definition),
    /// A custom resource's `JSONSchemaProps`.
    Custom(&'a Value),
}

/// How a value is compared.
pub(super) enum Form {
    /// As a whole.
    Leaf,
    /// By its fields.
    Map,
    /// By its items' values.
    Set,
    /// By its items' keys.
    Keyed(Vec<String>),
}

impl<'a> Shape<'a> {
    fn of_field(definition: &'static Definition, name: &str) -> Shape<'a> {
        let Some(field) = definition.field(name) else { return Shape::Unknown };
        match merge_keys::rule(definition, field) {
            Some(rule) => Shape::BuiltIn(&field.type_, rule.topology),
            None => Shape::BuiltIn(&field.type_, default_topology(&field.type_)),
        }
    }

    /// The type of a field of this.
    pub(super) fn field(self, name: &str) -> Shape<'a> {
        match self {
            Shape::Object(definition) => Shape::of_field(definition, name),
            Shape::BuiltIn(FieldType::Ref(target), _) => Shape::of_field(target.definition(), name),
            Shape::BuiltIn(FieldType::Map(item), _) => Shape::BuiltIn(item, default_topology(item)),
            Shape::Custom(schema) => match schema.get("properties").get(name) {
                Value::Null if schema.get("additionalProperties").is_object() => Shape::Custom(schema.get("additionalProperties")),
                Value::Null => Shape::Unknown,
                field => Shape::Custom(field),
            },
            _ => Shape::Unknown,
        }
    }

    /// The type of the items of this.
    pub(super) fn item(self) -> Shape<'a> {
        match self {
            Shape::BuiltIn(FieldType::Array(item), _) => Shape::BuiltIn(item, default_topology(item)),
            Shape::Custom(schema) if schema.get("items").is_object() => Shape::Custom(schema.get("items")),
            _ => Shape::Unknown,
        }
    }

    /// How a value of this type is compared.
    pub(super) fn form(self, value: &Value) -> Form {
        match (self, value) {
            (Shape::BuiltIn(_, Topology::Atomic), _) => Form::Leaf,
            (Shape::BuiltIn(FieldType::Array(_), Topology::Set), _) => Form::Set,
            (Shape::BuiltIn(FieldType::Array(_), Topology::Map(keys)), _) => Form::Keyed(keys.iter().map(ToString::to_string).collect()),
            (Shape::BuiltIn(FieldType::Any, _), Value::Object(_)) => Form::Map,
            (Shape::BuiltIn(FieldType::Array(_), _), _) => Form::Leaf,
            (Shape::BuiltIn(FieldType::Ref(target), _), Value::Object(_)) => {
                let definition = target.definition();
                if definition.type_ != FieldType::Object || merge_keys::is_atomic(definition.name) { Form::Leaf } else { Form::Map }
            }
            (Shape::Custom(schema), _) => custom_form(schema, value),
            (_, Value::Object(_)) => Form::Map,
            _ => Form::Leaf,
        }
    }

    /// The default of a key that an item lacks.
    pub(super) fn key_default(self, key: &str) -> Value {
        match self {
            Shape::BuiltIn(FieldType::Ref(target), _) => merge_keys::default(target.definition().name, key).unwrap_or_default(),
            Shape::Custom(schema) => schema.get("properties").get(key).get("default").clone(),
            _ => NULL.clone(),
        }
    }
}

fn custom_form(schema: &Value, value: &Value) -> Form {
    match value {
        Value::Object(_) if schema.get("x-kubernetes-map-type").str() == "atomic" => Form::Leaf,
        Value::Object(_) => Form::Map,
        Value::Array(_) => match schema.get("x-kubernetes-list-type").str() {
            "set" => Form::Set,
            "map" => Form::Keyed(schema.get("x-kubernetes-list-map-keys").items().iter().map(|key| key.str().to_string()).collect()),
            _ => Form::Leaf,
        },
        _ => Form::Leaf,
    }
}

fn default_topology(type_: &FieldType) -> Topology {
    match type_ {
        FieldType::Array(_) => Topology::Atomic,
        _ => Topology::Granular,
    }
}
