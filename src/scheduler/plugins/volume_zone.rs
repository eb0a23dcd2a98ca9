//! Keeps pods in the zone that their volumes are in, as the volumes' labels say.

use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUMES, STORAGE_CLASSES};
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::volumes::{claim, claim_volumes, class_name};
use crate::store::Store;
use crate::value::SmolStr;

/// The labels that place a volume, the old names and today's.
const TOPOLOGY_LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];

/// What it keeps during a cycle: which values of a label the pod's volumes allow.
#[derive(Clone, Default)]
pub struct State {
    topologies: Vec<(&'static str, &'static str, Vec<SmolStr>)>,
}

/// The plugin.
pub struct VolumeZone;

impl Plugin for VolumeZone {
    fn name(&self) -> &'static str {
        "VolumeZone"
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let mut topologies = Vec::new();
        for volume in claim_volumes(cycle.pod).into_iter().filter(|volume| !volume.is_ephemeral) {
            let Some(claim) = claim(cycle.store, cycle.pod, &volume.name) else {
                return Err(Rejection::unresolvable(&format!("persistentvolumeclaim \"{}\" not found", volume.name)));
            };
            let name = claim.path("spec.volumeName").str();
            if name.is_empty() {
                waits_for_its_volume(cycle.store, class_name(claim))?;
                continue;
            }
            let Some(bound) = cycle.store.get(&PERSISTENT_VOLUMES, "", name) else {
                return Err(Rejection::unresolvable(&format!("persistentvolume \"{name}\" not found")));
            };
            for (label, today) in TOPOLOGY_LABELS {
                let values = meta::label(bound, label);
                if !values.is_empty() {
                    topologies.push((label, today, values.split("__").map(SmolStr::new).collect()));
                }
            }
        }
        if topologies.is_empty() {
            return Ok(PreFilter::Skip);
        }
        state.volume_zone.topologies = topologies;
        Ok(PreFilter::Filter)
    }

    fn filter(&self, _cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if TOPOLOGY_LABELS.iter().all(|(label, _)| node.label(label).is_none()) {
            return Ok(());
        }
        for (label, today, values) in &state.volume_zone.topologies {
            let found = node.label(label).or_else(|| node.label(today));
            if !found.is_some_and(|found| values.iter().any(|value| value == found)) {
                return Err(Rejection::unresolvable("node(s) had no available volume zone"));
            }
        }
        Ok(())
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::Node => event.is_add() || event.changes("metadata.labels"),
            Subject::StorageClass => event.is_add() && event.new.get("volumeBindingMode").str() == "WaitForFirstConsumer",
            Subject::PersistentVolumeClaim => {
                !event.is_delete() && event.is_in_namespace_of(pod) && claim_volumes(pod).iter().any(|volume| volume.name == meta::name(event.new))
            }
            Subject::PersistentVolume => event.is_add() || (!event.is_delete() && event.changes("metadata.labels")),
            _ => false,
        }
    }
}

fn waits_for_its_volume(store: &Store, class: &str) -> Result<(), Rejection> {
    if class.is_empty() {
        return Err(Rejection::unresolvable("PersistentVolumeClaim had no pv name and storageClass name"));
    }
    match store.get(&STORAGE_CLASSES, "", class) {
        None => Err(Rejection::unresolvable(&format!("storageclass.storage.k8s.io \"{class}\" not found"))),
        Some(class) if class.get("volumeBindingMode").str() == "WaitForFirstConsumer" => Ok(()),
        Some(_) => Err(Rejection::unresolvable("PersistentVolume had no name")),
    }
}
