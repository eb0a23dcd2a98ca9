//! What the level `restricted` forbids beside `baseline`, in the order of upstream's checks.

use super::baseline::setters;
use super::{Pod, Violation, containers, context, distinct, plural, quoted};
use crate::value::Value;

const VOLUME_TYPES: [&str; 9] = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

pub(super) fn check(pod: &Pod) -> Vec<Violation> {
    [privilege_escalation(pod), capabilities(pod), volumes(pod), run_as_non_root(pod), run_as_user(pod), seccomp(pod)].into_iter().flatten().collect()
}

fn privilege_escalation(pod: &Pod) -> Option<Violation> {
    if pod.is_windows() {
        return None;
    }
    let names = pod.names(|container| context(container).get("allowPrivilegeEscalation").as_bool() != Some(false));
    let detail = format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(&names));
    (!names.is_empty()).then(|| Violation::new("allowPrivilegeEscalation != false", detail))
}

fn capabilities(pod: &Pod) -> Option<Violation> {
    if pod.is_windows() {
        return None;
    }
    let capabilities = |container: &Value, field: &str| context(container).get("capabilities").get(field).clone();
    let missing = pod.names(|container| !capabilities(container, "drop").items().iter().any(|name| name.str() == "ALL"));
    let added = |container: &Value| -> Vec<String> {
        let add = capabilities(container, "add");
        add.items().iter().map(|name| name.str().to_string()).filter(|name| name != "NET_BIND_SERVICE").collect()
    };
    let adding = pod.names(|container| !added(container).is_empty());
    let mut details = Vec::new();
    if !missing.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", containers(&missing)));
    }
    if !adding.is_empty() {
        let all: Vec<String> = pod.containers().flat_map(added).collect();
        let forbidden = distinct(all.iter().map(String::as_str).collect());
        details.push(format!("{} must not include {} in securityContext.capabilities.add", containers(&adding), quoted(&forbidden)));
    }
    (!details.is_empty()).then(|| Violation::new("unrestricted capabilities", details.join("; ")))
}

fn volumes(pod: &Pod) -> Option<Violation> {
    let type_of = |volume: &Value| -> String {
        let found = volume.fields().keys().find(|name| *name != "name" && !VOLUME_TYPES.contains(&name.as_str()));
        found.map(ToString::to_string).unwrap_or_default()
    };
    let bad: Vec<&Value> = pod.spec.get("volumes").items().iter().filter(|volume| !type_of(volume).is_empty()).collect();
    let names: Vec<&str> = bad.iter().map(|volume| volume.get("name").str()).collect();
    let all: Vec<String> = bad.iter().map(|volume| type_of(volume)).collect();
    let types = distinct(all.iter().map(String::as_str).collect());
    let uses = if names.len() == 1 { "uses" } else { "use" };
    let detail = format!("{} {} {uses} {} {}", plural("volume", names.len()), quoted(&names), plural("restricted volume type", types.len()), quoted(&types));
    (!names.is_empty()).then(|| Violation::new("restricted volume types", detail))
}

fn run_as_non_root(pod: &Pod) -> Option<Violation> {
    const REASON: &str = "runAsNonRoot != true";
    if pod.has_user_namespace() {
        return None;
    }
    let wish = |value: &Value| context(value).get("runAsNonRoot").as_bool();
    let explicit = pod.names(|container| wish(container) == Some(false));
    let pod_wish = wish(pod.spec);
    if pod_wish == Some(false) || !explicit.is_empty() {
        let who = setters(pod_wish == Some(false), &explicit);
        return Some(Violation::new(REASON, format!("{who} must not set securityContext.runAsNonRoot=false")));
    }
    let implicit = pod.names(|container| wish(container).is_none() && pod_wish != Some(true));
    let detail = format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&implicit));
    (!implicit.is_empty()).then(|| Violation::new(REASON, detail))
}

fn run_as_user(pod: &Pod) -> Option<Violation> {
    if pod.has_user_namespace() {
        return None;
    }
    let is_root = |value: &Value| context(value).get("runAsUser").as_i64() == Some(0);
    let names = pod.names(is_root);
    let detail = format!("{} must not set runAsUser=0", setters(is_root(pod.spec), &names));
    (is_root(pod.spec) || !names.is_empty()).then(|| Violation::new("runAsUser=0", detail))
}

fn seccomp(pod: &Pod) -> Option<Violation> {
    const REASON: &str = "seccompProfile";
    if pod.is_windows() {
        return None;
    }
    let type_of = |value: &Value| context(value).path("seccompProfile.type").as_str().map(str::to_string);
    let is_good = |type_: &str| matches!(type_, "RuntimeDefault" | "Localhost");
    let pod_type = type_of(pod.spec);
    let explicit = pod.names(|container| type_of(container).is_some_and(|type_| !is_good(&type_)));
    let pod_is_bad = pod_type.as_deref().is_some_and(|type_| !is_good(type_));
    if pod_is_bad || !explicit.is_empty() {
        let all: Vec<String> = pod.containers().filter_map(type_of).chain(pod_type).filter(|type_| !is_good(type_)).collect();
        let values = distinct(all.iter().map(String::as_str).collect());
        let detail = format!("{} must not set securityContext.seccompProfile.type to {}", setters(pod_is_bad, &explicit), quoted(&values));
        return Some(Violation::new(REASON, detail));
    }
    let implicit = pod.names(|container| type_of(container).is_none() && pod_type.is_none());
    let detail = format!("pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"", containers(&implicit));
    (!implicit.is_empty()).then(|| Violation::new(REASON, detail))
}
