use super::*;
use crate::api::resource::{CONFIG_MAPS, PODS};
use crate::value::json;

fn pod(name: &str, node: &str, labels: Value) -> Value {
    json!({"metadata": {"namespace": "demo", "name": name, "uid": name, "labels": labels, "ownerReferences": [{"uid": "owner"}]}, "spec": {"nodeName": node}})
}

#[test]
fn lists_are_by_namespace_and_sorted() {
    let mut store = Store::new();
    for (namespace, name) in [("b", "2"), ("a", "9"), ("b", "1")] {
        store.put(&CONFIG_MAPS, json!({"metadata": {"namespace": namespace, "name": name}}), 0, Cause::default());
    }
    let names = |namespace| store.list(&CONFIG_MAPS, namespace).map(|object| meta::key(object).to_string()).collect::<Vec<_>>();
    assert_eq!(names(None), ["a/9", "b/1", "b/2"]);
    assert_eq!(names(Some("b")), ["b/1", "b/2"]);
}

#[test]
fn indexes_follow_the_objects() {
    let mut store = Store::new();
    store.put(&PODS, pod("one", "", json!({"app": "web"})), 0, Cause::default());
    store.put(&PODS, pod("one", "worker-1", json!({"app": "db"})), 0, Cause::default());
    let found = |store: &Store, value: &str| store.with_label(&PODS, "demo", "app", value).count();
    assert_eq!((found(&store, "web"), found(&store, "db")), (0, 1));
    assert_eq!(store.pods_on_node("worker-1").count(), 1);
    assert_eq!(store.owned_by("owner").count(), 1);
    store.remove(&PODS, &ObjectKey::new("demo", "one"), 0, Cause::default());
    assert_eq!((found(&store, "db"), store.pods_on_node("worker-1").count(), store.owned_by("owner").count()), (0, 0, 0));
    assert!(store.find_uid("one").is_none());
}

#[test]
fn a_clone_is_the_state_at_that_time_and_the_history_tells_what_came_after() {
    let mut store = Store::new();
    store.put(&PODS, pod("one", "", json!({})), 5, Cause::default());
    let before = store.clone();
    store.remove(&PODS, &ObjectKey::new("demo", "one"), 6, Cause { actor: "kubectl".into(), because: Some(1) });
    assert!(before.get(&PODS, "demo", "one").is_some());
    assert!(store.get(&PODS, "demo", "one").is_none());
    let changes: Vec<_> = store.changes_since(before.revision()).unwrap().collect();
    assert_eq!((changes.len(), changes[0].type_, changes[0].cause.because), (1, ChangeType::Deleted, Some(1)));
}

#[test]
fn who_made_what_is_known_for_longer_than_what_was_written() {
    let mut store = Store::new();
    store.put(&PODS, pod("one", "", json!({})), 5, Cause::default());
    store.put(&PODS, pod("one", "worker-1", json!({})), 6, Cause { actor: "default-scheduler".into(), because: Some(1) });
    for _ in 0..HISTORY_LEAST {
        store.put(&PODS, pod("two", "", json!({})), HISTORY_MS + 7, Cause::default());
    }
    assert!(store.changes_since(0).is_none() && store.changes_since(2).is_some());
    store.compact();
    assert_eq!(store.changes_since(store.revision()).unwrap().count(), 0);
    let bound = store.deed(2).unwrap();
    assert_eq!((bound.type_, bound.cause.because, bound.object.path("spec.nodeName").str()), (ChangeType::Modified, Some(1), "worker-1"));
    assert_eq!(store.deed(3).unwrap().object.path("spec.nodeName").str(), "");
    assert!(store.deed(store.revision() + 1).is_none());
}

#[test]
fn two_states_of_a_store_differ_in_what_was_written() {
    let mut store = Store::new();
    let put = |store: &mut Store, name: &str, node: &str| drop(store.put(&PODS, pod(name, node, json!({})), 0, Cause::default()));
    (0..100).for_each(|number| put(&mut store, &format!("pod-{number:02}"), ""));
    let before = store.clone();
    put(&mut store, "pod-07", "worker-1");
    put(&mut store, "pod-1", "");
    store.remove(&PODS, &ObjectKey::new("demo", "pod-50"), 0, Cause::default());
    let told = |from: &Store, to: &Store| {
        let mut told = Vec::new();
        to.differences(from, &PODS, &mut |key, pod| told.push((key.name.to_string(), pod.map(|pod| pod.path("spec.nodeName").str().to_owned()))));
        told
    };
    let is = |name: &str, node: Option<&str>| (name.to_owned(), node.map(str::to_owned));
    assert_eq!(told(&before, &store), [is("pod-07", Some("worker-1")), is("pod-1", Some("")), is("pod-50", None)]);
    assert_eq!(told(&store, &before), [is("pod-07", Some("")), is("pod-1", None), is("pod-50", Some(""))]);
    assert_eq!(told(&Store::new(), &before).len(), 100);
    assert_eq!(told(&store, &store), []);
}
