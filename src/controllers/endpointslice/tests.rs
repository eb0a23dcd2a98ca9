use super::super::testing::{World, template};
use crate::api::meta;
use crate::api::resource::{ENDPOINT_SLICES, ENDPOINTS, PODS, REPLICA_SETS, SERVICES};
use crate::value::{Value, json};

fn web(replicas: i64) -> World {
    let mut world = World::new();
    let ports = json!([{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]);
    world.create(&SERVICES, json!({"metadata": {"name": "web", "labels": {"tier": "front"}}, "spec": {"selector": {"app": "web"}, "ports": ports}}));
    world.create(
        &REPLICA_SETS,
        json!({"metadata": {"name": "web"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template("web", "nginx")}}),
    );
    world
}

fn slice(world: &World) -> Value {
    let slices = world.list(&ENDPOINT_SLICES);
    assert_eq!(slices.len(), 1);
    slices[0].clone()
}

#[test]
fn ready_pods_are_endpoints_of_their_service() {
    let mut world = web(2);
    world.run(500);
    let empty = slice(&world);
    assert!(empty.get("endpoints").is_null() && empty.get("ports").is_null());
    assert_eq!(meta::label(&empty, "tier"), "front");
    world.live(2);
    let full = slice(&world);
    assert_eq!(meta::name(&full), meta::name(&empty));
    assert_eq!(full.get("endpoints").items().len(), 2);
    assert_eq!(full.get("ports"), &json!([{"name": "http", "port": 8080, "protocol": "TCP"}]));
    assert_eq!(full.get("endpoints").items()[0].get("conditions"), &json!({"ready": true, "serving": true, "terminating": false}));
    let endpoints = world.get(&ENDPOINTS, "web");
    let subset = &endpoints.get("subsets").items()[0];
    assert_eq!((subset.get("addresses").items().len(), subset.get("notReadyAddresses").is_null()), (2, true));
}

#[test]
fn a_pod_that_is_not_ready_is_no_ready_endpoint_unless_the_service_says_so() {
    let mut world = web(1);
    world.live(2);
    let pod = world.list(&PODS)[0].clone();
    world.set_status(&PODS, &pod, |status| status.path_mut("conditions").items_mut()[0].set("status", "False"));
    world.run(500);
    assert_eq!(slice(&world).get("endpoints").items()[0].path("conditions.ready").as_bool(), Some(false));
    assert_eq!(world.get(&ENDPOINTS, "web").get("subsets").items()[0].get("notReadyAddresses").items().len(), 1);
    world.edit(&SERVICES, "web", |service| service.set("spec.publishNotReadyAddresses", true));
    world.run(500);
    let endpoint = slice(&world).get("endpoints").items()[0].clone();
    assert_eq!((endpoint.path("conditions.ready").as_bool(), endpoint.path("conditions.serving").as_bool()), (Some(true), Some(false)));
}

#[test]
fn a_selector_that_matches_nothing_leaves_an_empty_slice_and_a_hundred_endpoints_fill_one() {
    let mut world = web(130);
    world.live(3);
    let sizes: Vec<usize> = world.list(&ENDPOINT_SLICES).iter().map(|slice| slice.get("endpoints").items().len()).collect();
    assert_eq!((sizes.iter().sum::<usize>(), sizes.len()), (130, 2));
    world.edit(&SERVICES, "web", |service| service.set("spec.selector", json!({"app": "nothing"})));
    world.run(500);
    assert!(slice(&world).get("endpoints").is_null());
    world.delete(&SERVICES, "web", "");
    world.run(500);
    assert!(world.list(&ENDPOINT_SLICES).is_empty() && world.list(&ENDPOINTS).is_empty());
}
