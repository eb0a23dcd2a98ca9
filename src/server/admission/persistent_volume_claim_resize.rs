//! A claim grows only where its class allows that (`plugin/pkg/admission/storage/persistentvolume/resize`).

use super::{Attributes, Operation};
use crate::api::quantity::Quantity;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES};
use crate::api::status::Status;

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if !attributes.is(&PERSISTENT_VOLUME_CLAIMS) || attributes.operation != Operation::Update {
        return Ok(());
    }
    let size = |claim: &crate::value::Value| Quantity::of(claim.path("spec.resources.requests.storage"));
    if size(&attributes.object) <= size(&attributes.old) {
        return Ok(());
    }
    if attributes.old.path("status.phase").str() != "Bound" {
        return Err(attributes.forbidden("Only bound persistent volume claims can be expanded"));
    }
    let class = attributes.object.path("spec.storageClassName").str();
    let allows = attributes.server.store.get(&STORAGE_CLASSES, "", class).is_some_and(|class| class.get("allowVolumeExpansion").as_bool() == Some(true));
    if allows {
        return Ok(());
    }
    Err(attributes.forbidden("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"))
}
