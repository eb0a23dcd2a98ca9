//! Pods on nodes with `NoExecute` taints that they don't tolerate, or only for a while, are deleted (`pkg/controller/tainteviction`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::{conditions, pods, taints};
use crate::api::meta;
use crate::api::resource::{NODES, ObjectKey, PODS};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

/// The taint eviction controller. It remembers when each doomed pod goes.
pub(super) struct TaintEviction;

impl Controller for TaintEviction {
    fn name(&self) -> &'static str {
        "taint-eviction-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == PODS {
            let concerns = change.changed("spec.nodeName") || change.changed("spec.tolerations") || change.type_ == ChangeType::Deleted;
            if concerns && !change.object.path("spec.nodeName").is_empty() {
                queue.add_object(&change.object);
            }
        } else if change.resource == NODES && change.changed("spec.taints") {
            for pod in store.pods_on_node(meta::name(&change.object)) {
                queue.add_object(pod);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(pod) = context.get(&PODS, key).filter(|pod| !meta::is_being_deleted(pod)) else {
            context.memory.remove(key);
            return Ok(());
        };
        let node = context.store().get(&NODES, "", pod.path("spec.nodeName").str()).cloned().unwrap_or_default();
        let limit_seconds = match toleration_limit(&pod, &node) {
            Limit::None => {
                let is_cancelled = context.memory.remove(key).is_some();
                if is_cancelled {
                    context.event(&reference(&pod), "Normal", "TaintManagerEviction", &format!("Cancelling deletion of Pod {key}"));
                }
                return Ok(());
            }
            Limit::Seconds(seconds) => seconds,
        };
        let planned_ms = context.memory.get(key).and_then(Value::as_i64).map(|time_ms| time_ms as u64);
        let due_ms = match planned_ms {
            Some(planned_ms) if limit_seconds > 0 => planned_ms,
            _ => context.now_ms.saturating_add(limit_seconds.saturating_mul(1000)),
        };
        if due_ms > context.now_ms {
            context.memory.insert(key.clone(), Value::Int(due_ms as i64));
            context.requeue_after(due_ms - context.now_ms);
            return Ok(());
        }
        context.memory.remove(key);
        evict(context, key, pod)
    }
}

enum Limit {
    /// It may stay.
    None,
    /// It may stay that long, counted from when the taint was seen.
    Seconds(u64),
}

fn toleration_limit(pod: &Value, node: &Value) -> Limit {
    let tolerations = pod.path("spec.tolerations").items();
    let mut seconds: Option<u64> = None;
    for taint in taints::with_effect(node, &["NoExecute"]) {
        let Some(toleration) = tolerations.iter().find(|toleration| taints::tolerates(toleration, taint)) else { return Limit::Seconds(0) };
        if let Some(limit) = toleration.get("tolerationSeconds").as_i64() {
            let limit = limit.max(0) as u64;
            seconds = Some(seconds.map_or(limit, |least| least.min(limit)));
        }
    }
    seconds.map_or(Limit::None, Limit::Seconds)
}

/// Upstream names the pod without its UID here.
fn reference(pod: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": meta::name(pod), "namespace": meta::namespace(pod)}})
}

fn evict(context: &mut Context, key: &ObjectKey, mut pod: Value) -> Result<(), Status> {
    context.event(&reference(&pod), "Normal", "TaintManagerEviction", &format!("Marking for deletion Pod {key}"));
    if !pods::is_terminal(&pod) {
        let condition = json!({
            "type": "DisruptionTarget", "status": "True", "reason": "DeletionByTaintManager", "message": "Taint manager: deleting due to NoExecute taint",
            "lastProbeTime": null, "lastTransitionTime": context.now().str(), "observedGeneration": super::fields::count(&pod, "metadata.generation"),
        });
        conditions::set(pod.get_mut("status"), condition);
        ignore_not_found(context.client.update_status(&PODS, pod))?;
    }
    ignore_not_found(context.client.delete(&PODS, &key.namespace, &key.name, Options::default()))
}
