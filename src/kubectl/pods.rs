//! Finding pods and containers for `logs`, `exec` and others (`k8s.io/kubectl/pkg/polymorphichelpers`, `pkg/util/podutils`).

use super::entry::Invocation;
use super::failure::Failure;
use super::resources::{self, Mapping};
use crate::api::meta;
use crate::server::request::Options;
use crate::value::{SmolStr, Sort, Value};
use std::cmp::Ordering;

/// A label selector as text, from `matchLabels` and `matchExpressions`.
pub fn selector_text(selector: &Value) -> String {
    let mut parts: Vec<(String, String)> =
        selector.get("matchLabels").fields().iter().map(|(key, value)| (key.to_string(), format!("{key}={}", value.str()))).collect();
    for requirement in selector.get("matchExpressions").items() {
        let key = requirement.get("key").str();
        let mut values: Vec<&str> = requirement.get("values").items().iter().map(Value::str).collect();
        values.order();
        let text = match requirement.get("operator").str() {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_string(),
            _ => format!("!{key}"),
        };
        parts.push((key.to_string(), text));
    }
    parts.order();
    parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

/// `a=b,c=d` of a plain map, as Services and ReplicationControllers have it.
pub fn map_selector_text(selector: &Value) -> String {
    selector.fields().iter().map(|(key, value)| format!("{key}={}", value.str())).collect::<Vec<_>>().join(",")
}

/// The selector by which an object finds its pods, as text.
///
/// # Errors
/// For kinds that have none.
pub fn selector_of(mapping: &Mapping, object: &Value) -> Result<String, Failure> {
    match mapping.kind.kind.as_str() {
        "Service" | "ReplicationController" => {
            let selector = object.path("spec.selector");
            if selector.is_empty() {
                return Err(Failure::text(format!(
                    "invalid {} '{}': {} is defined without a selector",
                    mapping.kind.kind.to_lowercase(),
                    meta::name(object),
                    mapping.kind.kind
                )));
            }
            Ok(map_selector_text(selector))
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => Ok(selector_text(object.path("spec.selector"))),
        kind => {
            let go_type = format!("*{}.{kind}", mapping.version);
            Err(Failure::text(format!("cannot get the logs from {go_type}: selector for {go_type} not implemented")))
        }
    }
}

/// The pods of a Deployment, Service, Job …
///
/// # Errors
/// For kinds that have no pods, or the server's refusal.
pub async fn of_object(invocation: &Invocation, mapping: &Mapping, object: &Value) -> Result<Vec<Value>, Failure> {
    let selector = selector_of(mapping, object)?;
    let pods = resources::resolve(&invocation.session.registry(), "pods")?;
    let options = Options { label_selector: SmolStr::from(selector), ..Options::default() };
    invocation.list(&pods, meta::namespace(object), options).await
}

/// Whether all containers are ready.
pub fn is_ready(pod: &Value) -> bool {
    meta::is_condition_true(pod, "Ready")
}

fn restarts(pod: &Value) -> i64 {
    pod.path("status.containerStatuses").items().iter().map(|status| status.get("restartCount").as_i64().unwrap_or(0)).max().unwrap_or(0)
}

fn phase_rank(pod: &Value) -> usize {
    ["Pending", "Unknown", "Running"].iter().position(|phase| *phase == pod.path("status.phase").str()).unwrap_or(3)
}

/// `ByLogging`: the pod whose log says most comes first: assigned, running, ready for longest, with restarts.
pub fn by_logging(a: &Value, b: &Value) -> Ordering {
    let unassigned = |pod: &Value| pod.path("spec.nodeName").is_empty();
    let phase = |pod: &Value| match phase_rank(pod) {
        2 => 0,
        3 => 0,
        1 => 1,
        _ => 2,
    };
    let ready_since = |pod: &Value| meta::condition(pod, "Ready").get("lastTransitionTime").str().to_string();
    let ready = |a: &Value, b: &Value| if is_ready(a) && is_ready(b) { ready_since(b).cmp(&ready_since(a)) } else { Ordering::Equal };
    unassigned(a)
        .cmp(&unassigned(b))
        .then(phase(a).cmp(&phase(b)))
        .then(is_ready(b).cmp(&is_ready(a)))
        .then_with(|| ready(a, b))
        .then(restarts(b).cmp(&restarts(a)))
        .then_with(|| b.path("metadata.creationTimestamp").str().cmp(a.path("metadata.creationTimestamp").str()))
}

const LISTS: [(&str, &str); 3] = [("spec.containers", ""), ("spec.initContainers", " (init)"), ("spec.ephemeralContainers", " (ephem)")];

/// Whether the pod has a container of that name, of any sort.
pub fn has_container(pod: &Value, name: &str) -> bool {
    LISTS.iter().any(|(path, _)| pod.path(path).items().iter().any(|container| container.get("name").str() == name))
}

/// `web, sidecar, setup (init)`.
pub fn container_names(pod: &Value) -> String {
    let names = LISTS.iter().flat_map(|(path, mark)| pod.path(path).items().iter().map(move |container| format!("{}{mark}", container.get("name").str())));
    names.collect::<Vec<_>>().join(", ")
}

/// The container that is meant where none is named; says so where there are several.
///
/// # Errors
/// Where the pod has no containers.
pub fn default_container(invocation: &Invocation, pod: &Value) -> Result<String, Failure> {
    let annotated = meta::annotation(pod, "kubectl.kubernetes.io/default-container");
    if !annotated.is_empty() && has_container(pod, annotated) {
        return Ok(annotated.to_string());
    }
    let containers = pod.path("spec.containers").items();
    let Some(first) = containers.first() else {
        return Err(Failure::text(format!("pod {} has no containers", meta::name(pod))));
    };
    let name = first.get("name").str().to_string();
    let total: usize = LISTS.iter().map(|(path, _)| pod.path(path).items().len()).sum();
    if total > 1 {
        invocation.session.err_line(format!("Defaulted container \"{name}\" out of: {}", container_names(pod)));
    }
    Ok(name)
}

/// Whether a container of that name runs, or has not begun yet.
pub fn is_container_running(pod: &Value, name: &str) -> bool {
    let lists = ["status.containerStatuses", "status.initContainerStatuses", "status.ephemeralContainerStatuses"];
    let status = lists.iter().flat_map(|path| pod.path(path).items()).find(|status| status.get("name").str() == name);
    status.is_some_and(|status| status.path("state.terminated").is_null())
}

/// The pod that `exec` and others mean: a pod by its name, or the best one of `TYPE/NAME` (`AttachablePodForObjectFn`).
///
/// # Errors
/// Where there is none.
pub async fn running_pod(invocation: &Invocation, target: &str) -> Result<Value, Failure> {
    let registry = invocation.session.registry();
    let (type_, name) = target.split_once('/').unwrap_or(("pods", target));
    let mapping = resources::resolve(&registry, type_)?;
    let object = invocation.get(&mapping, &invocation.namespace, name).await?;
    if mapping.kind.kind == "Pod" {
        return Ok(object);
    }
    let mut pods = of_object(invocation, &mapping, &object).await?;
    pods.order_by(by_logging);
    pods.into_iter().next().ok_or_else(|| Failure::text("timed out waiting for the condition"))
}
