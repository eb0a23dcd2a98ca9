//! What the containers of a pod ask for together, or are limited to (`k8s.io/component-helpers/resource`).

use crate::api::quantity::Quantity;
use crate::value::{SmolStr, SortedMap, Value};

/// Quantities by the names of resources.
pub type Amounts = SortedMap<SmolStr, Quantity>;

/// The list of a container's `requests` or `limits`; what can't be read is left out.
fn amounts(list: &Value) -> Amounts {
    list.fields().iter().filter_map(|(name, amount)| Some((name.clone(), Quantity::from_value(amount).ok()?))).collect()
}

/// Adds what else is asked for.
pub fn add(total: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let sum = total.get(name).map_or_else(|| amount.clone(), |there| there.add(amount));
        total.insert(name.clone(), sum);
    }
}

/// Raises each amount to at least that one.
fn raise(total: &mut Amounts, least: &Amounts) {
    for (name, amount) in least {
        if total.get(name).is_none_or(|there| there < amount) {
            total.insert(name.clone(), amount.clone());
        }
    }
}

/// Regular containers and sidecars together, or the greatest init container where that is more, with the sidecars started before it.
pub fn of_containers(spec: &Value, list: &str) -> Amounts {
    let mut total = Amounts::new();
    for container in spec.get("containers").items() {
        add(&mut total, &amounts(container.path("resources").get(list)));
    }
    let (mut sidecars, mut most) = (Amounts::new(), Amounts::new());
    for container in spec.get("initContainers").items() {
        let mut own = amounts(container.path("resources").get(list));
        if container.get("restartPolicy").str() == "Always" {
            add(&mut total, &own);
            add(&mut sidecars, &own);
            raise(&mut most, &sidecars);
        } else {
            add(&mut own, &sidecars);
            raise(&mut most, &own);
        }
    }
    raise(&mut total, &most);
    total
}

/// As [`of_containers`]; what the pod asks for as a whole goes before that, and the overhead of its runtime comes on top (to limits only where there is one).
pub fn of_pod(pod: &Value, list: &str) -> Amounts {
    let spec = pod.get("spec");
    let mut total = of_containers(spec, list);
    for (name, amount) in amounts(spec.path("resources").get(list)) {
        total.insert(name, amount);
    }
    let mut overhead = amounts(spec.get("overhead"));
    if list == "limits" {
        overhead.retain(|name, _| total.contains_key(name));
    }
    add(&mut total, &overhead);
    total
}

/// What the pod requests as a whole, as a list of resources in an object.
pub fn pod_requests(pod: &Value) -> Value {
    value_of(of_pod(pod, "requests"))
}

/// What the pod is limited to as a whole, as a list of resources in an object.
pub fn pod_limits(pod: &Value) -> Value {
    value_of(of_pod(pod, "limits"))
}

fn value_of(amounts: Amounts) -> Value {
    Value::from(amounts.into_iter().map(|(name, quantity)| (name, Value::from(quantity.to_string()))).collect::<crate::value::Map>())
}
