//! Nodes.

use super::text::{Text, date};
use crate::api::quantity::{Format, Quantity};
use crate::api::{meta, time};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{SmolStr, Sort, Value};

pub(super) async fn describe(invocation: &Invocation, node: &Value, text: &mut Text) -> Result<(), Failure> {
    text.field(0, "Name", meta::name(node));
    text.field(0, "Roles", super::text::or_none(&roles(node)));
    text.labels("Labels", node.path("metadata.labels").fields());
    text.annotations("Annotations", node.path("metadata.annotations").fields());
    text.field(0, "CreationTimestamp", date(node.path("metadata.creationTimestamp")));
    taints(node.path("spec.taints").items(), text);
    text.field(0, "Unschedulable", if node.path("spec.unschedulable").as_bool() == Some(true) { "true" } else { "false" });
    lease(invocation, node, text).await;
    let conditions = node.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for condition in conditions {
            let field = |name: &str| condition.get(name).str().to_string();
            let (heartbeat, transition) = (date(condition.get("lastHeartbeatTime")), date(condition.get("lastTransitionTime")));
            text.line(1, format!("{} \t{} \t{heartbeat} \t{transition} \t{} \t{}", field("type"), field("status"), field("reason"), field("message")));
        }
    }
    text.line(0, "Addresses:");
    for address in node.path("status.addresses").items() {
        text.field(1, address.get("type").str(), address.get("address").str());
    }
    for (field, title) in [("capacity", "Capacity"), ("allocatable", "Allocatable")] {
        let amounts = node.get("status").get(field).fields();
        if !amounts.is_empty() {
            text.line(0, format!("{title}:"));
            for (name, amount) in amounts.iter() {
                text.field(1, name, super::containers::quantity_text(amount));
            }
        }
    }
    system_info(node, text);
    pods(invocation, node, text).await
}

fn roles(node: &Value) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in node.path("metadata.labels").fields().iter() {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role),
            _ if key == "kubernetes.io/role" && !value.str().is_empty() => roles.push(value.str()),
            _ => {}
        }
    }
    roles.order();
    roles.dedup();
    roles.join(",")
}

fn taints(taints: &[Value], text: &mut Text) {
    if taints.is_empty() {
        return text.line(0, "Taints:\t<none>");
    }
    let shown = |taint: &Value| {
        let (key, value, effect) = (taint.get("key").str(), taint.get("value").str(), taint.get("effect").str());
        if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
    };
    let mut all: Vec<String> = Vec::new();
    let mut sorted: Vec<&Value> = taints.iter().collect();
    sorted.order_by_key(|taint| (taint.get("effect").str().to_string(), taint.get("key").str().to_string()));
    all.extend(sorted.into_iter().map(shown));
    for (index, taint) in all.iter().enumerate() {
        text.line(0, format!("{}\t{taint}", if index == 0 { "Taints:" } else { "" }));
    }
}

async fn lease(invocation: &Invocation, node: &Value, text: &mut Text) {
    let Some(mapping) = resources::find(&invocation.session.registry(), "leases.coordination.k8s.io") else { return };
    text.line(0, "Lease:");
    match invocation.get(&mapping, "kube-node-lease", meta::name(node)).await {
        Ok(lease) => {
            let or_unset = |value: &Value| if value.is_empty() { "<unset>".to_string() } else { date(value) };
            let holder = lease.path("spec.holderIdentity").str();
            text.field(1, "HolderIdentity", if holder.is_empty() { "<unset>" } else { holder });
            text.field(1, "AcquireTime", or_unset(lease.path("spec.acquireTime")));
            text.field(1, "RenewTime", or_unset(lease.path("spec.renewTime")));
        }
        Err(failure) => text.line(1, format!("Failed to get lease: {}", failure.message())),
    }
}

fn system_info(node: &Value, text: &mut Text) {
    let info = node.path("status.nodeInfo");
    text.line(0, "System Info:");
    for (field, title) in [
        ("machineID", "Machine ID"),
        ("systemUUID", "System UUID"),
        ("bootID", "Boot ID"),
        ("kernelVersion", "Kernel Version"),
        ("osImage", "OS Image"),
        ("operatingSystem", "Operating System"),
        ("architecture", "Architecture"),
        ("containerRuntimeVersion", "Container Runtime Version"),
        ("kubeletVersion", "Kubelet Version"),
    ] {
        text.field(1, title, info.get(field).str());
    }
    let cidr = node.path("spec.podCIDR").str();
    if !cidr.is_empty() {
        text.field(0, "PodCIDR", cidr);
    }
    let cidrs: Vec<&str> = node.path("spec.podCIDRs").items().iter().map(Value::str).collect();
    if !cidrs.is_empty() {
        text.field(0, "PodCIDRs", cidrs.join(","));
    }
    if !node.path("spec.providerID").is_empty() {
        text.field(0, "ProviderID", node.path("spec.providerID").str());
    }
}

