//! Ending pods that use more of the machine than they may: `pkg/kubelet/eviction`.

use super::node::{Node, Task};
use super::pod_spec::{self, ContainerKind};
use super::pod_worker::{PodId, PodWorker, Stage, Termination};
use super::resources;
use super::runtime::Profile;
use super::volumes::HOST;
use crate::api::quantity::{Format, Quantity};
use crate::server::client::Client;
use crate::value::{SmolStr, Value, json};
use std::sync::Arc;

/// How often the machine is looked at (`evictionMonitoringPeriod`).
pub const PERIOD_MS: u64 = 10_000;
/// `memory.available<100Mi`.
const MEMORY_THRESHOLD_BYTES: u64 = 100 << 20;
/// `nodefs.available<10%`.
const DISK_THRESHOLD_PERCENT: u64 = 10;
/// How long a pressure is reported after it was last seen (`eviction-pressure-transition-period`).
const TRANSITION_MS: u64 = 300_000;

/// What the machine runs short of, and when that was last so.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Pressure {
    /// Memory.
    pub memory_seen_ms: Option<u64>,
    /// Disk.
    pub disk_seen_ms: Option<u64>,
}

/// A resource that runs short.
struct Shortage {
    resource: &'static str,
    threshold_bytes: u64,
    available_bytes: u64,
}

impl Node {
    /// Looks at what the machine's pods use, and ends the one that uses too much. The reference machines have no limits to meet.
    pub(super) fn monitor_usage(&mut self, client: &mut Client) {
        let now_ms = client.now_ms();
        let is_well = self.pressure == Pressure::default() && !self.runtime.is_disk_full();
        if self.config.profile == Profile::Reference || (is_well && self.pods().next().is_none()) {
            return;
        }
        self.agenda.set(Task::Eviction, now_ms + PERIOD_MS);
        if let Some((id, message)) = self.over_own_limit() {
            return self.evict(id, &message, Value::Null, client);
        }
        let shortages = [self.memory_shortage(now_ms), self.disk_shortage()];
        for (shortage, seen_ms) in shortages.iter().zip([&mut self.pressure.memory_seen_ms, &mut self.pressure.disk_seen_ms]) {
            if shortage.is_some() {
                *seen_ms = Some(now_ms);
            } else if seen_ms.is_some_and(|seen_ms| now_ms.saturating_sub(seen_ms) >= TRANSITION_MS) {
                *seen_ms = None;
            }
        }
        let Some(shortage) = shortages.into_iter().flatten().next() else { return };
        let about = super::node_status::reference(&self.config.name);
        let threshold = format!("Attempting to reclaim {}", shortage.resource);
        client.event(&about, "Warning", "EvictionThresholdMet", &threshold, "kubelet", &self.config.name);
        if shortage.resource == "ephemeral-storage" && self.runtime.remove_unused_images() {
            self.images_changed = true;
            if self.disk_shortage().is_none() {
                return;
            }
        }
        let Some(id) = self.first_to_go(&shortage, now_ms) else { return };
        let message = self.message(&shortage, id, now_ms);
        let condition = json!({
            "type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "reason": "TerminationByKubelet", "message": message.clone(),
        });
        self.evict(id, &message, condition, client);
    }

    fn active(&self) -> impl Iterator<Item = &PodWorker> {
        self.pods().filter(|worker| worker.stage == Stage::Running)
    }

    /// The first pod that is over a limit of its own, with the message that says so.
    fn over_own_limit(&self) -> Option<(PodId, String)> {
        self.active().find_map(|worker| Some((worker.id, self.limit_exceeded(worker)?)))
    }

