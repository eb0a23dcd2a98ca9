//! What server-side apply makes of an object: the merge of the live one with the applied one, without what the manager has given up
//! (`sigs.k8s.io/structured-merge-diff/merge/update.go`).

use super::compare::{by_name, item_name, keyed, members};
use super::shape::{Form, Shape};
use crate::value::Value;

/// Nested deeper than this, the applied value replaces the live one.
const DEPTH_LIMIT: usize = 200;

/// The live value with what is applied.
pub(super) fn merge(live: &Value, applied: &Value, shape: Shape) -> Value {
    merge_at(live, applied, shape, 0)
}

fn merge_at(live: &Value, applied: &Value, shape: Shape, depth: usize) -> Value {
    if live.is_null() || live == applied || depth > DEPTH_LIMIT {
        return applied.clone();
    }
    match shape.form(applied) {
        Form::Leaf => applied.clone(),
        Form::Map if live.is_object() => {
            let mut merged = live.clone();
            for (name, value) in applied.fields().iter() {
                let new = merge_at(live.get(name), value, shape.field(name), depth + 1);
                if live.fields().get(name) != Some(&new) {
                    merged.fields_mut().insert(name.clone(), new);
                }
            }
            merged
        }
        Form::Set => joined(&members(live), &members(applied), |_, item| item.clone()),
        Form::Keyed(keys) => joined(&keyed(live, &keys, shape), &keyed(applied, &keys, shape), |here, wanted| merge_at(here, wanted, shape.item(), depth + 1)),
        Form::Map => applied.clone(),
    }
}

/// The items of both lists. Applied items come in the applied order; the others stay before the applied item that followed them.
fn joined(live: &[(String, &Value)], applied: &[(String, &Value)], merge: impl Fn(&Value, &Value) -> Value) -> Value {
    let (live_names, applied_names) = (by_name(live), by_name(applied));
    let mut wanted = applied.iter().map(|(name, item)| live_names.get(name).map_or_else(|| (*item).clone(), |here| merge(here, item)));
    let mut result = Vec::with_capacity(live.len() + applied.len());
    for (name, item) in live {
        if applied_names.contains_key(name) { result.extend(wanted.next()) } else { result.push((*item).clone()) }
    }
    result.extend(wanted);
    Value::array(result)
}

/// Takes out of `object` what is in `gone`, a set of fields.
pub(super) fn remove(object: &mut Value, gone: &Value, shape: Shape) {
    remove_at(object, gone, shape, 0);
}

fn remove_at(object: &mut Value, gone: &Value, shape: Shape, depth: usize) {
    if depth > DEPTH_LIMIT {
        return;
    }
    let is_whole = |set: &Value| set.fields().is_empty() || set.fields().contains_key(".");
    match shape.form(object) {
        Form::Map => {
            for (step, inside) in gone.fields().iter() {
                let Some(name) = step.strip_prefix("f:").filter(|name| object.fields().contains_key(name)) else { continue };
                if is_whole(inside) && inside.fields().len() <= 1 {
                    object.fields_mut().remove(name);
                    continue;
                }
                remove_at(object.get_mut(name), inside, shape.field(name), depth + 1);
                if object.get(name).is_empty() && is_whole(inside) {
                    object.fields_mut().remove(name);
                }
            }
        }
        Form::Keyed(keys) => {
            let mut kept = Vec::new();
            for item in object.items() {
                let inside = gone.get(&item_name(item, &keys, shape));
                if !inside.is_null() && is_whole(inside) {
                    continue;
                }
                let mut item = item.clone();
                if !inside.is_null() {
                    remove_at(&mut item, inside, shape.item(), depth + 1);
                }
                kept.push(item);
            }
            *object = Value::array(kept);
        }
        Form::Set => {
            let kept: Value = object.items().iter().filter(|item| !gone.fields().contains_key(&format!("v:{}", item.to_json()))).cloned().collect();
            *object = kept;
        }
        Form::Leaf => {}
    }
}
