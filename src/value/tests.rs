use super::*;
use serde_json::json;

#[test]
fn paths_are_read_set_and_removed() {
    let mut pod = Value::from(json!({"spec": {"nodeName": "worker-1"}}));
    assert_eq!(pod.path("spec.nodeName").str(), "worker-1");
    assert!(pod.path("spec.missing.deeper").is_null());
    pod.set("status.phase", "Running");
    assert_eq!(pod.to_json(), r#"{"spec":{"nodeName":"worker-1"},"status":{"phase":"Running"}}"#);
    assert_eq!(pod.remove("spec.nodeName"), Value::from("worker-1"));
    assert!(pod.remove("spec.none.at.all").is_null());
    assert_eq!(pod.to_json(), r#"{"spec":{},"status":{"phase":"Running"}}"#);
}

#[test]
fn a_clone_shares_what_is_not_changed() {
    let before = Value::from(json!({"spec": {"containers": [{"name": "web"}]}, "status": {}}));
    let mut after = before.clone();
    after.set("status.phase", "Running");
    assert!(after.get("spec").same(before.get("spec")));
    assert!(before.path("status.phase").is_null());
}

#[test]
fn the_last_of_two_equal_names_counts() {
    assert_eq!(Value::from_json(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_json(), r#"{"a":3,"b":2}"#);
}

#[test]
fn a_value_is_three_words() {
    assert_eq!(std::mem::size_of::<Value>(), 24);
}
