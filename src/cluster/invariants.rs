//! What must hold in a cluster at every moment, whatever happens to it. Tests check it after every write.

use crate::api::kinds::core::pod_defaults::CONTAINER_LISTS;
use crate::api::meta;
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{EVENTS, GroupResource, NAMESPACES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SortedMap, SortedSet, Value};

/// How long a chain of owners may be: nothing in Kubernetes makes one of more than a few.
const LONGEST_OWNER_CHAIN: usize = 16;

/// What doesn't hold any more, in words, now that `changes` were made; empty when all is well. What no change was about holds as before.
pub fn violations<'a>(store: &Store, changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    let mut found = Vec::new();
    let (mut pods, mut places, mut claims) = (false, false, false);
    for change in changes {
        let is_gone = change.type_ == ChangeType::Deleted;
        let is_pod = change.resource == PODS;
        pods |= is_pod || (is_gone && change.resource == NODES);
        places |= (is_pod && !is_gone && (change.changed("spec") || change.changed("status.phase"))) || change.resource == NODES;
        claims |= is_pod || change.resource == PERSISTENT_VOLUMES || change.resource == PERSISTENT_VOLUME_CLAIMS;
        if is_gone && change.resource == NAMESPACES {
            for resource in store.resources() {
                found.extend(store.list(resource, Some(meta::name(&change.object))).flat_map(|object| without_namespace(store, resource, object)));
            }
        } else if change.previous.is_null() || change.changed("metadata.ownerReferences") {
            let Some(object) = store.get_key(&change.resource, &change.key()) else { continue };
            found.extend(without_namespace(store, &change.resource, object));
            found.extend(owned_without_end(store, &change.resource, object));
        }
    }
    if pods {
        found.extend([bound_pods_have_nodes(store), addresses_are_used_once(store)].concat());
    }
    if places {
        found.extend(nodes_are_not_overfull(store));
    }
    if claims {
        found.extend([claims_have_one_volume(store), claims_outlive_their_pods(store)].concat());
    }
    found
}

fn is_finished(pod: &Value) -> bool {
    matches!(pod.path("status.phase").str(), "Succeeded" | "Failed")
}

fn bound_pods_have_nodes(store: &Store) -> Vec<String> {
    store
        .list(&PODS, None)
        .filter(|pod| !meta::is_being_deleted(pod))
        .filter(|pod| {
            let node = pod.path("spec.nodeName").str();
            // The scheduler binds to nodes that are there; a person may name any, and a node may be deleted before its pods are.
            !node.is_empty() && meta::is_condition_true(pod, "Ready") && store.get(&NODES, "", node).is_none()
        })
        .map(|pod| format!("pod {} is ready on node {}, which doesn't exist", meta::key(pod), pod.path("spec.nodeName").str()))
        .collect()
}

fn nodes_are_not_overfull(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    for node in store.list(&NODES, None) {
        let running: Vec<&Value> = store.pods_on_node(meta::name(node)).filter(|pod| !is_finished(pod)).collect();
        for resource in ["cpu", "memory"] {
            let Ok(allocatable) = Quantity::from_value(node.path("status.allocatable").get(resource)) else { continue };
            let zero = Quantity::new(0, Format::DecimalSI);
            let requested = running.iter().fold(zero, |sum, pod| sum.add(&request(pod, resource)));
            if requested > allocatable {
                found.push(format!("node {} has {requested} {resource} requested of {allocatable}", meta::name(node)));
            }
        }
    }
    found
}

/// What a pod's ordinary containers and sidecars request together.
fn request(pod: &Value, resource: &str) -> Quantity {
    let mut sum = Quantity::new(0, Format::DecimalSI);
    for list in CONTAINER_LISTS {
        for container in pod.path("spec").get(list).items() {
            let counts = list == "containers" || container.get("restartPolicy").str() == "Always";
            if let (true, Ok(amount)) = (counts, Quantity::from_value(container.path("resources.requests").get(resource))) {
                sum = sum.add(&amount);
            }
        }
    }
    sum
}

fn addresses_are_used_once(store: &Store) -> Vec<String> {
    let mut owners: SortedMap<&str, &Value> = SortedMap::new();
    let mut found = Vec::new();
    for pod in store.list(&PODS, None).filter(|pod| !is_finished(pod) && pod.path("spec.hostNetwork").as_bool() != Some(true)) {
        let address = pod.path("status.podIP").str();
        if address.is_empty() {
            continue;
        }
        if let Some(other) = owners.insert(address, pod) {
            found.push(format!("pods {} and {} both have the address {address}", meta::key(other), meta::key(pod)));
        }
    }
    found
}

/// Owners are never each other's.
fn owned_without_end(store: &Store, resource: &GroupResource, object: &Value) -> Option<String> {
    let mut seen = SortedSet::new();
    let mut uid = meta::controller_of(object).get("uid").str();
    while let Some((_, owner)) = store.find_uid(uid) {
        if !seen.insert(uid) || seen.len() > LONGEST_OWNER_CHAIN {
            return Some(format!("the owners of {resource} {} never end", meta::key(object)));
        }
        uid = meta::controller_of(owner).get("uid").str();
    }
    None
}

fn claims_have_one_volume(store: &Store) -> Vec<String> {
    let mut volumes: SortedMap<String, &str> = SortedMap::new();
    let mut found = Vec::new();
    for volume in store.list(&PERSISTENT_VOLUMES, None).filter(|volume| volume.path("status.phase").str() == "Bound") {
        let claim = volume.path("spec.claimRef");
        let key = format!("{}/{}", claim.get("namespace").str(), claim.get("name").str());
        let bound_to_it = store
            .get(&PERSISTENT_VOLUME_CLAIMS, claim.get("namespace").str(), claim.get("name").str())
            .is_some_and(|found| meta::uid(found) == claim.get("uid").str());
        if let (true, Some(other)) = (bound_to_it, volumes.insert(key.clone(), meta::name(volume))) {
            found.push(format!("claim {key} has two volumes, {other} and {}", meta::name(volume)));
        }
    }
    found
}

/// Events may be about what is gone; everything else in a namespace goes before it does.
fn without_namespace(store: &Store, resource: &GroupResource, object: &Value) -> Option<String> {
    let namespace = meta::namespace(object);
    let is_left = *resource != EVENTS && !namespace.is_empty() && store.get(&NAMESPACES, "", namespace).is_none();
    is_left.then(|| format!("{resource} {} is in a namespace that doesn't exist", meta::key(object)))
}

/// A claim that a running pod has mounted is not taken from under it.
fn claims_outlive_their_pods(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    for pod in store.list(&PODS, None).filter(|pod| meta::is_condition_true(pod, "Ready") && !meta::is_being_deleted(pod)) {
        for volume in pod.path("spec.volumes").items() {
            let claim = volume.path("persistentVolumeClaim.claimName").str();
            if !claim.is_empty() && store.get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(pod), claim).is_none() {
                found.push(format!("pod {} is ready with claim {claim}, which doesn't exist", meta::key(pod)));
            }
        }
    }
    found
}
