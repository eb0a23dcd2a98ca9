//! What ResourceClaims and their templates ask for.

use super::super::rules;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const MODES: [&str; 2] = ["All", "ExactCount"];

/// Fills in a claim's spec.
pub(super) fn default_spec(spec: &mut Value) {
    if spec.path("devices.requests").is_empty() {
        return;
    }
    for request in spec.path_mut("devices.requests").items_mut() {
        if request.get("exactly").is_object() {
            default_device_request(request.get_mut("exactly"));
        }
        if !request.get("firstAvailable").is_empty() {
            request.get_mut("firstAvailable").items_mut().iter_mut().for_each(default_device_request);
        }
    }
}

fn default_device_request(request: &mut Value) {
    if request.get("allocationMode").is_empty() {
        request.set("allocationMode", "ExactCount");
    }
    if request.get("allocationMode").str() == "ExactCount" && request.get("count").as_i64().unwrap_or(0) == 0 {
        request.set("count", 1);
    }
    if !request.get("tolerations").is_empty() {
        for toleration in request.get_mut("tolerations").items_mut() {
            if toleration.get("operator").is_empty() {
                toleration.set("operator", "Equal");
            }
        }
    }
}

/// What is wrong with a claim's spec at `field`.
pub(super) fn validate_spec(spec: &Value, field: &str) -> Vec<FieldError> {
    let devices = spec.get("devices");
    let here = format!("{field}.devices");
    let requests = devices.get("requests").items();
    let mut errors = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        errors.extend(self::request(request, &format!("{here}.requests[{index}]")));
        if requests[..index].iter().any(|other| other.get("name") == request.get("name")) {
            errors.push(FieldError::duplicate(format!("{here}.requests[{index}].name"), request.get("name")));
        }
    }
    for (index, constraint) in devices.get("constraints").items().iter().enumerate() {
        let here = format!("{here}.constraints[{index}]");
        errors.extend(known_requests(constraint, requests, &here));
        if constraint.get("matchAttribute").is_null() == constraint.get("distinctAttribute").is_null() {
            // Upstream's words are the same whether there is none or both.
            let why = "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set";
            errors.push(FieldError::required(here, why));
        }
    }
    for (index, config) in devices.get("config").items().iter().enumerate() {
        let here = format!("{here}.config[{index}]");
        errors.extend(known_requests(config, requests, &here));
        if config.get("opaque").is_null() {
            errors.push(FieldError::required(format!("{here}.opaque"), ""));
        }
    }
    errors
}

fn request(request: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = rules::required(request.get("name"), &format!("{field}.name"), names::dns1123_label);
    let (exactly, available) = (request.get("exactly"), request.get("firstAvailable").items());
    if exactly.is_null() == available.is_empty() {
        let why = "exactly one of `exactly` or `firstAvailable` is required";
        errors.push(match exactly.is_null() {
            true => FieldError::required(field, why),
            false => FieldError::invalid(field, &Value::Null, format!("{why}, but multiple fields are set")),
        });
        return errors;
    }
    if !exactly.is_null() {
        errors.extend(device_request(exactly, &format!("{field}.exactly")));
    }
    for (index, one) in available.iter().enumerate() {
        let here = format!("{field}.firstAvailable[{index}]");
        errors.extend(rules::required(one.get("name"), &format!("{here}.name"), names::dns1123_label));
        errors.extend(device_request(one, &here));
    }
    errors
}

fn device_request(request: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = rules::required(request.get("deviceClassName"), &format!("{field}.deviceClassName"), names::dns1123_subdomain);
    errors.extend(selectors(request.get("selectors").items(), &format!("{field}.selectors")));
    let (mode, count) = (request.get("allocationMode"), request.get("count"));
    match mode.str() {
        "ExactCount" if count.as_i64().unwrap_or(0) <= 0 => {
            errors.push(FieldError::invalid(format!("{field}.count"), &rules::number_or_zero(count), "must be greater than zero"));
        }
        "All" if count.as_i64().unwrap_or(0) != 0 => {
            errors.push(FieldError::invalid(format!("{field}.count"), count, "must not be specified when allocationMode is 'All'"));
        }
        "ExactCount" | "All" => {}
        _ => errors.push(FieldError::not_supported(format!("{field}.allocationMode"), mode, &MODES)),
    }
    errors
}

/// Selectors in CEL, which are stored, not compiled.
pub(super) fn selectors(selectors: &[Value], field: &str) -> Vec<FieldError> {
    let missing = |(_, selector): &(usize, &Value)| selector.get("cel").is_null();
    selectors.iter().enumerate().filter(missing).map(|(index, _)| FieldError::required(format!("{field}[{index}].cel"), "")).collect()
}

/// The names of requests that something is for.
fn known_requests(item: &Value, requests: &[Value], field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, name) in item.get("requests").items().iter().enumerate() {
        let is_known = requests.iter().any(|request| {
            let within = |one: &Value| name.str() == format!("{}/{}", request.get("name").str(), one.get("name").str());
            request.get("name") == name || request.get("firstAvailable").items().iter().any(within)
        });
        if !is_known {
            let why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
            errors.push(FieldError::invalid(format!("{field}.requests[{index}]"), name, why));
        }
    }
    errors
}
