//! What the level `baseline` forbids, in the order of upstream's checks (`k8s.io/pod-security-admission/policy`).

use super::{Pod, Violation, containers, context, distinct, plural, quoted};
use crate::value::{Sort, Value};

const CAPABILITIES: [&str; 13] =
    ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];
const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];
const SELINUX_TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// The broken rules; those that the level `restricted` has in a stricter form are left out where it follows.
pub(super) fn check(pod: &Pod, is_restricted: bool) -> Vec<Violation> {
    let mut found = Vec::new();
    found.extend(app_armor(pod));
    if !is_restricted {
        found.extend(capabilities(pod));
    }
    found.extend(host_namespaces(pod));
    if !is_restricted {
        found.extend(host_path_volumes(pod));
    }
    found.extend(host_ports(pod));
    found.extend(host_probes(pod));
    found.extend(privileged(pod));
    found.extend(proc_mount(pod));
    found.extend(selinux(pod));
    if !is_restricted {
        found.extend(seccomp(pod));
    }
    found.extend(sysctls(pod));
    found.extend(host_process(pod));
    found
}

/// `pod and container "a"`: who sets something bad.
pub(super) fn setters(pod_sets: bool, names: &[&str]) -> String {
    let mut parts = Vec::new();
    if pod_sets {
        parts.push("pod".to_string());
    }
    if !names.is_empty() {
        parts.push(containers(names));
    }
    parts.join(" and ")
}

fn app_armor(pod: &Pod) -> Option<Violation> {
    let type_of = |value: &'_ Value| context(value).path("appArmorProfile.type").str().to_string();
    let is_bad = |type_: &str| !matches!(type_, "" | "RuntimeDefault" | "Localhost");
    let pod_type = type_of(pod.spec);
    let names = pod.names(|container| is_bad(&type_of(container)));
    let mut values: Vec<String> = pod.containers().map(type_of).chain([pod_type.clone()]).filter(|type_| is_bad(type_)).collect();
    let mut by_annotation: Vec<String> = Vec::new();
    for (key, value) in pod.metadata.get("annotations").fields().iter() {
        let value = value.str();
        let is_allowed = value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !is_allowed {
            by_annotation.push(format!("{key}=\"{value}\""));
        }
    }
    if values.is_empty() && by_annotation.is_empty() {
        return None;
    }
    let mut setters = vec![setters(is_bad(&pod_type), &names)];
    if !by_annotation.is_empty() {
        setters.push(plural("annotation", by_annotation.len()));
    }
    setters.retain(|part| !part.is_empty());
    values.extend(by_annotation);
    values.order();
    values.dedup();
    let words: Vec<&str> = values.iter().map(String::as_str).collect();
    let reason = if words.len() == 1 { "forbidden AppArmor profile" } else { "forbidden AppArmor profiles" };
    Some(Violation::new(reason, format!("{} must not set AppArmor profile type to {}", setters.join(" and "), quoted(&words))))
}

fn capabilities(pod: &Pod) -> Option<Violation> {
    let added = |container: &Value| -> Vec<String> {
        let list = context(container).path("capabilities.add").items();
        list.iter().map(|name| name.str().to_string()).filter(|name| !CAPABILITIES.contains(&name.as_str())).collect()
    };
    let names = pod.names(|container| !added(container).is_empty());
    let all: Vec<String> = pod.containers().flat_map(added).collect();
    let forbidden = distinct(all.iter().map(String::as_str).collect());
    let detail = format!("{} must not include {} in securityContext.capabilities.add", containers(&names), quoted(&forbidden));
    (!names.is_empty()).then(|| Violation::new("non-default capabilities", detail))
}

fn host_namespaces(pod: &Pod) -> Option<Violation> {
    let set: Vec<String> =
        ["hostNetwork", "hostPID", "hostIPC"].iter().filter(|field| pod.spec.get(field).as_bool() == Some(true)).map(|field| format!("{field}=true")).collect();
    (!set.is_empty()).then(|| Violation::new("host namespaces", set.join(", ")))
}

fn host_path_volumes(pod: &Pod) -> Option<Violation> {
    let volumes = pod.spec.get("volumes").items().iter();
    let names: Vec<&str> = volumes.filter(|volume| !volume.get("hostPath").is_null()).map(|volume| volume.get("name").str()).collect();
    (!names.is_empty()).then(|| Violation::new("hostPath volumes", format!("{} {}", plural("volume", names.len()), quoted(&names))))
}

fn host_ports(pod: &Pod) -> Option<Violation> {
    let ports_of = |container: &Value| -> Vec<i64> {
        container.get("ports").items().iter().filter_map(|port| port.get("hostPort").as_i64()).filter(|port| *port != 0).collect()
    };
    let names = pod.names(|container| !ports_of(container).is_empty());
    let mut ports: Vec<String> = pod.containers().flat_map(ports_of).map(|port| port.to_string()).collect();
    ports.order();
    ports.dedup();
    let uses = if names.len() == 1 { "uses" } else { "use" };
    let detail = format!("{} {uses} {} {}", containers(&names), plural("hostPort", ports.len()), ports.join(", "));
    (!names.is_empty()).then(|| Violation::new("hostPort", detail))
}

