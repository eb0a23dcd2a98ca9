//! Ingresses and IngressClasses.

use super::Context;
use super::service::endpoints_of;
use super::text::{Text, go, number, or};
use crate::api::meta;
use crate::api::resource::{ENDPOINT_SLICES, SERVICES};
use crate::value::Value;

/// An Ingress, with the endpoints behind each of its backends.
pub async fn ingress(context: &Context<'_>, text: &mut Text, object: &Value) {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.field(0, "Namespace", meta::namespace(object));
    let addresses: Vec<&str> =
        object.path("status.loadBalancer.ingress").items().iter().map(|ingress| or(ingress.get("ip"), ingress.get("hostname").str())).collect();
    text.field(0, "Address", addresses.join(","));
    text.field(0, "Ingress Class", or(spec.get("ingressClassName"), "<none>"));
    let default = spec.get("defaultBackend");
    if default.is_null() {
        text.field(0, "Default backend", "<default>");
    } else {
        text.field(0, "Default backend", backend(context, object, default).await);
    }
    let tls = spec.get("tls").items();
    if !tls.is_empty() {
        text.line(0, "TLS:");
        for entry in tls {
            let hosts: Vec<&str> = entry.get("hosts").items().iter().map(Value::str).collect();
            let secret = entry.get("secretName").str();
            let what = if secret.is_empty() { "SNI routes".to_string() } else { format!("{secret} terminates") };
            text.line(1, format!("{what} {}", hosts.join(",")));
        }
    }
    text.line(0, "Rules:");
    text.line(1, "Host\tPath\tBackends");
    text.line(1, "----\t----\t--------");
    let mut paths = 0;
    for rule in spec.get("rules").items() {
        if rule.get("http").is_null() {
            continue;
        }
        text.line(1, format!("{}\t", or(rule.get("host"), "*")));
        for path in rule.path("http.paths").items() {
            paths += 1;
            text.line(2, format!("\t{} \t{}", path.get("path").str(), backend(context, object, path.get("backend")).await));
        }
    }
    if paths == 0 {
        let words = if default.is_null() { "<default>".to_string() } else { backend(context, object, default).await };
        text.line(1, format!("*\t*\t{words}"));
    }
    text.annotations("Annotations", object.path("metadata.annotations"));
    context.events(text, object).await;
}

/// `web:80 (10.244.1.5:8080)`, or why there is nothing behind it.
async fn backend(context: &Context<'_>, ingress: &Value, backend: &Value) -> String {
    let resource = backend.get("resource");
    if !resource.is_null() {
        return format!("APIGroup: {}, Kind: {}, Name: {}", or(resource.get("apiGroup"), "<none>"), resource.get("kind").str(), resource.get("name").str());
    }
    let (name, port) = (backend.path("service.name").str(), backend.path("service.port"));
    let port = if port.get("name").is_empty() { go(port.get("number")) } else { port.get("name").str().to_string() };
    let namespace = meta::namespace(ingress);
    let Some(service) = context.get(&SERVICES, namespace, name).await else {
        return format!("{name}:{port} (<error: services \"{name}\" not found>)");
    };
    let matches = |candidate: &&Value| candidate.get("name").str() == port || number(candidate.get("port")).to_string() == port;
    let port_name = service.path("spec.ports").items().iter().find(matches).map(|found| found.get("name").str().to_string()).unwrap_or_default();
    let slices = context.list(&ENDPOINT_SLICES, namespace, &format!("kubernetes.io/service-name={name}"), "").await;
    format!("{name}:{port} ({})", endpoints_of(&slices, &port_name))
}

/// An IngressClass.
pub async fn ingress_class(context: &Context<'_>, text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.field(0, "Controller", object.path("spec.controller").str());
    let parameters = object.path("spec.parameters");
    if !parameters.is_null() {
        text.line(0, "Parameters:");
        for (title, field) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name"), ("Namespace", "namespace"), ("Scope", "scope")] {
            if !parameters.get(field).is_null() {
                text.field(1, title, parameters.get(field).str());
            }
        }
    }
    context.events(text, object).await;
}
