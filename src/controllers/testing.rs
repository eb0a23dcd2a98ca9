//! A server and a controller manager in virtual time, with pods that start because a test says so.

use super::ControllerManager;
use crate::api::resource::{EVENTS, GroupResource, PODS};
use crate::api::{meta, time};
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::{Options, User};
use crate::store::Cause;
use crate::value::{Sort, Value, json};

pub(super) const START_MS: u64 = 1_795_420_800_000;

/// What a test works on.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) manager: ControllerManager,
    pub(super) now_ms: u64,
    observed: u64,
}

impl World {
    /// An empty cluster with the namespace `demo`.
    pub(super) fn new() -> World {
        let mut world = World { server: Server::new(7), manager: ControllerManager::new(), now_ms: START_MS, observed: 0 };
        for name in ["demo", "kube-node-lease"] {
            world.create(&crate::api::resource::NAMESPACES, json!({"metadata": {"name": name}, "spec": {"finalizers": ["kubernetes"]}}));
        }
        world.run(100);
        world
    }

    pub(super) fn client(&mut self) -> Client<'_> {
        Client::new(&mut self.server, self.now_ms, User::admin(), Cause::default())
    }

    /// Creates an object in the namespace that it names, else in `demo`.
    pub(super) fn create(&mut self, resource: &GroupResource, object: Value) -> Value {
        let mut object = object;
        let kind = self.server.registry().resource(resource).expect("a kind of the registry").clone();
        object.set("apiVersion", kind.api_version());
        object.set("kind", kind.kind.clone());
        let namespace = match (kind.namespaced, meta::namespace(&object)) {
            (false, _) => String::new(),
            (true, "") => "demo".to_string(),
            (true, namespace) => namespace.to_string(),
        };
        let created = self.client().create(resource, &namespace, object).expect("created");
        self.observe();
        created
    }

    /// The object of that name in `demo` (or without a namespace).
    pub(super) fn find(&self, resource: &GroupResource, name: &str) -> Option<Value> {
        let store = self.server.store();
        store.get(resource, "demo", name).or_else(|| store.get(resource, "", name)).cloned()
    }

    pub(super) fn get(&self, resource: &GroupResource, name: &str) -> Value {
        self.find(resource, name).unwrap_or_else(|| panic!("no {resource} {name}"))
    }

    pub(super) fn list(&self, resource: &GroupResource) -> Vec<Value> {
        self.server.store().list(resource, None).cloned().collect()
    }

    /// Changes an object in `demo` as a person with an editor would.
    pub(super) fn edit(&mut self, resource: &GroupResource, name: &str, edit: impl FnOnce(&mut Value)) {
        let mut object = self.get(resource, name);
        edit(&mut object);
        self.client().update(resource, object).expect("updated");
        self.observe();
    }

    /// Writes an object's status.
    pub(super) fn set_status(&mut self, resource: &GroupResource, object: &Value, edit: impl FnOnce(&mut Value)) {
        let mut object = object.clone();
        edit(object.get_mut("status"));
        self.client().update_status(resource, object).expect("status updated");
        self.observe();
    }

    pub(super) fn delete(&mut self, resource: &GroupResource, name: &str, propagation: &str) {
        let object = self.get(resource, name);
        let options = Options { propagation: propagation.into(), ..Options::default() };
        self.client().delete(resource, meta::namespace(&object), name, options).expect("deleted");
        self.observe();
    }

    fn observe(&mut self) {
        let store = self.server.store().clone();
        for change in store.changes_since(self.observed).expect("not compacted") {
            self.manager.observe(change, &store, self.now_ms);
        }
        self.observed = store.revision();
    }

    /// Lets the controllers work for that long.
    pub(super) fn run(&mut self, duration_ms: u64) {
        let until_ms = self.now_ms + duration_ms;
        for _ in 0..200_000 {
            match self.manager.next_due() {
                Some(due_ms) if due_ms <= until_ms => {
                    self.now_ms = self.now_ms.max(due_ms);
                    self.manager.run_next(&mut self.server, self.now_ms);
                    self.observe();
                }
                _ => {
                    self.now_ms = until_ms;
                    return;
                }
            }
        }
        panic!("the controllers do not come to rest");
    }

    /// Does what kubelets do: waiting pods become ready, deleted ones go.
    pub(super) fn start_pods(&mut self) {
        for pod in self.list(&PODS) {
            if meta::is_being_deleted(&pod) {
                let options = Options { grace_period_seconds: Some(0), ..Options::default() };
                let _ = self.client().delete(&PODS, meta::namespace(&pod), meta::name(&pod), options);
                self.observe();
            } else if matches!(pod.path("status.phase").str(), "" | "Pending") {
                let now = time::rfc3339(self.now_ms);
                let address = format!("10.244.1.{}", self.server.store().revision() % 250 + 1);
                self.set_status(&PODS, &pod, |status| {
                    *status = json!({
                        "phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
                        "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": now}],
                    });
                });
            }
        }
    }

    /// Lets controllers and kubelets work in turns for some seconds.
    pub(super) fn live(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.run(500);
            self.start_pods();
            self.run(500);
        }
    }

    /// Ends a pod's containers.
    pub(super) fn end_pod(&mut self, name: &str, phase: &str, exit_code: i64) {
        let pod = self.get(&PODS, name);
        let now = time::rfc3339(self.now_ms);
        let container = pod.path("spec.containers").items()[0].get("name").clone();
        self.set_status(&PODS, &pod, |status| {
            status.set("phase", phase);
            status.set("conditions", json!([{"type": "Ready", "status": "False", "lastTransitionTime": now}]));
            let mut of_container = json!({"state": {"terminated": {"exitCode": exit_code, "finishedAt": now}}});
            of_container.set("name", container);
            status.set("containerStatuses", Value::array(vec![of_container]));
        });
    }

    /// `Reason message` of all Events, oldest first.
    pub(super) fn events(&self) -> Vec<String> {
        let mut events = self.list(&EVENTS);
        events.order_by_key(|event| event.path("metadata.resourceVersion").str().parse::<u64>().unwrap_or(0));
        events.iter().map(|event| format!("{} {}", event.get("reason").str(), event.get("message").str())).collect()
    }
}

/// The template of a pod with one container of that image.
pub(super) fn template(app: &str, image: &str) -> Value {
    json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "main", "image": image}], "restartPolicy": "Always"}})
}
