//! Pods that nobody will end: those of nodes that are gone, and those that were deleted before they had a node (`pkg/controller/podgc`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::{conditions, pods};
use crate::api::meta;
use crate::api::resource::{NODES, ObjectKey, PODS};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// How often upstream looks (`gcCheckPeriod`).
const PERIOD_MS: u64 = 20_000;
/// How long a node has to be gone (`quarantineTime`).
const QUARANTINE_MS: u64 = 40_000;

/// The garbage collector of pods.
pub(super) struct PodGarbageCollector;

impl Controller for PodGarbageCollector {
    fn name(&self) -> &'static str {
        "pod-garbage-collector"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == NODES {
            // The next look finds the node gone and puts it into quarantine, or finds it out of service.
            let wait_ms = if change.type_ == ChangeType::Deleted { QUARANTINE_MS } else { 0 };
            if change.type_ == ChangeType::Deleted || (change.changed("spec.taints") && is_out_of_service(&change.object)) {
                for pod in store.pods_on_node(meta::name(&change.object)) {
                    queue.add_after(meta::key(pod), until_next_look_ms(change.time_ms) + wait_ms);
                }
            }
        } else if change.resource == PODS && change.type_ != ChangeType::Deleted {
            let node = change.object.path("spec.nodeName").str();
            let found = store.get(&NODES, "", node);
            let is_orphan = change.changed("spec.nodeName") && !node.is_empty() && found.is_none();
            if is_orphan {
                queue.add_after(change.key(), until_next_look_ms(change.time_ms) + QUARANTINE_MS);
            } else if meta::is_being_deleted(&change.object) && (node.is_empty() || found.is_some_and(is_out_of_service)) {
                queue.add_after(change.key(), until_next_look_ms(change.time_ms));
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(&PODS, key) else { return Ok(()) };
        let node = pod.path("spec.nodeName").str();
        if node.is_empty() {
            return if meta::is_being_deleted(&pod) { delete(context, pod, None) } else { Ok(()) };
        }
        if let Some(node) = context.store().get(&NODES, "", node) {
            return if meta::is_being_deleted(&pod) && is_out_of_service(node) { delete(context, pod, None) } else { Ok(()) };
        }
        let why = json!({
            "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": "PodGC: node no longer exists",
            "lastTransitionTime": context.now().str(),
        });
        delete(context, pod, Some(why))
    }
}

/// It looks at everything every so often; until the next time.
fn until_next_look_ms(now_ms: u64) -> u64 {
    PERIOD_MS - now_ms % PERIOD_MS
}

/// Whether a person has said of a node that isn't ready that it won't come back, so that nothing on it ends by itself.
fn is_out_of_service(node: &Value) -> bool {
    let has_taint = node.path("spec.taints").items().iter().any(|taint| taint.get("key").str() == "node.kubernetes.io/out-of-service");
    has_taint && !meta::is_condition_true(node, "Ready")
}

/// Marks the pod as failed, should it not have ended, and deletes it at once.
fn delete(context: &mut Context, mut pod: Value, why: Option<Value>) -> Result<(), Status> {
    let key = meta::key(&pod);
    if !pods::is_terminal(&pod) {
        pod.set("status.phase", "Failed");
        if let Some(condition) = why {
            conditions::set(pod.get_mut("status"), condition);
        }
        ignore_not_found(context.client.update_status(&PODS, pod))?;
    }
    let options = Options { grace_period_seconds: Some(0), ..Options::default() };
    ignore_not_found(context.client.delete(&PODS, &key.namespace, &key.name, options))
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{NODES, PODS};
    use crate::value::json;

    #[test]
    fn pods_of_a_node_that_is_gone_go_after_a_while() {
        let mut world = World::new();
        world.create(&NODES, json!({"metadata": {"name": "worker-1"}}));
        let spec = json!({"nodeName": "worker-1", "containers": [{"name": "main", "image": "nginx"}]});
        world.create(&PODS, json!({"metadata": {"name": "web"}, "spec": spec}));
        world.delete(&NODES, "worker-1", "");
        world.run(39_000);
        assert!(world.find(&PODS, "web").is_some());
        world.run(22_000);
        assert!(world.find(&PODS, "web").is_none());
    }

    #[test]
    fn pods_that_were_deleted_go_from_a_machine_out_of_service() {
        let mut world = World::new();
        world.create(&NODES, json!({"metadata": {"name": "worker-1"}}));
        let spec = json!({"nodeName": "worker-1", "containers": [{"name": "main", "image": "nginx"}]});
        for name in ["going", "staying"] {
            world.create(&PODS, json!({"metadata": {"name": name}, "spec": spec}));
        }
        world.delete(&PODS, "going", "");
        world.run(25_000);
        assert!(world.find(&PODS, "going").is_some(), "its kubelet says nothing");
        let taint = json!({"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoSchedule"});
        world.edit(&NODES, "worker-1", |node| node.push("spec.taints", taint));
        world.run(25_000);
        assert!(world.find(&PODS, "going").is_none() && world.find(&PODS, "staying").is_some());
    }
}
