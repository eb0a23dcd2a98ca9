use crate::api::resource::*;
use crate::server::Server;
use crate::server::request::Verb;
use crate::server::tests::{NOW_MS, demo, said, send};
use crate::store::Cause;
use crate::value::{Value, json};

fn pod(name: &str, resources: Value) -> Value {
    let containers = json!([{"name": name, "image": "nginx", "resources": resources}]);
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers}})
}

fn put(server: &mut Server, resource: &GroupResource, object: Value) {
    server.put(resource, object, NOW_MS, Cause::default());
}

#[test]
fn limit_ranges_give_defaults_and_set_bounds() {
    let mut server = demo();
    let limit = json!({"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "1"}});
    put(&mut server, &LIMIT_RANGES, json!({"metadata": {"namespace": "demo", "name": "limits"}, "spec": {"limits": [limit]}}));
    let made = send(&mut server, Verb::Create, &PODS, "", pod("plain", json!({}))).body;
    assert_eq!(made.path("spec.containers").items()[0].get("resources"), &json!({"limits": {"cpu": "500m"}, "requests": {"cpu": "100m"}}));
    assert_eq!(
        crate::api::meta::annotation(&made, "kubernetes.io/limit-ranger"),
        "LimitRanger plugin set: cpu request for container plain; cpu limit for container plain"
    );
    let big = send(&mut server, Verb::Create, &PODS, "", pod("big", json!({"limits": {"cpu": "2"}})));
    assert_eq!(said(&big), "pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 2");
}

#[test]
fn quotas_are_kept() {
    let mut server = demo();
    let hard = json!({"services": "1", "requests.cpu": "1", "count/configmaps": "1"});
    let used = json!({"services": "0", "requests.cpu": "0", "count/configmaps": "0"});
    let quota = json!({"metadata": {"namespace": "demo", "name": "small"}, "spec": {"hard": hard}, "status": {"hard": hard, "used": used}});
    put(&mut server, &RESOURCE_QUOTAS, quota);
    let service = |name: &str| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}});
    assert_eq!(send(&mut server, Verb::Create, &SERVICES, "", service("first")).code, 201);
    assert_eq!(
        said(&send(&mut server, Verb::Create, &SERVICES, "", service("second"))),
        "services \"second\" is forbidden: exceeded quota: small, requested: services=1, used: services=1, limited: services=1"
    );
    assert_eq!(
        said(&send(&mut server, Verb::Create, &PODS, "", pod("free", json!({})))),
        "pods \"free\" is forbidden: failed quota: small: must specify requests.cpu for: free"
    );
    assert_eq!(
        said(&send(&mut server, Verb::Create, &PODS, "", pod("big", json!({"requests": {"cpu": "1500m"}})))),
        "pods \"big\" is forbidden: exceeded quota: small, requested: requests.cpu=1500m, used: requests.cpu=0, limited: requests.cpu=1"
    );
}

#[test]
fn nothing_new_comes_into_a_namespace_that_goes() {
    let mut server = demo();
    assert!(send(&mut server, Verb::Delete, &NAMESPACES, "demo", json!(null)).is_success());
    let refused = send(&mut server, Verb::Create, &PODS, "", pod("late", json!({})));
    assert_eq!(said(&refused), "pods \"late\" is forbidden: unable to create new content in namespace demo because it is being terminated");
    let kept = send(&mut server, Verb::Delete, &NAMESPACES, "default", json!(null));
    assert_eq!(said(&kept), "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

#[test]
fn a_namespace_says_what_its_pods_may_do() {
    let mut server = demo();
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/warn": "restricted"});
    put(
        &mut server,
        &NAMESPACES,
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo", "labels": labels}, "status": {"phase": "Active"}}),
    );
    let mut host = pod("host", json!({}));
    host.set("spec.hostPID", true);
    assert_eq!(
        said(&send(&mut server, Verb::Create, &PODS, "", host)),
        "pods \"host\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"
    );
    let warned = send(&mut server, Verb::Create, &PODS, "", pod("web", json!({})));
    assert!(warned.is_success() && warned.warnings[0].starts_with("would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false"));
}

#[test]
fn claims_ingresses_and_nodes_get_their_defaults() {
    let mut server = demo();
    let annotations = json!({"storageclass.kubernetes.io/is-default-class": "true"});
    put(&mut server, &STORAGE_CLASSES, json!({"metadata": {"name": "standard", "annotations": annotations}, "provisioner": "x"}));
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}, "spec": spec});
    let made = send(&mut server, Verb::Create, &PERSISTENT_VOLUME_CLAIMS, "", claim).body;
    assert_eq!(made.path("spec.storageClassName").str(), "standard");
    assert_eq!(made.path("metadata.finalizers"), &json!(["kubernetes.io/pvc-protection"]));
    let node = send(&mut server, Verb::Create, &NODES, "", json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}})).body;
    assert_eq!(node.path("spec.taints"), &json!([{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]));
}
