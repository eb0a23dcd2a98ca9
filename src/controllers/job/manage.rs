//! Making and deleting a Job's pods (`manageJob`).

use super::{COMPLETION_INDEX, OWNER, Sync, TRACKING_FINALIZER, indexed};
use crate::api::meta;
use crate::api::status::Status;
use crate::controllers::fields::{count, time_ms};
use crate::controllers::{pod_control, pods};
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A failed pod is replaced after 10 s, doubling with each failure up to 10 minutes (`DefaultJobPodFailureBackOff`).
const BACKOFF_MS: u64 = 10_000;
const BACKOFF_LIMIT_MS: u64 = 600_000;
/// The most pods that one sync makes or deletes (`MaxPodCreateDeletePerSync`).
const BURST: usize = 500;

impl Sync<'_, '_> {
    /// Deletes all active pods, as the Job is over.
    pub(super) fn delete_active(&mut self) -> Result<(), Status> {
        let doomed = std::mem::take(&mut self.active);
        self.delete_pods(&doomed)
    }

    fn delete_pods(&mut self, doomed: &[Value]) -> Result<(), Status> {
        for pod in doomed {
            pod_control::delete(self.context, pod, &self.job)?;
        }
        let gone: BTreeSet<&str> = doomed.iter().map(meta::uid).collect();
        self.active.retain(|pod| !gone.contains(meta::uid(pod)));
        if !self.replaces_failed_only() {
            self.failed += doomed.len() as i64;
        }
        Ok(())
    }

