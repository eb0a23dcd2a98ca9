//! Nobody gives others more than they have (`pkg/registry/rbac/role/policybased`, `rolebinding/policybased`).

use super::{Attributes, MASTERS, rules};
use crate::api::resource::{CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS, ROLES};
use crate::api::status::Status;
use crate::server::Server;
use crate::server::request::Request;
use crate::value::{SmolStr, Value};

/// Refuses a role or binding by which the writer would gain or give what they may not do.
pub(in crate::server) fn check(server: &Server, request: &Request, object: &Value) -> Result<(), Status> {
    let is_role = request.resource == ROLES || request.resource == CLUSTER_ROLES;
    let is_binding = request.resource == ROLE_BINDINGS || request.resource == CLUSTER_ROLE_BINDINGS;
    if !is_role && !is_binding || request.user.groups.iter().any(|group| group == MASTERS) {
        return Ok(());
    }
    let (verb, resource, name, given) = if is_role {
        ("escalate", request.resource.resource.clone(), crate::api::meta::name(object), object.get("rules").clone())
    } else {
        let role = object.get("roleRef");
        let is_namespaced = role.get("kind").str() == "Role";
        let found = if is_namespaced {
            server.store.get(&ROLES, &request.namespace, role.get("name").str())
        } else {
            server.store.get(&CLUSTER_ROLES, "", role.get("name").str())
        };
        let resource = SmolStr::new_static(if is_namespaced { "roles" } else { "clusterroles" });
        ("bind", resource, role.get("name").str(), found.map(|role| role.get("rules").clone()).unwrap_or_default())
    };
    let exempt = Attributes {
        verb: SmolStr::new_static(verb),
        group: request.resource.group.clone(),
        resource,
        namespace: request.namespace.clone(),
        name: SmolStr::new(name),
        ..Attributes::default()
    };
    if rules::allows(server, &request.user, &exempt) {
        return Ok(());
    }
    let own = rules::rules_for(server, &request.user, &request.namespace);
    let uncovered: Vec<&Value> = given.items().iter().filter(|rule| !is_covered(rule, &own)).collect();
    if uncovered.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = uncovered.iter().map(|rule| shown(rule)).collect();
    let groups: Vec<String> = request.user.groups.iter().map(|group| format!("\"{group}\"")).collect();
    let why = format!(
        "user \"{}\" (groups=[{}]) is attempting to grant RBAC permissions not currently held:\n{}",
        request.user.name,
        groups.join(" "),
        list.join("\n")
    );
    Err(Status::forbidden(&request.resource, crate::api::meta::name(object), &why))
}

/// Whether each single thing that the rule allows is allowed by the own rules.
fn is_covered(rule: &Value, own: &[Value]) -> bool {
    let texts = |field: &str| -> Vec<SmolStr> { rule.get(field).items().iter().map(|item| SmolStr::new(item.str())).collect() };
    let own_allow = |attributes: &Attributes| own.iter().any(|rules| rules.items().iter().any(|rule| rules::rule_allows(rule, attributes)));
    let names = match texts("resourceNames") {
        names if names.is_empty() => vec![SmolStr::default()],
        names => names,
    };
    let for_paths = texts("nonResourceURLs").into_iter().flat_map(|path| texts("verbs").into_iter().map(move |verb| (path.clone(), verb)));
    let mut things: Vec<Attributes> = for_paths.map(|(path, verb)| Attributes { verb, path, ..Attributes::default() }).collect();
    for verb in texts("verbs") {
        for group in texts("apiGroups") {
            for resource in texts("resources") {
                let (resource, subresource) = match resource.split_once('/') {
                    Some((resource, subresource)) => (SmolStr::new(resource), SmolStr::new(subresource)),
                    None => (resource, SmolStr::default()),
                };
                for name in &names {
                    things.push(Attributes {
                        verb: verb.clone(),
                        group: group.clone(),
                        resource: resource.clone(),
                        subresource: subresource.clone(),
                        name: name.clone(),
                        ..Attributes::default()
                    });
                }
            }
        }
    }
    things.iter().all(own_allow)
}

/// `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`.
fn shown(rule: &Value) -> String {
    let fields = [
        ("apiGroups", "APIGroups"),
        ("resources", "Resources"),
        ("resourceNames", "ResourceNames"),
        ("nonResourceURLs", "NonResourceURLs"),
        ("verbs", "Verbs"),
    ];
    let quote = |list: &Value| list.items().iter().map(Value::to_json).collect::<Vec<_>>().join(" ");
    let parts: Vec<String> =
        fields.iter().filter(|(field, _)| !rule.get(field).is_empty()).map(|(field, name)| format!("{name}:[{}]", quote(rule.get(field)))).collect();
    format!("{{{}}}", parts.join(", "))
}
