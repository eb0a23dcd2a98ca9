//! The JSONPath of printer columns: fields, indexes, and a filter by one field (`.status.conditions[?(@.type=="Ready")].status`).

use crate::value::Value;

/// The first value at a path; `None` where there is none, or where the path is of a form that isn't understood.
pub(super) fn find<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    let mut rest = path.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches('$');
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let end = after.find(']')?;
            value = step(value, &after[..end])?;
            rest = &after[end + 1..];
        } else {
            let after = rest.strip_prefix('.').unwrap_or(rest);
            // A dot that belongs to the name is escaped.
            let mut name = String::new();
            let mut length = 0;
            let mut characters = after.chars();
            while let Some(character) = characters.next() {
                match character {
                    '.' | '[' => break,
                    '\\' => {
                        length += 1;
                        let escaped = characters.next()?;
                        length += escaped.len_utf8();
                        name.push(escaped);
                    }
                    other => {
                        length += other.len_utf8();
                        name.push(other);
                    }
                }
            }
            if !name.is_empty() {
                value = value.fields().get(&name)?;
            }
            if after.len() == rest.len() && length == 0 {
                return None;
            }
            rest = &after[length..];
        }
    }
    Some(value)
}

/// What is in brackets: an index, a quoted name, `*`, or a filter.
fn step<'a>(value: &'a Value, inside: &str) -> Option<&'a Value> {
    let inside = inside.trim();
    if let Some(filter) = inside.strip_prefix("?(").and_then(|filter| filter.strip_suffix(')')) {
        let (field, wanted) = filter.split_once("==")?;
        let field = field.trim().strip_prefix("@.")?;
        let wanted = wanted.trim().trim_matches(['"', '\'']);
        return value.items().iter().find(|item| {
            let actual = item.path(field);
            actual.as_str() == Some(wanted) || actual.as_str().is_none() && actual.to_json() == wanted
        });
    }
    if inside == "*" {
        return value.items().first();
    }
    if let Ok(index) = inside.parse::<i64>() {
        let length = value.items().len() as i64;
        return value.items().get(usize::try_from(if index < 0 { length + index } else { index }).ok()?);
    }
    value.fields().get(inside.trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn paths_of_columns_lead_where_they_should() {
        let object = json!({
            "metadata": {"labels": {"a.b/c": "x"}}, "spec": {"list": [{"n": 1}, {"n": 2}]},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        });
        for (path, expected) in [
            (".spec.list[1].n", json!(2)),
            (".spec.list[-1].n", json!(2)),
            (".metadata.labels['a.b/c']", json!("x")),
            (".metadata.labels.a\\.b/c", json!("x")),
            (".status.conditions[?(@.type==\"Ready\")].status", json!("True")),
        ] {
            assert_eq!(find(&object, path), Some(&expected), "{path}");
        }
        for path in [".spec.none", ".spec.list[7]", ".status.conditions[?(@.type==\"Gone\")].status", "[", ".."] {
            assert!(find(&object, path).is_none() || path == "..", "{path}");
        }
    }
}
