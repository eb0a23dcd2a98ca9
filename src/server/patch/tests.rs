use super::*;
use crate::api::schema;
use crate::value::{Value, json};

fn value(json: Value) -> Value {
    json
}

#[test]
fn json_patches_do_what_the_rfc_says() {
    let object = value(json!({"metadata": {"labels": {"app": "web"}}, "spec": {"list": [1, 2, 3]}}));
    for (patch, expected) in [
        (json!([{"op": "add", "path": "/spec/list/1", "value": 9}]), json!([1, 9, 2, 3])),
        (json!([{"op": "add", "path": "/spec/list/-", "value": 9}]), json!([1, 2, 3, 9])),
        (json!([{"op": "remove", "path": "/spec/list/0"}]), json!([2, 3])),
        (json!([{"op": "replace", "path": "/spec/list/2", "value": 9}]), json!([1, 2, 9])),
        (json!([{"op": "move", "from": "/spec/list/0", "path": "/spec/list/2"}]), json!([2, 3, 1])),
        (json!([{"op": "test", "path": "/spec/list/0", "value": 1}]), json!([1, 2, 3])),
    ] {
        assert_eq!(super::json(&object, &value(patch.clone())).unwrap().path("spec.list"), &value(expected), "{patch}");
    }
    let refused = super::json(&object, &value(json!([{"op": "replace", "path": "/spec/nothing/at", "value": 1}]))).unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), (422, "the server rejected our request due to an error in our request"));
}

#[test]
fn merge_patches_take_away_with_null() {
    let object = value(json!({"a": {"b": 1, "c": 2}, "d": [1]}));
    let patched = merge(&object, &value(json!({"a": {"b": null, "e": 3}, "d": [2]}))).unwrap();
    assert_eq!(patched, value(json!({"a": {"c": 2, "e": 3}, "d": [2]})));
}

fn deployment() -> Value {
    value(json!({"spec": {"replicas": 1, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}, "template": {"spec": {"containers": [
        {"name": "web", "image": "nginx", "env": [{"name": "A", "value": "1"}], "args": ["x"]},
        {"name": "log", "image": "busybox"},
    ]}}}}))
}

fn patched(patch: Value) -> Value {
    strategic(&deployment(), &value(patch), schema::definition("io.k8s.api.apps.v1.Deployment").unwrap()).unwrap()
}

#[test]
fn strategic_patches_merge_lists_by_their_keys() {
    let containers = |patch: Value| patched(json!({"spec": {"template": {"spec": patch}}})).path("spec.template.spec.containers").clone();
    let names = |list: &Value| list.items().iter().map(|item| item.get("name").str().to_string()).collect::<Vec<_>>();
    let changed = containers(json!({"containers": [{"name": "log", "image": "alpine"}, {"name": "new", "image": "redis"}]}));
    assert_eq!(names(&changed), ["web", "log", "new"]);
    assert_eq!(changed.items()[1].get("image").str(), "alpine");
    assert_eq!(names(&containers(json!({"containers": [{"name": "web", "$patch": "delete"}]}))), ["log"]);
    assert_eq!(names(&containers(json!({"containers": [{"$patch": "replace"}, {"name": "only"}]}))), ["only"]);
    let ordered = containers(json!({"$setElementOrder/containers": [{"name": "log"}, {"name": "web"}]}));
    assert_eq!(names(&ordered), ["log", "web"]);
    let replaced = containers(json!({"containers": [{"name": "web", "args": ["y", "z"]}]}));
    assert_eq!(replaced.items()[0].get("args"), &value(json!(["y", "z"])));
    assert_eq!(replaced.items()[0].get("env").items().len(), 1);
}

#[test]
fn retained_keys_drop_the_others() {
    let strategy = patched(json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}})).path("spec.strategy").clone();
    assert_eq!(strategy, value(json!({"type": "Recreate"})));
}

#[test]
fn an_item_without_its_key_is_refused() {
    let patch = value(json!({"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}));
    let refused = strategic(&deployment(), &patch, schema::definition("io.k8s.api.apps.v1.Deployment").unwrap()).unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), (500, "map: map[image:x] does not contain declared merge key: name"));
}

#[test]
fn primitive_lists_lose_what_the_directive_names() {
    let object = value(json!({"metadata": {"finalizers": ["a/b", "c/d"]}}));
    let patch = value(json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a/b"], "finalizers": ["e/f"]}}));
    let patched = strategic(&object, &patch, schema::definition("io.k8s.api.core.v1.ConfigMap").unwrap()).unwrap();
    assert_eq!(patched.path("metadata.finalizers"), &value(json!(["e/f", "c/d"])));
}
