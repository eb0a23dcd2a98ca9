//! A claim that a pod uses is not gone before the pod is (`pkg/controller/volume/pvcprotection`).

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS, PODS};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::Value;

const FINALIZER: &str = "kubernetes.io/pvc-protection";

/// The controller that protects claims in use.
pub(super) struct PvcProtection;

impl Controller for PvcProtection {
    fn name(&self) -> &'static str {
        "pvc-protection-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == PERSISTENT_VOLUME_CLAIMS {
            if change.type_ != ChangeType::Deleted && (meta::is_being_deleted(&change.object) || !has_finalizer(&change.object)) {
                queue.add_object(&change.object);
            }
        } else if change.resource == PODS && change.type_ == ChangeType::Deleted {
            for name in claims_of(&change.object) {
                queue.add(ObjectKey::new(meta::namespace(&change.object), &name));
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut claim) = context.get(&PERSISTENT_VOLUME_CLAIMS, key) else { return Ok(()) };
        if !meta::is_being_deleted(&claim) {
            if has_finalizer(&claim) {
                return Ok(());
            }
            claim.push("metadata.finalizers", FINALIZER);
            return context.client.update(&PERSISTENT_VOLUME_CLAIMS, claim).map(|_| ());
        }
        let in_use = |pod: &Value| !pod.path("spec.nodeName").is_empty() && claims_of(pod).iter().any(|name| *name == key.name.as_str());
        if !has_finalizer(&claim) || context.store().list(&PODS, Some(&key.namespace)).any(in_use) {
            return Ok(());
        }
        claim.path_mut("metadata.finalizers").items_mut().retain(|finalizer| finalizer.str() != FINALIZER);
        context.client.update(&PERSISTENT_VOLUME_CLAIMS, claim).map(|_| ())
    }
}

fn has_finalizer(claim: &Value) -> bool {
    claim.path("metadata.finalizers").items().iter().any(|finalizer| finalizer.str() == FINALIZER)
}

/// The names of the claims that a pod uses, those of its ephemeral volumes among them.
fn claims_of(pod: &Value) -> Vec<String> {
    let volumes = pod.path("spec.volumes").items().iter();
    volumes
        .filter_map(|volume| match (volume.path("persistentVolumeClaim.claimName"), volume.get("ephemeral")) {
            (Value::String(name), _) => Some(name.to_string()),
            (_, Value::Object(_)) => Some(format!("{}-{}", meta::name(pod), volume.get("name").str())),
            _ => None,
        })
        .collect()
}
