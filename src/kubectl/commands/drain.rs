//! `kubectl drain` (`k8s.io/kubectl/pkg/drain`).

use super::cordon::{nodes, set_unschedulable};
use crate::api::meta;
use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::{self, Mapping};
use crate::kubectl::source::Info;
use crate::server::request::{Options, Request, Verb};
use crate::value::{SmolStr, Sort, Value, json};

/// `drain`.
pub const ENTRY: Entry = Entry { path: "drain", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![
        Flag::int("chunk-size", "500"),
        Flag::bool("delete-emptydir-data"),
        Flag::bool("disable-eviction"),
        DRY_RUN,
        Flag::bool("force"),
        Flag::int("grace-period", "-1"),
        Flag::bool("ignore-daemonsets"),
        Flag::text("pod-selector"),
        Flag::text("selector").short('l'),
        Flag::int("skip-wait-for-delete-timeout", "0"),
        Flag::duration("timeout", "0s"),
    ]
}

/// How long to wait before an eviction that a budget refused is tried again.
const RETRY_MS: u64 = 5_000;
/// How often it is looked whether pods are gone.
const POLL_MS: u64 = 1_000;

const LOCAL_STORAGE: &str = "Pods with local storage (use --delete-emptydir-data to override)";
const DAEMON_SET: &str = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
const UNMANAGED: &str = "Pods that declare no controller (use --force to override)";

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let (nodes, failures) = nodes(&invocation).await?;
    Failure::of(failures)?;
    for node in &nodes {
        set_unschedulable(&invocation, node, true, dry_run).await?;
    }
    let mut problems = Vec::new();
    for node in &nodes {
        match drain(&invocation, node, dry_run).await {
            Ok(()) => {
                invocation.session.out_line(format!("node/{} drained{}", node.name, dry_run.suffix()));
            }
            Err(failure) => {
                let message = failure.message();
                invocation.session.err_line(format!("error: unable to drain node \"{}\" due to error: {message}, continuing command...", node.name));
                problems.push((node.name.clone(), message));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    invocation.session.err_line("There are pending nodes to be drained:");
    problems.iter().for_each(|(node, _)| invocation.session.err_line(format!(" {node}")));
    problems.iter().for_each(|(_, message)| invocation.session.err_line(message));
    Err(Failure::Exit(1))
}

async fn drain(invocation: &Invocation, node: &Info, dry_run: DryRun) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let options = Options {
        field_selector: SmolStr::from(format!("spec.nodeName={}", node.name)),
        label_selector: SmolStr::new(invocation.flags.text("pod-selector")),
        ..Options::default()
    };
    let pods = invocation.list(&mapping, "", options).await?;
    let chosen = choose(invocation, &pods)?;
    let deadline_ms = match invocation.flags.duration_ms("timeout") {
        0 => None,
        timeout_ms => Some(invocation.session.now_ms() + timeout_ms as u64),
    };
    let mut remaining = evict_all(invocation, &mapping, &chosen, dry_run, deadline_ms, &node.name).await?;
    if dry_run != DryRun::None {
        return Ok(());
    }
    while !remaining.is_empty() {
        let mut left = Vec::new();
        for pod in remaining {
            match invocation.get(&mapping, meta::namespace(&pod), meta::name(&pod)).await {
                Ok(now) if meta::uid(&now) == meta::uid(&pod) => left.push(pod),
                Ok(_) => said_gone(invocation, &pod),
                Err(failure) if failure.is_not_found() => said_gone(invocation, &pod),
                Err(failure) => return Err(failure),
            }
        }
        remaining = left;
        if !remaining.is_empty() {
            if deadline_ms.is_some_and(|deadline_ms| invocation.session.now_ms() >= deadline_ms) {
                return Err(pending(invocation, node, &remaining, "global timeout reached"));
            }
            invocation.session.sleep_ms(POLL_MS).await;
        }
    }
    Ok(())
}

fn said_gone(invocation: &Invocation, pod: &Value) {
    let word = if invocation.flags.is("disable-eviction") { "deleted" } else { "evicted" };
    invocation.session.out_line(format!("pod/{} {word}", meta::name(pod)));
}

fn pending(invocation: &Invocation, node: &Info, pods: &[Value], why: &str) -> Failure {
    invocation.session.err_line(format!("There are pending pods in node \"{}\" when an error occurred: {why}", node.name));
    pods.iter().for_each(|pod| invocation.session.err_line(format!("pod/{}", meta::name(pod))));
    Failure::text(why)
}

/// The pods that are to go, or why the node can't be drained (`filters.go`).
fn choose(invocation: &Invocation, pods: &[Value]) -> Result<Vec<Value>, Failure> {
    let flags = &invocation.flags;
    let mut chosen: Vec<Value> = Vec::new();
    let mut errors: Vec<(&str, String)> = Vec::new();
    let mut warnings: Vec<(&str, String)> = Vec::new();
    for pod in pods {
        let name = format!("{}/{}", meta::namespace(pod), meta::name(pod));
        let controller = meta::controller_of(pod);
        let finished = matches!(pod.path("status.phase").str(), "Succeeded" | "Failed");
        if !meta::annotation(pod, "kubernetes.io/config.mirror").is_empty() {
            continue;
        }
        if controller.get("kind").str() == "DaemonSet" && !finished {
            if flags.is("ignore-daemonsets") {
                warnings.push(("ignoring DaemonSet-managed Pods", name))
            } else {
                errors.push((DAEMON_SET, name))
            }
            continue;
        }
        let has_local_storage = pod.path("spec.volumes").items().iter().any(|volume| !volume.get("emptyDir").is_null());
        if has_local_storage && !finished && !flags.is("delete-emptydir-data") {
            errors.push((LOCAL_STORAGE, name));
            continue;
        }
        if controller.is_null() && !finished {
            if !flags.is("force") {
                errors.push((UNMANAGED, name));
                continue;
            }
            warnings.push(("deleting Pods that declare no controller", name));
        } else if has_local_storage && !finished {
            warnings.push(("deleting Pods with local storage", name));
        }
        chosen.push(pod.clone());
    }
    if errors.is_empty() {
        if !warnings.is_empty() {
            invocation.session.err_line(format!("Warning: {}", grouped(&warnings)));
        }
        return Ok(chosen);
    }
    let words: Vec<String> = groups(&errors).into_iter().map(|(reason, names)| format!("cannot delete {reason}: {}", names.join(", "))).collect();
    Err(Failure::text(if words.len() == 1 { words[0].clone() } else { format!("[{}]", words.join(", ")) }))
}

fn groups<'a>(entries: &'a [(&'a str, String)]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (reason, name) in entries {
        match groups.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(name),
            None => groups.push((reason, vec![name])),
        }
    }
    groups.order_by_key(|(reason, _)| *reason);
    groups
}

