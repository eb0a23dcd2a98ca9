use super::*;
use crate::api::resource::{
    CONFIG_MAPS, DEPLOYMENTS, ENDPOINT_SLICES, GroupResource, INGRESSES, NAMESPACES, NODES, ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS,
    REPLICA_SETS, SECRETS, SERVICES,
};
use crate::store::{Cause, Store};
use crate::value::{Sort, Value, json};

fn put(store: &mut Store, resource: &GroupResource, object: Value) {
    store.put(resource, object, 1_000, Cause::default());
}

fn node(name: &str, ready: &str) -> Value {
    json!({"kind": "Node", "metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": "zone-a"}},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "conditions": [{"type": "Ready", "status": ready}]}})
}

/// A pod of the Deployment `web`, on a node or waiting for one.
fn pod(name: &str, node: &str, status: Value) -> Value {
    json!({"kind": "Pod",
        "metadata": {"namespace": "default", "name": name, "uid": name, "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "uid": "web-1", "controller": true}]},
        "spec": {"nodeName": node, "containers": [{"name": "web", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
            "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "user"}}}]}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]},
        "status": status})
}

fn running() -> Value {
    json!({"phase": "Running", "podIP": "10.244.0.5", "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "web", "ready": true, "restartCount": 0, "state": {"running": {}}}]})
}

fn cluster() -> Store {
    let mut store = Store::new();
    put(&mut store, &NAMESPACES, json!({"kind": "Namespace", "metadata": {"name": "default"}, "status": {"phase": "Active"}}));
    put(&mut store, &NODES, node("worker-1", "True"));
    put(&mut store, &NODES, node("worker-2", "Unknown"));
    put(
        &mut store,
        &DEPLOYMENTS,
        json!({"kind": "Deployment", "metadata": {"namespace": "default", "name": "web", "uid": "web"}, "spec": {"replicas": 2}, "status": {"readyReplicas": 1}}),
    );
    let owner = json!([{"kind": "Deployment", "name": "web", "uid": "web", "controller": true}]);
    put(
        &mut store,
        &REPLICA_SETS,
        json!({"kind": "ReplicaSet", "metadata": {"namespace": "default", "name": "web-1", "uid": "web-1", "ownerReferences": owner}}),
    );
    put(&mut store, &PODS, pod("web-1-a", "worker-1", running()));
    let unplaced = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
        "message": "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."}]});
    put(&mut store, &PODS, pod("web-1-b", "", unplaced));
    put(&mut store, &SECRETS, json!({"kind": "Secret", "metadata": {"namespace": "default", "name": "login"}, "data": {"user": "YQ=="}}));
    put(&mut store, &CONFIG_MAPS, json!({"kind": "ConfigMap", "metadata": {"namespace": "default", "name": "kube-root-ca.crt"}, "data": {"ca.crt": ""}}));
    put(
        &mut store,
        &SERVICES,
        json!({"kind": "Service", "metadata": {"namespace": "default", "name": "web"}, "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.9", "ports": [{"port": 80}]}}),
    );
    put(
        &mut store,
        &ENDPOINT_SLICES,
        json!({"kind": "EndpointSlice", "metadata": {"namespace": "default", "name": "web-x", "labels": {"kubernetes.io/service-name": "web"}},
            "endpoints": [{"conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": "web-1-a"}}]}),
    );
    put(
        &mut store,
        &PERSISTENT_VOLUME_CLAIMS,
        json!({"kind": "PersistentVolumeClaim", "metadata": {"namespace": "default", "name": "data"}, "spec": {"volumeName": "pv", "resources": {"requests": {"storage": "1Gi"}}}, "status": {"phase": "Bound"}}),
    );
    put(
        &mut store,
        &PERSISTENT_VOLUMES,
        json!({"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {"capacity": {"storage": "2Gi"}, "persistentVolumeReclaimPolicy": "Retain", "claimRef": {"namespace": "default", "name": "data"}}, "status": {"phase": "Bound"}}),
    );
    store
}

fn model(store: &Store) -> Model {
    let mut model = Model::default();
    model.follow(store);
    model
}

fn scene(store: &Store, view: View, width: i32) -> Scene {
    Scene::of(&model(store), &Wanted { view, width, height: 800, ..Wanted::default() })
}

fn names(scene: &Scene) -> Vec<&str> {
    scene.marks.iter().filter(|mark| mark.object.is_some()).map(|mark| mark.name.as_str()).collect()
}

fn mark<'a>(scene: &'a Scene, id: &str) -> &'a Mark {
    scene.marks.iter().find(|mark| mark.id == id).unwrap_or_else(|| panic!("{id} is not in {:?}", scene.marks.iter().map(|mark| &mark.id).collect::<Vec<_>>()))
}

