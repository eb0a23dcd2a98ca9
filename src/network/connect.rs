//! From an address and a port to the server that is there, by way of Services and past NetworkPolicies.

use super::config::NetworkConfig;
use super::containers::Containers;
use super::hop::{Hop, HopKind, Place};
use super::links::CutLinks;
use super::named;
use super::policy::{self, Direction, End, Verdict};
use super::proxy::{self, Entry, NoEndpoint};
use super::source::Client;
use crate::api::meta;
use crate::api::resource::{NETWORK_POLICIES, NODES, PODS, SERVICES};
use crate::kubelet::runtime::ConnectError;
use crate::store::Store;
use crate::value::{OrdMap, OrdSet};
use crate::value::{SmolStr, Value};

/// How long it takes until a connection that nobody answers is given up (Linux: six repetitions of SYN).
pub const TIMEOUT_MS: u64 = 127_000;
/// How long a machine looks for a neighbour that isn't there.
const UNREACHABLE_MS: u64 = 3_000;
/// How long an answer takes on its way.
const WAY_MS: u64 = 1;
/// Where the API server listens.
const API_SERVER: (&str, u16) = ("10.0.0.10", 6443);

/// The network at one moment.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// How it is set up.
    pub config: &'a NetworkConfig,
    /// Pods, Services and nodes by address.
    pub addresses: &'a OrdMap<SmolStr, OrdSet<Place>>,
    /// The links that are cut.
    pub links: &'a CutLinks,
    /// All objects.
    pub store: &'a Store,
    /// The containers.
    pub containers: &'a dyn Containers,
    /// The number drawn for this connection.
    pub draw: u64,
}

/// Who accepts a connection.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server in a pod.
    Pod {
        /// The pod.
        pod: Value,
        /// The port that it listens on.
        port: u16,
    },
    /// The ingress controller, on a machine's port 80 or 443.
    IngressController {
        /// The machine.
        node: SmolStr,
        /// Whether it is the port for TLS.
        is_tls: bool,
    },
    /// The API server.
    ApiServer,
}

/// What came of a connection.
pub struct Dialled {
    /// Who accepts it, or why nobody does.
    pub result: Result<Target, ConnectError>,
    /// How long it takes to know.
    pub delay_ms: u64,
}

impl<'a> View<'a> {
    fn at(&self, address: &str) -> impl Iterator<Item = &'a Place> + use<'a> {
        self.addresses.get(address).into_iter().flatten()
    }

    /// The Services that have an address.
    pub fn services_at(&self, address: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        let store = self.store;
        self.at(address).filter(|(resource, _)| *resource == SERVICES).filter_map(move |(resource, key)| store.get_key(resource, key))
    }

    /// The pod that has an address.
    pub fn pod_at(&self, address: &str) -> Option<&'a Value> {
        self.at(address).find(|(resource, _)| *resource == PODS).and_then(|(resource, key)| self.store.get_key(resource, key))
    }

    fn node_at(&self, address: &str) -> Option<&'a Value> {
        self.at(address).find(|(resource, _)| *resource == NODES).and_then(|(resource, key)| self.store.get_key(resource, key))
    }
}

/// Opens a TCP connection.
pub fn dial(view: &View, client: &Client, address: &str, port: u16, hops: &mut Vec<Hop>) -> Dialled {
    let result = dial_address(view, client, address, port, hops);
    let delay_ms = match &result {
        Err(ConnectError::TimedOut) => TIMEOUT_MS,
        Err(ConnectError::Unreachable) => UNREACHABLE_MS,
        _ => WAY_MS,
    };
    Dialled { result, delay_ms }
}

fn dial_address(view: &View, client: &Client, address: &str, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    if address.starts_with("127.") || address == "::1" {
        return dial_self(view, client, port, hops);
    }
    if client.is_isolated_pod() && address == client.ip {
        return dial_self(view, client, port, hops);
    }
    if (address, port) == API_SERVER {
        return dial_api_server(view, client, hops);
    }
    let mut services = view.services_at(address).peekable();
    if services.peek().is_some() {
        let all: Vec<&Value> = services.collect();
        let service = all.iter().copied().find(|service| proxy::service_port(service, port).is_some()).or(all.first().copied());
        return match service {
            Some(service) => dial_service(view, client, service, address, port, hops),
            None => lost(hops, ConnectError::Unreachable, format!("nothing has the address {address}")),
        };
    }
    if let Some(pod) = view.pod_at(address) {
        if client.node.is_empty() && !view.config.tunnel {
            return lost(hops, ConnectError::TimedOut, format!("{address} is an address inside the cluster, which can't be reached from outside"));
        }
        return dial_pod(view, client, pod, port, hops);
    }
    if let Some(node) = view.node_at(address) {
        return dial_node(view, client, node, port, hops);
    }
    lost(hops, ConnectError::Unreachable, format!("nothing in this cluster has the address {address}, and there is nothing outside of it"))
}

fn lost(hops: &mut Vec<Hop>, error: ConnectError, detail: String) -> Result<Target, ConnectError> {
    hops.push(Hop::new(HopKind::Lost, detail));
    Err(error)
}

