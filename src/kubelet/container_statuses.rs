//! `status.containerStatuses` and its siblings: upstream's `convertToAPIContainerStatuses`.

use super::pod_spec::{self, ContainerKind};
use super::pod_status::{PodStatus, should_be_started, termination_message};
use super::pod_worker::PodWorker;
use super::probe_results::{ProbeKind, ProbeResult};
use super::runtime::{ContainerState, ContainerStatus, Profile, Runtime};
use crate::api::time;
use crate::value::{Map, NULL, SmolStr, Sort, Value};

/// What the statuses of one pod are made from.
pub struct Sources<'a> {
    /// The pod as the kubelet knows it.
    pub worker: &'a PodWorker,
    /// What runs.
    pub status: &'a PodStatus,
    /// Where it runs.
    pub runtime: &'a Runtime,
    /// What kind of machine this is.
    pub profile: Profile,
}

/// The statuses of the containers of one kind, with `started` and `ready` as the probes have it.
pub fn container_statuses(sources: &Sources, kind: ContainerKind) -> Vec<Value> {
    let pod = &sources.worker.pod;
    let mut statuses: Vec<Value> = pod_spec::containers(pod, kind).iter().map(|container| container_status(sources, kind, container)).collect();
    if kind != ContainerKind::Init {
        statuses.order_by(|a, b| a.get("name").str().cmp(b.get("name").str()));
    }
    statuses
}

fn container_status(sources: &Sources, kind: ContainerKind, container: &Value) -> Value {
    let (worker, pod) = (sources.worker, &sources.worker.pod);
    let name = container.get("name").str();
    let old_list = worker.last_status().get(kind.status_field()).items();
    let old = old_list.iter().find(|status| status.get("name").str() == name).unwrap_or(&NULL);
    let found = sources.status.find(name);
    let mut status = match found {
        Some(found) => from_runtime(sources, container, found, old),
        None => without_container(sources, kind, container, old),
    };
    let ended_well = kind == ContainerKind::Init && matches!(found.map(|found| &found.state), Some(ContainerState::Exited(exit)) if exit.exit_code == 0);
    if !ended_well
        && should_be_started(container, pod, sources.status)
        && let Some(failure) = worker.reasons.get(name)
    {
        let terminated = status.path("state.terminated").clone();
        if !terminated.is_null() {
            status.set("lastState", object([("terminated", terminated)]));
        }
        let mut waiting = object([("reason", Value::from(&failure.reason))]);
        if !failure.message.is_empty() {
            waiting.set("message", failure.message.as_str());
        }
        status.set("state", object([("waiting", waiting)]));
    }
    set_started_and_ready(sources, kind, container, found, &mut status);
    status
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(key, value)| (SmolStr::new_static(key), value)).collect::<Map>())
}

/// A container of which there is nothing in the runtime.
fn without_container(sources: &Sources, kind: ContainerKind, container: &Value, old: &Value) -> Value {
    let pod = &sources.worker.pod;
    if !old.path("state.terminated").is_null() {
        return old.clone();
    }
    let has_init = !pod_spec::containers(pod, ContainerKind::Init).is_empty();
    let reason = if has_init { "PodInitializing" } else { "ContainerCreating" };
    let mut last_state = if old.is_null() { Value::object() } else { old.get("lastState").clone() };
    let mut restarts = old.get("restartCount").as_i64().unwrap_or(0);
    let mut state = object([("waiting", object([("reason", reason.into())]))]);
    if !old.path("state.running").is_null() && last_state.get("terminated").is_null() {
        last_state = object([(
            "terminated",
            object([
                ("exitCode", Value::Int(137)),
                ("finishedAt", Value::Null),
                ("message", "The container could not be located when the pod was deleted.  The container used to be Running".into()),
                ("reason", "ContainerStatusUnknown".into()),
                ("startedAt", Value::Null),
            ]),
        )]);
        if !crate::api::meta::is_being_deleted(pod) {
            restarts += 1;
        }
    }
    if kind == ContainerKind::Init && !pod_spec::is_sidecar(container) && sources.status.has_regular_container(pod) {
        state = object([(
            "terminated",
            object([
                ("exitCode", Value::Int(0)),
                ("finishedAt", Value::Null),
                ("message", "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally".into()),
                ("reason", "Completed".into()),
                ("startedAt", Value::Null),
            ]),
        )]);
    }
    let status = object([
        ("image", container.get("image").clone()),
        ("imageID", "".into()),
        ("lastState", last_state),
        ("name", container.get("name").clone()),
        ("restartCount", Value::Int(restarts)),
        ("state", state),
    ]);
    with_volume_mounts(status, container, old)
}

