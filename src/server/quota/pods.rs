//! What a pod takes of a quota (`pkg/quota/v1/evaluator/core/pods.go`, `k8s.io/component-helpers/resource`).

use super::Amounts;
pub use crate::api::kinds::core::pod_resources::{pod_limits, pod_requests};
use crate::api::quantity::Quantity;
use crate::api::time;
use crate::value::{SmolStr, Sort, Value};

/// Resources that every container must name where a quota counts them.
const REQUIRED: [&str; 6] = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];
const COUNTED: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Whether the pod still counts: it hasn't ended, and its end isn't overdue (`QuotaV1Pod`).
fn is_counted(pod: &Value, now_ms: u64) -> bool {
    if matches!(pod.path("status.phase").str(), "Succeeded" | "Failed") {
        return false;
    }
    let end = time::parse_rfc3339(pod.path("metadata.deletionTimestamp").str());
    let grace = pod.path("metadata.deletionGracePeriodSeconds").as_i64();
    !matches!((end, grace), (Some(end_ms), Some(_)) if now_ms > end_ms)
}

pub(super) fn usage(pod: &Value, now_ms: u64) -> Amounts {
    let mut used = Amounts::from([(SmolStr::new_static("count/pods"), super::one())]);
    if is_counted(pod, now_ms) {
        used.insert("pods".into(), super::one());
        used.extend(compute(&pod_requests(pod), &pod_limits(pod)));
    }
    used
}

/// `podComputeUsageHelper`.
fn compute(requests: &Value, limits: &Value) -> Amounts {
    let mut used = Amounts::new();
    for (name, amount) in requests.fields().iter() {
        let amount = Quantity::of(amount);
        if COUNTED.contains(&name.as_str()) || name.starts_with("hugepages-") {
            used.insert(name.clone(), amount.clone());
        }
        if COUNTED.contains(&name.as_str()) || name.starts_with("hugepages-") || name.contains('/') {
            used.insert(SmolStr::from(format!("requests.{name}")), amount);
        }
    }
    for (name, amount) in limits.fields().iter().filter(|(name, _)| COUNTED.contains(&name.as_str())) {
        used.insert(SmolStr::from(format!("limits.{name}")), Quantity::of(amount));
    }
    used
}

/// What containers must say because the quota counts it: `must specify limits.memory for: web`.
pub(in crate::server) fn constraints(pod: &Value, counted: &[SmolStr]) -> Result<(), String> {
    if !pod.path("spec.resources").is_empty() {
        return Ok(());
    }
    let required: Vec<&SmolStr> = counted.iter().filter(|name| REQUIRED.contains(&name.as_str())).collect();
    let mut missing: Vec<(&SmolStr, Vec<&str>)> = Vec::new();
    for list in ["containers", "initContainers"] {
        for container in pod.get("spec").get(list).items() {
            let resources = container.get("resources");
            let said = compute(resources.get("requests"), resources.get("limits"));
            for name in required.iter().filter(|name| !said.contains_key(**name)) {
                let container = container.get("name").str();
                match missing.iter_mut().find(|(there, _)| there == name) {
                    Some((_, containers)) => containers.push(container),
                    None => missing.push((name, vec![container])),
                }
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    missing.order();
    let parts: Vec<String> = missing
        .into_iter()
        .map(|(name, mut containers)| {
            containers.order();
            containers.dedup();
            format!("{name} for: {}", containers.join(","))
        })
        .collect();
    Err(format!("must specify {}", parts.join("; ")))
}

/// Whether the pod is in a scope of a quota (`podMatchesScopeFunc`).
pub(super) fn matches_scope(pod: &Value, scope: &str, operator: &str, values: &[Value]) -> bool {
    let terminating = pod.path("spec.activeDeadlineSeconds").as_i64().is_some_and(|seconds| seconds >= 0);
    match scope {
        "Terminating" => terminating,
        "NotTerminating" => !terminating,
        "BestEffort" => is_best_effort(pod),
        "NotBestEffort" => !is_best_effort(pod),
        "PriorityClass" => {
            let class = pod.path("spec.priorityClassName");
            let listed = values.iter().any(|value| value.str() == class.str());
            match operator {
                "In" => !class.is_empty() && listed,
                "NotIn" => class.is_empty() || !listed,
                "DoesNotExist" => class.is_empty(),
                _ => !class.is_empty(),
            }
        }
        "CrossNamespacePodAffinity" => uses_other_namespaces(pod),
        _ => false,
    }
}

fn is_best_effort(pod: &Value) -> bool {
    let is_set = |list: &Value| list.fields().iter().any(|(name, amount)| matches!(name.as_str(), "cpu" | "memory") && !Quantity::of(amount).is_zero());
    let resources = ["containers", "initContainers"].into_iter().flat_map(|list| pod.get("spec").get(list).items()).map(|container| container.get("resources"));
    !resources.chain([pod.path("spec.resources")]).any(|resources| is_set(resources.get("requests")) || is_set(resources.get("limits")))
}

fn uses_other_namespaces(pod: &Value) -> bool {
    let crosses = |term: &Value| !term.get("namespaces").is_empty() || !term.get("namespaceSelector").is_null();
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let affinity = pod.path("spec.affinity").get(kind);
        affinity.get("requiredDuringSchedulingIgnoredDuringExecution").items().iter().any(crosses)
            || affinity.get("preferredDuringSchedulingIgnoredDuringExecution").items().iter().any(|weighted| crosses(weighted.get("podAffinityTerm")))
    })
}
