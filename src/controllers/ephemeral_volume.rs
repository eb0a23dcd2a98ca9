//! Claims for the ephemeral volumes of pods (`pkg/controller/volume/ephemeral`). Keys are pods.

use super::controller::{Context, Controller, Queue, retry};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS, PODS};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// The controller of ephemeral volumes.
pub(super) struct EphemeralVolume;

impl Controller for EphemeralVolume {
    fn name(&self) -> &'static str {
        "ephemeral-volume-controller"
    }

    fn component(&self) -> &'static str {
        "ephemeral_volume"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == PODS && change.type_ == ChangeType::Added && volumes(&change.object).next().is_some() {
            queue.add_object(&change.object);
        } else if change.resource == PERSISTENT_VOLUME_CLAIMS && change.type_ == ChangeType::Deleted {
            queue.add_controller_of(change, "Pod");
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(&PODS, key).filter(|pod| !meta::is_being_deleted(pod)) else { return Ok(()) };
        for volume in volumes(&pod) {
            let name = format!("{}-{}", meta::name(&pod), volume.get("name").str());
            if let Some(found) = context.store().get(&PERSISTENT_VOLUME_CLAIMS, &key.namespace, &name) {
                if !meta::is_controlled_by(found, &pod) {
                    let message = format!("PVC {name} was not created for pod {} (pod is not owner)", meta::name(&pod));
                    return Err(retry(message));
                }
                continue;
            }
            let template = volume.path("ephemeral.volumeClaimTemplate");
            let mut claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": key.namespace.as_str()}});
            for field in ["labels", "annotations"] {
                if !template.path("metadata").get(field).is_empty() {
                    claim.path_mut("metadata").set(field, template.path("metadata").get(field).clone());
                }
            }
            claim.set("metadata.ownerReferences", Value::array(vec![meta::controller_reference(&pod, "v1", "Pod")]));
            claim.set("spec", template.get("spec").clone());
            if let Err(status) = context.client.create(&PERSISTENT_VOLUME_CLAIMS, &key.namespace, claim) {
                let message = format!("ephemeral volume {}: create PVC {name}: {}", volume.get("name").str(), status.message);
                context.event(&pod, "Warning", "FailedBinding", &message);
                return Err(status);
            }
        }
        Ok(())
    }
}

fn volumes(pod: &Value) -> impl Iterator<Item = &Value> {
    pod.path("spec.volumes").items().iter().filter(|volume| !volume.get("ephemeral").is_null())
}
