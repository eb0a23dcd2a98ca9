//! The end of a pod: `SyncTerminatingPod`, `SyncTerminatedPod` and `TerminatePod`.

use super::kill::{PodKill, pod_grace_period_s};
use super::pod_spec::{self, ContainerKind, is_terminal_phase};
use super::pod_sync::PodSync;
use super::pod_worker::{Activity, Stage};
use crate::value::{Value, json};

/// How long unmounting a pod's volumes and removing their folders takes.
const UNMOUNT_MS: u64 = 200;

impl PodSync<'_, '_> {
    /// Begins to stop the pod's containers.
    pub(super) fn sync_terminating_pod(&mut self) {
        self.worker.update_pending = false;
        let runtime_status = self.runtime_status();
        if !self.worker.deleted {
            self.check_active_deadline();
            let status = self.generate_status(&runtime_status, false);
            self.set_status(status);
        }
        self.stop_liveness_and_startup_probes();
        let grace_s = pod_grace_period_s(&self.worker.pod, self.worker.grace_s, self.worker.termination.grace_override_s);
        self.worker.grace_s = Some(grace_s);
        let kill = self.begin_pod_kill(Some(grace_s));
        self.continue_terminating(kill);
    }

    /// Goes on until all have ended; then the pod's last status is made.
    pub(super) fn continue_terminating(&mut self, mut kill: PodKill) {
        if !self.continue_pod_kill(&mut kill) {
            self.worker.activity = Activity::Kill(Box::new(kill));
            return;
        }
        self.remove_probes();
        self.stop_sandbox();
        self.worker.stage = Stage::Terminated;
        if !self.worker.deleted {
            self.check_active_deadline();
            let runtime_status = self.runtime_status();
            let status = self.generate_status(&runtime_status, true);
            self.set_status(status);
        }
        self.wake_at_next_tick();
    }

    /// Gives back what the pod used; its object may go when that is done.
    pub(super) fn sync_terminated_pod(&mut self) {
        if !self.worker.volumes.is_empty() {
            self.unmount_volumes();
            return self.wake_at(self.now_ms + UNMOUNT_MS);
        }
        self.worker.stage = Stage::Finished;
        if self.worker.deleted {
            return;
        }
        self.check_active_deadline();
        let mut status = self.worker.status.clone();
        self.end_missing_containers(&mut status);
        if !is_terminal_phase(status.get("phase").str()) && !pod_spec::is_static(&self.worker.pod) {
            status.set("phase", "Failed");
        }
        self.set_status(status);
    }

    /// Containers that were started once and of which nothing is known have failed, for all anybody can tell.
    fn end_missing_containers(&self, status: &mut Value) {
        if !self.has_initialized() {
            return;
        }
        let lost = json!({
            "exitCode": 137, "reason": "ContainerStatusUnknown", "message": "The container could not be located when the pod was terminated",
            "startedAt": null, "finishedAt": null,
        });
        let Value::Array(_) = status.get("containerStatuses") else { return };
        for container in status.path_mut("containerStatuses").items_mut() {
            if container.path("state.terminated").is_null() {
                container.set("state", json!({"terminated": lost}));
            }
        }
    }

    fn has_initialized(&self) -> bool {
        let init = pod_spec::containers(&self.worker.pod, ContainerKind::Init);
        let status = &self.worker.status;
        let started = |container: &Value| container.path("state.waiting").is_null() || !container.path("lastState.terminated").is_null();
        let last = status.get("initContainerStatuses").items().last();
        init.is_empty()
            || status.get("containerStatuses").items().iter().any(started)
            || last.is_some_and(|last| last.path("state.terminated.exitCode").as_i64() == Some(0))
    }

    /// `StopPodSandbox`: the network goes, what has ended stays for its logs.
    pub(super) fn stop_sandbox(&mut self) {
        if self.worker.sandbox_ready {
            self.worker.sandbox_ready = false;
            self.worker.relist_pending = true;
            if !pod_spec::is_host_network(&self.worker.pod) {
                self.node.addresses.release(&self.worker.ip);
            }
        }
    }

    /// `RemovePodSandbox`: nothing is left in the runtime.
    pub(super) fn remove_sandbox(&mut self) {
        self.stop_sandbox();
        if let Some(sandbox) = self.worker.sandbox.take() {
            self.node.sandboxes.remove(&sandbox);
            self.node.runtime.remove_pod_sandbox(&sandbox, self.now_ms);
        }
    }
}
