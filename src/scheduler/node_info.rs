//! What the scheduler knows of a node and the pods on it, kept up to date pod by pod (upstream's `framework.NodeInfo`).

use super::pod_info::{HostPort, PodInfo};
use super::resources::Resources;
use crate::api::meta;
use crate::value::OrdMap;
use crate::value::{Map, SmolStr, Sort, Value};
use std::sync::Arc;

/// A node and what runs on it.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    /// The object; `Null` where pods name a node that isn't there (yet).
    pub node: Value,
    /// Its name.
    pub name: SmolStr,
    /// `metadata.labels` and `spec.taints`, which are asked for with every pod.
    labels: Value,
    taints: Value,
    /// `spec.unschedulable`: it is cordoned.
    pub is_unschedulable: bool,
    /// The pods on it by UID.
    pub pods: OrdMap<SmolStr, Arc<PodInfo>>,
    /// Pods with affinity or anti-affinity terms.
    pub pods_with_affinity: Vec<Arc<PodInfo>>,
    /// The groups of its counted pods by number, and how many pods of each there are: what selectors are counted on.
    pub groups: Vec<(usize, i64)>,
    /// What its pods request.
    pub requested: Resources,
    /// What its pods count as in scores.
    pub non_zero_requested: Resources,
    /// What it offers.
    pub allocatable: Resources,
    /// The ports that are taken.
    pub used_ports: Vec<HostPort>,
    /// The images on it: name, size in bytes.
    pub images: Arc<Vec<(SmolStr, i64)>>,
}

impl NodeInfo {
    /// A node without pods.
    pub fn of(node: &Value) -> NodeInfo {
        let mut info = NodeInfo::default();
        info.set_node(node);
        info
    }

    /// Takes over what a new version of the node says.
    pub fn set_node(&mut self, node: &Value) {
        self.name = SmolStr::new(meta::name(node));
        let (before, after) = (self.node.path("status.allocatable"), node.path("status.allocatable"));
        if self.node.is_null() || (!before.same(after) && before != after) {
            self.allocatable = Resources::of(after);
        }
        let (before, after) = (self.node.path("status.images"), node.path("status.images"));
        if !before.same(after) {
            self.images = Arc::new(images(after));
        }
        self.is_unschedulable = node.path("spec.unschedulable").as_bool() == Some(true);
        self.labels = node.path("metadata.labels").clone();
        self.taints = node.path("spec.taints").clone();
        self.node = node.clone();
    }

    /// `metadata.labels`.
    pub fn labels(&self) -> &Map {
        self.labels.fields()
    }

    /// The value of a label, or `None`.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels().get(key).map(Value::str)
    }

    /// `spec.taints`.
    pub fn taints(&self) -> &[Value] {
        self.taints.items()
    }

    /// Counts a pod in.
    pub fn add_pod(&mut self, pod: Arc<PodInfo>) {
        self.requested.add(&pod.requests);
        self.non_zero_requested.add(&pod.non_zero_requests);
        self.used_ports.extend(pod.host_ports.iter().cloned());
        if pod.has_affinity() {
            self.pods_with_affinity.push(pod.clone());
        }
        self.pods.insert(pod.uid.clone(), pod);
    }

    /// Counts a pod out; nothing happens where it isn't here.
    pub fn remove_pod(&mut self, uid: &str) {
        let Some(pod) = self.pods.remove(uid) else { return };
        self.requested.subtract(&pod.requests);
        self.non_zero_requested.subtract(&pod.non_zero_requests);
        for port in &pod.host_ports {
            if let Some(index) = self.used_ports.iter().position(|used| used == port) {
                self.used_ports.remove(index);
            }
        }
        self.pods_with_affinity.retain(|other| other.uid != pod.uid);
    }

    /// Counts pods of a group in (or out, where `by` is negative).
    pub fn count(&mut self, group: usize, by: i64) {
        match self.groups.iter().position(|(known, _)| *known == group) {
            Some(index) => {
                self.groups[index].1 += by;
                if self.groups[index].1 == 0 {
                    self.groups.remove(index);
                }
            }
            None => self.groups.push((group, by)),
        }
    }
}

fn images(list: &Value) -> Vec<(SmolStr, i64)> {
    let mut images = Vec::new();
    for image in list.items() {
        let size = image.get("sizeBytes").as_i64().unwrap_or(0);
        images.extend(image.get("names").items().iter().map(|name| (SmolStr::new(name.str()), size)));
    }
    images.order();
    images
}
