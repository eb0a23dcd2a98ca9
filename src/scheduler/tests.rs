use super::*;
use crate::api::resource::{
    EVENTS, GroupResource, NAMESPACES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, POD_DISRUPTION_BUDGETS, PRIORITY_CLASSES, SERVICE_ACCOUNTS,
    STORAGE_CLASSES,
};
use crate::server::client::Client;
use crate::server::request::{Options, PatchType, User};
use crate::store::Cause;
use crate::value::{Sort, json};

/// A server and a scheduler, and the time there.
struct Room {
    server: Server,
    scheduler: Scheduler,
    now_ms: u64,
    seen: u64,
}

const START_MS: u64 = 1_795_420_800_000;

impl Room {
    fn new() -> Room {
        let mut room = Room { server: Server::new(1), scheduler: Scheduler::new(), now_ms: START_MS, seen: 0 };
        room.create(&NAMESPACES, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}));
        room.create(&SERVICE_ACCOUNTS, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": "demo", "name": "default"}}));
        room
    }

    /// A room with the reference cluster's three workers.
    fn with_workers() -> Room {
        let mut room = Room::new();
        for number in 1..=3 {
            room.create(&NODES, worker(number));
            // New nodes have the taint not-ready until the node lifecycle controller has seen them Ready.
            room.patch(&NODES, "", &format!("worker-{number}"), "", json!({"spec": {"taints": null}}));
        }
        room
    }

    fn client(&mut self) -> Client<'_> {
        Client::new(&mut self.server, self.now_ms, User::admin(), Cause::default())
    }

    fn create(&mut self, resource: &GroupResource, object: Value) {
        let namespace = object.path("metadata.namespace").as_str().unwrap_or("").to_string();
        let status = object.path("status").clone();
        let name = object.path("metadata.name").as_str().unwrap_or("").to_string();
        self.client().create(resource, &namespace, object).unwrap_or_else(|status| panic!("{}", status.message));
        if !status.is_null() {
            let mut patch = Value::object();
            patch.set("status", status);
            self.client().patch(resource, &namespace, &name, "status", PatchType::Merge, patch).unwrap_or_else(|status| panic!("{}", status.message));
        }
        self.observe();
    }

    fn patch(&mut self, resource: &GroupResource, namespace: &str, name: &str, subresource: &str, patch: Value) {
        let result = self.client().patch(resource, namespace, name, subresource, PatchType::Merge, patch);
        result.unwrap_or_else(|status| panic!("{}", status.message));
        self.observe();
    }

    fn delete(&mut self, name: &str) {
        let options = Options { grace_period_seconds: Some(0), ..Options::default() };
        self.client().delete(&PODS, "demo", name, options).unwrap_or_else(|status| panic!("{}", status.message));
        self.observe();
    }

    fn observe(&mut self) {
        let store = self.server.store().clone();
        for change in store.changes_since(self.seen).into_iter().flatten() {
            self.scheduler.observe(change, &store, self.now_ms);
        }
        self.seen = store.revision();
    }

    fn run(&mut self, for_ms: u64) {
        let until_ms = self.now_ms + for_ms;
        while let Some(due_ms) = self.scheduler.next_due().filter(|due_ms| *due_ms <= until_ms) {
            self.now_ms = self.now_ms.max(due_ms);
            self.scheduler.run_next(&mut self.server, self.now_ms);
            self.observe();
        }
        self.now_ms = until_ms;
    }

    fn pod(&self, name: &str) -> Value {
        self.server.store().get(&PODS, "demo", name).cloned().unwrap_or_default()
    }

    fn node_of(&self, name: &str) -> String {
        self.pod(name).path("spec.nodeName").str().to_string()
    }

    fn why_not(&self, name: &str) -> String {
        meta::condition(&self.pod(name), "PodScheduled").get("message").str().to_string()
    }

    fn events(&self, name: &str, reason: &str) -> Vec<String> {
        let events = self.server.store().list(&EVENTS, Some("demo"));
        let about = events.filter(|event| event.path("involvedObject.name").str() == name && event.get("reason").str() == reason);
        about.map(|event| event.get("message").str().to_string()).collect()
    }
}

fn worker(number: usize) -> Value {
    let name = format!("worker-{number}");
    let zone = ["zone-a", "zone-b", "zone-c"][(number - 1) % 3];
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}},
        "spec": {},
        "status": {"capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
    })
}

/// A pod of one container, with these fields added to its `spec`.
fn pod(name: &str, labels: Value, spec: Value) -> Value {
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "demo", "name": name, "labels": labels},
        "spec": {"schedulerName": "default-scheduler", "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "terminationGracePeriodSeconds": 30,
                 "containers": [{"name": "main", "image": "nginx"}]},
    });
    for (key, value) in spec.fields().iter() {
        pod.get_mut("spec").set(key, value);
    }
    pod
}

