//! Nodes that are silent or unwell: their conditions, their taints, and the readiness of their pods (`pkg/controller/nodelifecycle`). Keys are nodes.

use super::controller::{Context, Controller, Queue};
use super::fields::{created_ms, time_ms};
use super::pods;
use crate::api::meta;
use crate::api::resource::{LEASES, NODES, ObjectKey};
use crate::api::status::Status;
use crate::store::{Change, Store};
use crate::value::{Value, json};

/// Nodes are looked at in this rhythm (`--node-monitor-period`).
const MONITOR_MS: u64 = 5_000;
/// A node that has said nothing for so long is unknown (`--node-monitor-grace-period`); a new one gets a little more (`--node-startup-grace-period`).
const GRACE_MS: u64 = 50_000;
const STARTUP_GRACE_MS: u64 = 60_000;
/// One node of a zone is tainted with `NoExecute` each time this has passed (`--node-eviction-rate` 0.1).
const EVICTION_INTERVAL_MS: u64 = 10_000;
/// In a zone where that part of the nodes, and more than two, are unwell, nobody is evicted (`--unhealthy-zone-threshold`), unless it is large.
const UNHEALTHY_PERCENT: usize = 55;
const LARGE_ZONE: usize = 50;

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// Which condition in which state makes which `NoSchedule` taint.
const CONDITION_TAINTS: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// The controller of the nodes' health.
pub(super) struct NodeLifecycle;

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        "node-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NODES && ["status.conditions", "spec", "metadata.uid"].iter().any(|path| change.changed(path)) {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(node) = context.get(&NODES, key) else {
            if context.memory.remove(key).is_some() {
                let gone = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": key.name.as_str(), "uid": key.name.as_str()}});
                let message = format!("Node {0} event: Removing Node {0} from Controller", key.name);
                context.event(&gone, "Normal", "RemovingNode", &message);
            }
            return Ok(());
        };
        let known = context.memory.get(key).cloned();
        if known.is_none() {
            let message = format!("Node {0} event: Registered Node {0} in Controller", key.name);
            context.event(&node, "Normal", "RegisteredNode", &message);
        }
        let was_ready = known.is_some_and(|known| known.get("ready").as_bool() == Some(true));
        let node = note_silence(context, node)?;
        let node = set_schedule_taints(context, node)?;
        let is_ready = meta::is_condition_true(&node, "Ready");
        context.memory.insert(key.clone(), json!({"ready": is_ready}));
        if was_ready && !is_ready {
            context.event(&node, "Normal", "NodeNotReady", &format!("Node {} status is now: NodeNotReady", key.name));
            mark_pods_not_ready(context, &key.name)?;
        }
        set_execute_taints(context, node)
    }
}

/// The next moment at which nodes are looked at.
fn at_tick(time_ms: u64) -> u64 {
    time_ms.div_ceil(MONITOR_MS) * MONITOR_MS
}

/// Where nothing was heard of the node for too long, its conditions become unknown (`tryUpdateNodeHealth`).
fn note_silence(context: &mut Context, mut node: Value) -> Result<Value, Status> {
    const TYPES: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
    let renewed_ms = context.store().get(&LEASES, "kube-node-lease", meta::name(&node)).and_then(|lease| time_ms(lease.path("spec.renewTime")));
    let heartbeat_ms = time_ms(meta::condition(&node, "Ready").get("lastHeartbeatTime"));
    let (heard_ms, grace_ms) = match renewed_ms.max(heartbeat_ms) {
        Some(heard_ms) => (heard_ms, GRACE_MS),
        None => (created_ms(&node), STARTUP_GRACE_MS),
    };
    let deadline_ms = at_tick(at_tick(heard_ms) + grace_ms);
    if context.now_ms < deadline_ms {
        context.requeue_after(deadline_ms - context.now_ms);
        return Ok(node);
    }
    let now = context.now();
    let before = node.clone();
    for type_ in TYPES {
        let conditions = node.path_mut("status.conditions").items_mut();
        match conditions.iter_mut().find(|condition| condition.get("type").str() == type_) {
            Some(condition) if condition.get("status").str() == "Unknown" => {}
            Some(condition) => {
                condition.set("status", "Unknown");
                condition.set("reason", "NodeStatusUnknown");
                condition.set("message", "Kubelet stopped posting node status.");
                condition.set("lastTransitionTime", now.clone());
            }
            None => conditions.push(json!({
                "type": type_, "status": "Unknown", "reason": "NodeStatusNeverUpdated", "message": "Kubelet never posted node status.",
                "lastHeartbeatTime": before.path("metadata.creationTimestamp").str(), "lastTransitionTime": now.str(),
            })),
        }
    }
    if node == before {
        return Ok(node);
    }
    context.client.update_status(&NODES, node)
}

