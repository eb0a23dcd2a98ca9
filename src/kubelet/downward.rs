//! The downward API: what a pod is told of itself (`pkg/fieldpath`, `component-helpers/resource`).

use super::config::NodeConfig;
use super::pod_spec;
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::value::{SmolStr, Value};

/// The text of a field that `fieldRef` names. `ip` is the pod's address, `status` its status as the kubelet has it.
pub fn field(pod: &Value, path: &str, ip: &str, status: &Value, config: &NodeConfig) -> Result<SmolStr, String> {
    if let Some((stem, key)) = subscript(path) {
        let map = match stem {
            "metadata.annotations" => pod.path("metadata.annotations"),
            "metadata.labels" => pod.path("metadata.labels"),
            _ => return Err(format!("invalid fieldPath with subscript {path}")),
        };
        return Ok(SmolStr::new(map.get(key).str()));
    }
    let host_network = pod_spec::is_host_network(pod);
    let pod_ip = if host_network { config.internal_ip.as_str() } else { ip };
    Ok(match path {
        "metadata.annotations" => format_map(pod.path("metadata.annotations")),
        "metadata.labels" => format_map(pod.path("metadata.labels")),
        "metadata.name" => meta::name(pod).into(),
        "metadata.namespace" => meta::namespace(pod).into(),
        "metadata.uid" => meta::uid(pod).into(),
        "spec.nodeName" => pod.path("spec.nodeName").str().into(),
        "spec.serviceAccountName" => pod.path("spec.serviceAccountName").str().into(),
        "status.hostIP" | "status.hostIPs" => config.internal_ip.clone(),
        "status.podIP" | "status.podIPs" => if pod_ip.is_empty() { status.get("podIP").str() } else { pod_ip }.into(),
        _ => return Err(format!("unsupported fieldPath: {path}")),
    })
}

/// `metadata.labels['app']` → `metadata.labels`, `app`.
fn subscript(path: &str) -> Option<(&str, &str)> {
    let (stem, rest) = path.split_once("['")?;
    Some((stem, rest.strip_suffix("']")?))
}

/// `key="value"`, a line each, in the order of the keys.
fn format_map(map: &Value) -> SmolStr {
    let lines: Vec<String> = map.fields().iter().map(|(key, value)| format!("{key}={:?}", value.str())).collect();
    SmolStr::from(lines.join("\n"))
}

/// The text of what `resourceFieldRef` names: a request or a limit divided by the divisor, rounded up. Where a container has no
/// limit, the node's is given.
pub fn resource(pod: &Value, reference: &Value, container: &Value, config: &NodeConfig) -> Result<SmolStr, String> {
    let name = reference.get("containerName").str();
    let container = if name.is_empty() { container } else { pod_spec::container(pod, name).1 };
    if container.is_null() {
        return Err(format!("container {name} not found"));
    }
    let field = reference.get("resource").str();
    let (list, resource) = match field.split_once('.') {
        Some((list @ ("limits" | "requests"), resource)) => (list, resource),
        _ => return Err(format!("Unsupported container resource : {field}")),
    };
    let own = container.get("resources").get(list).get(resource);
    let quantity = if !own.is_null() {
        Quantity::from_value(own)
    } else if list == "limits" {
        let node = match resource {
            "cpu" => config.cpu.as_str(),
            "memory" => config.memory.as_str(),
            "ephemeral-storage" => config.ephemeral_storage.as_str(),
            _ => "0",
        };
        Quantity::parse(node)
    } else {
        Quantity::parse("0")
    };
    let quantity = quantity.map_err(|error| error.to_string())?;
    let divisor = Some(reference.get("divisor")).filter(|divisor| !divisor.is_empty()).and_then(|divisor| Quantity::from_value(divisor).ok());
    let divisor = divisor.filter(|divisor| !divisor.is_zero());
    // CPU is counted in thousandths, so that dividing by 1m is exact.
    let (amount, by) = if resource == "cpu" {
        (quantity.milli_value(), divisor.map_or(1000, |divisor| divisor.milli_value()))
    } else {
        (quantity.value(), divisor.map_or(1, |divisor| divisor.value()))
    };
    let by = by.max(1);
    Ok(SmolStr::from((amount / by + i64::from(amount % by > 0)).to_string()))
}
