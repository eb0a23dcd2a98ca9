//! Jobs: pods that run to completion, counted exactly once (`pkg/controller/job`).

mod backoff;
mod finish;
mod indexed;
mod manage;
mod policy;
mod track;

use super::agenda::Backoff;
use super::controller::{Context, Controller, Queue};
use super::fields::{count, time_ms};
use super::pods;
use super::refs::{self, OwnerKind};
use crate::api::resource::{JOBS, ObjectKey, PODS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SmolStr, Value};

static OWNER: OwnerKind = OwnerKind { resource: JOBS, api_version: "batch/v1", kind: "Job" };
/// Keeps a pod until it is counted.
const TRACKING_FINALIZER: &str = "batch.kubernetes.io/job-tracking";
const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// Changes of pods are gathered for that long (`syncJobBatchPeriod`).
const BATCH_PERIOD_MS: u64 = 1_000;

/// The controller of Jobs.
pub(super) struct JobController;

impl Controller for JobController {
    fn name(&self) -> &'static str {
        "job-controller"
    }

    /// What the API server refuses is tried again less often than elsewhere (`DefaultJobApiBackOff`, `MaxJobApiBackOff`).
    fn backoff(&self) -> Backoff {
        Backoff { base_ms: 1_000, limit_ms: 60_000 }
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == JOBS {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            let owner = meta::controller_of(&change.object);
            if owner.get("kind").str() == "Job" {
                let key = ObjectKey::new(meta::namespace(&change.object), owner.get("name").str());
                if store.get_key(&JOBS, &key).is_none() && has_tracking_finalizer(&change.object) {
                    queue.add(orphan_key(&change.object));
                }
                queue.add_after(key, if change.type_ == ChangeType::Modified { BATCH_PERIOD_MS } else { 0 });
            } else if owner.is_null() && change.type_ != ChangeType::Deleted && change.changed("metadata") {
                if has_tracking_finalizer(&change.object) {
                    queue.add(orphan_key(&change.object));
                }
                let pod_labels = change.object.path("metadata.labels").fields();
                for job in store.list(&JOBS, Some(meta::namespace(&change.object))) {
                    if labels::matches(job.path("spec.selector"), pod_labels) {
                        queue.add_object(job);
                    }
                }
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        if let Some(pod) = key.name.strip_prefix(ORPHAN) {
            return release_orphan(context, &ObjectKey::new(&key.namespace, pod));
        }
        let Some(job) = context.get(&JOBS, key) else {
            context.memory.remove(key);
            let left: Vec<Value> = context.store().list(&PODS, Some(&key.namespace)).filter(|pod| is_left_of(pod, &key.name)).cloned().collect();
            return left.iter().try_for_each(|pod| track::remove_finalizer(context, pod));
        };
        let managed_by = job.path("spec.managedBy").str();
        if is_finished(&job) {
            context.memory.remove(key);
            return Ok(());
        }
        if !matches!(managed_by, "" | "kubernetes.io/job-controller") {
            return Ok(());
        }
        let selector = job.path("spec.selector").clone();
        let pods = refs::claim(context, &OWNER, &job, &selector, &PODS)?;
        Sync::new(context, job, pods).run()
    }
}

/// Names of keys that are pods rather than Jobs start so; no Job's name does.
const ORPHAN: &str = "pod:";

fn orphan_key(pod: &Value) -> ObjectKey {
    ObjectKey { namespace: SmolStr::new(meta::namespace(pod)), name: SmolStr::from(format!("{ORPHAN}{}", meta::name(pod))) }
}

fn is_left_of(pod: &Value, job: &str) -> bool {
    let owner = meta::controller_of(pod);
    owner.get("kind").str() == "Job" && owner.get("name").str() == job && has_tracking_finalizer(pod)
}

/// `syncOrphanPod`: nobody will count a pod whose Job is gone, so nothing need hold it.
fn release_orphan(context: &mut Context, key: &ObjectKey) -> Result<(), Status> {
    let Some(pod) = context.get(&PODS, key).filter(has_tracking_finalizer) else { return Ok(()) };
    let owner = meta::controller_of(&pod);
    let job = context.store().get(&JOBS, &key.namespace, owner.get("name").str());
    if job.is_some_and(|job| meta::uid(job) == owner.get("uid").str() && !is_finished(job)) {
        return Ok(());
    }
    track::remove_finalizer(context, &pod)
}

fn has_tracking_finalizer(pod: &Value) -> bool {
    pod.path("metadata.finalizers").items().iter().any(|finalizer| finalizer.str() == TRACKING_FINALIZER)
}

/// Whether the Job is complete or failed.
pub(super) fn is_finished(job: &Value) -> bool {
    meta::is_condition_true(job, "Complete") || meta::is_condition_true(job, "Failed")
}

/// What the Job is to end as.
#[derive(Clone)]
struct Verdict {
    /// `FailureTarget` or `SuccessCriteriaMet`; once its pods are gone `Failed` or `Complete`.
    type_: &'static str,
    reason: String,
    message: String,
}

impl Verdict {
    fn failure(reason: &str, message: impl Into<String>) -> Verdict {
        Verdict { type_: "FailureTarget", reason: reason.into(), message: message.into() }
    }

    fn success(reason: &str, message: impl Into<String>) -> Verdict {
        Verdict { type_: "SuccessCriteriaMet", reason: reason.into(), message: message.into() }
    }

    /// The condition that ends the Job.
    fn terminal_type(&self) -> &'static str {
        if self.type_ == "FailureTarget" { "Failed" } else { "Complete" }
    }
}

