//! Pods in virtual time on a real server: what a person sees of them.

use super::runtime::{NoNetwork, Profile};
use super::*;
use crate::api::resource::{EVENTS, GroupResource, LEASES, NAMESPACES, SERVICE_ACCOUNTS};
use crate::server::Server;
use crate::server::request::{Options, Request, Verb};
use crate::value::{Sort, json};

mod data;
mod lifecycle;

/// 2026-11-23T08:00:00Z.
const START_MS: u64 = 1_795_420_800_000;

/// A server and one machine, and the time there.
struct World {
    server: Server,
    kubelets: Kubelets,
    now_ms: u64,
    seen: u64,
}

/// The namespace `demo` with what the control plane puts into it.
fn make_namespace(server: &mut Server) {
    let mut make = |resource: &GroupResource, namespace: &str, object: Value| {
        let response = server.handle(&Request::new(Verb::Create, resource, namespace, "").with_body(object), START_MS);
        assert!(response.is_success(), "{:?}", response.body);
    };
    make(&NAMESPACES, "", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}));
    make(&NAMESPACES, "", json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-node-lease"}}));
    make(&SERVICE_ACCOUNTS, "demo", json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}));
    make(&CONFIG_MAPS, "demo", json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": "x"}}));
}

impl World {
    fn new() -> World {
        let server = Server::new(7);
        let config = NodeConfig { profile: Profile::Reference, ..NodeConfig::worker(1) };
        let mut world = World { server, kubelets: Kubelets::new(&[config], START_MS), now_ms: START_MS, seen: 0 };
        make_namespace(&mut world.server);
        world.run(1000);
        world
    }

    fn observe(&mut self) {
        let store = self.server.store().clone();
        for change in store.changes_since(self.seen).unwrap() {
            self.kubelets.observe(change, &store, self.now_ms);
        }
        self.seen = store.revision();
    }

    /// Lets time go by.
    fn run(&mut self, for_ms: u64) {
        let until_ms = self.now_ms + for_ms;
        self.observe();
        let mut steps = 0;
        while let Some(due_ms) = self.kubelets.next_due().filter(|due_ms| *due_ms <= until_ms) {
            self.now_ms = self.now_ms.max(due_ms);
            let mut node = self.kubelets.due_node().unwrap();
            node.run_next(&mut self.server, &mut NoNetwork, self.now_ms);
            self.kubelets.put(node);
            self.observe();
            steps += 1;
            assert!(steps < 100_000, "time stands still");
        }
        self.now_ms = until_ms;
    }

    fn request(&mut self, verb: Verb, resource: &GroupResource, name: &str, body: Value, options: Options) -> Value {
        let mut request = Request::new(verb, resource, "demo", name).with_body(body);
        request.options = options;
        let response = self.server.handle(&request, self.now_ms);
        assert!(response.is_success(), "{}", serde_json::to_string(&response.body).unwrap());
        response.body
    }

    fn apply(&mut self, pod: Value) {
        let mut pod = pod;
        pod.set("apiVersion", "v1");
        pod.set("kind", "Pod");
        pod.set("spec.nodeName", "worker-1");
        self.request(Verb::Create, &PODS, "", pod, Options::default());
    }

    fn delete(&mut self, name: &str, grace_s: Option<i64>) {
        self.request(Verb::Delete, &PODS, name, Value::Null, Options { grace_period_seconds: grace_s, ..Options::default() });
    }

    fn pod(&self, name: &str) -> Value {
        self.server.store().get(&PODS, "demo", name).cloned().unwrap_or_default()
    }

    /// What a pod's first container wrote.
    fn logs(&self, name: &str) -> String {
        let options = LogOptions { container: self.pod(name).path("spec.containers").items()[0].get("name").str().into(), ..LogOptions::default() };
        self.kubelets.logs(&self.pod(name), &options).map_or_else(|status| status.message, |log| log.text)
    }

