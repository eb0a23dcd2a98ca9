//! What has to do with what: the marks that step forward when an object is selected.

use super::cards::Backends;
use super::marks::ObjectRef;
use super::model::Model;
use crate::api::meta;
use crate::api::resource::{INGRESSES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, SERVICES};
use crate::value::{SmolStr, Value};
use std::collections::BTreeSet;

/// The ids of the marks that have to do with `object`: its owners and what it owns, what it uses and who uses it, who sends requests to it.
pub fn related(model: &Model, object: &ObjectRef) -> BTreeSet<SmolStr> {
    let mut found = BTreeSet::new();
    let Some(value) = model.store.get_key(&object.resource, &object.key) else { return found };
    if object.resource == PODS {
        if let Some(card) = model.pods.get(&object.key) {
            found.insert(card.workload.id());
            found.insert(ObjectRef::new(&crate::api::resource::NODES, "", &card.node).id());
            found.extend(card.uses.iter().map(ObjectRef::id));
        }
        let services = model.store.list(&SERVICES, Some(&object.key.namespace));
        let before = services.filter(|service| Backends::of(service, model).pods.iter().any(|(pod, _)| *pod == object.key.name));
        found.extend(before.map(|service| ObjectRef { resource: SERVICES, key: meta::key(service) }.id()));
    } else {
        let users = model.pods.values().filter(|card| card.workload == *object || card.uses.contains(object));
        for card in users {
            found.insert(ObjectRef { resource: PODS, key: card.key.clone() }.id());
            found.insert(card.workload.id());
        }
    }
    if object.resource == SERVICES {
        let pods = Backends::of(value, model).pods;
        found.extend(pods.iter().map(|(pod, _)| ObjectRef::new(&PODS, &object.key.namespace, pod).id()));
        let ingresses = model.store.list(&INGRESSES, Some(&object.key.namespace));
        let before = ingresses.filter(|ingress| names_service(ingress, &object.key.name));
        found.extend(before.map(|ingress| ObjectRef { resource: INGRESSES, key: meta::key(ingress) }.id()));
    }
    if object.resource == INGRESSES {
        let services = model.store.list(&SERVICES, Some(&object.key.namespace));
        let behind = services.filter(|service| names_service(value, meta::name(service)));
        found.extend(behind.map(|service| ObjectRef { resource: SERVICES, key: meta::key(service) }.id()));
    }
    if object.resource == PERSISTENT_VOLUME_CLAIMS {
        found.insert(ObjectRef::new(&PERSISTENT_VOLUMES, "", value.path("spec.volumeName").str()).id());
    }
    if object.resource == PERSISTENT_VOLUMES {
        let claim = value.path("spec.claimRef");
        found.insert(ObjectRef::new(&PERSISTENT_VOLUME_CLAIMS, claim.get("namespace").str(), claim.get("name").str()).id());
    }
    found.remove(&object.id());
    found
}

fn names_service(ingress: &Value, service: &str) -> bool {
    let paths = ingress.path("spec.rules").items().iter().flat_map(|rule| rule.path("http.paths").items());
    paths.map(|path| path.path("backend.service.name")).chain([ingress.path("spec.defaultBackend.service.name")]).any(|name| name.str() == service)
}
