use super::super::testing::{World, template};
use crate::api::meta;
use crate::api::resource::{DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS};
use crate::value::json;

fn autoscaler(world: &mut World, target: &str) {
    let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}});
    let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": target});
    let spec = json!({"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": reference, "metrics": [metric]});
    world.create(&HORIZONTAL_POD_AUTOSCALERS, json!({"metadata": {"name": "shop"}, "spec": spec}));
}

fn reason(world: &World, type_: &str) -> String {
    meta::condition(&world.get(&HORIZONTAL_POD_AUTOSCALERS, "shop"), type_).get("reason").str().to_string()
}

#[test]
fn without_metrics_it_still_raises_to_the_minimum() {
    let mut world = World::new();
    world.create(
        &DEPLOYMENTS,
        json!({"metadata": {"name": "shop"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "shop"}}, "template": template("shop", "nginx")}}),
    );
    autoscaler(&mut world, "shop");
    world.live(14);
    assert_eq!(super::super::fields::replicas(&world.get(&DEPLOYMENTS, "shop")), 1);
    world.live(2);
    assert_eq!(super::super::fields::replicas(&world.get(&DEPLOYMENTS, "shop")), 2);
    assert!(world.events().contains(&"SuccessfulRescale New size: 2; reason: Current number of replicas below Spec.MinReplicas".to_string()));
    world.live(15);
    assert_eq!((reason(&world, "AbleToScale"), reason(&world, "ScalingActive")), ("SucceededGetScale".into(), "FailedGetResourceMetric".into()));
}

#[test]
fn a_target_that_is_not_there_is_told() {
    let mut world = World::new();
    autoscaler(&mut world, "missing");
    world.run(16_000);
    assert_eq!(reason(&world, "AbleToScale"), "FailedGetScale");
    assert!(world.events().contains(&"FailedGetScale deployments.apps \"missing\" not found".to_string()));
}

#[test]
fn each_metric_that_cannot_be_read_is_told() {
    let mut world = World::new();
    world.create(
        &DEPLOYMENTS,
        json!({"metadata": {"name": "shop"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "shop"}}, "template": template("shop", "nginx")}}),
    );
    autoscaler(&mut world, "shop");
    world.edit(&HORIZONTAL_POD_AUTOSCALERS, "shop", |object| {
        object.push("spec.metrics", json!({"type": "Pods", "pods": {"metric": {"name": "hits"}, "target": {"type": "AverageValue", "averageValue": "10"}}}));
    });
    world.live(16);
    let events = world.events();
    for start in ["FailedGetResourceMetric failed", "FailedGetPodsMetric unable to get metric hits", "FailedComputeMetricsReplicas invalid metrics (2 invalid"]
    {
        assert!(events.iter().any(|event| event.starts_with(start)), "{start} in {events:?}");
    }
}