/// One sync of a Job (`syncJobCtx`).
struct Sync<'a, 'b> {
    context: &'a mut Context<'b>,
    /// The Job as it was, and its status as it will be.
    job: Value,
    status: Value,
    pods: Vec<Value>,
    active: Vec<Value>,
    /// Pods that have ended and are counted neither in the status nor among the uncounted.
    succeeded: i64,
    failed: i64,
    verdict: Option<Verdict>,
}

impl<'a, 'b> Sync<'a, 'b> {
    fn new(context: &'a mut Context<'b>, job: Value, pods: Vec<Value>) -> Sync<'a, 'b> {
        let active: Vec<Value> = pods.iter().filter(|pod| pods::is_active(pod)).cloned().collect();
        let status = job.get("status").clone();
        Sync { context, status, pods, active, succeeded: 0, failed: 0, verdict: None, job }
    }

    /// `syncJob`.
    fn run(mut self) -> Result<(), Status> {
        if !self.status.has("uncountedTerminatedPods") {
            self.status.set("uncountedTerminatedPods", Value::object());
        }
        self.count();
        if self.status.get("startTime").is_null() && !self.is_suspended() {
            self.status.set("startTime", self.context.now());
        }
        self.verdict = self.find_failure().or_else(|| self.find_early_success());
        let managed = match self.verdict.is_some() {
            true => self.delete_active(),
            false if meta::is_being_deleted(&self.job) => Ok(()),
            false => self.manage(),
        };
        if self.verdict.is_none() {
            self.verdict = self.find_completion();
        }
        if self.verdict.is_none() && !meta::is_being_deleted(&self.job) {
            self.note_suspension();
        }
        let ready = self.active.iter().filter(|pod| pods::is_ready(pod)).count();
        super::conditions::set_count(&mut self.status, "active", self.active.len() as i64);
        self.status.set("ready", ready);
        self.status.set("terminating", self.terminating());
        let tracked = self.track();
        managed.and(tracked)
    }

    fn now_ms(&self) -> u64 {
        self.context.now_ms
    }

    fn is_suspended(&self) -> bool {
        self.job.path("spec.suspend").as_bool() == Some(true)
    }

    fn is_indexed(&self) -> bool {
        self.job.path("spec.completionMode").str() == "Indexed"
    }

    fn completions(&self) -> Option<i64> {
        self.job.path("spec.completions").as_i64()
    }

    /// Whether pods that are being deleted are replaced only when they have ended.
    fn replaces_failed_only(&self) -> bool {
        self.job.path("spec.podReplacementPolicy").str() == "Failed"
    }

    fn terminating(&self) -> i64 {
        self.pods.iter().filter(|pod| pods::is_terminating(pod)).count() as i64
    }

    /// `isPodFailed`: a pod that is being deleted counts as failed, unless only ended ones do.
    fn is_failed(&self, pod: &Value) -> bool {
        pods::phase(pod) == "Failed" || (!self.replaces_failed_only() && meta::is_being_deleted(pod) && pods::phase(pod) != "Succeeded")
    }

    fn uncounted(&self, list: &str) -> &[Value] {
        self.job.path("status.uncountedTerminatedPods").get(list).items()
    }

    fn is_uncounted(&self, pod: &Value) -> bool {
        ["succeeded", "failed"].iter().any(|list| self.uncounted(list).iter().any(|uid| uid.str() == meta::uid(pod)))
    }

    /// How many pods have succeeded and failed so far, those that end now among them.
    fn count(&mut self) {
        let fresh: Vec<&Value> = self.pods.iter().filter(|pod| has_tracking_finalizer(pod) && !self.is_uncounted(pod)).collect();
        let failed = fresh.iter().filter(|pod| self.is_failed(pod) && self.counts_as_failure(pod)).count() as i64;
        let succeeded = fresh.iter().filter(|pod| pods::phase(pod) == "Succeeded").count() as i64;
        self.failed = count(&self.status, "failed") + self.uncounted("failed").len() as i64 + failed;
        self.succeeded = match self.is_indexed() {
            true => self.succeeded_indexes().len() as i64,
            false => count(&self.status, "succeeded") + self.uncounted("succeeded").len() as i64 + succeeded,
        };
    }

    /// How long the Job has been at work.
    fn age_ms(&self) -> Option<u64> {
        Some(self.now_ms().saturating_sub(time_ms(self.status.get("startTime"))?))
    }

    fn write_status(&mut self) -> Result<(), Status> {
        if self.status == *self.job.get("status") {
            return Ok(());
        }
        let mut updated = self.job.clone();
        updated.set("status", self.status.clone());
        self.job = self.context.client.update_status(&JOBS, updated)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
