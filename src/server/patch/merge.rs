//! RFC 7386: what the patch has replaces what was there, `null` takes it away.

use crate::value::Value;

/// Nested deeper than this nothing is merged, but replaced.
const DEPTH_LIMIT: usize = 200;

pub(super) fn apply(target: &mut Value, patch: &Value) {
    apply_at(target, patch, 0);
}

fn apply_at(target: &mut Value, patch: &Value, depth: usize) {
    if !patch.is_object() || depth > DEPTH_LIMIT {
        *target = patch.clone();
        return;
    }
    if !target.is_object() {
        *target = Value::object();
    }
    for (key, value) in patch.fields().iter() {
        if value.is_null() {
            if target.fields().contains_key(key) {
                target.fields_mut().remove(key);
            }
        } else if target.get(key) != value {
            apply_at(target.get_mut(key), value, depth + 1);
        }
    }
}
