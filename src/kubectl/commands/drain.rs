//! `kubectl drain` (`k8s.io/kubectl/pkg/drain`).

use super::cordon::{nodes, set_unschedulable};
use crate::api::{meta, time};
use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::{self, Mapping};
use crate::kubectl::source::Info;
use crate::server::request::{Options, Request, Verb};
use crate::value::{SmolStr, Value, json};

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
            Err(errors) => {
                let message = aggregate(&errors);
                invocation.session.err_line(format!("error: unable to drain node \"{}\" due to error: {message}, continuing command...", node.name));
                problems.push((node.name.clone(), errors));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    invocation.session.err_line("There are pending nodes to be drained:");
    problems.iter().for_each(|(node, _)| invocation.session.err_line(format!(" {node}")));
    match &problems[..] {
        [(_, errors)] => errors.iter().for_each(|error| invocation.session.err_line(error)),
        _ => problems.iter().for_each(|(_, errors)| invocation.session.err_line(aggregate(errors))),
    }
    Err(Failure::Exit(1))
}

/// Several errors in one line, as Go's `Aggregate` writes them.
fn aggregate(errors: &[String]) -> String {
    if let [error] = errors { error.clone() } else { format!("[{}]", errors.join(", ")) }
}

async fn drain(invocation: &Invocation, node: &Info, dry_run: DryRun) -> Result<(), Vec<String>> {
    let (chosen, warnings) = choose(invocation, node).await?;
    if !warnings.is_empty() {
        invocation.session.err_line(format!("Warning: {warnings}"));
    }
    if dry_run == DryRun::Client {
        for pod in &chosen {
            invocation.session.out_line(format!("evicting pod {}/{} (dry run)", meta::namespace(pod), meta::name(pod)));
        }
        return Ok(());
    }
    let errors = remove_all(invocation, chosen, dry_run).await;
    if errors.is_empty() {
        return Ok(());
    }
    match choose(invocation, node).await {
        Ok((pods, _)) if pods.is_empty() => {}
        Ok((pods, _)) => {
            let message = aggregate(&errors);
            invocation.session.err_line(format!("There are pending pods in node \"{}\" when an error occurred: {message}", node.name));
            pods.iter().for_each(|pod| invocation.session.err_line(format!("pod/{}", meta::name(pod))));
        }
        Err(more) => {
            let message = aggregate(&more);
            invocation.session.err_line(format!("Following errors occurred while getting the list of pods to delete:\n{message}"));
        }
    }
    Err(errors)
}

/// The pods that are to go and what there is to warn of, or why the node can't be drained (`filters.go`): the first filter that keeps a pod decides, and
/// the last one's word counts.
async fn choose(invocation: &Invocation, node: &Info) -> Result<(Vec<Value>, String), Vec<String>> {
    let flags = &invocation.flags;
    let registry = invocation.session.registry();
    let told = |failure: Failure| vec![failure.message()];
    let mapping = resources::resolve(&registry, "pods").map_err(told)?;
    let daemon_sets = resources::resolve(&registry, "daemonsets").map_err(told)?;
    let options = Options {
        field_selector: SmolStr::from(format!("spec.nodeName={}", node.name)),
        label_selector: SmolStr::new(flags.text("pod-selector")),
        ..Options::default()
    };
    let mut chosen: Vec<Value> = Vec::new();
    let mut errors: Vec<(String, String)> = Vec::new();
    let mut warnings: Vec<(String, String)> = Vec::new();
    for pod in invocation.list(&mapping, "", options).await.map_err(told)? {
        let name = format!("{}/{}", meta::namespace(&pod), meta::name(&pod));
        let controller = meta::controller_of(&pod);
        let is_finished = matches!(pod.path("status.phase").str(), "Succeeded" | "Failed");
        if is_skipped(invocation, &pod) {
            continue;
        }
        if controller.get("kind").str() == "DaemonSet" && !is_finished {
            match invocation.get(&daemon_sets, meta::namespace(&pod), controller.get("name").str()).await {
                // Who should make it again is gone.
                Err(failure) if failure.is_not_found() && flags.is("force") => {}
                Err(failure) => {
                    errors.push((failure.message(), name));
                    continue;
                }
                Ok(_) => {
                    if flags.is("ignore-daemonsets") {
                        warnings.push(("ignoring DaemonSet-managed Pods".into(), name));
                    } else {
                        errors.push((DAEMON_SET.into(), name));
                    }
                    continue;
                }
            }
        }
        if !meta::annotation(&pod, "kubernetes.io/config.mirror").is_empty() {
            continue;
        }
        let has_local_storage = pod.path("spec.volumes").items().iter().any(|volume| !volume.get("emptyDir").is_null());
        if has_local_storage && !is_finished && !flags.is("delete-emptydir-data") {
            errors.push((LOCAL_STORAGE.into(), name));
            continue;
        }
        if controller.is_null() && !is_finished {
            if !flags.is("force") {
                errors.push((UNMANAGED.into(), name));
                continue;
            }
            warnings.push(("deleting Pods that declare no controller".into(), name));
        }
        chosen.push(pod);
    }
    if errors.is_empty() {
        return Ok((chosen, groups(&warnings).join("; ")));
    }
    Err(groups(&errors).into_iter().map(|refusal| format!("cannot delete {refusal}")).collect())
}

