//! Services.

use super::text::{Text, format_labels, plain};
use crate::api::meta;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{SmolStr, Value};

/// So many endpoints are named.
const MAX_ENDPOINTS: usize = 3;

pub(super) async fn describe(invocation: &Invocation, service: &Value, text: &mut Text) -> Result<(), Failure> {
    let spec = service.get("spec");
    text.head(service);
    text.field(0, "Selector", format_labels(spec.get("selector").fields()));
    text.field(0, "Type", spec.get("type").str());
    if !spec.get("ipFamilyPolicy").is_empty() {
        text.field(0, "IP Family Policy", spec.get("ipFamilyPolicy").str());
    }
    if !spec.get("ipFamilies").items().is_empty() {
        text.field(0, "IP Families", joined(spec.get("ipFamilies")));
    } else {
        text.field(0, "IP Families", "<none>");
    }
    text.field(0, "IP", spec.get("clusterIP").str());
    text.field(0, "IPs", if spec.get("clusterIPs").items().is_empty() { "<none>".into() } else { joined(spec.get("clusterIPs")) });
    if !spec.get("externalIPs").items().is_empty() {
        text.field(0, "External IPs", joined(spec.get("externalIPs")));
    }
    if !spec.get("loadBalancerIP").is_empty() {
        text.field(0, "Desired LoadBalancer IP", spec.get("loadBalancerIP").str());
    }
    if !spec.get("externalName").is_empty() {
        text.field(0, "External Name", spec.get("externalName").str());
    }
    let ingress = service.path("status.loadBalancer.ingress").items();
    if !ingress.is_empty() {
        let addresses = ingress.iter().map(|entry| {
            let mode = entry.get("ipMode").str();
            let address = if entry.get("ip").is_empty() { entry.get("hostname").str() } else { entry.get("ip").str() };
            if mode.is_empty() { address.to_string() } else { format!("{address} ({mode})") }
        });
        text.field(0, "LoadBalancer Ingress", addresses.collect::<Vec<_>>().join(", "));
    }
    let slices = endpoint_slices(invocation, service).await?;
    for port in spec.get("ports").items() {
        one_port(port, &slices, text);
    }
    text.field(0, "Session Affinity", spec.get("sessionAffinity").str());
    for (field, title) in [
        ("externalTrafficPolicy", "External Traffic Policy"),
        ("healthCheckNodePort", "HealthCheck NodePort"),
        ("internalTrafficPolicy", "Internal Traffic Policy"),
    ] {
        if !spec.get(field).is_empty() && spec.get(field).as_i64() != Some(0) {
            text.field(0, title, plain(spec.get(field)));
        }
    }
    if !spec.get("trafficDistribution").is_empty() {
        text.field(0, "Traffic Distribution", spec.get("trafficDistribution").str());
    }
    if !spec.get("loadBalancerSourceRanges").items().is_empty() {
        text.field(0, "LoadBalancer Source Ranges", joined(spec.get("loadBalancerSourceRanges")));
    }
    Ok(())
}

fn joined(list: &Value) -> String {
    list.items().iter().map(Value::str).collect::<Vec<_>>().join(",")
}

fn one_port(port: &Value, slices: &[Value], text: &mut Text) {
    let name = port.get("name").str();
    let (shown, protocol) = (if name.is_empty() { "<unset>" } else { name }, port.get("protocol").str());
    text.line(0, format!("Port:\t{shown}\t{}/{protocol}", plain(port.get("port"))));
    text.field(0, "TargetPort", format!("{}/{protocol}", plain(port.get("targetPort"))));
    if let Some(node_port) = port.get("nodePort").as_i64().filter(|port| *port != 0) {
        text.line(0, format!("NodePort:\t{shown}\t{node_port}/{protocol}"));
    }
    if !port.get("appProtocol").is_empty() {
        text.field(0, "AppProtocol", port.get("appProtocol").str());
    }
    text.field(0, "Endpoints", endpoints(slices, name));
}

/// The EndpointSlices of a Service.
pub(super) async fn endpoint_slices(invocation: &Invocation, service: &Value) -> Result<Vec<Value>, Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "endpointslices.discovery.k8s.io")?;
    let options = Options { label_selector: SmolStr::from(format!("kubernetes.io/service-name={}", meta::name(service))), ..Options::default() };
    invocation.list(&mapping, meta::namespace(service), options).await
}

/// The first ready addresses behind a port: `10.244.1.5:80,10.244.2.3:80 + 2 more...`.
pub(super) fn endpoints(slices: &[Value], port_name: &str) -> String {
    if slices.is_empty() {
        return "<none>".into();
    }
    let mut all = Vec::new();
    for slice in slices {
        let ports = slice.get("ports").items();
        if ports.is_empty() {
            let ready = slice.get("endpoints").items().iter().filter(|endpoint| endpoint.path("conditions.ready").as_bool() != Some(false));
            all.extend(ready.map(|endpoint| endpoint.get("addresses").items().first().map_or("", Value::str).to_string()));
        }
        for port in ports.iter().filter(|port| port.get("name").str() == port_name) {
            for endpoint in slice.get("endpoints").items().iter().filter(|endpoint| endpoint.path("conditions.ready").as_bool() != Some(false)) {
                let address = endpoint.get("addresses").items().first().map_or("", Value::str);
                let address = if address.contains(':') { format!("[{address}]") } else { address.to_string() };
                all.push(format!("{address}:{}", plain(port.get("port"))));
            }
        }
    }
    let named = all.iter().take(MAX_ENDPOINTS).cloned().collect::<Vec<_>>().join(",");
    if all.len() > MAX_ENDPOINTS { format!("{named} + {} more...", all.len() - MAX_ENDPOINTS) } else { named }
}
