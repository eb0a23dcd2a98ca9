//! Making and deleting a Job's pods (`manageJob`).

use super::{COMPLETION_INDEX, OWNER, Sync, TRACKING_FINALIZER, indexed, track};
use crate::api::meta;
use crate::api::status::Status;
use crate::controllers::{pod_control, pods};
use crate::value::{SortedMap, SortedSet, Value, json};

/// The most pods that one sync makes or deletes (`MaxPodCreateDeletePerSync`).
const BURST: usize = 500;

impl Sync<'_, '_> {
    /// `deleteActivePods`: deletes all active pods, as the Job is over; they keep their finalizers until they are counted.
    pub(super) fn delete_active(&mut self) -> Result<(), Status> {
        let doomed = std::mem::take(&mut self.active);
        for pod in &doomed {
            pod_control::delete(self.context, pod, &self.job)?;
        }
        if !self.replaces_failed_only() {
            self.failed += doomed.len() as i64;
        }
        Ok(())
    }

    /// `deleteJobPods`: deletes pods that the Job no longer wants; without their finalizers, as they count for nothing.
    fn delete_unwanted(&mut self, doomed: &[Value]) -> Result<(), Status> {
        for pod in doomed {
            track::remove_finalizer(self.context, pod)?;
            pod_control::delete(self.context, pod, &self.job)?;
        }
        let gone: SortedSet<&str> = doomed.iter().map(meta::uid).collect();
        self.active.retain(|pod| !gone.contains(meta::uid(pod)));
        Ok(())
    }

    /// `manageJob`.
    pub(super) fn manage(&mut self) -> Result<(), Status> {
        let active = self.active.len() as i64;
        if self.is_suspended() {
            let doomed = self.active.clone();
            return self.delete_unwanted(&doomed);
        }
        let parallelism = self.job.path("spec.parallelism").as_i64().unwrap_or(1);
        let wanted = match self.completions() {
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded - self.failed_index_count()).min(parallelism).max(0),
        };
        let doomed = self.surplus((active - wanted).max(0) as usize);
        if !doomed.is_empty() {
            return self.delete_unwanted(&doomed);
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
        pods::sort_for_deletion(&mut ranked, &SortedMap::new(), self.now_ms());
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
            let wait_ms = self.backoff_ms();
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
            let waits: Vec<u64> = indexes.iter().map(|index| self.index_backoff_ms(*index)).collect();
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
}

fn add_index_variable(container: &mut Value) {
    let is_there = container.get("env").items().iter().any(|variable| variable.get("name").str() == "JOB_COMPLETION_INDEX");
    if !is_there {
        let path = format!("metadata.labels['{COMPLETION_INDEX}']");
        container.push("env", json!({"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"fieldPath": path}}}));
    }
}
