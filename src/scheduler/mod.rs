//! The scheduler: from pods without a node to bindings (upstream: `pkg/scheduler`).
//!
//! Never: keeps anything that matters outside the store and its queue. Its cache is what the store says, kept ready to be counted on.

mod attempts;
mod cache;
mod config;
mod cycle;
mod events;
mod framework;
mod node_info;
mod plugins;
mod pod_groups;
mod pod_info;
mod queue;
mod resources;
mod run;
mod selector;
#[cfg(test)]
mod tests;
mod volumes;

pub use attempts::{Attempt, NodeVerdict, Verdict};
pub use config::{SchedulerConfig, ScoringStrategy};
pub use queue::Place;

use crate::api::meta;
use crate::api::resource::{NODES, ObjectKey, PODS, RESOURCE_CLAIMS};
use crate::server::Server;
use crate::store::{Change, ChangeType, Store};
use crate::value::OrdMap;
use crate::value::{NULL, SmolStr, Value};
use attempts::Attempts;
use cache::Cache;
use cycle::Search;
use events::{ClusterEvent, Subject};
use pod_info::PodInfo;
use queue::Queue;
use run::{PendingBinding, PendingPreemption};
use std::sync::Arc;

/// The name under which pods ask for it.
pub const SCHEDULER_NAME: &str = "default-scheduler";
/// How long a write takes to be seen.
const WATCH_DELAY_MS: u64 = 2;
/// How long a pod keeps it busy.
const CYCLE_MS: u64 = 3;

/// The scheduler.
#[derive(Clone, Default)]
pub struct Scheduler {
    config: SchedulerConfig,
    cache: Cache,
    queue: Queue,
    search: Search,
    attempts: Attempts,
    /// Pods that have a node but wait for their volumes.
    bindings: OrdMap<ObjectKey, PendingBinding>,
    /// Room that is about to be made.
    preemptions: OrdMap<ObjectKey, PendingPreemption>,
    /// When it has time for the next pod.
    free_at_ms: u64,
}

impl Scheduler {
    /// A scheduler that hasn't seen anything yet.
    pub fn new() -> Scheduler {
        Scheduler::default()
    }

    /// As [`Scheduler::new`], configured.
    pub fn with_config(config: SchedulerConfig) -> Scheduler {
        Scheduler { config, ..Scheduler::default() }
    }

    /// It starts again: it knows nothing but what there is, as a first list shows it.
    pub fn restart(&mut self, store: &Store, now_ms: u64) {
        *self = Scheduler { attempts: std::mem::take(&mut self.attempts), ..Scheduler::with_config(self.config.clone()) };
        store.listed(now_ms).for_each(|change| self.observe(&change, store, now_ms));
    }

    /// The last attempts to schedule the pod with this UID, oldest first.
    pub fn attempts(&self, pod_uid: &str) -> impl Iterator<Item = &Attempt> {
        self.attempts.of(pod_uid)
    }

    /// The pods that wait, by namespace and name, and where.
    pub fn waiting(&self) -> impl Iterator<Item = (&ObjectKey, Place)> {
        self.queue.iter().map(|pod| (&pod.info.key, pod.place))
    }

    /// When a waiting pod's back-off is over, in milliseconds since the Unix epoch; `None` where it doesn't back off.
    pub fn backoff_until_ms(&self, pod: &ObjectKey) -> Option<u64> {
        self.queue.get(pod).filter(|pod| pod.place == Place::Backoff).map(queue::QueuedPod::backoff_until_ms)
    }

    /// A write happened.
    pub fn observe(&mut self, change: &Change, store: &Store, now_ms: u64) {
        if change.resource == PODS {
            self.observe_pod(change, store, now_ms);
        } else if change.resource == NODES {
            match change.type_ {
                ChangeType::Deleted => self.cache.remove_node(meta::name(&change.object)),
                _ => self.cache.set_node(&change.object),
            }
        }
        if change.resource == RESOURCE_CLAIMS {
            self.open_gates(change.revision, store, now_ms);
        }
        if self.queue.has_unschedulable()
            && let Some(event) = ClusterEvent::of(change)
        {
            self.requeue_whom_it_may_help(&event, change.revision, store, now_ms);
        }
    }

    /// When there is something to do, in milliseconds since the Unix epoch.
    pub fn next_due(&self) -> Option<u64> {
        let bindings = self.bindings.values().map(|binding| binding.due_ms);
        let preemptions = self.preemptions.values().map(|preemption| preemption.due_ms);
        let pods = self.queue.next_due().map(|due_ms| due_ms.max(self.free_at_ms));
        bindings.chain(preemptions).chain(pods).chain(self.queue.next_flush_ms()).min()
    }

    /// Does what is due first.
    pub fn run_next(&mut self, server: &mut Server, now_ms: u64) {
        self.queue.flush(now_ms);
        let preemption = self.preemptions.iter().find(|(_, preemption)| preemption.due_ms <= now_ms).map(|(key, _)| key.clone());
        if let Some(key) = preemption {
            self.run_preemption(&key, server, now_ms);
            return;
        }
        let binding = self.bindings.iter().find(|(_, binding)| binding.due_ms <= now_ms).map(|(key, _)| key.clone());
        if let Some(key) = binding {
            self.check_binding(&key, server, now_ms);
            return;
        }
        if now_ms >= self.free_at_ms
            && let Some(pod) = self.queue.pop(now_ms)
        {
            self.free_at_ms = now_ms + CYCLE_MS;
            self.schedule_one(pod, server, now_ms);
        }
    }

