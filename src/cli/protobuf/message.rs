//! A message and what it means as JSON, by the schema and the numbers of the fields.

use super::wire::{Field, Wire, varint};
use crate::api::schema::{Definition, FieldType};
use crate::api::{base64, time};
use crate::value::{Map, SmolStr, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

const FIELDS: &str = include_str!("fields.txt");

/// What a field number of a message stands for.
enum Meaning {
    /// The field of this name in JSON.
    Named(&'static str),
    /// A message whose fields are in the object itself.
    Inline(Numbers),
}

type Numbers = BTreeMap<u64, Meaning>;

fn numbers(definition: &str) -> Option<&'static Numbers> {
    static ALL: OnceLock<BTreeMap<&'static str, Numbers>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let lines = FIELDS.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).map(|(name, text)| (name, group(&mut text.split(' ')))).collect()
    });
    all.get(definition)
}

/// The numbers up to the brace that closes this group.
fn group(words: &mut std::str::Split<'static, char>) -> Numbers {
    let mut numbers = Numbers::new();
    while let Some(word) = words.next().filter(|word| *word != "}") {
        let meaning = match word.split_once('=') {
            Some((_, name)) => Meaning::Named(name),
            None => {
                words.next(); // the brace
                Meaning::Inline(group(words))
            }
        };
        numbers.insert(word.split('=').next().and_then(|number| number.parse().ok()).unwrap_or_default(), meaning);
    }
    numbers
}

/// Reads a message of this definition; `None` where its bytes make no sense or are nested deeper than `depth`.
pub(super) fn read(bytes: &[u8], definition: &'static Definition, depth: usize) -> Option<Value> {
    let mut object = Map::new();
    fill(&mut object, bytes, definition, numbers(definition.name)?, depth)?;
    Some(Value::from(object))
}

fn fill(object: &mut Map, bytes: &[u8], definition: &'static Definition, numbers: &Numbers, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    for field in Wire::new(bytes) {
        let (number, field) = field?;
        match numbers.get(&number) {
            Some(Meaning::Named(name)) => {
                let Some(described) = definition.field(name) else { continue };
                let before = object.get(name).cloned();
                let read = match (definition.kind(), *name) {
                    ("JSONSchemaProps", "items" | "additionalItems" | "additionalProperties") => schema_or(field.bytes(), name, definition, depth)?,
                    _ => value(field, &described.type_, before, depth)?,
                };
                object.insert(*name, read);
            }
            Some(Meaning::Inline(inner)) => fill(object, field.bytes(), definition, inner, depth)?,
            // A newer client's field.
            None => {}
        }
    }
    Some(())
}

