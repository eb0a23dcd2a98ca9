//! What must hold in a cluster at every moment, whatever happens to it. Tests check it after every step.

use crate::api::kinds::core::pod_defaults::CONTAINER_LISTS;
use crate::api::meta;
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::store::Store;
use crate::value::{SortedMap, SortedSet, Value};

/// How long a chain of owners may be: nothing in Kubernetes makes one of more than a few.
const LONGEST_OWNER_CHAIN: usize = 16;

/// What doesn't hold, in words; empty when all is well.
pub fn violations(store: &Store) -> Vec<String> {
    [bound_pods_have_nodes(store), nodes_are_not_overfull(store), addresses_are_used_once(store), owner_chains_end(store), claims_have_one_volume(store)]
        .concat()
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

fn owner_chains_end(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    for resource in store.resources() {
        for object in store.list(resource, None) {
            let mut seen = SortedSet::new();
            let mut uid = meta::controller_of(object).get("uid").str();
            while let Some((_, owner)) = store.find_uid(uid) {
                if !seen.insert(uid) || seen.len() > LONGEST_OWNER_CHAIN {
                    found.push(format!("the owners of {resource} {} never end", meta::key(object)));
                    break;
                }
                uid = meta::controller_of(owner).get("uid").str();
            }
        }
    }
    found
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
