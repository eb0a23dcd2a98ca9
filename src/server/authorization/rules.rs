//! The rules that go for somebody, and whether they allow something (`pkg/registry/rbac/validation/rule.go`).

use super::{Attributes, MASTERS};
use crate::api::meta;
use crate::api::resource::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES};
use crate::server::Server;
use crate::server::request::User;
use crate::value::Value;

/// Whether `user` may do this.
pub(in crate::server) fn allows(server: &Server, user: &User, attributes: &Attributes) -> bool {
    if user.groups.iter().any(|group| group == MASTERS) {
        return true;
    }
    let is_allowed = |rules: &[Value]| rules.iter().any(|rule| rule_allows(rule, attributes));
    rules_for(server, user, &attributes.namespace).iter().any(|rules| is_allowed(rules.items()))
}

/// The rules of all roles bound to `user`: for the whole cluster, and in the namespace where one is given. One list a role.
pub(in crate::server) fn rules_for(server: &Server, user: &User, namespace: &str) -> Vec<Value> {
    bindings_for(server, user, namespace).into_iter().filter_map(|binding| role_of(server, binding).map(|role| role.get("rules").clone())).collect()
}

fn bindings_for<'a>(server: &'a Server, user: &'a User, namespace: &'a str) -> Vec<&'a Value> {
    let store = &server.store;
    let mut bindings: Vec<&Value> = store.list(&CLUSTER_ROLE_BINDINGS, None).filter(|binding| is_bound(binding, user, "")).collect();
    if !namespace.is_empty() {
        bindings.extend(store.list(&ROLE_BINDINGS, Some(namespace)).filter(|binding| is_bound(binding, user, namespace)));
    }
    bindings
}

fn role_of<'a>(server: &'a Server, binding: &Value) -> Option<&'a Value> {
    let name = binding.path("roleRef.name").str();
    match binding.path("roleRef.kind").str() {
        "Role" => server.store.get(&ROLES, meta::namespace(binding), name),
        _ => server.store.get(&CLUSTER_ROLES, "", name),
    }
}

/// What upstream reports of bindings to roles that aren't there.
pub(super) fn missing_roles(server: &Server, user: &User, namespace: &str) -> Vec<String> {
    let missing = |binding: &&Value| role_of(server, binding).is_none();
    let mut texts: Vec<String> = bindings_for(server, user, namespace)
        .into_iter()
        .filter(missing)
        .map(|binding| {
            let kind = binding.path("roleRef.kind").str().to_lowercase();
            format!("{kind}.rbac.authorization.k8s.io \"{}\" not found", binding.path("roleRef.name").str())
        })
        .collect();
    texts.dedup();
    texts
}

fn is_bound(binding: &Value, user: &User, namespace: &str) -> bool {
    binding.get("subjects").items().iter().any(|subject| {
        let name = subject.get("name").str();
        match subject.get("kind").str() {
            "User" => user.name == name,
            "Group" => user.groups.iter().any(|group| group == name),
            "ServiceAccount" => {
                let of = subject.get("namespace").as_str().unwrap_or(namespace);
                user.name == format!("system:serviceaccount:{of}:{name}")
            }
            _ => false,
        }
    })
}

fn lists(rule: &Value, field: &str, wanted: &str) -> bool {
    rule.get(field).items().iter().any(|item| item.str() == wanted || item.str() == "*")
}

/// Whether one rule allows this (`RuleAllows`).
pub(in crate::server) fn rule_allows(rule: &Value, attributes: &Attributes) -> bool {
    if !lists(rule, "verbs", &attributes.verb) {
        return false;
    }
    if !attributes.path.is_empty() {
        return rule.get("nonResourceURLs").items().iter().any(|url| match url.str().strip_suffix('*') {
            Some(prefix) => attributes.path.starts_with(prefix),
            None => attributes.path == url.str(),
        });
    }
    let combined = attributes.combined();
    let resource_matches = rule.get("resources").items().iter().any(|resource| {
        let resource = resource.str();
        resource == "*"
            || resource == combined
            || !attributes.subresource.is_empty() && resource.strip_prefix("*/").is_some_and(|sub| attributes.subresource == sub)
    });
    let names = rule.get("resourceNames").items();
    lists(rule, "apiGroups", &attributes.group) && resource_matches && (names.is_empty() || names.iter().any(|name| name.str() == attributes.name))
}
