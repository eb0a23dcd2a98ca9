//! Reading and writing what all objects have: `metadata`.

use super::resource::ObjectKey;
use crate::value::{SmolStr, Value, json};

/// `metadata.name`.
pub fn name(object: &Value) -> &str {
    object.get("metadata").get("name").str()
}

/// `metadata.namespace`, `""` for cluster-scoped objects.
pub fn namespace(object: &Value) -> &str {
    object.get("metadata").get("namespace").str()
}

/// `metadata.uid`.
pub fn uid(object: &Value) -> &str {
    object.get("metadata").get("uid").str()
}

/// Namespace and name.
pub fn key(object: &Value) -> ObjectKey {
    ObjectKey::new(namespace(object), name(object))
}

/// Whether a delete has begun and finalizers or a grace period hold it up.
pub fn is_being_deleted(object: &Value) -> bool {
    !object.get("metadata").get("deletionTimestamp").is_null()
}

/// The owner with `controller: true`, or `Null`.
pub fn controller_of(object: &Value) -> &Value {
    let owners = object.get("metadata").get("ownerReferences").items();
    owners.iter().find(|owner| owner.get("controller").as_bool() == Some(true)).unwrap_or(&crate::value::NULL)
}

/// Whether `owner` is the controller of `object`.
pub fn is_controlled_by(object: &Value, owner: &Value) -> bool {
    let controller = controller_of(object);
    !controller.is_null() && controller.get("uid").str() == uid(owner)
}

/// An `ownerReferences` entry that makes `owner` the controller (`metav1.NewControllerRef`).
pub fn controller_reference(owner: &Value, api_version: &str, kind: &str) -> Value {
    json!({
        "apiVersion": api_version, "kind": kind, "name": name(owner), "uid": uid(owner), "controller": true, "blockOwnerDeletion": true,
    })
}

/// A reference as Events and others carry it.
pub fn object_reference(object: &Value) -> Value {
    let mut reference = json!({
        "apiVersion": object.get("apiVersion").str(), "kind": object.get("kind").str(), "name": name(object), "uid": uid(object),
    });
    for field in ["namespace", "resourceVersion"] {
        let value = object.get("metadata").get(field);
        if !value.is_empty() {
            reference.set(field, value.clone());
        }
    }
    reference
}

/// The condition of that type in `status.conditions`, or `Null`.
pub fn condition<'a>(object: &'a Value, type_: &str) -> &'a Value {
    let conditions = object.get("status").get("conditions").items();
    conditions.iter().find(|condition| condition.get("type").str() == type_).unwrap_or(&crate::value::NULL)
}

/// Whether the condition of that type is `True`.
pub fn is_condition_true(object: &Value, type_: &str) -> bool {
    condition(object, type_).get("status").str() == "True"
}

/// `metadata.annotations[key]`, or `""`.
pub fn annotation<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get("metadata").get("annotations").get(key).str()
}

/// Sets `metadata.annotations[key]`.
pub fn set_annotation(object: &mut Value, key: &str, value: &str) {
    object.path_mut("metadata.annotations").fields_mut().insert(SmolStr::new(key), value);
}

/// `metadata.labels[key]`, or `""`.
pub fn label<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get("metadata").get("labels").get(key).str()
}
