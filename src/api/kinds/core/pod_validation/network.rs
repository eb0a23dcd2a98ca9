//! What a Pod calls itself and others: host aliases and its resolver.

use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;
use std::net::IpAddr;

const MAX_NAMESERVERS: usize = 3;
const MAX_SEARCHES: usize = 32;

/// What is wrong with `hostAliases` and `dnsConfig`.
pub fn validate(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, alias) in spec.get("hostAliases").items().iter().enumerate() {
        let here = format!("{field}.hostAliases[{index}]");
        errors.extend(address(alias.get("ip"), format!("{here}.ip")));
        for (index, name) in alias.get("hostnames").items().iter().enumerate() {
            let rules = names::dns1123_subdomain(name.str());
            errors.extend(rules.into_iter().map(|rule| FieldError::invalid(format!("{here}.hostnames[{index}]"), name, rule)));
        }
    }
    errors.extend(dns(spec, field));
    errors
}

fn address(ip: &Value, field: String) -> Option<FieldError> {
    let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    ip.str().parse::<IpAddr>().is_err().then(|| FieldError::invalid(field, &ip.str().into(), why))
}

fn dns(spec: &Value, field: &str) -> Vec<FieldError> {
    let (config, here) = (spec.get("dnsConfig"), format!("{field}.dnsConfig"));
    let is_alone = spec.get("dnsPolicy").str() == "None";
    if config.is_null() {
        let why = "must provide `dnsConfig` when `dnsPolicy` is None";
        return if is_alone { vec![FieldError::required(here, why)] } else { Vec::new() };
    }
    let mut errors = Vec::new();
    let servers = config.get("nameservers").items();
    if is_alone && servers.is_empty() {
        errors.push(FieldError::required(format!("{here}.nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None"));
    }
    if servers.len() > MAX_NAMESERVERS {
        let why = format!("must not have more than {MAX_NAMESERVERS} nameservers");
        errors.push(FieldError::invalid(format!("{here}.nameservers"), config.get("nameservers"), why));
    }
    for (index, server) in servers.iter().enumerate() {
        errors.extend(address(server, format!("{here}.nameservers[{index}]")));
    }
    let searches = config.get("searches").items();
    if searches.len() > MAX_SEARCHES {
        let why = format!("must not have more than {MAX_SEARCHES} search paths");
        errors.push(FieldError::invalid(format!("{here}.searches"), config.get("searches"), why));
    }
    for (index, option) in config.get("options").items().iter().enumerate() {
        if option.get("name").is_empty() {
            errors.push(FieldError::required(format!("{here}.options[{index}]"), "must not be empty"));
        }
    }
    errors
}
