//! NetworkPolicy: whether a connection between two ends is allowed.

use super::ip::is_in_block;
use super::source::{Client, INGRESS_CONTROLLER_NAMESPACE};
use crate::api::labels;
use crate::api::meta;
use crate::api::resource::{NAMESPACES, NETWORK_POLICIES};
use crate::store::Store;
use crate::value::{Map, NULL, SmolStr, Value, json};

/// One end of a connection.
#[derive(Clone, Debug)]
pub struct End {
    /// The pod, or `Null` where it is none (or one with `hostNetwork`).
    pub pod: Value,
    /// Its address.
    pub ip: String,
    /// Namespace and labels of a pod that has no object: the built-in ingress controller, and DNS.
    stand_in: Option<(SmolStr, Value)>,
}

impl End {
    /// The end that a client is.
    pub fn of_client(client: &Client) -> End {
        let labels = || json!({"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"});
        let stand_in = client.is_ingress_controller.then(|| (SmolStr::new_static(INGRESS_CONTROLLER_NAMESPACE), labels()));
        let pod = if client.is_isolated_pod() { client.pod.clone() } else { Value::Null };
        End { pod, ip: client.ip.to_string(), stand_in }
    }

    /// The cluster's DNS server, where no Service of the cluster has its address.
    pub fn of_dns(ip: &str) -> End {
        End { pod: Value::Null, ip: ip.into(), stand_in: Some((SmolStr::new_static("kube-system"), json!({"k8s-app": "kube-dns"}))) }
    }

    /// An address that is no pod's.
    pub fn of_address(ip: &str) -> End {
        End { pod: Value::Null, ip: ip.into(), stand_in: None }
    }

    /// The end that a pod is.
    pub fn of_pod(pod: &Value, ip: &str) -> End {
        let is_isolated = pod.path("spec.hostNetwork").as_bool() != Some(true);
        End { pod: if is_isolated { pod.clone() } else { Value::Null }, ip: ip.into(), stand_in: None }
    }
}

/// A verdict of the policies of one pod and direction.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// No policy selects the pod in this direction.
    NotSelected,
    /// This policy allows it.
    Allowed(Value),
    /// These policies select the pod, and none allows it.
    Denied(Vec<Value>),
}

/// The direction that policies look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// What comes in to the pod.
    Ingress,
    /// What goes out of the pod.
    Egress,
}

impl Direction {
    /// `Ingress`, `Egress`: as in `policyTypes`.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Ingress => "Ingress",
            Direction::Egress => "Egress",
        }
    }
}

/// What the policies say that select `subject` about a connection with `peer` to `port` (of the destination, which `destination` is).
pub fn check(store: &Store, direction: Direction, subject: &End, peer: &End, destination: &Value, protocol: &str, port: u16) -> Verdict {
    if subject.pod.is_null() {
        return Verdict::NotSelected;
    }
    let mut denying = Vec::new();
    for policy in store.list(&NETWORK_POLICIES, Some(meta::namespace(&subject.pod))) {
        let spec = policy.get("spec");
        if !has_type(spec, direction) || !labels::matches(spec.get("podSelector"), subject.pod.path("metadata.labels").fields()) {
            continue;
        }
        let (rules, peers) = match direction {
            Direction::Ingress => ("ingress", "from"),
            Direction::Egress => ("egress", "to"),
        };
        let allows = |rule: &Value| {
            let (listed, ports) = (rule.get(peers).items(), rule.get("ports").items());
            (listed.is_empty() || listed.iter().any(|rule| matches_peer(store, policy, rule, peer)))
                && (ports.is_empty() || ports.iter().any(|rule| matches_port(rule, destination, protocol, port)))
        };
        if spec.get(rules).items().iter().any(allows) {
            return Verdict::Allowed(policy.clone());
        }
        denying.push(policy.clone());
    }
    if denying.is_empty() { Verdict::NotSelected } else { Verdict::Denied(denying) }
}

/// Without `policyTypes` a policy is about Ingress, and about Egress where it has egress rules.
fn has_type(spec: &Value, direction: Direction) -> bool {
    let types = spec.get("policyTypes").items();
    match direction {
        _ if !types.is_empty() => types.iter().any(|type_| type_.str() == direction.word()),
        Direction::Ingress => true,
        Direction::Egress => !spec.get("egress").is_null(),
    }
}

fn matches_peer(store: &Store, policy: &Value, rule: &Value, peer: &End) -> bool {
    let block = rule.get("ipBlock");
    if !block.is_null() {
        let excepted = block.get("except").items().iter().any(|except| is_in_block(&peer.ip, except.str()));
        return is_in_block(&peer.ip, block.get("cidr").str()) && !excepted;
    }
    let (namespace_selector, pod_selector) = (rule.get("namespaceSelector"), rule.get("podSelector"));
    let matches = |namespace: &Map, pod: &Map, same_namespace: bool| {
        let in_namespace = if namespace_selector.is_null() { same_namespace } else { labels::matches(namespace_selector, namespace) };
        in_namespace && (pod_selector.is_null() || labels::matches(pod_selector, pod))
    };
    if let Some((namespace, pod)) = &peer.stand_in {
        let namespace_labels = json!({"kubernetes.io/metadata.name": namespace.as_str()});
        return matches(namespace_labels.fields(), pod.fields(), meta::namespace(policy) == namespace);
    }
    if peer.pod.is_null() {
        return false;
    }
    let namespace = store.get(&NAMESPACES, "", meta::namespace(&peer.pod)).unwrap_or(&NULL);
    let is_same = meta::namespace(policy) == meta::namespace(&peer.pod);
    matches(namespace.path("metadata.labels").fields(), peer.pod.path("metadata.labels").fields(), is_same)
}

fn matches_port(rule: &Value, destination: &Value, protocol: &str, port: u16) -> bool {
    let wanted = if rule.get("protocol").is_empty() { "TCP" } else { rule.get("protocol").str() };
    if wanted != protocol {
        return false;
    }
    let port = i64::from(port);
    match rule.get("port") {
        Value::Null => true,
        Value::String(name) => named_port(destination, name, protocol) == Some(port),
        number => {
            let first = number.as_i64().unwrap_or(0);
            let last = rule.get("endPort").as_i64().unwrap_or(first);
            (first..=last).contains(&port)
        }
    }
}

/// The number of a named port of a pod's containers.
pub fn named_port(pod: &Value, name: &str, protocol: &str) -> Option<i64> {
    let ports = pod.path("spec.containers").items().iter().flat_map(|container| container.get("ports").items());
    let is_it = |port: &&Value| {
        let its_protocol = if port.get("protocol").is_empty() { "TCP" } else { port.get("protocol").str() };
        port.get("name").str() == name && its_protocol == protocol
    };
    ports.clone().find(is_it).and_then(|port| port.get("containerPort").as_i64())
}
