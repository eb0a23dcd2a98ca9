//! Keeps pods off nodes to which no more volumes of a CSI driver can be attached.

use crate::api::meta;
use crate::api::resource::{CSI_NODES, PERSISTENT_VOLUMES, STORAGE_CLASSES};
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::volumes::{claim, claim_volumes, claims_of, class_name};
use crate::store::Store;
use crate::value::{SmolStr, SortedSet};

/// The plugin.
pub struct NodeVolumeLimits;

impl Plugin for NodeVolumeLimits {
    fn name(&self) -> &'static str {
        "NodeVolumeLimits"
    }

    fn pre_filter(&self, cycle: &Cycle, _state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let skips = claim_volumes(cycle.pod).is_empty() || cycle.store.count(&CSI_NODES) == 0;
        Ok(if skips { PreFilter::Skip } else { PreFilter::Filter })
    }

    fn filter(&self, cycle: &Cycle, _state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        let Some(csi_node) = cycle.store.get(&CSI_NODES, "", &node.name) else { return Ok(()) };
        let wanted = csi_volumes(cycle.store, cycle.pod);
        if wanted.is_empty() {
            return Ok(());
        }
        let attached: SortedSet<_> = node.pods.values().flat_map(|pod| csi_volumes(cycle.store, pod)).collect();
        for driver in csi_node.path("spec.drivers").items() {
            let Some(limit) = driver.path("allocatable.count").as_i64() else { continue };
            let name = driver.get("name").str();
            let more = wanted.iter().filter(|volume| volume.0 == name && !attached.contains(*volume)).count() as i64;
            let now = attached.iter().filter(|volume| volume.0 == name).count() as i64;
            if more > 0 && now + more > limit {
                return Err(Rejection::unschedulable("node(s) exceed max volume count"));
            }
        }
        Ok(())
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::CsiNode => event.is_add() || event.changes("spec.drivers"),
            Subject::VolumeAttachment => event.is_delete() && !claim_volumes(pod).is_empty(),
            Subject::AssignedPod => event.is_delete() && !claims_of(event.old).is_empty(),
            Subject::PersistentVolumeClaim => {
                event.is_add() && event.is_in_namespace_of(pod) && claim_volumes(pod).iter().any(|volume| volume.name == meta::name(event.new))
            }
            _ => false,
        }
    }
}

/// The CSI volumes of a pod, as driver and handle.
fn csi_volumes(store: &Store, pod: &PodInfo) -> SortedSet<(SmolStr, SmolStr)> {
    let mut volumes = SortedSet::new();
    for volume in claim_volumes(pod) {
        let Some(claim) = claim(store, pod, &volume.name) else { continue };
        let bound = store.get(&PERSISTENT_VOLUMES, "", claim.path("spec.volumeName").str());
        if let Some(bound) = bound {
            let csi = bound.path("spec.csi");
            if !csi.is_null() {
                volumes.insert((SmolStr::new(csi.get("driver").str()), SmolStr::new(csi.get("volumeHandle").str())));
            }
        } else if let Some(class) = store.get(&STORAGE_CLASSES, "", class_name(claim)) {
            volumes.insert((SmolStr::new(class.get("provisioner").str()), SmolStr::from(format!("{}/{}", pod.key.namespace, volume.name))));
        }
    }
    volumes
}