    fn events(&self) -> Vec<String> {
        let events = self.server.store().list(&EVENTS, Some("demo"));
        let mut lines: Vec<(String, String)> = events
            .map(|event| {
                let line = format!("{} {} x{}", event.get("reason").str(), event.get("message").str(), event.get("count").as_i64().unwrap_or(1));
                (event.path("metadata.creationTimestamp").str().to_string() + event.path("metadata.resourceVersion").str(), line)
            })
            .collect();
        lines.order();
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// The state of a pod's container of that name: `running`, `waiting CrashLoopBackOff`, `terminated Error 78`.
fn state(pod: &Value, container: &str) -> String {
    let lists = ["containerStatuses", "initContainerStatuses"].map(|field| pod.get("status").get(field).items());
    let found = lists.iter().flat_map(|list| list.iter()).find(|status| status.get("name").str() == container);
    let Some((kind, detail)) = found.and_then(|status| status.get("state").fields().iter().next()) else { return "missing".into() };
    let code = detail.get("exitCode").as_i64().map(|code| format!(" {code}")).unwrap_or_default();
    format!("{kind} {}{code}", detail.get("reason").str()).replace("running ", "running")
}

fn is_ready(pod: &Value) -> bool {
    meta::is_condition_true(pod, "Ready")
}

fn condition(pod: &Value, type_: &str) -> String {
    let condition = meta::condition(pod, type_);
    [condition.get("status").str(), condition.get("reason").str(), condition.get("message").str()].join(" ").trim().to_string()
}

#[test]
fn a_node_joins_and_stays_alive() {
    let mut world = World::new();
    let node = world.server.store().get(&NODES, "", "worker-1").unwrap().clone();
    assert_eq!(meta::label(&node, "kubernetes.io/hostname"), "worker-1");
    assert!(is_ready(&node));
    assert_eq!(node.path("status.allocatable.memory").str(), "8Gi");
    let renewed = |world: &World| world.server.store().get(&LEASES, "kube-node-lease", "worker-1").unwrap().path("spec.renewTime").str().to_string();
    let before = renewed(&world);
    world.run(10_000);
    assert_ne!(before, renewed(&world));
    world.kubelets.set_stopped("worker-1", true, world.now_ms);
    let before = renewed(&world);
    world.run(60_000);
    assert_eq!(before, renewed(&world));
}

#[test]
fn a_pod_is_pulled_started_and_ready_then_deleted() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "web", "image": "nginx", "imagePullPolicy": "Always"}]}}));
    world.run(400);
    let pod = world.pod("web");
    assert_eq!((pod.path("status.phase").str(), state(&pod, "web").as_str()), ("Pending", "waiting ContainerCreating"));
    assert_eq!(condition(&pod, "Ready"), "False ContainersNotReady containers with unready status: [web]");
    assert_eq!(condition(&pod, "PodReadyToStartContainers"), "True");
    world.run(1000);
    let pod = world.pod("web");
    assert_eq!((pod.path("status.phase").str(), state(&pod, "web").as_str()), ("Running", "running"));
    let types: Vec<&str> = pod.path("status.conditions").items().iter().map(|condition| condition.get("type").str()).collect();
    assert_eq!(types, ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]);
    assert!(is_ready(&pod) && pod.path("status.podIP").str().starts_with("10.244.0."));
    world.delete("web", None);
    world.run(3000);
    assert!(world.pod("web").is_null());
    assert_eq!(
        world.events(),
        [
            "Pulling Pulling image \"nginx\" x1",
            "Pulled Successfully pulled image \"nginx\" in 603ms (603ms including waiting). Image size: 52428800 bytes. x1",
            "Created Container created x1",
            "Started Container started x1",
            "Killing Stopping container web x1",
        ]
    );
    assert_eq!(world.kubelets.node("worker-1").unwrap().pods().count(), 0);
}

#[test]
fn a_container_that_fails_waits_longer_each_time() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "crash"}, "spec": {"containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "exit 78"]}]}}));
    let restarts = |world: &World| world.pod("crash").path("status.containerStatuses").items()[0].get("restartCount").as_i64().unwrap();
    world.run(5000);
    // The first restart is at once, and while it waits for the next the state is still that of the last end.
    assert_eq!((restarts(&world), state(&world.pod("crash"), "c").as_str()), (1, "terminated Error 78"));
    world.run(15_000);
    assert_eq!((restarts(&world), state(&world.pod("crash"), "c").as_str()), (2, "terminated Error 78"));
    let mut pod = world.pod("crash");
    pod.set("metadata.labels.looked-at", "yes");
    world.request(Verb::Update, &PODS, "crash", pod, Options::default());
    world.run(1000);
    let pod = world.pod("crash");
    assert_eq!(state(&pod, "c"), "waiting CrashLoopBackOff");
    let status = &pod.path("status.containerStatuses").items()[0];
    assert!(status.path("state.waiting.message").str().starts_with("back-off 20s restarting failed container=c pod=crash_demo("));
    assert_eq!(status.path("lastState.terminated.exitCode").as_i64(), Some(78));
}

#[test]
fn an_image_that_is_not_there_is_tried_again() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "c", "image": "nginx:nope"}]}}));
    world.run(4000);
    assert_eq!(state(&world.pod("web"), "c"), "waiting ErrImagePull");
    world.run(14_000);
    assert_eq!(state(&world.pod("web"), "c"), "waiting ImagePullBackOff");
    assert!(world.events().iter().any(|event| event.starts_with("Failed Error: ImagePullBackOff")));
}

