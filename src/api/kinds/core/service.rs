//! Services: `pkg/registry/core/service/strategy.go`. The server's allocation gives addresses and node ports.

use super::super::cells;
use super::service_validation;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Sort, Value, json};

/// The rules of Services.
pub struct ServiceStrategy;

/// The seconds for which a client keeps its endpoint (`DefaultClientIPServiceAffinitySeconds`).
const AFFINITY_SECONDS: i64 = 10_800;

impl Strategy for ServiceStrategy {
    fn default(&self, service: &mut Value) {
        let spec = service.get_mut("spec");
        if spec.get("sessionAffinity").is_empty() {
            spec.set("sessionAffinity", "None");
        }
        match spec.get("sessionAffinity").str() {
            "None" => drop(spec.remove("sessionAffinityConfig")),
            "ClientIP" => spec.set_default("sessionAffinityConfig.clientIP.timeoutSeconds", AFFINITY_SECONDS),
            _ => {}
        }
        if spec.get("type").is_empty() {
            spec.set("type", "ClusterIP");
        }
        if !spec.get("ports").is_empty() {
            for port in spec.get_mut("ports").items_mut() {
                if port.get("protocol").is_empty() {
                    port.set("protocol", "TCP");
                }
                let target = port.get("targetPort");
                if target.is_empty() || target.as_i64() == Some(0) {
                    port.set("targetPort", port.get("port").clone());
                }
            }
        }
        let type_ = spec.get("type").str().to_string();
        let is_external = matches!(type_.as_str(), "NodePort" | "LoadBalancer") || (type_ == "ClusterIP" && !spec.get("externalIPs").is_empty());
        if is_external && spec.get("externalTrafficPolicy").is_empty() {
            spec.set("externalTrafficPolicy", "Cluster");
        }
        if matches!(type_.as_str(), "ClusterIP" | "NodePort" | "LoadBalancer") {
            spec.set_default("internalTrafficPolicy", "Cluster");
        }
        if type_ == "LoadBalancer" {
            spec.set_default("allocateLoadBalancerNodePorts", true);
        }
    }

    fn prepare_for_create(&self, service: &mut Value) {
        service.set("status", json!({"loadBalancer": {}}));
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        new.set("status", old.get("status").clone());
        drop_type_dependent_fields(new, old);
    }

    fn validate(&self, service: &Value) -> Vec<FieldError> {
        service_validation::validate(service)
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = service_validation::validate_addresses_update(new, old);
        errors.extend(service_validation::validate_class_update(new, old));
        errors.extend(service_validation::validate(new));
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        names::dns1123_label(name)
    }

