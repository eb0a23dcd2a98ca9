//! The operating system, gates, claims to devices, and the resources of the pod as a whole.

use super::super::super::rules;
use super::super::{pod_resources, quantities};
use super::{resources, scheduling};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::quantity::Quantity;
use crate::value::Value;
use std::cmp::Ordering;

/// Fields of a pod's spec and security context that a Windows machine has no use for.
const NOT_FOR_WINDOWS: [&str; 14] = [
    "hostPID",
    "hostIPC",
    "shareProcessNamespace",
    "hostUsers",
    "securityContext.appArmorProfile",
    "securityContext.seLinuxOptions",
    "securityContext.seccompProfile",
    "securityContext.fsGroup",
    "securityContext.fsGroupChangePolicy",
    "securityContext.sysctls",
    "securityContext.runAsUser",
    "securityContext.runAsGroup",
    "securityContext.supplementalGroups",
    "securityContext.supplementalGroupsPolicy",
];

/// What is wrong with those fields.
pub fn validate(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = operating_system(spec, field);
    for (index, gate) in spec.get("readinessGates").items().iter().enumerate() {
        errors.extend(rules::follows(gate.get("conditionType"), &format!("{field}.readinessGates[{index}].conditionType"), names::qualified_name));
    }
    errors.extend(scheduling::gates(spec.get("schedulingGates"), &format!("{field}.schedulingGates")));
    errors.extend(device_claims(spec, field));
    if !spec.get("resources").is_null() {
        errors.extend(pod_resources(spec, field));
    }
    errors
}

fn operating_system(spec: &Value, field: &str) -> Vec<FieldError> {
    let os = spec.get("os");
    match os.get("name").str() {
        _ if os.is_null() => Vec::new(),
        "" => vec![FieldError::required(format!("{field}.os.name"), "")],
        "windows" => {
            let set = NOT_FOR_WINDOWS.iter().filter(|name| !spec.path(name).is_empty() && spec.path(name).as_bool() != Some(false));
            set.map(|name| FieldError::forbidden(format!("{field}.{name}"), "cannot be set for a windows pod")).collect()
        }
        "linux" if !spec.path("securityContext.windowsOptions").is_null() => {
            vec![FieldError::forbidden(format!("{field}.securityContext.windowsOptions"), "windows options cannot be set for a linux pod")]
        }
        "linux" => Vec::new(),
        _ => vec![FieldError::not_supported(format!("{field}.os"), os.get("name"), &["linux", "windows"])],
    }
}

fn device_claims(spec: &Value, field: &str) -> Vec<FieldError> {
    let claims = spec.get("resourceClaims").items();
    let mut errors = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        let (name, here) = (claim.get("name"), format!("{field}.resourceClaims[{index}]"));
        errors.extend(rules::required(name, &format!("{here}.name"), names::dns1123_label));
        if claims[..index].iter().any(|other| other.get("name") == name) {
            errors.push(FieldError::duplicate(format!("{here}.name"), name));
        }
        let (claim_name, template) = (claim.get("resourceClaimName"), claim.get("resourceClaimTemplateName"));
        let refuse = |why: &str| {
            let mut error = FieldError::invalid(here.clone(), claim, why);
            let fields = [("Name", name), ("ResourceClaimName", claim_name), ("ResourceClaimTemplateName", template)];
            let shown: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{}", value.to_json())).collect();
            error.shown = format!("{{{}}}", shown.join(","));
            error
        };
        match (claim_name.is_null(), template.is_null()) {
            (true, true) => errors.push(refuse("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`")),
            (false, false) => errors.push(refuse("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified")),
            _ => {}
        }
    }
    errors
}

/// The resources of all containers together; no container may have a greater limit.
fn pod_resources(spec: &Value, field: &str) -> Vec<FieldError> {
    let given = spec.get("resources");
    let here = format!("{field}.resources");
    let mut errors = resources::validate(given, &here);
    for list in ["limits", "requests"] {
        for (name, _) in given.get(list).fields().iter() {
            if !matches!(name.as_str(), "cpu" | "memory") && !name.starts_with("hugepages-") {
                errors.push(FieldError::not_supported(format!("{here}.{list}[{name}]"), &name.into(), &["cpu", "hugepages-", "memory"]));
            }
        }
    }
    for (name, amount) in pod_resources::of_containers(spec, "requests") {
        let asked = given.get("requests").get(&name);
        if !asked.is_null() && Quantity::of(asked) < amount {
            let why = format!("must be greater than or equal to aggregate container requests of {amount}");
            errors.push(FieldError::invalid(format!("{here}.requests[{name}]"), asked, why));
        }
    }
    for (name, limit) in given.get("limits").fields().iter() {
        for (index, container) in spec.get("containers").items().iter().enumerate() {
            let own = container.path("resources.limits").get(name);
            if !own.is_null() && quantities::compare(own, limit) == Ordering::Greater {
                let why = format!("must be less than or equal to pod limits of {}", limit.str());
                errors.push(FieldError::invalid(format!("{here}.containers[{index}][{name}].limits"), own, why));
            }
        }
    }
    errors
}
