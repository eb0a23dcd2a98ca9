//! Ingresses.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::{Sort, Value, json};

/// The rules of Ingresses.
pub struct IngressStrategy;

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];
/// How many hosts the table shows before it says how many more there are.
const SHOWN_HOSTS: usize = 3;

impl Strategy for IngressStrategy {
    fn prepare_for_create(&self, ingress: &mut Value) {
        ingress.set("status", json!({"loadBalancer": {}}));
    }

    fn validate(&self, ingress: &Value) -> Vec<FieldError> {
        let mut errors = self.validate_update(ingress, ingress);
        let (class, annotation) = (ingress.path("spec.ingressClassName"), meta::annotation(ingress, CLASS_ANNOTATION));
        if !class.is_empty() && !annotation.is_empty() && class.str() != annotation {
            let why = "must match `ingressClassName` when both are specified";
            errors.push(FieldError::invalid(format!("annotations.{CLASS_ANNOTATION}"), &annotation.into(), why));
        }
        errors
    }

    fn validate_update(&self, ingress: &Value, _old: &Value) -> Vec<FieldError> {
        let spec = ingress.get("spec");
        let mut errors = Vec::new();
        let backend = spec.get("defaultBackend");
        if spec.get("rules").is_empty() && backend.is_null() {
            errors.push(FieldError::invalid("spec", &Value::Null, "either `defaultBackend` or `rules` must be specified"));
        }
        if !backend.is_null() {
            errors.extend(self::backend(backend, "spec.defaultBackend"));
        }
        for (index, rule) in spec.get("rules").items().iter().enumerate() {
            errors.extend(self::rule(rule, &format!("spec.rules[{index}]")));
        }
        for (index, tls) in spec.get("tls").items().iter().enumerate() {
            let here = format!("spec.tls[{index}]");
            for (number, name) in tls.get("hosts").items().iter().enumerate() {
                errors.extend(rules::follows(name, &format!("{here}.hosts[{number}]"), host_name));
            }
            errors.extend(rules::optional(tls.get("secretName"), &format!("{here}.secretName"), names::dns1123_subdomain));
        }
        if !spec.get("ingressClassName").is_null() {
            errors.extend(rules::follows(spec.get("ingressClassName"), "spec.ingressClassName", names::dns1123_subdomain));
        }
        errors
    }

    fn warnings(&self, ingress: &Value, old: Option<&Value>) -> Vec<String> {
        if old.is_some() || meta::annotation(ingress, CLASS_ANNOTATION).is_empty() {
            return Vec::new();
        }
        vec![format!("annotation \"{CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead")]
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Class", "Hosts", "Address", "Ports", "Age"], &[])
    }

    fn row(&self, ingress: &Value, now_ms: u64) -> Vec<Value> {
        let spec = ingress.get("spec");
        let class = if spec.get("ingressClassName").is_null() { "<none>".into() } else { spec.get("ingressClassName").clone() };
        let ports = if spec.get("tls").is_empty() { "80" } else { "80, 443" };
        vec![cells::name(ingress), class, hosts(spec.get("rules").items()).into(), address(ingress).into(), ports.into(), cells::age(ingress, now_ms)]
    }
}

fn hosts(rules: &[Value]) -> String {
    let hosts: Vec<&str> = rules.iter().map(|rule| rule.get("host").str()).filter(|host| !host.is_empty()).collect();
    match hosts.len() {
        0 => "*".into(),
        1..=SHOWN_HOSTS => hosts.join(","),
        _ => format!("{} + {} more...", hosts[..SHOWN_HOSTS].join(","), rules.len() - SHOWN_HOSTS),
    }
}

fn address(ingress: &Value) -> String {
    let balancers = ingress.path("status.loadBalancer.ingress").items();
    let mut addresses: Vec<&str> = balancers.iter().map(|one| if one.get("ip").is_empty() { one.get("hostname").str() } else { one.get("ip").str() }).collect();
    addresses.order();
    addresses.dedup();
    addresses.join(",")
}

fn host_name(host: &str) -> Vec<String> {
    if host.contains('*') { names::wildcard_dns1123_subdomain(host) } else { names::dns1123_subdomain(host) }
}

fn rule(rule: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let host = rule.get("host");
    if !host.is_empty() {
        if host.str().parse::<std::net::IpAddr>().is_ok() {
            errors.push(FieldError::invalid(format!("{field}.host"), host, "must be a DNS name, not an IP address"));
        } else {
            errors.extend(rules::follows(host, &format!("{field}.host"), host_name));
        }
    }
    let http = rule.get("http");
    if http.is_null() {
        return errors;
    }
    if http.get("paths").is_empty() {
        errors.push(FieldError::required(format!("{field}.http.paths"), ""));
    }
    for (index, path) in http.get("paths").items().iter().enumerate() {
        errors.extend(self::path(path, &format!("{field}.http.paths[{index}]")));
    }
    errors
}

fn path(path: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (text, type_) = (path.get("path"), path.get("pathType"));
    let here = format!("{field}.path");
    let shown = Value::from(text.str());
    match type_.str() {
        "" if type_.is_null() => errors.push(FieldError::required(format!("{field}.pathType"), "pathType must be specified")),
        "Exact" | "Prefix" => {
            if !text.str().starts_with('/') {
                errors.push(FieldError::invalid(here.clone(), &shown, "must be an absolute path"));
            }
            for part in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|part| text.str().contains(part)) {
                errors.push(FieldError::invalid(here.clone(), &shown, format!("must not contain '{part}'")));
            }
            for end in ["/..", "/."].into_iter().filter(|end| text.str().ends_with(end)) {
                errors.push(FieldError::invalid(here.clone(), &shown, format!("cannot end with '{end}'")));
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.str().starts_with('/') {
                errors.push(FieldError::invalid(here, &shown, "must be an absolute path"));
            }
        }
        _ => errors.push(FieldError::not_supported(format!("{field}.pathType"), type_, &PATH_TYPES)),
    }
    errors.extend(backend(path.get("backend"), &format!("{field}.backend")));
    errors
}

fn backend(backend: &Value, field: &str) -> Vec<FieldError> {
    let (service, resource) = (backend.get("service"), backend.get("resource"));
    let nothing = Value::from("");
    match (service.is_null(), resource.is_null()) {
        (false, false) => vec![FieldError::invalid(field, &nothing, "cannot set both resource and service backends")],
        (true, true) => vec![FieldError::invalid(field, &nothing, "resource or service backend is required")],
        (true, false) => {
            let mut errors = Vec::new();
            for name in ["kind", "name"].into_iter().filter(|name| resource.get(name).is_empty()) {
                errors.push(FieldError::required(format!("{field}.resource.{name}"), ""));
            }
            errors
        }
        (false, true) => {
            let mut errors = rules::required(service.get("name"), &format!("{field}.service.name"), names::dns1123_label);
            let (name, number) = (service.path("port.name"), service.path("port.number").as_i64().unwrap_or(0));
            match (name.is_empty(), number) {
                (true, 0) => errors.push(FieldError::required(field, "port name or number is required")),
                (false, 0) => errors.extend(rules::follows(name, &format!("{field}.service.port.name"), names::port_name)),
                (true, _) => errors.extend(rules::port_number(&number.into(), &format!("{field}.service.port.number"))),
                (false, _) => errors.push(FieldError::invalid(field, &nothing, "cannot set both port name & port number")),
            }
            errors
        }
    }
}