/// A container that is in the runtime.
fn from_runtime(sources: &Sources, container: &Value, found: &ContainerStatus, old: &Value) -> Value {
    let id = found.id.to_string();
    let mut last_state = Value::object();
    let old_terminated = old.path("state.terminated");
    if !old_terminated.is_null() && old.get("containerID").str() != id {
        last_state = object([("terminated", old_terminated.clone())]);
    } else if !old.path("lastState.terminated").is_null() {
        last_state = object([("terminated", old.path("lastState.terminated").clone())]);
    }
    if let Some(before) = sources.status.containers.iter().filter(|other| other.name == found.name).nth(1) {
        last_state = state_of(sources, container, before);
    }
    let known = old.get("restartCount").as_i64().unwrap_or(0);
    let mut restarts = known.max(i64::from(found.attempt));
    if super::pod_status::is_running(found) && !old_terminated.is_null() && known >= i64::from(found.attempt) {
        // The containers before it were removed with all others of the pod, and the runtime counts from 0 again.
        restarts = known + 1;
    }
    let mut status = object([
        ("containerID", id.into()),
        ("image", Value::from(&found.image)),
        ("imageID", Value::from(&found.image_id)),
        ("lastState", last_state),
        ("name", container.get("name").clone()),
        ("resources", resources_of(container, super::pod_status::is_running(found))),
        ("restartCount", Value::Int(restarts)),
        ("state", state_of(sources, container, found)),
    ]);
    let requests = container.get("resources").get("requests");
    if !requests.is_empty() {
        status.set("allocatedResources", requests);
    }
    if sources.profile == Profile::Playground {
        set_user(&sources.worker.pod, container, &mut status);
    }
    with_volume_mounts(status, container, old)
}

/// The resources the container has got: those it was given when it was started or last resized. Of a running one, memory is always
/// told where anything is: upstream reads it from what it actuated, where none is 0.
fn resources_of(container: &Value, running: bool) -> Value {
    let mut resources = Value::object();
    for field in ["limits", "requests"] {
        let list = container.get("resources").get(field);
        if !list.is_empty() {
            resources.set(field, list);
            if running {
                resources.path_mut(field).set_default("memory", "0");
            }
        }
    }
    resources
}

/// `user.linux`: whom the first process runs as, which containerd reports.
fn set_user(pod: &Value, container: &Value, status: &mut Value) {
    let of = |field: &str| {
        let own = container.get("securityContext").get(field);
        if own.is_null() { pod.path("spec.securityContext").get(field).clone() } else { own.clone() }
    };
    let uid = of("runAsUser").as_i64().unwrap_or(0);
    let gid = of("runAsGroup").as_i64().unwrap_or(0);
    let mut groups = vec![gid];
    let context = pod.path("spec.securityContext");
    let more = context.get("supplementalGroups").items().iter().chain(Some(context.get("fsGroup")));
    for group in more.filter_map(Value::as_i64) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let linux = object([("gid", Value::Int(gid)), ("supplementalGroups", groups.into_iter().collect()), ("uid", Value::Int(uid))]);
    status.set("user", object([("linux", linux)]));
}

fn state_of(sources: &Sources, container: &Value, found: &ContainerStatus) -> Value {
    match &found.state {
        ContainerState::Created => object([("waiting", Value::object())]),
        ContainerState::Running { started_at_ms } => object([("running", object([("startedAt", time::rfc3339(*started_at_ms).into())]))]),
        ContainerState::Exited(exit) => {
            let mut terminated = object([
                ("containerID", found.id.to_string().into()),
                ("exitCode", Value::Int(i64::from(exit.exit_code))),
                ("finishedAt", time::rfc3339(exit.finished_at_ms).into()),
                ("reason", Value::from(&exit.reason)),
                ("startedAt", time::rfc3339(exit.started_at_ms).into()),
            ]);
            let message = termination_message(sources.runtime, &found.id, exit, container);
            if !message.is_empty() {
                terminated.set("message", message);
            }
            object([("terminated", terminated)])
        }
    }
}

fn with_volume_mounts(mut status: Value, container: &Value, old: &Value) -> Value {
    let old_mounts = old.get("volumeMounts");
    if !old_mounts.is_null() {
        status.set("volumeMounts", old_mounts);
        return status;
    }
    let mounts = container.get("volumeMounts").items();
    if !mounts.is_empty() {
        status.set("volumeMounts", mounts.iter().map(mount_status).collect::<Value>());
    }
    status
}

/// No runtime here offers recursive read-only mounts, so they are `Disabled` where a mount is read-only.
fn mount_status(mount: &Value) -> Value {
    let mut status = object([("mountPath", mount.get("mountPath").clone()), ("name", mount.get("name").clone())]);
    if mount.get("readOnly").as_bool() == Some(true) {
        status.set("readOnly", true);
        status.set("recursiveReadOnly", "Disabled");
    }
    status
}

/// `started` and `ready`: upstream's `prober.UpdatePodStatus`.
fn set_started_and_ready(sources: &Sources, kind: ContainerKind, container: &Value, found: Option<&ContainerStatus>, status: &mut Value) {
    let running = found.filter(|found| super::pod_status::is_running(found) && !status.path("state.running").is_null());
    let results = &sources.worker.results;
    let has_probe = |kind: ProbeKind| !container.get(kind.field()).is_null();
    let started = running.is_some_and(|running| match results.startup(&running.id) {
        Some(result) => result == ProbeResult::Success,
        None => !has_probe(ProbeKind::Startup),
    });
    let ready = match kind {
        ContainerKind::Init if !pod_spec::is_sidecar(container) => status.path("state.terminated.exitCode").as_i64() == Some(0),
        ContainerKind::Ephemeral => false,
        _ => {
            started
                && running.is_some_and(|running| match results.readiness(&running.id) {
                    Some(result) => result == ProbeResult::Success,
                    None => !has_probe(ProbeKind::Readiness),
                })
        }
    };
    if kind != ContainerKind::Ephemeral {
        status.set("started", started);
    }
    status.set("ready", ready);
}
