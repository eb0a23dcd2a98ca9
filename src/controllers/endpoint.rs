//! Endpoints, the older form of EndpointSlices: one object a Service (`pkg/controller/endpoint`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::object;
use super::{pods, service_pods};
use crate::api::meta;
use crate::api::resource::{ENDPOINTS, ObjectKey, PODS, SERVICES};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Map, Sort, SortedMap, Value, json};

/// More addresses than these are cut off, and an annotation says so (`maxCapacity`).
const MAX_ADDRESSES: usize = 1000;
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";
const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";

/// The controller of Endpoints.
pub(super) struct EndpointController;

impl Controller for EndpointController {
    fn name(&self) -> &'static str {
        "endpoint-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == SERVICES || (change.resource == ENDPOINTS && change.type_ == ChangeType::Deleted) {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            service_pods::enqueue_services_of_pod(change, store, queue);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(service) = context.get(&SERVICES, key) else {
            context.memory.remove(key);
            return match context.get(&ENDPOINTS, key) {
                Some(_) => ignore_not_found(context.client.delete(&ENDPOINTS, &key.namespace, &key.name, Options::default())),
                None => Ok(()),
            };
        };
        if service.path("spec.selector").is_empty() || service.path("spec.type").str() == "ExternalName" {
            return Ok(());
        }
        let store = context.store().clone();
        let selected = service_pods::selected(&store, &service);
        context.visited(selected.len());
        let trigger_time = service_pods::trigger_time(context.memory, key, &service, &selected);
        let (subsets, truncated) = subsets(&service, &selected);
        let current = context.get(&ENDPOINTS, key);
        let labels = labels(&service);
        if let Some(current) = &current {
            let over = !meta::annotation(current, OVER_CAPACITY).is_empty();
            if *current.get("subsets") == subsets && *current.path("metadata.labels") == labels && over == truncated {
                return Ok(());
            }
        }
        let mut endpoints = current
            .clone()
            .unwrap_or_else(|| json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": key.name.as_str(), "namespace": key.namespace.as_str()}}));
        if subsets.is_null() {
            endpoints.remove("subsets");
        } else {
            endpoints.set("subsets", subsets);
        }
        endpoints.set("metadata.labels", labels);
        annotate(&mut endpoints, TRIGGER_TIME, trigger_time.as_deref());
        annotate(&mut endpoints, OVER_CAPACITY, truncated.then_some("truncated"));
        let result = match current {
            Some(_) => context.client.update(&ENDPOINTS, endpoints).map_err(|status| ("update", status)),
            None => context.client.create(&ENDPOINTS, &key.namespace, endpoints).map_err(|status| ("create", status)),
        };
        match result {
            Err((_, status)) if super::pod_control::is_namespace_terminating(&status) => Ok(()),
            Err((verb, status)) => {
                let reason = if verb == "create" { "FailedToCreateEndpoint" } else { "FailedToUpdateEndpoint" };
                context.event(&service, "Warning", reason, &format!("Failed to {verb} endpoint {key}: {}", status.message));
                Err(status)
            }
            Ok(_) => Ok(()),
        }
    }
}

fn annotate(endpoints: &mut Value, key: &str, value: Option<&str>) {
    match value {
        Some(value) => meta::set_annotation(endpoints, key, value),
        None if endpoints.path("metadata.annotations").get(key).is_null() => {}
        None => {
            endpoints.path_mut("metadata.annotations").fields_mut().remove(key);
            if endpoints.path("metadata.annotations").is_empty() {
                endpoints.remove("metadata.annotations");
            }
        }
    }
}

fn labels(service: &Value) -> Value {
    let mut labels: Map = service.path("metadata.labels").fields().clone();
    labels.remove("service.kubernetes.io/headless");
    if service_pods::is_headless(service) {
        labels.insert("service.kubernetes.io/headless", "");
    }
    labels.insert(MANAGED_BY, "endpoint-controller");
    Value::from(labels)
}

/// The addresses by the ports that they have, put together as `RepackSubsets` does: each port's addresses, and in one subset the ports
/// that have the same ones; and whether some were cut off.
fn subsets(service: &Value, selected: &[&Value]) -> (Value, bool) {
    let publish_all = service.path("spec.publishNotReadyAddresses").as_bool() == Some(true);
    let mut by_port: SortedMap<String, (Value, Vec<Value>, Vec<Value>)> = SortedMap::new();
    let mut total = 0;
    let mut truncated = false;
    for pod in selected.iter().filter(|pod| service_pods::belongs(pod, publish_all)) {
        let mut ports = ports(service, pod);
        if ports.is_empty() {
            if !service_pods::is_headless(service) {
                continue;
            }
            ports.push(Value::Null);
        }
        total += 1;
        if total > MAX_ADDRESSES {
            truncated = true;
            break;
        }
        for port in ports {
            let (_, ready, not_ready) = by_port.entry(port.to_json()).or_insert_with(|| (port, Vec::new(), Vec::new()));
            let list = if publish_all || pods::is_ready(pod) { ready } else { not_ready };
            list.push(address(service, pod));
        }
    }
    let mut by_addresses: SortedMap<String, Subset> = SortedMap::new();
    for (port, ready, not_ready) in by_port.into_values() {
        let of = |list: &[Value]| Value::array(list.to_vec()).to_json();
        let key = format!("{} {}", of(&ready), of(&not_ready));
        by_addresses.entry(key).or_insert_with(|| Subset { ports: Vec::new(), ready, not_ready }).ports.push(port);
    }
    let subsets: Vec<Value> = by_addresses.into_values().map(subset).collect();
    (if subsets.is_empty() { Value::Null } else { Value::array(subsets) }, truncated)
}

/// Addresses, and the ports that all of them have.
struct Subset {
    ports: Vec<Value>,
    ready: Vec<Value>,
    not_ready: Vec<Value>,
}

fn subset(Subset { mut ports, ready, not_ready }: Subset) -> Value {
    let mut subset = Value::object();
    for (field, mut addresses) in [("addresses", ready), ("notReadyAddresses", not_ready)] {
        if !addresses.is_empty() {
            addresses.order_by_key(|address| (sort_key(address.get("ip").str()), address.path("targetRef.uid").str().to_string()));
            subset.set(field, Value::array(addresses));
        }
    }
    ports.retain(|port| !port.is_null());
    ports.order_by_key(|port| (port.get("name").str().to_string(), port.get("port").as_i64()));
    if !ports.is_empty() {
        subset.set("ports", Value::array(ports));
    }
    subset
}

/// Addresses are in the order of their bytes.
fn sort_key(ip: &str) -> Vec<u8> {
    ip.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn address(service: &Value, pod: &Value) -> Value {
    let mut address = object([("ip", service_pods::address(pod).into()), ("targetRef", service_pods::target_reference(pod))]);
    let (node, hostname) = (pod.path("spec.nodeName"), service_pods::hostname(pod, service));
    if !node.is_empty() {
        address.set("nodeName", node.clone());
    }
    if !hostname.is_empty() {
        address.set("hostname", hostname);
    }
    address
}

/// The Service's ports on this pod.
fn ports(service: &Value, pod: &Value) -> Vec<Value> {
    let mut ports = Vec::new();
    for port in service.path("spec.ports").items() {
        let Some(number) = service_pods::target_port(pod, port) else { continue };
        let mut entry = object([("port", number.into()), ("protocol", "TCP".into())]);
        for field in ["name", "protocol", "appProtocol"] {
            if !port.get(field).is_empty() {
                entry.set(field, port.get(field).clone());
            }
        }
        ports.push(entry);
    }
    ports
}