fn requesting(cpu: &str) -> Value {
    json!([{"name": "main", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}])
}

fn on(hostname: &str) -> Value {
    json!({"kubernetes.io/hostname": hostname})
}

const NOT_HELPFUL: &str = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";

#[test]
fn pods_go_where_they_may_or_say_why_not() {
    let zones = |operator: &str, values: Value| {
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": operator, "values": values}]}]}}})
    };
    let hard_spread = json!([{"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "a"}}}]);
    let near = json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"labelSelector": {"matchLabels": {"app": "nobody"}}, "topologyKey": "kubernetes.io/hostname"}]}});
    for (spec, expected) in [
        (json!({"nodeSelector": on("worker-2")}), "worker-2".to_string()),
        (json!({"affinity": zones("In", json!(["zone-b"]))}), "worker-2".into()),
        (json!({"affinity": zones("NotIn", json!(["zone-a", "zone-b"]))}), "worker-3".into()),
        (json!({"nodeSelector": {"disk": "ssd"}}), format!("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. {NOT_HELPFUL}")),
        (json!({"containers": requesting("9")}), format!("0/3 nodes are available: 3 Insufficient cpu. {NOT_HELPFUL}")),
        (
            json!({"topologySpreadConstraints": hard_spread, "nodeSelector": on("worker-1")}),
            format!(
                "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), \
                 2 node(s) didn't match Pod's node affinity/selector. {NOT_HELPFUL}"
            ),
        ),
        (json!({"affinity": near}), format!("0/3 nodes are available: 3 node(s) didn't match pod affinity rules. {NOT_HELPFUL}")),
        (
            json!({"containers": requesting("9"), "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["worker-1"]}]}]}}}}),
            format!("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. {NOT_HELPFUL}"),
        ),
        (
            json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "lost"}}]}),
            "0/3 nodes are available: persistentvolumeclaim \"lost\" not found. not found".into(),
        ),
    ] {
        let mut room = Room::with_workers();
        room.create(&PODS, pod("it", json!({"app": "a"}), spec));
        room.run(500);
        let found = if expected.starts_with("worker") { room.node_of("it") } else { room.why_not("it") };
        assert_eq!(found, expected);
        let reason = if expected.starts_with("worker") { "Scheduled" } else { "FailedScheduling" };
        assert_eq!(room.events("it", reason).len(), 1);
    }
}

#[test]
fn a_cordon_and_taints_keep_pods_away_until_they_are_gone() {
    let mut room = Room::with_workers();
    room.patch(
        &NODES,
        "",
        "worker-1",
        "",
        json!({"spec": {"unschedulable": true, "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]}}),
    );
    room.create(&PODS, pod("it", json!({}), json!({"nodeSelector": on("worker-1")})));
    room.run(5_000);
    let others = "2 node(s) didn't match Pod's node affinity/selector";
    assert_eq!(room.why_not("it"), format!("0/3 nodes are available: 1 node(s) were unschedulable, {others}. {NOT_HELPFUL}"));
    room.patch(&NODES, "", "worker-1", "", json!({"spec": {"unschedulable": null}}));
    room.run(50);
    assert_eq!(room.why_not("it"), format!("0/3 nodes are available: 1 node(s) had untolerated taint(s), {others}. {NOT_HELPFUL}"));
    room.patch(&NODES, "", "worker-1", "", json!({"spec": {"taints": null}}));
    room.run(50);
    assert_eq!(room.node_of("it"), "worker-1");
}

#[test]
fn anti_affinity_spreads_pods_and_the_last_one_waits() {
    let mut room = Room::with_workers();
    let apart = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"labelSelector": {"matchLabels": {"app": "shard"}}, "topologyKey": "kubernetes.io/hostname"}]}});
    for name in ["a", "b", "c", "d"] {
        room.create(&PODS, pod(name, json!({"app": "shard"}), json!({"affinity": apart})));
    }
    room.run(1_000);
    let mut nodes = [room.node_of("a"), room.node_of("b"), room.node_of("c")];
    nodes.order();
    assert_eq!(nodes, ["worker-1", "worker-2", "worker-3"]);
    assert_eq!(
        room.why_not("d"),
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, \
         preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
    );
    let freed = room.node_of("b");
    room.delete("b");
    room.run(100);
    assert_eq!(room.node_of("d"), freed);
}

#[test]
fn a_taken_host_port_is_waited_for() {
    let mut room = Room::with_workers();
    let with_port = |node: &str| json!({"nodeSelector": on(node), "containers": [{"name": "main", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 8088, "protocol": "TCP"}]}]});
    room.create(&PODS, pod("first", json!({}), with_port("worker-1")));
    room.create(&PODS, pod("second", json!({}), with_port("worker-1")));
    room.run(1_000);
    assert_eq!(room.node_of("first"), "worker-1");
    assert_eq!(
        room.why_not("second"),
        "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't match Pod's node affinity/selector. \
         no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
    );
    room.delete("first");
    room.run(100);
    assert_eq!(room.node_of("second"), "worker-1");
}

