//! Keeps pods to nodes from which their volumes can be reached, and binds the claims that wait for a first consumer.

use crate::api::meta;
use crate::api::resource::{CSI_DRIVERS, GroupResource, PERSISTENT_VOLUMES, STORAGE_CLASSES};
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Code, Cycle, CycleState, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::resources::Resources;
use crate::scheduler::volumes::{self, claim, claim_volumes, class_name};
use crate::store::Store;
use crate::value::{SmolStr, Sort, SortedSet, Value};

/// How much room a CSI driver has for new volumes, and where.
pub const CSI_STORAGE_CAPACITIES: GroupResource = GroupResource::new("storage.k8s.io", "csistoragecapacities");
/// The provisioner of classes that provision nothing.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";
/// The annotation that tells provisioners for which node to make a volume.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// What it keeps during a cycle: the pod's claims.
#[derive(Clone, Default)]
pub struct State {
    bound: Vec<Value>,
    waiting: Vec<Value>,
}

/// What has to be bound before the pod is.
#[derive(Clone, Default, Debug)]
pub struct PodVolumes {
    /// Volumes that are there, with the claims that get them.
    pub static_bindings: Vec<(Value, Value)>,
    /// Claims for which volumes are to be made.
    pub dynamic_provisions: Vec<Value>,
}

/// The plugin.
pub struct VolumeBinding;

impl Plugin for VolumeBinding {
    fn name(&self) -> &'static str {
        "VolumeBinding"
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let mut found = State::default();
        let mut is_immediate_unbound = false;
        for volume in claim_volumes(cycle.pod) {
            let claim = usable_claim(cycle, &volume)?;
            if volumes::is_bound(claim) {
                found.bound.push(claim.clone());
            } else if volumes::waits_for_consumer(cycle.store, claim) && claim.path("spec.volumeName").is_empty() {
                found.waiting.push(claim.clone());
            } else {
                is_immediate_unbound = true;
            }
        }
        if is_immediate_unbound {
            return Err(Rejection::unresolvable("pod has unbound immediate PersistentVolumeClaims"));
        }
        let skips = found.bound.is_empty() && found.waiting.is_empty();
        state.volume_binding = found;
        Ok(if skips { PreFilter::Skip } else { PreFilter::Filter })
    }

    fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        find_pod_volumes(cycle, state, node).map(|_| ())
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        match event.subject {
            Subject::PersistentVolumeClaim => {
                !event.is_delete() && event.is_in_namespace_of(pod) && claim_volumes(pod).iter().any(|volume| volume.name == meta::name(event.new))
            }
            Subject::PersistentVolume => !event.is_delete(),
            Subject::StorageClass => event.is_add() || (!event.is_delete() && event.changes("allowedTopologies")),
            Subject::Node => event.is_add() || (!event.is_delete() && event.changes("metadata.labels")),
            Subject::CsiStorageCapacity => event.is_add() || (!event.is_delete() && (event.changes("capacity") || event.changes("maximumVolumeSize"))),
            Subject::CsiDriver => !event.is_add() && !event.is_delete() && event.changes("spec.storageCapacity"),
            _ => false,
        }
    }
}

fn usable_claim<'a>(cycle: &Cycle<'a>, volume: &volumes::ClaimVolume) -> Result<&'a Value, Rejection> {
    let name = &volume.name;
    let Some(found) = claim(cycle.store, cycle.pod, name) else {
        return Err(Rejection::unresolvable(&match volume.is_ephemeral {
            true => format!("waiting for ephemeral volume controller to create the persistentvolumeclaim \"{name}\""),
            false => format!("persistentvolumeclaim \"{name}\" not found"),
        }));
    };
    if found.path("status.phase").str() == "Lost" {
        let lost = found.path("spec.volumeName").str();
        return Err(Rejection::unresolvable(&format!("persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{lost}\"")));
    }
    if meta::is_being_deleted(found) {
        return Err(Rejection::unresolvable(&format!("persistentvolumeclaim \"{name}\" is being deleted")));
    }
    if volume.is_ephemeral && !meta::is_controlled_by(found, &cycle.pod.pod) {
        let (namespace, pod) = (&cycle.pod.key.namespace, &cycle.pod.key.name);
        return Err(Rejection::unresolvable(&format!("PVC {namespace}/{name} was not created for pod {namespace}/{pod} (pod is not owner)")));
    }
    Ok(found)
}

