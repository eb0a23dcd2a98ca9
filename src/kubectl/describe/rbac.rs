//! Roles and bindings.

use super::text::Text;
use crate::api::meta;
use crate::value::{Sort, Value};

pub(super) fn describe(kind: &str, object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    if kind.ends_with("Binding") { binding(object, text) } else { rules(object, text) }
}

fn binding(object: &Value, text: &mut Text) {
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

/// A rule about one resource (of one name) or one path.
#[derive(PartialEq)]
struct Simple {
    group: String,
    resource: String,
    name: String,
    url: String,
}

fn rules(object: &Value, text: &mut Text) {
    text.line(0, "PolicyRule:");
    text.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    text.line(1, "---------\t-----------------\t--------------\t-----");
    let mut simple: Vec<(Simple, Vec<String>)> = Vec::new();
    for rule in object.get("rules").items() {
        let verbs: Vec<String> = rule.get("verbs").items().iter().map(|verb| verb.str().to_string()).collect();
        for one in taken_apart(rule) {
            match simple.iter_mut().find(|(known, _)| *known == one) {
                Some((_, known)) => known.extend(verbs.iter().filter(|verb| !known.contains(verb)).cloned().collect::<Vec<_>>()),
                None => simple.push((one, verbs.clone())),
            }
        }
    }
    // Upstream sorts by the text of the Go structs, in which the verbs come first.
    simple.order_by_key(|(one, verbs)| {
        format!("Verbs:[{}],APIGroups:[{}],Resources:[{}],ResourceNames:[{}],NonResourceURLs:[{}]", verbs.join(" "), one.group, one.resource, one.name, one.url)
    });
    for (one, verbs) in simple {
        let resource = match one.resource.split_once('/') {
            _ if one.group.is_empty() => one.resource.clone(),
            Some((resource, subresource)) => format!("{resource}.{}/{subresource}", one.group),
            None => format!("{}.{}", one.resource, one.group),
        };
        text.line(1, format!("{resource}\t[{}]\t[{}]\t[{}]", one.url, one.name, verbs.join(" ")));
    }
}

fn taken_apart(rule: &Value) -> Vec<Simple> {
    let mut simple = Vec::new();
    for group in rule.get("apiGroups").items() {
        for resource in rule.get("resources").items() {
            let names = rule.get("resourceNames").items();
            let one = |name: &str| Simple { group: group.str().into(), resource: resource.str().into(), name: name.into(), url: String::new() };
            if names.is_empty() {
                simple.push(one(""));
            }
            simple.extend(names.iter().map(|name| one(name.str())));
        }
    }
    let urls = rule.get("nonResourceURLs").items();
    simple.extend(urls.iter().map(|url| Simple { group: String::new(), resource: String::new(), name: String::new(), url: url.str().into() }));
    simple
}
