//! What happens in the cluster, as far as it may make a pending pod schedulable (upstream: `framework.ClusterEvent`).

use super::pod_info::PodInfo;
use crate::api::meta;
use crate::api::resource::{
    CSI_DRIVERS, CSI_NODES, GroupResource, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, RESOURCE_CLAIMS, STORAGE_CLASSES, VOLUME_ATTACHMENTS,
};
use crate::store::{Change, ChangeType};
use crate::value::{NULL, Value};

/// Something that happened. `old` is `Null` for what is new, `new` for what is gone.
#[derive(Clone, Copy, Debug)]
pub struct ClusterEvent<'a> {
    /// To what.
    pub subject: Subject,
    /// The object before.
    pub old: &'a Value,
    /// The object after.
    pub new: &'a Value,
}

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A pod that has a node.
    AssignedPod,
    /// The pending pod itself.
    TargetPod,
    /// A pod without a node that is gone.
    UnscheduledPod,
    /// A node.
    Node,
    /// A claim for storage.
    PersistentVolumeClaim,
    /// A volume.
    PersistentVolume,
    /// A class of storage.
    StorageClass,
    /// A CSI driver.
    CsiDriver,
    /// What CSI drivers a node has.
    CsiNode,
    /// A volume that is attached to a node.
    VolumeAttachment,
    /// How much room a CSI driver has.
    CsiStorageCapacity,
    /// A claim for devices.
    ResourceClaim,
    /// A class of devices.
    DeviceClass,
    /// Devices of a node.
    ResourceSlice,
}

impl<'a> ClusterEvent<'a> {
    /// The event that a write is; `None` where scheduling has nothing to do with it.
    pub fn of(change: &'a Change) -> Option<ClusterEvent<'a>> {
        let (mut old, mut new) = match change.type_ {
            ChangeType::Added => (&NULL, &change.object),
            ChangeType::Modified => (&change.previous, &change.object),
            ChangeType::Deleted => (&change.previous, &NULL),
        };
        if change.resource == PODS {
            if new.is_null() && !old.is_null() && !is_assigned(old) && !has_ended(old) {
                return Some(ClusterEvent { subject: Subject::UnscheduledPod, old, new });
            }
            // A pod that gets its node is new to those who look at nodes only, and one that has ended is gone.
            old = if is_assigned(old) { old } else { &NULL };
            new = if is_assigned(new) { new } else { &NULL };
            return (!old.is_null() || !new.is_null()).then_some(ClusterEvent { subject: Subject::AssignedPod, old, new });
        }
        Some(ClusterEvent { subject: subject(&change.resource)?, old, new })
    }

    /// Whether it is about something new.
    pub fn is_add(&self) -> bool {
        self.old.is_null()
    }

    /// Whether something is gone.
    pub fn is_delete(&self) -> bool {
        self.new.is_null()
    }

    /// Whether something changed at this path; true for what is new.
    pub fn changes(&self, path: &str) -> bool {
        let (before, after) = (self.old.path(path), self.new.path(path));
        self.is_add() || (!before.same(after) && before != after)
    }

    /// Whether its object is in the pod's namespace.
    pub fn is_in_namespace_of(&self, pod: &PodInfo) -> bool {
        let object = if self.new.is_null() { self.old } else { self.new };
        meta::namespace(object) == pod.key.namespace
    }
}

/// Whether a pod has a node and hasn't ended: whether it takes room there.
pub fn is_assigned(pod: &Value) -> bool {
    !pod.path("spec.nodeName").is_empty() && !has_ended(pod)
}

/// Whether a pod has succeeded or failed.
pub fn has_ended(pod: &Value) -> bool {
    matches!(pod.path("status.phase").str(), "Succeeded" | "Failed")
}

fn subject(resource: &GroupResource) -> Option<Subject> {
    let subjects = [
        (NODES, Subject::Node),
        (PERSISTENT_VOLUME_CLAIMS, Subject::PersistentVolumeClaim),
        (PERSISTENT_VOLUMES, Subject::PersistentVolume),
        (STORAGE_CLASSES, Subject::StorageClass),
        (CSI_DRIVERS, Subject::CsiDriver),
        (CSI_NODES, Subject::CsiNode),
        (VOLUME_ATTACHMENTS, Subject::VolumeAttachment),
        (super::plugins::volume_binding::CSI_STORAGE_CAPACITIES, Subject::CsiStorageCapacity),
        (RESOURCE_CLAIMS, Subject::ResourceClaim),
        (super::plugins::dynamic_resources::DEVICE_CLASSES, Subject::DeviceClass),
        (super::plugins::dynamic_resources::RESOURCE_SLICES, Subject::ResourceSlice),
    ];
    subjects.into_iter().find(|(known, _)| known == resource).map(|(_, subject)| subject)
}
