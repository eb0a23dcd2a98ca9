//! The roles and bindings of every cluster, from the table `roles.txt`, which reads:
//!
//! - `cluster-role NAME +edit =view`: a ClusterRole; `+edit` has its rules taken up by the role `edit`, `=view` takes up others' so;
//!   `role NAMESPACE/NAME`: a Role.
//! - `  VERBS | GROUPS | RESOURCES [| NAMES]` or `  VERBS | PATHS`: a rule; `-` is the core group.
//! - `cluster-binding NAME | ROLE | SUBJECTS` (`=` is the role of the same name), `binding NAMESPACE/NAME | KIND/ROLE | SUBJECTS`.

use crate::api::meta;
use crate::api::resource::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES};
use crate::server::Server;
use crate::value::{SmolStr, Value, json};

const TABLE: &str = include_str!("roles.txt");
const API_VERSION: &str = "rbac.authorization.k8s.io/v1";
const API_GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn make(server: &mut Server, now_ms: u64) {
    let mut roles: Vec<Value> = Vec::new();
    let mut bindings: Vec<Value> = Vec::new();
    for line in TABLE.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "cluster-role" => roles.push(role("", rest)),
            "role" => {
                let (namespace, name) = rest.split_once('/').unwrap_or(("", rest));
                roles.push(role(namespace, name));
            }
            "cluster-binding" => bindings.push(binding("", rest)),
            "binding" => {
                let (namespace, rest) = rest.split_once('/').unwrap_or(("", rest));
                bindings.push(binding(namespace, rest));
            }
            _ => {
                if let Some(role) = roles.last_mut() {
                    role.push("rules", rule(line));
                }
            }
        }
    }
    aggregate(&mut roles);
    for role in roles {
        let (resource, kind) = if meta::namespace(&role).is_empty() { (CLUSTER_ROLES, "ClusterRole") } else { (ROLES, "Role") };
        server.make(&resource, API_VERSION, kind, role, now_ms);
    }
    for binding in bindings {
        let (resource, kind) =
            if meta::namespace(&binding).is_empty() { (CLUSTER_ROLE_BINDINGS, "ClusterRoleBinding") } else { (ROLE_BINDINGS, "RoleBinding") };
        server.make(&resource, API_VERSION, kind, binding, now_ms);
    }
}

/// An object with the metadata that all of them have.
fn bootstrapped(namespace: &str, name: &str) -> Value {
    let mut object = json!({"metadata": {
        "name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}, "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    }});
    if !namespace.is_empty() {
        object.set("metadata.namespace", namespace);
    }
    object
}

fn aggregation_label(role: &str) -> SmolStr {
    SmolStr::from(format!("rbac.authorization.k8s.io/aggregate-to-{role}"))
}

fn role(namespace: &str, text: &str) -> Value {
    let mut words = text.split(' ');
    let mut role = bootstrapped(namespace, words.next().unwrap_or(""));
    role.set("rules", Value::array(Vec::new()));
    for word in words {
        if let Some(taken_up_by) = word.strip_prefix('+') {
            role.path_mut("metadata.labels").fields_mut().insert(aggregation_label(taken_up_by), "true");
        } else if let Some(takes_up) = word.strip_prefix('=') {
            let mut selector = Value::object();
            selector.path_mut("matchLabels").fields_mut().insert(aggregation_label(takes_up), "true");
            role.push("aggregationRule.clusterRoleSelectors", selector);
        }
    }
    role
}

fn words(text: &str) -> Value {
    text.split(' ').filter(|word| !word.is_empty()).map(|word| if word == "-" { "" } else { word }).collect()
}

fn rule(line: &str) -> Value {
    let parts: Vec<&str> = line.trim().split(" | ").collect();
    let names: &[&str] = if parts.len() == 2 { &["verbs", "nonResourceURLs"] } else { &["verbs", "apiGroups", "resources", "resourceNames"] };
    let mut rule = Value::object();
    for (name, part) in names.iter().zip(parts) {
        rule.set(name, words(part));
    }
    rule
}

fn binding(namespace: &str, text: &str) -> Value {
    let parts: Vec<&str> = text.split(" | ").collect();
    let [name, role, subjects] = parts.as_slice() else { return Value::object() };
    let (kind, role) = role.split_once('/').unwrap_or(("ClusterRole", if *role == "=" { name } else { role }));
    let mut binding = bootstrapped(namespace, name);
    binding.set("roleRef", json!({"apiGroup": API_GROUP, "kind": kind, "name": role}));
    let subjects: Vec<Value> = subjects.split(' ').filter_map(subject).collect();
    if !subjects.is_empty() {
        binding.set("subjects", subjects);
    }
    binding
}

/// `User:system:kube-proxy`, `ServiceAccount:kube-system/job-controller`.
fn subject(text: &str) -> Option<Value> {
    let (kind, name) = text.split_once(':')?;
    Some(match name.split_once('/') {
        Some((namespace, name)) if kind == "ServiceAccount" => json!({"kind": kind, "namespace": namespace, "name": name}),
        _ => json!({"apiGroup": API_GROUP, "kind": kind, "name": name}),
    })
}

/// Gives roles the rules that they take up; the controller keeps it so afterwards.
fn aggregate(roles: &mut [Value]) {
    // A role that takes up others may be taken up itself, so it goes on until nothing changes; three levels are all there are.
    for _ in 0..3 {
        let sources = roles.to_vec();
        for role in roles.iter_mut() {
            let selectors = role.path("aggregationRule.clusterRoleSelectors").clone();
            if selectors.is_empty() {
                continue;
            }
            let is_selected =
                |source: &&Value| selectors.items().iter().any(|selector| crate::api::labels::matches(selector, source.path("metadata.labels").fields()));
            let mut rules: Vec<Value> = Vec::new();
            for source in sources.iter().filter(|source| meta::name(source) != meta::name(role)).filter(is_selected) {
                rules.extend(source.get("rules").items().iter().filter(|rule| !rules.contains(rule)).cloned().collect::<Vec<_>>());
            }
            role.set("rules", rules);
        }
    }
}
