use super::super::testing::{World, template};
use super::pod;
use crate::api::meta;
use crate::api::resource::{CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS};
use crate::value::{Value, json};

fn set(world: &mut World, replicas: i64, more: Value) {
    let mut spec = json!({
        "replicas": replicas, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": template("db", "one"),
        "podManagementPolicy": "OrderedReady", "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}, "revisionHistoryLimit": 10,
    });
    for (key, value) in more.fields().iter() {
        spec.set(key, value);
    }
    world.create(&STATEFUL_SETS, json!({"metadata": {"name": "db"}, "spec": spec}));
}

fn names(world: &World) -> Vec<String> {
    world.list(&PODS).iter().map(|pod| meta::name(pod).to_string()).collect()
}

fn image(world: &World, name: &str) -> String {
    world.get(&PODS, name).path("spec.containers").items()[0].get("image").str().into()
}

fn set_image(world: &mut World, image: &str) {
    world.edit(&STATEFUL_SETS, "db", |set| set.path_mut("spec.template.spec.containers").items_mut()[0].set("image", image));
}

#[test]
fn pods_come_one_after_the_other_and_go_the_other_way() {
    let mut world = World::new();
    set(&mut world, 3, json!({}));
    world.run(500);
    assert_eq!(names(&world), ["db-0"]);
    world.start_pods();
    world.run(500);
    assert_eq!(names(&world), ["db-0", "db-1"]);
    world.live(3);
    assert_eq!(names(&world), ["db-0", "db-1", "db-2"]);
    let pod = world.get(&PODS, "db-1");
    assert_eq!((pod.path("spec.hostname").str(), pod.path("spec.subdomain").str()), ("db-1", "db"));
    assert_eq!(meta::label(&pod, "apps.kubernetes.io/pod-index"), "1");
    world.edit(&STATEFUL_SETS, "db", |set| set.set("spec.replicas", 1));
    world.run(500);
    assert!(!names(&world).contains(&"db-2".to_string()) || meta::is_being_deleted(&world.get(&PODS, "db-2")));
    world.live(4);
    assert_eq!(names(&world), ["db-0"]);
    assert!(world.events().contains(&"SuccessfulDelete Delete Pod db-2 in StatefulSet db successful".to_string()));
}

#[test]
fn parallel_pods_come_at_once() {
    let mut world = World::new();
    set(&mut world, 3, json!({"podManagementPolicy": "Parallel"}));
    world.run(500);
    assert_eq!(names(&world).len(), 3);
}

#[test]
fn a_rolling_update_goes_down_to_the_partition() {
    let mut world = World::new();
    set(&mut world, 3, json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}));
    world.live(6);
    set_image(&mut world, "two");
    world.live(6);
    assert_eq!([image(&world, "db-0"), image(&world, "db-1"), image(&world, "db-2")], ["one", "one", "two"]);
    let status = world.get(&STATEFUL_SETS, "db").get("status").clone();
    assert_eq!((status.get("currentReplicas").as_i64(), status.get("updatedReplicas").as_i64()), (Some(2), Some(1)));
    world.edit(&STATEFUL_SETS, "db", |set| set.set("spec.updateStrategy.rollingUpdate.partition", 0));
    world.live(8);
    assert_eq!(image(&world, "db-0"), "two");
    let status = world.get(&STATEFUL_SETS, "db").get("status").clone();
    assert_eq!(status.get("currentRevision"), status.get("updateRevision"));
    assert_eq!(pod::revision(&world.get(&PODS, "db-0")), status.get("updateRevision").str());
    assert_eq!(world.list(&CONTROLLER_REVISIONS).len(), 2);
}

#[test]
fn on_delete_waits_for_somebody_to_delete() {
    let mut world = World::new();
    set(&mut world, 2, json!({"updateStrategy": {"type": "OnDelete"}}));
    world.live(4);
    set_image(&mut world, "two");
    world.live(3);
    assert_eq!([image(&world, "db-0"), image(&world, "db-1")], ["one", "one"]);
    world.delete(&PODS, "db-0", "");
    world.live(3);
    assert_eq!([image(&world, "db-0"), image(&world, "db-1")], ["two", "one"]);
}

#[test]
fn every_pod_has_its_claim_which_stays_unless_the_policy_says_otherwise() {
    let mut world = World::new();
    let claims = json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]);
    set(&mut world, 2, json!({"volumeClaimTemplates": claims}));
    world.live(4);
    assert_eq!(world.get(&PODS, "db-1").path("spec.volumes").items()[0].path("persistentVolumeClaim.claimName").str(), "data-db-1");
    assert!(world.events().contains(&"SuccessfulCreate Create Claim data-db-0 Pod db-0 in StatefulSet db success".to_string()));
    world.edit(&STATEFUL_SETS, "db", |set| set.set("spec.replicas", 1));
    world.live(3);
    world.get(&PERSISTENT_VOLUME_CLAIMS, "data-db-1");
    let policy = json!({"whenDeleted": "Retain", "whenScaled": "Delete"});
    world.edit(&STATEFUL_SETS, "db", |set| {
        set.set("spec.persistentVolumeClaimRetentionPolicy", policy);
        set.set("spec.replicas", 0);
    });
    world.live(4);
    assert!(world.find(&PERSISTENT_VOLUME_CLAIMS, "data-db-0").is_none());
    world.get(&PERSISTENT_VOLUME_CLAIMS, "data-db-1");
}
