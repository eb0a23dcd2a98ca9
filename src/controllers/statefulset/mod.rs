//! StatefulSets: pods with a number, a name and volumes of their own (`pkg/controller/statefulset`).

mod control;
mod pod;
mod retention;

use super::controller::{Context, Controller, Queue};
use super::hash;
use super::history;
use super::pods;
use super::refs::{self, OwnerKind};
use crate::api::resource::{ObjectKey, PODS, STATEFUL_SETS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{SortedSet, Value};

static OWNER: OwnerKind = OwnerKind { resource: STATEFUL_SETS, api_version: "apps/v1", kind: "StatefulSet" };
/// The label of revisions with their hash.
const HASHING: history::Hashing =
    history::Hashing { label: "controller.kubernetes.io/hash", hash: |_, data, collisions| hash::of_revision(data, collisions.unwrap_or(0)) };

/// The controller of StatefulSets.
pub(super) struct StatefulSetController;

impl Controller for StatefulSetController {
    fn name(&self) -> &'static str {
        "statefulset-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == STATEFUL_SETS {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            queue.add_controller_of(change, "StatefulSet");
            if change.type_ != ChangeType::Deleted && meta::controller_of(&change.object).is_null() && change.changed("metadata") {
                for set in store.list(&STATEFUL_SETS, Some(meta::namespace(&change.object))) {
                    if labels::matches(set.path("spec.selector"), change.object.path("metadata.labels").fields()) {
                        queue.add_object(set);
                    }
                }
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(&STATEFUL_SETS, key) else { return Ok(()) };
        let revisions = history::list(context, &OWNER, &set)?;
        let selector = set.path("spec.selector").clone();
        let is_member = |pod: &Value| pod::parent_and_ordinal(meta::name(pod)).is_some_and(|(parent, _)| parent == meta::name(&set));
        let members = refs::claim_some(context, &OWNER, &set, &selector, &PODS, &is_member)?;
        let (update_revision, collisions) = history::current(context, &OWNER, &set, &revisions, &HASHING)?;
        let named = set.path("status.currentRevision").str();
        let current_revision = revisions.iter().find(|revision| meta::name(revision) == named).unwrap_or(&update_revision).clone();
        let mut update = control::Update::new(context, &set, &current_revision, &update_revision, members);
        update.status.set("collisionCount", collisions.unwrap_or(0));
        let result = update.run();
        let (status, live_pods) = update.finish();
        if status != *set.get("status") {
            let mut updated = set.clone();
            updated.set("status", status.clone());
            context.client.update_status(&STATEFUL_SETS, updated)?;
        }
        result?;
        let mut live: SortedSet<String> = live_pods.iter().map(|pod| pod::revision(pod).to_string()).collect();
        live.extend([meta::name(&current_revision).to_string(), meta::name(&update_revision).to_string()]);
        history::truncate(context, &set, &revisions, &live)?;
        let min_ready_seconds = super::fields::count(&set, "spec.minReadySeconds");
        let waits = live_pods.iter().filter_map(|pod| pods::available_in_ms(pod, min_ready_seconds, context.now_ms));
        if let Some(wait_ms) = waits.filter(|&wait_ms| wait_ms > 0).min() {
            context.requeue_after(wait_ms);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
