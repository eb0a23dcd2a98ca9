//! NetworkPolicies.

use super::super::apps::workload::label_selector;
use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of NetworkPolicies.
pub struct NetworkPolicyStrategy;

impl Strategy for NetworkPolicyStrategy {
    fn default(&self, policy: &mut Value) {
        let spec = policy.get_mut("spec");
        for direction in ["ingress", "egress"] {
            if spec.get(direction).is_empty() {
                continue;
            }
            for rule in spec.get_mut(direction).items_mut() {
                if rule.get("ports").is_empty() {
                    continue;
                }
                for port in rule.get_mut("ports").items_mut() {
                    port.set_default("protocol", "TCP");
                }
            }
        }
        if spec.get("policyTypes").is_empty() {
            // Whoever says nothing about egress leaves it alone.
            let types: Vec<Value> = if spec.get("egress").is_empty() { vec!["Ingress".into()] } else { vec!["Ingress".into(), "Egress".into()] };
            spec.set("policyTypes", types);
        }
    }

    fn prepare_for_create(&self, _policy: &mut Value) {}

    fn validate(&self, policy: &Value) -> Vec<FieldError> {
        let spec = policy.get("spec");
        let mut errors = label_selector(spec.get("podSelector"), "spec.podSelector");
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in spec.get(direction).items().iter().enumerate() {
                let here = format!("spec.{direction}[{index}]");
                for (number, port) in rule.get("ports").items().iter().enumerate() {
                    errors.extend(self::port(port, &format!("{here}.ports[{number}]")));
                }
                for (number, peer) in rule.get(peers).items().iter().enumerate() {
                    errors.extend(self::peer(peer, &format!("{here}.{peers}[{number}]")));
                }
            }
        }
        let types = spec.get("policyTypes");
        if types.items().len() > 2 {
            errors.push(FieldError::invalid("spec.policyTypes", types, "may not specify more than two policyTypes"));
            return errors;
        }
        for (index, type_) in types.items().iter().enumerate().filter(|(_, type_)| !["Ingress", "Egress"].contains(&type_.str())) {
            errors.push(FieldError::not_supported(format!("spec.policyTypes[{index}]"), type_, &["Ingress", "Egress"]));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Pod-Selector", "Age"], &[])
    }

    fn row(&self, policy: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(policy), cells::selector(policy.path("spec.podSelector")), cells::age(policy, now_ms)]
    }
}

fn port(port: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let protocol = port.get("protocol");
    if !protocol.is_null() && !["TCP", "UDP", "SCTP"].contains(&protocol.str()) {
        errors.push(FieldError::not_supported(format!("{field}.protocol"), protocol, &["TCP", "UDP", "SCTP"]));
    }
    let (number, end) = (port.get("port"), port.get("endPort"));
    let here = format!("{field}.endPort");
    if number.is_null() {
        if !end.is_null() {
            errors.push(FieldError::invalid(here, end, "may not be specified when `port` is not specified"));
        }
        return errors;
    }
    errors.extend(rules::port_number_or_name(number, &format!("{field}.port")));
    if end.is_null() {
        return errors;
    }
    match number.as_i64() {
        None => errors.push(FieldError::invalid(here, end, "may not be specified when `port` is non-numeric")),
        // Upstream shows the port here, not the end.
        Some(first) if end.as_i64().unwrap_or(0) < first => errors.push(FieldError::invalid(here, number, "must be greater than or equal to `port`")),
        Some(_) => errors.extend(rules::port_number(end, &here)),
    }
    errors
}

fn peer(peer: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut count = 0;
    for selector in ["podSelector", "namespaceSelector"] {
        if !peer.get(selector).is_null() {
            count += 1;
            errors.extend(label_selector(peer.get(selector), &format!("{field}.{selector}")));
        }
    }
    let block = peer.get("ipBlock");
    if !block.is_null() {
        errors.extend(ip_block(block, &format!("{field}.ipBlock")));
    }
    match (block.is_null(), count) {
        (true, 0) => vec![FieldError::required(field, "must specify a peer")],
        (false, 1..) => {
            errors.push(FieldError::forbidden(field, "may not specify both ipBlock and another peer"));
            errors
        }
        _ => errors,
    }
}

fn ip_block(block: &Value, field: &str) -> Vec<FieldError> {
    let range = block.get("cidr");
    let here = format!("{field}.cidr");
    if range.is_empty() {
        return vec![FieldError::required(here, "")];
    }
    let mut errors = strict_cidr(range, &here);
    let Some((base, bits)) = rules::parse_cidr(range.str()) else { return errors };
    for (index, except) in block.get("except").items().iter().enumerate() {
        let here = format!("{field}.except[{index}]");
        errors.extend(strict_cidr(except, &here));
        let is_outside = |(address, narrower)| narrower <= bits || !rules::contains(base, bits, address);
        if rules::parse_cidr(except.str()).is_some_and(is_outside) {
            errors.push(FieldError::invalid(here, except, "must be a strict subset of `cidr`"));
        }
    }
    errors
}

fn strict_cidr(range: &Value, field: &str) -> Vec<FieldError> {
    if rules::has_leading_zero(range.str()) {
        return vec![FieldError::invalid(field, range, "must not have leading 0s in IP or prefix length")];
    }
    let mut errors = rules::cidr(range, field);
    if rules::has_bits_beyond_prefix(range.str()) {
        errors.push(FieldError::invalid(field, range, "must not have bits set beyond the prefix length"));
    }
    errors
}
