//! DaemonSets: a pod on every node that it suits (`pkg/controller/daemon`).

mod placement;
mod status;
mod update;

use super::controller::{Context, Controller, Queue};
use super::fields::{count, created_ms};
use super::hash;
use super::history;
use super::refs::{self, OwnerKind};
use super::{pod_control, pods};
use crate::api::resource::{CONTROLLER_REVISIONS, DAEMON_SETS, NODES, ObjectKey, PODS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Sort, SortedMap, Value, json};

static OWNER: OwnerKind = OwnerKind { resource: DAEMON_SETS, api_version: "apps/v1", kind: "DaemonSet" };
const HASH_LABEL: &str = "controller-revision-hash";
const HASHING: history::Hashing = history::Hashing { label: HASH_LABEL, hash: |set, _, collisions| hash::of_template(set.path("spec.template"), collisions) };
const GENERATION_LABEL: &str = "pod-template-generation";
const GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";
/// The most pods that one sync makes or deletes (`BurstReplicas`).
const BURST_REPLICAS: usize = 250;
/// A failed pod on a node is replaced after a back-off: a second, doubling up to a quarter of an hour.
const FAILED_BACKOFF_MS: u64 = 1_000;
const FAILED_BACKOFF_LIMIT_MS: u64 = 900_000;

/// The controller of DaemonSets.
pub(super) struct DaemonSetController;

impl Controller for DaemonSetController {
    fn name(&self) -> &'static str {
        "daemon-set-controller"
    }

    fn component(&self) -> &'static str {
        "daemonset-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == DAEMON_SETS {
            queue.add_object(&change.object);
        } else if change.resource == PODS || change.resource == CONTROLLER_REVISIONS {
            queue.add_controller_of(change, "DaemonSet");
            let may_be_adopted = change.type_ != ChangeType::Deleted && meta::controller_of(&change.object).is_null() && change.changed("metadata");
            if may_be_adopted {
                for set in store.list(&DAEMON_SETS, Some(meta::namespace(&change.object))) {
                    if labels::matches(set.path("spec.selector"), change.object.path("metadata.labels").fields()) {
                        queue.add_object(set);
                    }
                }
            }
        } else if change.resource == NODES && (change.changed("metadata.labels") || change.changed("spec") || change.type_ == ChangeType::Deleted) {
            for set in store.list(&DAEMON_SETS, None) {
                queue.add_object(set);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(set) = context.get(&DAEMON_SETS, key) else {
            context.memory.remove(key);
            return Ok(());
        };
        if meta::is_being_deleted(&set) {
            return Ok(());
        }
        let nodes: Vec<Value> = context.store().list(&NODES, None).cloned().collect();
        let revisions = history::list(context, &OWNER, &set)?;
        let (revision, collisions) = history::current(context, &OWNER, &set, &revisions, &HASHING)?;
        let hash = meta::label(&revision, HASH_LABEL).to_string();
        let selector = set.path("spec.selector").clone();
        let claimed = refs::claim(context, &OWNER, &set, &selector, &PODS)?;
        context.visited(nodes.len());
        let desired = nodes.iter().filter(|node| placement::should_run(&set, node).0).count() as i64;
        let mut view = View { set: &set, nodes: &nodes, desired, hash: &hash, pods: by_node(&claimed) };
        let mut result = manage(context, &view);
        if result.is_ok() && set.path("spec.updateStrategy.type").str() == "RollingUpdate" {
            // The update sees what the step before it has done.
            let now: Vec<Value> = context.store().owned_by(meta::uid(&set)).filter(|(of, _)| **of == PODS).map(|(_, pod)| pod.clone()).collect();
            view.pods = by_node(&now);
            result = update::roll(context, &view);
        }
        update::forget_old(context, &set, &revisions, &revision, &claimed)?;
        let status = status::compute(context, &view, collisions);
        if status != *set.get("status") {
            let mut updated = set.clone();
            updated.set("status", status);
            context.client.update_status(&DAEMON_SETS, updated)?;
        }
        let min_ready_seconds = count(&set, "spec.minReadySeconds");
        let waits = claimed.iter().filter_map(|pod| pods::available_in_ms(pod, min_ready_seconds, context.now_ms));
        if let Some(wait_ms) = waits.filter(|&wait_ms| wait_ms > 0).min() {
            context.requeue_after(wait_ms);
        }
        result
    }
}

/// What a sync looks at.
struct View<'a> {
    set: &'a Value,
    nodes: &'a [Value],
    /// On how many of them a pod should be.
    desired: i64,
    hash: &'a str,
    /// The pods by the node they are on, or are to be on.
    pods: SortedMap<String, Vec<Value>>,
}

impl View<'_> {
    fn pods_on(&self, node: &Value) -> &[Value] {
        self.pods.get(meta::name(node)).map_or(&[], Vec::as_slice)
    }

    /// Whether the pod is of the current template (`IsPodUpdated`).
    fn is_updated(&self, pod: &Value) -> bool {
        let generation = meta::annotation(self.set, GENERATION_ANNOTATION);
        let same_generation = !generation.is_empty() && meta::label(pod, GENERATION_LABEL) == generation;
        same_generation || (!self.hash.is_empty() && meta::label(pod, HASH_LABEL) == self.hash)
    }

    fn is_available(&self, context: &Context, pod: &Value) -> bool {
        pods::is_available(pod, count(self.set, "spec.minReadySeconds"), context.now_ms)
    }
}