/// Makes the `NoSchedule` taints what conditions and `spec.unschedulable` say (`doNoScheduleTaintingPass`).
fn set_schedule_taints(context: &mut Context, node: Value) -> Result<Value, Status> {
    let mut wanted: Vec<&str> = Vec::new();
    for (type_, status, taint) in CONDITION_TAINTS {
        if meta::condition(&node, type_).get("status").str() == status {
            wanted.push(taint);
        }
    }
    if node.path("spec.unschedulable").as_bool() == Some(true) {
        wanted.push(UNSCHEDULABLE);
    }
    let ours = |key: &str| key == UNSCHEDULABLE || CONDITION_TAINTS.iter().any(|(_, _, taint)| *taint == key);
    set_taints(context, node, "NoSchedule", &wanted, ours)
}

/// Makes the taints of one effect that are `ours` the wanted ones.
fn set_taints(context: &mut Context, node: Value, effect: &str, wanted: &[&str], ours: impl Fn(&str) -> bool) -> Result<Value, Status> {
    let mut taints = node.path("spec.taints").items().to_vec();
    taints.retain(|taint| taint.get("effect").str() != effect || !ours(taint.get("key").str()) || wanted.contains(&taint.get("key").str()));
    for key in wanted {
        if !taints.iter().any(|taint| taint.get("effect").str() == effect && taint.get("key").str() == *key) {
            taints.push(json!({"key": key, "effect": effect, "timeAdded": context.now().str()}));
        }
    }
    if taints == node.path("spec.taints").items() {
        return Ok(node);
    }
    let mut updated = node;
    if taints.is_empty() {
        updated.remove("spec.taints");
    } else {
        updated.set("spec.taints", Value::array(taints));
    }
    context.client.update(&NODES, updated)
}

/// `MarkPodsNotReady`: nobody knows whether they still answer, so Services leave them out.
fn mark_pods_not_ready(context: &mut Context, node: &str) -> Result<(), Status> {
    let on_node: Vec<Value> = context.store().pods_on_node(node).filter(|pod| pods::is_ready(pod)).cloned().collect();
    for mut pod in on_node {
        let now = context.now();
        let conditions = pod.path_mut("status.conditions").items_mut();
        for condition in conditions.iter_mut().filter(|condition| condition.get("type").str() == "Ready") {
            condition.set("status", "False");
            condition.set("lastTransitionTime", now.clone());
        }
        match context.client.update_status(&crate::api::resource::PODS, pod) {
            Ok(pod) => context.event(&pod, "Warning", "NodeNotReady", "Node is not ready"),
            Err(status) if status.code == 404 => {}
            Err(status) => return Err(status),
        }
    }
    Ok(())
}

/// The `NoExecute` taints, from which pods are evicted: at once where a node is well again, else one node of a zone after the other.
fn set_execute_taints(context: &mut Context, node: Value) -> Result<(), Status> {
    let wanted: &[&str] = match meta::condition(&node, "Ready").get("status").str() {
        "True" => &[],
        "Unknown" => &[UNREACHABLE],
        _ => &[NOT_READY],
    };
    let ours = |key: &str| key == UNREACHABLE || key == NOT_READY;
    if wanted.is_empty() || all_are_unwell(context.store()) {
        if !wanted.is_empty() {
            context.requeue_after(MONITOR_MS);
        }
        // That a node is well again is seen when nodes are looked at next, while its `NoSchedule` taint goes at once.
        let last_look_ms = context.now_ms - context.now_ms % MONITOR_MS;
        let is_unseen =
            wanted.is_empty() && time_ms(meta::condition(&node, "Ready").get("lastTransitionTime")).is_some_and(|turned_ms| turned_ms >= last_look_ms);
        if is_unseen && node.path("spec.taints").items().iter().any(|taint| taint.get("effect").str() == "NoExecute" && ours(taint.get("key").str())) {
            context.requeue_after(last_look_ms + MONITOR_MS - context.now_ms);
            return Ok(());
        }
        return set_taints(context, node, "NoExecute", &[], ours).map(|_| ());
    }
    let has = node.path("spec.taints").items().iter().any(|taint| taint.get("effect").str() == "NoExecute" && taint.get("key").str() == wanted[0]);
    if has {
        return Ok(());
    }
    let zone = zone_of(&node).to_string();
    let limiter = ObjectKey::new("zone", &zone);
    let free_ms = context.memory.get(&limiter).and_then(Value::as_i64).unwrap_or(0) as u64;
    if is_disrupted(context.store(), &zone) || context.now_ms < free_ms {
        context.requeue_after(MONITOR_MS.min(free_ms.saturating_sub(context.now_ms).max(100)));
        return Ok(());
    }
    context.memory.insert(limiter, Value::Int((context.now_ms + EVICTION_INTERVAL_MS) as i64));
    set_taints(context, node, "NoExecute", wanted, ours).map(|_| ())
}