fn dial_self(view: &View, client: &Client, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    if client.pod.is_null() {
        return lost(hops, ConnectError::Refused, format!("nothing listens on port {port} of this machine"));
    }
    arrive(view, &client.pod, port, hops)
}

fn dial_api_server(view: &View, client: &Client, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let end = End::of_address(API_SERVER.0);
    if let Err(why) = check_policies(view, client, &end, &Value::Null, "TCP", API_SERVER.1, hops) {
        return lost(hops, ConnectError::TimedOut, why);
    }
    check_links(view, client, "", &Value::Null, hops)?;
    Ok(Target::ApiServer)
}

/// Whether a link on the way is cut.
fn check_links(view: &View, client: &Client, node: &str, pod: &Value, hops: &mut Vec<Hop>) -> Result<(), ConnectError> {
    let Some(link) = view.links.between(client, node, pod) else { return Ok(()) };
    let [one, other] = link.ends();
    hops.push(Hop::new(HopKind::Lost, format!("the link between {one} and {other} is cut")));
    Err(ConnectError::TimedOut)
}

fn dial_service(view: &View, client: &Client, service: &Value, address: &str, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let name = named("Service", service);
    let is_cluster_ip = service.path("spec.clusterIP").str() == address || service.path("spec.clusterIPs").items().iter().any(|ip| ip.str() == address);
    if is_cluster_ip && client.node.is_empty() && !view.config.tunnel {
        return lost(hops, ConnectError::TimedOut, format!("{address} is the cluster address of {name}, which can't be reached from outside"));
    }
    let Some(listed) = proxy::service_port(service, port) else {
        hops.push(Hop::at(HopKind::Lost, &SERVICES, service, format!("{name} has no port {port}{}", ports_word(service))));
        return Err(ConnectError::TimedOut);
    };
    let is_external = !is_cluster_ip || client.node.is_empty();
    let node = if client.node.is_empty() { first_node(view) } else { client.node.clone() };
    through_service(view, client, service, listed, if is_external { Entry::External } else { Entry::ClusterIp }, &node, hops)
}

fn ports_word(service: &Value) -> String {
    let ports: Vec<String> = service.path("spec.ports").items().iter().filter_map(|port| Some(port.get("port").as_i64()?.to_string())).collect();
    if ports.is_empty() { String::new() } else { format!(", only {}", ports.join(", ")) }
}

fn first_node(view: &View) -> SmolStr {
    let up = view.store.list(&NODES, None).map(meta::name).find(|node| view.containers.is_node_up(node));
    SmolStr::new(up.unwrap_or(""))
}

fn through_service(view: &View, client: &Client, service: &Value, port: &Value, entry: Entry, node: &str, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let name = named("Service", service);
    let endpoint = match proxy::pick(view.store, service, port, entry, &client.ip, node, view.draw) {
        Ok(endpoint) => endpoint,
        Err(NoEndpoint::None) => {
            hops.push(Hop::at(HopKind::Lost, &SERVICES, service, format!("{name} has no ready endpoint{}", why_no_endpoint(view, service))));
            return Err(ConnectError::Refused);
        }
        Err(NoEndpoint::NotOnThisNode) => {
            let detail = format!("{name} has a traffic policy Local, and no ready endpoint on {node}");
            hops.push(Hop::at(HopKind::Lost, &SERVICES, service, detail));
            return Err(ConnectError::TimedOut);
        }
    };
    let number = port.get("port").as_i64().unwrap_or(0);
    hops.push(Hop::at(HopKind::Service, &SERVICES, service, format!("{name} port {number} goes to {}:{}", endpoint.ip, endpoint.port)));
    if (endpoint.ip.as_str(), endpoint.port) == API_SERVER {
        return dial_api_server(view, client, hops);
    }
    let by_name = view.store.get(&PODS, meta::namespace(service), &endpoint.pod);
    match by_name.or_else(|| view.pod_at(&endpoint.ip)) {
        Some(pod) => dial_pod(view, client, pod, endpoint.port, hops),
        None => match view.node_at(&endpoint.ip) {
            Some(node) => dial_node(view, client, node, endpoint.port, hops),
            None => {
                lost(hops, ConnectError::Unreachable, format!("nothing in this cluster has the address {}, and there is nothing outside of it", endpoint.ip))
            }
        },
    }
}

/// A word on why a Service has no endpoint, for people.
fn why_no_endpoint(view: &View, service: &Value) -> String {
    let selector = service.path("spec.selector");
    if selector.is_empty() {
        return ": it has no selector, and nobody made an EndpointSlice for it".into();
    }
    let pods = view.store.list(&PODS, Some(meta::namespace(service)));
    let selected = pods.filter(|pod| crate::api::labels::matches_map(selector.fields(), pod.path("metadata.labels").fields())).count();
    match selected {
        0 => ": its selector matches no pod".into(),
        1 => ": the one pod that its selector matches is not ready, or has no such port".into(),
        count => format!(": the {count} pods that its selector matches are not ready, or have no such port"),
    }
}

