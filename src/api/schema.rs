//! The types of Kubernetes 1.36: definitions, their fields and descriptions.
//!
//! The build script takes them from the crate k8s-openapi and writes them down (`build/schema.rs` says how the
//! text looks). The structure is read when the first definition is asked for; the descriptions are
//! among the [`reference`] texts.

use super::encoding::Presence;
use super::merge_keys::Rule;
use super::reference;
use crate::value::{SortedMap, Value};
use std::sync::OnceLock;

static STRUCTURE: &str = include_str!(concat!(env!("OUT_DIR"), "/structure.txt"));

/// A type, as upstream's OpenAPI has it.
#[derive(Debug)]
pub struct Definition {
    /// `io.k8s.api.core.v1.Pod`.
    pub name: &'static str,
    /// [`FieldType::Object`] for nearly all; otherwise what stands for the whole, such as [`FieldType::Quantity`].
    pub type_: FieldType,
    fields: Vec<Field>,
    number: usize,
    empty: OnceLock<Value>,
}

/// A field of a [`Definition`].
#[derive(Debug)]
pub struct Field {
    /// As in JSON: `podIP`.
    pub name: &'static str,
    /// What it holds.
    pub type_: FieldType,
    /// Whether OpenAPI lists it as required.
    pub required: bool,
    number: usize,
    /// When it is written, once that has been looked up; every object that is decoded asks.
    pub(super) presence: OnceLock<Presence>,
    /// How it is merged, once that has been looked up; every write asks.
    pub(super) rule: OnceLock<Option<&'static Rule>>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// A string.
    String,
    /// A string with a time in seconds (`metav1.Time`).
    Time,
    /// A string with a time in microseconds (`metav1.MicroTime`).
    MicroTime,
    /// A string with bytes in base64.
    Bytes,
    /// A string or number, see [`crate::api::quantity`].
    Quantity,
    /// A whole number or a string.
    IntOrString,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Number,
    /// `true` or `false`.
    Bool,
    /// Anything (`RawExtension`, `JSON`, `FieldsV1`, a schema or a list of schemas).
    Any,
    /// An object whose fields its definition lists; the type of definitions only.
    Object,
    /// A list of these.
    Array(Box<FieldType>),
    /// An object with these under names of the author's choice.
    Map(Box<FieldType>),
    /// An object of another definition.
    Ref(DefinitionRef),
}

/// Which definition a [`FieldType::Ref`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefinitionRef(usize);

/// A kind that Kubernetes 1.36 has built in.
#[derive(Debug)]
pub struct Kind {
    /// `apps`; empty for the core group.
    pub group: &'static str,
    /// `v1`.
    pub version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// `deployments`; for a subresource its name (`scale`).
    pub plural: &'static str,
    /// Where objects of the kind live.
    pub scope: Scope,
    definition: DefinitionRef,
}

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Beside the namespaces.
    Cluster,
    /// In a namespace.
    Namespaced,
    /// In other objects, or nowhere: they are asked or answered only.
    Subresource,
}

struct Structure {
    kinds: Vec<Kind>,
    definitions: Vec<Definition>,
    by_name: SortedMap<&'static str, usize>,
    by_kind: SortedMap<(&'static str, &'static str, &'static str), usize>,
}

/// The definition of this full name (`io.k8s.api.core.v1.Pod`).
pub fn definition(name: &str) -> Option<&'static Definition> {
    let structure = structure();
    structure.by_name.get(name).map(|&number| &structure.definitions[number])
}

/// The definition of a kind: of group `apps`, version `v1`, kind `Deployment`.
pub fn for_kind(group: &str, version: &str, kind: &str) -> Option<&'static Definition> {
    let structure = structure();
    structure.by_kind.get(&(group, version, kind)).map(|&number| structure.kinds[number].definition())
}

/// All kinds, by group, version and name, but for CustomResourceDefinition, APIService and those about the API itself, which are last.
pub fn kinds() -> &'static [Kind] {
    &structure().kinds
}

/// All definitions, by the last part of their names.
pub fn definitions() -> &'static [Definition] {
    &structure().definitions
}

impl Kind {
    /// The type of the kind's objects.
    pub fn definition(&self) -> &'static Definition {
        self.definition.definition()
    }
}

impl DefinitionRef {
    /// The definition meant.
    pub fn definition(self) -> &'static Definition {
        &structure().definitions[self.0]
    }
}

impl Definition {
    /// The last part of the name: `Pod`.
    pub fn kind(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let index = self.fields.binary_search_by(|field| field.name.cmp(name)).ok()?;
        Some(&self.fields[index])
    }

