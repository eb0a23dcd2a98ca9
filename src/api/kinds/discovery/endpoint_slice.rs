//! EndpointSlices.

use super::super::core::service_validation::special_address;
use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of EndpointSlices.
pub struct EndpointSliceStrategy;

/// How many ports or endpoints the table shows before it says how many more there are.
const SHOWN: usize = 3;
const ADDRESS_TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];

impl Strategy for EndpointSliceStrategy {
    fn default(&self, slice: &mut Value) {
        if slice.get("ports").is_empty() {
            return;
        }
        for port in slice.get_mut("ports").items_mut() {
            port.set_default("name", "");
            port.set_default("protocol", "TCP");
        }
    }

    fn prepare_for_create(&self, _slice: &mut Value) {}

    fn validate(&self, slice: &Value) -> Vec<FieldError> {
        let mut errors = rules::one_of(slice.get("addressType"), "addressType", &ADDRESS_TYPES);
        let ports = slice.get("ports").items();
        for (index, port) in ports.iter().enumerate() {
            let here = format!("ports[{index}]");
            errors.extend(rules::optional(port.get("name"), &format!("{here}.name"), names::dns1123_label));
            if ports[..index].iter().any(|other| other.get("name") == port.get("name")) {
                errors.push(FieldError::duplicate(format!("{here}.name"), port.get("name")));
            }
            errors.extend(rules::one_of(port.get("protocol"), &format!("{here}.protocol"), &["SCTP", "TCP", "UDP"]));
            errors.extend(rules::optional(port.get("appProtocol"), &format!("{here}.appProtocol"), names::qualified_name));
        }
        for (index, endpoint) in slice.get("endpoints").items().iter().enumerate() {
            errors.extend(self::endpoint(endpoint, slice.get("addressType").str(), &format!("endpoints[{index}]")));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        errors.extend(rules::immutable(new, old, "addressType"));
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "AddressType", "Ports", "Endpoints", "Age"], &[])
    }

    fn row(&self, slice: &Value, now_ms: u64) -> Vec<Value> {
        let port = |port: &Value| match (port.get("port").as_i64(), port.get("name").as_str()) {
            (Some(number), _) => number.to_string(),
            (None, Some(name)) => name.to_string(),
            (None, None) => "*".to_string(),
        };
        let ports: Vec<String> = slice.get("ports").items().iter().map(port).collect();
        let endpoints = slice.get("endpoints").items().iter().flat_map(|endpoint| endpoint.get("addresses").items());
        let endpoints: Vec<String> = endpoints.map(|address| address.str().to_string()).collect();
        vec![cells::name(slice), slice.get("addressType").clone(), list(&ports).into(), list(&endpoints).into(), cells::age(slice, now_ms)]
    }
}

fn list(items: &[String]) -> String {
    match items.len() {
        0 => "<unset>".into(),
        1..=SHOWN => items.join(","),
        count => format!("{} + {} more...", items[..SHOWN].join(","), count - SHOWN),
    }
}

fn endpoint(endpoint: &Value, address_type: &str, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let addresses = endpoint.get("addresses").items();
    if addresses.is_empty() {
        errors.push(FieldError::required(format!("{field}.addresses"), "must contain at least 1 address"));
    }
    for (index, address) in addresses.iter().enumerate() {
        let here = format!("{field}.addresses[{index}]");
        match address_type {
            "IPv4" | "IPv6" => {
                let wrong = rules::ip_address(address, &here);
                errors.extend(if wrong.is_empty() { special_address(address, &here) } else { wrong });
                if address.str().contains(':') && address_type == "IPv4" {
                    errors.push(FieldError::invalid(here, address, "must be an IPv4 address"));
                } else if address_type == "IPv6" && address.str().parse::<std::net::Ipv4Addr>().is_ok() {
                    errors.push(FieldError::invalid(here, address, "must be an IPv6 address"));
                }
            }
            "FQDN" => errors.extend(rules::follows(address, &here, names::dns1123_subdomain)),
            _ => {}
        }
    }
    errors.extend(rules::optional(endpoint.get("nodeName"), &format!("{field}.nodeName"), names::dns1123_subdomain));
    errors.extend(rules::optional(endpoint.get("hostname"), &format!("{field}.hostname"), names::dns1123_label));
    errors
}
