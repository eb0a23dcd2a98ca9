//! Which fields of an object would be others.

use crate::value::Value;

/// A field that would be another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// `spec.template.spec.containers[web].image`.
    pub path: String,
    /// What it is; `None` where it isn't there.
    pub before: Option<String>,
    /// What it would be; `None` where it would be gone.
    pub after: Option<String>,
}

/// More than these are not listed one by one.
const MOST: usize = 100;
/// A value's text is cut after so many letters.
const LONGEST_VALUE: usize = 120;
/// What the server itself writes with every change, and what kubectl keeps for itself.
const NOT_SHOWN: [&str; 5] = [
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.generation",
    "status",
    "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",
];

/// The fields that differ, in the order of the server's answer (by name).
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before.same(after) || before == after || NOT_SHOWN.contains(&path) || found.len() >= MOST {
        return;
    }
    match (before, after) {
        (Value::Object(_), Value::Object(_)) => {
            for (key, value) in before.fields().iter() {
                compare(&below(path, key), value, after.get(key), found);
            }
            for (key, value) in after.fields().iter().filter(|(key, _)| before.fields().get(key).is_none()) {
                compare(&below(path, key), &Value::Null, value, found);
            }
        }
        (Value::Array(_), Value::Array(_)) if named(before) && named(after) => {
            let at = |list: &'_ Value, name: &str| list.items().iter().find(|item| item.get("name").str() == name).cloned().unwrap_or(Value::Null);
            for item in before.items() {
                let name = item.get("name").str();
                compare(&format!("{path}[{name}]"), item, &at(after, name), found);
            }
            for item in after.items() {
                let name = item.get("name").str();
                if at(before, name).is_null() {
                    compare(&format!("{path}[{name}]"), &Value::Null, item, found);
                }
            }
        }
        (Value::Array(_), Value::Array(_)) if before.items().len() == after.items().len() => {
            for (index, (old, new)) in before.items().iter().zip(after.items()).enumerate() {
                compare(&format!("{path}[{index}]"), old, new, found);
            }
        }
        _ => found.push(Difference { path: path.to_owned(), before: text(before), after: text(after) }),
    }
}

/// Whether it is a list of objects that have names, such as containers.
fn named(list: &Value) -> bool {
    !list.items().is_empty() && list.items().iter().all(|item| !item.get("name").str().is_empty())
}

/// Names with dots in them are written in brackets.
fn below(path: &str, key: &str) -> String {
    match (path, key.contains(['.', '/'])) {
        ("", _) => key.to_owned(),
        (_, true) => format!("{path}[{key}]"),
        (_, false) => format!("{path}.{key}"),
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.to_string(),
        other => other.to_json(),
    };
    let cut: String = text.chars().take(LONGEST_VALUE).collect();
    Some(if cut.len() == text.len() { text } else { format!("{cut}…") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn told(before: Value, after: Value) -> Vec<String> {
        let tell = |each: Difference| format!("{}: {} → {}", each.path, each.before.as_deref().unwrap_or("-"), each.after.as_deref().unwrap_or("-"));
        differences(&before, &after).into_iter().map(tell).collect()
    }

    #[test]
    fn fields_are_named_as_a_person_would() {
        let before = json!({"metadata": {"resourceVersion": "1", "labels": {"a.b/c": "x"}}, "spec": {"replicas": 1, "paused": true,
            "containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y"}], "args": ["1", "2"]}});
        let after = json!({"metadata": {"resourceVersion": "2", "labels": {"a.b/c": "y"}}, "spec": {"replicas": 3, "type": "A",
            "containers": [{"name": "b", "image": "y"}, {"name": "a", "image": "x:2"}, {"name": "c"}], "args": ["1"]}});
        assert_eq!(
            told(before, after),
            [
                "metadata.labels[a.b/c]: x → y",
                "spec.args: [\"1\",\"2\"] → [\"1\"]",
                "spec.containers[a].image: x:1 → x:2",
                "spec.containers[c]: - → {\"name\":\"c\"}",
                "spec.paused: true → -",
                "spec.replicas: 1 → 3",
                "spec.type: - → A",
            ]
        );
    }
}
