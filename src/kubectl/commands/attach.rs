//! `kubectl attach`: what a container's first process writes, and what is typed into it.

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources;
use crate::server::request::Verb;
use crate::value::{Value, json};

/// `attach`.
pub const ENTRY: Entry = Entry { path: "attach", aliases: &[], flags: attach_flags, run: Some(|invocation| Box::pin(attach(invocation))) };

fn attach_flags() -> Vec<Flag> {
    vec![
        Flag::text("container").short('c'),
        Flag::duration("pod-running-timeout", "1m0s"),
        Flag::bool("quiet").short('q'),
        Flag::bool("stdin").short('i'),
        Flag::bool("tty").short('t'),
    ]
}

/// How often the log is looked at.
const POLL_MS: u64 = 50;

async fn attach(invocation: Invocation) -> Result<(), Failure> {
    let Some(target) = invocation.arguments.first() else {
        return Err(Failure::text("at least 1 argument is required for attach"));
    };
    let pod = pods::running_pod(&invocation, target).await?;
    let phase = pod.path("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::text(format!("cannot attach a container in a completed pod; current phase is {phase}")));
    }
    let named = invocation.flags.text("container");
    let container = if named.is_empty() { pods::default_container(&invocation, &pod)? } else { named.to_string() };
    follow(&invocation, &pod, &container, true).await.map(|_| ())
}

/// Shows what a container's first process writes, and hands on what is typed, until it has ended; the pod as it was then comes back.
/// What was written before is left out where `only_new` is said.
pub(super) async fn follow(invocation: &Invocation, pod: &Value, container: &str, only_new: bool) -> Result<Value, Failure> {
    let session = &invocation.session;
    let mapping = resources::resolve(&session.registry(), "pods")?;
    let (namespace, name) = (pod.path("metadata.namespace").str(), pod.path("metadata.name").str());
    let mut open = invocation.flags.is("stdin");
    if !invocation.flags.is("quiet") {
        session.err_line("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.");
        session.err_line("If you don't see a command prompt, try pressing enter.");
    }
    let mut known = if only_new { None } else { Some(0) };
    loop {
        let now = invocation.get(&mapping, namespace, name).await?;
        let mut request = invocation.request_for(Verb::Get, &mapping, namespace, name).with_body(json!({"container": container, "unfinished": true}));
        request.subresource = "log".into();
        let answer = invocation.send(request).await?;
        let text = answer.str();
        let from = known.unwrap_or(text.len());
        session.out(text.get(from..).unwrap_or(text));
        known = Some(text.len());
        if !pods::is_container_running(&now, container) {
            return Ok(now);
        }
        let until_ms = session.now_ms() + POLL_MS;
        let typed = match if open { session.read_input_until(until_ms).await } else { None } {
            Some(Some(text)) => json!({"container": container, "input": text}),
            Some(None) => {
                open = false;
                json!({"container": container, "close": true})
            }
            None => {
                session.sleep_ms(until_ms.saturating_sub(session.now_ms())).await;
                continue;
            }
        };
        let mut request = invocation.request_for(Verb::Create, &mapping, namespace, name).with_body(typed);
        request.subresource = "attach".into();
        // A process that has ended meanwhile reads nothing more.
        let _ = invocation.send(request).await;
    }
}
