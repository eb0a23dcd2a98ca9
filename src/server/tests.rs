//! Requests and their answers, as a person at the terminal would see them.

use super::Server;
use super::request::{PatchType, Request, Response, Verb};
use crate::api::resource::*;
use crate::store::Cause;
use crate::value::{Value, json};

/// 2026-11-23T09:20:00Z.
pub(super) const NOW_MS: u64 = 1_795_425_600_000;

/// A server with the namespace `demo` and its `default` ServiceAccount.
pub(super) fn demo() -> Server {
    let mut server = Server::new(1);
    for namespace in ["default", "demo"] {
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
        server.put(&NAMESPACES, object, NOW_MS, Cause::default());
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": namespace, "name": "default", "uid": "sa"}});
        server.put(&SERVICE_ACCOUNTS, account, NOW_MS, Cause::default());
    }
    server
}

pub(super) fn send(server: &mut Server, verb: Verb, resource: &GroupResource, name: &str, body: Value) -> Response {
    let mut request = Request::new(verb, resource, "demo", name).with_body(body);
    request.options.field_validation = "Strict".into();
    request.options.field_manager = "tester".into();
    server.handle(&request, NOW_MS)
}

/// The message of a refusal.
pub(super) fn said(response: &Response) -> &str {
    response.body.get("message").str()
}

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}})
}

#[test]
fn an_object_is_made_changed_and_deleted() {
    let mut server = demo();
    let made = send(&mut server, Verb::Create, &CONFIG_MAPS, "", config_map("menu"));
    assert_eq!(made.code, 201, "{}", made.body);
    assert_eq!(made.body.path("metadata.namespace").str(), "demo");
    assert_eq!(said(&send(&mut server, Verb::Create, &CONFIG_MAPS, "", config_map("menu"))), "configmaps \"menu\" already exists");
    let revision = server.store().revision();
    let same = send(&mut server, Verb::Update, &CONFIG_MAPS, "menu", config_map("menu"));
    assert_eq!((same.code, server.store().revision()), (200, revision), "nothing changed, so nothing is written");
    let merged = send(&mut server, Verb::Patch(PatchType::Merge), &CONFIG_MAPS, "menu", json!({"data": {"b": "2"}}));
    assert_eq!(merged.body.get("data"), &json!({"a": "1", "b": "2"}));
    let wrong = send(&mut server, Verb::Update, &CONFIG_MAPS, "menu", config_map("card"));
    assert_eq!(said(&wrong), "the name of the object (card) does not match the name on the URL (menu)");
    let deleted = send(&mut server, Verb::Delete, &CONFIG_MAPS, "menu", json!(null));
    assert_eq!(deleted.body.get("status").str(), "Success");
    assert_eq!(deleted.body.path("details.kind").str(), "configmaps");
    assert_eq!(said(&send(&mut server, Verb::Get, &CONFIG_MAPS, "menu", json!(null))), "configmaps \"menu\" not found");
}

#[test]
fn namespaces_must_be_there_and_agree() {
    let mut server = demo();
    let mut elsewhere = Request::new(Verb::Create, &CONFIG_MAPS, "nowhere", "").with_body(config_map("a"));
    assert_eq!(said(&server.handle(&elsewhere, NOW_MS)), "namespaces \"nowhere\" not found");
    elsewhere.namespace = "default".into();
    elsewhere.body.set("metadata.namespace", "demo");
    assert_eq!(said(&server.handle(&elsewhere, NOW_MS)), "the namespace of the provided object does not match the namespace sent on the request");
}

#[test]
fn a_pod_gets_what_admission_gives() {
    let mut server = demo();
    let made = send(&mut server, Verb::Create, &PODS, "", pod("web"));
    assert_eq!(made.code, 201, "{}", made.body);
    let spec = made.body.get("spec");
    assert_eq!((spec.get("serviceAccountName").str(), spec.get("serviceAccount").str()), ("default", "default"));
    assert_eq!((spec.get("priority").as_i64(), spec.get("preemptionPolicy").str()), (Some(0), "PreemptLowerPriority"));
    let volume = &spec.get("volumes").items()[0];
    assert!(volume.get("name").str().starts_with("kube-api-access-"));
    assert_eq!(spec.get("tolerations").items().len(), 2);
    let mut ghost = pod("ghost");
    ghost.set("spec.serviceAccountName", "nobody");
    let refused = send(&mut server, Verb::Create, &PODS, "", ghost);
    assert_eq!(said(&refused), "pods \"ghost\" is forbidden: error looking up service account demo/nobody: serviceaccount \"nobody\" not found");
    let mut vip = pod("vip");
    vip.set("spec.priorityClassName", "platinum");
    assert_eq!(said(&send(&mut server, Verb::Create, &PODS, "", vip)), "pods \"vip\" is forbidden: no PriorityClass with name platinum was found");
}

