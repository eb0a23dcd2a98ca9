//! A claim without a class gets the default one (`plugin/pkg/admission/storage/storageclass/setdefault`).

use super::Attributes;
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES};
use crate::value::Value;

pub(super) fn admit(attributes: &mut Attributes) {
    if !attributes.creates(&PERSISTENT_VOLUME_CLAIMS) || has_class(&attributes.object) {
        return;
    }
    let default = newest_default(attributes.server.store.list(&STORAGE_CLASSES, None).filter(|class| is_default(class)));
    if let Some(name) = default {
        attributes.object.set("spec.storageClassName", name);
    }
}

fn has_class(claim: &Value) -> bool {
    claim.get("spec").fields().contains_key("storageClassName")
        || claim.path("metadata.annotations").fields().contains_key("volume.beta.kubernetes.io/storage-class")
}

fn is_default(class: &Value) -> bool {
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"].iter().any(|key| meta::annotation(class, key) == "true")
}

/// Of several defaults the newest counts; of those made in the same second the first by name.
pub(super) fn newest_default<'a>(classes: impl Iterator<Item = &'a Value>) -> Option<String> {
    let created = |class: &Value| class.path("metadata.creationTimestamp").str().to_string();
    let mut best: Option<&Value> = None;
    for class in classes {
        if best.is_none_or(|best| created(class) > created(best)) {
            best = Some(class);
        }
    }
    best.map(|class| meta::name(class).to_string())
}