#[test]
fn a_pod_that_is_done_succeeds_or_fails() {
    let mut world = World::new();
    for (name, command) in [("good", "sleep 2"), ("bad", "sleep 2; exit 3")] {
        let container = json!({"name": "c", "image": "busybox", "command": ["sh", "-c", command]});
        world.apply(json!({"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "containers": [container]}}));
    }
    world.run(10_000);
    let (good, bad) = (world.pod("good"), world.pod("bad"));
    assert_eq!((good.path("status.phase").str(), condition(&good, "Ready").as_str()), ("Succeeded", "False PodCompleted"));
    assert_eq!((bad.path("status.phase").str(), condition(&bad, "Ready").as_str()), ("Failed", "False PodFailed"));
    assert_eq!((state(&good, "c").as_str(), state(&bad, "c").as_str()), ("terminated Completed 0", "terminated Error 3"));
    assert_eq!(condition(&good, "PodReadyToStartContainers"), "False");
}

#[test]
fn init_containers_run_in_order_and_hold_up_the_rest() {
    let mut world = World::new();
    let init = |name: &str| json!({"name": name, "image": "busybox", "command": ["sh", "-c", "sleep 2"]});
    world.apply(json!({"metadata": {"name": "shop"}, "spec": {
        "initContainers": [init("one"), init("two")], "containers": [{"name": "shop", "image": "nginx"}]}}));
    world.run(2500);
    let pod = world.pod("shop");
    assert_eq!(
        (state(&pod, "one").as_str(), state(&pod, "two").as_str(), state(&pod, "shop").as_str()),
        ("running", "waiting PodInitializing", "waiting PodInitializing")
    );
    assert_eq!(condition(&pod, "Initialized"), "False ContainersNotInitialized containers with incomplete status: [one two]");
    world.run(10_000);
    let pod = world.pod("shop");
    assert!(is_ready(&pod), "{}", serde_json::to_string(pod.get("status")).unwrap());
    assert_eq!(state(&pod, "two"), "terminated Completed 0");
}

#[test]
fn sidecars_start_first_and_end_last() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "run"}, "spec": {"restartPolicy": "Never",
        "initContainers": [{"name": "side", "image": "nginx", "restartPolicy": "Always"}],
        "containers": [{"name": "main", "image": "busybox", "command": ["sh", "-c", "sleep 5"]}]}}));
    world.run(4000);
    let pod = world.pod("run");
    assert_eq!((state(&pod, "side").as_str(), state(&pod, "main").as_str(), pod.path("status.phase").str()), ("running", "running", "Running"));
    world.run(10_000);
    let pod = world.pod("run");
    assert_eq!((state(&pod, "side").as_str(), pod.path("status.phase").str()), ("terminated Completed 0", "Succeeded"));
    assert!(world.events().contains(&"Killing Stopping container side x1".to_string()));
}

#[test]
fn probes_decide_over_readiness_and_restarts() {
    let mut world = World::new();
    let server = |probe: &str, port: u16, path: &str| json!({"containers": [{"name": "web", "image": "nginx", probe: {"httpGet": {"path": path, "port": port}, "periodSeconds": 2, "failureThreshold": 2}}]});
    world.apply(json!({"metadata": {"name": "good"}, "spec": server("readinessProbe", 80, "/")}));
    world.apply(json!({"metadata": {"name": "wrong-path"}, "spec": server("readinessProbe", 80, "/healthz")}));
    world.apply(json!({"metadata": {"name": "wrong-port"}, "spec": server("livenessProbe", 8080, "/")}));
    world.run(15_000);
    assert!(is_ready(&world.pod("good")));
    assert_eq!(condition(&world.pod("wrong-path"), "Ready"), "False ContainersNotReady containers with unready status: [web]");
    assert!(world.pod("wrong-port").path("status.containerStatuses").items()[0].get("restartCount").as_i64().unwrap() >= 1);
    let address = world.pod("wrong-port").path("status.podIP").str().to_string();
    let events = world.events();
    for expected in [
        "Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 404".to_string(),
        format!("Unhealthy Liveness probe failed: Get \"http://{address}:8080/\": dial tcp {address}:8080: connect: connection refused"),
        "Killing Container web failed liveness probe, will be restarted".to_string(),
    ] {
        assert!(events.iter().any(|event| event.starts_with(&expected)), "{expected} in {events:#?}");
    }
}

