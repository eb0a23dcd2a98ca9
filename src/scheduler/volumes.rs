//! What the volume plugins have in common: a pod's claims, and whether a volume suits a claim or a node.

use super::pod_info::PodInfo;
use super::resources::Resources;
use super::selector::matches_node_selector;
use crate::api::labels;
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES};
use crate::store::Store;
use crate::value::{NULL, SmolStr, SortedSet, Value};

/// A volume of a pod that is a claim.
pub struct ClaimVolume {
    /// The claim's name.
    pub name: SmolStr,
    /// Whether the claim is made for the pod (`ephemeral`).
    pub is_ephemeral: bool,
}

/// The pod's volumes that are claims, in order.
pub fn claim_volumes(pod: &PodInfo) -> Vec<ClaimVolume> {
    claims_of(&pod.pod)
}

/// As [`claim_volumes`], of an object.
pub fn claims_of(pod: &Value) -> Vec<ClaimVolume> {
    let volumes = pod.get("spec").get("volumes").items().iter();
    volumes
        .filter_map(|volume| {
            let claim = volume.get("persistentVolumeClaim");
            if !claim.is_null() {
                return Some(ClaimVolume { name: SmolStr::new(claim.get("claimName").str()), is_ephemeral: false });
            }
            let name = || SmolStr::from(format!("{}-{}", meta::name(pod), volume.get("name").str()));
            (!volume.get("ephemeral").is_null()).then(|| ClaimVolume { name: name(), is_ephemeral: true })
        })
        .collect()
}

/// A claim of the pod's namespace.
pub fn claim<'a>(store: &'a Store, pod: &PodInfo, name: &str) -> Option<&'a Value> {
    store.get(&PERSISTENT_VOLUME_CLAIMS, &pod.key.namespace, name)
}

/// The name of a claim's class: the old annotation, or the field.
pub fn class_name(claim: &Value) -> &str {
    match meta::annotation(claim, "volume.beta.kubernetes.io/storage-class") {
        "" => claim.path("spec.storageClassName").str(),
        name => name,
    }
}

/// Whether a claim is bound for good.
pub fn is_bound(claim: &Value) -> bool {
    !claim.path("spec.volumeName").is_empty() && !claim.path("metadata.annotations").get("pv.kubernetes.io/bind-completed").is_null()
}

/// Whether a claim waits for its first consumer, as its class says.
pub fn waits_for_consumer(store: &Store, claim: &Value) -> bool {
    let class = store.get(&STORAGE_CLASSES, "", class_name(claim)).unwrap_or(&NULL);
    class.get("volumeBindingMode").str() == "WaitForFirstConsumer"
}

/// The bytes that a claim requests.
pub fn requested_bytes(claim: &Value) -> i64 {
    Resources::of(claim.path("spec.resources.requests")).amount("storage")
}

/// The bytes that a volume has.
pub fn capacity_bytes(volume: &Value) -> i64 {
    Resources::of(volume.path("spec.capacity")).amount("storage")
}

/// Whether a volume can be reached from a node.
pub fn is_reachable(volume: &Value, node: &Value) -> bool {
    let required = volume.path("spec.nodeAffinity.required");
    required.is_null() || matches_node_selector(required, node)
}

/// The smallest volume that suits the claim on the node and isn't taken (upstream: `volume.FindMatchingVolume`).
pub fn find_matching_volume<'a>(claim: &Value, volumes: &[&'a Value], node: &Value, taken: &SortedSet<SmolStr>) -> Option<&'a Value> {
    let wanted_bytes = requested_bytes(claim);
    let mut smallest: Option<&Value> = None;
    for &volume in volumes {
        let (spec, bound_to) = (volume.get("spec"), volume.path("spec.claimRef"));
        let is_ours = !bound_to.is_null() && is_claim_reference(bound_to, claim);
        let unfit = taken.contains(meta::name(volume))
            || meta::is_being_deleted(volume)
            || (!bound_to.is_null() && !is_ours)
            || mode(spec) != mode(claim.get("spec"))
            || capacity_bytes(volume) < wanted_bytes;
        if unfit {
            continue;
        }
        if is_ours {
            return is_reachable(volume, node).then_some(volume);
        }
        let selector = claim.path("spec.selector");
        let suits = volume.path("status.phase").str() == "Available"
            && (selector.is_null() || labels::matches(selector, volume.path("metadata.labels").fields()))
            && spec.get("storageClassName").str() == class_name(claim)
            && claim.path("spec.accessModes").items().iter().all(|wanted| spec.get("accessModes").items().contains(wanted))
            && is_reachable(volume, node);
        if suits && smallest.is_none_or(|best| capacity_bytes(volume) < capacity_bytes(best)) {
            smallest = Some(volume);
        }
    }
    smallest
}

fn mode(spec: &Value) -> &str {
    match spec.get("volumeMode").str() {
        "" => "Filesystem",
        mode => mode,
    }
}

fn is_claim_reference(reference: &Value, claim: &Value) -> bool {
    reference.get("name").str() == meta::name(claim)
        && reference.get("namespace").str() == meta::namespace(claim)
        && (reference.get("uid").is_empty() || reference.get("uid").str() == meta::uid(claim))
}
