//! A pod's priority comes from its PriorityClass (`plugin/pkg/admission/priority`).

use super::{Attributes, Operation};
use crate::api::meta;
use crate::api::resource::{PODS, PRIORITY_CLASSES};
use crate::api::status::Status;
use crate::value::Value;

const DEFAULT_POLICY: &str = "PreemptLowerPriority";

pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.is(&PODS) {
        return Ok(());
    }
    if attributes.operation == Operation::Update {
        keep_computed(attributes);
        return Ok(());
    }
    let (name, priority, policy) = class_of(attributes)?;
    let given = attributes.object.path("spec.priority").as_i64();
    if let Some(given) = given.filter(|given| *given != priority) {
        return Err(attributes.forbidden(&format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"
        )));
    }
    let given = attributes.object.path("spec.preemptionPolicy").str();
    if !given.is_empty() && given != policy {
        return Err(attributes.forbidden(&format!(
            "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name"
        )));
    }
    if !name.is_empty() {
        attributes.object.set("spec.priorityClassName", name);
    }
    attributes.object.set("spec.priority", priority);
    attributes.object.set("spec.preemptionPolicy", policy);
    Ok(())
}

/// An update that leaves out what was computed doesn't change it.
fn keep_computed(attributes: &mut Attributes) {
    for field in ["priority", "preemptionPolicy"] {
        let old = attributes.old.get("spec").get(field).clone();
        if attributes.object.get("spec").get(field).is_null() && !old.is_null() {
            attributes.object.path_mut("spec").fields_mut().insert(field, old);
        }
    }
}

/// Name, value and preemption policy of the class that goes for the pod.
fn class_of(attributes: &Attributes) -> Result<(String, i64, String), Status> {
    let name = attributes.object.path("spec.priorityClassName").str();
    let store = &attributes.server.store;
    let class = if name.is_empty() {
        // Of several global defaults the lowest counts.
        store.list(&PRIORITY_CLASSES, None).filter(|class| is_global_default(class)).min_by_key(|class| value_of(class))
    } else {
        let found = store.get(&PRIORITY_CLASSES, "", name);
        Some(found.ok_or_else(|| attributes.forbidden(&format!("no PriorityClass with name {name} was found")))?)
    };
    Ok(match class {
        None => (String::new(), 0, DEFAULT_POLICY.into()),
        Some(class) => {
            let policy = class.get("preemptionPolicy").as_str().unwrap_or(DEFAULT_POLICY);
            (meta::name(class).into(), value_of(class), policy.into())
        }
    })
}

fn is_global_default(class: &Value) -> bool {
    class.get("globalDefault").as_bool() == Some(true)
}

fn value_of(class: &Value) -> i64 {
    class.get("value").as_i64().unwrap_or(0)
}

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.is(&PRIORITY_CLASSES) || attributes.operation == Operation::Delete || !is_global_default(&attributes.object) {
        return Ok(());
    }
    let other = attributes.server.store.list(&PRIORITY_CLASSES, None).find(|class| is_global_default(class));
    match other.map(meta::name).filter(|other| attributes.operation == Operation::Create || *other != attributes.name) {
        None => Ok(()),
        Some(other) => Err(attributes.forbidden(&format!("PriorityClass {other} is already marked as default. Only one default can exist"))),
    }
}
