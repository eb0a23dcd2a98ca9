//! All nodes with their pods, as the scheduler sees them (upstream: `pkg/scheduler/backend/cache`).

use super::node_info::NodeInfo;
use super::pod_groups::PodGroups;
use super::pod_info::PodInfo;
use crate::api::meta;
use crate::value::OrdMap;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// Nodes and assigned pods, kept up to date write by write.
#[derive(Clone, Default)]
pub struct Cache {
    nodes: OrdMap<SmolStr, Arc<NodeInfo>>,
    /// The node of each counted pod by the pod's UID, and the number of its group.
    pods: OrdMap<SmolStr, (SmolStr, usize)>,
    groups: PodGroups,
    /// Pending pods by the node that is kept for them (`status.nominatedNodeName`).
    nominated: OrdMap<SmolStr, Vec<Arc<PodInfo>>>,
    /// The places (in the order of names) of the nodes that exist, zones taking turns so that a search that stops early is fair to them
    /// (upstream: `nodeTree`).
    order: Option<Arc<Vec<usize>>>,
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
        let group = self.groups.enter(&pod);
        self.pods.insert(pod.uid.clone(), (SmolStr::new(node), group));
        self.with_affinity += usize::from(pod.has_affinity());
        let info = Arc::make_mut(self.nodes.get_or_default(SmolStr::new(node)));
        info.name = SmolStr::new(node);
        info.count(group, 1);
        info.add_pod(pod);
    }

    /// Counts a pod out; nothing happens where it wasn't counted.
    pub fn remove_pod(&mut self, uid: &str) {
        let Some((node, group)) = self.pods.remove(uid) else { return };
        let Some(info) = self.nodes.get_mut(&node) else { return };
        let info = Arc::make_mut(info);
        if let Some(pod) = info.pods.get(uid) {
            self.with_affinity -= usize::from(pod.has_affinity());
            self.groups.leave(group, pod);
        }
        info.count(group, -1);
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

    /// The groups of the counted pods.
    pub fn groups(&self) -> &PodGroups {
        &self.groups
    }

    /// Finds out anew in which order nodes are searched, where that may have changed.
    pub fn set_order(&mut self) {
        if self.order.is_some() {
            return;
        }
        let mut zones: crate::value::SortedMap<(String, String), std::collections::VecDeque<usize>> = Default::default();
        let mut order = Vec::new();
        for (place, info) in self.nodes().enumerate() {
            zones.entry(zone(info)).or_default().push_back(place);
        }
        while !zones.is_empty() {
            zones.retain(|_, places| {
                order.extend(places.pop_front());
                !places.is_empty()
            });
        }
        self.order = Some(Arc::new(order));
    }

    /// The nodes that exist, zones taking turns, each with its place in the order of names. [`Cache::set_order`] comes first.
    pub fn in_order(&self) -> Vec<(usize, &Arc<NodeInfo>)> {
        let by_name: Vec<&Arc<NodeInfo>> = self.nodes().collect();
        let order = self.order.iter().flat_map(|order| order.iter());
        order.filter_map(|place| Some((*place, *by_name.get(*place)?))).collect()
    }
}

fn zone(info: &NodeInfo) -> (String, String) {
    zone_of(&info.node)
}

fn zone_of(node: &Value) -> (String, String) {
    let label = |key| meta::label(node, key).to_string();
    (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"))
}
