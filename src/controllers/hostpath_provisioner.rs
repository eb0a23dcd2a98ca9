//! Volumes on demand for classes with the provisioner `k8s.io/minikube-hostpath`, as minikube's storage-provisioner makes them. It runs where a pod of that
//! name does: `kube-system/storage-provisioner`.

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::persistentvolume::{PROVISIONED_BY, class_of};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const PROVISIONER: &str = "k8s.io/minikube-hostpath";
const ANNOTATION: &str = "volume.kubernetes.io/storage-provisioner";

/// The provisioner. Keys with a namespace are claims, those without are volumes.
pub(super) struct HostPathProvisioner;

impl Controller for HostPathProvisioner {
    fn name(&self) -> &'static str {
        "storage-provisioner"
    }

    fn component(&self) -> &'static str {
        PROVISIONER
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        let is_ours = if change.resource == PERSISTENT_VOLUME_CLAIMS {
            meta::annotation(&change.object, ANNOTATION) == PROVISIONER && change.object.path("spec.volumeName").is_empty()
        } else {
            change.resource == PERSISTENT_VOLUMES && meta::annotation(&change.object, PROVISIONED_BY) == PROVISIONER
        };
        if is_ours && change.type_ != ChangeType::Deleted && store.get(&PODS, "kube-system", "storage-provisioner").is_some() {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        if key.namespace.is_empty() { delete_released(context, key) } else { provision(context, key) }
    }
}

fn provision(context: &mut Context, key: &ObjectKey) -> Result<(), Status> {
    let Some(claim) = context.get(&PERSISTENT_VOLUME_CLAIMS, key).filter(|claim| claim.path("spec.volumeName").is_empty()) else { return Ok(()) };
    let name = format!("pvc-{}", meta::uid(&claim));
    if context.store().get(&PERSISTENT_VOLUMES, "", &name).is_some() {
        return Ok(());
    }
    let Some(class) = context.store().get(&STORAGE_CLASSES, "", class_of(&claim)).cloned() else { return Ok(()) };
    context.event(&claim, "Normal", "Provisioning", &format!("External provisioner is provisioning volume for claim \"{key}\""));
    let mut volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {PROVISIONED_BY: PROVISIONER, "hostPathProvisionerIdentity": meta::uid(&class)}},
        "spec": {
            "hostPath": {"path": format!("/tmp/hostpath-provisioner/{}/{}", key.namespace, key.name), "type": ""},
            "storageClassName": meta::name(&class), "volumeMode": "Filesystem",
        },
    });
    let policy = class.get("reclaimPolicy").str();
    volume.set("spec.persistentVolumeReclaimPolicy", if policy.is_empty() { "Delete" } else { policy });
    volume.set("spec.accessModes", claim.path("spec.accessModes").clone());
    volume.set("spec.capacity.storage", claim.path("spec.resources.requests.storage").clone());
    volume.set("spec.claimRef", meta::object_reference(&claim));
    match context.client.create(&PERSISTENT_VOLUMES, "", volume) {
        Ok(_) => {
            context.event(&claim, "Normal", "ProvisioningSucceeded", &format!("Successfully provisioned volume {name}"));
            Ok(())
        }
        Err(status) => {
            let message = format!("failed to provision volume with StorageClass \"{}\": {}", meta::name(&class), status.message);
            context.event(&claim, "Warning", "ProvisioningFailed", &message);
            Err(status)
        }
    }
}

fn delete_released(context: &mut Context, key: &ObjectKey) -> Result<(), Status> {
    let is_done = |volume: &Value| {
        matches!(volume.path("status.phase").str(), "Released" | "Failed")
            && volume.path("spec.persistentVolumeReclaimPolicy").str() == "Delete"
            && !meta::is_being_deleted(volume)
    };
    if !context.get(&PERSISTENT_VOLUMES, key).is_some_and(|volume| is_done(&volume)) {
        return Ok(());
    }
    ignore_not_found(context.client.delete(&PERSISTENT_VOLUMES, "", &key.name, Options::default()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES};
    use crate::value::json;

    #[test]
    fn a_claim_of_the_standard_class_gets_a_volume_and_takes_it_along() {
        let mut world = World::new();
        world.create(&NAMESPACES, json!({"metadata": {"name": "kube-system"}}));
        world.run(100);
        let spec = json!({"containers": [{"name": "main", "image": "gcr.io/k8s-minikube/storage-provisioner:v5"}]});
        world.create(&PODS, json!({"metadata": {"name": "storage-provisioner", "namespace": "kube-system"}, "spec": spec}));
        world.create(&STORAGE_CLASSES, json!({"metadata": {"name": "standard"}, "provisioner": super::PROVISIONER, "volumeBindingMode": "Immediate"}));
        let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "standard"});
        world.create(&PERSISTENT_VOLUME_CLAIMS, json!({"metadata": {"name": "data"}, "spec": spec}));
        world.run(2000);
        assert_eq!(world.get(&PERSISTENT_VOLUME_CLAIMS, "data").path("status.phase").str(), "Bound");
        world.delete(&PERSISTENT_VOLUME_CLAIMS, "data", "");
        world.run(2000);
        assert!(world.list(&PERSISTENT_VOLUMES).is_empty());
    }
}
