//! Any other object: its metadata, and then its fields as they are (`GenericDescriber`).

use super::Context;
use super::config::head;
use super::text::{Text, go};
use crate::value::Value;

/// An object of a kind without a describer of its own.
pub async fn describe(context: &Context<'_>, text: &mut Text, object: &Value) {
    head(text, object);
    let mut shown = object.clone();
    for field in ["metadata.managedFields", "metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations"] {
        shown.remove(field);
    }
    fields(text, 0, &shown);
    context.events(text, object).await;
}

/// The fields of an object, each under its name as a person reads it, nested ones indented.
fn fields(text: &mut Text, level: usize, object: &Value) {
    let mut sorted: Vec<_> = object.fields().iter().collect();
    sorted.sort_by_key(|(key, _)| title(key));
    for (key, value) in sorted {
        let name = title(key);
        match value {
            Value::Object(nested) if nested.is_empty() => text.line(level, format!("{name}:")),
            Value::Object(_) => {
                text.line(level, format!("{name}:"));
                fields(text, level + 1, value);
            }
            Value::Array(items) => {
                text.line(level, format!("{name}:"));
                for item in items.iter() {
                    if item.is_object() { fields(text, level + 1, item) } else { text.line(level + 1, go(item)) }
                }
            }
            scalar => text.field(level, &name, go(scalar)),
        }
    }
}

/// `apiVersion` → `API Version`, `podIP` → `Pod IP`: `smartLabelFor`.
fn title(key: &str) -> String {
    if key.contains(['.', '/', '-']) {
        return key.to_string();
    }
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = key.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let after_small = index > 0 && letters[index - 1].is_lowercase() && letter.is_uppercase();
        let last_of_capitals =
            index > 0 && letter.is_uppercase() && letters[index - 1].is_uppercase() && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if words.is_empty() || after_small || last_of_capitals {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(*letter);
        }
    }
    let words: Vec<String> = words
        .into_iter()
        .map(|word| match word.to_uppercase().as_str() {
            known @ ("API" | "URL" | "UID" | "OSB" | "GUID") => known.to_string(),
            _ => word.chars().next().map(|first| first.to_uppercase().collect::<String>() + &word[first.len_utf8()..]).unwrap_or_default(),
        })
        .collect();
    words.join(" ")
}
