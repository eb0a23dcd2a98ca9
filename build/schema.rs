//! Collects the definitions of Kubernetes' types and writes them in the compact text that
//! `src/api/schema` reads.

use std::collections::BTreeMap;

use k8s_openapi::schemars::{JsonSchema, SchemaGenerator};
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, Resource, ResourceScope, SubResourceScope};
use serde_json::Value;

/// Between the items of the descriptions; occurs in none of them.
const SEPARATOR: &str = "\x1f";

/// The types asked for, and the definitions they refer to.
#[derive(Default)]
pub struct Roots {
    generator: SchemaGenerator,
    kinds: Vec<Kind>,
}

/// A kind as the API serves it.
pub struct Kind {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    scope: &'static str,
    definition: String,
}

/// Kubernetes' definitions, in the order that the compact text has them.
pub struct Schema {
    kinds: Vec<Kind>,
    pub definitions: Vec<Definition>,
}

/// A type.
pub struct Definition {
    /// As upstream's OpenAPI calls it: `io.k8s.api.core.v1.Pod`.
    pub name: String,
    pub description: String,
    pub type_: Type,
    pub fields: Vec<Field>,
}

/// A field of a type.
pub struct Field {
    pub name: String,
    pub description: String,
    pub type_: Type,
    pub required: bool,
}

/// What a field holds.
#[derive(Clone)]
pub enum Type {
    /// A type without parts, by its letter in the compact text.
    Scalar(char),
    Array(Box<Type>),
    Map(Box<Type>),
    /// Another definition, by name.
    Reference(String),
}

/// The word for a scope.
trait ScopeName {
    const NAME: &'static str;
}

impl ScopeName for ClusterResourceScope {
    const NAME: &'static str = "cluster";
}
impl ScopeName for NamespaceResourceScope {
    const NAME: &'static str = "namespace";
}
impl ScopeName for SubResourceScope {
    const NAME: &'static str = "subresource";
}

impl Roots {
    /// Adds a kind.
    #[expect(private_bounds, reason = "a build script has no users")]
    pub fn resource<T>(&mut self)
    where
        T: JsonSchema + Resource<Scope: ResourceScope + ScopeName>,
    {
        self.definition::<T>();
        self.kinds.push(Kind {
            group: T::GROUP,
            version: T::VERSION,
            kind: T::KIND,
            plural: T::URL_PATH_SEGMENT,
            scope: T::Scope::NAME,
            definition: T::schema_name().into_owned(),
        });
    }

    /// Adds a definition that is no kind.
    pub fn definition<T: JsonSchema>(&mut self) {
        self.generator.subschema_for::<T>();
    }

    /// Everything that was added, and what it refers to.
    pub fn schema(self) -> Schema {
        let sources: BTreeMap<String, Value> = self.generator.definitions().clone().into_iter().collect();
        let mut definitions: Vec<Definition> = sources.iter().map(|(name, source)| definition(name, source, &sources)).collect();
        // The versions of a type stand together, which compresses well.
        definitions.sort_by(|a, b| (a.kind(), &a.name).cmp(&(b.kind(), &b.name)));
        Schema { kinds: self.kinds, definitions }
    }
}

impl Definition {
    /// The last part of the name: `Pod`.
    pub fn kind(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

fn definition(name: &str, source: &Value, sources: &BTreeMap<String, Value>) -> Definition {
    let required: Vec<&str> = source["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = source["properties"].as_object().into_iter().flatten().map(|(field, source)| Field {
        name: field.clone(),
        description: description(source),
        type_: type_of(source, sources),
        required: required.contains(&field.as_str()),
    });
    Definition { name: name.to_string(), description: description(source), type_: scalar(name, source).unwrap_or(Type::Scalar('o')), fields: fields.collect() }
}

fn description(source: &Value) -> String {
    source["description"].as_str().unwrap_or_default().to_string()
}

/// The type of a definition that is not an object with fields of its own.
fn scalar(name: &str, source: &Value) -> Option<Type> {
    let letter = match name.rsplit('.').next()? {
        "Quantity" => 'q',
        "IntOrString" => 'x',
        "Time" => 't',
        "MicroTime" => 'u',
        "FieldsV1" | "RawExtension" | "JSON" => 'a',
        _ if source["oneOf"].is_array() => 'a',
        _ if source["type"] != "object" => 'a',
        _ => return None,
    };
    Some(Type::Scalar(letter))
}

fn type_of(source: &Value, sources: &BTreeMap<String, Value>) -> Type {
    if let Some(reference) = source["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        return scalar(reference, &sources[reference]).unwrap_or_else(|| Type::Reference(reference.to_string()));
    }
    let letter = match (source["type"].as_str(), source["format"].as_str()) {
        (Some("array"), _) => return Type::Array(Box::new(type_of(&source["items"], sources))),
        (Some("object"), _) if source["additionalProperties"].is_object() => return Type::Map(Box::new(type_of(&source["additionalProperties"], sources))),
        (Some("string"), Some("byte")) => 'y',
        (Some("string"), Some("date-time")) => 't',
        (Some("string"), _) => 's',
        (Some("integer"), Some("int32")) => 'i',
        (Some("integer"), _) => 'l',
        (Some("number"), _) => 'n',
        (Some("boolean"), _) => 'b',
        _ => 'a',
    };
    Type::Scalar(letter)
}

impl Schema {
    /// Kinds, definitions, their fields and types, a line each: `=group version Kind plural scope definition`,
    /// `#definition type`, `field[!] type`; a type is a letter, `[item`, `{value` or the number of a definition.
    pub fn structure(&self) -> String {
        let numbers: BTreeMap<&str, usize> = self.definitions.iter().enumerate().map(|(number, definition)| (definition.name.as_str(), number)).collect();
        let mut text = String::new();
        for kind in &self.kinds {
            let Kind { group, version, kind, plural, scope, definition } = kind;
            text += &format!("={group} {version} {kind} {plural} {scope} {}\n", numbers[definition.as_str()]);
        }
        for definition in &self.definitions {
            text += &format!("#{} {}\n", definition.name, encode(&definition.type_, &numbers));
            for field in &definition.fields {
                text += &format!("{}{} {}\n", field.name, if field.required { "!" } else { "" }, encode(&field.type_, &numbers));
            }
        }
        text
    }

    /// First every different description, then an empty item, then for each definition and each of its fields, in
    /// the order of the structure, the number of its description.
    pub fn descriptions(&self) -> String {
        let mut numbers = BTreeMap::new();
        let mut texts = Vec::new();
        let mut uses = Vec::new();
        for definition in &self.definitions {
            for text in std::iter::once(&definition.description).chain(definition.fields.iter().map(|field| &field.description)) {
                let number = *numbers.entry(text).or_insert_with(|| {
                    texts.push(text.as_str());
                    texts.len() - 1
                });
                uses.push(number.to_string());
            }
        }
        format!("{}{SEPARATOR}{SEPARATOR}{}", texts.join(SEPARATOR), uses.join(" "))
    }
}

fn encode(type_: &Type, numbers: &BTreeMap<&str, usize>) -> String {
    match type_ {
        Type::Scalar(letter) => letter.to_string(),
        Type::Array(item) => format!("[{}", encode(item, numbers)),
        Type::Map(value) => format!("{{{}", encode(value, numbers)),
        Type::Reference(name) => numbers[name.as_str()].to_string(),
    }
}