/// What a field means; `before` is what it held so far, since lists and maps come an item at a time.
fn value(field: Field, type_: &FieldType, before: Option<Value>, depth: usize) -> Option<Value> {
    let text = || String::from_utf8(field.bytes().to_vec()).ok().map(Value::from);
    Some(match type_ {
        FieldType::String => text()?,
        FieldType::Bytes => Value::from(base64::encode(field.bytes())),
        FieldType::Int32 | FieldType::Int64 => Value::Int(field.number()),
        FieldType::Number => match field {
            Field::Fixed(bits) => Value::Float(f64::from_bits(bits)),
            other => Value::Int(other.number()),
        },
        FieldType::Bool => Value::Bool(field.number() != 0),
        FieldType::Time => moment(field.bytes(), time::rfc3339)?,
        FieldType::MicroTime => moment(field.bytes(), time::rfc3339_micro)?,
        FieldType::Quantity => Value::from(String::from_utf8(part(field.bytes(), 1)?.map_or(Vec::new(), |field| field.bytes().to_vec())).ok()?),
        FieldType::IntOrString => int_or_string(field.bytes())?,
        FieldType::Any => any(field.bytes()),
        FieldType::Ref(reference) => {
            let definition = reference.definition();
            match &definition.type_ {
                FieldType::Object => read(field.bytes(), definition, depth)?,
                other => value(field, other, before, depth)?,
            }
        }
        FieldType::Array(item) => {
            let mut list = before.unwrap_or_else(|| Value::array(Vec::new()));
            match (item.as_ref(), field) {
                // Numbers may be packed together.
                (FieldType::Int32 | FieldType::Int64, Field::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        let number = varint(&mut packed)?;
                        list.items_mut().push(Value::Int(number as i64));
                    }
                }
                _ => {
                    let item = value(field, item, None, depth)?;
                    list.items_mut().push(item);
                }
            }
            list
        }
        FieldType::Map(item) => {
            let (mut key, mut held) = (SmolStr::default(), None);
            for entry in Wire::new(field.bytes()) {
                let (number, entry) = entry?;
                match number {
                    1 => key = SmolStr::from(String::from_utf8(entry.bytes().to_vec()).ok()?),
                    2 => held = Some(entry),
                    _ => {}
                }
            }
            // A list can't be a map's value: it comes in a message of its own (`ExtraValue`).
            let held = match (item.as_ref(), held.unwrap_or(Field::Bytes(&[]))) {
                (FieldType::Array(inner), holder) => {
                    let items: Option<Vec<Value>> = Wire::new(holder.bytes()).map(|item| value(item?.1, inner, None, depth)).collect();
                    Value::array(items?)
                }
                (item, held) => value(held, item, None, depth)?,
            };
            let mut map = before.unwrap_or_else(Value::object);
            map.fields_mut().insert(key, held);
            map
        }
        FieldType::Object => Value::object(),
    })
}

/// A schema, or a list of them (`items`), or a truth value (`additionalItems`, `additionalProperties`).
fn schema_or(bytes: &[u8], name: &str, definition: &'static Definition, depth: usize) -> Option<Value> {
    let (single, other) = if name == "items" { (1, 2) } else { (2, 1) };
    if let Some(schema) = part(bytes, single)? {
        return read(schema.bytes(), definition, depth);
    }
    if name != "items" {
        return Some(Value::Bool(part(bytes, other)?.map_or(0, Field::number) != 0));
    }
    let fields: Option<Vec<(u64, Field)>> = Wire::new(bytes).collect();
    let schemas = fields?.into_iter().filter(|(number, _)| *number == other).map(|(_, schema)| read(schema.bytes(), definition, depth));
    schemas.collect::<Option<Vec<Value>>>().map(Value::array)
}

/// The last field of that number; `Some(None)` where there is none.
fn part(bytes: &[u8], wanted: u64) -> Option<Option<Field<'_>>> {
    let mut found = None;
    for field in Wire::new(bytes) {
        let (number, field) = field?;
        if number == wanted {
            found = Some(field);
        }
    }
    Some(found)
}

/// `{seconds, nanos}`; an empty one is Go's zero time, which JSON writes as null.
fn moment(bytes: &[u8], write: fn(u64) -> String) -> Option<Value> {
    let seconds = part(bytes, 1)?.map_or(0, Field::number);
    let nanos = part(bytes, 2)?.map_or(0, Field::number);
    if seconds <= 0 {
        return Some(Value::Null);
    }
    let milliseconds = seconds.checked_mul(1000)?.checked_add(nanos / 1_000_000)?;
    Some(Value::from(write(u64::try_from(milliseconds).ok()?)))
}

fn int_or_string(bytes: &[u8]) -> Option<Value> {
    if part(bytes, 1)?.map_or(0, Field::number) == 0 {
        return Some(Value::Int(part(bytes, 2)?.map_or(0, Field::number)));
    }
    String::from_utf8(part(bytes, 3)?.map_or(Vec::new(), |field| field.bytes().to_vec())).ok().map(Value::from)
}

/// JSON within a message: `RawExtension`, `JSON`, `FieldsV1`.
fn any(bytes: &[u8]) -> Value {
    let raw = part(bytes, 1).flatten().map_or(&[][..], Field::bytes);
    std::str::from_utf8(raw).ok().and_then(|text| Value::from_json(text).ok()).unwrap_or_default()
}
