//! Names and addresses: DNS, hosts, the pod's own name.

use super::super::super::rules;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const MAX_NAMESERVERS: usize = 3;
const MAX_SEARCH_DOMAINS: usize = 32;

/// What is wrong with the fields that say how a Pod is named, and how it finds others.
pub fn validate(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = dns(spec, field);
    for (index, alias) in spec.get("hostAliases").items().iter().enumerate() {
        let here = format!("{field}.hostAliases[{index}]");
        errors.extend(rules::ip_address(alias.get("ip"), &format!("{here}.ip")));
        for (name_index, name) in alias.get("hostnames").items().iter().enumerate() {
            errors.extend(rules::follows(name, &format!("{here}.hostnames[{name_index}]"), names::dns1123_subdomain));
        }
    }
    let given = spec.get("hostnameOverride");
    if !given.is_null() {
        let here = format!("{field}.hostnameOverride");
        errors.extend(rules::follows(given, &here, names::dns1123_subdomain));
        if spec.get("setHostnameAsFQDN").as_bool() == Some(true) {
            errors.push(FieldError::forbidden(here.clone(), "may not be specified when setHostnameAsFQDN is true"));
        }
        if spec.get("hostNetwork").as_bool() == Some(true) {
            errors.push(FieldError::forbidden(here, "may not be specified when hostNetwork is true"));
        }
    }
    errors
}

fn dns(spec: &Value, field: &str) -> Vec<FieldError> {
    let config = spec.get("dnsConfig");
    let here = format!("{field}.dnsConfig");
    let servers = config.get("nameservers");
    let mut errors = Vec::new();
    if spec.get("dnsPolicy").str() == "None" {
        if config.is_null() {
            return vec![FieldError::required(here, "must provide `dnsConfig` when `dnsPolicy` is None")];
        }
        if servers.is_empty() {
            return vec![FieldError::required(format!("{here}.nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")];
        }
    }
    if servers.items().len() > MAX_NAMESERVERS {
        let why = format!("must not have more than {MAX_NAMESERVERS} nameservers");
        errors.push(FieldError::invalid(format!("{here}.nameservers"), servers, why));
    }
    for (index, server) in servers.items().iter().enumerate() {
        errors.extend(rules::ip_address(server, &format!("{here}.nameservers[{index}]")));
    }
    let searches = config.get("searches");
    if searches.items().len() > MAX_SEARCH_DOMAINS {
        let why = format!("must not have more than {MAX_SEARCH_DOMAINS} search paths");
        errors.push(FieldError::invalid(format!("{here}.searches"), searches, why));
    }
    for (index, search) in searches.items().iter().enumerate() {
        // It may be the root, or end in it.
        let name = search.str().strip_suffix('.').unwrap_or(search.str());
        if search.str() != "." {
            let wrong = names::dns1123_subdomain_with_underscore(name).into_iter();
            errors.extend(wrong.map(|rule| FieldError::invalid(format!("{here}.searches[{index}]"), search, rule)));
        }
    }
    for (index, option) in config.get("options").items().iter().enumerate() {
        if option.get("name").is_empty() {
            errors.push(FieldError::required(format!("{here}.options[{index}]"), "must not be empty"));
        }
    }
    errors
}
