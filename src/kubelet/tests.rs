//! Pods in virtual time on a real server: what a person sees of them.

use super::runtime::{NoNetwork, Profile};
use super::*;
use crate::api::resource::{EVENTS, GroupResource, LEASES, NAMESPACES};
use crate::server::request::{Options, Request, Verb};
use serde_json::json;

/// 2026-11-23T08:00:00Z.
const START_MS: u64 = 1_795_420_800_000;

/// A server and one machine, and the time there.
struct World {
    server: Server,
    kubelets: Kubelets,
    now_ms: u64,
    seen: u64,
}

impl World {
    fn new() -> World {
        let mut server = Server::new(7);
        server.bootstrap(START_MS);
        let config = NodeConfig { profile: Profile::Reference, ..NodeConfig::worker(1) };
        let mut world = World { server, kubelets: Kubelets::new(&[config], START_MS), now_ms: START_MS, seen: 0 };
        for name in ["demo", "kube-node-lease"] {
            let request = Request::new(Verb::Create, &NAMESPACES, "", "").with_body(json!({"metadata": {"name": name}}).into());
            let _ = world.server.handle(&request, START_MS);
        }
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
            self.kubelets.run_next(&mut self.server, &mut NoNetwork, self.now_ms);
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

    fn apply(&mut self, pod: serde_json::Value) {
        let mut pod = Value::from(pod);
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

    fn events(&self) -> Vec<String> {
        let events = self.server.store().list(&EVENTS, Some("demo"));
        let mut lines: Vec<(String, String)> = events
            .map(|event| {
                let line = format!("{} {} x{}", event.get("reason").str(), event.get("message").str(), event.get("count").as_i64().unwrap_or(1));
                (event.path("metadata.creationTimestamp").str().to_string() + event.path("metadata.resourceVersion").str(), line)
            })
            .collect();
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

fn print(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn scratch() {
    let mut world = World::new();
    println!("{}", print(world.server.store().get(&crate::api::resource::NODES, "", "worker-1").unwrap()));
    println!("{:?}", world.server.store().list(&LEASES, None).map(print).collect::<Vec<_>>());
    world.apply(json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "web", "image": "nginx", "readinessProbe": {"httpGet": {"path": "/", "port": 80}}}]}}));
    world.apply(json!({"metadata": {"name": "crash"}, "spec": {"containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "exit 78"]}]}}));
    world.apply(json!({"metadata": {"name": "pull"}, "spec": {"containers": [{"name": "c", "image": "nginx:nope"}]}}));
    world.apply(json!({"metadata": {"name": "once"}, "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "sleep 3"]}]}}));
    for _ in 0..60 {
        world.run(1000);
        for name in ["web", "crash", "pull", "once"] {
            let pod = world.pod(name);
            print!("{name}:{} {} {} | ", pod.path("status.phase").str(), crate::api::meta::is_condition_true(&pod, "Ready"), serde_json::to_string(pod.path("status.containerStatuses").items().first().map_or(&Value::Null, |c| c.get("state"))).unwrap());
        }
        println!();
    }
    println!("{}", print(world.pod("web").get("status")));
    println!("{}", print(world.pod("once").get("status")));
    println!("{}", world.events().join("\n"));
    world.delete("web", None);
    for _ in 0..5 { world.run(500); println!("{}", world.pod("web").path("status.phase").str()); }
    println!("{}", world.events().join("\n"));
    panic!();
}
