//! Volumes that a machine has to be connected with before a pod can use them (`pkg/controller/volume/attachdetach`): iSCSI, Fibre Channel and CSI. Keys are
//! pods. hostPath, NFS and the like need nothing of the sort.

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::{hash, pods};
use crate::api::meta;
use crate::api::resource::{CSI_DRIVERS, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, VOLUME_ATTACHMENTS};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// The attach-detach controller. It remembers for which pods it has said that a volume is attached.
pub(super) struct AttachDetach;

impl Controller for AttachDetach {
    fn name(&self) -> &'static str {
        "attachdetach-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == PODS {
            let concerns = change.changed("spec.nodeName") || change.changed("status.phase") || change.type_ == ChangeType::Deleted;
            if concerns && !change.object.path("spec.nodeName").is_empty() && !change.object.path("spec.volumes").is_empty() {
                queue.add_object(&change.object);
            }
        } else if change.resource == PERSISTENT_VOLUME_CLAIMS && change.changed("status.phase") {
            let name = meta::name(&change.object);
            let uses = |pod: &&Value| pod.path("spec.volumes").items().iter().any(|volume| volume.path("persistentVolumeClaim.claimName").str() == name);
            for pod in store.list(&PODS, Some(meta::namespace(&change.object))).filter(uses) {
                queue.add_object(pod);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let pod = context.get(&PODS, key).filter(|pod| !pods::is_terminal(pod));
        let Some(pod) = pod else {
            context.memory.remove(key);
            return detach_unused(context);
        };
        let mut told = context.memory.get(key).cloned().unwrap_or_default();
        for volume in pod.path("spec.volumes").items() {
            let Some((name, source)) = source(context.store(), &pod, volume) else { continue };
            if !source.get("csi").is_null() {
                attach_csi(context, &pod, &name, source.path("csi.driver").str())?;
            } else if told.get(&name).is_null() {
                told.fields_mut().insert(name.as_str(), true);
                context.event(&pod, "Normal", "SuccessfulAttachVolume", &format!("AttachVolume.Attach succeeded for volume \"{name}\" "));
            }
        }
        if told.is_object() {
            context.memory.insert(key.clone(), told);
        }
        Ok(())
    }
}

/// The name and the source of a volume that has to be attached: its own, or that of the volume which its claim is bound to.
fn source(store: &Store, pod: &Value, volume: &Value) -> Option<(String, Value)> {
    if ["iscsi", "fc"].iter().any(|kind| !volume.get(kind).is_null()) {
        return Some((volume.get("name").str().to_string(), volume.clone()));
    }
    let claim = match volume.path("persistentVolumeClaim.claimName").str() {
        "" if volume.get("ephemeral").is_null() => return None,
        "" => format!("{}-{}", meta::name(pod), volume.get("name").str()),
        name => name.to_string(),
    };
    let claim = store.get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(pod), &claim)?;
    let bound = store.get(&PERSISTENT_VOLUMES, "", claim.path("spec.volumeName").str())?;
    let spec = bound.get("spec");
    let attachable = ["iscsi", "fc", "csi"].iter().any(|kind| !spec.get(kind).is_null());
    attachable.then(|| (meta::name(bound).to_string(), spec.clone()))
}

/// Asks the driver by a VolumeAttachment; without a driver in the cluster nobody answers, as in a real one.
fn attach_csi(context: &mut Context, pod: &Value, volume: &str, driver: &str) -> Result<(), Status> {
    let needs_none = context.store().get(&CSI_DRIVERS, "", driver).is_some_and(|driver| driver.path("spec.attachRequired").as_bool() == Some(false));
    let node = pod.path("spec.nodeName").str();
    let spec = json!({"attacher": driver, "nodeName": node, "source": {"persistentVolumeName": volume}});
    let name = format!("csi-{}", hash::of_value(&spec));
    if needs_none || context.store().get(&VOLUME_ATTACHMENTS, "", &name).is_some() {
        return Ok(());
    }
    let mut attachment = json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": {"name": name}});
    attachment.set("spec", spec);
    context.client.create(&VOLUME_ATTACHMENTS, "", attachment).map(|_| ())
}

/// Takes back the attachments that no pod on their node needs any more.
fn detach_unused(context: &mut Context) -> Result<(), Status> {
    let store = context.store().clone();
    for attachment in store.list(&VOLUME_ATTACHMENTS, None).filter(|attachment| !meta::is_being_deleted(attachment)) {
        let volume = attachment.path("spec.source.persistentVolumeName").str();
        let needs = |pod: &Value| pod.path("spec.volumes").items().iter().any(|entry| source(&store, pod, entry).is_some_and(|(name, _)| name == volume));
        let is_needed = store.pods_on_node(attachment.path("spec.nodeName").str()).any(|pod| !pods::is_terminal(pod) && needs(pod));
        if !is_needed {
            ignore_not_found(context.client.delete(&VOLUME_ATTACHMENTS, "", meta::name(attachment), Options::default()))?;
        }
    }
    Ok(())
}
