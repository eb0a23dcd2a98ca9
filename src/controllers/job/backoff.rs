//! How long a Job waits before it makes another pod (`backoff_utils.go`).

use super::{Sync, has_tracking_finalizer, indexed};
use crate::api::meta;
use crate::api::time;
use crate::controllers::fields::{count, time_ms};
use crate::controllers::pods;
use crate::value::{Value, json};

/// A failed pod is replaced after 10 s, doubling with each failure up to 10 minutes (`DefaultJobPodFailureBackOff`).
const BACKOFF_MS: u64 = 10_000;
const BACKOFF_LIMIT_MS: u64 = 600_000;

/// What upstream's controller remembers of a Job: how many pods have failed since one succeeded, and when the last of them did.
#[derive(Default)]
pub(super) struct Record {
    failures: u64,
    last_failure_ms: u64,
}

impl Sync<'_, '_> {
    /// `newBackoffRecord`: what was remembered, and what has ended since and isn't counted yet.
    pub(super) fn backoff_record(&self) -> Record {
        let known = self.context.memory.get(&meta::key(&self.job)).cloned().unwrap_or_default();
        let mut record = Record { failures: count(&known, "failures") as u64, last_failure_ms: count(&known, "lastFailureMs") as u64 };
        let fresh = || self.pods.iter().filter(|pod| has_tracking_finalizer(pod) && !self.is_uncounted(pod));
        let last_success_ms = fresh().filter(|pod| pods::phase(pod) == "Succeeded").map(finished_ms).max();
        if last_success_ms.is_some() {
            record = Record::default();
        }
        let failures_ms = fresh().filter(|pod| self.is_failed(pod)).map(finished_ms);
        for failure_ms in failures_ms.filter(|&failure_ms| failure_ms > last_success_ms.unwrap_or(0)) {
            record.failures += 1;
            record.last_failure_ms = record.last_failure_ms.max(failure_ms);
        }
        record
    }

    /// Remembers it, once the pods it is made of are counted.
    pub(super) fn keep_backoff(&mut self, record: &Record) {
        let key = meta::key(&self.job);
        let known = json!({"failures": record.failures, "lastFailureMs": record.last_failure_ms});
        if record.failures == 0 {
            self.context.memory.remove(&key);
        } else if self.context.memory.get(&key) != Some(&known) {
            self.context.memory.insert(key, known);
        }
    }

    /// How long until the next pod may be made: the longer the more pods have failed since one last succeeded.
    pub(super) fn backoff_ms(&self) -> u64 {
        let record = self.backoff_record();
        self.remaining_ms(record.failures, record.last_failure_ms)
    }

    /// The same for one index, by its pods that are still there.
    pub(super) fn index_backoff_ms(&self, index: Option<i64>) -> u64 {
        let failures = self.pods.iter().filter(|pod| indexed::of_pod(pod) == index && self.is_failed(pod)).map(finished_ms);
        let (number, last_failure_ms) = failures.fold((0, 0), |(number, last_ms), failure_ms| (number + 1, failure_ms.max(last_ms)));
        self.remaining_ms(number, last_failure_ms)
    }

    fn remaining_ms(&self, failures: u64, last_failure_ms: u64) -> u64 {
        if failures == 0 {
            return 0;
        }
        let backoff_ms = (BACKOFF_MS << (failures - 1).min(16)).min(BACKOFF_LIMIT_MS);
        (last_failure_ms + backoff_ms).saturating_sub(self.now_ms())
    }
}

/// When a pod's last container ended; for a pod that is deleted while it runs, when it was (`getFinishedTime`).
fn finished_ms(pod: &Value) -> u64 {
    let statuses = pod.path("status.containerStatuses").items();
    let ended: Option<Vec<u64>> = statuses.iter().map(|status| time_ms(status.path("state.terminated.finishedAt"))).collect();
    let ready = meta::condition(pod, "Ready");
    let unready = || (ready.get("status").str() == "False").then(|| time_ms(ready.get("lastTransitionTime"))).flatten();
    let deleted = || {
        let deletion_ms = time_ms(pod.path("metadata.deletionTimestamp"))?;
        Some(deletion_ms.saturating_sub(time::seconds_ms(count(pod, "metadata.deletionGracePeriodSeconds"))))
    };
    let created = || time_ms(pod.path("metadata.creationTimestamp"));
    ended.and_then(|times| times.into_iter().max()).or_else(unready).or_else(deleted).or_else(created).unwrap_or(0)
}