#[test]
fn a_gated_pod_is_tried_once_its_gates_are_gone() {
    let mut room = Room::with_workers();
    room.create(&PODS, pod("it", json!({}), json!({"schedulingGates": [{"name": "example.com/review"}]})));
    room.run(10_000);
    assert_eq!(room.node_of("it"), "");
    assert_eq!(room.events("it", "FailedScheduling").len(), 0);
    room.patch(&PODS, "demo", "it", "", json!({"spec": {"schedulingGates": null}}));
    room.run(100);
    assert_ne!(room.node_of("it"), "");
}

#[test]
fn a_pod_with_device_claims_is_tried_once_they_are_made() {
    let mut room = Room::with_workers();
    let claims = json!([{"name": "gpu", "resourceClaimName": "one-gpu"}]);
    room.create(&PODS, pod("it", json!({}), json!({"resourceClaims": claims})));
    room.run(10_000);
    assert_eq!((room.why_not("it").as_str(), room.events("it", "FailedScheduling").len()), ("", 0));
    let requests = json!([{"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com", "allocationMode": "ExactCount", "count": 1}}]);
    let metadata = json!({"namespace": "demo", "name": "one-gpu"});
    room.create(
        &RESOURCE_CLAIMS,
        json!({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": metadata, "spec": {"devices": {"requests": requests}}}),
    );
    room.run(100);
    assert_eq!(room.why_not("it"), format!("0/3 nodes are available: request gpu: device class gpu.example.com does not exist. {NOT_HELPFUL}"));
}

#[test]
fn a_pod_of_another_scheduler_is_left_alone() {
    let mut room = Room::with_workers();
    room.create(&PODS, pod("it", json!({}), json!({"schedulerName": "my-scheduler"})));
    room.run(10_000);
    assert_eq!((room.node_of("it"), room.why_not("it")), (String::new(), String::new()));
}

#[test]
fn a_more_important_pod_takes_the_place_of_a_less_important_one() {
    let mut room = Room::with_workers();
    room.create(&PRIORITY_CLASSES, json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "high"}, "value": 1000}));
    room.create(&PODS, pod("low", json!({}), json!({"nodeSelector": on("worker-2"), "containers": requesting("3"), "priority": 0})));
    room.run(1_000);
    room.create(
        &PODS,
        pod("high", json!({}), json!({"nodeSelector": on("worker-2"), "containers": requesting("2"), "priority": 1000, "priorityClassName": "high"})),
    );
    room.run(1_000);
    assert_eq!(room.events("high", "FailedScheduling"), ["0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector."]);
    let uid = room.pod("high").path("metadata.uid").str().to_string();
    assert_eq!(room.events("low", "Preempted"), [format!("Preempted by pod {uid} on node worker-2")]);
    assert_eq!(room.pod("high").path("status.nominatedNodeName").str(), "worker-2");
    assert!(meta::is_being_deleted(&room.pod("low")));
    room.delete("low");
    room.run(100);
    assert_eq!(room.node_of("high"), "worker-2");
}

#[test]
fn a_claim_that_waits_for_its_first_consumer_is_bound_before_the_pod() {
    let mut room = Room::with_workers();
    room.create(
        &STORAGE_CLASSES,
        json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local"}, "provisioner": "kubernetes.io/no-provisioner",
               "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete"}),
    );
    room.create(
        &PERSISTENT_VOLUMES,
        json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk"}, "status": {"phase": "Available"},
            "spec": {"capacity": {"storage": "4Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local", "persistentVolumeReclaimPolicy": "Retain",
                     "local": {"path": "/mnt"},
                     "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker-3"]}]}]}}}}),
    );
    room.create(
        &PERSISTENT_VOLUME_CLAIMS,
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"namespace": "demo", "name": "data"},
               "spec": {"storageClassName": "local", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
    );
    room.create(&PODS, pod("it", json!({}), json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]})));
    room.run(500);
    let volume = room.server.store().get(&PERSISTENT_VOLUMES, "", "disk").cloned().unwrap_or_default();
    assert_eq!((volume.path("spec.claimRef.name").str(), room.node_of("it").as_str()), ("data", ""));
    room.patch(
        &PERSISTENT_VOLUME_CLAIMS,
        "demo",
        "data",
        "",
        json!({"metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}}, "spec": {"volumeName": "disk"}}),
    );
    room.run(2_000);
    assert_eq!(room.node_of("it"), "worker-3");
}

#[test]
fn each_attempt_tells_what_every_node_got() {
    let mut room = Room::with_workers();
    room.patch(&NODES, "", "worker-1", "", json!({"spec": {"unschedulable": true}}));
    room.create(&PODS, pod("it", json!({}), json!({"containers": requesting("1")})));
    room.run(100);
    let uid = room.pod("it").path("metadata.uid").str().to_string();
    let attempts: Vec<_> = room.scheduler.attempts(&uid).collect();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].node.as_deref(), Some(room.node_of("it").as_str()));
    let scored = attempts[0].nodes.iter().filter(|row| matches!(row.verdict, Verdict::Scored { .. })).count();
    let rejected: Vec<_> =
        attempts[0].nodes.iter().filter_map(|row| if let Verdict::Rejected { plugin, .. } = row.verdict { Some(plugin) } else { None }).collect();
    assert_eq!((scored, rejected), (2, vec!["NodeUnschedulable"]));
}