fn zone_of(node: &Value) -> &str {
    meta::label(node, "topology.kubernetes.io/zone")
}

/// When all nodes are unwell it is rather the control plane that is cut off; nobody is evicted then.
fn all_are_unwell(store: &Store) -> bool {
    store.list(&NODES, None).all(|node| !meta::is_condition_true(node, "Ready"))
}

fn is_disrupted(store: &Store, zone: &str) -> bool {
    let nodes: Vec<&Value> = store.list(&NODES, None).filter(|node| zone_of(node) == zone).collect();
    let unwell = nodes.iter().filter(|node| !meta::is_condition_true(node, "Ready")).count();
    unwell < nodes.len() && unwell > 2 && unwell * 100 >= nodes.len() * UNHEALTHY_PERCENT && nodes.len() <= LARGE_ZONE
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{LEASES, NODES, PODS};
    use crate::api::{meta, time};
    use crate::value::json;

    fn taints(world: &World, node: &str) -> Vec<String> {
        let node = world.get(&NODES, node);
        node.path("spec.taints").items().iter().map(|taint| format!("{}:{}", taint.get("key").str(), taint.get("effect").str())).collect()
    }

    fn world_with_nodes() -> World {
        let mut world = World::new();
        for node in ["worker-1", "worker-2"] {
            let created = world.create(&NODES, json!({"metadata": {"name": node}}));
            let now = time::rfc3339(world.now_ms);
            world.set_status(&NODES, &created, |status| {
                *status = json!({"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": now}]});
            });
        }
        world
    }

    /// Renews the lease of `worker-1` only, for so long.
    fn renew(world: &mut World, seconds: u64) {
        for _ in 0..seconds / 10 {
            let now = time::rfc3339_micro(world.now_ms);
            let lease = json!({"metadata": {"name": "worker-1", "namespace": "kube-node-lease"}, "spec": {"renewTime": now}});
            match world.server.store().get(&LEASES, "kube-node-lease", "worker-1").cloned() {
                None => drop(world.create(&LEASES, lease)),
                Some(mut old) => {
                    old.set("spec.renewTime", now);
                    world.client().update(&LEASES, old).expect("renewed");
                }
            }
            world.run(10_000);
        }
    }

    #[test]
    fn a_silent_node_becomes_unreachable_and_its_pods_go_after_their_toleration() {
        let mut world = world_with_nodes();
        let tolerations = json!([{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]);
        let spec = json!({"nodeName": "worker-2", "containers": [{"name": "main", "image": "nginx"}], "tolerations": tolerations});
        world.create(&PODS, json!({"metadata": {"name": "web"}, "spec": spec}));
        world.run(10);
        world.start_pods();
        renew(&mut world, 40);
        assert!(taints(&world, "worker-2").is_empty());
        renew(&mut world, 20);
        assert_eq!(taints(&world, "worker-2"), ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"]);
        assert!(taints(&world, "worker-1").is_empty());
        assert!(!meta::is_condition_true(&world.get(&PODS, "web"), "Ready"));
        renew(&mut world, 280);
        assert!(!world.find(&PODS, "web").is_none_or(|pod| meta::is_being_deleted(&pod)));
        renew(&mut world, 30);
        assert!(world.find(&PODS, "web").is_none_or(|pod| meta::is_being_deleted(&pod)));
        assert!(world.events().contains(&"TaintManagerEviction Marking for deletion Pod demo/web".to_string()));
    }

    #[test]
    fn a_cordoned_node_is_tainted_until_it_is_not() {
        let mut world = world_with_nodes();
        world.edit(&NODES, "worker-1", |node| node.set("spec.unschedulable", true));
        world.run(100);
        assert_eq!(taints(&world, "worker-1"), ["node.kubernetes.io/unschedulable:NoSchedule"]);
        world.edit(&NODES, "worker-1", |node| drop(node.remove("spec.unschedulable")));
        world.run(100);
        assert!(taints(&world, "worker-1").is_empty());
    }
}
