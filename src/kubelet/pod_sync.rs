//! The kubelet at work on one pod: everything a step may touch.

use super::node::{Node, Task};
use super::pod_spec;
use super::pod_status::PodStatus;
use super::pod_worker::PodWorker;
use super::wires::Wires;
use crate::server::client::Client;
use crate::value::SmolStr;

/// One pod, taken out of its node for as long as a step lasts.
pub struct PodSync<'a, 'c> {
    /// The pod.
    pub worker: &'a mut PodWorker,
    /// Its node, without the pod.
    pub node: &'a mut Node,
    /// The way to the server.
    pub client: &'a mut Client<'c>,
    /// The way to the network.
    pub wires: &'a mut dyn Wires,
    /// The time, in milliseconds since the Unix epoch.
    pub now_ms: u64,
}

impl PodSync<'_, '_> {
    /// What runs of the pod now.
    pub(super) fn runtime_status(&self) -> PodStatus {
        PodStatus::read(&self.node.runtime, self.worker.sandbox.as_ref(), self.worker.sandbox_ready, &self.worker.ip)
    }

    /// Records an Event about the pod.
    pub(super) fn event(&mut self, type_: &str, reason: &str, message: &str) {
        self.client.event(&self.worker.pod, type_, reason, message, "kubelet", &self.node.config.name);
    }

    /// Records an Event about a container of the pod.
    pub(super) fn container_event(&mut self, container: &str, type_: &str, reason: &str, message: &str) {
        let path = pod_spec::field_path(&self.worker.pod, container);
        self.client.event_on_field(&self.worker.pod, &path, type_, reason, message, "kubelet", &self.node.config.name);
    }

    /// Wakes the worker at `time_ms` at the latest.
    pub(super) fn wake_at(&mut self, time_ms: u64) {
        self.node.agenda.set_at_latest(Task::Pod(self.worker.id), time_ms);
    }

    /// Sends the status once more at the status manager's next round.
    pub(super) fn reconcile_status_later(&mut self) {
        let time_ms = self.node.next_status_round(self.now_ms);
        self.node.agenda.set_at_latest(Task::Reconcile(self.worker.id), time_ms);
    }

    /// A number in `0.0..1.0`, for jitter.
    pub(super) fn jitter(&mut self) -> f64 {
        self.client.random().below(1_000_000) as f64 / 1e6
    }

    /// Some time between `base_ms` and one and a half of it (`wait.Jitter` with factor 0.5).
    pub(super) fn with_jitter(&mut self, base_ms: u64) -> u64 {
        base_ms + (base_ms as f64 * 0.5 * self.jitter()) as u64
    }

    /// The name of a volume of this pod in the runtime.
    pub(super) fn volume_id(&self, volume: &str) -> SmolStr {
        SmolStr::from(format!("pods/{}/volumes/{volume}", crate::api::meta::uid(&self.worker.pod)))
    }
}
