//! The pods that wait for a node (upstream: `pkg/scheduler/backend/queue`).
//!
//! A pod is active (to be tried next), backing off (to be tried soon, or at once where nothing is active), unschedulable (until
//! something happens that may help it) or gated.

use super::pod_info::PodInfo;
use crate::api::resource::ObjectKey;
use crate::value::{OrdMap, OrdSet};
use std::sync::Arc;

/// The first back-off.
const INITIAL_BACKOFF_MS: u64 = 1_000;
/// The longest back-off.
const MAX_BACKOFF_MS: u64 = 10_000;
/// How long a pod stays unschedulable without anything that helps, before it is tried again anyway.
const MAX_IN_UNSCHEDULABLE_MS: u64 = 300_000;
/// How often that is looked at.
const FLUSH_PERIOD_MS: u64 = 30_000;

/// Where a pod waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is tried next.
    Active,
    /// It is tried when its back-off is over, or when nothing is active.
    Backoff,
    /// It waits for something that may help.
    Unschedulable,
    /// It waits for its scheduling gates to be removed, or for its ResourceClaims to be made.
    Gated,
}

/// A waiting pod.
#[derive(Clone, Debug)]
pub struct QueuedPod {
    /// The pod.
    pub info: Arc<PodInfo>,
    /// Where it waits.
    pub place: Place,
    /// Since when it waits there.
    pub since_ms: u64,
    /// How often no node would do.
    pub unschedulable_count: u32,
    /// How often in a row something went wrong.
    pub error_count: u32,
    /// How often it was tried.
    pub attempts: u32,
    /// The plugins that refused it last time.
    pub rejectors: Vec<&'static str>,
    /// The revision of the write because of which it is to be tried.
    pub because: Option<u64>,
    order: Order,
}

/// Highest priority first, then who waits longest (upstream: PrioritySort).
type Order = (i64, u64, u64);

impl QueuedPod {
    /// When its back-off is over.
    pub fn backoff_until_ms(&self) -> u64 {
        let count = if self.error_count > 0 { self.error_count } else { self.unschedulable_count };
        match count {
            0 => 0,
            _ => {
                let backoff_ms = INITIAL_BACKOFF_MS.checked_shl(count - 1).unwrap_or(MAX_BACKOFF_MS).min(MAX_BACKOFF_MS);
                (self.since_ms + backoff_ms) / 1000 * 1000
            }
        }
    }

    fn flush_ms(&self) -> u64 {
        (self.since_ms + MAX_IN_UNSCHEDULABLE_MS).next_multiple_of(FLUSH_PERIOD_MS)
    }
}

/// All waiting pods.
#[derive(Clone, Default)]
pub struct Queue {
    pods: OrdMap<ObjectKey, QueuedPod>,
    active: OrdSet<(Order, ObjectKey)>,
    backoff: OrdSet<(u64, Order, ObjectKey)>,
    flushes: OrdSet<(u64, ObjectKey)>,
    sequence: u64,
}

impl Queue {
    /// A pod that waits.
    pub fn get(&self, key: &ObjectKey) -> Option<&QueuedPod> {
        self.pods.get(key)
    }

