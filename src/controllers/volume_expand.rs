//! Claims that ask for more than their volume has (`pkg/controller/volume/expand`). Nothing here can make a volume larger, which is said as upstream says it
//! of volumes that some driver would have to expand.

use super::controller::{Context, Controller, Queue};
use crate::api::quantity::Quantity;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::Value;

/// The controller of expansions.
pub(super) struct ExpandController;

impl Controller for ExpandController {
    fn name(&self) -> &'static str {
        "expand-controller"
    }

    fn component(&self) -> &'static str {
        "volume_expand"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        let grew = change.resource == PERSISTENT_VOLUME_CLAIMS && change.type_ == ChangeType::Modified && change.changed("spec.resources.requests.storage");
        if grew {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(claim) = context.get(&PERSISTENT_VOLUME_CLAIMS, key) else { return Ok(()) };
        let bytes = |quantity: &Value| Quantity::from_value(quantity).map_or(0, |quantity| quantity.value());
        let wants_more = bytes(claim.path("spec.resources.requests.storage")) > bytes(claim.path("status.capacity.storage"));
        if claim.path("status.phase").str() == "Bound" && wants_more {
            let message = "waiting for an external controller to expand this PVC";
            context.event(&claim, "Normal", "ExternalExpanding", message);
        }
        Ok(())
    }
}