#[test]
fn a_pod_that_fits_nowhere_is_tried_again_after_five_minutes() {
    let mut room = Room::with_workers();
    room.create(&PODS, pod("it", json!({}), json!({"containers": requesting("9")})));
    room.run(299_000);
    let uid = room.pod("it").path("metadata.uid").str().to_string();
    assert_eq!(room.scheduler.attempts(&uid).count(), 1);
    room.run(40_000);
    assert_eq!(room.scheduler.attempts(&uid).count(), 2);
}

#[test]
fn pods_are_spread_over_empty_nodes() {
    let mut room = Room::with_workers();
    for number in 0..30 {
        room.create(&PODS, pod(&format!("p{number}"), json!({"app": "a"}), json!({"containers": requesting("100m")})));
    }
    room.run(1_000);
    for name in ["worker-1", "worker-2", "worker-3"] {
        assert_eq!(room.scheduler.requested(name, "cpu"), Some(1000), "{name}");
    }
}

#[test]
fn where_pods_go_follows_the_scoring_strategy() {
    let bell = ScoringStrategy::RequestedToCapacityRatio(vec![(0, 0), (100, 10)]);
    for (scoring_strategy, expected) in [(ScoringStrategy::LeastAllocated, 3), (ScoringStrategy::MostAllocated, 1), (bell, 1)] {
        let mut room = Room::with_workers();
        room.scheduler.config = SchedulerConfig { scoring_strategy: scoring_strategy.clone() };
        for name in ["a", "b", "c"] {
            room.create(&PODS, pod(name, json!({}), json!({"containers": requesting("500m")})));
            room.run(100);
        }
        let nodes: crate::value::SortedSet<String> = ["a", "b", "c"].map(|name| room.node_of(name)).into();
        assert_eq!(nodes.len(), expected, "{scoring_strategy:?}");
    }
}

#[test]
fn preemption_does_as_little_harm_as_possible() {
    let full = |node: &str, cpu: &str, priority: i64| json!({"nodeSelector": on(node), "containers": requesting(cpu), "priority": priority});
    let mut room = Room::with_workers();
    for (name, value) in [("low", 10), ("middle", 20), ("high", 1000)] {
        room.create(&PRIORITY_CLASSES, json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}));
    }
    room.create(
        &PRIORITY_CLASSES,
        json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "polite"}, "value": 1000, "preemptionPolicy": "Never"}),
    );
    let of = |class: &str, mut spec: Value| {
        spec.set("priorityClassName", class);
        spec
    };
    room.create(&PODS, pod("guarded", json!({"app": "guarded"}), of("low", full("worker-1", "3", 10))));
    room.create(&PODS, pod("middle", json!({}), of("middle", full("worker-2", "3", 20))));
    room.create(&PODS, pod("small", json!({}), of("low", full("worker-3", "1500m", 10))));
    room.create(&PODS, pod("smaller", json!({}), of("low", full("worker-3", "1", 10))));
    let budget = json!({"minAvailable": 1, "selector": {"matchLabels": {"app": "guarded"}}});
    room.create(
        &POD_DISRUPTION_BUDGETS,
        json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"namespace": "demo", "name": "guard"}, "spec": budget}),
    );
    room.run(1_000);
    room.create(&PODS, pod("never", json!({}), json!({"containers": requesting("2"), "priorityClassName": "polite", "priority": 1000})));
    room.run(1_000);
    assert_eq!(
        room.why_not("never"),
        "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never."
    );
    room.create(&PODS, pod("it", json!({}), json!({"containers": requesting("2500m"), "priorityClassName": "high", "priority": 1000})));
    room.run(1_000);
    let deleted: Vec<&str> = ["guarded", "middle", "small", "smaller"].into_iter().filter(|name| meta::is_being_deleted(&room.pod(name))).collect();
    // worker-1 is guarded by a budget, worker-2 has a more important pod, and of worker-3's two pods one is enough.
    assert_eq!((room.pod("it").path("status.nominatedNodeName").str(), deleted.len()), ("worker-3", 1));
}
