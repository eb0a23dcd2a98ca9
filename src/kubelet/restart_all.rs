//! Containers whose end restarts the whole pod in place: the action `RestartAllContainers` of `restartPolicyRules`.

use super::pod_spec::{self, ContainerKind};
use super::pod_status::PodStatus;
use super::pod_sync::PodSync;
use super::runtime::ContainerState;
use crate::value::Value;

/// Whether a container has ended in a way that restarts all of them.
pub fn is_asked_for(pod: &Value, status: &PodStatus) -> bool {
    [ContainerKind::Init, ContainerKind::Regular].into_iter().flat_map(|kind| pod_spec::containers(pod, kind)).any(|container| {
        match status.find(container.get("name").str()).map(|found| &found.state) {
            Some(ContainerState::Exited(exit)) => pod_spec::matching_rule(container, exit.exit_code) == "RestartAllContainers",
            _ => false,
        }
    })
}

/// Whether any container has such a rule; only then does the pod have the condition `AllContainersRestarting`.
pub fn is_possible(pod: &Value) -> bool {
    let has_rule = |container: &Value| container.get("restartPolicyRules").items().iter().any(|rule| rule.get("action").str() == "RestartAllContainers");
    [ContainerKind::Init, ContainerKind::Regular].into_iter().flat_map(|kind| pod_spec::containers(pod, kind)).any(has_rule)
}

impl PodSync<'_, '_> {
    /// Removes all containers, running or not, so that the next sync begins the pod anew in its sandbox. Ephemeral ones stay.
    pub(super) fn remove_all_containers(&mut self) {
        let ids: Vec<_> = self.runtime_status().containers.into_iter().filter(|found| self.is_part_of_spec(&found.name)).collect();
        for found in ids {
            if super::pod_status::is_running(&found) {
                self.container_event(&found.name, "Normal", "Killing", "killing");
            }
            self.worker.started_with.remove(&found.id);
            self.worker.results.remove(&found.id);
            self.node.runtime.remove_container(&found.id, self.now_ms);
        }
        self.worker.relist_pending = true;
    }

    fn is_part_of_spec(&self, name: &str) -> bool {
        pod_spec::container(&self.worker.pod, name).0 != ContainerKind::Ephemeral
    }
}
