//! Keeps a pod off nodes where a disk that only one may use is in use, and back while its ReadWriteOncePod claim is.

use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::volumes::{claim, claim_volumes, claims_of};
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// What it keeps during a cycle: the pod's ReadWriteOncePod claims, and how many pods use one of them.
#[derive(Clone, Default)]
pub struct State {
    once_only: Vec<SmolStr>,
    users: i64,
}

/// The plugin.
pub struct VolumeRestrictions;

impl Plugin for VolumeRestrictions {
    fn name(&self) -> &'static str {
        "VolumeRestrictions"
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let mut found = State::default();
        for volume in claim_volumes(cycle.pod).into_iter().filter(|volume| !volume.is_ephemeral) {
            let Some(claim) = claim(cycle.store, cycle.pod, &volume.name) else {
                return Err(Rejection::unresolvable(&format!("persistentvolumeclaim \"{}\" not found", volume.name)));
            };
            if claim.path("spec.accessModes").items().iter().any(|mode| mode.str() == "ReadWriteOncePod") {
                found.once_only.push(volume.name);
            }
        }
        if !found.once_only.is_empty() {
            let pods = cycle.cache.nodes().flat_map(|node| node.pods.values());
            found.users = pods.map(|pod| uses(&found.once_only, cycle.pod, pod)).sum();
        }
        let has_disks = volumes(&cycle.pod.pod).iter().any(|volume| DISKS.iter().any(|disk| !volume.get(disk).is_null()));
        if !has_disks && found.users == 0 {
            return Ok(PreFilter::Skip);
        }
        state.volume_restrictions = found;
        Ok(PreFilter::Filter)
    }

    fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        if node.pods.values().any(|other| conflicts(&cycle.pod.pod, &other.pod)) {
            return Err(Rejection::unschedulable("node(s) had no available disk"));
        }
        if state.volume_restrictions.users > 0 {
            return Err(Rejection::unschedulable(
                "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
            ));
        }
        Ok(())
    }

    fn assume(&self, cycle: &Cycle, state: &mut CycleState, other: &PodInfo, _node: &NodeInfo, by: i64) {
        let state = &mut state.volume_restrictions;
        state.users += by * uses(&state.once_only, cycle.pod, other);
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        let wanted = || claim_volumes(pod).into_iter().filter(|volume| !volume.is_ephemeral);
        match event.subject {
            Subject::AssignedPod if event.is_delete() && event.is_in_namespace_of(pod) => {
                conflicts(&pod.pod, event.old) || claims_of(event.old).iter().any(|used| wanted().any(|wanted| wanted.name == used.name))
            }
            Subject::Node => event.is_add(),
            Subject::PersistentVolumeClaim if event.is_add() && event.is_in_namespace_of(pod) => {
                wanted().any(|wanted| wanted.name == crate::api::meta::name(event.new))
            }
            _ => false,
        }
    }
}

/// The kinds of disks that are not shared by pods unless read only.
const DISKS: [&str; 4] = ["gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd"];

fn volumes(pod: &Value) -> &[Value] {
    pod.get("spec").get("volumes").items()
}

fn uses(claims: &[SmolStr], pod: &PodInfo, other: &PodInfo) -> i64 {
    if claims.is_empty() || other.key.namespace != pod.key.namespace || other.uid == pod.uid {
        return 0;
    }
    claim_volumes(other).iter().filter(|volume| claims.contains(&volume.name)).count() as i64
}

fn conflicts(pod: &Value, other: &Value) -> bool {
    volumes(pod).iter().any(|wanted| volumes(other).iter().any(|used| is_same_disk(wanted, used)))
}

fn is_same_disk(wanted: &Value, used: &Value) -> bool {
    let both = |disk: &str| (wanted.get(disk), used.get(disk));
    let writes = |(wanted, used): (&Value, &Value)| !(wanted.get("readOnly").as_bool() == Some(true) && used.get("readOnly").as_bool() == Some(true));
    let same = |(wanted, used): (&Value, &Value), field: &str| !wanted.is_null() && !used.is_null() && wanted.get(field) == used.get(field);
    let rbd = both("rbd");
    let shares_monitor = rbd.0.get("monitors").items().iter().any(|monitor| rbd.1.get("monitors").items().contains(monitor));
    (same(both("gcePersistentDisk"), "pdName") && writes(both("gcePersistentDisk")))
        || same(both("awsElasticBlockStore"), "volumeID")
        || (same(both("iscsi"), "iqn") && writes(both("iscsi")))
        || (shares_monitor && same(rbd, "pool") && same(rbd, "image") && writes(rbd))
}
