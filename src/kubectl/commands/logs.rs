//! `kubectl logs` (`k8s.io/kubectl/pkg/cmd/logs`).

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources;
use crate::server::request::{Options, Verb};
use crate::value::{SmolStr, Sort, Value};

/// `logs`.
pub const ENTRY: Entry = Entry { path: "logs", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![
        Flag::bool("all-containers"),
        Flag::bool("all-pods"),
        Flag::text("container").short('c'),
        Flag::bool("follow").short('f'),
        Flag::bool("ignore-errors"),
        Flag::bool("insecure-skip-tls-verify-backend"),
        Flag::int("limit-bytes", "0"),
        Flag::int("max-log-requests", "5"),
        Flag::duration("pod-running-timeout", "20s"),
        Flag::bool("prefix"),
        Flag::bool("previous").short('p'),
        Flag::text("selector").short('l'),
        Flag::duration("since", "0s"),
        Flag::text("since-time"),
        Flag::int("tail", "-1"),
        Flag::bool("timestamps"),
    ]
}

/// How often a log that is followed is looked at.
const POLL_MS: u64 = 100;

/// A container whose log is wanted.
struct Target {
    namespace: String,
    pod: String,
    container: String,
    reference: String,
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let selector = flags.text("selector").to_string();
    let arguments = invocation.arguments.clone();
    let mut container = flags.text("container").to_string();
    match (arguments.len(), selector.is_empty()) {
        (0, true) => {
            return Err(invocation
                .usage_error("expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"));
        }
        (0, false) | (1, true) => {}
        (1, false) => return Err(invocation.usage_error("only a selector (-l) or a POD name is allowed")),
        (2, true) if container.is_empty() => container = arguments[1].clone(),
        (2, true) => return Err(invocation.usage_error("only one of -c or an inline [CONTAINER] arg is allowed")),
        _ => {
            return Err(invocation
                .usage_error("expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"));
        }
    }
    check(&invocation)?;
    let pods = pods_of(&invocation, arguments.first().map(String::as_str), &selector).await?;
    let mut targets = Vec::new();
    let several = pods.len() > 1 || !selector.is_empty();
    for pod in &pods {
        targets.extend(containers_of(&invocation, pod, &container)?);
    }
    if flags.is("follow") {
        return follow(&invocation, &targets, several).await;
    }
    let prefix = flags.is("prefix") || flags.is("all-pods");
    for target in &targets {
        let text = read(&invocation, target, several, None).await?;
        show(&invocation, target, prefix, &text);
    }
    Ok(())
}

