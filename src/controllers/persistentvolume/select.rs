//! Which volume a claim gets (`k8s.io/component-helpers/storage/volume`, `index.go`).

use super::{bytes, class_of, is_bound_to, volume_mode};
use crate::api::resource::PERSISTENT_VOLUMES;
use crate::api::{labels, meta};
use crate::store::Store;
use crate::value::{SortedMap, SortedSet, Value};

/// The set of access modes of an object.
fn access_modes(object: &Value) -> SortedSet<&str> {
    object.path("spec.accessModes").items().iter().map(Value::str).collect()
}

/// The volume that suits best: one that names the claim already, else the smallest that suits among those with the fewest access modes beyond the
/// requested ones. With `delayed`, only the former: the scheduler chooses among the others.
pub(super) fn best_match(store: &Store, claim: &Value, delayed: bool) -> Option<Value> {
    let wanted = access_modes(claim);
    let mut by_modes: SortedMap<(usize, Vec<&str>), Vec<&Value>> = SortedMap::new();
    for volume in store.list(&PERSISTENT_VOLUMES, None) {
        let modes = access_modes(volume);
        if wanted.is_subset(&modes) {
            by_modes.entry((modes.len(), modes.into_iter().collect())).or_default().push(volume);
        }
    }
    by_modes.into_values().find_map(|volumes| best_of(&volumes, claim, delayed)).cloned()
}

fn best_of<'a>(volumes: &[&'a Value], claim: &Value, delayed: bool) -> Option<&'a Value> {
    let requested = bytes(claim.path("spec.resources.requests.storage"));
    let size = |volume: &Value| bytes(volume.path("spec.capacity.storage"));
    let candidates = || volumes.iter().copied().filter(|volume| volume_mode(volume) == volume_mode(claim) && !meta::is_being_deleted(volume));
    let names_claim = |volume: &&Value| !volume.path("spec.claimRef").is_empty() && is_bound_to(volume, claim) && size(volume) >= requested;
    if let Some(volume) = candidates().find(names_claim) {
        return Some(volume);
    }
    let selector = claim.path("spec.selector");
    let suits = |volume: &&Value| {
        volume.path("spec.claimRef").is_empty()
            && volume.path("status.phase").str() == "Available"
            && size(volume) >= requested
            && class_of(volume) == class_of(claim)
            && volume.path("spec.volumeAttributesClassName").str() == claim.path("spec.volumeAttributesClassName").str()
            && (selector.is_null() || labels::matches(selector, volume.path("metadata.labels").fields()))
    };
    if delayed { None } else { candidates().filter(suits).min_by_key(|volume| size(volume)) }
}

/// Why a volume that a claim names can't be its volume (`checkVolumeSatisfyClaim`).
pub(super) fn mismatch(volume: &Value, claim: &Value) -> Option<&'static str> {
    if bytes(volume.path("spec.capacity.storage")) < bytes(claim.path("spec.resources.requests.storage")) {
        Some("requested PV is too small")
    } else if class_of(volume) != class_of(claim) {
        Some("storageClassName does not match")
    } else if volume.path("spec.volumeAttributesClassName").str() != claim.path("spec.volumeAttributesClassName").str() {
        Some("volumeAttributesClassName does not match")
    } else if volume_mode(volume) != volume_mode(claim) {
        Some("incompatible volumeMode")
    } else if !access_modes(claim).is_subset(&access_modes(volume)) {
        Some("incompatible accessMode")
    } else {
        None
    }
}
