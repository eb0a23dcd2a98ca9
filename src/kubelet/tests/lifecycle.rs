//! How pods begin and end in the less usual ways: hooks, machines that stand still, resizes, evictions.

use super::*;

fn with_container(name: &str, container: Value) -> Value {
    json!({"metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 10, "restartPolicy": "Never", "containers": [container]}})
}

#[test]
fn a_pre_stop_hook_runs_before_the_container_ends() {
    let mut world = World::new();
    world.apply(with_container("p", json!({"name": "c", "image": "nginx", "lifecycle": {"preStop": {"sleep": {"seconds": 4}}}})));
    world.run(5000);
    world.delete("p", None);
    world.run(3500);
    assert_eq!(state(&world.pod("p"), "c"), "running");
    world.run(3000);
    assert!(world.pod("p").is_null());
}

#[test]
fn a_container_that_ignores_sigterm_is_killed_when_its_time_is_over() {
    let mut world = World::new();
    world.apply(with_container("p", json!({"name": "c", "image": "busybox", "command": ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]})));
    world.run(5000);
    world.delete("p", Some(6));
    world.run(5000);
    assert_eq!(state(&world.pod("p"), "c"), "running");
    world.run(4000);
    assert!(world.pod("p").is_null());
}

#[test]
fn a_post_start_hook_that_fails_ends_the_container() {
    let mut world = World::new();
    let lifecycle = json!({"postStart": {"exec": {"command": ["sh", "-c", "exit 1"]}}});
    world.apply(with_container("p", json!({"name": "c", "image": "busybox", "command": ["sleep", "1000"], "lifecycle": lifecycle})));
    world.run(20_000);
    assert_eq!(world.pod("p").path("status.phase").str(), "Failed");
    let events = world.events();
    for expected in ["FailedPostStartHook PostStartHook failed x1", "Killing FailedPostStartHook x1"] {
        assert!(events.contains(&expected.to_string()), "{events:#?}");
    }
}

#[test]
fn a_stopped_kubelet_catches_up_when_it_starts_again() {
    let mut world = World::new();
    world.apply(with_container("old", json!({"name": "c", "image": "nginx"})));
    world.run(5000);
    world.kubelets.set_stopped("worker-1", true, world.now_ms);
    world.delete("old", None);
    world.apply(with_container("new", json!({"name": "c", "image": "nginx"})));
    world.run(60_000);
    assert!(meta::is_being_deleted(&world.pod("old")));
    assert!(world.pod("new").path("status.containerStatuses").is_empty());
    world.kubelets.set_stopped("worker-1", false, world.now_ms);
    world.run(5000);
    assert!(world.pod("old").is_null());
    assert!(is_ready(&world.pod("new")));
}

#[test]
fn a_command_runs_in_a_container() {
    let mut world = World::new();
    world.apply(with_container("p", json!({"name": "c", "image": "busybox", "command": ["sleep", "1000"]})));
    world.run(5000);
    let request = ExecRequest { command: ["sh", "-c", "sleep 2; echo done; exit 3"].map(SmolStr::new_static).to_vec(), ..ExecRequest::default() };
    let handle = world.kubelets.exec(&world.pod("p"), &request, &mut NoNetwork, world.now_ms).unwrap();
    assert!(world.kubelets.exec_result(&handle).is_none());
    world.run(3000);
    assert_eq!(world.kubelets.exec_result(&handle).unwrap().outcome, Ok(3));
    assert_eq!(world.kubelets.exec_streams(&handle).0, "done\n");
}

#[test]
fn an_empty_dir_over_its_limit_ends_the_pod() {
    let mut server = Server::new(7);
    make_namespace(&mut server);
    let mut world = World { server, kubelets: Kubelets::new(&[NodeConfig::worker(1)], START_MS), now_ms: START_MS, seen: 0 };
    world.run(1000);
    world.apply(json!({"metadata": {"name": "p"}, "spec": {
        "volumes": [{"name": "cache", "emptyDir": {"sizeLimit": "1Mi"}}],
        "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "dd if=/dev/zero of=/cache/x bs=1M count=2; sleep 1000"],
            "volumeMounts": [{"name": "cache", "mountPath": "/cache"}]}]}}));
    world.run(40_000);
    let pod = world.pod("p");
    assert_eq!((pod.path("status.phase").str(), pod.path("status.reason").str()), ("Failed", "Evicted"));
    assert_eq!(pod.path("status.message").str(), "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\". ");
}
