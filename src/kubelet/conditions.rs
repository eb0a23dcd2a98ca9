//! The conditions that the kubelet gives a pod: `pkg/kubelet/status/generate.go`.

use super::pod_spec::{self, ContainerKind};
use crate::value::{NULL, Value, json};

/// The types of conditions that only the kubelet writes.
pub const OWN_TYPES: [&str; 8] = [
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
    "PodResizePending",
    "PodResizeInProgress",
    "AllContainersRestarting",
];

/// The condition of pods that may restart all their containers at once.
pub fn all_containers_restarting(restarting: bool, phase: &str) -> Value {
    let verdict = match (phase, restarting) {
        ("Succeeded", _) => Verdict::no("PodCompleted", String::new()),
        ("Failed", _) => Verdict::no("PodFailed", String::new()),
        (_, true) => Verdict { status: "True", reason: "RestartAllContainersStarted", message: "container exited with restart policy rule".into() },
        (_, false) => Verdict::no("", String::new()),
    };
    verdict.condition("AllContainersRestarting", &Value::Null)
}

/// A condition that is true.
pub fn plain(type_: &str, reason: &'static str, message: &str, generation: i64) -> Value {
    Verdict { status: "True", reason, message: message.to_string() }.condition(type_, &Value::Int(generation))
}

/// The outcome that a condition tells of.
struct Verdict {
    status: &'static str,
    reason: &'static str,
    message: String,
}

impl Verdict {
    fn yes() -> Verdict {
        Verdict { status: "True", reason: "", message: String::new() }
    }

    fn no(reason: &'static str, message: String) -> Verdict {
        Verdict { status: "False", reason, message }
    }

    fn condition(&self, type_: &str, generation: &Value) -> Value {
        let mut condition = json!({"type": type_, "status": self.status, "lastProbeTime": null});
        if generation.as_i64().is_some_and(|generation| generation > 0) {
            condition.set("observedGeneration", generation);
        }
        if !self.reason.is_empty() {
            condition.set("reason", self.reason);
        }
        if !self.message.is_empty() {
            condition.set("message", self.message.as_str());
        }
        condition
    }
}

/// The kubelet's own conditions in upstream's order, without their transition times. `status` has the container statuses and the phase,
/// `others` the conditions of others (for readiness gates).
pub fn generate(pod: &Value, status: &Value, others: &[Value], sandbox_ready: bool) -> Vec<Value> {
    let generation = pod.get("metadata").get("generation");
    let phase = status.get("phase").str();
    let containers_ready = containers_ready(pod, status, phase);
    let ready = ready(pod, &containers_ready, others);
    let ready_to_start = if sandbox_ready { Verdict::yes() } else { Verdict::no("", String::new()) };
    vec![
        ready_to_start.condition("PodReadyToStartContainers", generation),
        initialized(pod, status, phase).condition("Initialized", generation),
        ready.condition("Ready", generation),
        containers_ready.condition("ContainersReady", generation),
        Verdict::yes().condition("PodScheduled", generation),
    ]
}

/// The two conditions that follow readiness, as [`generate`] makes them.
pub fn generate_ready(pod: &Value, status: &Value) -> [Value; 2] {
    let generation = pod.get("metadata").get("generation");
    let containers_ready = containers_ready(pod, status, status.get("phase").str());
    [ready(pod, &containers_ready, status.get("conditions").items()).condition("Ready", generation), containers_ready.condition("ContainersReady", generation)]
}

/// The status of that name among the statuses of init and regular containers.
fn status_of<'a>(status: &'a Value, name: &str) -> &'a Value {
    let init = status.get("initContainerStatuses").items();
    let regular = status.get("containerStatuses").items();
    init.iter().chain(regular).find(|status| status.get("name").str() == name).unwrap_or(&NULL)
}

fn containers_ready(pod: &Value, status: &Value, phase: &str) -> Verdict {
    let (mut unknown, mut unready) = (Vec::new(), Vec::new());
    let sidecars = pod_spec::containers(pod, ContainerKind::Init).iter().filter(|container| pod_spec::is_sidecar(container));
    for container in sidecars.chain(pod_spec::containers(pod, ContainerKind::Regular)) {
        let name = container.get("name").str();
        let found = status_of(status, name);
        if found.is_null() {
            unknown.push(name);
        } else if found.get("ready").as_bool() != Some(true) {
            unready.push(name);
        }
    }
    match phase {
        "Succeeded" if unknown.is_empty() => return Verdict::no("PodCompleted", String::new()),
        "Failed" => return Verdict::no("PodFailed", String::new()),
        _ => {}
    }
    let message = listed(&[("containers with unknown status", &unknown), ("containers with unready status", &unready)]);
    if message.is_empty() { Verdict::yes() } else { Verdict::no("ContainersNotReady", message) }
}

/// `containers with unready status: [a b], …`, as Go prints lists.
fn listed(lists: &[(&str, &Vec<&str>)]) -> String {
    let parts: Vec<String> = lists.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{what}: [{}]", names.join(" "))).collect();
    parts.join(", ")
}

fn ready(pod: &Value, containers_ready: &Verdict, conditions: &[Value]) -> Verdict {
    if containers_ready.status != "True" {
        return Verdict { status: containers_ready.status, reason: containers_ready.reason, message: containers_ready.message.clone() };
    }
    let mut messages = Vec::new();
    for gate in pod.get("spec").get("readinessGates").items() {
        let type_ = gate.get("conditionType").str();
        match conditions.iter().find(|condition| condition.get("type").str() == type_).map(|condition| condition.get("status").str()) {
            None => messages.push(format!("corresponding condition of pod readiness gate \"{type_}\" does not exist.")),
            Some("True") => {}
            Some(other) => messages.push(format!("the status of pod readiness gate \"{type_}\" is not \"True\", but {other}")),
        }
    }
    if messages.is_empty() { Verdict::yes() } else { Verdict::no("ReadinessGatesNotReady", messages.join(", ")) }
}

fn initialized(pod: &Value, status: &Value, phase: &str) -> Verdict {
    let (mut unknown, mut incomplete) = (Vec::new(), Vec::new());
    for container in pod_spec::containers(pod, ContainerKind::Init) {
        let name = container.get("name").str();
        let found = status_of(status, name);
        let done = if pod_spec::is_sidecar(container) { found.get("started") } else { found.get("ready") };
        if found.is_null() {
            unknown.push(name);
        } else if done.as_bool() != Some(true) {
            incomplete.push(name);
        }
    }
    if phase == "Succeeded" && unknown.is_empty() {
        return Verdict { status: "True", reason: "PodCompleted", message: String::new() };
    }
    let regular_started = pod_spec::containers(pod, ContainerKind::Regular).iter().any(|container| {
        let state = status_of(status, container.get("name").str()).get("state");
        !state.get("running").is_null() || !state.get("terminated").is_null()
    });
    let message = listed(&[("containers with unknown status", &unknown), ("containers with incomplete status", &incomplete)]);
    if regular_started || message.is_empty() { Verdict::yes() } else { Verdict::no("ContainersNotInitialized", message) }
}