    fn limit_exceeded(&self, worker: &PodWorker) -> Option<String> {
        for volume in worker.pod.path("spec.volumes").items() {
            let Some(limit) = resources::quantity(volume.path("emptyDir.sizeLimit")) else { continue };
            let name = volume.get("name").str();
            let used = self.volume_bytes(worker, name);
            if limit.value() > 0 && used > limit.value() as u64 {
                return Some(format!("Usage of EmptyDir volume \"{name}\" exceeds the limit \"{limit}\". "));
            }
        }
        let limits = resources::pod_limits(&worker.pod);
        let limit = resources::quantity(limits.get("ephemeral-storage"))?;
        let used: u64 = worker.volumes.iter().filter(|volume| volume.is_own).map(|volume| self.volume_bytes(worker, &volume.name)).sum();
        (used > limit.value().max(0) as u64).then(|| format!("Pod ephemeral local storage usage exceeds the total limit of containers {limit}. "))
    }

    fn volume_bytes(&self, worker: &PodWorker, name: &str) -> u64 {
        let volume = worker.volumes.find(name).and_then(|volume| self.runtime.volume(&volume.id));
        volume.map_or(0, |volume| volume.tree.used_bytes())
    }

    fn memory_shortage(&self, now_ms: u64) -> Option<Shortage> {
        let capacity = Quantity::parse(&self.config.memory).ok()?.value().max(0) as u64;
        let used: u64 = self.active().map(|worker| self.memory_bytes(worker, now_ms)).sum();
        let available_bytes = capacity.saturating_sub(used);
        (available_bytes < MEMORY_THRESHOLD_BYTES).then_some(Shortage { resource: "memory", threshold_bytes: MEMORY_THRESHOLD_BYTES, available_bytes })
    }

    fn disk_shortage(&self) -> Option<Shortage> {
        let capacity = Quantity::parse(&self.config.ephemeral_storage).ok()?.value().max(0) as u64;
        let host = self.runtime.volume(HOST).map_or(0, |volume| volume.tree.used_bytes());
        let own: u64 = self.active().map(|worker| self.disk_bytes(worker)).sum();
        let images: u64 = self.runtime.images().map(|image| image.size_bytes).sum();
        let used = if self.runtime.is_disk_full() { capacity } else { host + own + images };
        let available_bytes = capacity.saturating_sub(used);
        let threshold_bytes = capacity / 100 * DISK_THRESHOLD_PERCENT;
        (available_bytes < threshold_bytes).then_some(Shortage { resource: "ephemeral-storage", threshold_bytes, available_bytes })
    }

    fn memory_bytes(&self, worker: &PodWorker, now_ms: u64) -> u64 {
        let ids = worker.sandbox.as_ref().map(|sandbox| self.runtime.containers(sandbox)).unwrap_or_default();
        ids.iter().map(|id| self.runtime.usage(id, now_ms).memory_bytes).sum()
    }

    fn disk_bytes(&self, worker: &PodWorker) -> u64 {
        worker.volumes.iter().filter(|volume| volume.is_own).map(|volume| self.volume_bytes(worker, &volume.name)).sum()
    }

    /// The pod that goes first: one that uses more than it requests, of the lowest priority, the most over its request.
    fn first_to_go(&self, shortage: &Shortage, now_ms: u64) -> Option<PodId> {
        let rank = |worker: &&PodWorker| {
            let requested = resources::quantity(resources::pod_requests(&worker.pod).get(shortage.resource)).map_or(0, |quantity| quantity.value());
            let used = if shortage.resource == "memory" { self.memory_bytes(worker, now_ms) } else { self.disk_bytes(worker) };
            let over = used as i64 - requested;
            (over <= 0, worker.pod.path("spec.priority").as_i64().unwrap_or(0), -over, worker.id)
        };
        self.active().filter(|worker| !is_critical(&worker.pod)).min_by_key(rank).map(|worker| worker.id)
    }

