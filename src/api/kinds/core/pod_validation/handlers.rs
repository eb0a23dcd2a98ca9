//! Probes and lifecycle hooks.

use super::{in_range, not_negative};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const ACTIONS: [&str; 5] = ["exec", "grpc", "httpGet", "sleep", "tcpSocket"];

/// A container's three probes.
pub fn probes(container: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, must_succeed_once) in [("livenessProbe", true), ("readinessProbe", false), ("startupProbe", true)] {
        let probe = container.get(name);
        if probe.is_null() {
            continue;
        }
        let here = format!("{field}.{name}");
        errors.extend(handler(probe, &here));
        for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            errors.extend(not_negative(probe.get(number), format!("{here}.{number}")));
        }
        if must_succeed_once && probe.get("successThreshold").as_i64() != Some(1) {
            errors.push(FieldError::invalid(format!("{here}.successThreshold"), probe.get("successThreshold"), "must be 1"));
        }
        if let Some(seconds) = probe.get("terminationGracePeriodSeconds").as_i64() {
            if name == "readinessProbe" {
                errors.push(FieldError::invalid(format!("{here}.terminationGracePeriodSeconds"), &seconds.into(), "must not be set for readinessProbes"));
            } else if seconds <= 0 {
                errors.push(FieldError::invalid(format!("{here}.terminationGracePeriodSeconds"), &seconds.into(), "must be greater than 0"));
            }
        }
    }
    errors
}

/// A container's hooks.
pub fn lifecycle(container: &Value, field: &str, grace_seconds: i64) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for hook in ["postStart", "preStop"] {
        let action = container.path("lifecycle").get(hook);
        if !action.is_null() {
            let here = format!("{field}.lifecycle.{hook}");
            errors.extend(handler(action, &here));
            let seconds = action.path("sleep.seconds").as_i64().unwrap_or(0);
            if !action.get("sleep").is_null() && (seconds < 0 || seconds > grace_seconds) {
                let why = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace_seconds})");
                errors.push(FieldError::invalid(format!("{here}.sleep"), &seconds.into(), why));
            }
        }
    }
    errors
}

/// Exactly one action, itself in order.
fn handler(holder: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut found = 0;
    for action in ACTIONS {
        let value = holder.get(action);
        if value.is_null() {
            continue;
        }
        found += 1;
        if found > 1 {
            errors.push(FieldError::forbidden(format!("{field}.{action}"), "may not specify more than 1 handler type"));
            continue;
        }
        let here = format!("{field}.{action}");
        match action {
            "exec" if value.get("command").items().is_empty() => errors.push(FieldError::required(format!("{here}.command"), "")),
            "httpGet" => {
                if value.get("path").is_empty() {
                    errors.push(FieldError::required(format!("{here}.path"), ""));
                }
                errors.extend(port(value.get("port"), format!("{here}.port")));
                for header in value.get("httpHeaders").items() {
                    let name = header.get("name");
                    if name.is_empty() || !name.str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
                        let why = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
                        errors.push(FieldError::invalid(format!("{here}.httpHeaders"), name, why));
                    }
                }
                if !["HTTP", "HTTPS"].contains(&value.get("scheme").str()) {
                    errors.push(FieldError::not_supported(format!("{here}.scheme"), value.get("scheme"), &["HTTP", "HTTPS"]));
                }
            }
            "tcpSocket" | "grpc" => errors.extend(port(value.get("port"), format!("{here}.port"))),
            _ => {}
        }
    }
    if found == 0 {
        errors.push(FieldError::required(field, "must specify a handler type"));
    }
    errors
}

/// A port by number or by name.
pub fn port(value: &Value, field: String) -> Vec<FieldError> {
    match value {
        Value::String(name) => names::port_name(name).into_iter().map(|rule| FieldError::invalid(field.clone(), value, rule)).collect(),
        Value::Null => vec![FieldError::invalid(field, &Value::Int(0), "must be between 1 and 65535, inclusive")],
        _ => in_range(value, field, 1, 65_535),
    }
}
