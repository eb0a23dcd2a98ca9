//! NetworkPolicies, in words.

use super::text::{Text, go, or};
use crate::api::kinds::cells;
use crate::api::{meta, time};
use crate::value::Value;

/// A NetworkPolicy.
pub fn describe(text: &mut Text, object: &Value) {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "Created on", go_time(object.path("metadata.creationTimestamp").str()));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.line(0, "Spec:");
    let pods = spec.get("podSelector");
    let everything = pods.get("matchLabels").is_empty() && pods.get("matchExpressions").is_empty();
    let all = " (Allowing the specific traffic to all pods in this namespace)";
    text.line(1, format!("PodSelector:     {}{}", cells::selector(pods).str(), if everything { all } else { "" }));
    let types: Vec<&str> = spec.get("policyTypes").items().iter().map(Value::str).collect();
    for (type_, word, rules, peers) in [("Ingress", "ingress", "ingress", ("From", "from")), ("Egress", "egress", "egress", ("To", "to"))] {
        if types.contains(&type_) {
            text.line(1, format!("Allowing {word} traffic:"));
            direction(text, spec.get(rules), word, peers);
        } else {
            text.line(1, format!("Not affecting {word} traffic"));
        }
    }
    text.line(1, format!("Policy Types: {}", types.join(", ")));
}

/// `2026-11-23 09:21:59 +0000 UTC`: Go's `Time.String`.
fn go_time(timestamp: &str) -> String {
    let Some(time_ms) = time::parse_rfc3339(timestamp) else { return "0001-01-01 00:00:00 +0000 UTC".into() };
    format!("{} +0000 UTC", time::rfc3339(time_ms).replace('T', " ").trim_end_matches('Z'))
}

fn direction(text: &mut Text, rules: &Value, word: &str, (heading, field): (&str, &str)) {
    let rules = rules.items();
    if rules.is_empty() {
        text.line(2, format!("<none> (Selected pods are isolated for {word} connectivity)"));
    }
    for (index, rule) in rules.iter().enumerate() {
        let ports = rule.get("ports").items();
        if ports.is_empty() {
            text.line(2, "To Port: <any> (traffic allowed to all ports)");
        }
        for port in ports {
            let number = if port.get("port").is_null() { "<any>".into() } else { go(port.get("port")) };
            let end = port.get("endPort").as_i64().map_or_else(String::new, |end| format!("-{end}"));
            text.line(2, format!("To Port: {number}{end}/{}", or(port.get("protocol"), "TCP")));
        }
        let peers = rule.get(field).items();
        if peers.is_empty() {
            let any = if heading == "From" { "<any> (traffic not restricted by source)" } else { "<any> (traffic not restricted by destination)" };
            text.line(2, format!("{heading}: {any}"));
        }
        for peer in peers {
            text.line(2, format!("{heading}:"));
            peer_lines(text, peer);
        }
        if index + 1 < rules.len() {
            text.line(2, "----------");
        }
    }
}

fn peer_lines(text: &mut Text, peer: &Value) {
    let block = peer.get("ipBlock");
    if !block.is_null() {
        text.line(3, "IPBlock:");
        text.line(4, format!("CIDR: {}", block.get("cidr").str()));
        let except: Vec<&str> = block.get("except").items().iter().map(Value::str).collect();
        text.line(4, format!("Except: {}", except.join(", ")));
        return;
    }
    for (title, field) in [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")] {
        if !peer.get(field).is_null() {
            text.line(3, format!("{title}: {}", cells::selector(peer.get(field)).str()));
        }
    }
}
