//! Services: which endpoint a connection to a virtual address goes to (kube-proxy).

use crate::api::meta;
use crate::api::resource::{ENDPOINT_SLICES, GroupResource};
use crate::store::Store;
use crate::value::{NULL, SmolStr, Sort, Value};

/// What the store's index is asked for.
static SLICES: GroupResource = ENDPOINT_SLICES;

/// How a connection reaches a Service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// By its cluster address.
    ClusterIp,
    /// By an external address: a node port, a load balancer, `externalIPs`.
    External,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// Its address.
    pub ip: SmolStr,
    /// Its port.
    pub port: u16,
    /// Its node, `""` where it is none of the cluster's.
    pub node: SmolStr,
    /// The pod's name, `""` where it is none.
    pub pod: SmolStr,
    /// Its host name below the Service's name.
    pub hostname: SmolStr,
}

/// Why a Service leads nowhere.
#[derive(Clone, Debug, PartialEq)]
pub enum NoEndpoint {
    /// It has none: the connection is refused at once.
    None,
    /// It has some, but the traffic policy allows only those of this node, and there are none: packets are dropped.
    NotOnThisNode,
}

/// The port of a Service by number.
pub fn service_port(service: &Value, port: u16) -> Option<&Value> {
    service.path("spec.ports").items().iter().find(|listed| listed.get("port").as_i64() == Some(i64::from(port)))
}

/// The port of a Service that has this node port.
pub fn node_port(service: &Value, port: u16) -> Option<&Value> {
    service.path("spec.ports").items().iter().find(|listed| listed.get("nodePort").as_i64() == Some(i64::from(port)))
}

/// The endpoints of a Service's port, the ready ones only; where none is ready, those that end but still serve.
pub fn endpoints(store: &Store, service: &Value, port_name: &str) -> Vec<Endpoint> {
    let all = slices(store, service);
    let select = |wanted: fn(&Value) -> bool| -> Vec<Endpoint> { all.iter().flat_map(|slice| endpoints_of(slice, port_name, wanted)).collect() };
    let ready = select(|conditions| conditions.get("ready").as_bool().unwrap_or(true));
    if !ready.is_empty() {
        return ready;
    }
    select(|conditions| conditions.get("serving").as_bool().unwrap_or(false) && conditions.get("terminating").as_bool().unwrap_or(false))
}

/// All ready endpoints of a Service, whatever their port: what DNS answers for headless ones.
pub fn ready_endpoints(store: &Store, service: &Value) -> Vec<Endpoint> {
    let mut found: Vec<Endpoint> = Vec::new();
    for slice in slices(store, service) {
        for endpoint in slice.get("endpoints").items().iter().filter(|endpoint| endpoint.path("conditions.ready").as_bool().unwrap_or(true)) {
            let Some(endpoint) = endpoint_at(endpoint, 0) else { continue };
            if !found.iter().any(|known| known.ip == endpoint.ip) {
                found.push(endpoint);
            }
        }
    }
    found
}

fn slices<'a>(store: &'a Store, service: &Value) -> Vec<&'a Value> {
    store.with_label(&SLICES, meta::namespace(service), "kubernetes.io/service-name", meta::name(service)).collect()
}

fn endpoints_of(slice: &Value, port_name: &str, wanted: fn(&Value) -> bool) -> Vec<Endpoint> {
    let Some(port) = slice.get("ports").items().iter().find(|port| port.get("name").str() == port_name) else { return Vec::new() };
    let Some(number) = port.get("port").as_i64().and_then(|number| u16::try_from(number).ok()) else { return Vec::new() };
    let endpoints = slice.get("endpoints").items().iter().filter(|endpoint| wanted(endpoint.get("conditions")));
    endpoints.flat_map(|endpoint| endpoint_at(endpoint, number)).collect()
}

fn endpoint_at(endpoint: &Value, port: u16) -> Option<Endpoint> {
    let target = endpoint.get("targetRef");
    Some(Endpoint {
        ip: SmolStr::new(endpoint.get("addresses").items().first()?.str()),
        port,
        node: SmolStr::new(endpoint.get("nodeName").str()),
        pod: SmolStr::new(if target.get("kind").str() == "Pod" { target.get("name").str() } else { "" }),
        hostname: SmolStr::new(endpoint.get("hostname").str()),
    })
}

/// Picks an endpoint for a connection from `client_ip`, opened on `node`; `draw` is a number drawn for it.
///
/// # Errors
/// Why there is none.
pub fn pick(store: &Store, service: &Value, port: &Value, entry: Entry, client_ip: &str, node: &str, draw: u64) -> Result<Endpoint, NoEndpoint> {
    let all = endpoints(store, service, port.get("name").str());
    if all.is_empty() {
        return Err(NoEndpoint::None);
    }
    let policy = match entry {
        Entry::ClusterIp => service.path("spec.internalTrafficPolicy"),
        Entry::External => service.path("spec.externalTrafficPolicy"),
    };
    let mut usable: Vec<&Endpoint> = all.iter().filter(|endpoint| policy.str() != "Local" || endpoint.node == node).collect();
    if usable.is_empty() {
        return Err(NoEndpoint::NotOnThisNode);
    }
    usable.order_by(|a, b| a.ip.cmp(&b.ip));
    let draw = if service.path("spec.sessionAffinity").str() == "ClientIP" { hash(client_ip) } else { mix(draw) };
    usable.get((draw % usable.len() as u64) as usize).map(|endpoint| (*endpoint).clone()).ok_or(NoEndpoint::None)
}

/// The same client always draws the same number (FNV-1a).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn mix(number: u64) -> u64 {
    crate::api::random::Random::new(number).next_u64()
}

/// The Service of that name, or `Null`.
pub fn service<'a>(store: &'a Store, namespace: &str, name: &str) -> &'a Value {
    store.get(&crate::api::resource::SERVICES, namespace, name).unwrap_or(&NULL)
}
