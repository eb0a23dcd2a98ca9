//! What the scene remembers of the store, kept up to date write by write: what a pod shows is worked out when the pod
//! changes, not when the picture is drawn.

use super::amounts;
use super::marks::{Glyph, ObjectRef};
use super::state::State;
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, EVENTS, GroupResource, JOBS, LEASES, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PODS, REPLICA_SETS, SECRETS};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SmolStr, SortedMap, Value};
use std::sync::Arc;

/// A pod, as far as the diagram is concerned.
#[derive(Clone, Debug)]
pub(super) struct PodCard {
    pub key: ObjectKey,
    pub object: Arc<ObjectRef>,
    /// The id of its mark.
    pub id: SmolStr,
    /// `Pod default/web, Running`.
    pub name: SmolStr,
    pub uid: SmolStr,
    /// When it was made, to the second.
    pub created: SmolStr,
    /// `""` while it waits for one.
    pub node: SmolStr,
    pub state: State,
    /// The words below its name, in the machines view and in the application view.
    pub details: [SmolStr; 2],
    pub labels: Value,
    /// The Deployment, StatefulSet … that it belongs to in the end; the pod itself where there is none.
    pub workload: ObjectRef,
    /// The ConfigMaps, Secrets and claims that its spec names.
    pub uses: Vec<ObjectRef>,
    pub cpu_milli: u64,
    pub memory_bytes: u64,
    /// Whether it has ended and takes no room on its node.
    pub over: bool,
}

impl PodCard {
    /// Where it is among the pods of its node.
    fn place(&self) -> (SmolStr, ObjectKey) {
        (self.created.clone(), self.key.clone())
    }
}

/// Among so many of the last writes it is looked for what each process did last.
const LATEST_WRITES: usize = 200;

/// The scene's memory of a cluster.
#[derive(Clone, Default)]
pub struct Model {
    pub(super) store: Store,
    pub(super) pods: SortedMap<ObjectKey, Arc<PodCard>>,
    /// By node, in the order in which they were made; those that wait for a node are below `""`.
    pub(super) placed: SortedMap<SmolStr, SortedMap<(SmolStr, ObjectKey), Arc<PodCard>>>,
    pub(super) hues: SortedMap<ObjectRef, u8>,
    /// What the API server, the scheduler and the controller manager did last.
    pub(super) acts: [Act; 3],
    seen: Option<u64>,
}

/// What a process did last.
#[derive(Clone, Default)]
pub(super) struct Act {
    pub at_ms: u64,
    pub text: SmolStr,
    pub name: SmolStr,
    /// The node of the pod that it was done to, `""` where there is none.
    pub node: SmolStr,
}

impl Model {
    /// What comes is another store than the one followed so far, or an earlier state of it.
    pub fn turn(&mut self) {
        self.seen = None;
    }

    /// Catches up with the store: the one followed so far, later, unless [`Model::turn`] was called. The cost follows what is different.
    pub fn follow(&mut self, store: &Store) {
        let before = std::mem::replace(&mut self.store, store.clone());
        store.differences(&before, &PODS, &mut |key, pod| match pod {
            Some(pod) => self.enter(pod, store),
            None => self.forget(key),
        });
        let mut acts = [None; 3];
        match self.seen.and_then(|revision| store.changes_since(revision)) {
            Some(changes) => changes.for_each(|change| notice(&mut acts, change)),
            None => {
                self.acts = Default::default();
                let deeds = store.deeds();
                let latest = deeds.len().saturating_sub(LATEST_WRITES)..deeds.len();
                latest.filter_map(|index| deeds.get(index)).for_each(|change| notice(&mut acts, change));
            }
        }
        for (last, change) in self.acts.iter_mut().zip(acts) {
            if let Some(change) = change {
                *last = Act::of(change);
            }
        }
        self.seen = Some(store.revision());
    }

    /// The revision that it has caught up with.
    pub fn revision(&self) -> Option<u64> {
        self.seen
    }

    /// The store that it has caught up with.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How many pods wait for a node.
    pub(super) fn waiting(&self) -> usize {
        self.placed.get("").map_or(0, SortedMap::len)
    }

    fn forget(&mut self, key: &ObjectKey) {
        let Some(card) = self.pods.remove(key) else { return };
        if let Some(pods) = self.placed.get_mut(&card.node) {
            pods.remove(&card.place());
        }
    }

