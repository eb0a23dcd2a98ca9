//! `kubectl create ingress`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{SmolStr, Value, json};

/// `create ingress`.
pub const ENTRY: Entry = Entry { path: "create ingress", aliases: &["ing"], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::array("annotation"), Flag::text("class"), Flag::text("default-backend"), Flag::array("rule")];
    flags.extend(generator_flags());
    flags
}

fn backend(service: &str, port: &str) -> Value {
    let mut backend = json!({"service": {"name": service}});
    match port.parse::<i64>() {
        Ok(number) => backend.set("service.port", json!({"number": number})),
        Err(_) => backend.set("service.port", json!({"name": port})),
    }
    backend
}

struct Rule {
    host: String,
    path: Value,
    tls: Option<String>,
}

/// `host/path=service:port[,tls[=secret]]`
fn rule(text: &str) -> Option<Rule> {
    let (route, target) = text.split_once('=')?;
    let (host, path) = route.split_at(route.find('/')?);
    let (target, options) = target.split_once(',').map_or((target, None), |(target, options)| (target, Some(options)));
    let (service, port) = target.split_once(':')?;
    if service.is_empty() || port.is_empty() {
        return None;
    }
    let tls = match options {
        None => None,
        Some("tls") => Some(String::new()),
        Some(options) => Some(options.strip_prefix("tls=")?.to_string()),
    };
    let (path, type_) = match path.strip_suffix('*') {
        Some(prefix) => (prefix, "Prefix"),
        None => (path, "Exact"),
    };
    let mut object = json!({"path": path, "pathType": type_});
    object.set("backend", backend(service, port));
    Some(Rule { host: host.to_string(), path: object, tls })
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let flags = &invocation.flags;
    let (texts, fallback) = (flags.list("rule"), flags.text("default-backend"));
    if texts.is_empty() && fallback.is_empty() {
        return Err(Failure::text(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)",
        ));
    }
    let mut rules = Vec::new();
    for text in texts {
        let why = || Failure::text(format!("rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"));
        rules.push(rule(text).ok_or_else(why)?);
    }
    let mut object = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name}, "spec": {}, "status": {"loadBalancer": {}}});
    for annotation in flags.list("annotation") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(Failure::text(format!("annotation {annotation} is invalid and should be in format key=[value]")));
        };
        object.path_mut("metadata.annotations").fields_mut().insert(SmolStr::new(key), value);
    }
    if !flags.text("class").is_empty() {
        object.set("spec.ingressClassName", flags.text("class"));
    }
    if !fallback.is_empty() {
        let Some((service, port)) = fallback.split_once(':') else {
            return Err(Failure::text("default-backend should be in format servicename:serviceport"));
        };
        object.set("spec.defaultBackend", backend(service, port));
    }
    add_rules(&mut object, &rules);
    create_generated(&invocation, object, "create ingress").await
}

/// One rule a host, and one entry of TLS a secret.
fn add_rules(object: &mut Value, rules: &[Rule]) {
    for rule in rules {
        let all = object.path_mut("spec.rules").items_mut();
        let of_host = all.iter().position(|known| known.get("host").str() == rule.host);
        let index = of_host.unwrap_or_else(|| {
            let mut new = Value::object();
            if !rule.host.is_empty() {
                new.set("host", rule.host.as_str());
            }
            all.push(new);
            all.len() - 1
        });
        all[index].push("http.paths", rule.path.clone());
        if let Some(secret) = &rule.tls {
            let entries = object.path_mut("spec.tls").items_mut();
            let known = entries.iter().position(|entry| entry.get("secretName").str() == secret);
            let index = known.unwrap_or_else(|| {
                let mut new = Value::object();
                if !secret.is_empty() {
                    new.set("secretName", secret.as_str());
                }
                entries.push(new);
                entries.len() - 1
            });
            let hosts = entries[index].path_mut("hosts").items_mut();
            if !hosts.iter().any(|host| host.str() == rule.host) {
                hosts.push(Value::from(&rule.host));
            }
        }
    }
}
