//! A pod's phase, from its containers' statuses: upstream's `getPhase`.

use super::pod_spec::{self, ContainerKind};
use crate::value::{NULL, Value};

/// How many containers are in which state.
#[derive(Default)]
struct Counts {
    pending_init: usize,
    pending_sidecars: usize,
    failed_for_good: usize,
    unknown: usize,
    running: usize,
    waiting: usize,
    stopped: usize,
    stopped_for_good: usize,
    succeeded: usize,
}

/// The phase. `is_over` says that none of the containers runs or will run again, `initialized` that a regular container
/// was started in the present sandbox.
pub fn phase(pod: &Value, status: &Value, is_over: bool, initialized: bool) -> &'static str {
    let mut counts = Counts::default();
    for container in pod_spec::containers(pod, ContainerKind::Init) {
        let found = find(status, ContainerKind::Init, container);
        if pod_spec::is_sidecar(container) {
            count_sidecar(found, &mut counts);
        } else {
            count_init(pod, container, found, &mut counts);
        }
    }
    for container in pod_spec::containers(pod, ContainerKind::Regular) {
        count_regular(pod, container, find(status, ContainerKind::Regular, container), &mut counts);
    }
    decide(pod, &counts, is_over, initialized)
}

fn find<'a>(status: &'a Value, kind: ContainerKind, container: &Value) -> &'a Value {
    let name = container.get("name").str();
    status.get(kind.status_field()).items().iter().find(|status| status.get("name").str() == name).unwrap_or(&NULL)
}

/// The exit code of the container's last end, if it has ended and isn't running again.
fn last_exit(found: &Value) -> Option<i32> {
    let terminated = if found.get("state").get("terminated").is_null() { found.path("lastState.terminated") } else { found.path("state.terminated") };
    terminated.get("exitCode").as_i64().map(|code| code as i32)
}

fn count_init(pod: &Value, container: &Value, found: &Value, counts: &mut Counts) {
    match last_exit(found) {
        Some(code) if found.path("state.running").is_null() => {
            if code != 0 && !pod_spec::should_restart(container, pod, code) {
                counts.failed_for_good += 1;
            }
        }
        _ => counts.pending_init += 1,
    }
}

fn count_sidecar(found: &Value, counts: &mut Counts) {
    let state = found.get("state");
    if !state.get("running").is_null() {
        counts.running += 1;
        if found.get("started").as_bool() != Some(true) {
            counts.pending_sidecars += 1;
        }
    } else if !state.get("waiting").is_null() {
        if found.path("lastState.terminated").is_null() {
            counts.pending_sidecars += 1;
            counts.waiting += 1;
        }
    } else if state.get("terminated").is_null() {
        counts.pending_sidecars += 1;
        counts.unknown += 1;
    }
}

fn count_regular(pod: &Value, container: &Value, found: &Value, counts: &mut Counts) {
    let state = found.get("state");
    if !state.get("running").is_null() {
        counts.running += 1;
    } else if let Some(code) = last_exit(found) {
        counts.stopped += 1;
        if !pod_spec::should_restart(container, pod, code) {
            counts.stopped_for_good += 1;
        }
        if code == 0 && !state.get("terminated").is_null() {
            counts.succeeded += 1;
        }
    } else if !state.get("waiting").is_null() {
        counts.waiting += 1;
    } else {
        counts.unknown += 1;
    }
}

fn decide(pod: &Value, counts: &Counts, is_over: bool, initialized: bool) -> &'static str {
    if counts.failed_for_good > 0 {
        return "Failed";
    }
    if counts.pending_init > 0 || (counts.pending_sidecars > 0 && !initialized) || counts.waiting > 0 {
        return "Pending";
    }
    if counts.running > 0 && counts.unknown == 0 {
        return "Running";
    }
    if counts.running == 0 && counts.stopped > 0 && counts.unknown == 0 {
        let all_succeeded = counts.stopped == counts.succeeded;
        let ended = (is_over && !pod_spec::is_static(pod)) || counts.stopped == counts.stopped_for_good;
        return match (ended, all_succeeded) {
            (false, _) => "Running",
            (true, true) => "Succeeded",
            (true, false) => "Failed",
        };
    }
    "Pending"
}
