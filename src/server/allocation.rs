//! Cluster addresses and node ports of Services (`pkg/registry/core/service/storage/alloc.go`). Which addresses are taken is told by
//! the IPAddress objects, as upstream's; which node ports, by the Services.

use super::Server;
use super::verbs::Context;
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::resource::{GroupResource, IP_ADDRESSES, SERVICES};
use crate::api::status::Status;
use crate::api::time;
use crate::store::Cause;
use crate::value::Value;
use crate::value::{OrdMap, json};
use std::net::Ipv4Addr;

/// 10.96.0.0/12.
const FIRST_ADDRESS: u32 = 0x0a60_0000;
const ADDRESSES: u32 = 1 << 20;
/// The lower addresses are left to those who ask for one; the rest is given away at random.
const STATIC_ADDRESSES: u32 = 256;
const FIRST_PORT: i64 = 30_000;
const LAST_PORT: i64 = 32_767;
/// As with addresses, the lower ports are left to those who ask for one.
const STATIC_PORTS: i64 = 86;
/// How often a random address or port is tried before they are tried in order.
const TRIES: usize = 16;

/// What was taken for a Service, until it is written.
#[derive(Default)]
pub(super) struct Allocated {
    addresses: Vec<String>,
    ports: Vec<(i64, String)>,
    released: Vec<(i64, String)>,
    released_addresses: Vec<String>,
    service: Value,
}

/// The node ports in use, with their protocol.
pub(super) type NodePorts = OrdMap<(i64, String), ()>;

/// Fills in what a new Service is to get.
pub(super) fn begin_create(context: &mut Context, service: &mut Value) -> Result<Allocated, Status> {
    if context.request.resource != SERVICES {
        return Ok(Allocated::default());
    }
    allocate(context, service, &Value::Null)
}

/// Fills in what a changed Service gets or loses.
pub(super) fn begin_update(context: &mut Context, service: &mut Value, old: &Value) -> Result<Allocated, Status> {
    if context.request.resource != SERVICES || !context.request.subresource.is_empty() {
        return Ok(Allocated::default());
    }
    patch_allocated(service, old);
    allocate(context, service, old)
}

/// An update that leaves out what was allocated keeps it (`patchAllocatedValues`).
fn patch_allocated(service: &mut Value, old: &Value) {
    if needs_address(service) && needs_address(old) {
        for field in ["spec.clusterIP", "spec.clusterIPs"] {
            if service.path(field).is_empty() && !old.path(field).is_empty() {
                service.set(field, old.path(field).clone());
            }
        }
    }
    if !needs_port(service) || !needs_port(old) {
        return;
    }
    let old_ports = old.path("spec.ports").items();
    let mut used: Vec<i64> = service.path("spec.ports").items().iter().filter_map(|port| port.get("nodePort").as_i64()).collect();
    for port in service.path_mut("spec.ports").items_mut() {
        if port.get("nodePort").as_i64().unwrap_or(0) != 0 {
            continue;
        }
        let same = old_ports.iter().find(|there| there.get("port") == port.get("port") && there.get("protocol") == port.get("protocol"));
        if let Some(number) = same.and_then(|there| there.get("nodePort").as_i64()).filter(|number| !used.contains(number)) {
            used.push(number);
            port.set("nodePort", number);
        }
    }
}

fn needs_address(service: &Value) -> bool {
    service.path("spec.type").str() != "ExternalName" && service.path("spec.clusterIP").str() != "None"
}

fn needs_port(service: &Value) -> bool {
    match service.path("spec.type").str() {
        "NodePort" => true,
        "LoadBalancer" => service.path("spec.allocateLoadBalancerNodePorts").as_bool() != Some(false),
        _ => false,
    }
}

fn allocate(context: &mut Context, service: &mut Value, old: &Value) -> Result<Allocated, Status> {
    let mut allocated = Allocated::default();
    if service.path("spec.type").str() == "ExternalName" {
        clear_addresses(service, old);
    } else {
        set_families(service, old);
    }
    allocate_address(context, service, old, &mut allocated)?;
    allocate_ports(context, service, old, &mut allocated)?;
    allocated.service = service.clone();
    Ok(allocated)
}

/// An ExternalName has no addresses (`dropTypeDependentFields`).
fn clear_addresses(service: &mut Value, old: &Value) {
    if old.is_null() || old.path("spec.type").str() == "ExternalName" {
        return;
    }
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if service.get("spec").get(field) == old.get("spec").get(field) {
            service.path_mut("spec").fields_mut().remove(field);
        }
    }
}