fn dial_node(view: &View, client: &Client, node: &Value, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let name = meta::name(node);
    if !view.containers.is_node_up(name) {
        hops.push(Hop::at(HopKind::Lost, &NODES, node, format!("{name} doesn't answer")));
        return Err(ConnectError::TimedOut);
    }
    check_links(view, client, name, &Value::Null, hops)?;
    hops.push(Hop::at(HopKind::Node, &NODES, node, format!("port {port} of {name}")));
    for service in view.store.list(&SERVICES, None) {
        if let Some(listed) = proxy::node_port(service, port) {
            return through_service(view, client, service, listed, Entry::External, name, hops);
        }
    }
    if let Some((pod, container_port)) = host_port(view, name, port) {
        return dial_pod(view, client, pod, container_port, hops);
    }
    if view.config.ingress_controller && matches!(port, 80 | 443) {
        return Ok(Target::IngressController { node: SmolStr::new(name), is_tls: port == 443 });
    }
    hops.push(Hop::at(HopKind::Lost, &NODES, node, format!("nothing listens on port {port} of {name}")));
    Err(ConnectError::Refused)
}

/// The pod on a node that has a host port, with its own port; or one that shares the node's network and listens there.
fn host_port<'a>(view: &View<'a>, node: &str, port: u16) -> Option<(&'a Value, u16)> {
    for pod in view.store.pods_on_node(node) {
        if pod.path("spec.hostNetwork").as_bool() == Some(true) {
            if view.containers.listens(meta::uid(pod), port) {
                return Some((pod, port));
            }
            continue;
        }
        let ports = pod.path("spec.containers").items().iter().flat_map(|container| container.get("ports").items());
        let mapped = ports.filter(|listed| listed.get("hostPort").as_i64() == Some(i64::from(port))).find_map(|listed| listed.get("containerPort").as_i64());
        if let Some(mapped) = mapped.and_then(|mapped| u16::try_from(mapped).ok()) {
            return Some((pod, mapped));
        }
    }
    None
}

fn dial_pod(view: &View, client: &Client, pod: &Value, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let ip = pod.path("status.podIP").str();
    let is_itself = !client.pod.is_null() && meta::uid(&client.pod) == meta::uid(pod);
    if !is_itself && let Err(why) = check_policies(view, client, &End::of_pod(pod, ip), pod, "TCP", port, hops) {
        return lost(hops, ConnectError::TimedOut, why);
    }
    let node = pod.path("spec.nodeName").str();
    if !view.containers.is_node_up(node) {
        hops.push(Hop::at(HopKind::Lost, &PODS, pod, format!("its machine {node} doesn't answer")));
        return Err(ConnectError::TimedOut);
    }
    if !is_itself {
        check_links(view, client, node, pod, hops)?;
    }
    arrive(view, pod, port, hops)
}

fn arrive(view: &View, pod: &Value, port: u16, hops: &mut Vec<Hop>) -> Result<Target, ConnectError> {
    let name = named("Pod", pod);
    if !view.containers.listens(meta::uid(pod), port) {
        hops.push(Hop::at(HopKind::Lost, &PODS, pod, format!("nothing listens on port {port} of {name}")));
        return Err(ConnectError::Refused);
    }
    hops.push(Hop::at(HopKind::Pod, &PODS, pod, format!("port {port} of {name}")));
    Ok(Target::Pod { pod: pod.clone(), port })
}

/// Whether NetworkPolicies let a connection through: those of the client about what goes out, then those of the destination about what comes in.
///
/// # Errors
/// Which policies don't.
pub fn check_policies(view: &View, client: &Client, to: &End, destination: &Value, protocol: &str, port: u16, hops: &mut Vec<Hop>) -> Result<(), String> {
    if !view.config.network_policies {
        return Ok(());
    }
    let from = End::of_client(client);
    // What a machine sends to its own pods is always let through, so that probes work.
    let is_own_machine =
        client.pod.is_null() && !client.node.is_empty() && destination.path("spec.nodeName").str() == client.node && !client.is_ingress_controller;
    for (direction, subject, peer) in [(Direction::Egress, &from, to), (Direction::Ingress, to, &from)] {
        if direction == Direction::Ingress && is_own_machine {
            continue;
        }
        match policy::check(view.store, direction, subject, peer, destination, protocol, port) {
            Verdict::NotSelected => {}
            Verdict::Allowed(policy) => {
                let detail = format!("{} allows {protocol} port {port}: {}", named("NetworkPolicy", &policy), direction.word());
                hops.push(Hop::at(HopKind::Policy, &NETWORK_POLICIES, &policy, detail));
            }
            Verdict::Denied(policies) => {
                let names: Vec<String> = policies.iter().map(|policy| named("NetworkPolicy", policy)).collect();
                let why = format!("{} selects {} for {}, and no rule allows this", names.join(", "), named("Pod", &subject.pod), direction.word());
                if let Some(policy) = policies.first() {
                    hops.push(Hop::at(HopKind::Policy, &NETWORK_POLICIES, policy, why.clone()));
                }
                return Err(why);
            }
        }
    }
    Ok(())
}
