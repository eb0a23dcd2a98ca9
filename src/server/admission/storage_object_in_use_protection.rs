//! Volumes and claims aren't removed while they are in use (`plugin/pkg/admission/storage/storageobjectinuseprotection`).

use super::Attributes;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES};

pub(super) fn admit(attributes: &mut Attributes) {
    for (resource, finalizer) in [(&PERSISTENT_VOLUMES, "kubernetes.io/pv-protection"), (&PERSISTENT_VOLUME_CLAIMS, "kubernetes.io/pvc-protection")] {
        let is_there = attributes.object.path("metadata.finalizers").items().iter().any(|name| name.str() == finalizer);
        if attributes.creates(resource) && !is_there {
            attributes.object.push("metadata.finalizers", finalizer);
        }
    }
}
