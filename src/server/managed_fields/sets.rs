//! Sets of fields in the form in which objects carry them, `FieldsV1`: `{"f:spec": {"f:replicas": {}}}`.
//!
//! A name leads to what is inside; `{}` is a member without members inside, `"."` says that a place with members inside is one itself.
//! Working on this form directly keeps what doesn't change shared between versions of an object.

use crate::value::{Map, SmolStr, Value};

const SELF: &str = ".";

/// Whether the place itself is a member.
fn is_member(set: &Value) -> bool {
    set.is_object() && (set.fields().is_empty() || set.fields().contains_key(SELF))
}

/// Whether nothing is in it, looked at as a whole set.
pub(super) fn is_empty(set: &Value) -> bool {
    set.fields().is_empty()
}

/// What is in a place, beside itself.
fn inside(set: &Value) -> impl Iterator<Item = (&SmolStr, &Value)> {
    set.fields().iter().filter(|(name, _)| *name != SELF)
}

fn place(is_member: bool, inside: Map) -> Option<Value> {
    match (is_member, inside.is_empty()) {
        (true, true) => Some(Value::object()),
        (false, true) => None,
        (true, false) => {
            let mut inside = inside;
            inside.insert(SELF, Value::object());
            Some(Value::from(inside))
        }
        (false, false) => Some(Value::from(inside)),
    }
}

/// A place that is itself a member, with these inside.
pub(super) fn member_with(inside: Map) -> Value {
    place(true, inside).unwrap_or_else(Value::object)
}

/// What is in either.
pub(super) fn union(a: &Value, b: &Value) -> Value {
    if is_empty(b) || a.same(b) {
        return a.clone();
    }
    if is_empty(a) {
        return b.clone();
    }
    let mut result = a.clone();
    for (name, there) in b.fields().iter() {
        let here = a.fields().get(name);
        let joined = match here {
            Some(here) => union_place(here, there),
            None => there.clone(),
        };
        if here != Some(&joined) {
            result.fields_mut().insert(name.clone(), joined);
        }
    }
    result
}

fn union_place(a: &Value, b: &Value) -> Value {
    if a.same(b) || a == b {
        return a.clone();
    }
    let mut joined = a.fields().clone();
    for (name, there) in inside(b) {
        let value = match a.fields().get(name) {
            Some(here) => union_place(here, there),
            None => there.clone(),
        };
        joined.insert(name.clone(), value);
    }
    joined.remove(SELF);
    place(is_member(a) || is_member(b), joined).unwrap_or_else(Value::object)
}

/// What is in `a` but not in `b`.
pub(super) fn difference(a: &Value, b: &Value) -> Value {
    if is_empty(b) {
        return a.clone();
    }
    let mut result = a.clone();
    for (name, there) in b.fields().iter() {
        let Some(here) = a.fields().get(name) else { continue };
        match difference_place(here, there) {
            Some(left) if left == *here => {}
            Some(left) => {
                result.fields_mut().insert(name.clone(), left);
            }
            None => {
                result.fields_mut().remove(name);
            }
        }
    }
    result
}

fn difference_place(a: &Value, b: &Value) -> Option<Value> {
    let mut left = a.fields().clone();
    left.remove(SELF);
    for (name, there) in inside(b) {
        let Some(here) = left.get(name).cloned() else { continue };
        match difference_place(&here, there) {
            Some(rest) => {
                left.insert(name.clone(), rest);
            }
            None => {
                left.remove(name);
            }
        }
    }
    place(is_member(a) && !is_member(b), left)
}

/// What is in both.
pub(super) fn intersection(a: &Value, b: &Value) -> Value {
    let mut result = Map::new();
    for (name, there) in b.fields().iter() {
        if let Some(here) = a.fields().get(name)
            && let Some(both) = intersection_place(here, there)
        {
            result.insert(name.clone(), both);
        }
    }
    Value::from(result)
}

fn intersection_place(a: &Value, b: &Value) -> Option<Value> {
    let mut both = Map::new();
    for (name, there) in inside(b) {
        if let Some(here) = a.fields().get(name)
            && let Some(value) = intersection_place(here, there)
        {
            both.insert(name.clone(), value);
        }
    }
    place(is_member(a) && is_member(b), both)
}

/// The members as paths, in the order of the set.
pub(super) fn paths(set: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(set, "", &mut found);
    found
}

fn collect(set: &Value, path: &str, found: &mut Vec<String>) {
    for (name, there) in inside(set) {
        let path = format!("{path}{}", shown(name));
        if is_member(there) {
            found.push(path.clone());
        }
        collect(there, &path, found);
    }
}

/// A step of a path as upstream's `PathElement.String` writes it: `.spec`, `[name="web"]`, `[="a"]`, `[0]`.
fn shown(name: &str) -> String {
    match name.split_once(':') {
        Some(("f", field)) => format!(".{field}"),
        Some(("k", keys)) => {
            let keys = Value::from_json(keys).unwrap_or_default();
            let parts: Vec<String> = keys.fields().iter().map(|(key, value)| format!("{key}={}", value.to_json())).collect();
            format!("[{}]", parts.join(","))
        }
        Some(("v", value)) => format!("[={value}]"),
        Some((_, index)) => format!("[{index}]"),
        None => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn set(json: Value) -> Value {
        json
    }

    #[test]
    fn sets_are_joined_cut_and_subtracted() {
        let a = set(json!({"f:spec": {"f:replicas": {}, "f:template": {".": {}, "f:a": {}}}}));
        let b = set(json!({"f:spec": {"f:template": {"f:a": {}, "f:b": {}}}, "f:data": {}}));
        assert_eq!(union(&a, &b), set(json!({"f:spec": {"f:replicas": {}, "f:template": {".": {}, "f:a": {}, "f:b": {}}}, "f:data": {}})));
        assert_eq!(difference(&a, &b), set(json!({"f:spec": {"f:replicas": {}, "f:template": {}}})));
        assert_eq!(intersection(&a, &b), set(json!({"f:spec": {"f:template": {"f:a": {}}}})));
        assert!(is_empty(&difference(&a, &a)));
    }

    #[test]
    fn paths_read_as_in_conflicts() {
        let fields = set(json!({"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}, "f:list": {"v:\"a\"": {}}}}));
        assert_eq!(paths(&fields), [".spec.containers[name=\"web\"]", ".spec.containers[name=\"web\"].image", ".spec.list[=\"a\"]"]);
    }
}
