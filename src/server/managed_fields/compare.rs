//! Which fields differ between two objects, and which ones an object has (`sigs.k8s.io/structured-merge-diff/typed`).

use super::sets;
use super::shape::{Form, Shape};
use crate::value::{Map, SmolStr, Sort, Value};

/// Nested deeper than this, values are compared as a whole.
const DEPTH_LIMIT: usize = 200;

/// The fields that differ, as sets.
#[derive(Default)]
pub(super) struct Comparison {
    /// In the new object only, or with another value there.
    pub(super) changed: Value,
    /// In the old object only.
    pub(super) removed: Value,
}

/// Compares two objects; metadata that has no owners is left out.
pub(super) fn compare(old: &Value, new: &Value, shape: Shape) -> Comparison {
    let (mut changed, mut removed) = (Map::new(), Map::new());
    for name in names(old.fields(), new.fields()) {
        let (before, after) = (old.fields().get(name), new.fields().get(name));
        if name == "metadata" {
            let (before, after) = (owned_metadata(before), owned_metadata(after));
            compare_field(name, Some(&before), Some(&after), shape.field(name), &mut changed, &mut removed);
        } else if !matches!(name.as_str(), "apiVersion" | "kind") {
            compare_field(name, before, after, shape.field(name), &mut changed, &mut removed);
        }
    }
    Comparison { changed: Value::from(changed), removed: Value::from(removed) }
}

/// Metadata that the server keeps has no owners (`stripmeta.go`).
pub(super) fn owned_metadata(metadata: Option<&Value>) -> Value {
    const STRIPPED: [&str; 8] = ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion"];
    let mut owned = metadata.cloned().unwrap_or_else(Value::object);
    if STRIPPED.iter().any(|field| owned.fields().contains_key(field)) {
        owned.fields_mut().retain(|name, _| !STRIPPED.contains(&name));
    }
    owned
}

fn names<'a>(a: &'a Map, b: &'a Map) -> Vec<&'a SmolStr> {
    let mut names: Vec<&SmolStr> = a.keys().chain(b.keys().filter(|name| !a.contains_key(name))).collect();
    names.order();
    names
}

fn compare_field(name: &str, old: Option<&Value>, new: Option<&Value>, shape: Shape, changed: &mut Map, removed: &mut Map) {
    let places = compare_place(old, new, shape, 0);
    if places != (None, None) {
        collect(field_name(name), places, changed, removed);
    }
}

type Places = (Option<Value>, Option<Value>);

/// The sets at one place: `None` where it has no members.
fn compare_place(old: Option<&Value>, new: Option<&Value>, shape: Shape, depth: usize) -> Places {
    match (old, new) {
        (None, None) => (None, None),
        (Some(old), Some(new)) if old.same(new) || old == new => (None, None),
        (None, Some(new)) => (Some(everything(new, shape, depth)), None),
        (Some(old), None) => (None, Some(everything(old, shape, depth))),
        (Some(old), Some(new)) => {
            if depth > DEPTH_LIMIT || old.is_empty() && new.is_empty() {
                return (Some(Value::object()), None);
            }
            let typical = if old.is_null() { new } else { old };
            if !old.is_null() && !new.is_null() && old.type_name() != new.type_name() {
                return (Some(Value::object()), None);
            }
            let (mut changed, mut removed) = (Map::new(), Map::new());
            match shape.form(typical) {
                Form::Leaf => return (Some(Value::object()), None),
                Form::Map => {
                    for name in names(old.fields(), new.fields()) {
                        // Most fields are as they were; only the others need a name.
                        let places = compare_place(old.fields().get(name), new.fields().get(name), shape.field(name), depth + 1);
                        if places != (None, None) {
                            collect(field_name(name), places, &mut changed, &mut removed);
                        }
                    }
                }
                Form::Set => compare_items(&members(old), &members(new), shape.item(), depth, &mut changed, &mut removed),
                Form::Keyed(keys) => compare_items(&keyed(old, &keys, shape), &keyed(new, &keys, shape), shape.item(), depth, &mut changed, &mut removed),
            }
            let set = |map: Map| if map.is_empty() { None } else { Some(Value::from(map)) };
            (set(changed), set(removed))
        }
    }
}

fn collect(name: SmolStr, (here_changed, here_removed): Places, changed: &mut Map, removed: &mut Map) {
    if let Some(found) = here_changed {
        changed.insert(name.clone(), found);
    }
    if let Some(found) = here_removed {
        removed.insert(name, found);
    }
}

