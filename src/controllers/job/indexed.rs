//! The indexes of an Indexed Job: which have succeeded, which have failed, which are next (`indexed_job_utils.go`).

use super::{COMPLETION_INDEX, Sync};
use crate::api::meta;
use crate::controllers::fields::count;
use crate::controllers::pods;
use crate::value::{SortedSet, Value};

/// `0-2,4` → {0, 1, 2, 4}; what isn't below `completions` is left out.
pub(super) fn parse(text: &str, completions: i64) -> SortedSet<i64> {
    let mut indexes = SortedSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) {
            indexes.extend(first..=last.min(completions - 1));
        }
    }
    indexes
}

/// {0, 1, 2, 4} → `0-2,4`; two neighbours are written `0,1`.
pub(super) fn format(indexes: &SortedSet<i64>) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for &index in indexes {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => runs.push((index, index)),
        }
    }
    let written = runs.iter().map(|&(first, last)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    });
    written.collect::<Vec<_>>().join(",")
}

/// The pod's index.
pub(super) fn of_pod(pod: &Value) -> Option<i64> {
    let text = match meta::annotation(pod, COMPLETION_INDEX) {
        "" => meta::label(pod, COMPLETION_INDEX),
        text => text,
    };
    text.parse().ok()
}

/// How often the index of the pod had failed before it, as noted on it.
fn failures_noted(pod: &Value) -> i64 {
    meta::annotation(pod, FAILURE_COUNT).parse().unwrap_or(0)
}

/// The annotation of pods with how often their index has failed.
pub(super) const FAILURE_COUNT: &str = "batch.kubernetes.io/job-index-failure-count";

impl Sync<'_, '_> {
    /// The indexes that have succeeded, those of pods that end now among them.
    pub(super) fn succeeded_indexes(&self) -> SortedSet<i64> {
        let completions = self.completions().unwrap_or(0);
        let mut indexes = parse(self.status.get("completedIndexes").str(), completions);
        let ended = self.pods.iter().filter(|pod| pods::phase(pod) == "Succeeded").filter_map(of_pod);
        indexes.extend(ended.filter(|&index| index < completions));
        indexes
    }

    /// The indexes that have failed for good: more often than `backoffLimitPerIndex`, or by a rule that fails the index.
    pub(super) fn failed_indexes(&self) -> SortedSet<i64> {
        let completions = self.completions().unwrap_or(0);
        let limit = count(&self.job, "spec.backoffLimitPerIndex");
        let mut indexes = parse(self.status.get("failedIndexes").str(), completions);
        for pod in self.pods.iter().filter(|pod| self.is_failed(pod)) {
            let Some(index) = of_pod(pod) else { continue };
            let counts = i64::from(self.counts_as_failure(pod));
            if index < completions && (self.fails_index(pod) || failures_noted(pod) + counts > limit) {
                indexes.insert(index);
            }
        }
        indexes
    }

    /// How often the index has failed so far.
    pub(super) fn index_failures(&self, index: i64) -> i64 {
        let failed = self.pods.iter().filter(|pod| of_pod(pod) == Some(index) && self.is_failed(pod));
        failed.map(|pod| failures_noted(pod) + i64::from(self.counts_as_failure(pod))).max().unwrap_or(0)
    }

    /// The first indexes that have neither ended nor a pod.
    pub(super) fn pending_indexes(&self, number: usize) -> Vec<i64> {
        let mut taken = self.succeeded_indexes();
        if !self.job.path("spec.backoffLimitPerIndex").is_null() {
            taken.extend(self.failed_indexes());
        }
        let holds = |pod: &&Value| pods::is_active(pod) || (self.replaces_failed_only() && pods::is_terminating(pod));
        taken.extend(self.pods.iter().filter(holds).filter_map(of_pod));
        (0..self.completions().unwrap_or(0)).filter(|index| !taken.contains(index)).take(number).collect()
    }
}
