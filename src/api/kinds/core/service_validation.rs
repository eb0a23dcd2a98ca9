//! What may be wrong with a Service (`pkg/apis/core/validation/validation.go`, ValidateService).

use super::super::rules;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::names;
use crate::value::{SortedSet, Value};

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const TRAFFIC_POLICIES: [&str; 2] = ["Cluster", "Local"];
/// A day: the longest time for which a client keeps its endpoint.
const MAX_AFFINITY_SECONDS: i64 = 86_400;
/// A load balancer must not open the kubelet's port to the world.
const KUBELET_PORT: i64 = 10_250;

/// What is wrong with a Service.
pub fn validate(service: &Value) -> Vec<FieldError> {
    let spec = service.get("spec");
    let type_ = spec.get("type").str();
    let mut errors = families(spec);
    if !errors.is_empty() {
        // Addresses are checked before everything else, when they are given out.
        return errors;
    }
    let ports = spec.get("ports").items();
    let is_headless = is_headless(spec);
    if ports.is_empty() && !is_headless && type_ != "ExternalName" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    errors.extend(by_type(spec));
    errors.extend(self::ports(ports));
    errors.extend(rules::labels(spec.get("selector"), "spec.selector"));
    errors.extend(affinity(spec));
    for (index, address) in spec.get("externalIPs").items().iter().enumerate() {
        errors.extend(external_address(address, &format!("spec.externalIPs[{index}]")));
    }
    errors.extend(rules::one_of(spec.get("type"), "spec.type", &TYPES));
    if type_ == "ClusterIP" {
        for (index, _) in ports.iter().enumerate().filter(|(_, port)| port.get("nodePort").as_i64().unwrap_or(0) != 0) {
            errors.push(FieldError::forbidden(format!("spec.ports[{index}].nodePort"), "may not be used when `type` is 'ClusterIP'"));
        }
    }
    errors.extend(duplicates(ports));
    errors.extend(load_balancer(spec));
    errors.extend(traffic(spec));
    errors
}

fn is_headless(spec: &Value) -> bool {
    spec.get("clusterIP").str() == "None" || spec.get("clusterIPs").items().first().is_some_and(|first| first.str() == "None")
}

fn by_type(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_ = spec.get("type").str();
    match type_ {
        "LoadBalancer" => {
            for (index, port) in spec.get("ports").items().iter().enumerate() {
                if port.get("port").as_i64() == Some(KUBELET_PORT) {
                    let why = format!("may not expose port {KUBELET_PORT} externally since it is used by kubelet");
                    errors.push(FieldError::invalid(format!("spec.ports[{index}]"), port.get("port"), why));
                }
            }
        }
        "ExternalName" => {
            for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
                if !spec.get(field).is_empty() || (field == "clusterIPs" && !spec.get("clusterIP").is_empty()) {
                    errors.push(FieldError::forbidden(format!("spec.{field}"), "may not be set for ExternalName services"));
                }
            }
            let name = spec.get("externalName");
            let name = Value::from(name.str().strip_suffix('.').unwrap_or(name.str()));
            errors.extend(rules::required(&name, "spec.externalName", names::dns1123_subdomain));
        }
        _ => {}
    }
    errors
}