/// `f:replicas`.
fn field_name(name: &str) -> SmolStr {
    smol_str::format_smolstr!("f:{name}")
}

fn compare_items(old: &[(String, &Value)], new: &[(String, &Value)], shape: Shape, depth: usize, changed: &mut Map, removed: &mut Map) {
    let (old_names, new_names) = (by_name(old), by_name(new));
    for (name, before) in old {
        collect(SmolStr::new(name), compare_place(Some(before), new_names.get(name), shape, depth + 1), changed, removed);
    }
    for (name, after) in new.iter().filter(|(name, _)| old_names.get(name).is_none()) {
        collect(SmolStr::new(name), compare_place(None, Some(after), shape, depth + 1), changed, removed);
    }
}

/// Named items, to be found by their names; of several with one name the first.
pub(super) fn by_name(items: &[(String, &Value)]) -> Map {
    items.iter().rev().map(|(name, item)| (SmolStr::new(name), (*item).clone())).collect()
}

/// A value that is on one side only: the place and all inside are members.
fn everything(value: &Value, shape: Shape, depth: usize) -> Value {
    if depth > DEPTH_LIMIT || value.is_empty() {
        return Value::object();
    }
    let inside: Map = match shape.form(value) {
        Form::Leaf => return Value::object(),
        Form::Map => value.fields().iter().map(|(name, item)| (field_name(name), everything(item, shape.field(name), depth + 1))).collect(),
        Form::Set => members(value).into_iter().map(|(name, _)| (SmolStr::from(name), Value::object())).collect(),
        Form::Keyed(keys) => {
            keyed(value, &keys, shape).into_iter().map(|(name, item)| (SmolStr::from(name), everything(item, shape.item(), depth + 1))).collect()
        }
    };
    sets::member_with(inside)
}

/// The fields that an applied object has (`ToFieldSet`): leaves and the items of lists, but not the maps around them.
pub(super) fn applied_set(object: &Value, shape: Shape) -> Value {
    let mut set = Map::new();
    for (name, value) in object.fields().iter() {
        let owned;
        let value = match name.as_str() {
            "apiVersion" | "kind" => continue,
            "metadata" => {
                owned = owned_metadata(Some(value));
                &owned
            }
            _ => value,
        };
        if let Some(found) = applied_place(value, shape.field(name), 0)
            && !(name == "metadata" && value.is_empty())
        {
            set.insert(format!("f:{name}"), found);
        }
    }
    Value::from(set)
}

fn applied_place(value: &Value, shape: Shape, depth: usize) -> Option<Value> {
    if depth > DEPTH_LIMIT || value.is_empty() {
        return Some(Value::object());
    }
    let set: Map = match shape.form(value) {
        Form::Leaf => return Some(Value::object()),
        Form::Map => value.fields().iter().filter_map(|(name, item)| Some((field_name(name), applied_place(item, shape.field(name), depth + 1)?))).collect(),
        Form::Set => members(value).into_iter().map(|(name, _)| (SmolStr::from(name), Value::object())).collect(),
        Form::Keyed(keys) => {
            let items = keyed(value, &keys, shape);
            items
                .into_iter()
                .map(|(name, item)| {
                    let inside = applied_place(item, shape.item(), depth + 1).unwrap_or_default();
                    (SmolStr::from(name), sets::member_with(inside.fields().clone()))
                })
                .collect()
        }
    };
    if set.is_empty() { None } else { Some(Value::from(set)) }
}

/// The items of a set, by the name that `FieldsV1` gives them.
pub(super) fn members(list: &Value) -> Vec<(String, &Value)> {
    list.items().iter().map(|item| (format!("v:{}", item.to_json()), item)).collect()
}

/// The items of a list of maps, by the name that `FieldsV1` gives them.
pub(super) fn keyed<'a>(list: &'a Value, keys: &[String], shape: Shape) -> Vec<(String, &'a Value)> {
    list.items().iter().map(|item| (item_name(item, keys, shape), item)).collect()
}

/// `k:{"containerPort":80,"protocol":"TCP"}`: an item's name by its keys, in the order of their names.
pub(super) fn item_name(item: &Value, keys: &[String], shape: Shape) -> String {
    let mut fields = Map::new();
    for key in keys {
        let value = match item.get(key) {
            Value::Null => shape.item().key_default(key),
            value => value.clone(),
        };
        if !value.is_null() {
            fields.insert(key, value);
        }
    }
    format!("k:{}", Value::from(fields).to_json())
}
