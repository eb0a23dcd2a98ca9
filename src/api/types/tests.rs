use super::*;
use crate::value::json;

#[test]
fn a_pod_reads_field_by_field() {
    let value = json!({
        "metadata": {"name": "web-0", "labels": {"app": "web"}, "ownerReferences": [{"kind": "StatefulSet", "controller": true}]},
        "spec": {
            "nodeName": "worker-1",
            "terminationGracePeriodSeconds": 30,
            "containers": [
                {"name": "app", "image": "nginx", "args": ["-c", "x"], "env": [{"name": "A", "value": "b"}], "resources": {"limits": {"cpu": 1}}},
                {"name": "log"}
            ]
        },
        "status": {"podIPs": [{"ip": "10.0.0.1"}], "conditions": [{"type": "Ready", "status": "True"}]}
    });
    let pod = core_v1::Pod::of(&value);
    assert_eq!(pod.metadata().name(), "web-0");
    assert_eq!(pod.metadata().namespace(), "");
    assert_eq!(pod.metadata().labels().get("app").map(Value::str), Some("web"));
    assert_eq!(pod.metadata().owner_references().first().and_then(|owner| owner.controller()), Some(true));
    assert_eq!(pod.spec().termination_grace_period_seconds(), Some(30));
    assert_eq!(pod.spec().priority(), None);
    let names: Vec<&str> = pod.spec().containers().into_iter().map(|container| container.name()).collect();
    assert_eq!(names, ["app", "log"]);
    let app = pod.spec().containers().get(0).expect("a container");
    assert!(app.args().contains("-c") && !app.args().contains("y"));
    assert_eq!(app.env().first().map(|variable| variable.value_()), Some("b"));
    assert_eq!(app.resources().limits().get("cpu"), Some(&Value::Int(1)));
    assert!(!app.security_context().exists() && app.security_context().capabilities().add().is_empty());
    assert_eq!(pod.status().pod_ips().first().map(|address| address.ip()), Some("10.0.0.1"));
    assert_eq!(pod.status().conditions().first().map(|condition| condition.type_()), Some("Ready"));
    assert!(pod.spec().value().same(value.get("spec")));
}
