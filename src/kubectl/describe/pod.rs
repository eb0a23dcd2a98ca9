//! Pods, and pod templates.

use super::text::{Text, date};
use super::{containers, volumes};
use crate::api::meta;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::value::{Sort, Value};

pub(super) async fn describe(invocation: &Invocation, pod: &Value, text: &mut Text) -> Result<(), Failure> {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    text.field(0, "Name", meta::name(pod));
    text.field(0, "Namespace", meta::namespace(pod));
    if let Some(priority) = spec.get("priority").as_i64() {
        text.field(0, "Priority", priority.to_string());
    }
    for (field, title) in [("priorityClassName", "Priority Class Name"), ("runtimeClassName", "Runtime Class Name"), ("serviceAccountName", "Service Account")]
    {
        if !spec.get(field).is_empty() {
            text.field(0, title, spec.get(field).str());
        }
    }
    let node = spec.get("nodeName").str();
    text.field(0, "Node", if node.is_empty() { "<none>".to_string() } else { format!("{node}/{}", status.get("hostIP").str()) });
    if !status.get("startTime").is_empty() {
        text.field(0, "Start Time", date(status.get("startTime")));
    }
    text.labels("Labels", pod.path("metadata.labels").fields());
    text.annotations("Annotations", pod.path("metadata.annotations").fields());
    phase(pod, invocation.session.now_ms(), text);
    text.field(0, "IP", status.get("podIP").str());
    let ips = status.get("podIPs").items();
    if ips.is_empty() {
        text.line(0, "IPs:\t<none>");
    } else {
        text.line(0, "IPs:");
        for ip in ips {
            text.field(1, "IP", ip.get("ip").str());
        }
    }
    let controller = meta::controller_of(pod);
    if !controller.is_null() {
        text.field(0, "Controlled By", format!("{}/{}", controller.get("kind").str(), controller.get("name").str()));
    }
    if !status.get("nominatedNodeName").is_empty() {
        text.field(0, "NominatedNodeName", status.get("nominatedNodeName").str());
    }
    if !spec.get("resources").is_empty() {
        text.line(0, "Resources:");
        containers::resources(spec.get("resources"), 1, text);
    }
    for (list, statuses, title) in [
        ("initContainers", "initContainerStatuses", "Init Containers"),
        ("containers", "containerStatuses", "Containers"),
        ("ephemeralContainers", "ephemeralContainerStatuses", "Ephemeral Containers"),
    ] {
        if list == "containers" || !spec.get(list).items().is_empty() {
            containers::describe(title, spec.get(list).items(), status.get(statuses).items(), pod, text);
        }
    }
    conditions(pod, text);
    volumes::describe(spec.get("volumes").items(), "", text);
    text.field(0, "QoS Class", status.get("qosClass").str());
    text.labels("Node-Selectors", spec.get("nodeSelector").fields());
    text.tolerations("Tolerations", spec.get("tolerations").items());
    topology_spread(spec.get("topologySpreadConstraints").items(), "", text);
    Ok(())
}

fn phase(pod: &Value, now_ms: u64, text: &mut Text) {
    let status = pod.get("status");
    let phase = status.get("phase").str();
    if meta::is_being_deleted(pod) && !matches!(phase, "Failed" | "Succeeded") {
        let since = crate::api::time::age(pod.path("metadata.deletionTimestamp").str(), now_ms);
        text.field(0, "Status", format!("Terminating (lasts {since})"));
        text.field(0, "Termination Grace Period", format!("{}s", pod.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0)));
    } else {
        text.field(0, "Status", phase);
    }
    for (field, title) in [("reason", "Reason"), ("message", "Message")] {
        if !status.get(field).is_empty() {
            text.field(0, title, status.get(field).str());
        }
    }
    let seccomp = pod.path("spec.securityContext.seccompProfile");
    if !seccomp.is_empty() {
        text.field(0, "SeccompProfile", seccomp.get("type").str());
        if !seccomp.get("localhostProfile").is_empty() {
            text.field(0, "LocalhostProfile", seccomp.get("localhostProfile").str());
        }
    }
}

fn conditions(pod: &Value, text: &mut Text) {
    let conditions = pod.path("status.conditions").items();
    let gates = pod.path("spec.readinessGates").items();
    if !gates.is_empty() {
        text.line(0, "Readiness Gates:\n  Type\tStatus");
        for gate in gates {
            let type_ = gate.get("conditionType").str();
            let status = conditions.iter().find(|condition| condition.get("type").str() == type_).map_or("<none>", |condition| condition.get("status").str());
            text.line(1, format!("{type_} \t{status} "));
        }
    }
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus");
        for condition in conditions {
            text.line(1, format!("{} \t{} ", condition.get("type").str(), condition.get("status").str()));
        }
    }
}

fn topology_spread(constraints: &[Value], space: &str, text: &mut Text) {
    let mut sorted: Vec<&Value> = constraints.iter().collect();
    sorted.order_by_key(|constraint| constraint.get("topologyKey").str().to_string());
    for (index, constraint) in sorted.into_iter().enumerate() {
        let head = if index == 0 { format!("{space}Topology Spread Constraints:") } else { space.to_string() };
        let selector = constraint.get("labelSelector");
        let mut line = format!("{head}\t{}:{}", constraint.get("topologyKey").str(), constraint.get("whenUnsatisfiable").str());
        line += &format!(" when max skew {} is exceeded", constraint.get("maxSkew").as_i64().unwrap_or(0));
        if !selector.is_null() {
            line += &format!(" for selector {}", crate::kubectl::pods::selector_text(selector));
        }
        text.line(0, line);
    }
}

/// The template of a Deployment and its like.
pub(super) fn describe_template(template: &Value, text: &mut Text) {
    text.line(0, "Pod Template:");
    let spec = template.get("spec");
    text.labels("  Labels", template.path("metadata.labels").fields());
    let annotations = template.path("metadata.annotations").fields();
    if !annotations.is_empty() {
        text.annotations("  Annotations", annotations);
    }
    if !spec.get("serviceAccountName").is_empty() {
        text.field(0, "  Service Account", spec.get("serviceAccountName").str());
    }
    if !spec.get("initContainers").items().is_empty() {
        containers::describe("Init Containers", spec.get("initContainers").items(), &[], &Value::Null, text);
    }
    containers::describe("Containers", spec.get("containers").items(), &[], &Value::Null, text);
    volumes::describe(spec.get("volumes").items(), "  ", text);
    topology_spread(spec.get("topologySpreadConstraints").items(), "  ", text);
    if !spec.get("priorityClassName").is_empty() {
        text.field(0, "  Priority Class Name", spec.get("priorityClassName").str());
    }
    text.labels("  Node-Selectors", spec.get("nodeSelector").fields());
    text.tolerations("  Tolerations", spec.get("tolerations").items());
}
