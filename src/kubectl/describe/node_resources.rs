//! What the Pods of a node request, against what it can give.

use super::text::Text;
use crate::api::quantity::{Format, Quantity};
use crate::api::{meta, time};
use crate::value::Value;

/// Writes the node's Pods with their requests and limits, then the sums.
pub fn write(text: &mut Text, node: &Value, pods: &[Value], now_ms: u64) {
    let allocatable = |resource: &str| {
        let status = node.get("status");
        let amount = status.get("allocatable").get(resource);
        Quantity::from_value(if amount.is_null() { status.get("capacity").get(resource) } else { amount }).unwrap_or_else(|_| zero())
    };
    text.line(0, format!("Non-terminated Pods:\t({} in total)", pods.len()));
    text.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    text.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    for pod in pods {
        let cell = |list: &str, resource: &str| share(&of_pod(pod, list, resource), &allocatable(resource));
        text.line(
            1,
            format!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
                meta::namespace(pod),
                meta::name(pod),
                cell("requests", "cpu"),
                cell("limits", "cpu"),
                cell("requests", "memory"),
                cell("limits", "memory"),
                time::age(pod.path("metadata.creationTimestamp").str(), now_ms)
            ),
        );
    }
    text.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n  Resource\tRequests\tLimits");
    text.line(1, "--------\t--------\t------");
    let total = |list: &str, resource: &str| pods.iter().fold(zero(), |sum, pod| sum.add(&of_pod(pod, list, resource)));
    for resource in ["cpu", "memory", "ephemeral-storage"] {
        let limit = allocatable(resource);
        text.line(1, format!("{resource}\t{}\t{}", share(&total("requests", resource), &limit), share(&total("limits", resource), &limit)));
    }
    let extended = node.path("status.allocatable").fields().keys().filter(|name| !["cpu", "memory", "ephemeral-storage", "pods"].contains(&name.as_str()));
    for resource in extended {
        text.line(1, format!("{resource}\t{}\t{}", total("requests", resource), total("limits", resource)));
    }
}

fn zero() -> Quantity {
    Quantity::new(0, Format::DecimalSI)
}

/// What a Pod asks for: its containers and sidecars together, or its largest init container where that is more.
fn of_pod(pod: &Value, list: &str, resource: &str) -> Quantity {
    let amount = |container: &Value| Quantity::from_value(container.path("resources").get(list).get(resource)).unwrap_or_else(|_| zero());
    let is_sidecar = |container: &&Value| container.get("restartPolicy").str() == "Always";
    let (containers, inits) = (pod.path("spec.containers").items(), pod.path("spec.initContainers").items());
    let running = containers.iter().chain(inits.iter().filter(is_sidecar)).fold(zero(), |sum, container| sum.add(&amount(container)));
    inits.iter().filter(|container| !is_sidecar(container)).map(amount).fold(running, |most, init| if init > most { init } else { most })
}

/// `500m (12%)`.
fn share(amount: &Quantity, of: &Quantity) -> String {
    let percent = if of.milli_value() == 0 { 0 } else { i128::from(amount.milli_value()) * 100 / i128::from(of.milli_value()) };
    format!("{amount} ({percent}%)")
}
