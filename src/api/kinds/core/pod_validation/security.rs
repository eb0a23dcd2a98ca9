//! Security contexts, of pods and of containers.

use super::super::super::rules;
use super::super::go_struct::go_value;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

/// What is wrong with a pod's security context, given the rest of its spec.
pub fn of_pod(spec: &Value, field: &str) -> Vec<FieldError> {
    let context = spec.get("securityContext");
    let here = format!("{field}.securityContext");
    let mut errors = ids(context, &here, &["runAsUser", "runAsGroup", "fsGroup"]);
    for (index, group) in context.get("supplementalGroups").items().iter().enumerate() {
        errors.extend(rules::between(group, &format!("{here}.supplementalGroups[{index}]"), 0, i64::from(i32::MAX)));
    }
    for (name, words) in [
        ("fsGroupChangePolicy", ["Always", "OnRootMismatch"]),
        ("supplementalGroupsPolicy", ["Merge", "Strict"]),
        ("seLinuxChangePolicy", ["MountOption", "Recursive"]),
    ] {
        if !context.get(name).is_null() {
            errors.extend(rules::one_of(context.get(name), &format!("{here}.{name}"), &words));
        }
    }
    errors.extend(sysctls(spec, &here));
    errors.extend(profiles(context, &here));
    let is = |name: &str| spec.get(name).as_bool() == Some(true);
    if is("shareProcessNamespace") && is("hostPID") {
        errors.push(FieldError::invalid(format!("{here}.shareProcessNamespace"), &true.into(), "ShareProcessNamespace and HostPID cannot both be enabled"));
    }
    if spec.get("hostUsers").as_bool() == Some(false) {
        for (name, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
            if is(name) {
                errors.push(FieldError::forbidden(format!("{field}.{shown}"), "when `hostUsers` is false"));
            }
        }
    } else {
        for (index, container) in spec.get("containers").items().iter().enumerate() {
            if container.path("securityContext.procMount").str() == "Unmasked" {
                let here = format!("{field}.containers[{index}].securityContext.procMount");
                errors.push(FieldError::invalid(here, &"Unmasked".into(), "`hostUsers` must be false to use `Unmasked`"));
            }
        }
    }
    errors
}

/// What is wrong with a container's security context.
pub fn of_container(context: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = ids(context, field, &["runAsUser", "runAsGroup"]);
    let proc_mount = context.get("procMount");
    if !proc_mount.is_null() {
        errors.extend(rules::one_of(proc_mount, &format!("{field}.procMount"), &["Default", "Unmasked"]));
    }
    errors.extend(profiles(context, field));
    if context.get("allowPrivilegeEscalation").as_bool() == Some(false) {
        let shown = Value::from_json(&go_value("SecurityContext", context).compact()).unwrap_or_default();
        let mut refuse = |what: &str| {
            let mut error = FieldError::invalid(field, &shown, format!("cannot set `allowPrivilegeEscalation` to false and {what}"));
            error.shown = go_value("SecurityContext", context).compact();
            errors.push(error);
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
    given.flat_map(|name| rules::between(context.get(name), &format!("{field}.{name}"), 0, i64::from(i32::MAX))).collect()
}

fn sysctls(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (index, sysctl) in spec.path("securityContext.sysctls").items().iter().enumerate() {
        let here = format!("{field}.sysctls[{index}].name");
        let name = sysctl.get("name");
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte));
        let is_on_machine = ["hostNetwork", "hostIPC"].into_iter().find(|host| {
            let prefixes: &[&str] = if *host == "hostNetwork" { &["net."] } else { &["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."] };
            spec.get(host).as_bool() == Some(true) && prefixes.iter().any(|prefix| name.str().starts_with(prefix))
        });
        if name.is_empty() {
            errors.push(FieldError::required(here, ""));
        } else if !name.str().split(['.', '/']).all(is_part) {
            let why = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
            errors.push(FieldError::invalid(here, name, why));
        } else if seen.contains(&name.str()) {
            errors.push(FieldError::duplicate(here, name));
        } else if let Some(host) = is_on_machine {
            errors.push(FieldError::invalid(here, name, format!("may not be specified when '{host}' is true")));
        }
        seen.push(name.str());
    }
    errors
}

fn profiles(context: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (kind, said) in [("seccompProfile", "seccomp"), ("appArmorProfile", "AppArmor")] {
        let profile = context.get(kind);
        if profile.is_null() {
            continue;
        }
        let (type_, local) = (profile.get("type"), profile.get("localhostProfile"));
        let here = format!("{field}.{kind}");
        match type_.str() {
            "" => errors.push(FieldError::required(format!("{here}.type"), format!("type is required when {kind} is set"))),
            "Localhost" if local.is_empty() => {
                errors.push(FieldError::required(format!("{here}.localhostProfile"), format!("must be set when {said} type is Localhost")));
            }
            "Localhost" if kind == "seccompProfile" => errors.extend(local_path(local, format!("{here}.localhostProfile"))),
            "Localhost" => {}
            other if !PROFILES.contains(&other) => errors.push(FieldError::not_supported(format!("{here}.type"), type_, &PROFILES)),
            _ if !local.is_null() => {
                let mut error = FieldError::invalid(format!("{here}.localhostProfile"), local, format!("can only be set when {said} type is Localhost"));
                error.shown = format!("{{\"Type\":{},\"LocalhostProfile\":{}}}", type_.to_json(), local.to_json());
                errors.push(error);
            }
            _ => {}
        }
    }
    let windows = context.get("windowsOptions");
    let name = windows.get("gmsaCredentialSpecName");
    if !name.is_null() {
        errors.extend(rules::follows(name, &format!("{field}.windowsOptions.gmsaCredentialSpecName"), names::dns1123_subdomain));
    }
    let user = windows.get("runAsUserName");
    if !user.is_null() && user.is_empty() {
        errors.push(FieldError::invalid(format!("{field}.windowsOptions.runAsUserName"), user, "runAsUserName cannot be an empty string"));
    }
    errors
}

/// A path that leads nowhere but down (`ValidateLocalDescendingPath`).
pub fn local_path(path: &Value, field: String) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if path.str().starts_with('/') {
        errors.push(FieldError::invalid(field.clone(), path, "must be a relative path"));
    }
    if path.str().split('/').any(|part| part == "..") {
        errors.push(FieldError::invalid(field, path, "must not contain '..'"));
    }
    errors
}
