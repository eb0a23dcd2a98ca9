//! `kubectl port-forward` (`k8s.io/kubectl/pkg/cmd/portforward`): ports of the person's own computer that lead to a pod.

use crate::api::meta;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::session::HostRequest;
use crate::kubectl::{pods, resources};
use crate::value::Value;

/// `port-forward`.
pub const ENTRY: Entry = Entry { path: "port-forward", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![Flag::list("address").or("localhost"), Flag::duration("pod-running-timeout", "1m0s")]
}

/// How often it is looked for connections, and for the pod.
const POLL_MS: u64 = 100;

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let Some((target, ports)) = invocation.arguments.split_first().filter(|(_, ports)| !ports.is_empty()) else {
        return Err(invocation.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    };
    let service = service(&invocation, target).await?;
    let pod = pods::running_pod(&invocation, target).await?;
    let phase = pod.path("status.phase").str();
    if phase != "Running" {
        return Err(Failure::text(format!("unable to forward port because pod is not running. Current status={phase}")));
    }
    let session = &invocation.session;
    let mut forwarded = Vec::new();
    for port in ports {
        let (local, remote) = port.split_once(':').unwrap_or((port, port));
        let remote = remote_port(&service, &pod, remote)?;
        // A service's port leads to the port of the pod that is behind it, and keeps its own number here.
        let local = if port.contains(':') { local } else { port.as_str() };
        let wanted = match local {
            "" => 0,
            local => local.parse().ok().or_else(|| named_port(&service, &pod, local)).ok_or_else(|| bad_port("local", local))?,
        };
        let request = HostRequest::Forward { port: wanted, namespace: meta::namespace(&pod).into(), pod: meta::name(&pod).into(), pod_port: remote };
        let chosen = match session.host(request).await {
            Ok(chosen) => chosen.parse::<u16>().unwrap_or(wanted),
            Err(why) => {
                let listener = format!("unable to create listener: Error listen tcp4 127.0.0.1:{wanted}: {why}");
                session.out_line(format!(
                    "Unable to listen on port {wanted}: Listeners failed to create with the following errors: [{listener} {}]",
                    listener.replace("tcp4 127.0.0.1", "tcp6 [::1]")
                ));
                return Err(Failure::text(format!("unable to listen on any of the requested ports: [{{{wanted} {remote}}}]")));
            }
        };
        session.out_line(format!("Forwarding from 127.0.0.1:{chosen} -> {remote}\nForwarding from [::1]:{chosen} -> {remote}"));
        forwarded.push((chosen, 0_usize));
    }
    let mapping = resources::resolve(&session.registry(), "pods")?;
    loop {
        session.sleep_ms(POLL_MS).await;
        for (port, handled) in &mut forwarded {
            let count = session.host(HostRequest::Forwarded(*port)).await.ok().and_then(|count| count.parse().ok()).unwrap_or(0);
            for _ in *handled..count {
                session.out_line(format!("Handling connection for {port}"));
            }
            *handled = count;
        }
        let gone = match invocation.get(&mapping, meta::namespace(&pod), meta::name(&pod)).await {
            Ok(now) => matches!(now.path("status.phase").str(), "Succeeded" | "Failed"),
            Err(_) => true,
        };
        if gone {
            for (port, _) in &forwarded {
                let _ = session.host(HostRequest::EndForward(*port)).await;
            }
            return Err(Failure::text("lost connection to pod"));
        }
    }
}

/// The Service, where that is what is named; `null` otherwise.
async fn service(invocation: &Invocation, target: &str) -> Result<Value, Failure> {
    let Some((type_, name)) = target.split_once('/') else { return Ok(Value::Null) };
    let mapping = resources::resolve(&invocation.session.registry(), type_)?;
    if mapping.kind.kind != "Service" {
        return Ok(Value::Null);
    }
    invocation.get(&mapping, &invocation.namespace, name).await
}

fn bad_port(which: &str, port: &str) -> Failure {
    Failure::text(format!("error parsing {which} port '{port}': strconv.ParseUint: parsing \"{port}\": invalid syntax"))
}

fn named_port(service: &Value, pod: &Value, name: &str) -> Option<u16> {
    let of_service = service.path("spec.ports").items().iter().find(|port| port.get("name").str() == name).and_then(|port| port.get("port").as_i64());
    of_service.or_else(|| container_port(pod, name)).and_then(|port| u16::try_from(port).ok())
}

fn container_port(pod: &Value, name: &str) -> Option<i64> {
    let containers = pod.path("spec.containers").items().iter();
    containers.flat_map(|container| container.get("ports").items()).find(|port| port.get("name").str() == name)?.get("containerPort").as_i64()
}

/// The pod's port: a number, a name, or what a Service's port leads to.
fn remote_port(service: &Value, pod: &Value, text: &str) -> Result<u16, Failure> {
    let number = text.parse::<i64>().ok();
    if !service.is_null() {
        let is_meant = |port: &&Value| port.get("port").as_i64() == number && number.is_some() || number.is_none() && port.get("name").str() == text;
        let Some(port) = service.path("spec.ports").items().iter().find(is_meant) else {
            let what = if number.is_some() { "have a service port" } else { "have a named port" };
            return Err(Failure::text(match number {
                Some(_) => format!("Service {} does not {what} {text}", meta::name(service)),
                None => format!("Service '{}' does not {what} '{text}'", meta::name(service)),
            }));
        };
        let target = port.get("targetPort");
        let found = match target.as_i64().or_else(|| container_port(pod, target.str())) {
            Some(found) => Some(found),
            None => port.get("port").as_i64(),
        };
        return found.and_then(|port| u16::try_from(port).ok()).ok_or_else(|| bad_port("remote", text));
    }
    let found = match number {
        Some(number) => number,
        None => {
            let why = format!("Pod '{}' does not have a named port '{text}'", meta::name(pod));
            container_port(pod, text).ok_or_else(|| Failure::text(why))?
        }
    };
    u16::try_from(found).ok().filter(|port| *port > 0).ok_or_else(|| Failure::text("remote port must be > 0"))
}