    /// `manageJob`.
    pub(super) fn manage(&mut self) -> Result<(), Status> {
        let active = self.active.len() as i64;
        if self.is_suspended() {
            let doomed = self.active.clone();
            return self.delete_pods(&doomed);
        }
        let parallelism = self.job.path("spec.parallelism").as_i64().unwrap_or(1);
        let wanted = match self.completions() {
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded - self.failed_index_count()).min(parallelism).max(0),
        };
        let doomed = self.surplus((active - wanted).max(0) as usize);
        if !doomed.is_empty() {
            return self.delete_pods(&doomed);
        }
        let waiting_for = if self.replaces_failed_only() { self.terminating() } else { 0 };
        let missing = (wanted - waiting_for - active).max(0) as usize;
        if missing == 0 {
            return Ok(());
        }
        self.create_pods(missing.min(BURST))
    }

    fn failed_index_count(&self) -> i64 {
        let per_index = self.is_indexed() && !self.job.path("spec.backoffLimitPerIndex").is_null();
        if per_index { self.failed_indexes().len() as i64 } else { 0 }
    }

    /// The active pods that go: those of an index that has another or is done, then those that are the least loss.
    fn surplus(&self, at_least: usize) -> Vec<Value> {
        let mut ranked = self.active.clone();
        pods::sort_for_deletion(&mut ranked, &BTreeMap::new(), self.now_ms());
        let mut doomed = Vec::new();
        if self.is_indexed() {
            let completions = self.completions().unwrap_or(0);
            let mut taken = self.succeeded_indexes();
            // The best pod of an index is the last in the ranking.
            let keeps: Vec<bool> =
                ranked.iter().rev().map(|pod| indexed::of_pod(pod).is_some_and(|index| index < completions && taken.insert(index))).collect();
            let keeps: Vec<bool> = keeps.into_iter().rev().collect();
            let (kept, duplicates): (Vec<_>, Vec<_>) = ranked.into_iter().zip(keeps).partition(|(_, keep)| *keep);
            doomed.extend(duplicates.into_iter().map(|(pod, _)| pod));
            ranked = kept.into_iter().map(|(pod, _)| pod).collect();
        }
        let more = at_least.saturating_sub(doomed.len());
        doomed.extend(ranked.into_iter().take(more));
        doomed.truncate(BURST);
        doomed
    }

    fn create_pods(&mut self, missing: usize) -> Result<(), Status> {
        let per_index = !self.job.path("spec.backoffLimitPerIndex").is_null();
        if !per_index {
            let wait_ms = self.backoff_ms(|_| true);
            if wait_ms > 0 {
                self.context.requeue_after(wait_ms);
                return Ok(());
            }
        }
        let mut indexes: Vec<Option<i64>> = match self.is_indexed() {
            true => self.pending_indexes(missing).into_iter().map(Some).collect(),
            false => vec![None; missing],
        };
        if per_index {
            let waits: Vec<u64> = indexes.iter().map(|index| self.backoff_ms(|pod| indexed::of_pod(pod) == *index)).collect();
            if let Some(wait_ms) = waits.iter().copied().filter(|&wait_ms| wait_ms > 0).min() {
                self.context.requeue_after(wait_ms);
            }
            indexes = indexes.into_iter().zip(waits).filter(|(_, wait_ms)| *wait_ms == 0).map(|(index, _)| index).collect();
        }
        let new: Vec<Value> = indexes.iter().map(|index| self.new_pod(*index)).collect();
        let mut next = new.iter();
        let (context, job) = (&mut *self.context, &self.job);
        let mut created = Vec::new();
        let (_, result) = pod_control::slow_start(new.len(), || {
            let Some(pod) = next.next() else { return Ok(()) };
            match pod_control::create(context, pod.clone(), job) {
                Ok(pod) => created.push(pod),
                Err(status) if pod_control::is_namespace_terminating(&status) => {}
                Err(status) => return Err(status),
            }
            Ok(())
        });
        self.active.extend(created);
        result
    }

    fn new_pod(&self, index: Option<i64>) -> Value {
        let mut pod = pod_control::from_template(self.job.path("spec.template"), &self.job, OWNER.reference(&self.job));
        pod.push("metadata.finalizers", TRACKING_FINALIZER);
        let Some(index) = index else { return pod };
        meta::set_annotation(&mut pod, COMPLETION_INDEX, &index.to_string());
        pod.path_mut("metadata.labels").fields_mut().insert(COMPLETION_INDEX, index.to_string());
        if !self.job.path("spec.backoffLimitPerIndex").is_null() {
            meta::set_annotation(&mut pod, indexed::FAILURE_COUNT, &self.index_failures(index).to_string());
        }
        let name = format!("{}-{index}", meta::name(&self.job));
        pod.set("metadata.generateName", format!("{name}-"));
        pod.set("spec.hostname", name);
        for list in ["initContainers", "containers"] {
            if pod.path("spec").get(list).items().is_empty() {
                continue;
            }
            for container in pod.path_mut("spec").get_mut(list).items_mut() {
                add_index_variable(container);
            }
        }
        pod
    }

    /// How long until the next pod may be made: the longer the more pods have failed since one last succeeded.
    fn backoff_ms(&self, concerns: impl Fn(&Value) -> bool) -> u64 {
        let concerned = || self.pods.iter().filter(|pod| concerns(pod));
        let last_success_ms = concerned().filter(|pod| pods::phase(pod) == "Succeeded").map(finished_ms).max().unwrap_or(0);
        let failures: Vec<u64> = concerned().filter(|pod| self.is_failed(pod)).map(finished_ms).filter(|&time_ms| time_ms > last_success_ms).collect();
        let Some(&last_failure_ms) = failures.iter().max() else { return 0 };
        let doublings = (failures.len() - 1).min(16) as u32;
        let backoff_ms = (BACKOFF_MS << doublings).min(BACKOFF_LIMIT_MS);
        (last_failure_ms + backoff_ms).saturating_sub(self.now_ms())
    }
}

fn add_index_variable(container: &mut Value) {
    let is_there = container.get("env").items().iter().any(|variable| variable.get("name").str() == "JOB_COMPLETION_INDEX");
    if !is_there {
        let path = format!("metadata.labels['{COMPLETION_INDEX}']");
        container.push("env", json!({"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"fieldPath": path}}}));
    }
}

/// When a pod's last container ended (`getFinishedTime`).
fn finished_ms(pod: &Value) -> u64 {
    let lists = ["initContainerStatuses", "containerStatuses"];
    let ended = lists.iter().flat_map(|list| pod.get("status").get(list).items()).filter_map(|status| time_ms(status.path("state.terminated.finishedAt")));
    let deleted = time_ms(pod.path("metadata.deletionTimestamp"))
        .map(|time_ms| time_ms.saturating_sub(count(pod, "metadata.deletionGracePeriodSeconds").max(0) as u64 * 1000));
    let unready = time_ms(meta::condition(pod, "Ready").get("lastTransitionTime"));
    ended.max().or(unready).or(deleted).unwrap_or(0)
}