    /// An object with nothing in it, as Go's zero value of the type is written; `make` makes it when it is asked for first.
    pub fn empty(&self, make: impl FnOnce() -> Value) -> &Value {
        self.empty.get_or_init(make)
    }

    /// The fields, in the schema's order: that of their names.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// What upstream says about the type; empty for some, and for all as long as the [`reference`] texts aren't there.
    pub fn description(&self) -> &'static str {
        reference::description(self.number)
    }

    /// The field at a path (`["spec", "containers", "image"]`): through lists, and through maps, where one
    /// name is the author's (`["metadata", "labels"]` is a field, and so is what a name in it leads to).
    pub fn walk<'a>(&'static self, path: impl IntoIterator<Item = &'a str>) -> Option<&'static Field> {
        let mut path = path.into_iter();
        let mut field = self.field(path.next()?)?;
        let mut type_ = &field.type_;
        for name in path {
            while let FieldType::Array(item) = type_ {
                type_ = item;
            }
            match type_ {
                FieldType::Map(value) => type_ = value,
                FieldType::Ref(target) => {
                    field = target.definition().field(name)?;
                    type_ = &field.type_;
                }
                _ => return None,
            }
        }
        Some(field)
    }
}

impl Field {
    /// What upstream says about the field; empty for some, and for all as long as the [`reference`] texts aren't there.
    pub fn description(&self) -> &'static str {
        reference::description(self.number)
    }
}

impl FieldType {
    /// The definition that values of this type have, if they are objects of one.
    pub fn definition(&self) -> Option<&'static Definition> {
        match self {
            FieldType::Ref(target) => Some(target.definition()),
            _ => None,
        }
    }

    /// The definition of the values in lists (and lists of lists) and maps of this type, or of itself.
    pub fn item_definition(&self) -> Option<&'static Definition> {
        match self {
            FieldType::Array(item) | FieldType::Map(item) => item.item_definition(),
            _ => self.definition(),
        }
    }
}

fn structure() -> &'static Structure {
    static DECODED: OnceLock<Structure> = OnceLock::new();
    DECODED.get_or_init(|| parse(STRUCTURE))
}

fn parse(text: &'static str) -> Structure {
    let mut kinds = Vec::new();
    let mut definitions: Vec<Definition> = Vec::new();
    let mut number = 0;
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix('=') {
            kinds.extend(parse_kind(kind));
            continue;
        }
        let (name, type_) = line.split_once(' ').unwrap_or((line, "a"));
        let type_ = parse_type(type_);
        if let Some(name) = name.strip_prefix('#') {
            definitions.push(Definition { name, type_, fields: Vec::new(), number, empty: OnceLock::new() });
        } else if let Some(definition) = definitions.last_mut() {
            let required = name.ends_with('!');
            definition.fields.push(Field { name: name.trim_end_matches('!'), type_, required, number, presence: OnceLock::new(), rule: OnceLock::new() });
        }
        number += 1;
    }
    let by_name = definitions.iter().enumerate().map(|(number, definition)| (definition.name, number)).collect();
    let by_kind = kinds.iter().enumerate().map(|(number, kind)| ((kind.group, kind.version, kind.kind), number)).collect();
    Structure { kinds, definitions, by_name, by_kind }
}

fn parse_kind(line: &'static str) -> Option<Kind> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let (group, version, kind, plural) = (word()?, word()?, word()?, word()?);
    let scope = match word()? {
        "cluster" => Scope::Cluster,
        "namespace" => Scope::Namespaced,
        _ => Scope::Subresource,
    };
    Some(Kind { group, version, kind, plural, scope, definition: DefinitionRef(word()?.parse().ok()?) })
}

fn parse_type(text: &str) -> FieldType {
    match text.as_bytes().first() {
        Some(b'[') => FieldType::Array(Box::new(parse_type(&text[1..]))),
        Some(b'{') => FieldType::Map(Box::new(parse_type(&text[1..]))),
        Some(b's') => FieldType::String,
        Some(b't') => FieldType::Time,
        Some(b'u') => FieldType::MicroTime,
        Some(b'y') => FieldType::Bytes,
        Some(b'q') => FieldType::Quantity,
        Some(b'x') => FieldType::IntOrString,
        Some(b'i') => FieldType::Int32,
        Some(b'l') => FieldType::Int64,
        Some(b'n') => FieldType::Number,
        Some(b'b') => FieldType::Bool,
        Some(b'o') => FieldType::Object,
        _ => text.parse().map_or(FieldType::Any, |number| FieldType::Ref(DefinitionRef(number))),
    }
}

#[cfg(test)]
mod tests;
