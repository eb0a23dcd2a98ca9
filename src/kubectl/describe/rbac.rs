//! Roles and bindings.

use super::text::Text;
use crate::api::meta;
use crate::value::Value;

/// A Role or ClusterRole: its rules, one resource a row.
pub fn role(text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, "PolicyRule:");
    text.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    text.line(1, "---------\t-----------------\t--------------\t-----");
    let mut rows = rows(object);
    rows.sort_by(|a, b| a.order.cmp(&b.order));
    for row in rows {
        text.line(1, format!("{}\t{}\t{}\t{}", row.resource, row.urls, row.names, row.verbs));
    }
}

struct Row {
    order: String,
    resource: String,
    urls: String,
    names: String,
    verbs: String,
}

/// `validation.BreakdownRule` takes rules apart, `rbac.CompactRules` joins the verbs of equal ones.
fn rows(object: &Value) -> Vec<Row> {
    let mut rows: Vec<(Row, Vec<String>)> = Vec::new();
    for rule in object.get("rules").items() {
        let verbs: Vec<String> = rule.get("verbs").items().iter().map(|verb| verb.str().to_string()).collect();
        let names: Vec<String> = rule.get("resourceNames").items().iter().map(|name| name.str().to_string()).collect();
        let names: Vec<String> = if names.is_empty() { vec![String::new()] } else { names };
        for group in rule.get("apiGroups").items() {
            for resource in rule.get("resources").items() {
                for name in &names {
                    let full = combined(resource.str(), group.str());
                    let shown = if name.is_empty() { "[]".to_string() } else { format!("[{name}]") };
                    add(
                        &mut rows,
                        Row { order: order(resource.str(), group.str(), name), resource: full, urls: "[]".into(), names: shown, verbs: String::new() },
                        &verbs,
                    );
                }
            }
        }
        for url in rule.get("nonResourceURLs").items() {
            add(
                &mut rows,
                Row { order: format!(" {}", url.str()), resource: String::new(), urls: format!("[{}]", url.str()), names: "[]".into(), verbs: String::new() },
                &verbs,
            );
        }
    }
    rows.into_iter().map(|(row, verbs)| Row { verbs: format!("[{}]", verbs.join(" ")), ..row }).collect()
}

fn add(rows: &mut Vec<(Row, Vec<String>)>, row: Row, verbs: &[String]) {
    match rows.iter_mut().find(|(other, _)| other.resource == row.resource && other.names == row.names && other.urls == row.urls) {
        Some((_, known)) => known.extend(verbs.iter().cloned()),
        None => rows.push((row, verbs.to_vec())),
    }
}

/// Upstream sorts the rules by their protobuf text, in which the shorter of two resources comes after a longer one that it begins.
fn order(resource: &str, group: &str, name: &str) -> String {
    format!("{group}\u{1}{resource}\u{7f}{name}")
}

fn combined(resource: &str, group: &str) -> String {
    match (group, resource.split_once('/')) {
        ("", _) => resource.into(),
        (group, Some((resource, subresource))) => format!("{resource}.{group}/{subresource}"),
        (group, None) => format!("{resource}.{group}"),
    }
}

/// A RoleBinding or ClusterRoleBinding.
pub fn binding(text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, "Role:");
    text.field(1, "Kind", object.path("roleRef.kind").str());
    text.field(1, "Name", object.path("roleRef.name").str());
    text.line(0, "Subjects:");
    text.line(1, "Kind\tName\tNamespace");
    text.line(1, "----\t----\t---------");
    for subject in object.get("subjects").items() {
        text.line(1, format!("{}\t{}\t{}", subject.get("kind").str(), subject.get("name").str(), subject.get("namespace").str()));
    }
}

fn head(text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
}
