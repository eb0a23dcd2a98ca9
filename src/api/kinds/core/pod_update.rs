//! What may change in a Pod that exists (`ValidatePodUpdate`).

use super::pod_validation::validate_spec;
use super::{go_diff, quality_of_service};
use crate::api::field_error::FieldError;
use crate::value::Value;

/// What is wrong with a changed Pod.
pub fn validate_pod_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = validate_spec(new.get("spec"), "spec");
    let (spec, before) = (new.get("spec"), old.get("spec"));
    if spec.same(before) {
        return errors;
    }
    for list in ["containers", "initContainers"] {
        if spec.get(list).items().len() != before.get(list).items().len() {
            let field = format!("spec.{list}");
            let what = if list == "containers" { "containers" } else { "initContainers" };
            errors.push(FieldError::forbidden(field, format!("pod updates may not add or remove {what}")));
            return errors;
        }
    }
    errors.extend(active_deadline(spec, before));
    errors.extend(gates(spec, before));
    let allowed = with_what_may_change(spec, before);
    if allowed != *before {
        let detail = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        errors.push(FieldError::forbidden("spec", format!("{detail}\n{}", go_diff::difference("PodSpec", before, &allowed))));
    }
    errors
}

/// What is wrong with a Pod's changed ephemeral containers (`ValidatePodEphemeralContainersUpdate`): they only become more.
pub fn validate_ephemeral_containers(new: &Value, old: &Value) -> Vec<FieldError> {
    const FIELD: &str = "spec.ephemeralContainers";
    let mut errors = validate_spec(new.get("spec"), "spec");
    for before in old.path(FIELD).items() {
        let name = before.get("name").str();
        match new.path(FIELD).items().iter().find(|container| container.get("name") == before.get("name")) {
            None => errors.push(FieldError::forbidden(FIELD, format!("existing ephemeral containers {name:?} may not be removed\n"))),
            Some(after) if after != before => {
                let difference = go_diff::difference("Container", before, after);
                errors.push(FieldError::forbidden(FIELD, format!("existing ephemeral containers {name:?} may not be changed\n{difference}")));
            }
            Some(_) => {}
        }
    }
    errors
}

/// What is wrong with a Pod that asks for other resources (`ValidatePodResize`).
pub fn validate_resize(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = validate_spec(new.get("spec"), "spec");
    let (before, after) = (quality_of_service::class(old.get("spec")), quality_of_service::class(new.get("spec")));
    if before != after {
        let shown = new.path("status.qosClass");
        errors.push(FieldError::invalid("spec", shown, "Pod QOS Class may not change as a result of resizing"));
    }
    for list in ["initContainers", "containers"] {
        for (index, (container, was)) in new.path("spec").get(list).items().iter().zip(old.path("spec").get(list).items()).enumerate() {
            for kind in ["requests", "limits"] {
                let resources = container.path("resources").get(kind);
                if was.path("resources").get(kind).fields().keys().any(|name| resources.get(name).is_null()) {
                    errors.push(FieldError::forbidden(format!("spec.{list}[{index}].resources.{kind}"), format!("resource {kind} cannot be removed")));
                }
            }
            if without_cpu_and_memory(container) != without_cpu_and_memory(was) {
                errors.push(FieldError::forbidden("spec", "only cpu and memory resources are mutable"));
            }
        }
    }
    errors
}

fn without_cpu_and_memory(container: &Value) -> Value {
    let mut resources = container.get("resources").clone();
    for kind in ["requests", "limits"] {
        if !container.path("resources").get(kind).is_null() {
            resources.get_mut(kind).fields_mut().retain(|name, _| !matches!(name, "cpu" | "memory"));
        }
        if resources.get(kind).is_empty() {
            resources.remove(kind);
        }
    }
    resources
}

/// The new spec with the fields that may change as they were before.
fn with_what_may_change(spec: &Value, before: &Value) -> Value {
    let mut allowed = spec.clone();
    for list in ["containers", "initContainers"] {
        if !allowed.get(list).is_array() {
            continue;
        }
        for (container, old) in allowed.get_mut(list).items_mut().iter_mut().zip(before.get(list).items()) {
            container.set("image", old.get("image").clone());
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates"] {
        match before.get(field) {
            Value::Null => {
                allowed.remove(field);
            }
            value => allowed.set(field, value.clone()),
        }
    }
    if before.get("tolerations").items().iter().all(|toleration| spec.get("tolerations").items().contains(toleration)) && !before.get("tolerations").is_null() {
        allowed.set("tolerations", before.get("tolerations").clone());
    }
    if !before.get("schedulingGates").is_empty() {
        // A gated Pod's node selector may still be narrowed.
        for field in ["nodeSelector", "affinity"] {
            match before.get(field) {
                Value::Null => {
                    allowed.remove(field);
                }
                value => allowed.set(field, value.clone()),
            }
        }
    }
    if before.get("terminationGracePeriodSeconds").as_i64().is_some_and(|seconds| seconds < 0) && spec.get("terminationGracePeriodSeconds").as_i64() == Some(1)
    {
        allowed.set("terminationGracePeriodSeconds", before.get("terminationGracePeriodSeconds").clone());
    }
    allowed
}

/// Gates are only taken away; while there is one, the node selector may be narrowed, but not widened.
fn gates(spec: &Value, before: &Value) -> Vec<FieldError> {
    let known = |gate: &Value| before.get("schedulingGates").items().iter().any(|old| old.get("name") == gate.get("name"));
    let added = spec.get("schedulingGates").items().iter().enumerate().filter(|(_, gate)| !known(gate));
    let mut errors: Vec<FieldError> = added
        .map(|(index, gate)| {
            let why = format!("only deletion is allowed, but found new scheduling gate '{}'", gate.get("name").str());
            FieldError::forbidden(format!("spec.schedulingGates[{index}].name"), why)
        })
        .collect();
    let (selector, old) = (spec.get("nodeSelector"), before.get("nodeSelector").fields());
    if !before.get("schedulingGates").is_empty() && old.iter().any(|(key, value)| selector.get(key) != value) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        errors.push(FieldError::invalid("spec.nodeSelector", selector, why));
    }
    errors
}

fn active_deadline(spec: &Value, before: &Value) -> Vec<FieldError> {
    let field = "spec.activeDeadlineSeconds";
    let (new, old) = (spec.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"));
    match (new.as_i64(), old.as_i64()) {
        (Some(seconds), Some(previous)) if seconds > previous => vec![FieldError::invalid(field, new, "must be less than or equal to previous value")],
        (None, Some(_)) => vec![FieldError::invalid(field, new, "must not update from a positive integer to nil value")],
        _ => Vec::new(),
    }
}
