//! A bound volume is not gone before its claim is (`pkg/controller/volume/pvprotection`).

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUMES};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::Value;

const FINALIZER: &str = "kubernetes.io/pv-protection";

/// The controller that protects volumes in use.
pub(super) struct PvProtection;

impl Controller for PvProtection {
    fn name(&self) -> &'static str {
        "pv-protection-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        let concerns = change.resource == PERSISTENT_VOLUMES && change.type_ != ChangeType::Deleted;
        if concerns && (meta::is_being_deleted(&change.object) || !has_finalizer(&change.object)) {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut volume) = context.get(&PERSISTENT_VOLUMES, key) else { return Ok(()) };
        match (meta::is_being_deleted(&volume), has_finalizer(&volume)) {
            (false, false) => volume.push("metadata.finalizers", FINALIZER),
            (true, true) if volume.path("status.phase").str() != "Bound" => {
                volume.path_mut("metadata.finalizers").items_mut().retain(|finalizer| finalizer.str() != FINALIZER);
            }
            _ => return Ok(()),
        }
        context.client.update(&PERSISTENT_VOLUMES, volume).map(|_| ())
    }
}

fn has_finalizer(volume: &Value) -> bool {
    volume.path("metadata.finalizers").items().iter().any(|finalizer| finalizer.str() == FINALIZER)
}
