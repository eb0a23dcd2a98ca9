//! `kubectl create role|clusterrole|rolebinding|clusterrolebinding`.

use super::{create_generated, generator_flags, label_pairs, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources;
use crate::value::{Value, json};

/// `create role`.
pub const ROLE: Entry = Entry { path: "create role", aliases: &[], flags: role_flags, run: Some(|invocation| Box::pin(role(invocation))) };

/// `create clusterrole`.
pub const CLUSTER_ROLE: Entry =
    Entry { path: "create clusterrole", aliases: &[], flags: cluster_role_flags, run: Some(|invocation| Box::pin(cluster_role(invocation))) };

/// `create rolebinding`.
pub const ROLE_BINDING: Entry =
    Entry { path: "create rolebinding", aliases: &[], flags: role_binding_flags, run: Some(|invocation| Box::pin(role_binding(invocation))) };

/// `create clusterrolebinding`.
pub const CLUSTER_ROLE_BINDING: Entry = Entry {
    path: "create clusterrolebinding",
    aliases: &[],
    flags: cluster_role_binding_flags,
    run: Some(|invocation| Box::pin(cluster_role_binding(invocation))),
};

fn role_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::list("resource"), Flag::array("resource-name"), Flag::list("verb")];
    flags.extend(generator_flags());
    flags
}

fn cluster_role_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("aggregation-rule"), Flag::list("non-resource-url")];
    flags.extend(role_flags());
    flags
}

fn cluster_role_binding_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("clusterrole"), Flag::array("group"), Flag::array("serviceaccount"), Flag::array("user")];
    flags.extend(generator_flags());
    flags
}

fn role_binding_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("role")];
    flags.extend(cluster_role_binding_flags());
    flags
}

const STANDARD_VERBS: [&str; 16] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "proxy",
    "*",
];

/// The verbs for paths that aren't resources.
const NON_RESOURCE_VERBS: [&str; 8] = ["*", "get", "post", "put", "delete", "patch", "head", "options"];

/// A resource that a rule is about.
struct Resource {
    group: String,
    name: String,
}

fn resources_of(invocation: &Invocation) -> Result<Vec<Resource>, Failure> {
    let registry = invocation.session.registry();
    let mut found: Vec<Resource> = Vec::new();
    for text in invocation.flags.list("resource") {
        let (type_, subresource) = match text.split_once('/') {
            Some((type_, subresource)) => (type_, Some(subresource)),
            None => (text.as_str(), None),
        };
        let (name, group) = type_.split_once('.').unwrap_or((type_, ""));
        let (group, plural) = if name == "*" {
            (group.to_string(), "*".to_string())
        } else {
            // Upstream says this as a bare aggregate, without the word `error`.
            let in_group = if group.is_empty() { String::new() } else { format!(" in group \"{group}\"") };
            let missing = || Failure::Many(vec![Failure::text(format!("the server doesn't have a resource type \"{name}\"{in_group}"))]);
            let mapping = resources::find(&registry, type_).ok_or_else(missing)?;
            (mapping.kind.group.to_string(), mapping.kind.plural.to_string())
        };
        let name = subresource.map_or(plural.clone(), |subresource| format!("{plural}/{subresource}"));
        if !found.iter().any(|known| known.group == group && known.name == name) {
            found.push(Resource { group, name });
        }
    }
    Ok(found)
}

fn verbs_of(invocation: &Invocation) -> Result<Vec<String>, Failure> {
    let mut verbs: Vec<String> = Vec::new();
    for verb in invocation.flags.list("verb") {
        if verb == "*" {
            verbs = vec!["*".into()];
            break;
        }
        if !verbs.contains(verb) {
            verbs.push(verb.clone());
        }
    }
    if verbs.is_empty() {
        return Err(Failure::text("at least one verb must be specified"));
    }
    Ok(verbs)
}

fn warn_of_odd_verbs(invocation: &Invocation, verbs: &[String]) {
    for verb in verbs.iter().filter(|verb| !STANDARD_VERBS.contains(&verb.as_str())) {
        invocation.session.err_line(format!("Warning: '{verb}' is not a standard resource verb"));
    }
}

/// The paths of `--non-resource-url`, to which only the verbs of HTTP apply.
fn non_resource_urls<'a>(invocation: &'a Invocation, verbs: &[String]) -> Result<&'a [String], Failure> {
    let urls = invocation.flags.list("non-resource-url");
    if urls.is_empty() {
        return Ok(urls);
    }
    if let Some(verb) = verbs.iter().find(|verb| !NON_RESOURCE_VERBS.contains(&verb.as_str())) {
        return Err(Failure::text(format!("invalid verb: '{verb}' for nonResourceURL")));
    }
    for url in urls.iter().filter(|url| *url != "*") {
        if !url.starts_with('/') {
            return Err(Failure::text("nonResourceURL should start with /"));
        }
        if url[..url.len() - 1].contains('*') {
            return Err(Failure::text("nonResourceURL only supports wildcard matches when '*' is at the end"));
        }
    }
    Ok(urls)
}

