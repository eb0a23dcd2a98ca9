//! Nodes.

use super::text::{Text, date, flag, go, or};
use super::{Context, node_resources};
use crate::api::meta;
use crate::api::resource::{LEASES, PODS};
use crate::value::Value;

const ROLE: &str = "node-role.kubernetes.io/";

/// A Node, with its Pods and what they request.
pub async fn describe(context: &Context<'_>, text: &mut Text, node: &Value) {
    let (spec, status) = (node.get("spec"), node.get("status"));
    text.field(0, "Name", meta::name(node));
    let roles: Vec<&str> = node.path("metadata.labels").fields().keys().filter_map(|key| key.strip_prefix(ROLE)).collect();
    text.field(0, "Roles", if roles.is_empty() { "<none>".into() } else { roles.join(",") });
    text.labels(0, "Labels", node.path("metadata.labels"));
    text.annotations("Annotations", node.path("metadata.annotations"));
    text.field(0, "CreationTimestamp", date(node.path("metadata.creationTimestamp")));
    taints(text, spec.get("taints"));
    text.field(0, "Unschedulable", flag(spec.get("unschedulable")).to_string());
    lease(context, text, meta::name(node)).await;
    conditions(text, status.get("conditions"));
    text.line(0, "Addresses:");
    for address in status.get("addresses").items() {
        text.field(1, address.get("type").str(), address.get("address").str());
    }
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        text.line(0, format!("{title}:"));
        status.get(field).fields().iter().for_each(|(name, amount)| text.field(1, name, go(amount)));
    }
    system_info(text, status.get("nodeInfo"));
    if !spec.get("podCIDR").is_empty() {
        text.field(0, "PodCIDR", spec.get("podCIDR").str());
    }
    if !spec.get("podCIDRs").is_empty() {
        text.field(0, "PodCIDRs", super::text::join(spec.get("podCIDRs"), ","));
    }
    if !spec.get("providerID").is_empty() {
        text.field(0, "ProviderID", spec.get("providerID").str());
    }
    let selector = format!("spec.nodeName={},status.phase!=Failed,status.phase!=Succeeded", meta::name(node));
    let pods = context.list(&PODS, "", "", &selector).await;
    node_resources::write(text, node, &pods, context.now_ms());
    context.events(text, node).await;
}

fn taints(text: &mut Text, taints: &Value) {
    let mut words: Vec<(String, String)> = taints
        .items()
        .iter()
        .map(|taint| {
            let value = taint.get("value").str();
            let pair = if value.is_empty() { taint.get("key").str().to_string() } else { format!("{}={value}", taint.get("key").str()) };
            (format!("{}{}", taint.get("effect").str(), taint.get("key").str()), format!("{pair}:{}", taint.get("effect").str()))
        })
        .collect();
    words.sort();
    text.part(0, "Taints:\t");
    if words.is_empty() {
        text.line(0, "<none>");
    }
    for (index, (_, taint)) in words.into_iter().enumerate() {
        text.line(0, if index == 0 { taint } else { format!("\t{taint}") });
    }
}

async fn lease(context: &Context<'_>, text: &mut Text, node: &str) {
    let Some(lease) = context.get(&LEASES, "kube-node-lease", node).await else {
        text.line(0, "Lease:\tFailed to get lease: leases.coordination.k8s.io \"".to_string() + node + "\" not found");
        return;
    };
    let spec = lease.get("spec");
    text.line(0, "Lease:");
    text.field(1, "HolderIdentity", or(spec.get("holderIdentity"), "<unset>"));
    text.field(1, "AcquireTime", date(spec.get("acquireTime")));
    text.field(1, "RenewTime", date(spec.get("renewTime")));
}

fn conditions(text: &mut Text, conditions: &Value) {
    if conditions.items().is_empty() {
        return;
    }
    text.line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in conditions.items() {
        let cell = |field| condition.get(field).str();
        text.line(
            1,
            format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                cell("type"),
                cell("status"),
                date(condition.get("lastHeartbeatTime")),
                date(condition.get("lastTransitionTime")),
                cell("reason"),
                cell("message")
            ),
        );
    }
}

fn system_info(text: &mut Text, info: &Value) {
    text.line(0, "System Info:");
    for (title, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        text.field(1, title, info.get(field).str());
    }
}
