//! ReplicaSets and ReplicationControllers: as many pods as they want (`pkg/controller/replicaset`, which upstream's `pkg/controller/replication` wraps too).

use super::conditions;
use super::controller::{Context, Controller, Queue};
use super::fields::{count, replicas};
use super::refs::{self, OwnerKind};
use super::{pod_control, pods};
use crate::api::resource::{ObjectKey, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// The most pods that one sync makes or deletes (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

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

    fn manage_replicas(&self, context: &mut Context, set: &Value, active: &[Value]) -> Result<(), Status> {
        let wanted = replicas(set).max(0) as usize;
        if active.len() < wanted {
            let missing = (wanted - active.len()).min(BURST_REPLICAS);
            let pod = pod_control::from_template(set.path("spec.template"), set, self.owner.reference(set));
            let (_, result) = pod_control::slow_start(missing, || match pod_control::create(context, pod.clone(), set) {
                Err(status) if pod_control::is_namespace_terminating(&status) => Ok(()),
                result => result.map(|_| ()),
            });
            return result;
        }
        let surplus = (active.len() - wanted).min(BURST_REPLICAS);
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
        let template_labels = set.path("spec.template.metadata.labels").fields();
        let active: Vec<&Value> = claimed.iter().filter(|pod| pods::is_active(pod)).collect();
        let number = |test: &dyn Fn(&Value) -> bool| active.iter().filter(|pod| test(pod)).count() as i64;
        let mut status = set.get("status").clone();
        status.set("replicas", active.len());
        let labelled = number(&|pod| labels::matches_map(template_labels, pod.get("metadata").get("labels").fields()));
        conditions::set_count(&mut status, "fullyLabeledReplicas", labelled);
        conditions::set_count(&mut status, "readyReplicas", number(&pods::is_ready));
        conditions::set_count(&mut status, "availableReplicas", number(&|pod| pods::is_available(pod, min_ready_seconds, context.now_ms)));
        if self.owner.kind == "ReplicaSet" {
            status.set("terminatingReplicas", claimed.iter().filter(|pod| pods::is_terminating(pod)).count());
        }
        status.set("observedGeneration", count(set, "metadata.generation"));
        match failure {
            Some(failure) if conditions::find(&status, "ReplicaFailure").is_null() => {
                let reason = if (active.len() as i64) < replicas(set) { "FailedCreate" } else { "FailedDelete" };
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
        let active: Vec<Value> = claimed.iter().filter(|pod| pods::is_active(pod)).cloned().collect();
        let managed = if meta::is_being_deleted(&set) { Ok(()) } else { self.manage_replicas(context, &set, &active) };
        let status = self.status(context, &set, &claimed, managed.as_ref().err());
        if status != *set.get("status") {
            let mut updated = set.clone();
            updated.set("status", status.clone());
            context.client.update_status(&self.owner.resource, updated)?;
        }
        let min_ready_seconds = count(&set, "spec.minReadySeconds");
        if managed.is_ok() && min_ready_seconds > 0 && count(&status, "readyReplicas") != count(&status, "availableReplicas") {
            let waits = active.iter().filter_map(|pod| pods::available_in_ms(pod, min_ready_seconds, context.now_ms)).filter(|&wait_ms| wait_ms > 0);
            if let Some(wait_ms) = waits.min() {
                context.requeue_after(wait_ms);
            }
        }
        managed
    }
}