    fn message(&self, shortage: &Shortage, id: PodId, now_ms: u64) -> String {
        let bytes = |count: u64| Quantity::new(count as i64, Format::BinarySI).to_string();
        let (threshold, available) = (bytes(shortage.threshold_bytes), bytes(shortage.available_bytes));
        let mut message = format!("The node was low on resource: {}. Threshold quantity: {threshold}, available: {available}. ", shortage.resource);
        let Some(worker) = self.worker(id).filter(|_| shortage.resource == "memory") else { return message };
        let ids = worker.sandbox.as_ref().map(|sandbox| self.runtime.containers(sandbox)).unwrap_or_default();
        for container in [ContainerKind::Regular, ContainerKind::Init].into_iter().flat_map(|kind| pod_spec::containers(&worker.pod, kind)) {
            let name = container.get("name").str();
            let running = ids.iter().rev().find(|id| self.runtime.container_status(id).is_some_and(|status| status.name == name));
            let Some(used) = running.map(|id| self.runtime.usage(id, now_ms).memory_bytes) else { continue };
            let request = resources::quantity(container.path("resources.requests.memory"));
            if used as i64 > request.as_ref().map_or(0, Quantity::value) {
                let request = request.map_or("0".to_string(), |request| request.to_string());
                message.push_str(&format!("Container {name} was using {}, request is {request}, has larger consumption of memory. ", bytes(used)));
            }
        }
        message
    }

    fn evict(&mut self, id: PodId, message: &str, condition: Value, client: &mut Client) {
        let Some(worker) = self.worker(id) else { return };
        client.because(None);
        client.event(&worker.pod, "Warning", "Evicted", message, "kubelet", &self.config.name);
        let termination = Termination { grace_override_s: Some(0), reason: "Evicted".into(), message: message.into(), condition };
        self.terminate(id, termination, client.now_ms());
    }

    /// Ends a pod for a reason of the node's.
    pub(super) fn terminate(&mut self, id: PodId, termination: Termination, now_ms: u64) {
        self.change_worker(id, |worker| {
            worker.termination = termination;
            worker.stage = Stage::Terminating;
            if matches!(&worker.activity, super::pod_worker::Activity::Sync(run) if run.waits_for_volumes()) {
                worker.activity = super::pod_worker::Activity::Idle;
            }
        });
        self.agenda.set_at_latest(Task::Pod(id), now_ms);
    }
}

/// Whether a node must not end a pod for want of resources: it is static, or of a system priority.
pub fn is_critical(pod: &Value) -> bool {
    /// `scheduling.SystemCriticalPriority`.
    const SYSTEM_CRITICAL: i64 = 2_000_000_000;
    pod_spec::is_static(pod)
        || pod.path("metadata.annotations").get("kubernetes.io/config.mirror").as_str().is_some()
        || pod.path("spec.priority").as_i64().is_some_and(|priority| priority >= SYSTEM_CRITICAL)
}

impl Node {
    /// Changes a pod's worker.
    pub(super) fn change_worker(&mut self, id: PodId, change: impl FnOnce(&mut PodWorker)) {
        if let Some(worker) = self.pods.get_mut(&id) {
            change(Arc::make_mut(worker));
        }
    }

    /// The node's conditions that tell of pressure: type, whether it is so, reason and message.
    pub(super) fn pressure_conditions(&self) -> [(&'static str, bool, &'static str, &'static str); 3] {
        let memory = self.pressure.memory_seen_ms.is_some();
        let disk = self.pressure.disk_seen_ms.is_some();
        [
            match memory {
                true => ("MemoryPressure", true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
                false => ("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            },
            match disk {
                true => ("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure"),
                false => ("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            },
            ("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ]
    }
}

/// A name that Events about pressure carry.
pub fn pressure_reason(type_: &str, is_so: bool) -> SmolStr {
    let word = match (type_, is_so) {
        ("MemoryPressure", true) => "NodeHasInsufficientMemory",
        ("MemoryPressure", false) => "NodeHasSufficientMemory",
        ("DiskPressure", true) => "NodeHasDiskPressure",
        ("DiskPressure", false) => "NodeHasNoDiskPressure",
        ("PIDPressure", true) => "NodeHasInsufficientPID",
        _ => "NodeHasSufficientPID",
    };
    SmolStr::new_static(word)
}