    fn observe_pod(&mut self, change: &Change, store: &Store, now_ms: u64) {
        let pod = if change.type_ == ChangeType::Deleted { &NULL } else { &change.object };
        let key = change.key();
        if pod.is_null() || events::has_ended(pod) {
            self.forget(&key, meta::uid(&change.object));
            return;
        }
        if change.type_ == ChangeType::Modified && same_for_scheduling(&change.previous, pod) {
            return;
        }
        let info = Arc::new(PodInfo::of(pod));
        let node = pod.path("spec.nodeName").str();
        if !node.is_empty() {
            self.queue.remove(&key);
            self.bindings.remove(&key);
            self.cache.remove_nominated(&info.uid);
            self.cache.set_pod(info, node);
            return;
        }
        if pod.path("spec.schedulerName").str() != SCHEDULER_NAME || self.bindings.contains_key(&key) {
            return;
        }
        self.cache.set_nominated(&info);
        self.observe_pending_pod(change, info, store, now_ms);
    }

    fn observe_pending_pod(&mut self, change: &Change, info: Arc<PodInfo>, store: &Store, now_ms: u64) {
        let is_gated = is_gated(&info.pod, store);
        let key = info.key.clone();
        let Some(waiting) = self.queue.get(&key).filter(|waiting| waiting.info.uid == info.uid) else {
            let place = if is_gated { Place::Gated } else { Place::Active };
            self.wake(now_ms);
            self.queue.add(info, place, now_ms, change.revision);
            return;
        };
        let (place, rejectors) = (waiting.place, waiting.rejectors.clone());
        self.queue.update(info.clone());
        let helps = match place {
            Place::Gated => !is_gated,
            Place::Unschedulable => {
                let event = ClusterEvent { subject: Subject::TargetPod, old: &change.previous, new: &change.object };
                rejectors.iter().filter_map(|name| plugins::named(name)).any(|plugin| plugin.may_help(&info, &event, store))
            }
            Place::Active | Place::Backoff => false,
        };
        if helps {
            self.wake(now_ms);
            self.queue.requeue(&key, now_ms, Some(change.revision));
        }
    }

    fn forget(&mut self, key: &ObjectKey, uid: &str) {
        self.cache.remove_pod(uid);
        self.cache.remove_nominated(uid);
        if self.queue.get(key).is_some_and(|waiting| waiting.info.uid == uid) {
            self.queue.remove(key);
        }
        if self.bindings.get(key).is_some_and(|binding| binding.pod.info.uid == uid) {
            self.bindings.remove(key);
        }
    }

    fn open_gates(&mut self, revision: u64, store: &Store, now_ms: u64) {
        let gated = self.queue.iter().filter(|waiting| waiting.place == Place::Gated && !is_gated(&waiting.info.pod, store));
        for key in gated.map(|waiting| waiting.info.key.clone()).collect::<Vec<_>>() {
            self.wake(now_ms);
            self.queue.requeue(&key, now_ms, Some(revision));
        }
    }

    fn requeue_whom_it_may_help(&mut self, event: &ClusterEvent, revision: u64, store: &Store, now_ms: u64) {
        for key in self.queue.unschedulable() {
            let Some(waiting) = self.queue.get(&key) else { continue };
            let plugins = waiting.rejectors.iter().filter_map(|name| plugins::named(name));
            if plugins.into_iter().any(|plugin| plugin.may_help(&waiting.info, event, store)) {
                self.wake(now_ms);
                self.queue.requeue(&key, now_ms, Some(revision));
            }
        }
    }

    /// A pod comes in: the scheduler sees it a moment later.
    fn wake(&mut self, now_ms: u64) {
        if self.queue.next_due().is_none() {
            self.free_at_ms = self.free_at_ms.max(now_ms + WATCH_DELAY_MS);
        }
    }
}

/// PreEnqueue: whether a pod may not even be tried.
fn is_gated(pod: &Value, store: &Store) -> bool {
    plugins::scheduling_gates::is_gated(pod) || plugins::dynamic_resources::is_gated(pod, store)
}

/// Whether nothing that scheduling depends on differs between two versions of a pod.
fn same_for_scheduling(old: &Value, new: &Value) -> bool {
    let same = |path: &str| {
        let (old, new) = (old.path(path), new.path(path));
        old.same(new) || old == new
    };
    let resources = |pod: &Value| -> Vec<Value> {
        let statuses = ["status.initContainerStatuses", "status.containerStatuses"].into_iter().flat_map(|path| pod.path(path).items());
        statuses.flat_map(|status| [status.get("resources").clone(), status.get("allocatedResources").clone()]).collect()
    };
    let is_running = !new.path("spec.nodeName").is_empty();
    same("spec")
        && same("metadata.labels")
        && same("metadata.deletionTimestamp")
        && same("status.phase")
        && same("status.nominatedNodeName")
        && same("status.resourceClaimStatuses")
        && (!is_running || resources(old) == resources(new))
}

/// The node that pods are counted on, by name; for tests of invariants.
impl Scheduler {
    /// What the pods on a node request of a resource, in thousandths for CPU, bytes for memory; `None` where there is no such node.
    pub fn requested(&self, node: &str, resource: &str) -> Option<i64> {
        self.cache.node(node).map(|info| info.requested.amount(resource))
    }

    /// The names of the nodes it knows.
    pub fn nodes(&self) -> impl Iterator<Item = &SmolStr> {
        self.cache.nodes().map(|info| &info.name)
    }
}
