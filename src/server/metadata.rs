//! What `metadata` must look like: upstream's `k8s.io/apimachinery/pkg/api/validation/objectmeta.go` and `pkg/apis/meta/v1/validation`.

use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::Strategy;
use crate::value::{Sort, Value};

/// All annotations of an object together, names and values, in bytes.
const ANNOTATIONS_LIMIT_BYTES: usize = 256 * 1024;
/// Upstream's `FieldImmutableErrorMsg`.
pub(crate) const IMMUTABLE: &str = "field is immutable";
/// The finalizer of a delete that leaves the dependents alone.
pub(crate) const ORPHAN_FINALIZER: &str = "orphan";
/// The finalizer of a delete that waits for the dependents to be gone.
pub(crate) const FOREGROUND_FINALIZER: &str = "foregroundDeletion";

/// What is wrong with the metadata of a new object whose name has been generated (`ValidateObjectMeta`).
pub(super) fn validate(object: &Value, namespaced: bool, is_built_in: bool, strategy: &dyn Strategy) -> Vec<FieldError> {
    let metadata = object.get("metadata");
    let mut errors = Vec::new();
    let generate_name = metadata.get("generateName");
    if !generate_name.is_empty() {
        let rules = strategy.validate_name(&mask_trailing_dash(generate_name.str()));
        errors.extend(rules.into_iter().map(|rule| FieldError::invalid("metadata.generateName", generate_name, rule)));
    }
    let name = metadata.get("name");
    if name.is_empty() {
        errors.push(FieldError::required("metadata.name", "name or generateName is required"));
    } else {
        errors.extend(strategy.validate_name(name.str()).into_iter().map(|rule| FieldError::invalid("metadata.name", name, rule)));
    }
    errors.extend(validate_common(metadata, namespaced, is_built_in));
    errors
}

/// What is wrong with the metadata of a changed object (`ValidateObjectMetaUpdate`). Upstream looks at what all objects must have
/// and then at what may not change.
pub(super) fn validate_update(new: &Value, old: &Value, namespaced: bool, is_built_in: bool) -> Vec<FieldError> {
    let (new, old) = (new.get("metadata"), old.get("metadata"));
    let mut errors = validate_common(new, namespaced, is_built_in);
    if !old.get("deletionTimestamp").is_null() {
        errors.extend(validate_no_new_finalizers(new.get("finalizers"), old.get("finalizers")));
    }
    if new.get("resourceVersion").is_empty() {
        errors.push(FieldError::invalid("metadata.resourceVersion", &Value::Int(0), "must be specified for an update"));
    }
    for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        if new.get(field) != old.get(field) {
            errors.push(FieldError::invalid(format!("metadata.{field}"), new.get(field), IMMUTABLE));
        }
    }
    errors
}

/// A name that ends in a dash may still become a good one when letters follow.
fn mask_trailing_dash(name: &str) -> String {
    match name.strip_suffix('-') {
        Some(stem) if !stem.is_empty() => {
            let mut masked = stem.to_string();
            masked.pop();
            masked.push('a');
            masked
        }
        _ => name.to_string(),
    }
}

fn validate_common(metadata: &Value, namespaced: bool, is_built_in: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let namespace = metadata.get("namespace");
    if !namespaced {
        if !namespace.is_empty() {
            errors.push(FieldError::forbidden("metadata.namespace", "not allowed on this type"));
        }
    } else if namespace.is_empty() {
        errors.push(FieldError::required("metadata.namespace", ""));
    } else {
        errors.extend(names::dns1123_label(namespace.str()).into_iter().map(|rule| FieldError::invalid("metadata.namespace", namespace, rule)));
    }
    if metadata.get("generation").as_i64().is_some_and(|generation| generation < 0) {
        errors.push(FieldError::invalid("metadata.generation", metadata.get("generation"), "must be greater than or equal to 0"));
    }
    errors.extend(validate_labels(metadata.get("labels"), "metadata.labels"));
    errors.extend(validate_annotations(metadata.get("annotations"), "metadata.annotations"));
    errors.extend(validate_owner_references(metadata.get("ownerReferences")));
    errors.extend(validate_finalizers(metadata.get("finalizers")));
    if is_built_in {
        errors.extend(validate_finalizer_names(metadata.get("finalizers")));
    }
    errors.extend(validate_managed_fields(metadata.get("managedFields")));
    errors
}

/// What is wrong with labels at `path`; also for those of pod templates.
pub fn validate_labels(labels: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.fields().iter() {
        errors.extend(names::qualified_name(key).into_iter().map(|rule| FieldError::invalid(path, &key.into(), rule)));
        errors.extend(names::label_value(value.str()).into_iter().map(|rule| FieldError::invalid(path, value, rule)));
    }
    errors
}

/// What is wrong with annotations at `path`; also for those of pod templates.
pub fn validate_annotations(annotations: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for key in annotations.fields().keys() {
        errors.extend(names::qualified_name(&key.to_lowercase()).into_iter().map(|rule| FieldError::invalid(path, &key.into(), rule)));
    }
    let size_bytes: usize = annotations.fields().iter().map(|(key, value)| key.len() + value.str().len()).sum();
    if size_bytes > ANNOTATIONS_LIMIT_BYTES {
        errors.push(FieldError::too_long(path, ANNOTATIONS_LIMIT_BYTES));
    }
    errors
}