fn lies_in(inner: &Mark, outer: &Mark) -> bool {
    inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height
}

const EVERYTHING: [&str; 9] = [
    "Node worker-1, Ready",
    "Node worker-2, NotReady",
    "Pod default/web-1-a, Running",
    "Pod default/web-1-b, Pending",
    "Deployment default/web, 1 of 2 ready",
    "Service default/web, 1 of 1 ready",
    "PersistentVolumeClaim default/data, Bound",
    "PersistentVolume pv, Bound",
    "Secret default/login, 1 key",
];

#[test]
fn everything_has_its_name_and_what_every_cluster_has_by_itself_is_left_out() {
    let scene = scene(&cluster(), View::Machines, 900);
    let mut found = names(&scene);
    found.order();
    let mut wanted = EVERYTHING;
    wanted.order();
    assert_eq!(found, wanted);
}

#[test]
fn pods_lie_on_their_node_or_in_the_queue_with_the_reason() {
    for width in [320, 700, 1600] {
        let scene = scene(&cluster(), View::Machines, width);
        assert!(lies_in(mark(&scene, "pods/default/web-1-a"), mark(&scene, "nodes/worker-1")), "{width}");
        let waiting = mark(&scene, "pods/default/web-1-b");
        assert!(lies_in(waiting, mark(&scene, "queue")), "{width}");
        assert_eq!(waiting.detail, "2 Insufficient cpu");
        assert!(scene.marks.iter().all(|mark| mark.x >= 0 && mark.x + mark.width <= width), "{width}: nothing sticks out");
    }
}

#[test]
fn meters_add_up_what_the_pods_on_a_node_ask_for() {
    let scene = scene(&cluster(), View::Machines, 900);
    let texts: Vec<&str> = mark(&scene, "nodes/worker-1").meters.iter().map(|meter| meter.text.as_str()).collect();
    assert_eq!(texts, ["0.5 of 4", "1 of 8 Gi", "1 of 110"]);
}

#[test]
fn the_application_view_links_what_belongs_together() {
    let scene = scene(&cluster(), View::Application, 900);
    let links: Vec<(&str, &str, Tone, bool)> = scene.links.iter().map(|link| (link.from.as_str(), link.to.as_str(), link.tone, link.broken)).collect();
    assert!(links.contains(&("services/default/web", "pods/default/web-1-a", Tone::Good, false)), "{links:?}");
    assert!(links.contains(&("deployments.apps/default/web", "secrets/default/login", Tone::Plain, false)), "{links:?}");
    assert!(links.contains(&("persistentvolumeclaims/default/data", "persistentvolumes/pv", Tone::Plain, false)), "{links:?}");
    assert!(lies_in(mark(&scene, "pods/default/web-1-a"), mark(&scene, "deployments.apps/default/web")));
    assert!(lies_in(mark(&scene, "deployments.apps/default/web"), mark(&scene, "namespaces/default")));
}

