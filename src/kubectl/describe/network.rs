//! Ingresses, IngressClasses, NetworkPolicies, Endpoints and EndpointSlices.

use super::service::{endpoint_slices, endpoints};
use super::text::{Text, or_none, plain};
use crate::api::{meta, time};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::pods::selector_text;
use crate::kubectl::resources;
use crate::value::Value;

pub(super) async fn describe(invocation: &Invocation, kind: &str, object: &Value, text: &mut Text) -> Result<(), Failure> {
    match kind {
        "Ingress" => return ingress(invocation, object, text).await,
        "IngressClass" => ingress_class(object, text),
        "NetworkPolicy" => network_policy(object, text),
        "Endpoints" => endpoints_object(object, text),
        _ => endpoint_slice(object, text),
    }
    Ok(())
}

async fn ingress(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.field(0, "Namespace", meta::namespace(object));
    let addresses: Vec<&str> = object
        .path("status.loadBalancer.ingress")
        .items()
        .iter()
        .map(|entry| if entry.get("ip").is_empty() { entry.get("hostname").str() } else { entry.get("ip").str() })
        .collect();
    text.field(0, "Address", addresses.join(","));
    text.field(0, "Ingress Class", or_none(spec.get("ingressClassName").str()));
    let fallback = spec.get("defaultBackend");
    if fallback.is_null() {
        text.line(0, "Default backend:\t<default>");
    } else {
        text.field(0, "Default backend", backend(invocation, object, fallback).await);
    }
    let tls = spec.get("tls").items();
    if !tls.is_empty() {
        text.line(0, "TLS:");
        for entry in tls {
            let hosts: Vec<&str> = entry.get("hosts").items().iter().map(Value::str).collect();
            let secret = entry.get("secretName").str();
            text.line(1, if secret.is_empty() { format!("SNI routes {}", hosts.join(",")) } else { format!("{secret} terminates {}", hosts.join(",")) });
        }
    }
    text.line(0, "Rules:\n  Host\tPath\tBackends");
    text.line(1, "----\t----\t--------");
    let mut count = 0;
    for rule in spec.get("rules").items().iter().filter(|rule| !rule.get("http").is_null()) {
        count += 1;
        let host = rule.get("host").str();
        text.line(1, format!("{}\t", if host.is_empty() { "*" } else { host }));
        for path in rule.path("http.paths").items() {
            let target = backend(invocation, object, path.get("backend")).await;
            text.line(1, format!("  \t{} \t{target}", path.get("path").str()));
        }
    }
    if count == 0 {
        let target = if fallback.is_null() { "<default>".to_string() } else { backend(invocation, object, fallback).await };
        text.line(1, format!("*\t* \t{target}"));
    }
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    Ok(())
}

/// `service:port (addresses)`.
async fn backend(invocation: &Invocation, ingress: &Value, backend: &Value) -> String {
    let service = backend.get("service");
    if service.is_null() {
        let resource = backend.get("resource");
        return format!("APIGroup: {}, Kind: {}, Name: {}", or_none(resource.get("apiGroup").str()), resource.get("kind").str(), resource.get("name").str());
    }
    let port = service.get("port");
    let shown = if port.get("name").is_empty() { plain(port.get("number")) } else { port.get("name").str().to_string() };
    let name = service.get("name").str();
    let found = match resources::resolve(&invocation.session.registry(), "services") {
        Ok(mapping) => invocation.get(&mapping, meta::namespace(ingress), name).await,
        Err(failure) => Err(failure),
    };
    let behind = match found {
        Err(failure) => format!("<error: {}>", failure.message()),
        Ok(object) => {
            let ports = object.path("spec.ports").items();
            let matching = ports.iter().find(|candidate| {
                if port.get("name").is_empty() { candidate.get("port") == port.get("number") } else { candidate.get("name") == port.get("name") }
            });
            let slices = endpoint_slices(invocation, &object).await.unwrap_or_default();
            let slices_of_port = endpoints(&slices, matching.map_or("", |port| port.get("name").str()));
            if matching.is_none() { String::new() } else { slices_of_port }
        }
    };
    format!("{name}:{shown} ({behind})")
}

fn ingress_class(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    text.field(0, "Controller", object.path("spec.controller").str());
    let parameters = object.path("spec.parameters");
    if !parameters.is_null() {
        text.line(0, "Parameters:");
        for (field, title) in [("apiGroup", "APIGroup"), ("kind", "Kind"), ("name", "Name")] {
            if !parameters.get(field).is_empty() {
                text.field(1, title, parameters.get(field).str());
            }
        }
    }
}

fn network_policy(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    let created = time::parse_rfc3339(object.path("metadata.creationTimestamp").str()).map(time::rfc3339).unwrap_or_default();
    text.field(0, "Created on", format!("{} +0000 UTC", created.trim_end_matches('Z').replace('T', " ")));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    let spec = object.get("spec");
    text.line(0, "Spec:");
    let selector = selector_text(spec.get("podSelector"));
    let all = "<none> (Allowing the specific traffic to all pods in this namespace)".to_string();
    text.line(1, format!("PodSelector:     {}", if selector.is_empty() { all } else { selector }));
    let types: Vec<&str> = spec.get("policyTypes").items().iter().map(Value::str).collect();
    for (direction, field, peers, to) in [("Ingress", "ingress", "from", "From"), ("Egress", "egress", "to", "To")] {
        let low = direction.to_lowercase();
        if types.contains(&direction) {
            text.line(1, format!("Allowing {low} traffic:"));
            rules(spec.get(field).items(), &low, peers, to, text);
        } else {
            text.line(1, format!("Not affecting {low} traffic"));
        }
    }
    text.line(1, format!("Policy Types: {}", types.join(", ")));
}