/// One rule a group, by the groups' names.
fn rules(invocation: &Invocation, verbs: &[String], found: &[Resource]) -> Vec<Value> {
    let groups: crate::value::SortedSet<&str> = found.iter().map(|resource| resource.group.as_str()).collect();
    let rule = |group: &str| {
        let mut rule = json!({"apiGroups": [group]});
        rule.set("resources", found.iter().filter(|resource| resource.group == group).map(|resource| Value::from(&resource.name)).collect::<Value>());
        let names = invocation.flags.list("resource-name");
        if !names.is_empty() {
            rule.set("resourceNames", names.iter().map(Value::from).collect::<Value>());
        }
        rule.set("verbs", verbs.iter().map(Value::from).collect::<Value>());
        rule
    };
    groups.into_iter().map(rule).collect()
}

async fn role(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let verbs = verbs_of(&invocation)?;
    warn_of_odd_verbs(&invocation, &verbs);
    let found = resources_of(&invocation)?;
    if found.is_empty() {
        return Err(Failure::text("at least one resource must be specified"));
    }
    let mut object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name}});
    object.set("rules", Value::array(rules(&invocation, &verbs, &found)));
    create_generated(&invocation, object, "").await
}

async fn cluster_role(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let mut object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": null});
    let aggregation = invocation.flags.text("aggregation-rule");
    if !aggregation.is_empty() {
        if ["verb", "resource", "resource-name", "non-resource-url"].iter().any(|flag| !invocation.flags.list(flag).is_empty()) {
            return Err(Failure::text("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames"));
        }
        object.set("aggregationRule", json!({"clusterRoleSelectors": [{}]}));
        let mut selector = Value::object();
        selector.set("matchLabels", label_pairs(aggregation)?);
        object.set("aggregationRule.clusterRoleSelectors", Value::array(vec![selector]));
        return create_generated(&invocation, object, "").await;
    }
    let verbs = verbs_of(&invocation)?;
    if ["resource", "non-resource-url"].iter().all(|flag| invocation.flags.list(flag).is_empty()) {
        return Err(Failure::text("one of resource or nonResourceURL must be specified"));
    }
    if !invocation.flags.list("resource").is_empty() {
        warn_of_odd_verbs(&invocation, &verbs);
    }
    let found = resources_of(&invocation)?;
    let urls = non_resource_urls(&invocation, &verbs)?;
    let mut all = rules(&invocation, &verbs, &found);
    if !urls.is_empty() {
        let mut rule = Value::object();
        rule.set("nonResourceURLs", urls.iter().map(Value::from).collect::<Value>());
        rule.set("verbs", verbs.iter().map(Value::from).collect::<Value>());
        all.push(rule);
    }
    object.set("rules", Value::array(all));
    create_generated(&invocation, object, "").await
}

fn subjects(invocation: &Invocation) -> Result<Vec<Value>, Failure> {
    const GROUP: &str = "rbac.authorization.k8s.io";
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        subjects.extend(invocation.flags.list(flag).iter().map(|name| json!({"kind": kind, "apiGroup": GROUP, "name": name})));
    }
    for text in invocation.flags.list("serviceaccount") {
        let Some((namespace, name)) = text.split_once(':').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':')) else {
            return Err(Failure::text("serviceaccount must be <namespace>:<name>"));
        };
        subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    Ok(subjects)
}

fn binding(invocation: &Invocation, kind: &str, name: &str, role_kind: &str, role: &str) -> Result<Value, Failure> {
    let mut object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
    });
    let subjects = subjects(invocation)?;
    if !subjects.is_empty() {
        object.set("subjects", Value::array(subjects));
    }
    Ok(object)
}

async fn role_binding(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let (role, cluster_role) = (invocation.flags.text("role"), invocation.flags.text("clusterrole"));
    if role.is_empty() == cluster_role.is_empty() {
        return Err(Failure::text("exactly one of clusterrole or role must be specified"));
    }
    let (kind, role) = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    let object = binding(&invocation, "RoleBinding", &name, kind, role)?;
    create_generated(&invocation, object, "create rolebinding").await
}

async fn cluster_role_binding(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    invocation.require_flags(&["clusterrole"])?;
    let object = binding(&invocation, "ClusterRoleBinding", &name, "ClusterRole", invocation.flags.text("clusterrole"))?;
    create_generated(&invocation, object, "create clusterrolebinding").await
}