#[test]
fn a_phone_shows_the_application_in_two_columns() {
    let mut store = cluster();
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    let rules = json!([{"host": "shop.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]);
    put(&mut store, &INGRESSES, json!({"kind": "Ingress", "metadata": {"namespace": "default", "name": "a-door-with-a-long-name"}, "spec": {"rules": rules}}));
    let scene = scene(&store, View::Application, 358);
    assert_eq!(scene.width, 358);
    let cards: Vec<&Mark> = scene.marks.iter().filter(|mark| matches!(mark.shape, Shape::Card | Shape::Group)).collect();
    for (index, card) in cards.iter().enumerate() {
        assert!(card.x >= 0 && card.x + card.width <= 358 && card.width > 130, "{}", card.id);
        let is_over = |other: &&&Mark| {
            card.x < other.x + other.width && other.x < card.x + card.width && card.y < other.y + other.height && other.y < card.y + card.height
        };
        assert!(!cards[index + 1..].iter().any(|other| is_over(&other)), "{}", card.id);
    }
    let (door, service) = (mark(&scene, "ingresses.networking.k8s.io/default/a-door-with-a-long-name"), mark(&scene, "services/default/web"));
    assert!(door.x == service.x && door.y < service.y && door.height > service.height, "it is above, and its name has two lines");
}

#[test]
fn a_thousand_pods_become_cells_that_lie_on_their_nodes_and_not_on_each_other() {
    let mut store = cluster();
    for index in 0..1000 {
        put(&mut store, &PODS, pod(&format!("web-1-{index:04}"), if index % 2 == 0 { "worker-1" } else { "worker-2" }, running()));
    }
    for view in [View::Machines, View::Application] {
        let scene = scene(&store, view, 900);
        let cells: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.shape == Shape::Pod && mark.width < 30).collect();
        assert!(cells.len() >= 1000, "{}", cells.len());
        let places: crate::value::SortedSet<(i32, i32)> = cells.iter().map(|mark| (mark.x, mark.y)).collect();
        assert_eq!(places.len(), cells.len());
        let boxes: Vec<&Mark> = scene.marks.iter().filter(|mark| matches!(mark.shape, Shape::Node | Shape::Group)).collect();
        assert!(cells.iter().all(|cell| boxes.iter().any(|node| lies_in(cell, node))));
    }
}

#[test]
fn following_write_by_write_ends_as_looking_at_everything_anew() {
    let mut store = cluster();
    let mut followed = model(&store);
    put(&mut store, &PODS, pod("web-1-b", "worker-1", running()));
    store.remove(&PODS, &ObjectKey::new("default", "web-1-a"), 2_000, Cause::default());
    put(&mut store, &PODS, pod("web-1-c", "worker-2", running()));
    followed.follow(&store);
    let wanted = Wanted { width: 900, ..Wanted::default() };
    assert_eq!(Scene::of(&followed, &wanted), Scene::of(&model(&store), &wanted));
}

#[test]
fn one_namespace_hides_the_others() {
    let mut store = cluster();
    put(&mut store, &CONFIG_MAPS, json!({"kind": "ConfigMap", "metadata": {"namespace": "other", "name": "mine"}, "data": {}}));
    let wanted = Wanted { width: 900, filter: Filter { namespace: Some("other".into()), ..Filter::default() }, ..Wanted::default() };
    let scene = Scene::of(&model(&store), &wanted);
    assert!(names(&scene).contains(&"ConfigMap other/mine, 0 keys"));
    assert!(!names(&scene).iter().any(|name| name.contains("default/")), "{:?}", names(&scene));
}

#[test]
fn the_words_of_a_pod_are_kubectls_and_its_shape_says_the_same() {
    let waiting = |reason: &str| json!({"phase": "Pending", "containerStatuses": [{"name": "web", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": reason}}}]});
    for (status, word, glyph) in [
        (running(), "Running", Glyph::Ready),
        (waiting("ContainerCreating"), "ContainerCreating", Glyph::Progress),
        (waiting("CreateContainerConfigError"), "CreateContainerConfigError", Glyph::Trouble),
        (waiting("ImagePullBackOff"), "ImagePullBackOff", Glyph::Trouble),
        (
            json!({"phase": "Succeeded", "containerStatuses": [{"name": "web", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}),
            "Completed",
            Glyph::Ended,
        ),
    ] {
        let state = State::of_pod(&pod("x", "worker-1", status));
        assert_eq!((state.word.as_str(), state.glyph), (word, glyph));
    }
}

fn filtered(kind: &'static str, words: &'static str) -> Vec<String> {
    let wanted = Wanted { width: 900, height: 800, filter: Filter { namespace: None, kind: kind.into(), words: words.into() }, ..Wanted::default() };
    let scene = Scene::of(&model(&cluster()), &wanted);
    names(&scene).into_iter().filter(|name| !name.starts_with("Node ")).map(str::to_owned).collect()
}

#[test]
fn a_kind_or_words_hide_the_rest_but_no_machine() {
    assert_eq!(filtered("Service", ""), ["Service default/web, 1 of 1 ready"]);
    assert_eq!(filtered("", "login"), ["Secret default/login, 1 key"]);
    assert_eq!(filtered("", "app=web"), [""; 0]);
    assert_eq!(filtered("Pod", "web-1-a, app!=web"), ["Pod default/web-1-a, Running"]);
}

#[test]
fn what_has_to_do_with_a_pod_is_traced() {
    let found = traces(&model(&cluster()), &ObjectRef::new(&PODS, "default", "web-1-a"));
    let found: Vec<(&str, &str, &str)> = found.iter().map(|trace| (trace.from.as_str(), trace.kind.word(), trace.to.as_str())).collect();
    let pod = "pods/default/web-1-a";
    assert_eq!(
        found,
        [
            ("deployments.apps/default/web", "owns", pod),
            ("nodes/worker-1", "runs", pod),
            (pod, "uses", "secrets/default/login"),
            (pod, "uses", "persistentvolumeclaims/default/data"),
            ("services/default/web", "selects", pod),
        ]
    );
}

/// The words that can be read at a scale, and a check that nothing of the file comes from elsewhere.
fn words_at(scale: f64) -> String {
    let mut motion = Motion::default();
    motion.show(scene(&cluster(), View::Machines, 900), false, 0.0);
    let (letters, look) = (Letters::default(), Look::default());
    let camera = Camera { scale, left: 0.0, top: 0.0 };
    let mut pen = SvgPen::new(vec!["#123456".into(); INKS.len()]);
    Picture { motion: &motion, now_ms: 0.0, camera, window: (9000.0, 9000.0), letters: &letters, look: &look }.paint(&mut pen);
    let file = pen.finish(9000.0, 9000.0, "sans-serif");
    assert!(!file.contains("href") && !file.contains("url("));
    file
}

#[test]
fn from_near_there_are_words_and_from_far_only_shapes() {
    assert!(words_at(1.0).contains(">web-1-a</text>"));
    assert!(words_at(1.0).contains(">0.5 of 4</text>"));
    let far = words_at(0.25);
    assert!(!far.contains(">0.5 of 4</text>") && !far.contains("Insufficient"), "{far}");
}

#[test]
fn fifty_machines_and_a_thousand_pods_fit_into_what_is_seen() {
    let mut store = cluster();
    for index in 0..50 {
        put(&mut store, &NODES, node(&format!("machine-{index:02}"), "True"));
    }
    for index in 0..1000 {
        put(&mut store, &PODS, pod(&format!("web-1-{index:04}"), &format!("machine-{:02}", index % 50), running()));
    }
    let scene = Scene::of(&model(&store), &Wanted { width: 700, height: 560, ..Wanted::default() });
    let lowest = scene.marks.iter().filter(|mark| mark.shape == Shape::Node).map(|mark| mark.y + mark.height).max();
    assert!(lowest.is_some_and(|lowest| lowest <= 560), "{lowest:?}");
}

#[test]
fn a_machine_of_which_nothing_is_heard_says_so_before_the_api_server_knows() {
    let silent = [(crate::value::SmolStr::new_static("worker-1"), "cut off"), (crate::value::SmolStr::new_static("worker-2"), "stopped")].into_iter().collect();
    let scene = Scene::of(&model(&cluster()), &Wanted { width: 900, height: 800, silent, ..Wanted::default() });
    let said = |id| (mark(&scene, id).name.to_string(), mark(&scene, id).detail.to_string(), mark(&scene, id).silent);
    assert_eq!(said("nodes/worker-1"), ("Node worker-1, Ready".into(), "cut off".into(), true));
    assert_eq!(said("nodes/worker-2"), ("Node worker-2, NotReady".into(), "NotReady, stopped".into(), true));
}
