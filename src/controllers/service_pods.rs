//! What the controllers of Endpoints and EndpointSlices have in common: which Services select a pod, and what of a pod stands in an endpoint
//! (`k8s.io/endpointslice/util`).

use super::controller::Queue;
use super::fields::{object, time_ms};
use super::pods;
use crate::api::resource::{GroupResource, ObjectKey, PODS, SERVICES};
use crate::api::{labels, meta};
use crate::store::{Change, Store};
use crate::value::{Map, Value};

/// Queues the Services that a changed pod concerns: those that select it now or did so before.
pub(super) fn enqueue_services_of_pod(change: &Change, store: &Store, queue: &mut Queue) {
    let paths = ["metadata.labels", "metadata.deletionTimestamp", "status.phase", "status.podIPs", "status.podIP", "status.conditions", "spec.nodeName"];
    if !paths.iter().any(|path| change.changed(path)) {
        return;
    }
    for service in store.list(&SERVICES, Some(meta::namespace(&change.object))) {
        let selector = service.get("spec").get("selector").fields();
        let selects = |pod: &Value| !pod.is_null() && labels::matches_map(selector, pod.get("metadata").get("labels").fields());
        if !selector.is_empty() && (selects(&change.object) || selects(&change.previous)) {
            queue.add_object(service);
        }
    }
}

/// A place for the name that lives as long as what is found by it.
static PODS_INDEX: GroupResource = PODS;

/// The pods that a Service selects.
pub(super) fn selected<'a>(store: &'a Store, service: &'a Value) -> Vec<&'a Value> {
    let selector = service.get("spec").get("selector").fields();
    let Some((label, value)) = selector.iter().next() else { return Vec::new() };
    let candidates = store.with_label(&PODS_INDEX, meta::namespace(service), label, value.str());
    candidates.filter(|pod| labels::matches_map(selector, pod.get("metadata").get("labels").fields())).collect()
}

/// `ShouldPodBeInEndpoints`: it has an address, is not done, and, unless terminating ones count, not being deleted.
pub(super) fn belongs(pod: &Value, include_terminating: bool) -> bool {
    !pods::is_terminal(pod) && !address(pod).is_empty() && (include_terminating || !meta::is_being_deleted(pod))
}

/// The pod's address.
pub(super) fn address(pod: &Value) -> &str {
    pod.get("status").get("podIP").str()
}

/// The host name that the pod has in the Service's domain; `""` for most.
pub(super) fn hostname<'a>(pod: &'a Value, service: &Value) -> &'a str {
    let spec = pod.get("spec");
    let is_peer = spec.get("subdomain").str() == meta::name(service) && meta::namespace(pod) == meta::namespace(service);
    if is_peer { spec.get("hostname").str() } else { "" }
}

/// The number behind a Service port on this pod (`FindPort`): that of the container port of that name, or the number itself.
pub(super) fn target_port(pod: &Value, port: &Value) -> Option<i64> {
    let target = port.get("targetPort");
    if let Some(number) = target.as_i64() {
        return Some(if number == 0 { port.get("port").as_i64()? } else { number });
    }
    if target.is_empty() {
        return port.get("port").as_i64();
    }
    let restartable = pod.path("spec.initContainers").items().iter().filter(|container| container.get("restartPolicy").str() == "Always");
    let protocol = |object: &Value| if object.get("protocol").is_empty() { "TCP".to_string() } else { object.get("protocol").str().to_string() };
    restartable
        .chain(pod.path("spec.containers").items())
        .flat_map(|container| container.get("ports").items())
        .find(|candidate| candidate.get("name") == target && protocol(candidate) == protocol(port))
        .and_then(|found| found.get("containerPort").as_i64())
}

/// A reference to the pod as endpoints carry it.
pub(super) fn target_reference(pod: &Value) -> Value {
    let metadata = pod.get("metadata");
    let field = |name: &str| metadata.get(name).clone();
    object([("kind", "Pod".into()), ("name", field("name")), ("namespace", field("namespace")), ("uid", field("uid"))])
}

/// Whether this Service has no address of its own.
pub(super) fn is_headless(service: &Value) -> bool {
    service.path("spec.clusterIP").str() == "None"
}

/// What made the endpoints change (`TriggerTimeTracker`): the earliest time, newer than what was remembered under `key`, at which a pod became ready or
/// unready, or the Service was made.
pub(super) fn trigger_time(memory: &mut super::controller::Memory, key: &ObjectKey, service: &Value, pods: &[&Value]) -> Option<String> {
    let known = memory.get(key).cloned().unwrap_or_default();
    let time_of = |pod: &Value| meta::condition(pod, "Ready").get("lastTransitionTime").clone();
    let times: Map = pods.iter().map(|pod| (meta::name(pod).into(), time_of(pod))).collect();
    let created = service.path("metadata.creationTimestamp");
    let is_new = |time: &Value, before: &Value| time_ms(time) > time_ms(before);
    let changed = times.iter().filter(|(name, time)| is_new(time, known.get("pods").get(name))).map(|(_, time)| time);
    let created_now = Some(created).filter(|created| is_new(created, known.get("service")));
    let first = changed.chain(created_now).min_by_key(|time| time_ms(time)).map(|time| time.str().to_string());
    let mut now = Value::object();
    now.set("pods", times);
    now.set("service", created.clone());
    memory.insert(key.clone(), now);
    first
}
