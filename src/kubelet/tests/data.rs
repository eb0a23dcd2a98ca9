//! What containers are told and what they keep: environment, volumes, logs.

use super::*;

/// A pod that runs one command in a shell of busybox.
fn shell(name: &str, command: &str, more: Value) -> Value {
    let mut pod = json!({"metadata": {"name": name, "labels": {"app": name}}, "spec": {
        "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
        "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", command]}]}});
    for (key, value) in more.fields().iter() {
        let spec = pod.get_mut("spec");
        let of_container = ["env", "envFrom", "volumeMounts", "resources"].contains(&key.as_str());
        let target = if of_container { &mut spec.get_mut("containers").items_mut()[0] } else { spec };
        target.set(key, value);
    }
    pod
}

#[test]
fn the_environment_is_what_the_pod_asks_for() {
    let mut world = World::new();
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1", "b": "2"}});
    world.request(Verb::Create, &CONFIG_MAPS, "", config, Options::default());
    let command = "echo $X_a $X_b $GREETING $NAME $LIMIT $APP $(( WEB_SERVICE_PORT + 1 ))";
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"clusterIP": "10.96.7.7", "ports": [{"port": 80}]}});
    world.request(Verb::Create, &crate::api::resource::SERVICES, "", service, Options::default());
    world.apply(shell(
        "p",
        command,
        json!({
            "resources": {"limits": {"cpu": "1500m"}},
            "envFrom": [{"prefix": "X_", "configMapRef": {"name": "c"}}],
            "env": [
                {"name": "GREETING", "value": "hello-$(X_a)-$(NOTHING)"},
                {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                {"name": "LIMIT", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}},
            ],
        }),
    ));
    world.run(5000);
    assert_eq!(world.logs("p"), "1 2 hello-1-$(NOTHING) p 1500 p 81\n");
}

#[test]
fn files_of_a_config_map_follow_it_after_their_delay() {
    let mut world = World::new();
    let config = |text: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "page"}, "data": {"index": text}});
    world.request(Verb::Create, &CONFIG_MAPS, "", config("old"), Options::default());
    world.apply(shell(
        "reader",
        "while true; do cat /page/index; echo; sleep 5; done",
        json!({"volumes": [{"name": "page", "configMap": {"name": "page"}}], "volumeMounts": [{"name": "page", "mountPath": "/page"}]}),
    ));
    world.run(10_000);
    world.request(Verb::Update, &CONFIG_MAPS, "page", config("new"), Options::default());
    world.run(20_000);
    assert!(!world.logs("reader").contains("new"));
    world.run(70_000);
    assert!(world.logs("reader").ends_with("new\n"), "{}", world.logs("reader"));
}

#[test]
fn an_empty_dir_goes_with_its_pod_and_a_host_path_stays() {
    let mut world = World::new();
    let more = json!({
        "volumes": [{"name": "own", "emptyDir": {}}, {"name": "host", "hostPath": {"path": "/srv/data", "type": "DirectoryOrCreate"}}],
        "volumeMounts": [{"name": "own", "mountPath": "/own"}, {"name": "host", "mountPath": "/host", "subPath": "part"}],
    });
    world.apply(shell("first", "echo one > /own/file; echo two > /host/file; cat /own/file /host/file", more.clone()));
    world.run(5000);
    assert_eq!(world.logs("first"), "one\ntwo\n");
    world.delete("first", Some(0));
    world.run(5000);
    world.apply(shell("second", "ls /own; cat /host/file", more));
    let whole = json!({"volumes": [{"name": "host", "hostPath": {"path": "/srv"}}], "volumeMounts": [{"name": "host", "mountPath": "/host"}]});
    world.apply(shell("third", "cat /host/data/part/file", whole));
    world.run(5000);
    assert_eq!((world.logs("second").as_str(), world.logs("third").as_str()), ("two\n", "two\n"));
}

#[test]
fn a_wrong_kind_of_host_path_is_refused() {
    let mut world = World::new();
    let more = json!({
        "volumes": [{"name": "sock", "hostPath": {"path": "/var/run/docker.sock", "type": "Socket"}}],
        "volumeMounts": [{"name": "sock", "mountPath": "/sock"}],
    });
    world.apply(shell("p", "true", more));
    world.run(10_000);
    let expected = "FailedMount MountVolume.SetUp failed for volume \"sock\" : hostPath type check failed: /var/run/docker.sock is not a socket file";
    assert!(world.events().iter().any(|event| event.starts_with(expected)), "{:#?}", world.events());
    assert_eq!(world.logs("p"), "container \"c\" in pod \"p\" is waiting to start: ContainerCreating");
}

#[test]
fn the_token_and_the_namespace_are_mounted() {
    let mut world = World::new();
    world.apply(shell("p", "cd /var/run/secrets/kubernetes.io/serviceaccount; cat namespace; echo; ls", json!({})));
    world.run(5000);
    assert_eq!(world.logs("p"), "demo\nca.crt\nnamespace\ntoken\n");
}

#[test]
fn a_claims_data_is_there_for_the_next_pod() {
    let mut world = World::new();
    let volume = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/mnt/pv"}}});
    let request = Request::new(Verb::Create, &crate::api::resource::PERSISTENT_VOLUMES, "", "").with_body(volume);
    assert!(world.server.handle(&request, world.now_ms).is_success());
    let claims = &crate::api::resource::PERSISTENT_VOLUME_CLAIMS;
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "volumeName": "pv", "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}});
    world.request(Verb::Create, claims, "", claim, Options::default());
    let more = json!({"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}], "volumeMounts": [{"name": "d", "mountPath": "/d"}]});
    world.apply(shell("writer", "echo kept > /d/file", more.clone()));
    world.run(5000);
    assert!(world.events().iter().any(|event| event.contains("error processing PVC demo/data: PVC is not bound")), "{:#?}", world.events());
    let mut claim = world.server.store().get(claims, "demo", "data").unwrap().clone();
    claim.set("status.phase", "Bound");
    let mut request = Request::new(Verb::Update, claims, "demo", "data").with_body(claim);
    request.subresource = "status".into();
    assert!(world.server.handle(&request, world.now_ms).is_success());
    world.run(30_000);
    world.apply(shell("reader", "cat /d/file", more));
    world.run(5000);
    assert_eq!(world.logs("reader"), "kept\n");
}

#[test]
fn logs_are_cut_as_asked() {
    let mut world = World::new();
    world.apply(shell("p", "for i in 1 2 3 4; do echo line $i; sleep 1; done", json!({})));
    world.run(10_000);
    let read = |options: LogOptions| world.kubelets.logs(&world.pod("p"), &options).unwrap().text;
    assert_eq!(read(LogOptions { tail_lines: Some(2), ..LogOptions::default() }), "line 3\nline 4\n");
    assert_eq!(read(LogOptions { limit_bytes: Some(8), ..LogOptions::default() }), "line 1\nl");
    assert!(read(LogOptions { timestamps: true, ..LogOptions::default() }).starts_with("2026-11-23T08:00:0"));
    let previous = LogOptions { previous: true, ..LogOptions::default() };
    let refusal = world.kubelets.logs(&world.pod("p"), &previous).unwrap_err();
    assert_eq!(refusal.message, "previous terminated container \"c\" in pod \"p\" not found");
}