#[test]
fn a_binding_binds_the_pod_of_its_name() {
    let mut server = demo();
    let binding = |name: &str, target: Value| json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target});
    let node = json!({"kind": "Node", "name": "worker-1"});
    assert_eq!(said(&send(&mut server, Verb::Create, &BINDINGS, "", binding("nobody", node.clone()))), "pods \"nobody\" not found");
    send(&mut server, Verb::Create, &PODS, "", pod("web"));
    let wrong = send(&mut server, Verb::Create, &BINDINGS, "", binding("web", json!({"kind": "Machine"})));
    let why = "[target.kind: Unsupported value: \"Machine\": supported values: \"Node\", \"<empty>\", target.name: Required value]";
    assert_eq!((wrong.code, said(&wrong)), (500, why));
    assert_eq!(send(&mut server, Verb::Create, &BINDINGS, "", binding("web", node.clone())).code, 201);
    assert_eq!(server.store().get(&PODS, "demo", "web").map(|pod| pod.path("spec.nodeName").str()), Some("worker-1"));
    let again = send(&mut server, Verb::Create, &BINDINGS, "", binding("web", node));
    assert_eq!(said(&again), "Operation cannot be fulfilled on pods/binding \"web\": pod web is already assigned to node \"worker-1\"");
}

/// The selector is looked at as each kind looks at it, and the template only where that makes sense.
#[test]
fn workloads_say_what_is_wrong_with_their_selector() {
    let mut server = demo();
    let template = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}]}});
    let required = "spec.selector: Required value";
    let mismatch = "spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`";
    for (resource, kind, word) in
        [(&DEPLOYMENTS, "Deployment", "deployment"), (&REPLICA_SETS, "ReplicaSet", "deployment"), (&STATEFUL_SETS, "StatefulSet", "statefulset")]
    {
        let mut refusal = |selector: Value| {
            let mut object = json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "a"}});
            object.set("spec.template", template.clone());
            object.set("spec.selector", selector);
            let message = said(&send(&mut server, Verb::Create, resource, "", object)).to_string();
            message.trim_start_matches(&format!("{kind}.apps \"a\" is invalid: ")).to_string()
        };
        assert_eq!(refusal(json!(null)), format!("[{required}, {mismatch}]"), "{kind}");
        let empty = refusal(json!({}));
        assert!(empty.ends_with(&format!("empty selector is invalid for {word}")) && !empty.contains(", spec."), "{empty}");
        let unreadable = refusal(json!({"matchExpressions": [{"key": "app", "operator": "Is"}]}));
        assert!(unreadable.contains("not a valid selector operator") && !unreadable.contains("template"), "{unreadable}");
    }
    let mut set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a"}});
    set.set(
        "spec",
        json!({"selector": {"matchLabels": {"app": "a"}}, "serviceName": "A_b", "podManagementPolicy": "Any", "ordinals": {"start": -1},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Keep"}, "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {}}]}),
    );
    set.set("spec.template", template.clone());
    let refused = send(&mut server, Verb::Create, &STATEFUL_SETS, "", set);
    for expected in [
        "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"Keep\": supported values: \"Retain\", \"Delete\"",
        "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
        "spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required",
        "spec.volumeClaimTemplates[0].spec.resources[storage]: Required value",
        "spec.serviceName: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of",
    ] {
        assert!(said(&refused).contains(expected), "{expected}\n{}", said(&refused));
    }
}

#[test]
fn pods_end_gracefully() {
    let mut server = demo();
    send(&mut server, Verb::Create, &PODS, "", pod("web"));
    let bound = Request::new(Verb::Create, &PODS, "demo", "web").with_body(json!({"target": {"name": "worker-1"}}));
    let mut bound = bound;
    bound.subresource = "binding".into();
    assert_eq!(server.handle(&bound, NOW_MS).code, 201);
    let going = send(&mut server, Verb::Delete, &PODS, "web", json!(null));
    assert_eq!(going.body.path("metadata.deletionGracePeriodSeconds").as_i64(), Some(30), "{}", going.body);
    assert_eq!(going.body.path("metadata.deletionTimestamp").str(), "2026-11-23T09:20:30Z");
    let mut now = Request::new(Verb::Delete, &PODS, "demo", "web");
    now.options.grace_period_seconds = Some(0);
    assert!(server.handle(&now, NOW_MS).is_success());
    assert!(server.store().get(&PODS, "demo", "web").is_none());
}

