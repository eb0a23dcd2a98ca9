//! The nodes: what the kubelets and the container runtimes under them do.
//!
//! Files are named as in `pkg/kubelet`. [`Kubelets`] holds all machines; [`node::Node`] is one, with its agenda; a
//! [`pod_worker::PodWorker`] is one pod there, and [`pod_sync::PodSync`] is the kubelet at work on it.
//!
//! Never: looks at other nodes, or at anything of the cluster but what a kubelet watches.

mod addresses;
mod admission;
mod agenda;
mod backoff;
mod base64;
mod compute_actions;
mod conditions;
mod config;
mod container_config;
mod container_statuses;
mod csi_migration;
mod downward;
mod env;
mod env_file;
mod eviction;
mod exec;
mod expansion;
mod faults;
mod hooks;
mod host_path;
mod image_name;
mod images;
mod kill;
mod logs;
mod mirror_pods;
mod node;
mod node_status;
mod phase;
mod pod_network;
mod pod_spec;
mod pod_status;
mod pod_sync;
mod pod_worker;
mod ports;
mod preemption;
mod probe_results;
mod prober;
mod projection;
mod resize;
mod resources;
mod restart_all;
pub mod runtime;
mod serving;
mod status_manager;
mod sync_pod;
mod terminate_pod;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod volume_manager;
mod volumes;
mod wires;

pub use config::NodeConfig;
pub use exec::{ExecHandle, ExecRequest};
pub use logs::{LogOptions, LogText};
pub use node::Node;
pub use pod_worker::{PodId, PodWorker, Stage};
pub use wires::Wires;

use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, NODES, ObjectKey, PODS, SECRETS};
use crate::store::{Change, ChangeType, Store};
use crate::value::{OrdMap, OrdSet};
use crate::value::{SmolStr, Value};
use agenda::Agenda;
use runtime::Registry;
use runtime::fs::{Volume, VolumeId};
use std::sync::Arc;

/// A ConfigMap (`false`) or Secret (`true`).
type Source = (bool, ObjectKey);

/// All machines of a cluster.
#[derive(Clone)]
pub struct Kubelets {
    nodes: OrdMap<SmolStr, Arc<Node>>,
    agenda: Agenda<SmolStr>,
    /// The folders of file servers, which all machines see.
    shared: OrdMap<VolumeId, Volume>,
    /// Which machine a pod is on, by the pod's UID.
    pod_nodes: OrdMap<SmolStr, SmolStr>,
    /// Which pods have volumes made from which object.
    sources: OrdMap<Source, OrdSet<(SmolStr, SmolStr)>>,
    /// How the image registry answers.
    registry: Registry,
}

impl Kubelets {
    /// Machines that are switched on at `now_ms`.
    pub fn new(configs: &[NodeConfig], now_ms: u64) -> Kubelets {
        let mut kubelets = Kubelets {
            nodes: OrdMap::new(),
            agenda: Agenda::default(),
            shared: OrdMap::new(),
            pod_nodes: OrdMap::new(),
            sources: OrdMap::new(),
            registry: Registry::default(),
        };
        for config in configs {
            kubelets.add_node(config.clone(), now_ms);
        }
        kubelets
    }

    /// Switches one more machine on.
    pub fn add_node(&mut self, config: NodeConfig, now_ms: u64) {
        let name = config.name.clone();
        let mut node = Node::new(config, now_ms);
        node.runtime.set_registry(self.registry, now_ms);
        self.nodes.insert(name.clone(), Arc::new(node));
        self.plan(&name);
    }

