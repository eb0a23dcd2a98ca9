//! Kinds without a description of their own, custom ones among them: all their fields.

use super::text::{Text, plain};
use crate::value::Value;

/// Deeper fields are left out; the API server keeps no objects that are deeper.
const MAX_DEPTH: usize = 64;

pub(super) fn describe(object: &Value, text: &mut Text) {
    let metadata = object.get("metadata");
    text.field(0, "Name", metadata.get("name").str());
    text.field(0, "Namespace", metadata.get("namespace").str());
    text.labels("Labels", metadata.get("labels").fields());
    text.annotations("Annotations", metadata.get("annotations").fields());
    fields(object, 0, "", text);
}

/// What the head has said already, and what nobody reads.
const SKIPPED: [&str; 5] = [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];

fn fields(object: &Value, level: usize, path: &str, text: &mut Text) {
    if level > MAX_DEPTH {
        return;
    }
    for (key, value) in object.fields().iter() {
        let here = format!("{path}.{key}");
        if SKIPPED.contains(&here.as_str()) {
            continue;
        }
        match value {
            Value::Array(items) => {
                text.line(level, format!("{}:", title(key)));
                for item in items.iter() {
                    match item {
                        Value::Object(_) => fields(item, level + 1, &here, text),
                        other => text.line(level + 1, plain(other)),
                    }
                }
            }
            Value::Object(_) => {
                text.line(level, format!("{}:", title(key)));
                fields(value, level + 1, &here, text);
            }
            other => text.line(level, format!("{}:\t{}", title(key), plain(other))),
        }
    }
}

/// `apiVersion` → `API Version`, `podCIDRs` → `Pod CIDRs`; a key that isn't made of letters stays as it is (`smartLabelFor`).
fn title(field: &str) -> String {
    let is_word = |letter: char| letter.is_alphabetic() || letter == '-';
    if !field.chars().all(is_word) {
        return field.to_string();
    }
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = field.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let begins = before.is_none_or(|before| {
            let before_lower = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
            (letter == '-') != (before == '-') || (letter.is_uppercase() && (!before.is_uppercase() || before_lower))
        });
        // The end of a plural acronym belongs to it.
        let joins = letter.is_uppercase() && words.last().is_some_and(|word| word.len() > 1 && word.chars().all(char::is_uppercase));
        if begins && !joins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let one = |word: &String| {
        let upper = word.to_uppercase();
        if ["API", "URL", "UID", "GUID"].contains(&upper.as_str()) {
            return upper;
        }
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn keys_are_written_as_kubectl_writes_them() {
        let titles = ["apiVersion", "podCIDRs", "ca.crt", "uid", "dry-run", "nodeName", "HTTPServer", "app2"].map(title);
        assert_eq!(titles, ["API Version", "Pod CIDRs", "ca.crt", "UID", "Dry - Run", "Node Name", "HTTPServer", "app2"]);
    }
}
