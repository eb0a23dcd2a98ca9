//! All nodes with their pods, as the scheduler sees them (upstream: `pkg/scheduler/backend/cache`).

use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use crate::api::meta;
use crate::value::OrdMap;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// Nodes and assigned pods, kept up to date write by write.
#[derive(Clone, Default)]
pub struct Cache {
    nodes: OrdMap<SmolStr, Arc<NodeInfo>>,
    /// The node of each counted pod by the pod's UID.
    pods: OrdMap<SmolStr, SmolStr>,
    /// Pending pods by the node that is kept for them (`status.nominatedNodeName`).
    nominated: OrdMap<SmolStr, Vec<Arc<PodInfo>>>,
    /// The nodes that exist, zones taking turns so that a search that stops early is fair to them (upstream: `nodeTree`).
    order: Option<Arc<Vec<SmolStr>>>,
    /// How many counted pods have required anti-affinity or any affinity terms: most clusters have none, and nothing is searched then.
    with_affinity: usize,
}

impl Cache {
    /// Takes over a node, new or changed.
    pub fn set_node(&mut self, node: &Value) {
        let name = meta::name(node);
        let info = self.nodes.get_or_default(SmolStr::new(name));
        if info.node.is_null() || zone(info) != zone_of(node) {
            self.order = None;
        }
        Arc::make_mut(info).set_node(node);
    }

    /// A node is gone; pods that are still on it stay counted until they are gone too.
    pub fn remove_node(&mut self, name: &str) {
        self.order = None;
        let Some(info) = self.nodes.get_mut(name) else { return };
        Arc::make_mut(info).node = Value::Null;
        if info.pods.is_empty() {
            self.nodes.remove(name);
        }
    }

    /// Counts an assigned pod in, or anew where it has changed.
    pub fn set_pod(&mut self, pod: Arc<PodInfo>, node: &str) {
        self.remove_pod(&pod.uid);
        self.pods.insert(pod.uid.clone(), SmolStr::new(node));
        self.with_affinity += usize::from(pod.has_affinity());
        let info = Arc::make_mut(self.nodes.get_or_default(SmolStr::new(node)));
        info.name = SmolStr::new(node);
        info.add_pod(pod);
    }

    /// Counts a pod out; nothing happens where it wasn't counted.
    pub fn remove_pod(&mut self, uid: &str) {
        let Some(node) = self.pods.remove(uid) else { return };
        let Some(info) = self.nodes.get_mut(&node) else { return };
        let info = Arc::make_mut(info);
        let has_affinity = info.pods.get(uid).is_some_and(|pod| pod.has_affinity());
        self.with_affinity -= usize::from(has_affinity);
        info.remove_pod(uid);
        if info.node.is_null() && info.pods.is_empty() {
            self.nodes.remove(&node);
        }
    }

    /// Takes over for which node a pending pod is nominated, if any.
    pub fn set_nominated(&mut self, pod: &Arc<PodInfo>) {
        self.remove_nominated(&pod.uid);
        let node = pod.nominated_node();
        if !node.is_empty() {
            self.nominated.get_or_default(SmolStr::new(node)).push(pod.clone());
        }
    }

    /// A pod is nominated no longer.
    pub fn remove_nominated(&mut self, uid: &str) {
        let found = self.nominated.iter().find(|(_, pods)| pods.iter().any(|pod| pod.uid == uid)).map(|(node, _)| node.clone());
        let Some(node) = found else { return };
        let Some(pods) = self.nominated.get_mut(&node) else { return };
        pods.retain(|pod| pod.uid != uid);
        if pods.is_empty() {
            self.nominated.remove(&node);
        }
    }

    /// The pending pods that are nominated for a node.
    pub fn nominated(&self, node: &str) -> impl Iterator<Item = &Arc<PodInfo>> {
        self.nominated.get(node).into_iter().flatten()
    }

    /// A node that exists.
    pub fn node(&self, name: &str) -> Option<&Arc<NodeInfo>> {
        self.nodes.get(name).filter(|info| !info.node.is_null())
    }

    /// The nodes that exist, by name.
    pub fn nodes(&self) -> impl Iterator<Item = &Arc<NodeInfo>> {
        self.nodes.values().filter(|info| !info.node.is_null())
    }

    /// Whether any counted pod has affinity terms.
    pub fn has_pods_with_affinity(&self) -> bool {
        self.with_affinity > 0
    }

    /// The names of the nodes that exist, zones taking turns.
    pub fn order(&mut self) -> Arc<Vec<SmolStr>> {
        if let Some(order) = &self.order {
            return order.clone();
        }
        let mut zones: crate::value::SortedMap<(String, String), std::collections::VecDeque<SmolStr>> = Default::default();
        for info in self.nodes() {
            zones.entry(zone(info)).or_default().push_back(info.name.clone());
        }
        let mut order = Vec::with_capacity(self.nodes.len());
        while !zones.is_empty() {
            zones.retain(|_, names| {
                order.extend(names.pop_front());
                !names.is_empty()
            });
        }
        let order = Arc::new(order);
        self.order = Some(order.clone());
        order
    }
}

fn zone(info: &NodeInfo) -> (String, String) {
    zone_of(&info.node)
}

fn zone_of(node: &Value) -> (String, String) {
    let label = |key| meta::label(node, key).to_string();
    (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"))
}
