//! Volumes and claims find each other, and part (`pkg/controller/volume/persistentvolume/pv_controller.go`).
//!
//! Keys with a namespace are claims, those without are volumes.

mod bind;
mod claim;
mod provision;
mod reclaim;
mod select;

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{EVENTS, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::api::status::Status;
use crate::store::{Change, Store};
use crate::value::Value;

pub(super) const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
pub(super) const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
pub(super) const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
pub(super) const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// All that isn't settled is looked at again in this rhythm (`PVClaimBinderSyncPeriod`).
const RESYNC_MS: u64 = 15_000;

/// The controller of volumes and claims.
pub(super) struct PersistentVolumeController;

impl Controller for PersistentVolumeController {
    fn name(&self) -> &'static str {
        "persistent-volume-binder"
    }

    fn component(&self) -> &'static str {
        "persistentvolume-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == PERSISTENT_VOLUME_CLAIMS {
            queue.add_object(&change.object);
            // Whether a volume is released is seen on the volume, when its claim is gone or names it.
            for volume in [change.object.path("spec.volumeName"), change.previous.path("spec.volumeName")] {
                if !volume.is_empty() && store.get(&PERSISTENT_VOLUMES, "", volume.str()).is_some() {
                    queue.add(ObjectKey::new("", volume.str()));
                }
            }
        } else if change.resource == PERSISTENT_VOLUMES {
            queue.add_object(&change.object);
            let claim = change.object.path("spec.claimRef");
            if !claim.is_empty() {
                queue.add(ObjectKey::new(claim.get("namespace").str(), claim.get("name").str()));
            }
        } else {
            let pod = match change.resource == EVENTS {
                true => change.object.path("involvedObject.name").str(),
                false if change.resource == PODS && change.changed("status.phase") => meta::name(&change.object),
                false => "",
            };
            if let Some(volume) = pod.strip_prefix("recycler-for-") {
                queue.add(ObjectKey::new("", volume));
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        if key.namespace.is_empty() {
            return reclaim::sync_volume(context, key);
        }
        claim::sync_claim(context, key)
    }
}

/// Looks at the key again at the next round of the resync.
fn at_next_resync(context: &mut Context) {
    context.requeue_after(RESYNC_MS - context.now_ms % RESYNC_MS);
}

/// The class of a volume or claim; the annotation of old is read first.
pub(super) fn class_of(object: &Value) -> &str {
    match meta::annotation(object, "volume.beta.kubernetes.io/storage-class") {
        "" => object.path("spec.storageClassName").str(),
        class => class,
    }
}

/// The size of a volume or of what a claim requests, in bytes.
fn bytes(quantity: &Value) -> i64 {
    crate::api::quantity::Quantity::from_value(quantity).map_or(0, |quantity| quantity.value())
}

/// `Filesystem` or `Block`.
fn volume_mode(object: &Value) -> &str {
    match object.path("spec.volumeMode").str() {
        "" => "Filesystem",
        mode => mode,
    }
}

/// Whether the volume is (to be) the claim's: it names it, and its UID, if it has one, is right.
fn is_bound_to(volume: &Value, claim: &Value) -> bool {
    let reference = volume.path("spec.claimRef");
    let uid = reference.get("uid").str();
    reference.get("name").str() == meta::name(claim)
        && reference.get("namespace").str() == meta::namespace(claim)
        && (uid.is_empty() || uid == meta::uid(claim))
}

#[cfg(test)]
mod tests;
