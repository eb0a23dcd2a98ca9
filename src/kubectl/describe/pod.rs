//! Pods.

use super::text::{Text, date, or};
use super::{Context, containers, volumes};
use crate::api::kinds::core::quality_of_service;
use crate::api::{meta, time};
use crate::value::Value;

/// A Pod.
pub async fn describe(context: &Context<'_>, text: &mut Text, pod: &Value) {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    head(text, pod);
    status_lines(text, pod, context.now_ms());
    if !spec.get("initContainers").is_empty() {
        containers::write(text, "Init Containers", spec.get("initContainers"), status.get("initContainerStatuses"), pod, "");
    }
    containers::write(text, "Containers", spec.get("containers"), status.get("containerStatuses"), pod, "");
    if !spec.get("ephemeralContainers").is_empty() {
        containers::write(text, "Ephemeral Containers", spec.get("ephemeralContainers"), status.get("ephemeralContainerStatuses"), pod, "");
    }
    gates(text, spec, status);
    conditions(text, status);
    volumes::write(text, spec.get("volumes"), "");
    text.field(0, "QoS Class", or(status.get("qosClass"), quality_of_service::class(spec)));
    text.labels(0, "Node-Selectors", spec.get("nodeSelector"));
    containers::tolerations(text, "", spec.get("tolerations"));
    containers::spread(text, "", spec.get("topologySpreadConstraints"));
    context.events(text, pod).await;
}

fn head(text: &mut Text, pod: &Value) {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    text.field(0, "Name", meta::name(pod));
    text.field(0, "Namespace", meta::namespace(pod));
    if let Some(priority) = spec.get("priority").as_i64() {
        text.field(0, "Priority", priority.to_string());
    }
    for (title, field) in [("Priority Class Name", "priorityClassName"), ("Runtime Class Name", "runtimeClassName")] {
        if !spec.get(field).is_empty() {
            text.field(0, title, spec.get(field).str());
        }
    }
    text.field(0, "Service Account", spec.get("serviceAccountName").str());
    if spec.get("nodeName").is_empty() {
        text.field(0, "Node", "<none>");
    } else {
        text.field(0, "Node", format!("{}/{}", spec.get("nodeName").str(), status.get("hostIP").str()));
    }
    if !status.get("startTime").is_empty() {
        text.field(0, "Start Time", date(status.get("startTime")));
    }
    text.labels(0, "Labels", pod.path("metadata.labels"));
    text.annotations("Annotations", pod.path("metadata.annotations"));
}

fn status_lines(text: &mut Text, pod: &Value, now_ms: u64) {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    if meta::is_being_deleted(pod) && !matches!(status.get("phase").str(), "Failed" | "Succeeded") {
        text.field(0, "Status", format!("Terminating (lasts {})", time::age(pod.path("metadata.deletionTimestamp").str(), now_ms)));
        text.field(0, "Termination Grace Period", format!("{}s", pod.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0)));
    } else {
        text.field(0, "Status", status.get("phase").str());
    }
    for (title, field) in [("Reason", "reason"), ("Message", "message")] {
        if !status.get(field).is_empty() {
            text.field(0, title, status.get(field).str());
        }
    }
    if let Some(profile) = spec.path("securityContext.seccompProfile.type").as_str() {
        text.field(0, "SeccompProfile", profile);
        if profile == "Localhost" {
            text.field(0, "LocalhostProfile", spec.path("securityContext.seccompProfile.localhostProfile").str());
        }
    }
    text.field(0, "IP", status.get("podIP").str());
    let addresses = status.get("podIPs").items();
    if addresses.is_empty() {
        text.field(0, "IPs", "<none>");
    } else {
        text.line(0, "IPs:");
        addresses.iter().for_each(|address| text.field(1, "IP", address.get("ip").str()));
    }
    let owner = containers::controlled_by(pod);
    if !owner.is_empty() {
        text.field(0, "Controlled By", owner);
    }
    if !status.get("nominatedNodeName").is_empty() {
        text.field(0, "NominatedNodeName", status.get("nominatedNodeName").str());
    }
}

fn gates(text: &mut Text, spec: &Value, status: &Value) {
    let gates = spec.get("readinessGates").items();
    if gates.is_empty() {
        return;
    }
    text.line(0, "Readiness Gates:\n  Type\tStatus");
    for gate in gates {
        let type_ = gate.get("conditionType").str();
        let found = status.get("conditions").items().iter().find(|condition| condition.get("type").str() == type_);
        text.line(1, format!("{type_}\t{} ", found.map_or("<none>", |condition| condition.get("status").str())));
    }
}

fn conditions(text: &mut Text, status: &Value) {
    let conditions = status.get("conditions").items();
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Conditions:\n  Type\tStatus");
    for condition in conditions {
        text.line(1, format!("{}\t{} ", condition.get("type").str(), condition.get("status").str()));
    }
}
