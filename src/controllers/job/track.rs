//! Counting ended pods exactly once (`trackJobStatusAndRemoveFinalizers`): first their UIDs are noted in the status, then their finalizers go, then they
//! move from the notes to the counts; whatever breaks off in between, nothing is lost or counted twice.

use super::{Sync, TRACKING_FINALIZER, has_tracking_finalizer, indexed};
use crate::api::meta;
use crate::api::resource::PODS;
use crate::api::status::Status;
use crate::controllers::controller::{Context, ignore_not_found};
use crate::controllers::fields::count;
use crate::controllers::{conditions, pods};
use crate::value::Value;

/// How many pods are counted in one go (`MaxUncountedPods`).
const MAX_UNCOUNTED: usize = 500;

/// Lets a pod go.
pub(super) fn remove_finalizer(context: &mut Context, pod: &Value) -> Result<(), Status> {
    let Some(mut current) = context.get(&PODS, &meta::key(pod)).filter(has_tracking_finalizer) else { return Ok(()) };
    current.path_mut("metadata.finalizers").items_mut().retain(|finalizer| finalizer.str() != TRACKING_FINALIZER);
    if current.path("metadata.finalizers").is_empty() {
        current.remove("metadata.finalizers");
    }
    ignore_not_found(context.client.update(&PODS, current))
}

impl Sync<'_, '_> {
    pub(super) fn track(&mut self) -> Result<(), Status> {
        let backoff = self.backoff_record();
        let ended = self.note_ended();
        if let Some(verdict) = self.verdict.clone()
            && conditions::find(&self.status, verdict.type_).is_null()
        {
            let condition = self.condition(verdict.type_, "True", &verdict.reason, &verdict.message);
            self.status.push("conditions", condition);
        }
        if !ended.is_empty() {
            self.write_status()?;
        }
        for pod in &ended {
            remove_finalizer(self.context, pod)?;
        }
        self.move_to_counts();
        self.keep_backoff(&backoff);
        let finished = self.finish();
        self.write_status()?;
        if finished {
            self.tell_finish();
        }
        Ok(())
    }

    /// Notes the pods that have ended, and says whose finalizers may go.
    fn note_ended(&mut self) -> Vec<Value> {
        let is_over = self.verdict.is_some() || meta::is_being_deleted(&self.job);
        let failing = self.verdict.as_ref().is_some_and(|verdict| verdict.type_ == "FailureTarget");
        let mut ended = Vec::new();
        let (mut succeeded, mut failed) = (Vec::new(), Vec::new());
        for pod in self.pods.iter().filter(|pod| has_tracking_finalizer(pod)).take(MAX_UNCOUNTED) {
            let has_succeeded = pods::phase(pod) == "Succeeded";
            let has_failed = self.is_failed(pod);
            if !is_over && !has_succeeded && !has_failed {
                continue;
            }
            ended.push(pod.clone());
            if self.is_uncounted(pod) {
                continue;
            }
            if has_succeeded {
                succeeded.push(Value::from(meta::uid(pod)));
            } else if (has_failed || failing) && self.counts_as_failure(pod) {
                failed.push(Value::from(meta::uid(pod)));
            }
        }
        if self.is_indexed() {
            self.note_indexes();
            succeeded.clear();
        }
        for (list, uids) in [("succeeded", succeeded), ("failed", failed)] {
            if !uids.is_empty() {
                self.status.get_mut("uncountedTerminatedPods").get_mut(list).items_mut().extend(uids);
            }
        }
        ended
    }

    /// The indexes themselves are the count of an Indexed Job.
    fn note_indexes(&mut self) {
        let per_index = !self.job.path("spec.backoffLimitPerIndex").is_null();
        let (succeeded, failed) = (self.succeeded_indexes(), self.failed_indexes());
        conditions::set_count(&mut self.status, "succeeded", succeeded.len() as i64);
        if succeeded.is_empty() {
            self.status.fields_mut().remove("completedIndexes");
        } else {
            self.status.set("completedIndexes", indexed::format(&succeeded));
        }
        if per_index {
            self.status.set("failedIndexes", indexed::format(&failed));
        }
    }

    fn move_to_counts(&mut self) {
        for list in ["succeeded", "failed"] {
            let number = self.status.get("uncountedTerminatedPods").get(list).items().len() as i64;
            if number > 0 {
                let total = count(&self.status, list) + number;
                self.status.set(list, total);
            }
        }
        self.status.set("uncountedTerminatedPods", Value::object());
    }

    /// `enactJobFinished`: the Job is over when none of its pods is left in the middle of ending.
    fn finish(&mut self) -> bool {
        let Some(verdict) = self.verdict.clone() else { return false };
        let store = self.context.store();
        let now: Vec<Value> = self.pods.iter().filter_map(|pod| store.get_key(&PODS, &meta::key(pod)).cloned()).collect();
        let terminating = now.iter().filter(|pod| pods::is_terminating(pod)).count();
        self.status.set("terminating", terminating);
        if terminating > 0 || !self.active.is_empty() {
            return false;
        }
        let condition = self.condition(verdict.terminal_type(), "True", &verdict.reason, &verdict.message);
        self.status.push("conditions", condition);
        if verdict.terminal_type() == "Complete" {
            self.status.set("completionTime", self.context.now());
        }
        true
    }

    fn tell_finish(&mut self) {
        let Some(verdict) = &self.verdict else { return };
        if verdict.terminal_type() == "Complete" {
            self.context.event(&self.job, "Normal", "Completed", "Job completed");
        } else {
            self.context.event(&self.job, "Warning", &verdict.reason, &verdict.message);
        }
    }
}
