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

#[test]
fn fields_are_found_by_names_of_every_length() {
    let alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    for length in 0..alphabet.len() {
        let name = &alphabet[..length];
        let mut object = Value::object();
        object.fields_mut().insert(name, "there");
        assert_eq!(object.get(name).str(), "there");
        for place in 0..length {
            let mut other = name.to_owned();
            other.replace_range(place..=place, "-");
            assert!(object.get(&other).is_null(), "{other} is not {name}");
        }
    }
}

#[test]
fn fields_come_and_go_in_objects_of_every_size() {
    let names: Vec<String> = (0..40).map(|number| format!("field{}", number * 7 % 40)).collect();
    let mut object = Value::object();
    for (number, name) in names.iter().enumerate() {
        object.set(name, number);
        assert!(names[..=number].iter().enumerate().all(|(number, name)| object.get(name) == &Value::from(number)));
        assert!(names[number + 1..].iter().all(|name| object.get(name).is_null()));
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(object.remove(name), Value::from(number));
        assert!(object.get(name).is_null());
        assert!(names[number + 1..].iter().all(|name| !object.get(name).is_null()));
    }
}
