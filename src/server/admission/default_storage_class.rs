//! A claim without a class gets the default one (`plugin/pkg/admission/storage/storageclass/setdefault`).

use super::Attributes;
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES};
use crate::store::Store;
use crate::value::Value;

pub(super) fn admit(attributes: &mut Attributes) {
    if !attributes.creates(&PERSISTENT_VOLUME_CLAIMS) {
        return;
    }
    if let Some(name) = default_class(&attributes.server.store, &attributes.object) {
        attributes.object.set("spec.storageClassName", name);
    }
}

/// The class that a claim gets which names none; `None` where it names one, or there is no default.
pub fn default_class(store: &Store, claim: &Value) -> Option<String> {
    if has_class(claim) {
        return None;
    }
    newest_default(store.list(&STORAGE_CLASSES, None).filter(|class| is_default(class)))
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