    fn enter(&mut self, pod: &Value, store: &Store) {
        let workload = workload_of(pod, store);
        let next = (self.hues.len() % 6) as u8;
        self.hues.entry(workload.clone()).or_insert(next);
        let phase = pod.path("status.phase").str();
        let scheduled = meta::condition(pod, "PodScheduled");
        let containers = pod.path("spec.containers").items();
        let key = meta::key(pod);
        let object = ObjectRef { resource: PODS, key: key.clone() };
        let state = State::of_pod(pod);
        let node = SmolStr::new(pod.path("spec.nodeName").str());
        let reason = if scheduled.get("status").str() == "False" { short_reason(scheduled.get("message").str()) } else { SmolStr::default() };
        let address = pod.path("status.podIP").str();
        let details = match state.glyph {
            _ if node.is_empty() && !reason.is_empty() => [reason.clone(), reason],
            Glyph::Ready => {
                [address, node.as_str()].map(|place| if place.is_empty() { state.word.clone() } else { SmolStr::from(format!("{} · {place}", state.word)) })
            }
            _ => [state.word.clone(), state.word.clone()],
        };
        let card = PodCard {
            id: object.id(),
            object: Arc::new(object),
            name: SmolStr::from(format!("Pod {key}, {}", state.word)),
            key,
            uid: SmolStr::new(meta::uid(pod)),
            created: SmolStr::new(pod.path("metadata.creationTimestamp").str()),
            node,
            state,
            details,
            labels: pod.path("metadata.labels").clone(),
            workload,
            uses: uses(pod),
            cpu_milli: containers.iter().map(|each| amounts::milli(each.path("resources.requests.cpu"))).sum(),
            memory_bytes: containers.iter().map(|each| amounts::whole(each.path("resources.requests.memory"))).sum(),
            over: matches!(phase, "Succeeded" | "Failed"),
        };
        let card = Arc::new(card);
        if let Some(before) = self.pods.insert(card.key.clone(), card.clone()).filter(|before| before.node != card.node || before.created != card.created)
            && let Some(pods) = self.placed.get_mut(&before.node)
        {
            pods.remove(&before.place());
        }
        self.placed.entry(card.node.clone()).or_default().insert(card.place(), card);
    }

    pub(super) fn hue(&self, workload: &ObjectRef) -> Option<u8> {
        self.hues.get(workload).copied()
    }

    /// The objects of a resource, in one namespace or all.
    pub(super) fn list<'a>(&'a self, resource: &GroupResource, namespace: Option<&str>) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.store.list(resource, namespace)
    }
}

/// Remembers who did something. Heartbeats and Events are left out: they would hide everything else.
fn notice<'a>(acts: &mut [Option<&'a Change>; 3], change: &'a Change) {
    if change.resource == LEASES || change.resource == EVENTS {
        return;
    }
    acts[0] = Some(change);
    if change.cause.actor.ends_with("-controller") {
        acts[2] = Some(change);
    } else if change.cause.actor.contains("scheduler") {
        acts[1] = Some(change);
    }
}

impl Act {
    fn of(change: &Change) -> Act {
        let verb = match change.type_ {
            ChangeType::Added => "created",
            ChangeType::Modified => "changed",
            ChangeType::Deleted => "removed",
        };
        let (name, resource) = (meta::name(&change.object), &change.resource.resource);
        let text = if let Some(controller) = change.cause.actor.strip_suffix("-controller") {
            format!("{controller}: {verb} {resource}/{name}")
        } else {
            format!("{verb} {resource}/{name}")
        };
        Act { at_ms: change.time_ms, text: SmolStr::from(text), node: SmolStr::new(change.object.path("spec.nodeName").str()), name: SmolStr::new(name) }
    }
}

/// Follows the controllers upwards: Pod → ReplicaSet → Deployment, Pod → Job → CronJob. Stops where an owner is gone.
fn workload_of(pod: &Value, store: &Store) -> ObjectRef {
    let mut at = ObjectRef { resource: PODS, key: meta::key(pod) };
    let mut object = pod;
    // No chain of built-in kinds is longer than this; a circle of owners ends here too.
    for _ in 0..4 {
        let owner = meta::controller_of(object);
        let Some((resource, found)) = store.find_uid(owner.get("uid").str()) else { break };
        at = ObjectRef { resource: resource.clone(), key: meta::key(found) };
        if *resource != REPLICA_SETS && *resource != JOBS {
            break;
        }
        object = found;
    }
    at
}

fn uses(pod: &Value) -> Vec<ObjectRef> {
    let namespace = meta::namespace(pod);
    let mut uses = Vec::new();
    let mut add = |resource: &GroupResource, name: &Value| {
        let used = ObjectRef::new(resource, namespace, name.str());
        if !name.is_empty() && !uses.contains(&used) {
            uses.push(used);
        }
    };
    let spec = pod.get("spec");
    for container in ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items()) {
        for variable in container.get("env").items() {
            add(&CONFIG_MAPS, variable.path("valueFrom.configMapKeyRef.name"));
            add(&SECRETS, variable.path("valueFrom.secretKeyRef.name"));
        }
        for source in container.get("envFrom").items() {
            add(&CONFIG_MAPS, source.path("configMapRef.name"));
            add(&SECRETS, source.path("secretRef.name"));
        }
    }
    for volume in spec.get("volumes").items() {
        add(&CONFIG_MAPS, volume.path("configMap.name"));
        add(&SECRETS, volume.path("secret.secretName"));
        add(&PERSISTENT_VOLUME_CLAIMS, volume.path("persistentVolumeClaim.claimName"));
        for source in volume.path("projected.sources").items() {
            // Every pod has the cluster's own certificate; it would be drawn everywhere and say nothing.
            if source.path("configMap.name").str() != "kube-root-ca.crt" {
                add(&CONFIG_MAPS, source.path("configMap.name"));
            }
            add(&SECRETS, source.path("secret.name"));
        }
    }
    uses
}

/// The first sentence of `0/3 nodes are available: 3 Insufficient cpu. preemption: …`.
fn short_reason(message: &str) -> SmolStr {
    let reason = message.split_once(": ").map_or(message, |(_, reason)| reason);
    SmolStr::new(reason.split(". ").next().unwrap_or(reason).trim_end_matches('.'))
}
