//! The escape `\'` in double quotes: goyaml reads it as an apostrophe, the parsers here refuse it.

use super::node::Node;
use crate::value::{Map, SmolStr, Value};

/// Escapes of two characters that can stand in for `\'` where the text doesn't use them itself, and what they mean.
const STAND_INS: [(&str, char); 8] =
    [("\\a", '\u{7}'), ("\\v", '\u{b}'), ("\\f", '\u{c}'), ("\\e", '\u{1b}'), ("\\b", '\u{8}'), ("\\P", '\u{2029}'), ("\\L", '\u{2028}'), ("\\N", '\u{85}')];

/// An escape as long as `\'` that stands for `meaning`.
#[derive(Clone, Copy)]
pub(super) struct StandIn {
    escape: &'static str,
    meaning: char,
}

/// An escape that the text doesn't use; `None` where there is no `\'` to be replaced, or all are used.
pub(super) fn stand_in(text: &str) -> Option<StandIn> {
    let is_free = |(escape, meaning): &(&str, char)| !text.contains(escape) && !text.contains(*meaning);
    let (escape, meaning) = STAND_INS.into_iter().find(is_free).filter(|_| text.contains("\\'"))?;
    Some(StandIn { escape, meaning })
}

/// The text with the stand-in for each `\'` from `offset` to the end of the double-quoted scalar that it is in; `None` where there is none at `offset`.
pub(super) fn replaced(text: &str, offset: usize, stand_in: StandIn) -> Option<String> {
    let (before, mut rest) = text.split_at_checked(offset)?;
    if !rest.starts_with("\\'") {
        return None;
    }
    let mut replaced = before.to_string();
    while let Some(at) = rest.find(['\\', '"']).filter(|at| !rest[*at..].starts_with('"')) {
        replaced.push_str(&rest[..at]);
        let end = rest[at..].char_indices().nth(2).map_or(rest.len(), |(length, _)| at + length);
        let escape = &rest[at..end];
        replaced.push_str(if escape == "\\'" { stand_in.escape } else { escape });
        rest = &rest[end..];
    }
    replaced.push_str(rest);
    Some(replaced)
}

/// Puts the apostrophe where the stand-in is.
pub(super) fn restore(node: &mut Node, stand_in: StandIn) {
    node.value = restored(&node.value, stand_in);
    node.items.iter_mut().for_each(|item| restore(item, stand_in));
    for field in &mut node.fields {
        field.name = SmolStr::from(field.name.replace(stand_in.meaning, "'"));
        restore(&mut field.node, stand_in);
    }
}

fn restored(value: &Value, stand_in: StandIn) -> Value {
    match value {
        Value::String(text) if text.contains(stand_in.meaning) => Value::from(text.replace(stand_in.meaning, "'")),
        Value::Array(items) => items.iter().map(|item| restored(item, stand_in)).collect(),
        Value::Object(fields) => {
            Value::from(fields.iter().map(|(key, value)| (SmolStr::from(key.replace(stand_in.meaning, "'")), restored(value, stand_in))).collect::<Map>())
        }
        other => other.clone(),
    }
}