fn check(invocation: &Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    if flags.has("since") && flags.has("since-time") {
        return Err(Failure::text("at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    if flags.has("tail") && flags.int("tail") < -1 {
        return Err(Failure::text("--tail must be greater than or equal to -1"));
    }
    if flags.has("limit-bytes") && flags.int("limit-bytes") < 1 {
        return Err(Failure::text("--limit-bytes must be greater than 0"));
    }
    if flags.is("all-containers") && !flags.text("container").is_empty() {
        return Err(Failure::text("--all-containers=true should not be specified with container name"));
    }
    if flags.has("since-time") && crate::api::time::parse_rfc3339(flags.text("since-time")).is_none() {
        let text = flags.text("since-time");
        return Err(Failure::text(format!("parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\"")));
    }
    Ok(())
}

/// The pods that are meant: the named one, those of a selector, or those of an object.
async fn pods_of(invocation: &Invocation, argument: Option<&str>, selector: &str) -> Result<Vec<Value>, Failure> {
    let registry = invocation.session.registry();
    let mapping = resources::resolve(&registry, "pods")?;
    let Some(argument) = argument else {
        let options = Options { label_selector: SmolStr::new(selector), ..Options::default() };
        let pods = invocation.list(&mapping, &invocation.namespace, options).await?;
        if pods.is_empty() {
            invocation.session.err_line(format!("No resources found in {} namespace.", invocation.namespace));
        }
        return Ok(pods);
    };
    let (type_, name) = argument.split_once('/').unwrap_or(("pods", argument));
    let of = resources::resolve(&registry, type_)?;
    let not_found =
        |failure: Failure| if failure.is_not_found() { failure.wrap("error from server (NotFound): ").in_namespace(&invocation.namespace) } else { failure };
    let object = invocation.get(&of, &invocation.namespace, name).await.map_err(not_found)?;
    if of.kind.kind == "Pod" {
        return Ok(vec![object]);
    }
    let mut pods = pods::of_object(invocation, &of, &object).await?;
    if invocation.flags.is("all-pods") {
        return Ok(pods);
    }
    pods.order_by(pods::by_logging);
    if pods.is_empty() {
        return Err(Failure::text("timed out waiting for the condition"));
    }
    if pods.len() > 1 {
        invocation.session.err_line(format!("Found {} pods, using pod/{}", pods.len(), pods[0].path("metadata.name").str()));
    }
    pods.truncate(1);
    Ok(pods)
}

/// The containers of a pod whose logs are wanted.
fn containers_of(invocation: &Invocation, pod: &Value, container: &str) -> Result<Vec<Target>, Failure> {
    let (namespace, name) = (pod.path("metadata.namespace").str(), pod.path("metadata.name").str());
    let target = |container: &str, list: &str| Target {
        namespace: namespace.into(),
        pod: name.into(),
        container: container.into(),
        reference: format!("{list}{{{container}}}"),
    };
    if invocation.flags.is("all-containers") {
        let lists = [("initContainers", "spec.initContainers"), ("containers", "spec.containers"), ("ephemeralContainers", "spec.ephemeralContainers")];
        let all = lists.iter().flat_map(|(_, path)| pod.path(path).items().iter().map(|item| target(item.get("name").str(), path)));
        return Ok(all.collect());
    }
    if !container.is_empty() {
        if !pods::has_container(pod, container) {
            return Err(Failure::text(format!("container {container} is not valid for pod {name} out of: {}", pods::container_names(pod))));
        }
        return Ok(vec![target(container, "spec.containers")]);
    }
    Ok(vec![target(&pods::default_container(invocation, pod)?, "spec.containers")])
}

/// Asks for a log. `length` is how much of it is known already when it is followed.
async fn read(invocation: &Invocation, target: &Target, several: bool, length: Option<usize>) -> Result<String, Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let flags = &invocation.flags;
    let mut options = Value::object();
    options.set("container", target.container.as_str());
    for (flag, field) in [("previous", "previous"), ("timestamps", "timestamps")] {
        if flags.is(flag) {
            options.set(field, true);
        }
    }
    if flags.int("limit-bytes") > 0 {
        options.set("limitBytes", flags.int("limit-bytes"));
    }
    if flags.duration_ms("since") > 0 {
        options.set("sinceSeconds", (flags.duration_ms("since") + 999) / 1000);
    }
    if flags.has("since-time") {
        options.set("sinceTime", flags.text("since-time"));
    }
    // A selector shows the last ten lines of each log, unless told otherwise.
    let tail = if several && !flags.text("selector").is_empty() && !flags.has("tail") { 10 } else { flags.int("tail") };
    if tail >= 0 && length.is_none() {
        options.set("tailLines", tail);
    }
    let mut request = invocation.request_for(Verb::Get, &mapping, &target.namespace, &target.pod).with_body(options);
    request.subresource = "log".into();
    Ok(invocation.send(request).await?.str().to_string())
}

fn show(invocation: &Invocation, target: &Target, prefix: bool, text: &str) {
    if !prefix {
        invocation.session.out(text);
        return;
    }
    for line in text.split_inclusive('\n') {
        invocation.session.out(format!("[pod/{}/{}] {line}", target.pod, target.container));
    }
}

/// Shows logs as they are written, until their containers have ended.
async fn follow(invocation: &Invocation, targets: &[Target], several: bool) -> Result<(), Failure> {
    let most = invocation.flags.int("max-log-requests").max(0) as usize;
    if targets.len() > most {
        let advice = "use --max-log-requests to increase the limit";
        return Err(Failure::text(format!("you are attempting to follow {} log streams, but maximum allowed concurrency is {most}, {advice}", targets.len())));
    }
    let mut known: Vec<Option<usize>> = vec![None; targets.len()];
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    loop {
        let mut running = false;
        for (index, target) in targets.iter().enumerate() {
            let pod = match invocation.get(&mapping, &target.namespace, &target.pod).await {
                Ok(pod) => pod,
                Err(failure) if failure.is_not_found() && known[index].is_some() => continue,
                Err(failure) => return Err(failure),
            };
            running |= pods::is_container_running(&pod, &target.container);
            let whole = match read(invocation, target, several, Some(0)).await {
                Ok(whole) => whole,
                Err(failure) if invocation.flags.is("ignore-errors") => {
                    invocation.session.err_line(format!("error: {} ({})", failure.message(), target.reference));
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            let new = match known[index] {
                None => read(invocation, target, several, None).await?,
                // A restarted container begins a new log.
                Some(length) => whole.get(length..).unwrap_or(&whole).to_string(),
            };
            known[index] = Some(whole.len());
            show(invocation, target, invocation.flags.is("prefix"), &new);
        }
        if !running {
            return Ok(());
        }
        invocation.session.sleep_ms(POLL_MS).await;
    }
}
