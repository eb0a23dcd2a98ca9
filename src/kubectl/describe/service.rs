//! Services, Endpoints and EndpointSlices.

use super::Context;
use super::config::head;
use super::text::{Text, flag, go, join, number, or};
use crate::api::kinds::cells;
use crate::api::meta;
use crate::api::resource::ENDPOINT_SLICES;
use crate::value::Value;

/// How many endpoints are named before `+ N more...`.
const SHOWN: usize = 3;

/// A Service.
pub async fn service(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    head(text, object);
    text.field(0, "Selector", cells::label_map(spec.get("selector")).str());
    text.field(0, "Type", spec.get("type").str());
    if !spec.get("ipFamilyPolicy").is_empty() {
        text.field(0, "IP Family Policy", spec.get("ipFamilyPolicy").str());
    }
    let families = spec.get("ipFamilies");
    text.field(0, "IP Families", if families.is_empty() { "<none>".into() } else { join(families, ",") });
    text.field(0, "IP", spec.get("clusterIP").str());
    let addresses = spec.get("clusterIPs");
    text.field(0, "IPs", if addresses.is_empty() { "<none>".into() } else { join(addresses, ",") });
    if !spec.get("externalIPs").is_empty() {
        text.field(0, "External IPs", join(spec.get("externalIPs"), ","));
    }
    if !spec.get("loadBalancerIP").is_empty() {
        text.field(0, "Desired LoadBalancer IP", spec.get("loadBalancerIP").str());
    }
    if !spec.get("externalName").is_empty() {
        text.field(0, "External Name", spec.get("externalName").str());
    }
    let ingress: Vec<String> = status.path("loadBalancer.ingress").items().iter().map(ingress_words).collect();
    if !ingress.is_empty() {
        text.field(0, "LoadBalancer Ingress", ingress.join(", "));
    }
    let label = format!("kubernetes.io/service-name={}", meta::name(object));
    let slices = context.list(&ENDPOINT_SLICES, meta::namespace(object), &label, "").await;
    for port in spec.get("ports").items() {
        text.field(0, "Port", format!("{}\t{}/{}", or(port.get("name"), "<unset>"), number(port.get("port")), port.get("protocol").str()));
        let target = port.get("targetPort");
        text.field(0, "TargetPort", format!("{}/{}", go(target), port.get("protocol").str()));
        if number(port.get("nodePort")) != 0 {
            text.field(0, "NodePort", format!("{}\t{}/{}", or(port.get("name"), "<unset>"), number(port.get("nodePort")), port.get("protocol").str()));
        }
        text.field(0, "Endpoints", endpoints_of(&slices, port.get("name").str()));
    }
    text.field(0, "Session Affinity", spec.get("sessionAffinity").str());
    for (title, field) in [
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
        ("TrafficDistribution", "trafficDistribution"),
    ] {
        if !spec.get(field).is_empty() {
            text.field(0, title, spec.get(field).str());
        }
    }
    if number(spec.get("healthCheckNodePort")) != 0 {
        text.field(0, "HealthCheck NodePort", number(spec.get("healthCheckNodePort")).to_string());
    }
    if !spec.get("loadBalancerSourceRanges").is_empty() {
        text.field(0, "LoadBalancer Source Ranges", join(spec.get("loadBalancerSourceRanges"), ","));
    }
    context.events(text, object).await;
}

fn ingress_words(ingress: &Value) -> String {
    let mode = ingress.get("ipMode").str();
    match (ingress.get("ip").str(), mode) {
        ("", _) => ingress.get("hostname").str().to_string(),
        (ip, "") => ip.to_string(),
        (ip, mode) => format!("{ip} ({mode})"),
    }
}

/// `10.244.1.5:8080,10.244.2.7:8080`, those that are ready; empty where there are slices without any.
pub fn endpoints_of(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".into();
    }
    let mut all = Vec::new();
    for slice in slices {
        let ready = || slice.get("endpoints").items().iter().filter(|endpoint| endpoint.path("conditions.ready").as_bool() != Some(false));
        let addresses = || ready().flat_map(|endpoint| endpoint.get("addresses").items()).map(Value::str);
        let ports = slice.get("ports").items();
        // A slice for a named port that no container has is without ports.
        if ports.is_empty() {
            all.extend(addresses().map(str::to_string));
        }
        for port in ports.iter().filter(|port| port_name.is_empty() || port.get("name").str() == port_name) {
            all.extend(addresses().map(|address| format!("{address}:{}", number(port.get("port")))));
        }
    }
    let more = all.len().saturating_sub(SHOWN);
    let list = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(",");
    if more > 0 { format!("{list} + {more} more...") } else { list }
}

/// An Endpoints object.
pub async fn endpoints(context: &Context<'_>, text: &mut Text, object: &Value) {
    head(text, object);
    text.line(0, "Subsets:");
    for subset in object.get("subsets").items() {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let addresses: Vec<&str> = subset.get(field).items().iter().map(|address| address.get("ip").str()).collect();
            text.field(1, title, if addresses.is_empty() { "<none>".into() } else { addresses.join(",") });
        }
        if !subset.get("ports").items().is_empty() {
            text.line(1, "Ports:");
            text.line(2, "Name\tPort\tProtocol");
            text.line(2, "----\t----\t--------");
            for port in subset.get("ports").items() {
                text.line(2, format!("{}\t{}\t{}", or(port.get("name"), "<unset>"), number(port.get("port")), port.get("protocol").str()));
            }
        }
        text.line(0, "");
    }
    context.events(text, object).await;
}

/// An EndpointSlice.
pub async fn endpoint_slice(context: &Context<'_>, text: &mut Text, object: &Value) {
    head(text, object);
    text.field(0, "AddressType", object.get("addressType").str());
    let ports = object.get("ports").items();
    if ports.is_empty() {
        text.line(0, "Ports: <unset>");
    } else {
        text.line(0, "Ports:");
        text.line(1, "Name\tPort\tProtocol");
        text.line(1, "----\t----\t--------");
        for port in ports {
            let number = if port.get("port").is_null() { "<unset>".into() } else { go(port.get("port")) };
            text.line(1, format!("{}\t{number}\t{}", or(port.get("name"), "<unset>"), port.get("protocol").str()));
        }
    }
    let endpoints = object.get("endpoints").items();
    if endpoints.is_empty() {
        text.line(0, "Endpoints: <none>");
    } else {
        text.line(0, "Endpoints:");
    }
    for endpoint in endpoints {
        text.field(1, "- Addresses", join(endpoint.get("addresses"), ", "));
        text.line(2, "Conditions:");
        for (title, field) in [("Ready", "ready"), ("Serving", "serving"), ("Terminating", "terminating")] {
            let value = endpoint.path("conditions").get(field);
            if field == "ready" || !value.is_null() {
                text.field(3, title, if value.is_null() { "<unset>".into() } else { flag(value).to_string() });
            }
        }
        text.field(2, "Hostname", or(endpoint.get("hostname"), "<unset>"));
        let target = endpoint.get("targetRef");
        if !target.is_null() {
            text.field(2, "TargetRef", format!("{}/{}", target.get("kind").str(), target.get("name").str()));
        }
        text.field(2, "NodeName", or(endpoint.get("nodeName"), "<unset>"));
        text.field(2, "Zone", or(endpoint.get("zone"), "<unset>"));
    }
    context.events(text, object).await;
}
