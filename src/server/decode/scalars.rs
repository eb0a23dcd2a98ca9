//! Single values: texts, numbers, quantities, times, bytes.

use crate::api::quantity::Quantity;
use crate::api::schema::{Definition, FieldType};
use crate::api::{base64, time};
use crate::value::Value;

/// Why a value can't be read.
pub(super) enum Problem {
    /// It has the wrong JSON type.
    Type,
    /// Its own decoder says this.
    Said(String),
}

/// Reads a scalar: `None` where it stays as it is.
pub(super) fn read(value: &Value, type_: &FieldType) -> Result<Option<Value>, Problem> {
    match type_ {
        FieldType::String => {
            if value.as_str().is_some() {
                Ok(None)
            } else {
                Err(Problem::Type)
            }
        }
        FieldType::Bool => {
            if value.as_bool().is_some() {
                Ok(None)
            } else {
                Err(Problem::Type)
            }
        }
        FieldType::Number => {
            if value.as_f64().is_some() {
                Ok(None)
            } else {
                Err(Problem::Type)
            }
        }
        FieldType::Int32 => whole(value).filter(|number| i32::try_from(*number).is_ok()).map(|number| same_or(value, number)).ok_or(Problem::Type),
        FieldType::Int64 => whole(value).map(|number| same_or(value, number)).ok_or(Problem::Type),
        FieldType::IntOrString => int_or_string(value),
        FieldType::Quantity => quantity(value),
        FieldType::Bytes => bytes(value),
        FieldType::Time => moment(value, RFC3339, |time_ms, _| time::rfc3339(time_ms)),
        FieldType::MicroTime => moment(value, RFC3339_MICRO, micro),
        _ => Ok(None),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Float(_) => value.as_i64(),
        _ => None,
    }
}

fn same_or(value: &Value, number: i64) -> Option<Value> {
    if matches!(value, Value::Int(_)) { None } else { Some(Value::Int(number)) }
}

fn int_or_string(value: &Value) -> Result<Option<Value>, Problem> {
    let wrong = |what: String| Err(Problem::Said(format!("json: cannot unmarshal {what} into Go value of type int32")));
    match value {
        Value::String(_) => Ok(None),
        Value::Int(number) if i32::try_from(*number).is_ok() => Ok(None),
        Value::Int(_) | Value::Float(_) => wrong(format!("number {}", value.to_json())),
        other => wrong(other.type_name().into()),
    }
}

fn quantity(value: &Value) -> Result<Option<Value>, Problem> {
    let read = Quantity::from_value(value).map_err(|error| Problem::Said(error.to_string()))?;
    let canonical = read.to_string();
    if value.as_str() == Some(canonical.as_str()) { Ok(None) } else { Ok(Some(Value::from(canonical))) }
}

fn bytes(value: &Value) -> Result<Option<Value>, Problem> {
    let Some(text) = value.as_str() else { return Err(Problem::Type) };
    let bytes = base64::decode(text).map_err(|at| Problem::Said(format!("illegal base64 data at input byte {at}")))?;
    let canonical = base64::encode(&bytes);
    if canonical == text { Ok(None) } else { Ok(Some(Value::from(canonical))) }
}

const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
const RFC3339_MICRO: &str = "2006-01-02T15:04:05.000000Z07:00";

fn micro(time_ms: u64, text: &str) -> String {
    let written = time::rfc3339_micro(time_ms);
    // Microseconds beyond our milliseconds are kept as they are.
    let is_canonical = text.len() == written.len() && text.ends_with('Z') && text.get(..23) == written.get(..23);
    if is_canonical { text.to_string() } else { written }
}

fn moment(value: &Value, layout: &str, write: fn(u64, &str) -> String) -> Result<Option<Value>, Problem> {
    let Some(text) = value.as_str() else {
        return Err(Problem::Said(format!("json: cannot unmarshal {} into Go value of type string", value.type_name())));
    };
    if text.is_empty() {
        return Ok(Some(Value::Null));
    }
    let Some(time_ms) = time::parse_rfc3339(text) else { return Err(Problem::Said(time_error(text, layout))) };
    let canonical = write(time_ms, text);
    if canonical == text { Ok(None) } else { Ok(Some(Value::from(canonical))) }
}

/// Where Go's `time.Parse` stops, and what it wanted there.
fn time_error(text: &str, layout: &str) -> String {
    const PARTS: [(&str, usize, u32); 11] = [
        ("2006", 4, 9999),
        ("-", 0, 0),
        ("01", 2, 12),
        ("-", 0, 0),
        ("02", 2, 31),
        ("T", 0, 0),
        ("15", 2, 23),
        (":", 0, 0),
        ("04", 2, 59),
        (":", 0, 0),
        ("05", 2, 59),
    ];
    let mut rest = text;
    for (element, digits, most) in PARTS {
        let cannot = |rest: &str| format!("parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"{element}\"");
        if digits == 0 {
            match rest.strip_prefix(element) {
                Some(after) => rest = after,
                None => return cannot(rest),
            }
            continue;
        }
        let number = rest.get(..digits).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).and_then(|part| part.parse::<u32>().ok());
        let Some(number) = number else { return cannot(rest) };
        let name = match element {
            "01" => "month",
            "02" => "day",
            "15" => "hour",
            "04" => "minute",
            _ => "second",
        };
        if number > most || matches!(element, "01" | "02") && number == 0 {
            return format!("parsing time \"{text}\": {name} out of range");
        }
        rest = &rest[digits..];
    }
    format!("parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"Z07:00\"")
}

/// Writes quantities, bytes and times as Go does, wherever they are; what can't be read stays.
pub(super) fn canonicalise(value: &mut Value, definition: &'static Definition) {
    let names: Vec<_> = value.fields().keys().cloned().collect();
    for name in names {
        if let Some(field) = definition.field(&name) {
            canonicalise_as(value.get_mut(&name), &field.type_, 0);
        }
    }
}

fn canonicalise_as(value: &mut Value, type_: &'static FieldType, depth: usize) {
    if depth > 200 {
        return;
    }
    match type_ {
        FieldType::Array(item) if value.is_array() => value.items_mut().iter_mut().for_each(|there| canonicalise_as(there, item, depth + 1)),
        FieldType::Map(item) if value.is_object() => value.fields_mut().iter_mut().for_each(|(_, there)| canonicalise_as(there, item, depth + 1)),
        FieldType::Ref(target) => match &target.definition().type_ {
            FieldType::Object if value.is_object() => {
                for (name, there) in value.fields_mut().iter_mut() {
                    if let Some(field) = target.definition().field(name) {
                        canonicalise_as(there, &field.type_, depth + 1);
                    }
                }
            }
            FieldType::Object => {}
            other => canonicalise_as(value, other, depth + 1),
        },
        scalar => {
            if let Ok(Some(canonical)) = read(value, scalar) {
                *value = canonical;
            }
        }
    }
}
