//! What a pod asks for: the helpers of `k8s.io/component-helpers/resource`, and its quality of service.

pub use crate::api::kinds::core::pod_resources::{pod_limits, pod_requests};
use crate::api::quantity::Quantity;
use crate::value::Value;

/// The quantity of a field; `None` where there is none.
pub fn quantity(value: &Value) -> Option<Quantity> {
    if value.is_null() { None } else { Quantity::from_value(value).ok() }
}

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
