//! What a pod asks for: the helpers of `k8s.io/component-helpers/resource`, and its quality of service.

use super::pod_spec::{self, ContainerKind};
use crate::api::quantity::Quantity;
use crate::value::{SmolStr, SortedMap, Value};

/// The quantity of a field; `None` where there is none.
pub fn quantity(value: &Value) -> Option<Quantity> {
    if value.is_null() { None } else { Quantity::from_value(value).ok() }
}

type Amounts = SortedMap<SmolStr, Quantity>;

/// `status.qosClass`: as the server has it from the pod's creation on.
pub fn qos_class(pod: &Value) -> &str {
    match pod.path("status.qosClass").str() {
        "" => "BestEffort",
        class => class,
    }
}

/// `status.resources`: the requests and limits of the pod as a whole.
pub fn effective(pod: &Value) -> Value {
    let mut resources = Value::object();
    for (field, list) in [("limits", pod_limits(pod)), ("requests", pod_requests(pod))] {
        if !list.is_empty() {
            resources.set(field, list);
        }
    }
    resources
}

/// `status.resources` of a pod that has ended: of what it had, only the memory that it asked for is still told.
pub fn left_behind(pod: &Value) -> Value {
    let mut resources = Value::object();
    let requests = pod_requests(pod);
    if !requests.get("memory").is_null() {
        resources.set("requests.memory", requests.get("memory"));
    }
    resources
}

/// What the pod requests as a whole.
pub fn pod_requests(pod: &Value) -> Value {
    pod_total(pod, "requests")
}

/// What the pod is limited to as a whole.
pub fn pod_limits(pod: &Value) -> Value {
    pod_total(pod, "limits")
}

/// Regular containers and sidecars together, or the greatest init container where that is more (with the sidecars started before
/// it); what the pod asks for as a whole goes before both; the overhead of its runtime comes on top.
fn pod_total(pod: &Value, list: &str) -> Value {
    let mut total = Amounts::new();
    for container in pod_spec::containers(pod, ContainerKind::Regular) {
        add(&mut total, container.get("resources").get(list));
    }
    let mut sidecars = Amounts::new();
    let mut greatest_init = Amounts::new();
    for container in pod_spec::containers(pod, ContainerKind::Init) {
        let own = container.get("resources").get(list);
        if pod_spec::is_sidecar(container) {
            add(&mut total, own);
            add(&mut sidecars, own);
            raise(&mut greatest_init, &sidecars);
        } else {
            let mut together = sidecars.clone();
            add(&mut together, own);
            raise(&mut greatest_init, &together);
        }
    }
    raise(&mut total, &greatest_init);
    for (name, value) in pod.path("spec.resources").get(list).fields().iter() {
        if let Some(quantity) = quantity(value) {
            total.insert(name.clone(), quantity);
        }
    }
    let overhead = pod.path("spec.overhead");
    for (name, value) in overhead.fields().iter() {
        if (list == "requests" || total.contains_key(name))
            && let Some(quantity) = quantity(value)
        {
            add_one(&mut total, name, quantity);
        }
    }
    Value::from(total.into_iter().map(|(name, quantity)| (name, Value::from(quantity.to_string()))).collect::<crate::value::Map>())
}

fn add(total: &mut Amounts, list: &Value) {
    for (name, value) in list.fields().iter() {
        if let Some(quantity) = quantity(value) {
            add_one(total, name, quantity);
        }
    }
}

fn add_one(total: &mut Amounts, name: &SmolStr, quantity: Quantity) {
    let sum = match total.get(name) {
        Some(before) => before.add(&quantity),
        None => quantity,
    };
    total.insert(name.clone(), sum);
}

fn raise(total: &mut Amounts, at_least: &Amounts) {
    for (name, quantity) in at_least {
        if total.get(name).is_none_or(|before| before < quantity) {
            total.insert(name.clone(), quantity.clone());
        }
    }
}