    fn warnings(&self, service: &Value, old: Option<&Value>) -> Vec<String> {
        let spec = service.get("spec");
        let mut warnings = Vec::new();
        let is_changed = |field: &str| old.is_none_or(|old| old.path("spec").get(field) != spec.get(field));
        let is_headless = spec.get("clusterIP").str() == "None";
        if !spec.get("externalIPs").is_empty() && spec.get("type").str() != "ExternalName" && !is_headless && is_changed("externalIPs") {
            warnings.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters".into());
        }
        if is_headless {
            if !spec.get("loadBalancerIP").is_empty() {
                warnings.push("spec.loadBalancerIP is ignored for headless services".into());
            }
            if !spec.get("externalIPs").is_empty() {
                warnings.push("spec.externalIPs is ignored for headless services".into());
            }
            if spec.get("sessionAffinity").str() != "None" {
                warnings.push("spec.SessionAffinity is ignored for headless services".into());
            }
        }
        if spec.get("type").str() != "ExternalName" && !spec.get("externalName").is_empty() {
            warnings.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".into());
        }
        if spec.get("type").str() == "ExternalName" && !spec.get("externalIPs").is_empty() {
            warnings.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".into());
        }
        if spec.get("trafficDistribution").str() == "PreferClose" && is_changed("trafficDistribution") {
            warnings.push("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"".into());
        }
        warnings
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"], &["Selector"])
    }

    fn row(&self, service: &Value, now_ms: u64) -> Vec<Value> {
        let spec = service.get("spec");
        let internal = match spec.get("clusterIPs").items().first() {
            Some(address) => address.clone(),
            None => cells::or(spec.get("clusterIP"), "<none>"),
        };
        vec![
            cells::name(service),
            spec.get("type").clone(),
            internal,
            external_address(service).into(),
            ports(spec.get("ports")).into(),
            cells::age(service, now_ms),
            cells::label_map(spec.get("selector")),
        ]
    }

    fn selectable_fields(&self, service: &Value) -> Vec<(&'static str, String)> {
        ["spec.clusterIP", "spec.type"].map(|field| (field, service.path(field).str().to_string())).to_vec()
    }
}

/// Fields that mean nothing for the new type go, unless they were set anew (`dropTypeDependentFields`).
fn drop_type_dependent_fields(new: &mut Value, old: &Value) {
    let type_ = |service: &Value| service.path("spec.type").str().to_string();
    let (before, after) = (type_(old), type_(new));
    let drops = |needs: fn(&str) -> bool| needs(&before) && !needs(&after);
    let is_external = |type_: &str| matches!(type_, "NodePort" | "LoadBalancer");
    let is_balanced = |type_: &str| type_ == "LoadBalancer";
    let mut fields: Vec<&str> = Vec::new();
    if drops(is_external) {
        fields.push("externalTrafficPolicy");
        for index in 0..new.path("spec.ports").items().len() {
            let node_port = new.path("spec.ports").items()[index].get("nodePort").clone();
            let is_kept = !node_port.is_null() && !old.path("spec.ports").items().iter().any(|port| *port.get("nodePort") == node_port);
            if !is_kept {
                new.path_mut("spec.ports").items_mut()[index].remove("nodePort");
            }
        }
    }
    if drops(|type_| type_ != "ExternalName") {
        fields.push("internalTrafficPolicy");
    }
    if drops(is_balanced) {
        fields.extend(["healthCheckNodePort", "allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    for field in fields {
        if new.path("spec").get(field) == old.path("spec").get(field) {
            new.path_mut("spec").remove(field);
        }
    }
}

/// Where the Service can be reached from outside (`getServiceExternalIP`).
fn external_address(service: &Value) -> String {
    let spec = service.get("spec");
    let external: Vec<&str> = spec.get("externalIPs").items().iter().map(Value::str).collect();
    let joined = |addresses: Vec<&str>| if addresses.is_empty() { "<none>".to_string() } else { addresses.join(",") };
    match spec.get("type").str() {
        "ClusterIP" | "NodePort" => joined(external),
        "LoadBalancer" => {
            let mut addresses: Vec<&str> = service
                .path("status.loadBalancer.ingress")
                .items()
                .iter()
                .map(|ingress| if ingress.get("ip").is_empty() { ingress.get("hostname").str() } else { ingress.get("ip").str() })
                .collect();
            addresses.order();
            addresses.dedup();
            if addresses.is_empty() && external.is_empty() {
                return "<pending>".into();
            }
            addresses.extend(external);
            addresses.join(",")
        }
        "ExternalName" => spec.get("externalName").str().to_string(),
        _ => "<unknown>".into(),
    }
}

/// `8081:30081/TCP,80/TCP` (`makePortString`).
fn ports(ports: &Value) -> String {
    let one = |port: &Value| {
        let (number, protocol) = (port.get("port").as_i64().unwrap_or(0), port.get("protocol").str());
        match port.get("nodePort").as_i64() {
            Some(node_port) if node_port > 0 => format!("{number}:{node_port}/{protocol}"),
            _ => format!("{number}/{protocol}"),
        }
    };
    if ports.is_empty() { "<none>".into() } else { ports.items().iter().map(one).collect::<Vec<_>>().join(",") }
}