    /// All waiting pods, by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &QueuedPod> {
        self.pods.values()
    }

    /// The keys of the pods that wait for something to happen.
    pub fn unschedulable(&self) -> Vec<ObjectKey> {
        self.flushes.iter().map(|(_, key)| key.clone()).collect()
    }

    /// Whether any pod waits for something to happen.
    pub fn has_unschedulable(&self) -> bool {
        !self.flushes.is_empty()
    }

    /// Enters a new pod.
    pub fn add(&mut self, info: Arc<PodInfo>, place: Place, now_ms: u64, because: u64) {
        self.remove(&info.key);
        self.insert(QueuedPod {
            info,
            place,
            since_ms: now_ms,
            unschedulable_count: 0,
            error_count: 0,
            attempts: 0,
            rejectors: Vec::new(),
            because: Some(because),
            order: Default::default(),
        });
    }

    /// Takes over a changed pod where it waits.
    pub fn update(&mut self, info: Arc<PodInfo>) {
        if let Some(mut pod) = self.remove(&info.key) {
            pod.info = info;
            self.insert(pod);
        }
    }

    /// Takes a pod out.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<QueuedPod> {
        let pod = self.pods.remove(key)?;
        match pod.place {
            Place::Active => self.active.remove(&(pod.order, key.clone())),
            Place::Backoff => self.backoff.remove(&(pod.backoff_until_ms(), pod.order, key.clone())),
            Place::Unschedulable => self.flushes.remove(&(pod.flush_ms(), key.clone())),
            Place::Gated => true,
        };
        Some(pod)
    }

    fn insert(&mut self, mut pod: QueuedPod) {
        let key = pod.info.key.clone();
        if pod.order == Order::default() {
            self.sequence += 1;
            pod.order.2 = self.sequence;
        }
        pod.order = (-pod.info.priority, pod.since_ms, pod.order.2);
        match pod.place {
            Place::Active => self.active.insert((pod.order, key.clone())),
            Place::Backoff => self.backoff.insert((pod.backoff_until_ms(), pod.order, key.clone())),
            Place::Unschedulable => self.flushes.insert((pod.flush_ms(), key.clone())),
            Place::Gated => true,
        };
        self.pods.insert(key, pod);
    }

    /// When a pod could be tried, were the scheduler free: 0 for at once.
    pub fn next_due(&self) -> Option<u64> {
        if !self.active.is_empty() {
            return Some(0);
        }
        let (until_ms, _, key) = self.backoff.get_min()?;
        let failed = self.pods.get(key).is_some_and(|pod| pod.error_count > 0);
        Some(if failed { *until_ms } else { 0 })
    }

    /// When the next pod has been unschedulable for so long that it is tried again without a reason.
    pub fn next_flush_ms(&self) -> Option<u64> {
        self.flushes.get_min().map(|(flush_ms, _)| *flush_ms)
    }

    /// Takes the next pod to be tried.
    pub fn pop(&mut self, now_ms: u64) -> Option<QueuedPod> {
        self.complete_backoffs(now_ms);
        let key = match self.active.get_min() {
            Some((_, key)) => key.clone(),
            None => self.backoff.iter().find(|(until_ms, _, key)| *until_ms <= now_ms || self.pods.get(key).is_some_and(|pod| pod.error_count == 0))?.2.clone(),
        };
        let mut pod = self.remove(&key)?;
        pod.attempts += 1;
        Some(pod)
    }

    fn complete_backoffs(&mut self, now_ms: u64) {
        while let Some((until_ms, _, key)) = self.backoff.get_min().cloned() {
            if until_ms > now_ms {
                return;
            }
            self.move_to(&key, Place::Active);
        }
    }

    fn move_to(&mut self, key: &ObjectKey, place: Place) {
        if let Some(mut pod) = self.remove(key) {
            pod.place = place;
            self.insert(pod);
        }
    }

    /// Puts a pod back that was tried in vain; without rejectors, because something went wrong.
    pub fn put_back(&mut self, mut pod: QueuedPod, rejectors: Vec<&'static str>, now_ms: u64) {
        if rejectors.is_empty() {
            pod.error_count += 1;
            pod.place = Place::Backoff;
        } else {
            pod.unschedulable_count += 1;
            pod.error_count = 0;
            pod.place = Place::Unschedulable;
        }
        pod.rejectors = rejectors;
        pod.since_ms = now_ms;
        self.insert(pod);
    }

    /// Something happened (at revision `because`) that may help an unschedulable or gated pod: it is tried once its back-off is over.
    pub fn requeue(&mut self, key: &ObjectKey, now_ms: u64, because: Option<u64>) {
        let Some(mut pod) = self.remove(key) else { return };
        pod.place = if pod.backoff_until_ms() > now_ms { Place::Backoff } else { Place::Active };
        pod.because = because;
        self.insert(pod);
    }

    /// Tries the pods again that have been unschedulable for five minutes.
    pub fn flush(&mut self, now_ms: u64) {
        while let Some((flush_ms, key)) = self.flushes.get_min().cloned() {
            if flush_ms > now_ms {
                return;
            }
            self.requeue(&key, now_ms, None);
        }
    }
}
