use super::super::testing::{World, template};
use crate::api::meta;
use crate::api::resource::{DEPLOYMENTS, PODS, REPLICA_SETS};
use crate::value::{Value, json};

fn deployment(replicas: i64) -> Value {
    json!({"metadata": {"name": "web"}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template("web", "nginx:1.25"),
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
    }})
}

fn image(deployment: &mut Value, image: &str) {
    deployment.path_mut("spec.template.spec.containers").items_mut()[0].set("image", image);
}

fn reason(world: &World, type_: &str) -> String {
    meta::condition(&world.get(&DEPLOYMENTS, "web"), type_).get("reason").str().to_string()
}

#[test]
fn a_deployment_makes_a_replica_set_and_its_pods_and_is_available() {
    let mut world = World::new();
    world.create(&DEPLOYMENTS, deployment(3));
    world.live(3);
    let status = world.get(&DEPLOYMENTS, "web").get("status").clone();
    assert_eq!((status.get("availableReplicas").as_i64(), status.get("updatedReplicas").as_i64()), (Some(3), Some(3)));
    assert_eq!((reason(&world, "Available"), reason(&world, "Progressing")), ("MinimumReplicasAvailable".into(), "NewReplicaSetAvailable".into()));
    let set = &world.list(&REPLICA_SETS)[0];
    let hash = meta::label(set, "pod-template-hash");
    assert_eq!(meta::name(set), format!("web-{hash}"));
    assert!(world.list(&PODS).iter().all(|pod| meta::label(pod, "pod-template-hash") == hash && meta::is_controlled_by(pod, set)));
    assert!(world.events().contains(&format!("ScalingReplicaSet Scaled up replica set web-{hash} from 0 to 3")));
}

#[test]
fn a_rolling_update_stays_within_its_limits_and_can_be_undone() {
    let mut world = World::new();
    world.create(&DEPLOYMENTS, deployment(4));
    world.live(3);
    world.edit(&DEPLOYMENTS, "web", |object| image(object, "nginx:1.26"));
    for _ in 0..40 {
        world.run(50);
        let ready = world.list(&PODS).iter().filter(|pod| super::super::pods::is_ready(pod) && !meta::is_being_deleted(pod)).count();
        assert!((3..=5).contains(&ready), "{ready} pods are ready");
        let wanted: i64 = world.list(&REPLICA_SETS).iter().map(super::super::fields::replicas).sum();
        assert!(wanted <= 5, "{wanted} pods are wanted");
        world.start_pods();
    }
    world.live(2);
    assert_eq!(meta::annotation(&world.get(&DEPLOYMENTS, "web"), "deployment.kubernetes.io/revision"), "2");
    world.edit(&DEPLOYMENTS, "web", |object| image(object, "nginx:1.25"));
    world.live(6);
    let sets = world.list(&REPLICA_SETS);
    let current = sets.iter().find(|set| super::super::fields::replicas(set) == 4).expect("the first ReplicaSet is back");
    assert_eq!(sets.len(), 2);
    assert_eq!(meta::annotation(current, "deployment.kubernetes.io/revision"), "3");
    assert_eq!(meta::annotation(current, "deployment.kubernetes.io/revision-history"), "1");
}

#[test]
fn a_rollout_that_gets_nowhere_exceeds_its_deadline() {
    let mut world = World::new();
    let mut object = deployment(1);
    object.set("spec.progressDeadlineSeconds", 10);
    world.create(&DEPLOYMENTS, object);
    world.run(10_000);
    assert_eq!(reason(&world, "Progressing"), "ReplicaSetUpdated");
    world.run(2_000);
    assert_eq!(reason(&world, "Progressing"), "ProgressDeadlineExceeded");
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll_out() {
    let mut world = World::new();
    world.create(&DEPLOYMENTS, deployment(2));
    world.live(3);
    world.edit(&DEPLOYMENTS, "web", |object| {
        object.set("spec.paused", true);
        object.set("spec.replicas", 3);
        image(object, "nginx:1.26");
    });
    world.live(2);
    assert_eq!((reason(&world, "Progressing"), world.list(&REPLICA_SETS).len(), world.list(&PODS).len()), ("DeploymentPaused".into(), 1, 3));
    world.edit(&DEPLOYMENTS, "web", |object| drop(object.remove("spec.paused")));
    world.live(6);
    assert_eq!((reason(&world, "Progressing"), world.list(&REPLICA_SETS).len()), ("NewReplicaSetAvailable".into(), 2));
}

#[test]
fn recreate_waits_for_the_old_pods_to_be_gone() {
    let mut world = World::new();
    let mut object = deployment(2);
    object.set("spec.strategy", json!({"type": "Recreate"}));
    world.create(&DEPLOYMENTS, object);
    world.live(3);
    world.edit(&DEPLOYMENTS, "web", |object| image(object, "nginx:1.26"));
    for _ in 0..30 {
        world.run(50);
        let images: crate::value::SortedSet<String> =
            world.list(&PODS).iter().map(|pod| pod.path("spec.containers").items()[0].get("image").str().to_string()).collect();
        assert!(images.len() <= 1, "old and new pods at once");
        world.start_pods();
    }
    world.live(2);
    assert_eq!(world.list(&PODS).len(), 2);
    assert_eq!(world.list(&PODS)[0].path("spec.containers").items()[0].get("image").str(), "nginx:1.26");
}

#[test]
fn only_the_newest_replica_sets_are_kept() {
    let mut world = World::new();
    let mut object = deployment(1);
    object.set("spec.revisionHistoryLimit", 1);
    world.create(&DEPLOYMENTS, object);
    world.live(3);
    for tag in ["a", "b", "c"] {
        world.edit(&DEPLOYMENTS, "web", |object| image(object, tag));
        world.live(5);
    }
    assert_eq!(world.list(&REPLICA_SETS).len(), 2);
}

#[test]
fn an_orphaned_replica_set_is_adopted_and_a_deleted_pod_replaced() {
    let mut world = World::new();
    world.create(&DEPLOYMENTS, deployment(2));
    world.live(3);
    let set = meta::name(&world.list(&REPLICA_SETS)[0]).to_string();
    world.edit(&REPLICA_SETS, &set, |object| drop(object.remove("metadata.ownerReferences")));
    let pod = meta::name(&world.list(&PODS)[0]).to_string();
    world.delete(&PODS, &pod, "");
    world.live(3);
    assert_eq!(meta::controller_of(&world.get(&REPLICA_SETS, &set)).get("name").str(), "web");
    assert_eq!((world.list(&PODS).len(), world.find(&PODS, &pod).is_none()), (2, true));
}

#[test]
fn scaling_down_while_a_rollout_is_stuck_leaves_enough_that_works() {
    let mut world = World::new();
    world.create(&DEPLOYMENTS, deployment(8));
    world.live(3);
    // Nobody starts the new pods.
    world.edit(&DEPLOYMENTS, "web", |object| image(object, "nginx:1.26"));
    world.run(2_000);
    world.edit(&DEPLOYMENTS, "web", |object| object.set("spec.replicas", 4));
    world.run(2_000);
    let ready = world.list(&PODS).iter().filter(|pod| super::super::pods::is_ready(pod) && !meta::is_being_deleted(pod)).count();
    assert_eq!(ready, 3, "of 4 one may be unavailable");
}