/// What would have to be bound for the pod to run on the node (upstream: `FindPodVolumes`).
///
/// # Errors
/// Why its volumes can't be had there.
pub fn find_pod_volumes(cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<PodVolumes, Rejection> {
    let state = &state.volume_binding;
    let mut reasons: Vec<SmolStr> = Vec::new();
    for bound in &state.bound {
        match cycle.store.get(&PERSISTENT_VOLUMES, "", bound.path("spec.volumeName").str()) {
            None => reasons.push(SmolStr::new_static("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")),
            Some(volume) if !volumes::is_reachable(volume, &node.node) => {
                reasons.push(SmolStr::new_static("node(s) didn't match PersistentVolume's node affinity"));
            }
            Some(_) => continue,
        }
        break;
    }
    let mut result = PodVolumes::default();
    if !state.waiting.is_empty() {
        match match_waiting_claims(cycle, &state.waiting, node) {
            Ok(found) => result = found,
            Err(reason) => reasons.push(reason),
        }
    }
    if reasons.is_empty() {
        return Ok(result);
    }
    reasons.order_by_key(|reason| reason.contains("non-existent"));
    Err(Rejection { code: Code::UnschedulableAndUnresolvable, reasons })
}

fn match_waiting_claims(cycle: &Cycle, claims: &[Value], node: &NodeInfo) -> Result<PodVolumes, SmolStr> {
    let no_volume = || SmolStr::new_static("node(s) didn't find available persistent volumes to bind");
    let mut found = PodVolumes::default();
    let mut to_match: Vec<&Value> = Vec::new();
    for claim in claims {
        match meta::annotation(claim, SELECTED_NODE) {
            "" => to_match.push(claim),
            selected if selected == node.name => found.dynamic_provisions.push(claim.clone()),
            _ => return Err(no_volume()),
        }
    }
    to_match.order_by_key(|claim| volumes::requested_bytes(claim));
    let available: Vec<&Value> = cycle.store.list(&PERSISTENT_VOLUMES, None).collect();
    let mut taken = SortedSet::new();
    for claim in to_match {
        match volumes::find_matching_volume(claim, &available, &node.node, &taken) {
            Some(volume) => {
                taken.insert(SmolStr::new(meta::name(volume)));
                found.static_bindings.push((volume.clone(), claim.clone()));
            }
            None => found.dynamic_provisions.push(claim.clone()),
        }
    }
    for claim in &found.dynamic_provisions {
        let class = cycle.store.get(&STORAGE_CLASSES, "", class_name(claim)).ok_or_else(no_volume)?;
        let provisioner = class.get("provisioner").str();
        if provisioner.is_empty() || provisioner == NO_PROVISIONER || !allows(class, node) {
            return Err(no_volume());
        }
        if !has_enough_capacity(cycle, provisioner, claim, node) {
            return Err(SmolStr::new_static("node(s) did not have enough free storage"));
        }
    }
    Ok(found)
}

/// Whether a class provisions for this node (`allowedTopologies`).
fn allows(class: &Value, node: &NodeInfo) -> bool {
    let terms = class.get("allowedTopologies").items();
    let term_allows = |term: &Value| {
        term.get("matchLabelExpressions").items().iter().all(|expression| {
            let found = node.label(expression.get("key").str());
            expression.get("values").items().iter().any(|value| found == value.as_str())
        })
    };
    terms.is_empty() || terms.iter().any(term_allows)
}

/// Whether the driver has room for the claim there, where it says how much it has.
fn has_enough_capacity(cycle: &Cycle, provisioner: &str, claim: &Value, node: &NodeInfo) -> bool {
    let Some(driver) = cycle.store.get(&CSI_DRIVERS, "", provisioner) else { return true };
    if driver.path("spec.storageCapacity").as_bool() != Some(true) {
        return true;
    }
    let wanted = volumes::requested_bytes(claim);
    cycle.store.list(&CSI_STORAGE_CAPACITIES, None).any(|capacity| {
        let mut list = Value::object();
        list.set("capacity", capacity.get("capacity").clone());
        list.set("maximumVolumeSize", capacity.get("maximumVolumeSize").clone());
        let amounts = Resources::of(&list);
        let limit = if capacity.get("maximumVolumeSize").is_null() { amounts.amount("capacity") } else { amounts.amount("maximumVolumeSize") };
        capacity.get("storageClassName").str() == class_name(claim)
            && crate::api::labels::matches(capacity.get("nodeTopology"), node.labels())
            && limit >= wanted
    })
}