#[test]
fn a_missing_key_is_said_and_the_pod_heals_when_it_is_there() {
    let mut world = World::new();
    world.request(
        Verb::Create,
        &SECRETS,
        "",
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {"user": "cm9vdA=="}}),
        Options::default(),
    );
    let env = json!([{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]);
    world.apply(json!({"metadata": {"name": "db"}, "spec": {"containers": [{"name": "db", "image": "nginx", "env": env}]}}));
    world.run(5000);
    let pod = world.pod("db");
    assert_eq!(state(&pod, "db"), "waiting CreateContainerConfigError");
    let message = pod.path("status.containerStatuses").items()[0].path("state.waiting.message").str();
    assert_eq!(message, "couldn't find key password in Secret demo/db");
    let mut secret = world.server.store().get(&SECRETS, "demo", "db").unwrap().clone();
    secret.set("data.password", "c2VjcmV0");
    world.request(Verb::Update, &SECRETS, "db", secret, Options::default());
    world.run(20_000);
    assert!(is_ready(&world.pod("db")));
}

#[test]
fn a_volume_without_its_source_holds_the_pod_up() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "web"}, "spec": {
        "volumes": [{"name": "page", "configMap": {"name": "page"}}],
        "containers": [{"name": "web", "image": "nginx", "volumeMounts": [{"name": "page", "mountPath": "/page"}]}]}}));
    world.run(5000);
    assert_eq!(state(&world.pod("web"), "web"), "waiting ContainerCreating");
    assert_eq!(condition(&world.pod("web"), "PodReadyToStartContainers"), "False");
    let expected = "FailedMount MountVolume.SetUp failed for volume \"page\" : configmap \"page\" not found";
    assert!(world.events().iter().any(|event| event.starts_with(expected)), "{:#?}", world.events());
    let page = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "page"}, "data": {"index.html": "hello"}});
    world.request(Verb::Create, &CONFIG_MAPS, "", page, Options::default());
    world.run(20_000);
    assert!(is_ready(&world.pod("web")));
}

#[test]
fn a_deadline_ends_a_pod() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "slow"}, "spec": {"activeDeadlineSeconds": 8, "terminationGracePeriodSeconds": 3,
        "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "sleep 1000"]}]}}));
    world.run(20_000);
    let pod = world.pod("slow");
    assert_eq!((pod.path("status.phase").str(), pod.path("status.reason").str()), ("Failed", "DeadlineExceeded"));
    assert_eq!(state(&pod, "c"), "terminated Error 137");
    assert!(world.events().contains(&"DeadlineExceeded Pod was active on the node longer than the specified deadline x4".to_string()));
}

#[test]
fn a_node_refuses_what_it_has_no_room_for() {
    let mut world = World::new();
    world.apply(json!({"metadata": {"name": "big"}, "spec": {"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": "5"}}}]}}));
    world.run(1000);
    let pod = world.pod("big");
    assert_eq!((pod.path("status.phase").str(), pod.path("status.reason").str()), ("Failed", "OutOfcpu"));
    assert_eq!(pod.path("status.message").str(), "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000");
}

#[test]
fn no_two_pods_have_the_same_address() {
    let mut world = World::new();
    let mut addresses = crate::value::SortedSet::new();
    for round in 0..3 {
        for number in 0..30 {
            world.apply(json!({"metadata": {"name": format!("p{number}")}, "spec": {"containers": [{"name": "c", "image": "nginx", "imagePullPolicy": "IfNotPresent"}]}}));
        }
        world.run(25_000);
        addresses.clear();
        for pod in world.server.store().list(&PODS, Some("demo")) {
            assert!(addresses.insert(pod.path("status.podIP").str().to_string()), "round {round}");
        }
        for number in 0..30 {
            world.delete(&format!("p{number}"), Some(1));
        }
        world.run(5000);
        assert_eq!(world.server.store().count(&PODS), 0);
    }
}

#[test]
fn a_static_pod_has_a_mirror_that_comes_back() {
    let mut server = Server::new(7);
    let manifest = json!({"metadata": {"name": "proxy", "namespace": "demo"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    let config = NodeConfig { static_pods: vec![manifest], ..NodeConfig::worker(1) };
    make_namespace(&mut server);
    let mut world = World { server, kubelets: Kubelets::new(&[config], START_MS), now_ms: START_MS, seen: 0 };
    world.run(10_000);
    assert!(is_ready(&world.pod("proxy-worker-1")));
    world.delete("proxy-worker-1", Some(0));
    world.run(1000);
    assert!(is_ready(&world.pod("proxy-worker-1")));
    assert_eq!(world.events().iter().filter(|event| event.starts_with("Started")).count(), 1);
}
