use super::super::testing::{World, template};
use super::placement;
use crate::api::meta;
use crate::api::resource::{DAEMON_SETS, NODES, PODS};
use crate::value::{Sort, Value, json};

fn world(strategy: Value) -> World {
    let mut world = World::new();
    for node in ["worker-1", "worker-2", "worker-3"] {
        let created = world.create(&NODES, json!({"metadata": {"name": node, "labels": {"disk": if node == "worker-3" {"hdd"} else {"ssd"}}}}));
        world.set_status(&NODES, &created, |status| *status = json!({"conditions": [{"type": "Ready", "status": "True"}]}));
    }
    let spec = json!({"selector": {"matchLabels": {"app": "agent"}}, "template": template("agent", "one"), "updateStrategy": strategy});
    world.create(&DAEMON_SETS, json!({"metadata": {"name": "agent"}, "spec": spec}));
    world
}

/// Binds pods to the node that they ask for, as the scheduler would, and lets them run.
fn live(world: &mut World, seconds: u64) {
    for _ in 0..seconds {
        world.run(300);
        for pod in world.list(&PODS) {
            if pod.path("spec.nodeName").is_empty() {
                let target = json!({"target": {"kind": "Node", "name": placement::target_node(&pod)}});
                world.client().create_subresource(&PODS, "demo", meta::name(&pod), "binding", target).expect("bound");
            }
        }
        world.live(1);
    }
}

fn rolling(surge: i64, unavailable: i64) -> Value {
    json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}})
}

fn nodes(world: &World) -> Vec<String> {
    let mut nodes: Vec<String> = world.list(&PODS).iter().map(|pod| placement::target_node(pod).to_string()).collect();
    nodes.order();
    nodes
}

fn images(world: &World) -> Vec<String> {
    let alive = world.list(&PODS).into_iter().filter(|pod| !meta::is_being_deleted(pod));
    alive.map(|pod| pod.path("spec.containers").items()[0].get("image").str().to_string()).collect()
}

fn set_image(world: &mut World) {
    world.edit(&DAEMON_SETS, "agent", |set| set.path_mut("spec.template.spec.containers").items_mut()[0].set("image", "two"));
}

#[test]
fn every_node_that_suits_has_a_pod() {
    let mut world = world(rolling(0, 1));
    live(&mut world, 2);
    assert_eq!(nodes(&world), ["worker-1", "worker-2", "worker-3"]);
    let status = world.get(&DAEMON_SETS, "agent").get("status").clone();
    assert_eq!((status.get("numberReady").as_i64(), status.get("desiredNumberScheduled").as_i64()), (Some(3), Some(3)));
    world.edit(&DAEMON_SETS, "agent", |set| set.set("spec.template.spec.nodeSelector", json!({"disk": "ssd"})));
    live(&mut world, 6);
    assert_eq!(nodes(&world), ["worker-1", "worker-2"]);
    world.edit(&NODES, "worker-3", |node| node.set("metadata.labels", json!({"disk": "ssd"})));
    live(&mut world, 2);
    assert_eq!(nodes(&world), ["worker-1", "worker-2", "worker-3"]);
}

#[test]
fn a_taint_that_is_not_tolerated_keeps_pods_away() {
    let mut world = world(rolling(0, 1));
    live(&mut world, 2);
    world.edit(&NODES, "worker-1", |node| node.set("spec.taints", json!([{"key": "maintenance", "effect": "NoSchedule"}])));
    live(&mut world, 2);
    assert_eq!(nodes(&world).len(), 3, "what runs goes on");
    world.edit(&NODES, "worker-1", |node| node.set("spec.taints", json!([{"key": "maintenance", "effect": "NoExecute"}])));
    live(&mut world, 2);
    assert_eq!(nodes(&world), ["worker-2", "worker-3"]);
}

#[test]
fn a_rolling_update_replaces_one_pod_after_the_other() {
    let mut world = world(rolling(0, 1));
    live(&mut world, 2);
    set_image(&mut world);
    world.run(300);
    assert_eq!(images(&world).iter().filter(|image| *image == "one").count(), 2);
    live(&mut world, 8);
    assert_eq!(images(&world), ["two", "two", "two"]);
}

#[test]
fn a_surging_update_starts_the_new_pod_first() {
    let mut world = world(rolling(1, 0));
    live(&mut world, 2);
    set_image(&mut world);
    world.run(300);
    let mut now = images(&world);
    now.order();
    assert_eq!(now, ["one", "one", "one", "two"]);
    live(&mut world, 10);
    assert_eq!(images(&world), ["two", "two", "two"]);
}

#[test]
fn on_delete_leaves_the_update_to_a_person() {
    let mut world = world(json!({"type": "OnDelete"}));
    live(&mut world, 2);
    set_image(&mut world);
    live(&mut world, 2);
    assert_eq!(images(&world), ["one", "one", "one"]);
    let pod = meta::name(&world.list(&PODS)[0]).to_string();
    world.delete(&PODS, &pod, "");
    live(&mut world, 2);
    assert_eq!(images(&world).iter().filter(|image| *image == "two").count(), 1);
}
