//! A pod's RuntimeClass says what running it costs and where it can run (`plugin/pkg/admission/runtimeclass`).

use super::Attributes;
use crate::api::resource::{PODS, RUNTIME_CLASSES};
use crate::api::status::Status;
use crate::value::Value;

pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.creates(&PODS) {
        return Ok(());
    }
    let Some(class) = class_of(attributes)? else { return Ok(()) };
    let overhead = class.path("overhead.podFixed");
    if !overhead.is_null() {
        let given = attributes.object.path("spec.overhead");
        if !given.is_empty() && given != overhead {
            return Err(attributes.forbidden("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"));
        }
        attributes.object.set("spec.overhead", overhead.clone());
    }
    merge_node_selector(attributes, class.path("scheduling.nodeSelector"))?;
    for toleration in class.path("scheduling.tolerations").items() {
        if !attributes.object.path("spec.tolerations").items().contains(toleration) {
            attributes.object.push("spec.tolerations", toleration.clone());
        }
    }
    Ok(())
}

fn class_of(attributes: &Attributes) -> Result<Option<Value>, Status> {
    let name = attributes.object.path("spec.runtimeClassName").str();
    if name.is_empty() {
        return Ok(None);
    }
    match attributes.server.store.get(&RUNTIME_CLASSES, "", name) {
        Some(class) => Ok(Some(class.clone())),
        None => Err(attributes.forbidden(&format!("pod rejected: RuntimeClass \"{name}\" not found"))),
    }
}

fn merge_node_selector(attributes: &mut Attributes, selector: &Value) -> Result<(), Status> {
    for (key, value) in selector.fields().iter() {
        let given = attributes.object.path("spec.nodeSelector").get(key).clone();
        if !given.is_null() && given != *value {
            let why = format!("conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}", value.str(), given.str());
            return Err(attributes.forbidden(&why));
        }
        attributes.object.path_mut("spec.nodeSelector").fields_mut().insert(key.clone(), value);
    }
    Ok(())
}

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.creates(&PODS) || attributes.object.path("spec.overhead").is_empty() {
        return Ok(());
    }
    match class_of(attributes)? {
        Some(class) if !class.path("overhead.podFixed").is_empty() => Ok(()),
        _ => Err(attributes.forbidden("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")),
    }
}