fn set_families(service: &mut Value, old: &Value) {
    let is_headless_without_selector = service.path("spec.clusterIP").str() == "None" && service.path("spec.selector").is_empty();
    if service.path("spec.ipFamilyPolicy").is_null() {
        let policy = match old.path("spec.ipFamilyPolicy") {
            Value::Null if is_headless_without_selector => Value::from("RequireDualStack"),
            Value::Null => Value::from("SingleStack"),
            policy => policy.clone(),
        };
        service.set("spec.ipFamilyPolicy", policy);
    }
    if service.path("spec.ipFamilies").is_empty() {
        let dual = is_headless_without_selector && service.path("spec.ipFamilyPolicy").str() != "SingleStack";
        service.set("spec.ipFamilies", if dual { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) });
    }
    if service.path("spec.clusterIP").str() == "None" {
        service.set("spec.clusterIPs", json!(["None"]));
    } else if service.path("spec.clusterIP").is_empty() && !service.path("spec.clusterIPs").is_empty() {
        let first = service.path("spec.clusterIPs").items()[0].clone();
        service.set("spec.clusterIP", first);
    } else if !service.path("spec.clusterIP").is_empty() && service.path("spec.clusterIPs").is_empty() {
        let only = service.path("spec.clusterIP").clone();
        service.set("spec.clusterIPs", vec![only]);
    }
}

fn invalid(service: &Value, error: FieldError) -> Status {
    Status::invalid("", "Service", meta::name(service), &[error])
}

fn allocate_address(context: &mut Context, service: &mut Value, old: &Value, allocated: &mut Allocated) -> Result<(), Status> {
    let had = if old.is_null() || !needs_address(old) { "" } else { old.path("spec.clusterIP").str() };
    if !needs_address(service) {
        if !had.is_empty() {
            allocated.released_addresses.push(had.to_string());
        }
        return Ok(());
    }
    let wanted = service.path("spec.clusterIP").str().to_string();
    if !wanted.is_empty() && wanted == had {
        return Ok(());
    }
    let address = if wanted.is_empty() {
        free_address(context.server).ok_or_else(|| Status::other(500, "InternalError", "failed to allocate a serviceIP: range is full"))?
    } else {
        check_address(context.server, &wanted).map_err(|why| {
            let why = format!("failed to allocate IP {wanted}: {why}");
            invalid(service, FieldError::invalid("spec.clusterIPs", service.path("spec.clusterIPs"), why))
        })?;
        wanted
    };
    service.set("spec.clusterIP", address.as_str());
    service.set("spec.clusterIPs", json!([address]));
    allocated.addresses.push(address);
    Ok(())
}

fn check_address(server: &Server, address: &str) -> Result<(), &'static str> {
    // Addresses of another form are for validation to refuse.
    let Ok(parsed) = address.parse::<Ipv4Addr>() else { return Ok(()) };
    let offset = u32::from(parsed).wrapping_sub(FIRST_ADDRESS);
    if offset == 0 || offset >= ADDRESSES - 1 {
        return Err("the provided network does not match the current range");
    }
    if server.store.get(&IP_ADDRESSES, "", address).is_some() { Err("provided IP is already allocated") } else { Ok(()) }
}

fn free_address(server: &mut Server) -> Option<String> {
    let text = |offset: u32| Ipv4Addr::from(FIRST_ADDRESS + offset).to_string();
    for _ in 0..TRIES {
        let span = u64::from(ADDRESSES - STATIC_ADDRESSES - 1);
        let address = text(STATIC_ADDRESSES + server.random.below(span) as u32);
        if server.store.get(&IP_ADDRESSES, "", &address).is_none() {
            return Some(address);
        }
    }
    (1..ADDRESSES - 1).rev().map(text).find(|address| server.store.get(&IP_ADDRESSES, "", address).is_none())
}

fn ports_of(service: &Value) -> Vec<(i64, String)> {
    let port = |port: &Value| Some((port.get("nodePort").as_i64().filter(|number| *number != 0)?, protocol_of(port)));
    let mut ports: Vec<_> = service.path("spec.ports").items().iter().filter_map(port).collect();
    if let Some(number) = service.path("spec.healthCheckNodePort").as_i64().filter(|number| *number != 0) {
        ports.push((number, "TCP".into()));
    }
    ports
}

fn protocol_of(port: &Value) -> String {
    port.get("protocol").as_str().unwrap_or("TCP").to_string()
}