fn by_node(claimed: &[Value]) -> SortedMap<String, Vec<Value>> {
    let mut pods: SortedMap<String, Vec<Value>> = SortedMap::new();
    for pod in claimed {
        pods.entry(placement::target_node(pod).to_string()).or_default().push(pod.clone());
    }
    for on_node in pods.values_mut() {
        on_node.order_by_key(|pod| (pod.path("spec.nodeName").is_empty(), created_ms(pod), meta::name(pod).to_string()));
    }
    pods
}

/// `manage`: makes the pods that are missing and deletes those that shouldn't be there.
fn manage(context: &mut Context, view: &View) -> Result<(), Status> {
    let (mut missing, mut surplus) = (Vec::new(), Vec::new());
    for node in view.nodes {
        let (should_run, may_go_on) = placement::should_run(view.set, node);
        let on_node = view.pods_on(node);
        if should_run && on_node.is_empty() {
            missing.push(meta::name(node).to_string());
        } else if may_go_on {
            check_node(context, view, node, &mut missing, &mut surplus);
        } else {
            surplus.extend(on_node.iter().filter(|pod| !meta::is_being_deleted(pod)).cloned());
        }
    }
    for (node, on_node) in &view.pods {
        if !view.nodes.iter().any(|known| meta::name(known) == node) {
            surplus.extend(on_node.iter().filter(|pod| pod.path("spec.nodeName").is_empty() && !meta::is_being_deleted(pod)).cloned());
        }
    }
    sync_nodes(context, view, &missing, &surplus)
}

/// The pods of one node: finished ones are replaced, and of several that run one stays; while surging, one of each template.
fn check_node(context: &mut Context, view: &View, node: &Value, missing: &mut Vec<String>, surplus: &mut Vec<Value>) {
    let mut running: Vec<Value> = Vec::new();
    for pod in view.pods_on(node).iter().filter(|pod| !meta::is_being_deleted(pod)) {
        let name = format!("{}/{} on node {}", meta::namespace(pod), meta::name(pod), meta::name(node));
        match pods::phase(pod) {
            "Failed" => {
                if let Some(wait_ms) = back_off(context, view.set, node) {
                    context.requeue_after(wait_ms);
                    continue;
                }
                context.event(view.set, "Warning", "FailedDaemonPod", &format!("Found failed daemon pod {name}, will try to kill it"));
                surplus.push(pod.clone());
            }
            "Succeeded" => {
                context.event(view.set, "Normal", "SucceededDaemonPod", &format!("Found succeeded daemon pod {name}, will try to delete it"));
                surplus.push(pod.clone());
            }
            _ => running.push(pod.clone()),
        }
    }
    if update::max_surge(view) == 0 {
        surplus.extend(running.into_iter().skip(1));
        return;
    }
    let (new, old): (Vec<Value>, Vec<Value>) = running.into_iter().partition(|pod| view.is_updated(pod));
    let new_is_available = new.first().is_some_and(|pod| view.is_available(context, pod));
    let old_is_available = old.first().is_some_and(|pod| view.is_available(context, pod));
    surplus.extend(new.iter().skip(1).cloned());
    surplus.extend(old.iter().skip(usize::from(!new_is_available)).cloned());
    if !old.is_empty() && new.is_empty() && !old_is_available {
        missing.push(meta::name(node).to_string());
    }
}

/// Whether a failed pod of this node has to wait for its replacement, and for how long.
fn back_off(context: &mut Context, set: &Value, node: &Value) -> Option<u64> {
    let key = ObjectKey::new(meta::uid(set), meta::name(node));
    let known = context.memory.get(&key).cloned().unwrap_or_default();
    let (until_ms, delay_ms) = (count(&known, "until") as u64, count(&known, "delay") as u64);
    if context.now_ms < until_ms {
        return Some(until_ms - context.now_ms);
    }
    let delay_ms = (delay_ms * 2).clamp(FAILED_BACKOFF_MS, FAILED_BACKOFF_LIMIT_MS);
    let next = json!({"until": context.now_ms + delay_ms, "delay": delay_ms});
    context.memory.insert(key, next);
    None
}

/// `syncNodes`: carries out what was found.
fn sync_nodes(context: &mut Context, view: &View, missing: &[String], surplus: &[Value]) -> Result<(), Status> {
    let mut wanted = missing.iter().take(BURST_REPLICAS);
    let (_, created) = pod_control::slow_start(missing.len().min(BURST_REPLICAS), || {
        let Some(node) = wanted.next() else { return Ok(()) };
        let pod = placement::pod_for(view.set, &OWNER, node, view.hash);
        match pod_control::create(context, pod, view.set) {
            Err(status) if pod_control::is_namespace_terminating(&status) => Ok(()),
            result => result.map(|_| ()),
        }
    });
    let deleted = surplus.iter().take(BURST_REPLICAS).map(|pod| pod_control::delete(context, pod, view.set)).fold(Ok(()), Result::and);
    created.and(deleted)
}

#[cfg(test)]
mod tests;
