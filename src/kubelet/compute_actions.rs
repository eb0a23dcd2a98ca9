//! What has to be done so that what runs becomes what the pod asks for: upstream's `computePodActions`.

use super::pod_spec::{self, ContainerKind};
use super::pod_status::{PodStatus, should_be_started};
use super::probe_results::{ProbeResult, ProbeResults};
use super::runtime::{ContainerId, ContainerState, ContainerStatus};
use crate::value::{SmolStr, SortedSet, Value};

/// What is said of a container that has to restart to get other resources.
pub const RESIZE_REQUIRES_RESTART: &str = "resize requires restart";

/// Why a container is killed; decides its grace period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KillReason {
    /// The pod ends, or the container's definition has changed.
    Other,
    /// Its liveness probe failed.
    Liveness,
    /// Its startup probe failed.
    Startup,
    /// Its postStart hook failed.
    PostStart,
}

/// A container to be killed.
#[derive(Clone, PartialEq, Debug)]
pub struct ContainerToKill {
    /// Which one.
    pub id: ContainerId,
    /// Its name in the pod.
    pub name: SmolStr,
    /// The Event's message; `""` for the usual one.
    pub message: String,
    /// Why.
    pub reason: KillReason,
}

/// What a sync does with the pod's containers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PodActions {
    /// Everything ends, with the sandbox.
    pub kill_pod: bool,
    /// A sandbox has to be made.
    pub create_sandbox: bool,
    /// These end.
    pub kill: Vec<ContainerToKill>,
    /// Ephemeral containers to start, by their place in the spec.
    pub start_ephemeral: Vec<usize>,
    /// Init containers to start, by their place in the spec.
    pub start_init: Vec<usize>,
    /// Regular containers to start, by their place in the spec.
    pub start: Vec<usize>,
}

/// Decides what to do. `attempt` counts the sandboxes that there were, `changed` says why a container's definition
/// wants it restarted, if it does.
pub fn compute_pod_actions(
    pod: &Value,
    status: &PodStatus,
    attempt: u32,
    results: &ProbeResults,
    changed: &dyn Fn(&Value, &ContainerStatus) -> Option<String>,
) -> PodActions {
    if !status.sandbox_ready {
        return with_new_sandbox(pod, status, attempt);
    }
    let mut actions = PodActions::default();
    for (index, container) in pod_spec::containers(pod, ContainerKind::Ephemeral).iter().enumerate() {
        if status.find(container.get("name").str()).is_none() {
            actions.start_ephemeral.push(index);
        }
    }
    let initialized = init_container_actions(pod, status, results, changed, &mut actions);
    if actions.kill_pod || !initialized {
        return actions;
    }
    let mut kept = 0;
    for (index, container) in pod_spec::containers(pod, ContainerKind::Regular).iter().enumerate() {
        let name = container.get("name").str();
        let Some(running) = status.find(name).filter(|found| super::pod_status::is_running(found)) else {
            if should_be_started(container, pod, status) {
                actions.start.push(index);
            }
            continue;
        };
        let own = container.get("restartPolicy").str();
        let policy = if own.is_empty() { pod.get("spec").get("restartPolicy").str() } else { own };
        let (message, reason, restart) = if let Some(why) = changed(container, running) {
            (why, KillReason::Other, true)
        } else if results.liveness(&running.id) == Some(ProbeResult::Failure) {
            (format!("Container {name} failed liveness probe"), KillReason::Liveness, policy != "Never")
        } else if results.startup(&running.id) == Some(ProbeResult::Failure) {
            (format!("Container {name} failed startup probe"), KillReason::Startup, policy != "Never")
        } else {
            kept += 1;
            continue;
        };
        // Of a container that is to get other resources upstream says no more.
        let is_resized = message.ends_with(RESIZE_REQUIRES_RESTART);
        let message = if restart && !is_resized { format!("{message}, will be restarted") } else { message };
        if restart {
            actions.start.push(index);
        }
        actions.kill.push(ContainerToKill { id: running.id.clone(), name: name.into(), message, reason });
    }
    if kept == 0 && actions.start.is_empty() {
        actions.kill_pod = true;
        actions.start_init.clear();
    }
    actions
}

