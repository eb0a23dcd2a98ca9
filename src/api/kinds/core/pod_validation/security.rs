//! Security contexts of Pods and containers.

use super::super::go_struct::go_value;
use super::in_range;
use crate::api::field_error::{ErrorType, FieldError};
use crate::value::Value;

const MAX_ID: i64 = i32::MAX as i64;
const MAX_SYSCTL_CHARS: usize = 253;

/// What is wrong with a Pod's `securityContext`.
pub fn pod(context: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = ids(context, field, &["runAsUser", "runAsGroup"]);
    for (index, group) in context.get("supplementalGroups").items().iter().enumerate() {
        errors.extend(in_range(group, format!("{field}.supplementalGroups[{index}]"), 0, MAX_ID));
    }
    errors.extend(ids(context, field, &["fsGroup"]));
    let mut seen: Vec<&str> = Vec::new();
    for (index, sysctl) in context.get("sysctls").items().iter().enumerate() {
        let (name, here) = (sysctl.get("name"), format!("{field}.sysctls[{index}].name"));
        if name.is_empty() {
            errors.push(FieldError::required(here, ""));
        } else if !is_sysctl(name.str()) {
            let pattern = r"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
            errors.push(FieldError::invalid(here, name, format!("must have at most {MAX_SYSCTL_CHARS} characters and match regex {pattern}")));
        } else if seen.contains(&name.str()) {
            errors.push(FieldError::duplicate(here, name));
        }
        seen.push(name.str());
    }
    errors.extend(word(context, field, "fsGroupChangePolicy", &["Always", "OnRootMismatch"]));
    errors.extend(seccomp(context.get("seccompProfile"), &format!("{field}.seccompProfile")));
    errors
}

/// What is wrong with a container's `securityContext`.
pub fn container(context: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = ids(context, field, &["runAsUser", "runAsGroup"]);
    errors.extend(word(context, field, "procMount", &["Default", "Unmasked"]));
    errors.extend(seccomp(context.get("seccompProfile"), &format!("{field}.seccompProfile")));
    if context.get("allowPrivilegeEscalation").as_bool() == Some(false) {
        let mut refuse = |what: &str| {
            let shown = go_value("SecurityContext", context).compact();
            let detail = format!("cannot set `allowPrivilegeEscalation` to false and {what}");
            errors.push(FieldError { type_: ErrorType::Invalid, field: field.to_string(), shown, detail });
        };
        if context.get("privileged").as_bool() == Some(true) {
            refuse("`privileged` to true");
        }
        if context.path("capabilities.add").items().iter().any(|capability| capability.str() == "CAP_SYS_ADMIN") {
            refuse("`capabilities.Add` CAP_SYS_ADMIN");
        }
    }
    errors
}

fn ids(context: &Value, field: &str, names: &[&str]) -> Vec<FieldError> {
    let given = names.iter().filter(|name| !context.get(name).is_null());
    given.flat_map(|name| in_range(context.get(name), format!("{field}.{name}"), 0, MAX_ID)).collect()
}

fn word(context: &Value, field: &str, name: &str, words: &[&str]) -> Option<FieldError> {
    let value = context.get(name);
    (!value.is_null() && !words.contains(&value.str())).then(|| FieldError::not_supported(format!("{field}.{name}"), value, words))
}

fn seccomp(profile: &Value, field: &str) -> Option<FieldError> {
    if profile.is_null() {
        return None;
    }
    let (type_, path) = (profile.get("type"), profile.get("localhostProfile"));
    match type_.str() {
        "Localhost" if path.is_empty() => Some(FieldError::required(format!("{field}.localhostProfile"), "must be set when seccomp type is Localhost")),
        "Localhost" => None,
        _ if !path.is_null() => Some(FieldError::invalid(format!("{field}.localhostProfile"), path, "can only be set when seccomp type is Localhost")),
        "RuntimeDefault" | "Unconfined" => None,
        "" => Some(FieldError::required(format!("{field}.type"), "type is required when seccompProfile is set")),
        _ => Some(FieldError::not_supported(format!("{field}.type"), type_, &["Localhost", "RuntimeDefault", "Unconfined"])),
    }
}

/// Parts of small letters, digits, `-` and `_`, put together with dots or slashes.
fn is_sysctl(name: &str) -> bool {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().copied().is_some_and(is_end)
            && bytes.last().copied().is_some_and(is_end)
            && bytes.iter().all(|&byte| is_end(byte) || b"-_".contains(&byte))
    };
    name.len() <= MAX_SYSCTL_CHARS && name.split(['.', '/']).all(is_part)
}