fn rules(rules: &[Value], direction: &str, peers: &str, title: &str, text: &mut Text) {
    if rules.is_empty() {
        return text.line(2, format!("<none> (Selected pods are isolated for {direction} connectivity)"));
    }
    for (index, rule) in rules.iter().enumerate() {
        let ports = rule.get("ports").items();
        if ports.is_empty() {
            text.line(2, "To Port: <any> (traffic allowed to all ports)");
        }
        for port in ports {
            let protocol = if port.get("protocol").is_empty() { "TCP" } else { port.get("protocol").str() };
            let number = if port.get("port").is_null() { "<any>".to_string() } else { plain(port.get("port")) };
            match port.get("endPort").as_i64() {
                Some(end) => text.line(2, format!("To Port Range: {number}-{end}/{protocol}")),
                None => text.line(2, format!("To Port: {number}/{protocol}")),
            }
        }
        let all = rule.get(peers).items();
        if all.is_empty() {
            let words = if direction == "ingress" { "traffic not restricted by source" } else { "traffic not restricted by destination" };
            text.line(2, format!("{title}: <any> ({words})"));
        }
        for peer in all {
            text.line(2, format!("{title}:"));
            one_peer(peer, text);
        }
        if index + 1 < rules.len() {
            text.line(2, "----------");
        }
    }
}

fn one_peer(peer: &Value, text: &mut Text) {
    let (namespace, pod, block) = (peer.get("namespaceSelector"), peer.get("podSelector"), peer.get("ipBlock"));
    let shown = |selector: &Value| {
        let text = selector_text(selector);
        if text.is_empty() { "<none>".to_string() } else { text }
    };
    if !namespace.is_null() {
        text.line(3, format!("NamespaceSelector: {}", shown(namespace)));
    }
    if !pod.is_null() {
        text.line(3, format!("PodSelector: {}", shown(pod)));
    }
    if !block.is_null() {
        text.line(3, "IPBlock:");
        text.line(4, format!("CIDR: {}", block.get("cidr").str()));
        let except: Vec<&str> = block.get("except").items().iter().map(Value::str).collect();
        text.line(4, format!("Except: {}", except.join(", ")));
    }
}

fn endpoints_object(object: &Value, text: &mut Text) {
    text.head(object);
    text.line(0, "Subsets:");
    for subset in object.get("subsets").items() {
        for (field, title) in [("addresses", "Addresses"), ("notReadyAddresses", "NotReadyAddresses")] {
            let addresses: Vec<&str> = subset.get(field).items().iter().map(|address| address.get("ip").str()).collect();
            text.field(1, title, or_none(&addresses.join(",")));
        }
        ports(subset.get("ports").items(), text);
        text.line(0, "");
    }
}

fn ports(ports: &[Value], text: &mut Text) {
    if ports.is_empty() {
        return;
    }
    text.line(1, "Ports:");
    text.line(2, "Name\tPort\tProtocol");
    text.line(2, "----\t----\t--------");
    for port in ports {
        let name = port.get("name").str();
        text.line(2, format!("{}\t{}\t{}", if name.is_empty() { "<unset>" } else { name }, plain(port.get("port")), port.get("protocol").str()));
    }
}

fn endpoint_slice(object: &Value, text: &mut Text) {
    text.head(object);
    text.field(0, "AddressType", object.get("addressType").str());
    let all = object.get("ports").items();
    if all.is_empty() {
        text.line(0, "Ports: <unset>");
    } else {
        text.line(0, "Ports:");
        text.line(1, "Name\tPort\tProtocol");
        text.line(1, "----\t----\t--------");
        for port in all {
            let name = port.get("name").str();
            let number = if port.get("port").is_null() { "<unset>".into() } else { plain(port.get("port")) };
            text.line(1, format!("{}\t{number}\t{}", if name.is_empty() { "<unset>" } else { name }, port.get("protocol").str()));
        }
    }
    let endpoints = object.get("endpoints").items();
    if endpoints.is_empty() {
        return text.line(0, "Endpoints: <none>");
    }
    text.line(0, "Endpoints:");
    for endpoint in endpoints {
        let addresses: Vec<&str> = endpoint.get("addresses").items().iter().map(Value::str).collect();
        text.line(1, format!("- Addresses:\t{}", addresses.join(", ")));
        text.line(2, "Conditions:");
        for (field, title) in [("ready", "Ready"), ("serving", "Serving"), ("terminating", "Terminating")] {
            let flag = endpoint.get("conditions").get(field);
            if field == "ready" || !flag.is_null() {
                text.field(3, title, if flag.is_null() { "<unset>".into() } else { plain(flag) });
            }
        }
        text.field(2, "Hostname", if endpoint.get("hostname").is_empty() { "<unset>" } else { endpoint.get("hostname").str() });
        let target = endpoint.get("targetRef");
        if !target.is_null() {
            text.field(2, "TargetRef", format!("{}/{}", target.get("kind").str(), target.get("name").str()));
        }
        text.field(2, "NodeName", if endpoint.get("nodeName").is_empty() { "<unset>" } else { endpoint.get("nodeName").str() });
        text.field(2, "Zone", if endpoint.get("zone").is_empty() { "<unset>" } else { endpoint.get("zone").str() });
    }
}
