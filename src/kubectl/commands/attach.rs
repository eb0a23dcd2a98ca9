//! `kubectl attach` and `kubectl port-forward`.

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources;
use crate::server::request::Verb;
use crate::value::json;

/// `attach`.
pub const ATTACH: Entry = Entry {
    path: "attach",
    aliases: &[],
    about: "Attach to a process that is already running inside an existing container.\n\nWhat the process writes from now on is shown; it can't be written to here.",
    examples: "
# What a pod writes
kubectl attach web",
    usage: "(POD | TYPE/NAME) -c CONTAINER",
    flags: attach_flags,
    run: Some(|invocation| Box::pin(attach(invocation))),
};

/// `port-forward`.
pub const PORT_FORWARD: Entry = Entry {
    path: "port-forward",
    aliases: &[],
    about: "Forward one or more local ports to a pod.\n\nThe simulated cluster has no machine of yours beside it, so there are no local ports to forward: this command says so. Ask a server from inside the cluster instead.",
    examples: "
# Ask a service from a pod
kubectl run ask --image=busybox --restart=Never --rm -i -- wget -qO- http://web",
    usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: port_forward_flags,
    run: Some(|invocation| Box::pin(port_forward(invocation))),
};

fn attach_flags() -> Vec<Flag> {
    vec![
        Flag::text("container", "The container.").short('c'),
        Flag::duration("pod-running-timeout", "1m0s", "How long to wait for a pod that runs."),
        Flag::bool("quiet", "Say only what the process writes.").short('q'),
        Flag::bool("stdin", "Not supported here: the process can't be written to.").short('i'),
        Flag::bool("tty", "Not supported here.").short('t'),
    ]
}

fn port_forward_flags() -> Vec<Flag> {
    vec![Flag::list("address", "The local addresses.").or("localhost"), Flag::duration("pod-running-timeout", "1m0s", "How long to wait for a pod that runs.")]
}

/// How often the log is looked at.
const POLL_MS: u64 = 100;

async fn attach(invocation: Invocation) -> Result<(), Failure> {
    let Some(target) = invocation.arguments.first() else {
        return Err(invocation.usage_error("at least 1 argument is required for attach"));
    };
    if invocation.flags.is("stdin") {
        return Err(Failure::text("the simulated processes can't be written to while they run: attach without -i, or use kubectl exec"));
    }
    let pod = pods::running_pod(&invocation, target).await?;
    let phase = pod.path("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::text(format!("cannot attach a container in a completed pod; current phase is {phase}")));
    }
    let named = invocation.flags.text("container");
    let container = if named.is_empty() { pods::default_container(&invocation, &pod)? } else { named.to_string() };
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let (namespace, name) = (pod.path("metadata.namespace").str(), pod.path("metadata.name").str());
    let mut known = None;
    loop {
        let now = invocation.get(&mapping, namespace, name).await?;
        let mut request = invocation.request_for(Verb::Get, &mapping, namespace, name).with_body(json!({"container": container}));
        request.subresource = "log".into();
        let answer = invocation.send(request).await?;
        let text = answer.str();
        // What was written before is not shown.
        let from = known.unwrap_or(text.len());
        invocation.session.out(text.get(from..).unwrap_or(text));
        known = Some(text.len());
        if !pods::is_container_running(&now, &container) {
            return Ok(());
        }
        invocation.session.sleep_ms(POLL_MS).await;
    }
}

async fn port_forward(invocation: Invocation) -> Result<(), Failure> {
    let Some((target, ports)) = invocation.arguments.split_first() else {
        return Err(invocation.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    };
    if ports.is_empty() {
        return Err(invocation.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    }
    pods::running_pod(&invocation, target).await?;
    Err(Failure::text(
        "the simulated cluster has no local ports to forward: ask from inside it, for example with\nkubectl run ask --image=busybox --restart=Never --rm -i -- wget -qO- http://SERVICE",
    ))
}
