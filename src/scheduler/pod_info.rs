//! What the scheduler needs to know of a pod, read once (upstream's `framework.PodInfo`).

use super::resources::{Missing, Resources, pod_requests};
use crate::api::labels;
use crate::api::meta;
use crate::api::resource::ObjectKey;
use crate::value::{Map, SmolStr, Value};

/// A pod, taken apart for scheduling.
#[derive(Clone, Debug)]
pub struct PodInfo {
    /// The object.
    pub pod: Value,
    /// Namespace and name.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: SmolStr,
    /// `spec.priority`, 0 where there is none.
    pub priority: i64,
    /// What it requests.
    pub requests: Resources,
    /// What it counts as in scores: containers without requests count with defaults.
    pub non_zero_requests: Resources,
    /// The ports it takes on its node.
    pub host_ports: Vec<HostPort>,
    /// Whether its `nodeSelector` or required node affinity says anything.
    pub restricts_nodes: bool,
    /// `podAffinity.requiredDuringSchedulingIgnoredDuringExecution`.
    pub required_affinity: Vec<AffinityTerm>,
    /// `podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution`.
    pub required_anti_affinity: Vec<AffinityTerm>,
    /// `podAffinity.preferredDuringSchedulingIgnoredDuringExecution`, with weights.
    pub preferred_affinity: Vec<(i64, AffinityTerm)>,
    /// `podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution`, with weights.
    pub preferred_anti_affinity: Vec<(i64, AffinityTerm)>,
}

/// A port on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The address, `0.0.0.0` for all.
    pub ip: SmolStr,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: SmolStr,
    /// The port's number.
    pub port: i64,
}

impl HostPort {
    /// Whether both can't be had at once.
    pub fn conflicts(&self, other: &HostPort) -> bool {
        self.port == other.port && self.protocol == other.protocol && (self.ip == other.ip || self.ip == "0.0.0.0" || other.ip == "0.0.0.0")
    }
}

/// A pod affinity term with the namespaces it looks into.
#[derive(Clone, Debug)]
pub struct AffinityTerm {
    namespaces: Vec<SmolStr>,
    namespace_selector: Value,
    selector: Value,
    /// The label of nodes that says what is one place.
    pub topology_key: SmolStr,
}

impl AffinityTerm {
    fn of(pod: &Value, term: &Value) -> AffinityTerm {
        let mut namespaces: Vec<SmolStr> = term.get("namespaces").items().iter().map(|name| SmolStr::new(name.str())).collect();
        if namespaces.is_empty() && term.get("namespaceSelector").is_null() {
            namespaces.push(SmolStr::new(meta::namespace(pod)));
        }
        AffinityTerm {
            namespaces,
            namespace_selector: term.get("namespaceSelector").clone(),
            selector: with_label_keys(term.get("labelSelector"), term, pod),
            topology_key: SmolStr::new(term.get("topologyKey").str()),
        }
    }

    /// Whether it means pods of these labels in this namespace, whose own labels are `namespace_labels`.
    pub fn matches(&self, namespace: &str, pod_labels: &Map, namespace_labels: &Map) -> bool {
        let in_namespace = self.namespaces.iter().any(|name| name == namespace) || labels::matches(&self.namespace_selector, namespace_labels);
        in_namespace && labels::matches(&self.selector, pod_labels)
    }
}

/// A selector with what `matchLabelKeys` and `mismatchLabelKeys` add to it. The server has added them to the pods of today already
/// (`pkg/registry/core/pod/strategy.go`); adding a requirement twice changes nothing.
fn with_label_keys(selector: &Value, term: &Value, pod: &Value) -> Value {
    let mut selector = selector.clone();
    for (field, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in term.get(field).items() {
            let value = pod.path("metadata.labels").get(key.str());
            if !value.is_null() && selector.is_object() {
                selector.push("matchExpressions", serde_json_requirement(key, operator, value));
            }
        }
    }
    selector
}

fn serde_json_requirement(key: &Value, operator: &str, value: &Value) -> Value {
    let mut requirement = Value::object();
    requirement.set("key", key.clone());
    requirement.set("operator", operator);
    requirement.push("values", value.clone());
    requirement
}

impl PodInfo {
    /// Reads a pod.
    pub fn of(pod: &Value) -> PodInfo {
        let spec = pod.get("spec");
        let affinity = spec.get("affinity");
        let required = |kind: &str| -> Vec<AffinityTerm> {
            let terms = affinity.get(kind).get("requiredDuringSchedulingIgnoredDuringExecution").items();
            terms.iter().map(|term| AffinityTerm::of(pod, term)).collect()
        };
        let preferred = |kind: &str| -> Vec<(i64, AffinityTerm)> {
            let terms = affinity.get(kind).get("preferredDuringSchedulingIgnoredDuringExecution").items();
            terms.iter().map(|term| (term.get("weight").as_i64().unwrap_or(0), AffinityTerm::of(pod, term.get("podAffinityTerm")))).collect()
        };
        PodInfo {
            pod: pod.clone(),
            key: meta::key(pod),
            uid: SmolStr::new(meta::uid(pod)),
            priority: spec.get("priority").as_i64().unwrap_or(0),
            requests: pod_requests(pod, Missing::Zero),
            non_zero_requests: pod_requests(pod, Missing::Defaults),
            host_ports: host_ports(spec),
            restricts_nodes: !spec.get("nodeSelector").is_empty() || !affinity.path("nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution").is_null(),
            required_affinity: required("podAffinity"),
            required_anti_affinity: required("podAntiAffinity"),
            preferred_affinity: preferred("podAffinity"),
            preferred_anti_affinity: preferred("podAntiAffinity"),
        }
    }

    /// `metadata.labels`.
    pub fn labels(&self) -> &Map {
        self.pod.get("metadata").get("labels").fields()
    }

    /// Whether it has any pod affinity or anti-affinity term that weighs on others.
    pub fn has_affinity(&self) -> bool {
        !(self.required_affinity.is_empty()
            && self.required_anti_affinity.is_empty()
            && self.preferred_affinity.is_empty()
            && self.preferred_anti_affinity.is_empty())
    }

    /// Whether its deletion has begun.
    pub fn is_terminating(&self) -> bool {
        meta::is_being_deleted(&self.pod)
    }

    /// `status.nominatedNodeName`, or `""`.
    pub fn nominated_node(&self) -> &str {
        self.pod.get("status").get("nominatedNodeName").str()
    }
}

fn host_ports(spec: &Value) -> Vec<HostPort> {
    let sidecars = spec.get("initContainers").items().iter().filter(|container| container.get("restartPolicy").str() == "Always");
    let containers = spec.get("containers").items().iter().chain(sidecars);
    let ports = containers.flat_map(|container| container.get("ports").items());
    ports
        .filter_map(|port| {
            let number = port.get("hostPort").as_i64().filter(|number| *number > 0)?;
            let or = |field: &str, default: &str| SmolStr::new(if port.get(field).is_empty() { default } else { port.get(field).str() });
            Some(HostPort { ip: or("hostIP", "0.0.0.0"), protocol: or("protocol", "TCP"), port: number })
        })
        .collect()
}
