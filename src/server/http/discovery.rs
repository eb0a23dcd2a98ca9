//! What the server serves, as clients ask for it: groups, versions, resources; one by one, or all at once (aggregated discovery).

use super::HttpResponse;
use crate::api::registry::Registry;
use crate::api::strategy::Kind;
use crate::value::{Sort, Value, json};
use std::sync::Arc;

/// The built-in groups in upstream's order of priority; custom ones follow by name.
const ORDER: [&str; 22] = [
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "storagemigration.k8s.io",
];
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// The groups, each with its versions, the preferred one first.
pub(super) fn groups(registry: &Registry) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for kind in registry.all() {
        let index = groups.iter().position(|(group, _)| *group == kind.group.as_str()).unwrap_or_else(|| {
            groups.push((kind.group.to_string(), Vec::new()));
            groups.len() - 1
        });
        for version in &kind.versions {
            if !groups[index].1.iter().any(|there| *there == version.name.as_str()) {
                groups[index].1.push(version.name.to_string());
            }
        }
    }
    let place = |group: &str| ORDER.iter().position(|there| *there == group).unwrap_or(ORDER.len());
    groups.order_by(|a, b| (place(&a.0), &a.0).cmp(&(place(&b.0), &b.0)));
    groups
}

fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_string() } else { format!("{group}/{version}") }
}

/// `/api` and `/apis`.
pub(super) fn root(registry: &Registry, path: &str, accept: &str) -> HttpResponse {
    let wanted: Vec<(String, Vec<String>)> = groups(registry).into_iter().filter(|(group, _)| group.is_empty() == (path == "/api")).collect();
    if accept.split(',').any(|part| part.contains("as=APIGroupDiscoveryList")) {
        let items: Vec<Value> = wanted.iter().map(|(group, versions)| aggregated_group(registry, group, versions)).collect();
        let list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items});
        return HttpResponse::json(200, AGGREGATED, &list);
    }
    let list = if path == "/api" {
        json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.10:6443"}]})
    } else {
        let groups: Vec<Value> = wanted.iter().map(|(group, versions)| describe_group(group, versions)).collect();
        json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
    };
    HttpResponse::json(200, "application/json", &list)
}

fn describe_group(group: &str, versions: &[String]) -> Value {
    let entry = |version: &String| json!({"groupVersion": group_version(group, version), "version": version});
    json!({"name": group, "versions": versions.iter().map(entry).collect::<Vec<_>>(), "preferredVersion": versions.first().map(entry)})
}

/// `/api/v1`, `/apis/apps` and `/apis/apps/v1`; `None` for paths of another form, or of what isn't served.
pub(super) fn resources(registry: &Registry, path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (group, version) = match parts.as_slice() {
        ["api", version] => ("", *version),
        ["apis", group, version] => (*group, *version),
        ["apis", group] => {
            let (group, versions) = groups(registry).into_iter().find(|(there, _)| there == group)?;
            let mut described = describe_group(&group, &versions);
            described.set("kind", "APIGroup");
            described.set("apiVersion", "v1");
            return Some(described);
        }
        _ => return None,
    };
    let kinds = kinds_of(registry, group, version);
    if kinds.is_empty() {
        return None;
    }
    let mut list: Vec<Value> = Vec::new();
    for kind in kinds {
        let mut entry =
            json!({"name": kind.plural.as_str(), "singularName": kind.singular.as_str(), "namespaced": kind.namespaced, "kind": kind.kind.as_str()});
        entry.set("verbs", kind.verbs.iter().collect::<Value>());
        for (name, words) in [("shortNames", &kind.short_names), ("categories", &kind.categories)] {
            if !words.is_empty() {
                entry.set(name, words.iter().collect::<Value>());
            }
        }
        list.push(entry);
        let mut subresources: Vec<&str> = kind.subresources.iter().map(|name| name.as_str()).collect();
        subresources.order();
        for name in subresources {
            let subresource = subresource(kind, group, version, name);
            let mut entry = json!({
                "name": format!("{}/{name}", kind.plural), "singularName": "", "namespaced": kind.namespaced, "kind": subresource.kind, "verbs": subresource.verbs,
            });
            if subresource.group != group {
                entry.set("group", subresource.group);
                entry.set("version", subresource.version);
            }
            list.push(entry);
        }
    }
    let mut answer = json!({"kind": "APIResourceList", "groupVersion": group_version(group, version), "resources": list});
    // The oldest list is written without it.
    if !group.is_empty() {
        answer.set("apiVersion", "v1");
    }
    Some(answer)
}

