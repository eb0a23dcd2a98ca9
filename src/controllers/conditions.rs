//! Writing `status.conditions` as the workload controllers do.

use crate::value::Value;

/// Sets a condition in a status, as `SetDeploymentCondition` and its kin do: one with the same status and reason stays as it is; the time of the last
/// transition changes with the status only.
pub(super) fn set(status: &mut Value, mut condition: Value) {
    let conditions = status.get_mut("conditions").items_mut();
    let index = conditions.iter().position(|old| old.get("type") == condition.get("type"));
    if let Some(index) = index {
        let old = &conditions[index];
        if old.get("status") == condition.get("status") && old.get("reason") == condition.get("reason") {
            return;
        }
        if old.get("status") == condition.get("status") {
            condition.set("lastTransitionTime", old.get("lastTransitionTime"));
        }
        conditions.remove(index);
    }
    conditions.push(condition);
}

/// Takes a condition out of a status.
pub(super) fn remove(status: &mut Value, type_: &str) {
    if find(status, type_).is_null() {
        return;
    }
    let conditions = status.get_mut("conditions").items_mut();
    conditions.retain(|condition| condition.get("type").str() != type_);
    if conditions.is_empty() {
        status.fields_mut().remove("conditions");
    }
}

/// The condition of that type in a status, or `Null`.
pub(super) fn find<'a>(status: &'a Value, type_: &str) -> &'a Value {
    status.get("conditions").items().iter().find(|condition| condition.get("type").str() == type_).unwrap_or(&crate::value::NULL)
}

/// Writes a number, or leaves the field out where it is 0 (Go's `omitempty`).
pub(super) fn set_count(status: &mut Value, field: &str, count: i64) {
    if count == 0 {
        status.fields_mut().remove(field);
    } else {
        status.set(field, count);
    }
}
