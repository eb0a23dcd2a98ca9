//! Endpoints, which EndpointSlices have replaced.

use super::super::{cells, rules};
use super::service_validation::special_address;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of Endpoints.
pub struct EndpointsStrategy;

/// How many endpoints the table shows before it says how many more there are.
const SHOWN: usize = 3;

impl Strategy for EndpointsStrategy {
    fn default(&self, endpoints: &mut Value) {
        if endpoints.get("subsets").is_empty() {
            return;
        }
        for subset in endpoints.get_mut("subsets").items_mut() {
            if subset.get("ports").is_empty() {
                continue;
            }
            for port in subset.get_mut("ports").items_mut() {
                if port.get("protocol").is_empty() {
                    port.set("protocol", "TCP");
                }
            }
        }
    }

    fn prepare_for_create(&self, _endpoints: &mut Value) {}

    fn validate(&self, endpoints: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (index, subset) in endpoints.get("subsets").items().iter().enumerate() {
            let here = format!("subsets[{index}]");
            if subset.get("addresses").is_empty() && subset.get("notReadyAddresses").is_empty() {
                errors.push(FieldError::required(here.clone(), "must specify `addresses` or `notReadyAddresses`"));
            }
            for list in ["addresses", "notReadyAddresses"] {
                for (number, address) in subset.get(list).items().iter().enumerate() {
                    errors.extend(self::address(address, &format!("{here}.{list}[{number}]")));
                }
            }
            let ports = subset.get("ports").items();
            for (number, port) in ports.iter().enumerate() {
                errors.extend(self::port(port, ports.len() > 1, &format!("{here}.ports[{number}]")));
            }
        }
        errors
    }

    fn deprecation(&self) -> Option<&'static str> {
        Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Endpoints", "Age"], &[])
    }

    fn row(&self, endpoints: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(endpoints), format(endpoints.get("subsets").items()).into(), cells::age(endpoints, now_ms)]
    }
}

fn address(address: &Value, field: &str) -> Vec<FieldError> {
    let ip = address.get("ip");
    let mut errors = rules::ip_address(ip, &format!("{field}.ip"));
    errors.extend(rules::optional(address.get("hostname"), &format!("{field}.hostname"), names::dns1123_label));
    errors.extend(rules::optional(address.get("nodeName"), &format!("{field}.nodeName"), names::dns1123_subdomain));
    if ip.str().parse::<std::net::IpAddr>().is_err() {
        errors.push(FieldError::invalid(format!("{field}.ip"), ip, "must be a valid IP address"));
    }
    errors.extend(special_address(ip, &format!("{field}.ip")));
    errors
}

fn port(port: &Value, needs_name: bool, field: &str) -> Vec<FieldError> {
    let name = port.get("name");
    let mut errors = Vec::new();
    if needs_name && name.is_empty() {
        errors.push(FieldError::required(format!("{field}.name"), ""));
    } else {
        errors.extend(rules::optional(name, &format!("{field}.name"), names::dns1123_label));
    }
    errors.extend(rules::port_number(port.get("port"), &format!("{field}.port")));
    errors.extend(rules::one_of(port.get("protocol"), &format!("{field}.protocol"), &["SCTP", "TCP", "UDP"]));
    errors.extend(rules::optional(port.get("appProtocol"), &format!("{field}.appProtocol"), names::qualified_name));
    errors
}

/// `10.244.1.2:80,10.244.2.3:80 + 4 more...` (`formatEndpoints`).
fn format(subsets: &[Value]) -> String {
    if subsets.is_empty() {
        return "<none>".into();
    }
    let mut all: Vec<String> = Vec::new();
    for subset in subsets {
        let addresses = subset.get("addresses").items().iter().map(|address| address.get("ip").str());
        if subset.get("ports").is_empty() {
            all.extend(addresses.clone().map(str::to_string));
        }
        for port in subset.get("ports").items() {
            let number = port.get("port").as_i64().unwrap_or(0);
            all.extend(addresses.clone().map(|ip| if ip.contains(':') { format!("[{ip}]:{number}") } else { format!("{ip}:{number}") }));
        }
    }
    let shown = all[..all.len().min(SHOWN)].join(",");
    if all.len() > SHOWN { format!("{shown} + {} more...", all.len() - SHOWN) } else { shown }
}
