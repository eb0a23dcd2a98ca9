//! `kubectl create service clusterip|nodeport|loadbalancer|externalname`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{Value, json};

/// `create service`.
pub const ENTRY: Entry = Entry { path: "create service", aliases: &["svc"], flags: Vec::new, run: None };

/// `create service clusterip`.
pub const CLUSTER_IP: Entry =
    Entry { path: "create service clusterip", aliases: &[], flags: cluster_ip_flags, run: Some(|invocation| Box::pin(run(invocation, "ClusterIP"))) };

/// `create service nodeport`.
pub const NODE_PORT: Entry =
    Entry { path: "create service nodeport", aliases: &[], flags: node_port_flags, run: Some(|invocation| Box::pin(run(invocation, "NodePort"))) };

/// `create service loadbalancer`.
pub const LOAD_BALANCER: Entry =
    Entry { path: "create service loadbalancer", aliases: &[], flags: tcp_flags, run: Some(|invocation| Box::pin(run(invocation, "LoadBalancer"))) };

/// `create service externalname`.
pub const EXTERNAL_NAME: Entry =
    Entry { path: "create service externalname", aliases: &[], flags: external_name_flags, run: Some(|invocation| Box::pin(run(invocation, "ExternalName"))) };

fn tcp_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::list("tcp")];
    flags.extend(generator_flags());
    flags
}

fn cluster_ip_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("clusterip")];
    flags.extend(tcp_flags());
    flags
}

fn node_port_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::int("node-port", "0")];
    flags.extend(tcp_flags());
    flags
}

fn external_name_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("external-name")];
    flags.extend(tcp_flags());
    flags
}

async fn run(invocation: Invocation, type_: &str) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let flags = &invocation.flags;
    if type_ == "ExternalName" {
        invocation.require_flags(&["external-name"])?;
    }
    let headless = flags.text("clusterip") == "None";
    if flags.list("tcp").is_empty() && type_ != "ExternalName" && !headless {
        return Err(Failure::text("at least one tcp port specifier must be provided"));
    }
    let mut object = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"selector": {"app": name}, "type": type_}, "status": {"loadBalancer": {}},
    });
    for tcp in flags.list("tcp") {
        let mut port = port_of(tcp)?;
        if flags.int("node-port") != 0 {
            port.set("nodePort", flags.int("node-port"));
        }
        object.push("spec.ports", port);
    }
    if !flags.text("clusterip").is_empty() {
        object.set("spec.clusterIP", flags.text("clusterip"));
    }
    if type_ == "ExternalName" {
        object.set("spec.externalName", flags.text("external-name"));
    }
    create_generated(&invocation, object, &format!("create {type_} service")).await
}

/// `80`, `80:8080`, `80:http`.
fn port_of(text: &str) -> Result<Value, Failure> {
    let (port_text, target_text) = text.split_once(':').unwrap_or((text, text));
    let port = match port_text.parse::<u64>() {
        Ok(port) if port <= 65_535 => port as i64,
        parsed => {
            let why = if parsed.is_ok() { "value out of range" } else { "invalid syntax" };
            return Err(Failure::text(format!("strconv.ParseUint: parsing {port_text:?}: {why}")));
        }
    };
    let target = match target_text.parse::<i64>() {
        Ok(target) => Value::from(target),
        Err(_) => Value::from(target_text),
    };
    let name = text.replace(':', "-");
    let mut object = json!({"name": name, "port": port, "protocol": "TCP"});
    object.set("targetPort", target);
    Ok(object)
}