fn validate_owner_references(owners: &Value) -> Vec<FieldError> {
    const PATH: &str = "metadata.ownerReferences";
    let mut errors = Vec::new();
    let mut first_controller = String::new();
    for owner in owners.items() {
        let api_version = owner.get("apiVersion");
        let version = api_version.str().rsplit('/').next().unwrap_or("");
        if version.is_empty() {
            errors.push(FieldError::invalid(format!("{PATH}.apiVersion"), &api_version.str().into(), "version must not be empty"));
        }
        for field in ["kind", "name", "uid"] {
            if owner.get(field).is_empty() {
                errors.push(FieldError::invalid(format!("{PATH}.{field}"), &"".into(), "must not be empty"));
            }
        }
        if api_version.str() == "v1" && owner.get("kind").str() == "Event" {
            errors.push(FieldError::invalid(PATH, owner, "/v1, Kind=Event is disallowed from being an owner"));
        }
        if owner.get("controller").as_bool() == Some(true) {
            let controller = format!("{}/{}", owner.get("kind").str(), owner.get("name").str());
            if first_controller.is_empty() {
                first_controller = controller;
            } else {
                let why = format!("Only one reference can have Controller set to true. Found \"true\" in references for {first_controller} and {controller}");
                let mut error = FieldError::invalid(PATH, owners, why);
                error.shown = in_go_order(owners);
                errors.push(error);
            }
        }
    }
    errors
}

/// Owners with their fields as Go declares them.
fn in_go_order(owners: &Value) -> String {
    let shown = |owner: &Value| {
        let given = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"].into_iter().filter(|field| !owner.get(field).is_null());
        format!("{{{}}}", given.map(|field| format!("\"{field}\":{}", owner.get(field).to_json())).collect::<Vec<_>>().join(","))
    };
    format!("[{}]", owners.items().iter().map(shown).collect::<Vec<_>>().join(","))
}

fn validate_finalizers(finalizers: &Value) -> Vec<FieldError> {
    const PATH: &str = "metadata.finalizers";
    let mut errors = Vec::new();
    for finalizer in finalizers.items() {
        errors.extend(names::qualified_name(finalizer.str()).into_iter().map(|rule| FieldError::invalid(PATH, finalizer, rule)));
    }
    let has = |name: &str| finalizers.items().iter().any(|finalizer| finalizer.str() == name);
    if has(ORPHAN_FINALIZER) && has(FOREGROUND_FINALIZER) {
        errors.push(FieldError::invalid(PATH, finalizers, format!("finalizer {ORPHAN_FINALIZER} and {FOREGROUND_FINALIZER} cannot be both set")));
    }
    errors
}

/// Finalizers of built-in kinds are well-known or belong to somebody (`pkg/apis/core/validation`, validateKubeFinalizerName).
fn validate_finalizer_names(finalizers: &Value) -> Vec<FieldError> {
    const STANDARD: [&str; 3] = ["kubernetes", ORPHAN_FINALIZER, FOREGROUND_FINALIZER];
    let is_wrong = |name: &str| !name.contains('/') && !STANDARD.contains(&name);
    let wrong = finalizers.items().iter().enumerate().filter(|(_, name)| is_wrong(name.str()));
    let why = "name is neither a standard finalizer name nor is it fully qualified";
    wrong.map(|(index, name)| FieldError::invalid(format!("metadata.finalizers[{index}]"), name, why)).collect()
}

fn validate_no_new_finalizers(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut added: Vec<String> = new.items().iter().filter(|finalizer| !old.items().contains(finalizer)).map(|name| format!("{:?}", name.str())).collect();
    if added.is_empty() {
        return Vec::new();
    }
    added.order();
    let why = format!("no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}", added.join(", "));
    vec![FieldError::forbidden("metadata.finalizers", why)]
}

fn validate_managed_fields(entries: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, entry) in entries.items().iter().enumerate() {
        if !matches!(entry.get("operation").str(), "Apply" | "Update") {
            errors.push(FieldError::invalid(
                format!("metadata.managedFields[{index}].operation"),
                &entry.get("operation").str().into(),
                "must be `Apply` or `Update`",
            ));
        }
        if !matches!(entry.get("fieldsType").str(), "" | "FieldsV1") {
            errors.push(FieldError::invalid(format!("metadata.managedFields[{index}].fieldsType"), entry.get("fieldsType"), "must be `FieldsV1`"));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    struct Plain;
    impl Strategy for Plain {}

    fn said(metadata: Value, namespaced: bool) -> Vec<String> {
        validate(&json!({"metadata": metadata}), namespaced, false, &Plain).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn metadata_is_judged_in_upstreams_words() {
        assert!(said(json!({"name": "web", "namespace": "demo", "labels": {"app": "web", "example.com/tier": ""}}), true).is_empty());
        for (metadata, namespaced, expected) in [
            (json!({}), false, "metadata.name: Required value: name or generateName is required"),
            (json!({"name": "a", "namespace": "x"}), false, "metadata.namespace: Forbidden: not allowed on this type"),
            (json!({"name": "a"}), true, "metadata.namespace: Required value"),
            (
                json!({"name": "a", "finalizers": ["a b"]}),
                false,
                "metadata.finalizers: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
            (
                json!({"name": "a", "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "", "uid": "u"}]}),
                false,
                "metadata.ownerReferences.name: Invalid value: \"\": must not be empty",
            ),
        ] {
            assert_eq!(said(metadata, namespaced), [expected]);
        }
    }

    #[test]
    fn what_may_not_change_is_said() {
        let old = json!({"metadata": {"name": "a", "uid": "1", "resourceVersion": "5", "deletionTimestamp": "t"}});
        let mut new = old.clone();
        new.set("metadata.uid", "2");
        new.set("metadata.finalizers", json!(["x/y"]));
        new.set("metadata.resourceVersion", "");
        assert_eq!(
            validate_update(&new, &old, false, false).iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"x/y\"}",
                "metadata.resourceVersion: Invalid value: 0: must be specified for an update",
                "metadata.uid: Invalid value: \"2\": field is immutable",
            ]
        );
    }
}