fn grouped(entries: &[(&str, String)]) -> String {
    groups(entries).into_iter().map(|(reason, names)| format!("{reason}: {}", names.join(", "))).collect::<Vec<_>>().join("; ")
}

/// Asks for each pod's eviction until it is granted; what has been asked comes back.
async fn evict_all(
    invocation: &Invocation,
    mapping: &Mapping,
    pods: &[Value],
    dry_run: DryRun,
    deadline_ms: Option<u64>,
    node: &str,
) -> Result<Vec<Value>, Failure> {
    let mut waiting: Vec<Value> = pods.to_vec();
    let mut granted = Vec::new();
    while !waiting.is_empty() {
        let mut refused = Vec::new();
        for pod in waiting {
            let (namespace, name) = (meta::namespace(&pod), meta::name(&pod));
            let by_deletion = invocation.flags.is("disable-eviction");
            invocation.session.out_line(format!("{} pod {namespace}/{name}{}", if by_deletion { "deleting" } else { "evicting" }, dry_run.suffix()));
            if dry_run == DryRun::Client {
                continue;
            }
            match invocation.send(removal(invocation, mapping, &pod, by_deletion, dry_run)).await {
                Ok(_) => granted.push(pod),
                Err(failure) if failure.is_not_found() => {}
                Err(failure) if failure.reason() == "TooManyRequests" => {
                    invocation.session.err_line(format!("error when evicting pods/\"{name}\" -n \"{namespace}\" (will retry after 5s): {}", failure.message()));
                    refused.push(pod);
                }
                Err(failure) => return Err(failure.wrap(&format!("error when evicting pods/\"{name}\" -n \"{namespace}\": "))),
            }
        }
        if !refused.is_empty() {
            let until_ms = invocation.session.now_ms() + RETRY_MS;
            match deadline_ms {
                Some(deadline_ms) if until_ms > deadline_ms => {
                    invocation.session.sleep_ms(deadline_ms.saturating_sub(invocation.session.now_ms())).await;
                    return Err(timed_out(invocation, &refused, node));
                }
                _ => invocation.session.sleep_ms(RETRY_MS).await,
            }
        }
        waiting = refused;
    }
    Ok(granted)
}

fn timed_out(invocation: &Invocation, pods: &[Value], node: &str) -> Failure {
    let words: Vec<String> = pods
        .iter()
        .map(|pod| {
            format!("error when evicting pods/\"{}\" -n \"{}\": global timeout reached: {}", meta::name(pod), meta::namespace(pod), go_duration(invocation))
        })
        .collect();
    let message = if words.len() == 1 { words[0].clone() } else { format!("[{}]", words.join(", ")) };
    invocation.session.err_line(format!("There are pending pods in node \"{node}\" when an error occurred: {message}"));
    pods.iter().for_each(|pod| invocation.session.err_line(format!("pod/{}", meta::name(pod))));
    Failure::text(message)
}

/// `8s`, `1m30s`: Go's `Duration.String` of whole seconds.
fn go_duration(invocation: &Invocation) -> String {
    let seconds = invocation.flags.duration_ms("timeout") / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn removal(invocation: &Invocation, mapping: &Mapping, pod: &Value, by_deletion: bool, dry_run: DryRun) -> Request {
    let (namespace, name) = (meta::namespace(pod), meta::name(pod));
    let grace = invocation.flags.int("grace-period");
    let mut request = if by_deletion {
        invocation.request_for(Verb::Delete, mapping, namespace, name)
    } else {
        let mut eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}});
        if grace >= 0 {
            eviction.set("deleteOptions.gracePeriodSeconds", grace);
        }
        let mut request = invocation.request_for(Verb::Create, mapping, namespace, name).with_body(eviction);
        request.subresource = "eviction".into();
        request
    };
    if grace >= 0 {
        request.options.grace_period_seconds = Some(grace);
    }
    request.options.dry_run = dry_run == DryRun::Server;
    request
}