fn allocate_ports(context: &mut Context, service: &mut Value, old: &Value, allocated: &mut Allocated) -> Result<(), Status> {
    let had = ports_of(old);
    if needs_port(service) {
        let count = service.path("spec.ports").items().len();
        for index in 0..count {
            let port = &service.path("spec.ports").items()[index];
            let (number, protocol) = (port.get("nodePort").as_i64().unwrap_or(0), protocol_of(port));
            let is_taken = |server: &Server, number: i64, allocated: &Allocated| {
                let key = (number, protocol.clone());
                server.node_ports.contains_key(&key) && !had.contains(&key) || allocated.ports.contains(&key)
            };
            let path = format!("spec.ports[{index}].nodePort");
            let number = if number == 0 {
                free_port(context.server, |server, number| is_taken(server, number, allocated) || had.contains(&(number, protocol.clone())))
                    .ok_or_else(|| Status::other(500, "InternalError", "failed to allocate a nodePort: range is full"))?
            } else if !context.is_dry_run() && !(FIRST_PORT..=LAST_PORT).contains(&number) {
                let why = format!("provided port is not in the valid range. The range of valid ports is {FIRST_PORT}-{LAST_PORT}");
                return Err(invalid(service, FieldError::invalid(path, &Value::Int(number), why)));
            } else if is_taken(context.server, number, allocated) {
                return Err(invalid(service, FieldError::invalid(path, &Value::Int(number), "provided port is already allocated")));
            } else {
                number
            };
            allocated.ports.push((number, protocol));
            service.path_mut("spec.ports").items_mut()[index].set("nodePort", number);
        }
        let needs_health_check = service.path("spec.type").str() == "LoadBalancer" && service.path("spec.externalTrafficPolicy").str() == "Local";
        if needs_health_check && service.path("spec.healthCheckNodePort").as_i64().unwrap_or(0) == 0 {
            let number = match old.path("spec.healthCheckNodePort").as_i64().filter(|number| *number != 0) {
                Some(number) => number,
                None => free_port(context.server, |server, number| server.node_ports.contains_key(&(number, "TCP".into())))
                    .ok_or_else(|| Status::other(500, "InternalError", "failed to allocate a HealthCheck NodePort: range is full"))?,
            };
            allocated.ports.push((number, "TCP".into()));
            service.set("spec.healthCheckNodePort", number);
        }
    } else if needs_port(old) {
        // Ports that the old type had are dropped, unless they were set anew.
        let old_numbers: Vec<i64> = had.iter().map(|(number, _)| *number).collect();
        for port in service.path_mut("spec.ports").items_mut() {
            if port.get("nodePort").as_i64().is_some_and(|number| old_numbers.contains(&number)) {
                port.remove("nodePort");
            }
        }
        service.remove("spec.healthCheckNodePort");
    }
    let now = ports_of(service);
    allocated.released = had.into_iter().filter(|port| !now.contains(port)).collect();
    Ok(())
}

fn free_port(server: &mut Server, is_taken: impl Fn(&Server, i64) -> bool) -> Option<i64> {
    for _ in 0..TRIES {
        let span = (LAST_PORT - FIRST_PORT - STATIC_PORTS + 1) as u64;
        let number = FIRST_PORT + STATIC_PORTS + server.random.below(span) as i64;
        if !is_taken(server, number) {
            return Some(number);
        }
    }
    (FIRST_PORT..=LAST_PORT).rev().find(|number| !is_taken(server, *number))
}

/// The Service is written (`is_done`), so what was taken for it is its own now; otherwise nothing was taken.
pub(super) fn finish(context: &mut Context, allocated: Allocated, is_done: bool) {
    if !is_done {
        return;
    }
    let (now_ms, cause) = (context.now_ms, context.request.cause.clone());
    for port in allocated.ports {
        context.server.node_ports.insert(port, ());
    }
    for port in allocated.released {
        context.server.node_ports.remove(&port);
    }
    for address in allocated.released_addresses {
        release_address(context.server, &address, now_ms, &cause);
    }
    for address in allocated.addresses.iter().filter(|address| address.parse::<Ipv4Addr>().is_ok()) {
        let object = ip_address(context.server, address, &allocated.service, now_ms);
        context.server.put(&IP_ADDRESSES, object, now_ms, cause.clone());
    }
}

fn ip_address(server: &mut Server, address: &str, service: &Value, now_ms: u64) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "IPAddress",
        "metadata": {
            "name": address, "uid": server.random.uuid(), "creationTimestamp": time::rfc3339(now_ms),
            "labels": {"ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"},
        },
        "spec": {"parentRef": {"resource": "services", "namespace": meta::namespace(service), "name": meta::name(service)}},
    })
}

fn release_address(server: &mut Server, address: &str, now_ms: u64, cause: &Cause) {
    let key = crate::api::resource::ObjectKey::new("", address);
    server.remove(&IP_ADDRESSES, &key, now_ms, cause.clone());
}

/// A Service is gone: so are its claims.
pub(super) fn release(server: &mut Server, resource: &GroupResource, object: &Value, now_ms: u64, cause: &Cause) {
    if *resource != SERVICES {
        return;
    }
    for port in ports_of(object) {
        server.node_ports.remove(&port);
    }
    for address in object.path("spec.clusterIPs").items().iter().map(Value::str).filter(|address| *address != "None") {
        release_address(server, address, now_ms, cause);
    }
}