fn with_new_sandbox(pod: &Value, status: &PodStatus, attempt: u32) -> PodActions {
    let mut actions = PodActions { kill_pod: true, create_sandbox: true, ..PodActions::default() };
    let policy = pod.get("spec").get("restartPolicy").str();
    if policy == "Never" && attempt > 0 && !status.containers.is_empty() {
        actions.create_sandbox = false;
        return actions;
    }
    let succeeded = |name: &str| status.find_exited(name).is_some_and(|exit| exit.exit_code == 0) && !status.is_running(name);
    for (index, container) in pod_spec::containers(pod, ContainerKind::Regular).iter().enumerate() {
        let own = container.get("restartPolicy").str();
        let once = (if own.is_empty() { policy } else { own }) == "OnFailure";
        if !(once && succeeded(container.get("name").str())) {
            actions.start.push(index);
        }
    }
    if actions.start.is_empty() && status.has_regular_container(pod) {
        actions.create_sandbox = false;
    } else if !pod_spec::containers(pod, ContainerKind::Init).is_empty() {
        actions.start_init = vec![0];
        actions.start.clear();
    }
    actions
}

/// Goes through the init containers from the last to the first; true when all have done what the regular ones wait for.
fn init_container_actions(
    pod: &Value,
    status: &PodStatus,
    results: &ProbeResults,
    changed: &dyn Fn(&Value, &ContainerStatus) -> Option<String>,
    actions: &mut PodActions,
) -> bool {
    let init = pod_spec::containers(pod, ContainerKind::Init);
    if init.is_empty() {
        return true;
    }
    let regular = pod_spec::containers(pod, ContainerKind::Regular);
    let mut initialized = regular.iter().any(|container| {
        let found = status.find(container.get("name").str());
        found.is_some_and(|found| !matches!(found.state, ContainerState::Exited(_)))
    });
    let mut previously_initialized = initialized;
    let mut start = SortedSet::new();
    for (index, container) in init.iter().enumerate().rev() {
        let name = container.get("name").str();
        let sidecar = pod_spec::is_sidecar(container);
        let Some(found) = status.find(name) else {
            if previously_initialized && sidecar {
                start.insert(index);
            }
            continue;
        };
        if previously_initialized && !sidecar {
            continue;
        }
        let is_last = index + 1 == init.len();
        match &found.state {
            ContainerState::Created => {
                start.insert(index);
            }
            ContainerState::Running { .. } if !sidecar => {}
            ContainerState::Running { .. } => {
                let startup = if container.get("startupProbe").is_null() { Some(ProbeResult::Success) } else { results.startup(&found.id) };
                let mut kill = |message: String, reason| {
                    actions.kill.push(ContainerToKill { id: found.id.clone(), name: name.into(), message, reason });
                    start.insert(index);
                };
                match startup {
                    Some(ProbeResult::Success) => {
                        if let Some(why) = changed(container, found) {
                            kill(why.replacen("Container", "Init container", 1), KillReason::Other);
                        } else if !container.get("livenessProbe").is_null() && results.liveness(&found.id) == Some(ProbeResult::Failure) {
                            kill(format!("Init container {name} failed liveness probe"), KillReason::Liveness);
                        }
                        if is_last {
                            initialized = true;
                        } else if !previously_initialized {
                            start.insert(index + 1);
                        }
                    }
                    Some(ProbeResult::Failure) => kill(format!("Init container {name} failed startup probe"), KillReason::Startup),
                    _ => {}
                }
            }
            ContainerState::Exited(_) if sidecar => {
                start.insert(index);
            }
            ContainerState::Exited(exit) if exit.exit_code != 0 => {
                if !pod_spec::should_restart(container, pod, exit.exit_code) {
                    actions.kill_pod = true;
                    actions.start_init.clear();
                    return false;
                }
                start.insert(index);
            }
            ContainerState::Exited(_) => {
                if is_last {
                    initialized = true;
                } else {
                    start.insert(index + 1);
                }
            }
        }
        previously_initialized = true;
    }
    if !previously_initialized {
        start.insert(0);
    }
    actions.start_init = start.into_iter().collect();
    initialized
}