/// Whether a path is that of a group or of a version of one, rather than of what is in it.
pub(super) fn is_group_path(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), ["api", _] | ["apis", _] | ["apis", _, _])
}

/// Whether the group of such a path is served in any version.
pub(super) fn is_known_group(registry: &Registry, path: &str) -> bool {
    match path.trim_matches('/').split('/').collect::<Vec<&str>>().as_slice() {
        ["api", _] => true,
        ["apis", group, _] => registry.all().any(|kind| kind.group == *group),
        _ => false,
    }
}

/// The kinds of a group and version, by the names of their resources.
pub(super) fn kinds_of<'a>(registry: &'a Registry, group: &str, version: &str) -> Vec<&'a Arc<Kind>> {
    registry.all().filter(|kind| kind.group == group && kind.versions.iter().any(|there| there.name == version)).collect()
}

/// What a subresource takes and gives.
struct Subresource {
    group: String,
    version: String,
    kind: String,
    verbs: &'static [&'static str],
}

fn subresource(kind: &Kind, group: &str, version: &str, name: &str) -> Subresource {
    let own = |kind: &str, verbs| Subresource { group: group.into(), version: version.into(), kind: kind.into(), verbs };
    let other = |group: &str, kind: &str, verbs| Subresource { group: group.into(), version: "v1".into(), kind: kind.into(), verbs };
    const PART: &[&str] = &["get", "patch", "update"];
    match name {
        "binding" => own("Binding", &["create"]),
        "eviction" => other("policy", "Eviction", &["create"]),
        "scale" => other("autoscaling", "Scale", PART),
        "token" => other("authentication.k8s.io", "TokenRequest", &["create"]),
        "log" => own("Pod", &["get"]),
        "exec" => own("PodExecOptions", &["create", "get"]),
        "attach" => own("PodAttachOptions", &["create", "get"]),
        "portforward" => own("PodPortForwardOptions", &["create", "get"]),
        "proxy" => own(&format!("{}ProxyOptions", kind.kind), &["create", "delete", "get", "patch", "update"]),
        "finalize" => own(&kind.kind, &["update"]),
        _ => own(&kind.kind, PART),
    }
}

fn aggregated_group(registry: &Registry, group: &str, versions: &[String]) -> Value {
    let described: Vec<Value> = versions
        .iter()
        .map(|version| {
            let resources: Vec<Value> = kinds_of(registry, group, version).into_iter().map(|kind| aggregated(kind, group, version)).collect();
            json!({"version": version, "resources": resources, "freshness": "Current"})
        })
        .collect();
    let metadata = if group.is_empty() { json!({"creationTimestamp": null}) } else { json!({"name": group, "creationTimestamp": null}) };
    json!({"metadata": metadata, "versions": described})
}

fn aggregated(kind: &Kind, group: &str, version: &str) -> Value {
    let words = |words: &[crate::value::SmolStr]| -> Value { words.iter().collect::<Value>() };
    let mut entry = json!({
        "resource": kind.plural.as_str(), "responseKind": {"group": group, "version": version, "kind": kind.kind.as_str()},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" }, "singularResource": kind.singular.as_str(), "verbs": words(&kind.verbs),
    });
    for (name, list) in [("shortNames", &kind.short_names), ("categories", &kind.categories)] {
        if !list.is_empty() {
            entry.set(name, words(list));
        }
    }
    let subresources: Vec<Value> = kind
        .subresources
        .iter()
        .map(|name| {
            let subresource = subresource(kind, group, version, name);
            json!({
                "subresource": name.as_str(), "verbs": subresource.verbs,
                "responseKind": {"group": subresource.group, "version": subresource.version, "kind": subresource.kind},
            })
        })
        .collect();
    if !subresources.is_empty() {
        entry.set("subresources", subresources);
    }
    entry
}

/// `/`: the paths there are.
pub(super) fn paths(registry: &Registry) -> Value {
    let mut paths: Vec<String> = vec!["/api".into(), "/api/v1".into(), "/apis".into(), "/apis/".into()];
    for (group, versions) in groups(registry).iter().filter(|(group, _)| !group.is_empty()) {
        paths.push(format!("/apis/{group}"));
        paths.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
    }
    paths.extend(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"].map(String::from));
    let paths: Value = paths.iter().map(String::as_str).collect();
    let mut root = Value::object();
    root.set("paths", paths);
    root
}
