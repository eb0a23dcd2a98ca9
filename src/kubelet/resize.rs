//! Changing what a running pod may use: `pkg/kubelet/allocation`.
//!
//! A worker's pod has the resources that it was given; what its object asks for beyond that waits in `wanted` until the node has room.

use super::conditions::plain;
use super::pod_spec::{self, ContainerKind};
use super::pod_sync::PodSync;
use super::pod_worker::{PodWorker, Stage};
use crate::value::Value;

/// A change of resources that is wanted or being made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Resize {
    /// The pod as its object has it, where the node can't give it what it asks for now.
    pub wanted: Option<Value>,
    /// Why not: `Deferred` or `Infeasible`, and the message.
    pub pending: Option<(&'static str, String)>,
    /// The generation of the object whose resources are being given to the containers.
    pub in_progress: Option<i64>,
}

impl Resize {
    /// The conditions that tell of it.
    pub fn conditions(&self, generation: i64) -> Vec<Value> {
        let mut conditions = Vec::new();
        if let Some((reason, message)) = &self.pending {
            conditions.push(plain("PodResizePending", reason, message, generation));
        }
        if let Some(generation) = self.in_progress {
            conditions.push(plain("PodResizeInProgress", "", "", generation));
        }
        conditions
    }
}

/// The kinds of containers that can be resized.
const RESIZABLE: [ContainerKind; 2] = [ContainerKind::Init, ContainerKind::Regular];

/// Whether the two ask for other resources.
fn differ(a: &Value, b: &Value) -> bool {
    let of = |pod: &Value, kind| pod_spec::containers(pod, kind).iter().map(|container| container.get("resources").clone()).collect::<Vec<_>>();
    RESIZABLE.iter().any(|kind| of(a, *kind) != of(b, *kind)) || a.path("spec.resources") != b.path("spec.resources")
}

/// `pod` with the resources that `given` has.
fn with_resources_of(pod: &Value, given: &Value) -> Value {
    let mut pod = pod.clone();
    for kind in RESIZABLE {
        let own = pod_spec::containers(given, kind);
        if own.is_empty() {
            continue;
        }
        for (container, own) in pod.path_mut("spec").get_mut(kind.field()).items_mut().iter_mut().zip(own) {
            container.set("resources", own.get("resources"));
        }
    }
    if !given.path("spec.resources").is_null() {
        pod.set("spec.resources", given.path("spec.resources"));
    }
    pod
}

impl PodSync<'_, '_> {
    /// Takes a new version of the pod. Other resources than it has are given to it where the node has room.
    pub(super) fn take_pod(&mut self, pod: Value) {
        if self.worker.stage != Stage::Running || !differ(&self.worker.pod, &pod) {
            self.worker.resize.wanted = None;
            self.worker.resize.pending = None;
            self.worker.pod = pod;
            return;
        }
        let generation = pod.path("metadata.generation").as_i64().unwrap_or(0);
        let before = std::mem::replace(&mut self.worker.pod, pod.clone());
        match self.check_resources() {
            Ok(()) => {
                self.worker.resize = Resize { in_progress: Some(generation), ..Resize::default() };
                let message = format!("Pod resize started: {}", summary(&self.worker.pod, generation, ""));
                self.event("Normal", "ResizeStarted", &message);
            }
            Err(refusal) => {
                let (reason, message) = refusal.for_resize();
                self.worker.pod = with_resources_of(&pod, &before);
                let is_news = self.worker.resize.pending.as_ref() != Some(&(reason, message.clone()));
                if is_news {
                    let text = format!("Pod resize {reason}: {}", summary(&pod, generation, &message));
                    self.event("Warning", if reason == "Infeasible" { "ResizeInfeasible" } else { "ResizeDeferred" }, &text);
                }
                self.worker.resize = Resize { wanted: Some(pod), pending: Some((reason, message)), in_progress: None };
            }
        }
    }

    /// Tries once more what the node had no room for.
    pub(super) fn retry_resize(&mut self) {
        if let Some(wanted) = self.worker.resize.wanted.take() {
            self.take_pod(wanted);
        }
    }

    /// The containers have what they were given: the resize is over.
    pub(super) fn complete_resize(&mut self) {
        if let Some(generation) = self.worker.resize.in_progress.take() {
            let message = format!("Pod resize completed: {}", summary(&self.worker.pod, generation, ""));
            self.event("Normal", "ResizeCompleted", &message);
            self.worker.relist_pending = true;
        }
    }
}

/// Whether the change of a container's resources makes it restart, by its `resizePolicy`.
pub fn needs_restart(container: &Value, started_with: &Value) -> bool {
    let changed = |resource: &str| {
        ["requests", "limits"].iter().any(|list| container.path("resources").get(list).get(resource) != started_with.path("resources").get(list).get(resource))
    };
    let policy = |resource: &str| {
        let policies = container.get("resizePolicy").items();
        policies.iter().any(|policy| policy.get("resourceName").str() == resource && policy.get("restartPolicy").str() == "RestartContainer")
    };
    ["cpu", "memory"].iter().any(|resource| changed(resource) && policy(resource))
}

/// What Events about a resize say: the containers' resources as JSON.
fn summary(pod: &Value, generation: i64, error: &str) -> String {
    let json = |value: &Value| serde_json::to_string(value).unwrap_or_default();
    let list = |kind| {
        let containers = pod_spec::containers(pod, kind).iter().map(|container| {
            let resources = if container.get("resources").is_null() { Value::object() } else { container.get("resources").clone() };
            format!("{{\"name\":{},\"resources\":{}}}", json(container.get("name")), json(&resources))
        });
        containers.collect::<Vec<_>>().join(",")
    };
    let (init, regular) = (list(ContainerKind::Init), list(ContainerKind::Regular));
    let mut parts = Vec::new();
    if !init.is_empty() {
        parts.push(format!("\"initContainers\":[{init}]"));
    }
    parts.push(format!("\"containers\":[{regular}]"));
    parts.push(format!("\"generation\":{generation}"));
    if !error.is_empty() {
        parts.push(format!("\"error\":{}", json(&Value::from(error))));
    }
    format!("{{{}}}", parts.join(","))
}

/// Whether the pod waits for room.
pub fn waits_for_room(worker: &PodWorker) -> bool {
    worker.resize.pending.as_ref().is_some_and(|(reason, _)| *reason == "Deferred")
}
