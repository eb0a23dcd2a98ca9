//! What has to do with what: the lines and marks that step forward when an object is selected.

use super::application::backends_of;
use super::cards::Backends;
use super::marks::ObjectRef;
use super::model::{Model, PodCard};
use crate::api::meta;
use crate::api::resource::{INGRESSES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, SERVICES};
use crate::value::{SmolStr, Value};

/// How one object has to do with another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TraceKind {
    /// It made it, and wants it to be there.
    Owns,
    /// Its selector found it.
    Selects,
    /// It reads or mounts it.
    Uses,
    /// It sends requests to it.
    Routes,
    /// It is bound to it.
    Binds,
    /// It runs it.
    Runs,
}

impl TraceKind {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            TraceKind::Owns => "owns",
            TraceKind::Selects => "selects",
            TraceKind::Uses => "uses",
            TraceKind::Routes => "routes to",
            TraceKind::Binds => "bound to",
            TraceKind::Runs => "runs",
        }
    }
}

/// A relation between two marks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace {
    /// The id of the mark that does it.
    pub from: SmolStr,
    /// What it does.
    pub kind: TraceKind,
    /// The id of the mark that it does it to.
    pub to: SmolStr,
}

/// Everything that has to do with `object` and is in the diagram: its owners and what it owns, what it uses and who uses it, who sends requests to it.
pub fn traces(model: &Model, object: &ObjectRef) -> Vec<Trace> {
    let Some(value) = model.store.get_key(&object.resource, &object.key) else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |from: SmolStr, kind, to: SmolStr| found.push(Trace { from, kind, to });
    let (id, namespace) = (object.id(), object.key.namespace.as_str());
    let services = || model.list(&SERVICES, Some(namespace));
    let selects = |service: &Value, card: &PodCard| Backends::of(service, model).pods.iter().any(|(pod, _)| *pod == card.key.name);
    if let Some(card) = model.pods.get(&object.key).filter(|_| object.resource == PODS) {
        if card.workload != *object {
            add(card.workload.id(), TraceKind::Owns, id.clone());
        }
        if !card.node.is_empty() {
            add(ObjectRef::new(&NODES, "", &card.node).id(), TraceKind::Runs, id.clone());
        }
        card.uses.iter().for_each(|used| add(id.clone(), TraceKind::Uses, used.id()));
        for service in services().filter(|service| selects(service, card)) {
            let service_id = ObjectRef { resource: SERVICES, key: meta::key(service) }.id();
            for ingress in model.list(&INGRESSES, Some(namespace)).filter(|ingress| backends_of(ingress).contains(&service_id)) {
                add(ObjectRef { resource: INGRESSES, key: meta::key(ingress) }.id(), TraceKind::Routes, service_id.clone());
            }
            add(service_id, TraceKind::Selects, id.clone());
        }
        return found;
    }
    for card in model.pods.values() {
        if card.workload == *object {
            add(id.clone(), TraceKind::Owns, card.id.clone());
        } else if object.resource == NODES && card.node == object.key.name {
            add(id.clone(), TraceKind::Runs, card.id.clone());
        } else if card.uses.contains(object) {
            add(card.id.clone(), TraceKind::Uses, id.clone());
        }
    }
    let ingresses = || model.list(&INGRESSES, Some(namespace));
    if object.resource == SERVICES {
        Backends::of(value, model).pods.iter().for_each(|(pod, _)| add(id.clone(), TraceKind::Selects, ObjectRef::new(&PODS, namespace, pod).id()));
        for ingress in ingresses().filter(|ingress| backends_of(ingress).contains(&id)) {
            add(ObjectRef { resource: INGRESSES, key: meta::key(ingress) }.id(), TraceKind::Routes, id.clone());
        }
    }
    if object.resource == INGRESSES {
        for to in backends_of(value) {
            add(id.clone(), TraceKind::Routes, to.clone());
            for service in services().filter(|service| ObjectRef { resource: SERVICES, key: meta::key(service) }.id() == to) {
                let pods = Backends::of(service, model).pods;
                pods.iter().for_each(|(pod, _)| add(to.clone(), TraceKind::Selects, ObjectRef::new(&PODS, namespace, pod).id()));
            }
        }
    }
    if object.resource == PERSISTENT_VOLUME_CLAIMS && !value.path("spec.volumeName").is_empty() {
        add(id, TraceKind::Binds, ObjectRef::new(&PERSISTENT_VOLUMES, "", value.path("spec.volumeName").str()).id());
    } else if object.resource == PERSISTENT_VOLUMES && !value.path("spec.claimRef.name").is_empty() {
        let claim = value.path("spec.claimRef");
        add(ObjectRef::new(&PERSISTENT_VOLUME_CLAIMS, claim.get("namespace").str(), claim.get("name").str()).id(), TraceKind::Binds, id);
    }
    found
}
