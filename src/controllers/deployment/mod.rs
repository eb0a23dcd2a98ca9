//! Deployments: ReplicaSets, one a template, of which the newest is rolled out (`pkg/controller/deployment`).

mod progress;
mod recreate;
mod rolling;
mod sync;
mod util;

use super::conditions;
use super::controller::{Context, Controller, Queue};
use super::fields::replicas;
use super::refs::{self, OwnerKind};
use crate::api::resource::{DEPLOYMENTS, ObjectKey, PODS, REPLICA_SETS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

static OWNER: OwnerKind = OwnerKind { resource: DEPLOYMENTS, api_version: "apps/v1", kind: "Deployment" };

/// The controller of Deployments.
pub(super) struct DeploymentController;

impl Controller for DeploymentController {
    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == DEPLOYMENTS {
            queue.add_object(&change.object);
        } else if change.resource == REPLICA_SETS {
            queue.add_controller_of(change, "Deployment");
            if change.type_ != ChangeType::Deleted && meta::controller_of(&change.object).is_null() {
                let set_labels = change.object.path("metadata.labels").fields();
                for deployment in store.list(&DEPLOYMENTS, Some(meta::namespace(&change.object))) {
                    if labels::matches(deployment.path("spec.selector"), set_labels) {
                        queue.add_object(deployment);
                    }
                }
            }
        } else if change.resource == PODS && change.type_ == ChangeType::Deleted {
            enqueue_recreate(change, store, queue);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(deployment) = context.get(&DEPLOYMENTS, key) else { return Ok(()) };
        let selector = deployment.path("spec.selector").clone();
        let replica_sets = refs::claim(context, &OWNER, &deployment, &selector, &REPLICA_SETS)?;
        Rollout { context, deployment, replica_sets }.run()
    }
}

/// A Deployment that recreates waits for the last pod of the old template to be gone.
fn enqueue_recreate(change: &Change, store: &Store, queue: &mut Queue) {
    let owner = meta::controller_of(&change.object);
    let Some((_, set)) = store.find_uid(owner.get("uid").str()) else { return };
    let of_set = meta::controller_of(set);
    let Some(deployment) = store.get(&DEPLOYMENTS, meta::namespace(set), of_set.get("name").str()) else { return };
    if meta::uid(deployment) == of_set.get("uid").str() && deployment.path("spec.strategy.type").str() == "Recreate" {
        queue.add_object(deployment);
    }
}

/// One sync of a Deployment.
struct Rollout<'a, 'b> {
    context: &'a mut Context<'b>,
    deployment: Value,
    /// All that belong to it, the newest template's among them.
    replica_sets: Vec<Value>,
}

impl Rollout<'_, '_> {
    /// `syncDeployment`.
    fn run(mut self) -> Result<(), Status> {
        if meta::is_being_deleted(&self.deployment) {
            let (new, old) = self.sync_revision(false)?;
            return self.sync_deployment_status(new.as_ref(), &old);
        }
        self.check_paused_conditions()?;
        if self.is_paused() || self.is_scaling_event() {
            return self.sync();
        }
        match self.deployment.path("spec.strategy.type").str() {
            "Recreate" => self.rollout_recreate(),
            _ => self.rollout_rolling(),
        }
    }

    fn is_paused(&self) -> bool {
        self.deployment.path("spec.paused").as_bool() == Some(true)
    }

    fn replicas(&self) -> i64 {
        replicas(&self.deployment)
    }

    /// Says in the `Progressing` condition that the Deployment was paused or resumed, so that its deadline doesn't run meanwhile.
    fn check_paused_conditions(&mut self) -> Result<(), Status> {
        if !util::has_progress_deadline(&self.deployment) {
            return Ok(());
        }
        let reason = meta::condition(&self.deployment, "Progressing").get("reason").str();
        if reason == "ProgressDeadlineExceeded" {
            return Ok(());
        }
        let said = reason == "DeploymentPaused";
        let (reason, message) = match (self.is_paused(), said) {
            (true, false) => ("DeploymentPaused", "Deployment is paused"),
            (false, true) => ("DeploymentResumed", "Deployment is resumed"),
            _ => return Ok(()),
        };
        self.set_condition("Progressing", "Unknown", reason, message);
        self.update_status()
    }

    /// A condition with the times of now.
    fn condition(&self, type_: &str, status: &str, reason: &str, message: &str) -> Value {
        let now = self.context.now();
        json!({
            "type": type_, "status": status, "reason": reason, "message": message, "lastUpdateTime": now.str(), "lastTransitionTime": now.str(),
        })
    }

    fn set_condition(&mut self, type_: &str, status: &str, reason: &str, message: &str) {
        let condition = self.condition(type_, status, reason, message);
        conditions::set(self.deployment.get_mut("status"), condition);
    }

    /// Writes the Deployment's status (and annotations) as they are in memory.
    fn update_status(&mut self) -> Result<(), Status> {
        self.deployment = self.context.client.update_status(&DEPLOYMENTS, self.deployment.clone())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