fn host_probes(pod: &Pod) -> Option<Violation> {
    let hosts_of = |container: &Value| -> Vec<String> {
        let handlers = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
        let hosts = handlers.iter().flat_map(|handler| ["httpGet", "tcpSocket"].map(|kind| container.path(handler).get(kind).get("host").str().to_string()));
        hosts.filter(|host| !matches!(host.as_str(), "" | "127.0.0.1" | "::1")).collect()
    };
    let names = distinct(pod.names(|container| !hosts_of(container).is_empty()));
    let all: Vec<String> = pod.containers().flat_map(hosts_of).collect();
    let hosts = distinct(all.iter().map(String::as_str).collect());
    let uses = if names.len() == 1 { "uses" } else { "use" };
    let detail = format!("{} {uses} {} {}", containers(&names), plural("probe or lifecycle host", hosts.len()), quoted(&hosts));
    (!names.is_empty()).then(|| Violation::new("probe or lifecycle host", detail))
}

fn privileged(pod: &Pod) -> Option<Violation> {
    let names = pod.names(|container| context(container).get("privileged").as_bool() == Some(true));
    (!names.is_empty()).then(|| Violation::new("privileged", format!("{} must not set securityContext.privileged=true", containers(&names))))
}

fn proc_mount(pod: &Pod) -> Option<Violation> {
    if pod.has_user_namespace() {
        return None;
    }
    let type_of = |container: &Value| context(container).get("procMount").str().to_string();
    let is_bad = |container: &Value| !matches!(type_of(container).as_str(), "" | "Default");
    let names = pod.names(is_bad);
    let all: Vec<String> = pod.containers().filter(|container| is_bad(container)).map(type_of).collect();
    let types = distinct(all.iter().map(String::as_str).collect());
    let detail = format!("{} must not set securityContext.procMount to {}", containers(&names), quoted(&types));
    (!names.is_empty()).then(|| Violation::new("procMount", detail))
}

fn selinux(pod: &Pod) -> Option<Violation> {
    let options = |value: &Value| context(value).get("seLinuxOptions").clone();
    let is_bad = |options: &Value| !SELINUX_TYPES.contains(&options.get("type").str()) || !options.get("user").is_empty() || !options.get("role").is_empty();
    let pod_options = options(pod.spec);
    let names = pod.names(|container| is_bad(&options(container)));
    if !is_bad(&pod_options) && names.is_empty() {
        return None;
    }
    let all: Vec<Value> = pod.containers().map(options).chain([pod_options.clone()]).collect();
    let types = distinct(all.iter().map(|options| options.get("type").str()).filter(|type_| !SELINUX_TYPES.contains(type_)).collect());
    let mut data = Vec::new();
    if !types.is_empty() {
        data.push(format!("{} {}", plural("type", types.len()), quoted(&types)));
    }
    for field in ["user", "role"] {
        if all.iter().any(|options| !options.get(field).is_empty()) {
            data.push(format!("{field} may not be set"));
        }
    }
    let detail = format!("{} set forbidden securityContext.seLinuxOptions: {}", setters(is_bad(&pod_options), &names), data.join("; "));
    Some(Violation::new("seLinuxOptions", detail))
}

fn seccomp(pod: &Pod) -> Option<Violation> {
    let type_of = |value: &Value| context(value).path("seccompProfile.type").str().to_string();
    let is_bad = |type_: &str| !matches!(type_, "" | "RuntimeDefault" | "Localhost");
    let pod_type = type_of(pod.spec);
    let names = pod.names(|container| is_bad(&type_of(container)));
    let all: Vec<String> = pod.containers().map(type_of).chain([pod_type.clone()]).filter(|type_| is_bad(type_)).collect();
    let values = distinct(all.iter().map(String::as_str).collect());
    let detail = format!("{} must not set securityContext.seccompProfile.type to {}", setters(is_bad(&pod_type), &names), quoted(&values));
    (!values.is_empty()).then(|| Violation::new("seccompProfile", detail))
}

fn sysctls(pod: &Pod) -> Option<Violation> {
    let names = context(pod.spec).get("sysctls").items().iter().map(|sysctl| sysctl.get("name").str());
    let forbidden: Vec<&str> = names.filter(|name| !SYSCTLS.contains(name)).collect();
    (!forbidden.is_empty()).then(|| Violation::new("forbidden sysctls", forbidden.join(", ")))
}

fn host_process(pod: &Pod) -> Option<Violation> {
    let is_set = |value: &Value| context(value).path("windowsOptions.hostProcess").as_bool() == Some(true);
    let names = pod.names(is_set);
    let detail = format!("{} must not set securityContext.windowsOptions.hostProcess=true", setters(is_set(pod.spec), &names));
    (is_set(pod.spec) || !names.is_empty()).then(|| Violation::new("hostProcess", detail))
}
