//! Values as JSON text, as Go's `encoding/json` writes it.

use crate::value::Value;
use std::fmt::Write;

/// JSON with four blanks a level, as `kubectl -o json` writes it.
pub fn write_json(value: &Value) -> String {
    let mut text = String::new();
    node(&mut text, value, Some(0));
    text.push('\n');
    text
}

/// As [`write_json`], but with the fields of the object itself in this order, as Go writes those of a struct.
pub fn write_json_in_order(object: &Value, order: &[&str]) -> String {
    let fields = order.iter().map(|name| {
        let mut field = format!("    \"{name}\": ");
        node(&mut field, object.get(name), Some(1));
        field
    });
    format!("{{\n{}\n}}\n", fields.collect::<Vec<_>>().join(",\n"))
}

/// JSON in one line, with Go's escapes.
pub fn write_json_compact(value: &Value) -> String {
    let mut text = String::new();
    node(&mut text, value, None);
    text
}

fn line(text: &mut String, indent: Option<usize>) {
    if let Some(level) = indent {
        text.push('\n');
        text.extend(std::iter::repeat_n("    ", level));
    }
}

fn node(text: &mut String, value: &Value, indent: Option<usize>) {
    let deeper = indent.map(|level| level + 1);
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => {
            let _ = write!(text, "{number}");
        }
        Value::Float(number) => text.push_str(&go_float(*number, true)),
        Value::String(string) => quote(text, string),
        Value::Array(items) if items.is_empty() => text.push_str("[]"),
        Value::Object(fields) if fields.is_empty() => text.push_str("{}"),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                line(text, deeper);
                node(text, item, deeper);
            }
            line(text, indent);
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (index, (key, field)) in fields.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                line(text, deeper);
                quote(text, key);
                text.push_str(if indent.is_some() { ": " } else { ":" });
                node(text, field, deeper);
            }
            line(text, indent);
            text.push('}');
        }
    }
}

/// A JSON string with Go's escapes: `<`, `>`, `&`, U+2028 and U+2029 too.
pub fn quote(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", letter as u32);
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

/// A float in its shortest form; JSON's switches to exponents later than YAML's (`%g`).
pub fn go_float(number: f64, json: bool) -> String {
    if number.is_nan() || number.is_infinite() {
        return if number.is_nan() {
            ".nan".into()
        } else if number > 0.0 {
            "+.inf".into()
        } else {
            "-.inf".into()
        };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if number != 0.0 && (exponent < if json { -6 } else { -4 } || exponent >= 21) {
        let sign = if exponent < 0 { '-' } else { '+' };
        let digits = if json && exponent < 0 && exponent > -10 { format!("{}", exponent.abs()) } else { format!("{:02}", exponent.abs()) };
        return format!("{mantissa}e{sign}{digits}");
    }
    format!("{number}")
}
