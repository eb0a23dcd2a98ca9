//! What an object waits for, in a sentence, and what would help.

use super::ObjectRef;
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, ENDPOINT_SLICES, PERSISTENT_VOLUME_CLAIMS, PODS, SECRETS, SERVICES};
use crate::store::Store;
use crate::value::Value;

/// The sentence and the advice for a pod; both empty where all is well.
pub(super) fn of_pod(pod: &Value, store: &Store) -> (String, String) {
    let status = pod.get("status");
    if meta::is_being_deleted(pod) {
        let grace = pod.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0);
        return (format!("It is being deleted; its containers have {grace} s to end by themselves."), String::new());
    }
    let scheduled = meta::condition(pod, "PodScheduled");
    if scheduled.get("status").str() == "False" {
        return (format!("No node can take it: {}", scheduled.get("message").str()), scheduling_advice(scheduled.get("message").str()));
    }
    let lists = ["initContainerStatuses", "containerStatuses"];
    for container in lists.into_iter().flat_map(|list| status.get(list).items()) {
        let name = container.get("name").str();
        let waiting = container.path("state.waiting");
        if !waiting.is_null() {
            return of_waiting_container(pod, name, container, waiting, store);
        }
        let terminated = container.path("state.terminated");
        if !terminated.is_null() && terminated.get("exitCode").as_i64() != Some(0) {
            let code = terminated.get("exitCode").as_i64().unwrap_or(0);
            return (format!("Container {name} ended with exit code {code} ({}).", terminated.get("reason").str()), look_at_log(pod, name, false));
        }
        let is_init = status.get("initContainerStatuses").items().iter().any(|other| other.get("name").str() == name);
        if !is_init && !container.path("state.running").is_null() && container.get("ready").as_bool() == Some(false) {
            return (format!("Container {name} runs, but its readiness probe has not succeeded, so it gets no requests."), String::new());
        }
    }
    (String::new(), String::new())
}

fn of_waiting_container(pod: &Value, name: &str, container: &Value, waiting: &Value, store: &Store) -> (String, String) {
    let message = waiting.get("message").str();
    match waiting.get("reason").str() {
        "CreateContainerConfigError" => (format!("Container {name} can't be made: {message}."), reference_advice(pod, name, store)),
        "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" => {
            (format!("The image of container {name} can't be pulled: {message}"), format!("Is {} spelt as in the registry?", container.get("image").str()))
        }
        "CrashLoopBackOff" => {
            let code = container.path("lastState.terminated.exitCode").as_i64();
            let ended = code.map(|code| format!(" with exit code {code}")).unwrap_or_default();
            (format!("Container {name} ends again and again{ended}: {message}"), look_at_log(pod, name, true))
        }
        "ContainerCreating" | "PodInitializing" => (String::new(), String::new()),
        reason => (format!("Container {name} waits: {reason}{}{message}.", if message.is_empty() { "" } else { ": " }), String::new()),
    }
}

fn look_at_log(pod: &Value, container: &str, previous: bool) -> String {
    let namespace = match meta::namespace(pod) {
        "default" => String::new(),
        namespace => format!(" -n {namespace}"),
    };
    let which = if pod.path("spec.containers").items().len() > 1 { format!(" -c {container}") } else { String::new() };
    format!("What it wrote before: kubectl logs {}{namespace}{which}{}", meta::name(pod), if previous { " --previous" } else { "" })
}

fn scheduling_advice(message: &str) -> String {
    let advice = if message.contains("Insufficient") {
        "It asks for more than is free on any node: ask for less (resources.requests), remove other pods, or add a node."
    } else if message.contains("untolerated taint") {
        "A taint keeps it away: add a toleration to the pod, or take the taint off the node."
    } else if message.contains("node affinity/selector") {
        "No node has the labels that it wants: change nodeSelector or affinity, or label a node."
    } else if message.contains("unschedulable") {
        "The nodes are cordoned: kubectl uncordon NODE lets pods in again."
    } else if message.contains("unbound immediate PersistentVolumeClaims") {
        "One of its claims has no volume yet; select the claim to see why."
    } else {
        ""
    };
    advice.to_owned()
}