/// Whether the pod has been ending for longer than the person wants to wait for.
fn is_skipped(invocation: &Invocation, pod: &Value) -> bool {
    let limit_ms = time::seconds_ms(invocation.flags.int("skip-wait-for-delete-timeout"));
    let deleted_ms = time::parse_rfc3339(pod.path("metadata.deletionTimestamp").str());
    limit_ms > 0 && deleted_ms.is_some_and(|deleted_ms| invocation.session.now_ms() > deleted_ms + limit_ms)
}

/// `reason: ns/pod, ns/pod`, for each reason.
fn groups(entries: &[(String, String)]) -> Vec<String> {
    let mut groups: crate::value::SortedMap<&str, Vec<&str>> = Default::default();
    for (reason, name) in entries {
        groups.entry(reason).or_default().push(name);
    }
    groups.into_iter().map(|(reason, names)| format!("{reason}: {}", names.join(", "))).collect()
}

/// A pod on its way out.
struct Leaving {
    pod: Value,
    /// Whether its eviction has been granted, so that only its end is waited for.
    is_granted: bool,
    /// When there is something to do about it.
    next_ms: u64,
}

/// Evicts or deletes the pods, each on its own, and waits until they are gone; what went wrong comes back.
async fn remove_all(invocation: &Invocation, pods: Vec<Value>, dry_run: DryRun) -> Vec<String> {
    let session = &invocation.session;
    let mapping = match resources::resolve(&session.registry(), "pods") {
        Ok(mapping) => mapping,
        Err(failure) => return vec![failure.message()],
    };
    let deadline_ms = match invocation.flags.duration_ms("timeout") {
        0 => u64::MAX,
        timeout_ms => session.now_ms() + timeout_ms as u64,
    };
    let mut leaving: Vec<Leaving> = pods.into_iter().map(|pod| Leaving { pod, is_granted: false, next_ms: session.now_ms() }).collect();
    let mut errors = Vec::new();
    while let Some(next_ms) = leaving.iter().map(|one| one.next_ms).min() {
        session.sleep_ms(next_ms.saturating_sub(session.now_ms())).await;
        let mut left = Vec::new();
        for mut one in leaving {
            if one.next_ms > session.now_ms() {
                left.push(one);
                continue;
            }
            let step = if one.is_granted {
                look(invocation, &mapping, &mut one, deadline_ms).await
            } else {
                ask(invocation, &mapping, &mut one, dry_run, deadline_ms).await
            };
            match step {
                Ok(true) => {}
                Ok(false) => left.push(one),
                Err(error) if errors.contains(&error) => {}
                Err(error) => errors.push(error),
            }
        }
        leaving = left;
    }
    errors
}

/// Asks for a pod's eviction; true where nothing is left to be done about it.
async fn ask(invocation: &Invocation, mapping: &Mapping, one: &mut Leaving, dry_run: DryRun, deadline_ms: u64) -> Result<bool, String> {
    let (namespace, name) = (meta::namespace(&one.pod), meta::name(&one.pod));
    let by_deletion = invocation.flags.is("disable-eviction");
    if !by_deletion {
        invocation.session.out_line(format!("evicting pod {namespace}/{name}{}", dry_run.suffix()));
    }
    if invocation.session.now_ms() >= deadline_ms {
        return Err(format!("error when evicting pods/\"{name}\" -n \"{namespace}\": global timeout reached: {}", go_duration(invocation)));
    }
    match invocation.send(removal(invocation, mapping, &one.pod, by_deletion, dry_run)).await {
        Ok(_) if dry_run != DryRun::None => return Ok(true),
        Ok(_) => {
            one.is_granted = true;
            one.next_ms = invocation.session.now_ms();
        }
        Err(failure) if failure.is_not_found() => return Ok(true),
        Err(failure) if failure.reason() == "TooManyRequests" => {
            let message = failure.message();
            invocation.session.err_line(format!("error when evicting pods/\"{name}\" -n \"{namespace}\" (will retry after 5s): {message}"));
            one.next_ms = invocation.session.now_ms() + RETRY_MS;
        }
        Err(failure) => return Err(format!("error when evicting pods/\"{name}\" -n \"{namespace}\": {}", failure.message())),
    }
    Ok(false)
}

/// Looks whether a pod is gone.
async fn look(invocation: &Invocation, mapping: &Mapping, one: &mut Leaving, deadline_ms: u64) -> Result<bool, String> {
    let (namespace, name) = (meta::namespace(&one.pod), meta::name(&one.pod));
    let by_deletion = invocation.flags.is("disable-eviction");
    let failed = |why: &str| match by_deletion {
        true => why.to_string(),
        false => format!("error when waiting for pod \"{name}\" in namespace \"{namespace}\" to terminate: {why}"),
    };
    match invocation.get(mapping, namespace, name).await {
        Ok(now) if meta::uid(&now) == meta::uid(&one.pod) && !is_skipped(invocation, &now) => {
            let now_ms = invocation.session.now_ms();
            if now_ms >= deadline_ms {
                return Err(failed("context deadline exceeded"));
            }
            one.next_ms = (now_ms + POLL_MS).min(deadline_ms);
            return Ok(false);
        }
        Ok(now) if meta::uid(&now) == meta::uid(&one.pod) => {
            let limit = invocation.flags.int("skip-wait-for-delete-timeout");
            invocation.session.out_line(format!("pod \"{name}\" has DeletionTimestamp older than {limit} seconds, skipping"));
        }
        Err(failure) if !failure.is_not_found() => return Err(failed(&failure.message())),
        _ => invocation.session.out_line(format!("pod/{name} {}", if by_deletion { "deleted" } else { "evicted" })),
    }
    Ok(true)
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