fn ports(ports: &[Value]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = SortedSet::new();
    for (index, port) in ports.iter().enumerate() {
        let here = format!("spec.ports[{index}]");
        let name = port.get("name");
        if name.is_empty() && ports.len() > 1 {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else if !name.is_empty() {
            errors.extend(rules::follows(name, &format!("{here}.name"), names::dns1123_label));
            if !seen.insert(name.str()) {
                errors.push(FieldError::duplicate(format!("{here}.name"), name));
            }
        }
        errors.extend(rules::port_number(port.get("port"), &format!("{here}.port")));
        errors.extend(rules::one_of(port.get("protocol"), &format!("{here}.protocol"), &PROTOCOLS));
        errors.extend(rules::port_number_or_name(port.get("targetPort"), &format!("{here}.targetPort")));
        if let Some(protocol) = port.get("appProtocol").as_str() {
            errors.extend(rules::follows(&protocol.into(), &format!("{here}.appProtocol"), names::qualified_name));
        }
    }
    errors
}

fn affinity(spec: &Value) -> Vec<FieldError> {
    let kind = spec.get("sessionAffinity");
    let mut errors = rules::one_of(kind, "spec.sessionAffinity", &["ClientIP", "None"]);
    let config = spec.get("sessionAffinityConfig");
    let seconds = config.path("clientIP.timeoutSeconds");
    match kind.str() {
        "ClientIP" if !(1..=MAX_AFFINITY_SECONDS).contains(&seconds.as_i64().unwrap_or(0)) => {
            let why = format!("must be greater than 0 and less than {MAX_AFFINITY_SECONDS}");
            errors.push(FieldError::invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", &rules::number_or_zero(seconds), why));
        }
        "None" if !config.is_null() => {
            errors.push(FieldError::forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None"));
        }
        _ => {}
    }
    errors
}

/// The families and addresses, as far as they can be judged without knowing who has which.
fn families(spec: &Value) -> Vec<FieldError> {
    if spec.get("type").str() == "ExternalName" {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let families = spec.get("ipFamilies").items();
    for (index, family) in families.iter().enumerate() {
        let here = format!("spec.ipFamilies[{index}]");
        if !["IPv4", "IPv6"].contains(&family.str()) {
            errors.push(FieldError::not_supported(here, family, &["IPv4", "IPv6"]));
        } else if families[..index].contains(family) {
            errors.push(FieldError::duplicate(here, family));
        }
    }
    if families.len() > 2 {
        errors.push(FieldError::invalid("spec.ipFamilies", spec.get("ipFamilies"), "may only hold up to 2 values"));
    }
    let policy = spec.get("ipFamilyPolicy");
    const POLICIES: [&str; 3] = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    if !policy.is_empty() && !POLICIES.contains(&policy.str()) {
        errors.push(FieldError::not_supported("spec.ipFamilyPolicy", policy, &POLICIES));
    }
    let (address, addresses) = (spec.get("clusterIP"), spec.get("clusterIPs").items());
    if !address.is_empty() && addresses.first().is_some_and(|first| first != address) {
        errors.push(FieldError::invalid("spec.clusterIPs", spec.get("clusterIPs"), "first value must match `clusterIP`"));
        return errors;
    }
    let all = if addresses.is_empty() && !address.is_empty() { std::slice::from_ref(address) } else { addresses };
    for (index, address) in all.iter().enumerate() {
        let here = format!("spec.clusterIPs[{index}]");
        if address.str() == "None" {
            if all.len() > 1 {
                errors.push(FieldError::invalid(here, address, "'None' must be the first and only value"));
            }
        } else {
            errors.extend(rules::ip_address(address, &here));
        }
    }
    let type_ = spec.get("type").str();
    if is_headless(spec) && matches!(type_, "LoadBalancer" | "NodePort") {
        errors.push(FieldError::invalid("spec.clusterIPs[0]", &"None".into(), format!("may not be set to 'None' for {type_} services")));
    }
    // The reference cluster's network has one family.
    if errors.is_empty() {
        if policy.str() == "RequireDualStack" && !(all.iter().any(|address| address.str() == "None") && spec.get("selector").is_empty()) {
            errors.push(FieldError::invalid("spec.ipFamilyPolicy", policy, "this cluster is not configured for dual-stack services"));
        }
        for (index, family) in families.iter().enumerate().filter(|(_, family)| family.str() == "IPv6") {
            if !(is_headless(spec) && spec.get("selector").is_empty()) {
                errors.push(FieldError::invalid(format!("spec.ipFamilies[{index}]"), family, "not configured on this cluster"));
            }
        }
    }
    errors
}

fn external_address(address: &Value, field: &str) -> Vec<FieldError> {
    let errors = rules::ip_address(address, field);
    if !errors.is_empty() {
        return errors;
    }
    special_address(address, field)
}

/// Addresses that are nobody's to serve (`ValidateNonSpecialIP`).
pub fn special_address(address: &Value, field: &str) -> Vec<FieldError> {
    let Ok(parsed) = address.str().parse::<std::net::IpAddr>() else { return Vec::new() };
    let is_link_local = match parsed {
        std::net::IpAddr::V4(v4) => v4.is_link_local(),
        std::net::IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    let is_link_local_multicast = match parsed {
        std::net::IpAddr::V4(v4) => v4.octets()[..3] == [224, 0, 0],
        std::net::IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
    };
    [
        (parsed.is_unspecified(), format!("may not be unspecified ({})", address.str())),
        (parsed.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)".to_string()),
        (is_link_local, "may not be in the link-local range (169.254.0.0/16, fe80::/10)".to_string()),
        (is_link_local_multicast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)".to_string()),
    ]
    .into_iter()
    .filter(|(is_special, _)| *is_special)
    .map(|(_, why)| FieldError::invalid(field, address, why))
    .collect()
}

/// No port or node port is there twice for the same protocol.
fn duplicates(ports: &[Value]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let same = |a: &Value, b: &Value, field: &str| a.get("protocol") == b.get("protocol") && a.get(field) == b.get(field);
    for (index, port) in ports.iter().enumerate() {
        let has_node_port = port.get("nodePort").as_i64().unwrap_or(0) != 0;
        if has_node_port && ports[..index].iter().any(|other| same(port, other, "nodePort")) {
            errors.push(FieldError::duplicate(format!("spec.ports[{index}].nodePort"), port.get("nodePort")));
        }
    }
    for (index, port) in ports.iter().enumerate() {
        if ports[..index].iter().any(|other| same(port, other, "port")) {
            // The key of upstream's search is shown: a port with nothing but these two set.
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                port.get("protocol"),
                rules::number_or_zero(port.get("port"))
            );
            errors.push(FieldError { type_: ErrorType::Duplicate, field: format!("spec.ports[{index}]"), shown, detail: String::new() });
        }
    }
    errors
}

fn load_balancer(spec: &Value) -> Vec<FieldError> {
    let is_balanced = spec.get("type").str() == "LoadBalancer";
    let only = "may only be used when `type` is 'LoadBalancer'";
    let mut errors = Vec::new();
    let ranges = spec.get("loadBalancerSourceRanges").items();
    if !ranges.is_empty() {
        if !is_balanced {
            errors.push(FieldError::forbidden("spec.LoadBalancerSourceRanges", only));
        }
        for (index, range) in ranges.iter().enumerate() {
            errors.extend(source_range(range, &format!("spec.LoadBalancerSourceRanges[{index}]")));
        }
    }
    if is_balanced {
        if spec.get("allocateLoadBalancerNodePorts").is_null() {
            errors.push(FieldError::required("spec.allocateLoadBalancerNodePorts", ""));
        }
    } else if !spec.get("allocateLoadBalancerNodePorts").is_null() {
        errors.push(FieldError::forbidden("spec.allocateLoadBalancerNodePorts", only));
    }
    let class = spec.get("loadBalancerClass");
    if !class.is_null() {
        if is_balanced {
            errors.extend(rules::follows(class, "spec.loadBalancerClass", names::qualified_name));
        } else {
            errors.push(FieldError::forbidden("spec.loadBalancerClass", only));
        }
    }
    errors
}

fn source_range(range: &Value, field: &str) -> Vec<FieldError> {
    let range = Value::from(range.str().trim());
    let errors = rules::cidr(&range, field);
    if !errors.is_empty() || !rules::has_bits_beyond_prefix(range.str()) {
        return errors;
    }
    vec![FieldError::invalid(field, &range, "must not have bits set beyond the prefix length")]
}

fn traffic(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_ = spec.get("type").str();
    let is_external = matches!(type_, "NodePort" | "LoadBalancer") || (type_ == "ClusterIP" && !spec.get("externalIPs").is_empty());
    let external = spec.get("externalTrafficPolicy");
    if !external.is_empty() && !is_external {
        errors.push(FieldError::invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
    } else if is_external {
        errors.extend(rules::one_of(external, "spec.externalTrafficPolicy", &TRAFFIC_POLICIES));
    }
    let health = spec.get("healthCheckNodePort").as_i64().unwrap_or(0);
    let needs_health = type_ == "LoadBalancer" && external.str() == "Local";
    if health != 0 && !needs_health {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.push(FieldError::invalid("spec.healthCheckNodePort", &health.into(), why));
    }
    let internal = spec.get("internalTrafficPolicy");
    if matches!(type_, "ClusterIP" | "NodePort" | "LoadBalancer") && internal.is_null() {
        errors.push(FieldError::required("spec.internalTrafficPolicy", ""));
    }
    if !internal.is_null() && !TRAFFIC_POLICIES.contains(&internal.str()) {
        errors.push(FieldError::not_supported("spec.internalTrafficPolicy", internal, &TRAFFIC_POLICIES));
    }
    let distribution = spec.get("trafficDistribution");
    const DISTRIBUTIONS: [&str; 3] = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    if !distribution.is_null() && !DISTRIBUTIONS.contains(&distribution.str()) {
        errors.push(FieldError::not_supported("spec.trafficDistribution", distribution, &DISTRIBUTIONS));
    }
    errors
}

/// A load balancer stays with the implementation that made it.
pub fn validate_class_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let is_balanced = |service: &Value| service.path("spec.type").str() == "LoadBalancer";
    let class = new.path("spec.loadBalancerClass");
    if !is_balanced(new) || !is_balanced(old) || class == old.path("spec.loadBalancerClass") {
        return Vec::new();
    }
    vec![FieldError::invalid("spec.loadBalancerClass", class, "may not change once set")]
}

/// The first address stays for as long as there are addresses (`validateUpgradeDowngradeClusterIPs`).
pub fn validate_addresses_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let has_address = |service: &Value| matches!(service.path("spec.type").str(), "ClusterIP" | "NodePort" | "LoadBalancer");
    if !has_address(new) || !has_address(old) {
        return Vec::new();
    }
    let (before, after) = (old.path("spec.clusterIPs").items(), new.path("spec.clusterIPs").items());
    match (before.first(), after.first()) {
        (None, _) => Vec::new(),
        (Some(_), None) => vec![FieldError::invalid("spec.clusterIPs", new.path("spec.clusterIPs"), "primary clusterIP can not be unset")],
        (Some(old_first), Some(new_first)) if old_first != new_first => {
            vec![FieldError::invalid("spec.clusterIPs[0]", new.path("spec.clusterIPs"), "may not change once set")]
        }
        _ => Vec::new(),
    }
}
