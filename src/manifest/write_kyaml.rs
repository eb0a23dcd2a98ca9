//! Values as KYAML (`-o kyaml`): YAML's flow style, with quotes around all strings and a comma behind every entry.

use super::resolve::resolves_to_string;
use super::write_json::{go_float, quote};
use super::write_yaml::compare_keys;
use crate::value::{SmolStr, Sort, Value};

/// Writes a value as a KYAML document.
pub fn write_kyaml(value: &Value) -> String {
    let mut text = String::from("---\n");
    node(&mut text, value, 0);
    text + "\n"
}

fn indent(text: &mut String, level: usize) {
    text.extend(std::iter::repeat_n("  ", level));
}

fn node(text: &mut String, value: &Value, level: usize) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => text.push_str(&number.to_string()),
        Value::Float(number) => text.push_str(&go_float(*number, false)),
        Value::String(string) => string_text(text, string, level),
        Value::Array(items) if items.is_empty() => text.push_str("[]"),
        Value::Object(fields) if fields.is_empty() => text.push_str("{}"),
        Value::Array(items) => list(text, items, level),
        Value::Object(fields) => {
            let mut entries: Vec<(&SmolStr, &Value)> = fields.iter().collect();
            entries.order_by(|a, b| compare_keys(a.0, b.0));
            text.push_str("{\n");
            for (key, field) in entries {
                indent(text, level + 1);
                if is_plain_key(key) {
                    text.push_str(key)
                } else {
                    quote(text, key)
                }
                text.push_str(": ");
                node(text, field, level + 1);
                text.push_str(",\n");
            }
            indent(text, level);
            text.push('}');
        }
    }
}

/// Lists of objects and lists cuddle their brackets: `[{ … }, { … }]`.
fn list(text: &mut String, items: &[Value], level: usize) {
    if items.iter().all(|item| (item.is_object() || item.is_array()) && !item.is_empty()) {
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            node(text, item, level);
        }
        text.push(']');
        return;
    }
    text.push_str("[\n");
    for item in items {
        indent(text, level + 1);
        node(text, item, level + 1);
        text.push_str(",\n");
    }
    indent(text, level);
    text.push(']');
}

/// A string; of several lines, each stands on a line of the text.
fn string_text(text: &mut String, string: &str, level: usize) {
    if !string.contains('\n') {
        text.push('"');
        escaped(text, string);
        text.push('"');
        return;
    }
    text.push_str("\"\\\n");
    for line in string.split_inclusive('\n') {
        indent(text, level + 1);
        // A blank at the beginning of a line would be folded away, so it is escaped.
        text.push(if line.starts_with([' ', '\t']) { '\\' } else { ' ' });
        escaped(text, line);
        text.push_str("\\\n");
    }
    indent(text, level + 1);
    text.push('"');
}

fn escaped(text: &mut String, string: &str) {
    for letter in string.chars() {
        match letter {
            '<' | '>' | '&' | '\t' => text.push(letter),
            letter => {
                let mut quoted = String::new();
                quote(&mut quoted, letter.encode_utf8(&mut [0; 4]));
                text.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
    }
}

/// Names that everybody reads as strings without quotes.
fn is_plain_key(key: &str) -> bool {
    let mut letters = key.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    let doubtful = matches!(key, "t" | "T" | "f" | "F");
    begins && !doubtful && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')) && resolves_to_string(key)
}
