//! Whether a rollout gets on, and what its status says about it (`pkg/controller/deployment/progress.go`).

use super::super::conditions;
use super::super::fields::{count, time_ms};
use super::{Rollout, util};
use crate::api::meta;
use crate::api::status::Status;
use crate::api::time;
use crate::value::Value;

impl Rollout<'_, '_> {
    /// `syncRolloutStatus`.
    pub(super) fn sync_rollout_status(mut self, new: Option<&Value>, old: &[Value]) -> Result<(), Status> {
        let mut status = self.calculate_status(new, old);
        let has_deadline = util::has_progress_deadline(&self.deployment);
        if !has_deadline {
            conditions::remove(&mut status, "Progressing");
        }
        let current = meta::condition(&self.deployment, "Progressing").clone();
        let was_complete = count(&status, "replicas") == count(&status, "updatedReplicas") && current.get("reason").str() == "NewReplicaSetAvailable";
        if has_deadline && !was_complete {
            let subject = match new {
                Some(set) => format!("ReplicaSet \"{}\"", meta::name(set)),
                None => format!("Deployment \"{}\"", meta::name(&self.deployment)),
            };
            self.note_progress(&mut status, &current, &subject);
        }
        match replica_failure(new, old) {
            Some(failure) => {
                let now = self.context.now();
                let mut condition = self.condition("ReplicaFailure", failure.get("status").str(), failure.get("reason").str(), failure.get("message").str());
                condition.set("lastTransitionTime", failure.get("lastTransitionTime"));
                condition.set("lastUpdateTime", now);
                conditions::set(&mut status, condition);
            }
            None => conditions::remove(&mut status, "ReplicaFailure"),
        }
        if status == *self.deployment.get("status") {
            self.requeue_stuck(&status);
            return Ok(());
        }
        self.deployment.set("status", status);
        self.update_status()
    }

    fn note_progress(&self, status: &mut Value, current: &Value, subject: &str) {
        if util::is_complete(&self.deployment, status) {
            let message = format!("{subject} has successfully progressed.");
            conditions::set(status, self.condition("Progressing", "True", "NewReplicaSetAvailable", &message));
        } else if is_progressing(self.deployment.get("status"), status) {
            let mut condition = self.condition("Progressing", "True", "ReplicaSetUpdated", &format!("{subject} is progressing."));
            if current.get("status").str() == "True" {
                condition.set("lastTransitionTime", current.get("lastTransitionTime"));
            }
            conditions::remove(status, "Progressing");
            conditions::set(status, condition);
        } else if self.has_timed_out(status) {
            let message = format!("{subject} has timed out progressing.");
            conditions::set(status, self.condition("Progressing", "False", "ProgressDeadlineExceeded", &message));
        }
    }

    fn deadline_ms(&self) -> u64 {
        time::seconds_ms(count(&self.deployment, "spec.progressDeadlineSeconds"))
    }

    /// `DeploymentTimedOut`.
    fn has_timed_out(&self, status: &Value) -> bool {
        let condition = conditions::find(status, "Progressing");
        match condition.get("reason").str() {
            "" | "NewReplicaSetAvailable" => false,
            "ProgressDeadlineExceeded" => true,
            _ => time_ms(condition.get("lastUpdateTime")).is_some_and(|since_ms| since_ms + self.deadline_ms() < self.context.now_ms),
        }
    }

    /// `requeueStuckDeployment`: nothing changes, so only the clock will tell that the deadline has passed.
    fn requeue_stuck(&mut self, status: &Value) {
        let condition = meta::condition(&self.deployment, "Progressing");
        let is_over = util::is_complete(&self.deployment, status) || condition.get("reason").str() == "ProgressDeadlineExceeded";
        if is_over || !util::has_progress_deadline(&self.deployment) {
            return;
        }
        if let Some(since_ms) = time_ms(condition.get("lastUpdateTime")) {
            let after_ms = (since_ms + self.deadline_ms()).saturating_sub(self.context.now_ms);
            self.context.requeue_after(after_ms + 1000);
        }
    }
}

/// `DeploymentProgressing`: more of the new, fewer of the old, or more that are ready than before.
fn is_progressing(before: &Value, now: &Value) -> bool {
    let old = |status: &Value| count(status, "replicas") - count(status, "updatedReplicas");
    let grew = |field: &str| count(now, field) > count(before, field);
    grew("updatedReplicas") || old(now) < old(before) || grew("readyReplicas") || grew("availableReplicas")
}

/// `getReplicaFailures`: the new ReplicaSet's failure, or else that of an old one.
fn replica_failure(new: Option<&Value>, old: &[Value]) -> Option<Value> {
    let failure = |set: &Value| Some(meta::condition(set, "ReplicaFailure")).filter(|condition| !condition.is_null()).cloned();
    new.and_then(failure).or_else(|| old.iter().find_map(failure))
}
