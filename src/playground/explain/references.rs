//! Which ConfigMap or Secret, or which key in it, a container names in vain.

use super::finding::Finding;
use super::templates;
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, GroupResource, SECRETS};
use crate::playground::similar::nearest;
use crate::store::Store;
use crate::value::Value;

const KINDS: [(&str, &str, &GroupResource, &str); 2] =
    [("secretKeyRef", "secretRef", &SECRETS, "Secret"), ("configMapKeyRef", "configMapRef", &CONFIG_MAPS, "ConfigMap")];

/// Adds to a finding what is wrong with a container's references, and where that is corrected.
pub(super) fn explain(finding: Finding, pod: &Value, container: &str, store: &Store) -> Finding {
    let Some((list, index, spec)) = templates::container(pod, container) else { return finding };
    let namespace = meta::namespace(pod);
    let place = |path: String| templates::field(pod, &format!("{list}[{index}].{path}"), store);
    for (at, variable) in spec.get("env").items().iter().enumerate() {
        for (field, _, resource, kind) in KINDS {
            let reference = variable.get("valueFrom").get(field);
            if reference.is_null() || reference.get("optional").as_bool() == Some(true) {
                continue;
            }
            let (name, key) = (reference.get("name").str(), reference.get("key").str());
            let path = |part: &str| place(format!("env[{at}].valueFrom.{field}.{part}"));
            let Some(found) = store.get(resource, namespace, name) else {
                return Finding { advice: missing(kind, resource, namespace, name, store), fix: Some(path("name")), ..finding };
            };
            if found.get("data").fields().get(key).is_none() && found.get("binaryData").fields().get(key).is_none() {
                return Finding { advice: key_advice(kind, name, key, found), fix: Some(path("key")), ..finding };
            }
        }
    }
    for (at, source) in spec.get("envFrom").items().iter().enumerate() {
        for (_, field, resource, kind) in KINDS {
            let name = source.get(field).get("name").str();
            if !name.is_empty() && store.get(resource, namespace, name).is_none() {
                let advice = missing(kind, resource, namespace, name, store);
                return Finding { advice, fix: Some(place(format!("envFrom[{at}].{field}.name"))), ..finding };
            }
        }
    }
    finding
}

/// What there is instead of a ConfigMap or Secret that isn't there.
pub(super) fn missing(kind: &str, resource: &GroupResource, namespace: &str, name: &str, store: &Store) -> String {
    let says = format!("There is no {kind} {name} in namespace {namespace}.");
    let elsewhere = store.list(resource, None).find(|other| meta::name(other) == name);
    let near = nearest(name, store.list(resource, Some(namespace)).map(meta::name));
    match (near, elsewhere) {
        (Some(near), _) => format!("{says} Did you mean {near}?"),
        (None, Some(other)) => format!("{says} There is one in namespace {}, but pods can use only those of their own namespace.", meta::namespace(other)),
        (None, None) => format!("{says} As soon as there is one, the container starts."),
    }
}

fn key_advice(kind: &str, name: &str, key: &str, found: &Value) -> String {
    let keys: Vec<&str> = found.get("data").fields().iter().chain(found.get("binaryData").fields().iter()).map(|(key, _)| key.as_str()).collect();
    if keys.is_empty() {
        return format!("{kind} {name} is empty.");
    }
    let has = format!("{kind} {name} has {}.", keys.join(", "));
    match nearest(key, keys) {
        Some(near) => format!("{has} Did you mean {near}?"),
        None => has,
    }
}
