//! What runs of a pod, as the kubelet reads it from the runtime: upstream's `kubecontainer.PodStatus`.

use super::pod_spec;
use super::runtime::{ContainerId, ContainerState, ContainerStatus, Exit, Runtime, SandboxId};
use crate::value::{SmolStr, Value};

/// How much of a log stands in for the termination message (`MaxContainerTerminationMessageLogLength`).
const FALLBACK_BYTES: usize = 2048;
/// How many of its lines (`MaxContainerTerminationMessageLogLines`).
const FALLBACK_LINES: usize = 80;

/// A pod's containers in the runtime, the newest first.
#[derive(Clone, Debug, Default)]
pub struct PodStatus {
    /// Whether a sandbox with its network is there.
    pub sandbox_ready: bool,
    /// The pod's addresses.
    pub ip: SmolStr,
    /// All its containers that weren't removed, the newest first.
    pub containers: Vec<ContainerStatus>,
}

impl PodStatus {
    /// Reads what there is of a pod.
    pub fn read(runtime: &Runtime, sandbox: Option<&SandboxId>, sandbox_ready: bool, ip: &SmolStr) -> PodStatus {
        let ids = sandbox.map(|sandbox| runtime.containers(sandbox)).unwrap_or_default();
        let containers = ids.iter().rev().filter_map(|id| runtime.container_status(id)).collect();
        PodStatus { sandbox_ready, ip: ip.clone(), containers }
    }

    /// The newest container of that name.
    pub fn find(&self, name: &str) -> Option<&ContainerStatus> {
        self.containers.iter().find(|container| container.name == name)
    }

    /// The newest container of that name that has ended.
    pub fn find_exited(&self, name: &str) -> Option<&Exit> {
        self.containers.iter().find_map(|container| match &container.state {
            ContainerState::Exited(exit) if container.name == name => Some(exit),
            _ => None,
        })
    }

    /// Whether the newest container of that name runs.
    pub fn is_running(&self, name: &str) -> bool {
        self.find(name).is_some_and(is_running)
    }

    /// Whether any of the pod's regular containers was ever made.
    pub fn has_regular_container(&self, pod: &Value) -> bool {
        pod_spec::containers(pod, pod_spec::ContainerKind::Regular).iter().any(|container| self.find(container.get("name").str()).is_some())
    }
}

/// Whether a container's process runs.
pub fn is_running(container: &ContainerStatus) -> bool {
    matches!(container.state, ContainerState::Running { .. })
}

/// Whether a container should be started: it is not there, or it has ended and its policy wants it back.
pub fn should_be_started(container: &Value, pod: &Value, status: &PodStatus) -> bool {
    if crate::api::meta::is_being_deleted(pod) {
        return false;
    }
    match status.find(container.get("name").str()).map(|found| &found.state) {
        None | Some(ContainerState::Created) => true,
        Some(ContainerState::Running { .. }) => false,
        Some(ContainerState::Exited(exit)) => pod_spec::should_restart(container, pod, exit.exit_code),
    }
}

/// The `message` of a container that has ended: the runtime's, and what the container left in its termination log (or
/// at the end of its log, where it may).
pub fn termination_message(runtime: &Runtime, id: &ContainerId, exit: &Exit, container: &Value) -> String {
    let mut left = runtime.termination_message(id);
    if left.is_empty() && exit.exit_code != 0 && container.get("terminationMessagePolicy").str() == "FallbackToLogsOnError" {
        left = end_of_log(runtime, id);
    }
    match (exit.message.is_empty(), left.is_empty()) {
        (true, _) => left,
        (false, true) => exit.message.clone(),
        (false, false) => format!("{}: {left}", exit.message),
    }
}

fn end_of_log(runtime: &Runtime, id: &ContainerId) -> String {
    let Some(log) = runtime.logs(id) else { return String::new() };
    let mut lines: Vec<&str> = log.lines().rev().take(FALLBACK_LINES).map(|line| line.text.as_str()).collect();
    lines.reverse();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut start = text.len().saturating_sub(FALLBACK_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_string()
}