#[test]
fn finalizers_hold_up_a_delete() {
    let mut server = demo();
    let mut held = config_map("held");
    held.set("metadata.finalizers", json!(["example.com/hold"]));
    send(&mut server, Verb::Create, &CONFIG_MAPS, "", held);
    let going = send(&mut server, Verb::Delete, &CONFIG_MAPS, "held", json!(null));
    assert_eq!(going.body.path("metadata.deletionGracePeriodSeconds").as_i64(), Some(0));
    let freed = send(&mut server, Verb::Patch(PatchType::Merge), &CONFIG_MAPS, "held", json!({"metadata": {"finalizers": null}}));
    assert!(freed.is_success());
    assert!(server.store().get(&CONFIG_MAPS, "demo", "held").is_none());
}

#[test]
fn services_get_addresses_and_ports() {
    let mut server = demo();
    let service = |name: &str, port: i64| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]}});
    let made = send(&mut server, Verb::Create, &SERVICES, "", service("web", 30080));
    assert_eq!(made.code, 201, "{}", made.body);
    let address = made.body.path("spec.clusterIP").str().to_string();
    assert!(server.store().get(&IP_ADDRESSES, "", &address).is_some());
    let refused = send(&mut server, Verb::Create, &SERVICES, "", service("other", 30080));
    assert_eq!(said(&refused), "Service \"other\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated");
    let refused = send(&mut server, Verb::Create, &SERVICES, "", service("other", 8080));
    assert_eq!(
        said(&refused),
        "Service \"other\" is invalid: spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767"
    );
    send(&mut server, Verb::Delete, &SERVICES, "web", json!(null));
    assert!(server.store().get(&IP_ADDRESSES, "", &address).is_none());
    assert_eq!(send(&mut server, Verb::Create, &SERVICES, "", service("other", 30080)).code, 201);
}

#[test]
fn lists_are_selected_and_paged() {
    let mut server = demo();
    for name in ["a", "b", "c"] {
        let mut object = config_map(name);
        object.set("metadata.labels", json!({"letter": name}));
        send(&mut server, Verb::Create, &CONFIG_MAPS, "", object);
    }
    let mut request = Request::new(Verb::List, &CONFIG_MAPS, "demo", "");
    let names = |response: &Response| response.body.get("items").items().iter().map(|item| item.path("metadata.name").str().to_string()).collect::<Vec<_>>();
    request.options.label_selector = "letter in (a,c)".into();
    assert_eq!(names(&server.handle(&request, NOW_MS)), ["a", "c"]);
    request.options.label_selector = "".into();
    request.options.limit = 2;
    let first = server.handle(&request, NOW_MS);
    assert_eq!((names(&first), first.body.path("metadata.remainingItemCount").as_i64()), (vec!["a".into(), "b".into()], Some(1)));
    send(&mut server, Verb::Delete, &CONFIG_MAPS, "c", json!(null));
    request.options.continue_token = first.body.path("metadata.continue").str().into();
    assert_eq!(names(&server.handle(&request, NOW_MS)), ["c"], "the list goes on as it was when it began");
    request.options = Default::default();
    request.options.field_selector = "data.sales=10".into();
    assert_eq!(said(&server.handle(&request, NOW_MS)), "\"data.sales\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
}

#[test]
fn watches_tell_what_happened_since() {
    let mut server = demo();
    send(&mut server, Verb::Create, &CONFIG_MAPS, "", config_map("a"));
    let mut watch = Request::new(Verb::Watch, &CONFIG_MAPS, "demo", "");
    watch.options.resource_version = server.store().revision().to_string().into();
    send(&mut server, Verb::Create, &CONFIG_MAPS, "", config_map("b"));
    send(&mut server, Verb::Delete, &CONFIG_MAPS, "a", json!(null));
    let told = server.handle(&watch, NOW_MS).body;
    let lines: Vec<String> =
        told.get("events").items().iter().map(|event| format!("{} {}", event.get("type").str(), event.path("object.metadata.name").str())).collect();
    assert_eq!(lines, ["ADDED b", "DELETED a"]);
}
