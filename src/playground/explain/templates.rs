//! From a pod to the manifest that it was made from.

use super::finding::{Fix, reference};
use crate::api::meta;
use crate::api::resource::{GroupResource, PODS};
use crate::store::Store;
use crate::value::Value;

/// A container of a pod: the list it is in, its place there, and itself.
pub(super) fn container<'a>(pod: &'a Value, name: &str) -> Option<(&'static str, usize, &'a Value)> {
    ["initContainers", "containers", "ephemeralContainers"].into_iter().find_map(|list| {
        let mut all = pod.get("spec").get(list).items().iter().enumerate();
        all.find(|(_, container)| container.get("name").str() == name).map(|(index, container)| (list, index, container))
    })
}

/// The object at the beginning of an object's chain of owners: what a person wrote.
pub(super) fn root<'a>(object: &'a Value, resource: &GroupResource, store: &'a Store) -> (GroupResource, &'a Value) {
    let mut at = (resource.clone(), object);
    // No chain in Kubernetes is longer.
    for _ in 0..8 {
        match store.find_uid(meta::controller_of(at.1).get("uid").str()) {
            Some((resource, owner)) => at = (resource.clone(), owner),
            None => break,
        }
    }
    at
}

/// The place to correct a field of a pod's spec: in the template of the object that it was made from.
pub(super) fn field(pod: &Value, path: &str, store: &Store) -> Fix {
    let (resource, object) = root(pod, &PODS, store);
    let template = match resource.resource.as_str() {
        "pods" | "nodes" => "spec",
        "cronjobs" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    };
    Fix::Field { object: reference(&resource, object), path: format!("{template}.{path}") }
}
