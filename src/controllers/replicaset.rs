//! ReplicaSets and ReplicationControllers: as many pods as they want (`pkg/controller/replicaset`, which upstream's `pkg/controller/replication` wraps too).

use super::conditions;
use super::controller::{Burst, Context, Controller, Queue};
use super::fields::{count, replicas};
use super::pod_control::{self, SlowStart};
use super::pods;
use super::refs::{self, OwnerKind};
use crate::api::resource::{ObjectKey, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// The most pods that one sync makes or deletes (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

/// How many of them are made in one piece of work.
const PODS_AT_ONCE: usize = 10;

/// The controller of ReplicaSets or of ReplicationControllers.
pub(super) struct ReplicaSetController {
    name: &'static str,
    owner: OwnerKind,
}

/// The one of ReplicaSets.
pub(super) static REPLICA_SET: ReplicaSetController =
    ReplicaSetController { name: "replicaset-controller", owner: OwnerKind { resource: REPLICA_SETS, api_version: "apps/v1", kind: "ReplicaSet" } };

/// The one of ReplicationControllers.
pub(super) static REPLICATION_CONTROLLER: ReplicaSetController = ReplicaSetController {
    name: "replication-controller",
    owner: OwnerKind { resource: REPLICATION_CONTROLLERS, api_version: "v1", kind: "ReplicationController" },
};

impl ReplicaSetController {
    /// The selector in the form of a `LabelSelector`; that of a ReplicationController is a plain map.
    fn selector(&self, set: &Value) -> Value {
        let selector = set.get("spec").get("selector");
        if self.owner.kind == "ReplicaSet" {
            selector.clone()
        } else {
            Value::from([("matchLabels".into(), selector.clone())].into_iter().collect::<crate::value::Map>())
        }
    }

    /// What makes the missing pods; `None` where there are enough.
    fn missing_pods(&self, set: &Value, claimed: &[Value], active: usize) -> Option<Burst> {
        let missing = (replicas(set).max(0) as usize).saturating_sub(active).min(BURST_REPLICAS);
        let pod = || pod_control::from_template(set.path("spec.template"), set, self.owner.reference(set));
        (missing > 0).then(|| Burst { owner: set.clone(), claimed: claimed.to_vec(), pod: pod(), start: SlowStart::new(missing) })
    }

    fn delete_surplus(&self, context: &mut Context, set: &Value, active: &[Value]) -> Result<(), Status> {
        let wanted = replicas(set).max(0) as usize;
        let surplus = active.len().saturating_sub(wanted).min(BURST_REPLICAS);
        if surplus == 0 {
            return Ok(());
        }
        let mut ranked = active.to_vec();
        if surplus < ranked.len() {
            let related = pods::related_on_nodes(context.store(), set);
            pods::sort_for_deletion(&mut ranked, &related, context.now_ms);
        }
        ranked.iter().take(surplus).map(|pod| pod_control::delete(context, pod, set)).fold(Ok(()), Result::and)
    }

    /// `calculateStatus`.
    fn status(&self, context: &Context, set: &Value, claimed: &[Value], failure: Option<&Status>) -> Value {
        let min_ready_seconds = count(set, "spec.minReadySeconds");
        let template_labels = set.path("spec.template.metadata.labels");
        let (mut active, mut terminating, mut labelled, mut ready, mut available) = (0, 0, 0, 0, 0);
        for pod in claimed.iter().filter(|pod| !pods::is_terminal(pod)) {
            if meta::is_being_deleted(pod) {
                terminating += 1;
                continue;
            }
            active += 1;
            let pod_labels = pod.get("metadata").get("labels");
            labelled += i64::from(pod_labels.same(template_labels) || labels::matches_map(template_labels.fields(), pod_labels.fields()));
            if pods::is_ready(pod) {
                ready += 1;
                available += i64::from(min_ready_seconds == 0 || pods::is_available(pod, min_ready_seconds, context.now_ms));
            }
        }
        let mut status = set.get("status").clone();
        status.set("replicas", active);
        conditions::set_count(&mut status, "fullyLabeledReplicas", labelled);
        conditions::set_count(&mut status, "readyReplicas", ready);
        conditions::set_count(&mut status, "availableReplicas", available);
        if self.owner.kind == "ReplicaSet" {
            status.set("terminatingReplicas", terminating);
        }
        status.set("observedGeneration", count(set, "metadata.generation"));
        match failure {
            Some(failure) if conditions::find(&status, "ReplicaFailure").is_null() => {
                let reason = if active < replicas(set) { "FailedCreate" } else { "FailedDelete" };
                let condition = json!({"type": "ReplicaFailure", "status": "True", "lastTransitionTime": context.now().str(), "reason": reason, "message": failure.message});
                conditions::set(&mut status, condition);
            }
            None => conditions::remove(&mut status, "ReplicaFailure"),
            Some(_) => {}
        }
        status
    }
}

impl Controller for ReplicaSetController {
    fn name(&self) -> &'static str {
        self.name
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == self.owner.resource {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            queue.add_controller_of(change, self.owner.kind);
            let may_be_adopted = change.type_ != ChangeType::Deleted && meta::controller_of(&change.object).is_null();
            if may_be_adopted && (change.changed("metadata.labels") || change.changed("metadata.ownerReferences")) {
                let pod_labels = change.object.path("metadata.labels").fields();
                for set in store.list(&self.owner.resource, Some(meta::namespace(&change.object))) {
                    if labels::matches(&self.selector(set), pod_labels) {
                        queue.add_object(set);
                    }
                }
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(&self.owner.resource, key) else { return Ok(()) };
        let claimed = refs::claim(context, &self.owner, &set, &self.selector(&set), &PODS)?;
        if meta::is_being_deleted(&set) {
            return self.finish(context, &set, &claimed, Ok(()));
        }
        let active: Vec<Value> = claimed.iter().filter(|pod| pods::is_active(pod)).cloned().collect();
        if let Some(burst) = self.missing_pods(&set, &claimed, active.len()) {
            return self.go_on(burst, context);
        }
        let managed = self.delete_surplus(context, &set, &active);
        self.finish(context, &set, &claimed, managed)
    }

    /// Makes some of the missing pods, and all that follows after the last.
    fn go_on(&self, mut burst: Burst, context: &mut Context) -> Result<(), Status> {
        let Burst { owner, pod, start, .. } = &mut burst;
        let mut create = || match pod_control::create(context, pod.clone(), owner) {
            Err(status) if pod_control::is_namespace_terminating(&status) => Ok(()),
            result => result.map(|_| ()),
        };
        let is_done = (0..PODS_AT_ONCE).any(|_| start.go_on(&mut create));
        if !is_done {
            context.burst = Some(burst);
            return Ok(());
        }
        self.finish(context, &burst.owner, &burst.claimed, burst.start.outcome())
    }
}

impl ReplicaSetController {
    /// Writes the status; a failure to make or delete pods comes back.
    fn finish(&self, context: &mut Context, set: &Value, claimed: &[Value], managed: Result<(), Status>) -> Result<(), Status> {
        let status = self.status(context, set, claimed, managed.as_ref().err());
        if status != *set.get("status") {
            let mut updated = set.clone();
            updated.set("status", status.clone());
            context.client.update_status(&self.owner.resource, updated)?;
        }
        let min_ready_seconds = count(set, "spec.minReadySeconds");
        if managed.is_ok() && min_ready_seconds > 0 && count(&status, "readyReplicas") != count(&status, "availableReplicas") {
            let waits = claimed
                .iter()
                .filter(|pod| pods::is_active(pod))
                .filter_map(|pod| pods::available_in_ms(pod, min_ready_seconds, context.now_ms))
                .filter(|&wait_ms| wait_ms > 0);
            if let Some(wait_ms) = waits.min() {
                context.requeue_after(wait_ms);
            }
        }
        managed
    }
}