/// Which ConfigMap or Secret, or which key in it, a container names in vain.
fn reference_advice(pod: &Value, container: &str, store: &Store) -> String {
    let namespace = meta::namespace(pod);
    let lists = ["initContainers", "containers"];
    let spec = lists.into_iter().flat_map(|list| pod.get("spec").get(list).items()).find(|each| each.get("name").str() == container);
    let Some(spec) = spec else { return String::new() };
    for variable in spec.get("env").items() {
        for (field, resource, kind) in [("secretKeyRef", &SECRETS, "Secret"), ("configMapKeyRef", &CONFIG_MAPS, "ConfigMap")] {
            let reference = variable.get("valueFrom").get(field);
            if reference.is_null() || reference.get("optional").as_bool() == Some(true) {
                continue;
            }
            let (name, key) = (reference.get("name").str(), reference.get("key").str());
            let Some(found) = store.get(resource, namespace, name) else { return format!("There is no {kind} {name} in namespace {namespace}.") };
            if found.get("data").fields().get(key).is_none() {
                return key_advice(kind, name, key, found);
            }
        }
    }
    for source in spec.get("envFrom").items() {
        for (field, resource, kind) in [("secretRef", &SECRETS, "Secret"), ("configMapRef", &CONFIG_MAPS, "ConfigMap")] {
            let name = source.get(field).get("name").str();
            if !name.is_empty() && store.get(resource, namespace, name).is_none() {
                return format!("There is no {kind} {name} in namespace {namespace}.");
            }
        }
    }
    String::new()
}

fn key_advice(kind: &str, name: &str, key: &str, found: &Value) -> String {
    let keys: Vec<&str> = found.get("data").fields().iter().map(|(key, _)| key.as_str()).collect();
    match keys.as_slice() {
        [] => format!("{kind} {name} is empty."),
        keys => {
            let has = format!("{kind} {name} has {}.", keys.join(", "));
            match keys.iter().min_by_key(|other| distance(key, other)).filter(|other| distance(key, other) <= 3) {
                Some(near) => format!("{has} Did you mean {near}?"),
                None => has,
            }
        }
    }
}

/// How many letters must be changed, added or left out to get from one word to the other (Levenshtein).
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in to.iter().enumerate() {
            let above = row[column + 1];
            let changed = diagonal + usize::from(letter != *other);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[to.len()]
}

/// The sentence and the advice for anything that is not a pod.
pub(super) fn of_object(object: &ObjectRef, value: &Value, store: &Store) -> (String, String) {
    if meta::is_being_deleted(value) {
        let finalizers: Vec<&str> = value.path("metadata.finalizers").items().iter().map(Value::str).collect();
        let waits = if finalizers.is_empty() { String::new() } else { format!(" and waits for {}", finalizers.join(", ")) };
        return (format!("It is being deleted{waits}."), String::new());
    }
    if object.resource == SERVICES {
        return of_service(value, store);
    }
    if object.resource == PERSISTENT_VOLUME_CLAIMS && value.path("status.phase").str() == "Pending" {
        return ("It waits for a volume that is large enough and has its class and access modes.".into(), String::new());
    }
    let failing = ["ReplicaFailure", "Progressing", "Available"].into_iter().map(|type_| meta::condition(value, type_)).find(|condition| {
        let status = condition.get("status").str();
        if condition.get("type").str() == "ReplicaFailure" { status == "True" } else { status == "False" }
    });
    (failing.map(|condition| condition.get("message").str().to_owned()).unwrap_or_default(), String::new())
}

fn of_service(service: &Value, store: &Store) -> (String, String) {
    let selector = service.path("spec.selector").fields();
    if selector.is_empty() {
        return (String::new(), String::new());
    }
    let has_endpoints = store
        .with_label(&ENDPOINT_SLICES, meta::namespace(service), "kubernetes.io/service-name", meta::name(service))
        .any(|slice| !slice.get("endpoints").is_empty());
    let selects = store.list(&PODS, Some(meta::namespace(service))).any(|pod| selector.iter().all(|(label, value)| meta::label(pod, label) == value.str()));
    let words: Vec<String> = selector.iter().map(|(label, value)| format!("{label}={}", value.str())).collect();
    match (selects, has_endpoints) {
        (false, _) => (
            format!("No pod has the labels that it selects ({}), so nobody answers.", words.join(",")),
            "Compare its selector with the labels of the pods.".into(),
        ),
        (true, false) => ("Its pods have no address yet, so nobody answers.".into(), String::new()),
        (true, true) => (String::new(), String::new()),
    }
}