/// What a pod asks for of a resource: its containers together, or its largest init container, and the overhead; sidecars count with the containers.
fn pod_amount(pod: &Value, list: &str, resource: &str) -> Quantity {
    let zero = Quantity::new(0, if resource == "memory" || resource == "ephemeral-storage" { Format::BinarySI } else { Format::DecimalSI });
    let of = |container: &Value| Quantity::from_value(container.get("resources").get(list).get(resource)).unwrap_or_else(|_| zero.clone());
    let mut total = zero.clone();
    for container in pod.path("spec.containers").items() {
        total = total.add(&of(container));
    }
    let (mut sidecars, mut largest) = (zero.clone(), zero.clone());
    for container in pod.path("spec.initContainers").items() {
        let need = if container.get("restartPolicy").str() == "Always" {
            sidecars = sidecars.add(&of(container));
            sidecars.clone()
        } else {
            sidecars.add(&of(container))
        };
        if need > largest {
            largest = need;
        }
    }
    total = total.add(&sidecars);
    if largest > total {
        total = largest;
    }
    if let Ok(overhead) = Quantity::from_value(pod.path("spec.overhead").get(resource))
        && !total.is_zero()
    {
        total = total.add(&overhead);
    }
    total
}

/// `600m (15%)`.
fn share(amount: &Quantity, of: &Quantity) -> String {
    let percent = if of.is_zero() { 0.0 } else { amount.as_f64() / of.as_f64() * 100.0 };
    format!("{amount} ({}%)", percent as i64)
}

async fn pods(invocation: &Invocation, node: &Value, text: &mut Text) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let selector = format!("spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed", meta::name(node));
    let options = Options { field_selector: SmolStr::from(selector), ..Options::default() };
    let pods = invocation.list(&mapping, "", options).await?;
    let allocatable = if node.path("status.allocatable").is_empty() { node.path("status.capacity") } else { node.path("status.allocatable") };
    let zero = Quantity::new(0, Format::DecimalSI);
    let has = |resource: &str| Quantity::from_value(allocatable.get(resource)).unwrap_or_else(|_| zero.clone());
    let (cpu, memory) = (has("cpu"), has("memory"));
    text.line(0, format!("Non-terminated Pods:\t({} in total)", pods.len()));
    text.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    text.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    for pod in &pods {
        let cells = [("requests", "cpu", &cpu), ("limits", "cpu", &cpu), ("requests", "memory", &memory), ("limits", "memory", &memory)];
        let cells: Vec<String> = cells.iter().map(|(list, resource, of)| share(&pod_amount(pod, list, resource), of)).collect();
        let age = time::age(pod.path("metadata.creationTimestamp").str(), invocation.session.now_ms());
        text.line(1, format!("{}\t{}\t\t{}\t{age}", meta::namespace(pod), meta::name(pod), cells.join("\t")));
    }
    text.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    text.line(1, "Resource\tRequests\tLimits");
    text.line(1, "--------\t--------\t------");
    let mut names = vec!["cpu", "memory", "ephemeral-storage"];
    let standard = ["cpu", "memory", "ephemeral-storage", "pods", "storage"];
    names.extend(allocatable.fields().keys().map(|key| key.as_str()).filter(|key| !standard.contains(key)));
    for name in names {
        let sum = |list: &str| pods.iter().map(|pod| pod_amount(pod, list, name)).reduce(|a, b| a.add(&b)).unwrap_or_else(|| zero.clone());
        let (requests, limits) = (sum("requests"), sum("limits"));
        let line = if standard.contains(&name) || name.starts_with("hugepages-") {
            format!("{name}\t{}\t{}", share(&requests, &has(name)), share(&limits, &has(name)))
        } else {
            format!("{name}\t{requests}\t{limits}")
        };
        text.line(1, line);
    }
    Ok(())
}
