//! The patch of a client-side apply: from what was applied last, what is to be applied, and what there is
//! (`strategicpatch.CreateThreeWayMergePatch` for built-in kinds, `jsonmergepatch` for custom ones).

use crate::api::merge_keys::{self, PatchStrategy};
use crate::api::schema::{self, Definition};
use crate::value::{Map, SmolStr, Value};

/// The patch that turns `current` into `modified`, and takes away what `original` had and `modified` has no more.
/// `definition` is the kind's full name in the schema; `""` where lists are to be replaced as a whole.
pub fn three_way_patch(original: &Value, modified: &Value, current: &Value, definition: &str) -> Value {
    Value::from(patch_fields(original.fields(), modified.fields(), current.fields(), schema::definition(definition)))
}

fn patch_fields(original: &Map, modified: &Map, current: &Map, definition: Option<&'static Definition>) -> Map {
    let mut patch = Map::new();
    for (key, wanted) in modified.iter() {
        let Some(now) = current.get(key) else {
            if !wanted.is_null() {
                patch.insert(key.clone(), wanted.clone());
            }
            continue;
        };
        let before = original.get(key).unwrap_or(&crate::value::NULL);
        let field = definition.and_then(|definition| definition.field(key));
        let inner = field.and_then(|field| field.type_.item_definition());
        let rule = definition.zip(field).and_then(|(definition, field)| merge_keys::rule(definition, field));
        let strategy = rule.map_or(PatchStrategy::Replace, |rule| rule.patch_strategy);
        match (wanted, now) {
            (Value::Object(wanted), Value::Object(now)) => {
                let mut changes = patch_fields(before.fields(), wanted, now, inner);
                if strategy.retains_keys() && !changes.is_empty() {
                    changes.insert("$retainKeys", wanted.keys().filter(|name| !name.starts_with('$')).map(Value::from).collect::<Value>());
                }
                if !changes.is_empty() {
                    patch.insert(key.clone(), changes);
                }
            }
            (Value::Array(wanted), Value::Array(now)) if strategy.merges() => {
                let merge_key = rule.map_or("", |rule| rule.patch_merge_key);
                if merge_key.is_empty() {
                    patch_values(&mut patch, key, before.items(), wanted, now);
                } else {
                    patch_items(&mut patch, key, merge_key, [before.items(), wanted, now], inner, strategy.retains_keys());
                }
            }
            (wanted, now) if !equal(wanted, now) => {
                patch.insert(key.clone(), wanted.clone());
            }
            _ => {}
        }
    }
    for key in original.keys() {
        if !modified.contains_key(key) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    patch
}

/// Whether two values are the same in JSON, where `1` is `1.0`.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

/// Lists of plain values that are merged: finalizers, for example.
fn patch_values(patch: &mut Map, key: &str, original: &[Value], wanted: &[Value], now: &[Value]) {
    let added: Vec<Value> = wanted.iter().filter(|value| !now.contains(value)).cloned().collect();
    let deleted: Vec<Value> = original.iter().filter(|value| !wanted.contains(value)).cloned().collect();
    if added.is_empty() && deleted.is_empty() {
        return;
    }
    if !added.is_empty() {
        patch.insert(key, Value::array(added));
    }
    if !deleted.is_empty() {
        patch.insert(format!("$deleteFromPrimitiveList/{key}"), Value::array(deleted));
    }
    patch.insert(format!("$setElementOrder/{key}"), Value::array(wanted.to_vec()));
}

/// Lists of objects that are told apart by a key: containers by their names.
fn patch_items(patch: &mut Map, key: &str, merge_key: &str, [original, wanted, now]: [&[Value]; 3], inner: Option<&'static Definition>, retain_keys: bool) {
    let find = |list: &'_ [Value], id: &Value| list.iter().position(|item| equal(item.get(merge_key), id));
    let mut changes: Vec<Value> = Vec::new();
    for item in wanted {
        let id = item.get(merge_key);
        match find(now, id) {
            None => changes.push(item.clone()),
            Some(at) => {
                let before = find(original, id).map_or(&crate::value::NULL, |at| &original[at]);
                let mut fields = patch_fields(before.fields(), item.fields(), now[at].fields(), inner);
                if !fields.is_empty() {
                    if retain_keys {
                        fields.insert("$retainKeys", item.fields().keys().map(Value::from).collect::<Value>());
                    }
                    fields.insert(merge_key, id.clone());
                    changes.push(Value::from(fields));
                }
            }
        }
    }
    for item in original {
        let id = item.get(merge_key);
        if find(wanted, id).is_none() {
            let mut gone = Map::new();
            gone.insert("$patch", "delete");
            gone.insert(merge_key, id.clone());
            changes.push(Value::from(gone));
        }
    }
    let places: Vec<usize> = wanted.iter().filter_map(|item| find(now, item.get(merge_key))).collect();
    if changes.is_empty() && places.is_sorted() {
        return;
    }
    if !changes.is_empty() {
        patch.insert(key, Value::array(changes));
    }
    let order = wanted.iter().map(|item| {
        let mut only_key = Map::new();
        only_key.insert(SmolStr::new(merge_key), item.get(merge_key).clone());
        Value::from(only_key)
    });
    patch.insert(format!("$setElementOrder/{key}"), order.collect::<Value>());
}
