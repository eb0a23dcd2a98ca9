//! The annotations that named AppArmor profiles before there was a field (`applyAppArmorVersionSkew` in `pkg/registry/core/pod/strategy.go`).

use super::pod_defaults::{CONTAINER_LISTS, items_mut};
use crate::value::{Value, json};

/// The annotation for the container of that name.
pub fn annotation(container: &str) -> String {
    format!("container.apparmor.security.beta.kubernetes.io/{container}")
}

/// What is said of such an annotation in the object at `field`.
pub fn deprecated(field: &str, key: &str) -> String {
    format!("{}[{key}]: deprecated since v1.30; use the \"appArmorProfile\" field instead", super::super::rules::child(field, "metadata.annotations"))
}

/// A profile that only the annotation names goes into the container's field.
pub fn take_annotations(pod: &mut Value) {
    let read = pod.clone();
    for list in CONTAINER_LISTS {
        for container in items_mut(pod.get_mut("spec"), list) {
            if let Some(profile) = profile_to_take(&read, container) {
                container.set("securityContext.appArmorProfile", profile);
            }
        }
    }
}

/// What is said of the annotations that [`take_annotations`] takes.
pub fn warnings(pod: &Value) -> Vec<String> {
    let containers = CONTAINER_LISTS.iter().flat_map(|list| pod.get("spec").get(list).items());
    let taken = containers.filter(|container| profile_to_take(pod, container).is_some());
    taken.map(|container| deprecated("", &annotation(container.get("name").str()))).collect()
}

/// The profile of the annotation, unless the container has one, or the pod has the same one.
fn profile_to_take(pod: &Value, container: &Value) -> Option<Value> {
    let profile = match pod.path("metadata.annotations").get(&annotation(container.get("name").str())).str() {
        "runtime/default" => json!({"type": "RuntimeDefault"}),
        "unconfined" => json!({"type": "Unconfined"}),
        other => json!({"type": "Localhost", "localhostProfile": other.strip_prefix("localhost/")?}),
    };
    let is_new = container.path("securityContext.appArmorProfile").is_null() && profile != *pod.path("spec.securityContext.appArmorProfile");
    is_new.then_some(profile)
}
