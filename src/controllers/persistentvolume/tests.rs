use super::super::testing::World;
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES};
use crate::value::json;

fn volume(world: &mut World, name: &str, size: &str, modes: &[&str], class: &str) {
    volume_at(world, name, size, modes, class, &format!("/tmp/{name}"));
}

fn volume_at(world: &mut World, name: &str, size: &str, modes: &[&str], class: &str, path: &str) {
    let spec = json!({
        "capacity": {"storage": size}, "accessModes": modes, "storageClassName": class, "hostPath": {"path": path},
        "persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem",
    });
    world.create(&PERSISTENT_VOLUMES, json!({"metadata": {"name": name}, "spec": spec}));
}

fn claim(world: &mut World, name: &str, size: &str, modes: &[&str], class: &str, volume: Option<&str>) {
    let mut spec = json!({"accessModes": modes, "resources": {"requests": {"storage": size}}, "storageClassName": class, "volumeMode": "Filesystem"});
    if let Some(volume) = volume {
        spec.set("volumeName", volume);
    }
    world.create(&PERSISTENT_VOLUME_CLAIMS, json!({"metadata": {"name": name}, "spec": spec}));
}

fn bound(world: &World, name: &str) -> (String, String) {
    let claim = world.get(&PERSISTENT_VOLUME_CLAIMS, name);
    (claim.path("status.phase").str().into(), claim.path("spec.volumeName").str().into())
}

#[test]
fn a_claim_that_names_a_volume_gets_it() {
    let mut world = World::new();
    volume(&mut world, "mongo-pv", "2Gi", &["ReadWriteOnce"], "manual");
    claim(&mut world, "mongo-pvc", "1Gi", &["ReadWriteOnce"], "manual", Some("mongo-pv"));
    world.run(1000);
    assert_eq!(bound(&world, "mongo-pvc"), ("Bound".into(), "mongo-pv".into()));
    let claim = world.get(&PERSISTENT_VOLUME_CLAIMS, "mongo-pvc");
    assert_eq!(claim.path("status.capacity.storage").str(), "2Gi");
    assert_eq!(claim.path("metadata.annotations"), &json!({"pv.kubernetes.io/bind-completed": "yes"}));
    assert_eq!(world.get(&PERSISTENT_VOLUMES, "mongo-pv").path("status.phase").str(), "Bound");
}

#[test]
fn exact_access_modes_come_before_size() {
    let mut world = World::new();
    volume(&mut world, "both", "10Gi", &["ReadWriteOnce", "ReadOnlyMany"], "books");
    volume(&mut world, "large", "50Gi", &["ReadWriteOnce"], "books");
    volume(&mut world, "small", "1Gi", &["ReadWriteOnce"], "books");
    world.run(100);
    claim(&mut world, "first", "4Gi", &["ReadWriteOnce"], "books", None);
    claim(&mut world, "never", "4Gi", &["ReadWriteMany"], "books", None);
    world.run(1000);
    assert_eq!(bound(&world, "first"), ("Bound".into(), "large".into()));
    assert_eq!(bound(&world, "never"), ("Pending".into(), String::new()));
    assert!(world.events().contains(&"ProvisioningFailed storageclass.storage.k8s.io \"books\" not found".to_string()));
}

#[test]
fn a_released_volume_is_free_again_only_when_its_claim_is_forgotten() {
    let mut world = World::new();
    volume(&mut world, "vault", "1Gi", &["ReadWriteOnce"], "vault");
    claim(&mut world, "first", "1Gi", &["ReadWriteOnce"], "vault", None);
    world.run(1000);
    world.edit(&PERSISTENT_VOLUME_CLAIMS, "first", |claim| drop(claim.remove("metadata.finalizers")));
    world.delete(&PERSISTENT_VOLUME_CLAIMS, "first", "");
    world.run(1000);
    assert_eq!(world.get(&PERSISTENT_VOLUMES, "vault").path("status.phase").str(), "Released");
    claim(&mut world, "second", "1Gi", &["ReadWriteOnce"], "vault", None);
    world.run(16_000);
    assert_eq!(bound(&world, "second").0, "Pending");
    world.edit(&PERSISTENT_VOLUMES, "vault", |volume| drop(volume.remove("spec.claimRef")));
    world.run(16_000);
    assert_eq!(bound(&world, "second"), ("Bound".into(), "vault".into()));
}

#[test]
fn deleting_a_host_path_works_below_tmp_only() {
    let mut world = World::new();
    for (name, path) in [("inside", "/tmp/x"), ("outside", "/srv/scratch")] {
        volume_at(&mut world, name, "1Gi", &["ReadWriteOnce"], name, path);
        world.edit(&PERSISTENT_VOLUMES, name, |volume| volume.set("spec.persistentVolumeReclaimPolicy", "Delete"));
        claim(&mut world, name, "1Gi", &["ReadWriteOnce"], name, None);
        world.run(1000);
        world.delete(&PERSISTENT_VOLUME_CLAIMS, name, "");
        world.run(1000);
    }
    assert!(world.find(&PERSISTENT_VOLUMES, "inside").is_none());
    let outside = world.get(&PERSISTENT_VOLUMES, "outside");
    assert_eq!(outside.path("status.message").str(), "host_path deleter only supports /tmp/.+ but received provided /srv/scratch");
    assert_eq!(outside.path("status.phase").str(), "Failed");
}

#[test]
fn a_class_that_waits_for_a_consumer_leaves_the_choice_to_the_scheduler() {
    let mut world = World::new();
    world.create(
        &STORAGE_CLASSES,
        json!({"metadata": {"name": "local"}, "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer"}),
    );
    volume(&mut world, "disk", "4Gi", &["ReadWriteOnce"], "local");
    claim(&mut world, "posts", "4Gi", &["ReadWriteOnce"], "local", None);
    world.run(1000);
    assert_eq!(bound(&world, "posts").0, "Pending");
    assert!(world.events().contains(&"WaitForFirstConsumer waiting for first consumer to be created before binding".to_string()));
    let posts = world.get(&PERSISTENT_VOLUME_CLAIMS, "posts");
    world.edit(&PERSISTENT_VOLUMES, "disk", |volume| volume.set("spec.claimRef", meta::object_reference(&posts)));
    world.run(1000);
    assert_eq!(bound(&world, "posts"), ("Bound".into(), "disk".into()));
}

#[test]
fn a_claim_without_a_class_gets_the_one_that_becomes_the_default() {
    let mut world = World::new();
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    world.create(&PERSISTENT_VOLUME_CLAIMS, json!({"metadata": {"name": "early"}, "spec": spec}));
    world.run(1000);
    assert!(world.get(&PERSISTENT_VOLUME_CLAIMS, "early").path("spec.storageClassName").is_null());
    let annotations = json!({"storageclass.kubernetes.io/is-default-class": "true"});
    world.create(&STORAGE_CLASSES, json!({"metadata": {"name": "fast", "annotations": annotations}, "provisioner": "example.com/none"}));
    world.run(16_000);
    assert_eq!(world.get(&PERSISTENT_VOLUME_CLAIMS, "early").path("spec.storageClassName").str(), "fast");
}