    /// The machines, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().map(|node| &**node)
    }

    /// The machine of that name.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.get(name).map(|node| &**node)
    }

    /// Changes every machine's disk, as pods see it by hostPath.
    pub fn change_disks(&mut self, now_ms: u64, mut change: impl FnMut(&mut runtime::fs::Tree)) {
        for name in self.nodes.keys().cloned().collect::<Vec<_>>() {
            if let Some(node) = self.nodes.get_mut(&name) {
                change(&mut Arc::make_mut(node).host_disk(now_ms).tree);
            }
        }
    }

    /// Stops a machine (its kubelet answers nothing and reports nothing; what runs on it goes on) or starts it again. False where
    /// there is no such machine.
    pub fn set_stopped(&mut self, name: &str, stopped: bool, _now_ms: u64) -> bool {
        let Some(node) = self.nodes.get_mut(name) else { return false };
        Arc::make_mut(node).stopped = stopped;
        self.plan(&SmolStr::new(name));
        true
    }

    /// A write happened: those whom it concerns remember it.
    pub fn observe(&mut self, change: &Change, _store: &Store, now_ms: u64) {
        if change.resource == PODS {
            self.observe_pod(change, now_ms);
        } else if change.resource == CONFIG_MAPS || change.resource == SECRETS {
            self.observe_source(change, now_ms);
        } else if change.resource == NODES
            && change.type_ == ChangeType::Modified
            && change.changed("spec.podCIDR")
            && let Some(node) = self.nodes.get_mut(meta::name(&change.object))
        {
            Arc::make_mut(node).observe_node(&change.object);
        }
    }

    fn observe_pod(&mut self, change: &Change, now_ms: u64) {
        let node_name = change.object.get("spec").get("nodeName").str();
        if node_name.is_empty() || !self.nodes.contains_key(node_name) {
            return;
        }
        let name = SmolStr::new(node_name);
        let is_new_here = change.previous.is_null() || change.previous.get("spec").get("nodeName").str() != node_name;
        if is_new_here || change.type_ == ChangeType::Deleted {
            self.index(&name, &change.object, change.type_ != ChangeType::Deleted);
        }
        // Nobody tells a kubelet that is cut off; it will look again.
        let Some(node) = self.nodes.get_mut(&name).filter(|node| node.cut_off.is_none()) else { return };
        if is_new_here || change.type_ == ChangeType::Deleted || differs_for_kubelet(&change.previous, &change.object) {
            Arc::make_mut(node).observe_pod(&change.object, change.revision, now_ms);
        } else if change.cause.actor.strip_prefix("kubelet ") != Some(node_name) && change.changed("status") {
            Arc::make_mut(node).observe_foreign_status(meta::uid(&change.object), now_ms);
        } else {
            return;
        }
        self.plan(&name);
    }

    fn index(&mut self, node: &SmolStr, pod: &Value, add: bool) {
        let namespace = meta::namespace(pod);
        if add {
            self.pod_nodes.insert(meta::uid(pod).into(), node.clone());
        } else {
            self.pod_nodes.remove(meta::uid(pod));
        }
        let entry = (node.clone(), SmolStr::new(meta::uid(pod)));
        for (is_secret, name) in projection::references(pod) {
            let source = (is_secret, ObjectKey::new(namespace, name));
            if add {
                self.sources.get_or_default(source).insert(entry.clone());
            } else if let Some(pods) = self.sources.get_mut(&source) {
                pods.remove(&entry);
                if pods.is_empty() {
                    self.sources.remove(&source);
                }
            }
        }
    }

    fn observe_source(&mut self, change: &Change, now_ms: u64) {
        if change.type_ != ChangeType::Modified || !(change.changed("data") || change.changed("binaryData")) {
            return;
        }
        let Some(pods) = self.sources.get(&(change.resource == SECRETS, change.key())).cloned() else { return };
        for (name, uid) in &pods {
            let Some(node) = self.nodes.get_mut(name) else { continue };
            let Some(id) = node.pod(uid).map(|worker| worker.id) else { continue };
            Arc::make_mut(node).observe_source(id, now_ms);
            self.plan(name);
        }
    }

    /// When there is something to do, in milliseconds since the epoch.
    pub fn next_due(&self) -> Option<u64> {
        self.agenda.first().map(|(time_ms, _)| time_ms)
    }

    /// A copy of the machine that has something to do first: it does that while all others see it as it was. Then [`Kubelets::put`] it back.
    pub fn due_node(&self) -> Option<Node> {
        let (_, name) = self.agenda.first()?;
        let mut node = self.node(name)?.clone();
        node.shared = self.shared.clone();
        Some(node)
    }

    /// Takes a machine back that has done something.
    pub fn put(&mut self, mut node: Node) {
        let name = node.config.name.clone();
        let written = std::mem::take(&mut node.shared_written);
        self.nodes.insert(name.clone(), Arc::new(node));
        for id in &written {
            self.share(&name, id);
        }
        self.plan(&name);
    }

    /// A file server's folder was written to on one machine: all others that have it mounted see that.
    fn share(&mut self, writer: &SmolStr, id: &VolumeId) {
        let Some(volume) = self.nodes.get(writer).and_then(|node| node.runtime.volume(id)).cloned() else { return };
        self.shared.insert(id.clone(), volume.clone());
        let others: Vec<SmolStr> = self.nodes.keys().filter(|name| *name != writer).cloned().collect();
        for name in others {
            if let Some(node) = self.nodes.get_mut(&name).filter(|node| node.runtime.volume(id).is_some()) {
                Arc::make_mut(node).runtime.put_volume(id.clone(), volume.clone());
            }
        }
    }

    fn plan(&mut self, name: &SmolStr) {
        match self.nodes.get(name).and_then(|node| node.next_due()) {
            Some(time_ms) => self.agenda.set(name.clone(), time_ms),
            None => self.agenda.remove(name),
        }
    }
}

/// Whether a kubelet cares: upstream's `podsDifferSemantically`, which leaves the status out.
fn differs_for_kubelet(old: &Value, new: &Value) -> bool {
    let (old_meta, new_meta) = (old.get("metadata"), new.get("metadata"));
    let differs = |a: &Value, b: &Value| !a.same(b) && a != b;
    differs(old.get("spec"), new.get("spec"))
        || ["labels", "annotations", "deletionTimestamp", "deletionGracePeriodSeconds"].iter().any(|field| differs(old_meta.get(field), new_meta.get(field)))
}
