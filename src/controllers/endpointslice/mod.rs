//! EndpointSlices: where the pods of each Service are, a hundred to a slice (`pkg/controller/endpointslice`, `k8s.io/endpointslice`).

mod reconcile;

use super::controller::{Context, Controller, Queue};
use super::fields::object;
use super::{hash, pods, service_pods};
use crate::api::meta;
use crate::api::resource::{ENDPOINT_SLICES, NODES, ObjectKey, PODS, SERVICES};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Sort, SortedMap, Value, json};

pub(super) const SERVICE_NAME: &str = "kubernetes.io/service-name";
pub(super) const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";

/// The controller of EndpointSlices.
pub(super) struct EndpointSliceController;

impl Controller for EndpointSliceController {
    fn name(&self) -> &'static str {
        "endpointslice-controller"
    }

    fn component(&self) -> &'static str {
        "endpoint-slice-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == SERVICES {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            service_pods::enqueue_services_of_pod(change, store, queue);
        } else if change.resource == ENDPOINT_SLICES && change.cause.actor != self.name() && meta::label(&change.object, MANAGED_BY) == MANAGER {
            let service = meta::label(&change.object, SERVICE_NAME);
            queue.add(ObjectKey::new(meta::namespace(&change.object), service));
        } else if change.resource == NODES && change.type_ != ChangeType::Deleted && change.changed("metadata.labels") {
            for pod in store.pods_on_node(meta::name(&change.object)) {
                for service in store.list(&SERVICES, Some(meta::namespace(pod))) {
                    queue.add_object(service);
                }
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(service) = context.get(&SERVICES, key) else {
            context.memory.remove(key);
            return Ok(());
        };
        if service.path("spec.selector").is_empty() || service.path("spec.type").str() == "ExternalName" || meta::is_being_deleted(&service) {
            return Ok(());
        }
        let store = context.store().clone();
        let selected = service_pods::selected(&store, &service);
        context.visited(selected.len());
        let trigger_time = service_pods::trigger_time(context.memory, key, &service, &selected);
        let mut desired: SortedMap<String, (Value, Vec<Value>)> = SortedMap::new();
        for pod in selected.into_iter().filter(|pod| service_pods::belongs(pod, true)) {
            let ports = endpoint_ports(&service, pod);
            desired.entry(ports.to_json()).or_insert_with(|| (ports, Vec::new())).1.push(endpoint(&store, &service, pod));
        }
        let existing: Vec<Value> = store
            .with_label(&ENDPOINT_SLICES, &key.namespace, SERVICE_NAME, &key.name)
            .filter(|slice| meta::label(slice, MANAGED_BY) == MANAGER && !meta::is_being_deleted(slice))
            .cloned()
            .collect();
        let plan = reconcile::plan(&service, desired.into_values().collect(), existing, trigger_time.as_deref());
        let result = reconcile::carry_out(context, plan);
        if let Err(status) = &result {
            let message = format!("Error updating Endpoint Slices for Service {key}: {}", status.message);
            context.event(&service, "Warning", "FailedToUpdateEndpointSlices", &message);
        }
        result
    }
}

/// The ports of a Service as they are on this pod; one whose name the pod doesn't have is left out.
fn endpoint_ports(service: &Value, pod: &Value) -> Value {
    let mut ports = Vec::new();
    for port in service.path("spec.ports").items() {
        let Some(number) = service_pods::target_port(pod, port) else { continue };
        let mut entry = object([("name", port.get("name").str().into()), ("port", number.into()), ("protocol", "TCP".into())]);
        for field in ["protocol", "appProtocol"] {
            if !port.get(field).is_empty() {
                entry.set(field, port.get(field).clone());
            }
        }
        ports.push(entry);
    }
    // Upstream sorts them by their hashes, to compare them (`portsInOrder`).
    ports.order_by_key(hash::of_endpoint_port);
    Value::array(ports)
}

/// `podToEndpoint`.
fn endpoint(store: &Store, service: &Value, pod: &Value) -> Value {
    let (serving, terminating) = (pods::is_ready(pod), meta::is_being_deleted(pod));
    let publish_all = service.path("spec.publishNotReadyAddresses").as_bool() == Some(true);
    let ready = publish_all || (serving && !terminating);
    let conditions = object([("ready", ready.into()), ("serving", serving.into()), ("terminating", terminating.into())]);
    let addresses = Value::array(vec![service_pods::address(pod).into()]);
    let mut endpoint = object([("addresses", addresses), ("conditions", conditions), ("targetRef", service_pods::target_reference(pod))]);
    let node = pod.path("spec.nodeName").str();
    if !node.is_empty() {
        endpoint.set("nodeName", node);
        let zone = store.get(&NODES, "", node).map_or("", |node| meta::label(node, "topology.kubernetes.io/zone"));
        if !zone.is_empty() {
            endpoint.set("zone", zone);
            if ready && !meta::is_being_deleted(pod) {
                set_hints(&mut endpoint, service.path("spec.trafficDistribution").str(), zone, node);
            }
        }
    }
    let hostname = service_pods::hostname(pod, service);
    if !hostname.is_empty() {
        endpoint.set("hostname", hostname);
    }
    endpoint
}

/// Which zone (and node) should use the endpoint, where the Service prefers what is near.
fn set_hints(endpoint: &mut Value, distribution: &str, zone: &str, node: &str) {
    if matches!(distribution, "PreferClose" | "PreferSameZone" | "PreferSameNode") {
        endpoint.set("hints.forZones", json!([{"name": zone}]));
    }
    if distribution == "PreferSameNode" {
        endpoint.set("hints.forNodes", json!([{"name": node}]));
    }
}

#[cfg(test)]
mod tests;
