//! What the scene remembers of the store, kept up to date write by write: what a pod shows is worked out when the pod
//! changes, not when the picture is drawn.

use super::amounts;
use super::marks::ObjectRef;
use super::state::State;
use crate::api::meta;
use crate::api::registry::Registry;
use crate::api::resource::{CONFIG_MAPS, EVENTS, GroupResource, JOBS, LEASES, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PODS, REPLICA_SETS, SECRETS};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SmolStr, Value};
use std::collections::BTreeMap;

/// A pod, as far as the diagram is concerned.
#[derive(Clone, Debug)]
pub(super) struct PodCard {
    pub key: ObjectKey,
    pub uid: SmolStr,
    /// `""` while it waits for one.
    pub node: SmolStr,
    pub state: State,
    /// Why it waits, in the scheduler's words, where it does.
    pub reason: SmolStr,
    pub address: SmolStr,
    /// The Deployment, StatefulSet … that it belongs to in the end; the pod itself where there is none.
    pub workload: ObjectRef,
    /// The ConfigMaps, Secrets and claims that its spec names.
    pub uses: Vec<ObjectRef>,
    pub cpu_milli: u64,
    pub memory_bytes: u64,
    /// Whether it has ended and takes no room on its node.
    pub over: bool,
}

/// The scene's memory of a cluster.
#[derive(Clone, Default)]
pub struct Model {
    pub(super) store: Store,
    pub(super) pods: BTreeMap<ObjectKey, PodCard>,
    pub(super) hues: BTreeMap<ObjectRef, u8>,
    pub(super) last_api: Act,
    pub(super) last_scheduler: Act,
    pub(super) last_controller: Act,
    seen: Option<u64>,
}

/// What a process did last.
#[derive(Clone, Default)]
pub(super) struct Act {
    pub at_ms: u64,
    pub text: SmolStr,
}

impl Model {
    /// Catches up with the store. It must be the same store as before, later; else start with a new model.
    pub fn follow(&mut self, store: &Store, registry: &Registry) {
        match self.seen.and_then(|revision| store.changes_since(revision)) {
            Some(changes) => {
                for change in changes {
                    self.notice(change);
                    if change.resource != PODS {
                        continue;
                    }
                    if change.type_ == ChangeType::Deleted {
                        self.pods.remove(&change.key());
                    } else {
                        self.enter(&change.object, store, registry);
                    }
                }
            }
            None => {
                self.pods.clear();
                for pod in store.list(&PODS, None) {
                    self.enter(pod, store, registry);
                }
            }
        }
        self.store = store.clone();
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

    /// Remembers who did something. Heartbeats and Events are left out: they would hide everything else.
    fn notice(&mut self, change: &Change) {
        if change.resource == LEASES || change.resource == EVENTS {
            return;
        }
        let verb = match change.type_ {
            ChangeType::Added => "created",
            ChangeType::Modified => "changed",
            ChangeType::Deleted => "removed",
        };
        let act = |text: String| Act { at_ms: change.time_ms, text: SmolStr::from(text) };
        let name = meta::name(&change.object);
        self.last_api = act(format!("{verb} {}/{name}", change.resource.resource));
        if let Some(controller) = change.cause.actor.strip_suffix("-controller") {
            self.last_controller = act(format!("{controller}: {verb} {}/{name}", change.resource.resource));
        } else if change.cause.actor.contains("scheduler") {
            let node = change.object.path("spec.nodeName").str();
            self.last_scheduler = act(if node.is_empty() { format!("found no node for {name}") } else { format!("{name} → {node}") });
        }
    }

    /// How many pods wait for a node.
    pub(super) fn waiting(&self) -> usize {
        self.pods.values().filter(|card| card.node.is_empty()).count()
    }

    fn enter(&mut self, pod: &Value, store: &Store, registry: &Registry) {
        let workload = workload_of(pod, store);
        let next = (self.hues.len() % 6) as u8;
        self.hues.entry(workload.clone()).or_insert(next);
        let phase = pod.path("status.phase").str();
        let scheduled = meta::condition(pod, "PodScheduled");
        let containers = pod.path("spec.containers").items();
        let card = PodCard {
            key: meta::key(pod),
            uid: SmolStr::new(meta::uid(pod)),
            node: SmolStr::new(pod.path("spec.nodeName").str()),
            state: State::of_pod(pod, registry),
            reason: if scheduled.get("status").str() == "False" { short_reason(scheduled.get("message").str()) } else { SmolStr::default() },
            address: SmolStr::new(pod.path("status.podIP").str()),
            workload,
            uses: uses(pod),
            cpu_milli: containers.iter().map(|each| amounts::milli(each.path("resources.requests.cpu"))).sum(),
            memory_bytes: containers.iter().map(|each| amounts::whole(each.path("resources.requests.memory"))).sum(),
            over: matches!(phase, "Succeeded" | "Failed"),
        };
        self.pods.insert(card.key.clone(), card);
    }

    pub(super) fn hue(&self, workload: &ObjectRef) -> Option<u8> {
        self.hues.get(workload).copied()
    }

    /// The objects of a resource, in one namespace or all.
    pub(super) fn list<'a>(&'a self, resource: &GroupResource, namespace: Option<&str>) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.store.list(resource, namespace)
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
