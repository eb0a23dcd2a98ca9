//! Whether a Job has failed or is complete, and why.

use super::{Sync, Verdict};
use crate::api::meta;
use crate::api::time;
use crate::controllers::conditions;
use crate::controllers::fields::count;
use crate::controllers::pods;
use crate::value::{Value, json};

impl Sync<'_, '_> {
    /// Why the Job fails, if it does; a verdict that stands already stays.
    pub(super) fn find_failure(&mut self) -> Option<Verdict> {
        let target = meta::condition(&self.job, "FailureTarget");
        if target.get("status").str() == "True" {
            return Some(Verdict::failure(target.get("reason").str(), target.get("message").str()));
        }
        let met = meta::condition(&self.job, "SuccessCriteriaMet");
        if met.get("status").str() == "True" {
            return Some(Verdict::success(met.get("reason").str(), met.get("message").str()));
        }
        if let Some(message) = self.fail_job_message() {
            return Some(Verdict::failure("PodFailurePolicy", message));
        }
        let limit = count(&self.job, "spec.backoffLimit");
        if self.failed > limit || self.restarts_exceed(limit) {
            return Some(Verdict::failure("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        if let Some(verdict) = self.past_deadline() {
            return Some(verdict);
        }
        self.find_index_failure()
    }

    /// `pastBackoffLimitOnFailure`: with restartPolicy OnFailure the restarts of its containers count.
    fn restarts_exceed(&self, limit: i64) -> bool {
        if self.job.path("spec.template.spec.restartPolicy").str() != "OnFailure" {
            return false;
        }
        let restarts = |pod: &Value| -> i64 {
            let lists = ["initContainerStatuses", "containerStatuses"];
            lists.iter().flat_map(|list| pod.get("status").get(list).items()).map(|status| count(status, "restartCount")).sum()
        };
        let total: i64 = self.pods.iter().filter(|pod| matches!(pods::phase(pod), "Running" | "Pending")).map(restarts).sum();
        if limit == 0 { total > 0 } else { total >= limit }
    }

    fn past_deadline(&mut self) -> Option<Verdict> {
        let limit_ms = time::seconds_ms(self.job.path("spec.activeDeadlineSeconds").as_i64()?);
        if self.is_suspended() {
            return None;
        }
        let age_ms = self.age_ms()?;
        if age_ms >= limit_ms {
            return Some(Verdict::failure("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        self.context.requeue_after(limit_ms - age_ms);
        None
    }

    /// Whether an index has failed too often, or too many have (`backoffLimitPerIndex`).
    fn find_index_failure(&self) -> Option<Verdict> {
        if self.job.path("spec.backoffLimitPerIndex").is_null() || !self.is_indexed() {
            return None;
        }
        let failed = self.failed_indexes();
        let limit = self.job.path("spec.maxFailedIndexes").as_i64();
        if limit.is_some_and(|limit| failed.len() as i64 > limit) {
            return Some(Verdict::failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"));
        }
        let done = failed.len() as i64 + self.succeeded_indexes().len() as i64;
        let is_over = !failed.is_empty() && done >= self.completions().unwrap_or(0);
        is_over.then(|| Verdict::failure("FailedIndexes", "Job has failed indexes"))
    }

    /// Whether the success policy is met before all indexes are done.
    pub(super) fn find_early_success(&self) -> Option<Verdict> {
        let rules = self.job.path("spec.successPolicy.rules").items();
        if rules.is_empty() || !self.is_indexed() {
            return None;
        }
        let succeeded = self.succeeded_indexes();
        let completions = self.completions().unwrap_or(0);
        let met = |rule: &Value| {
            let wanted = rule.get("succeededIndexes").as_str().map(|text| super::indexed::parse(text, completions));
            let among = wanted.as_ref().map_or(succeeded.len(), |wanted| succeeded.intersection(wanted).count()) as i64;
            match (rule.get("succeededCount").as_i64(), &wanted) {
                (Some(enough), _) => among >= enough,
                (None, Some(wanted)) => among == wanted.len() as i64,
                (None, None) => false,
            }
        };
        let index = rules.iter().position(met)?;
        Some(Verdict::success("SuccessPolicy", format!("Matched rules at index {index}")))
    }

    /// Whether enough pods have succeeded and none is active any more.
    pub(super) fn find_completion(&self) -> Option<Verdict> {
        let is_complete = self.active.is_empty()
            && match self.completions() {
                Some(completions) => self.succeeded >= completions,
                None => self.succeeded > 0,
            };
        is_complete.then(|| Verdict::success("CompletionsReached", "Reached expected number of succeeded pods"))
    }

    /// A condition of a Job.
    pub(super) fn condition(&self, type_: &str, status: &str, reason: &str, message: &str) -> Value {
        let now = self.context.now();
        json!({
            "type": type_, "status": status, "reason": reason, "message": message, "lastProbeTime": now.str(), "lastTransitionTime": now.str(),
        })
    }

    /// Says in the `Suspended` condition, and with an Event, that the Job was suspended or resumed.
    pub(super) fn note_suspension(&mut self) {
        let current = conditions::find(&self.status, "Suspended").get("status").str();
        let (status, reason, event, message) = match (self.is_suspended(), current) {
            (true, "True") | (false, "" | "False") => return,
            (true, _) => ("True", "JobSuspended", "Suspended", "Job suspended"),
            (false, _) => ("False", "JobResumed", "Resumed", "Job resumed"),
        };
        let condition = self.condition("Suspended", status, reason, message);
        let list = self.status.get_mut("conditions").items_mut();
        match list.iter().position(|old| old.get("type").str() == "Suspended") {
            Some(index) => list[index] = condition,
            None => list.push(condition),
        }
        // A Job that is suspended hasn't started; it starts anew when it is resumed.
        if status == "False" {
            self.status.set("startTime", self.context.now());
        } else {
            self.status.fields_mut().remove("startTime");
        }
        self.context.event(&self.job, "Normal", event, message);
    }
}
