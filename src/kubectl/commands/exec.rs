//! `kubectl exec` (`k8s.io/kubectl/pkg/cmd/exec`).

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::{Failure, body_of};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources;
use crate::kubectl::session::{STILL_RUNNING, Stream};
use crate::server::request::Verb;
use crate::value::{SmolStr, Value, json};

/// `exec`.
pub const ENTRY: Entry = Entry { path: "exec", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![
        Flag::text("container").short('c'),
        Flag::list("filename").short('f'),
        Flag::duration("pod-running-timeout", "1m0s"),
        Flag::bool("quiet").short('q'),
        Flag::bool("stdin").short('i'),
        Flag::bool("tty").short('t'),
    ]
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (target, command) = match invocation.flags.arguments_before_dash {
        Some(_) => {
            let (before, after) = invocation.split_at_dash();
            match before {
                [target] => (target.clone(), after.to_vec()),
                [] => return Err(Failure::text("pod, type/name or --filename must be specified")),
                _ => {
                    return Err(Failure::text(
                        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
                    ));
                }
            }
        }
        None => match invocation.arguments.as_slice() {
            [] => return Err(Failure::text("pod, type/name or --filename must be specified")),
            [target] => (target.clone(), Vec::new()),
            _ => {
                return Err(Failure::text(
                    "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
                ));
            }
        },
    };
    if command.is_empty() {
        return Err(Failure::text("you must specify at least one command for the container"));
    }
    let pod = pods::running_pod(&invocation, &target).await?;
    let phase = pod.path("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(Failure::text(format!("cannot exec into a container in a completed pod; current phase is {phase}")));
    }
    let container = invocation.flags.text("container");
    let container = if container.is_empty() { pods::default_container(&invocation, &pod)? } else { container.to_string() };
    if !pods::has_container(&pod, &container) {
        return Err(Failure::text(format!(
            "container {container} is not valid for pod {} out of: {}",
            pod.path("metadata.name").str(),
            pods::container_names(&pod)
        )));
    }
    let (stdin, mut tty) = (invocation.flags.is("stdin"), invocation.flags.is("tty"));
    if tty && !(stdin && invocation.session.is_terminal()) {
        if !invocation.flags.is("quiet") {
            invocation.session.err_line("Unable to use a TTY - input is not a terminal or the right kind of file");
        }
        tty = false;
    }
    let input = if stdin { Input::Own } else { Input::None };
    let exec = Exec { pod: &pod, container: &container, command: &command, tty };
    match execute(&invocation, &exec, input, |stream, text| invocation.session.write(stream, text)).await? {
        0 => Ok(()),
        code => {
            invocation.session.err_line(format!("command terminated with exit code {code}"));
            Err(Failure::Exit(code))
        }
    }
}

/// How often it is asked what a command wrote, and whether it has ended.
const POLL_MS: u64 = 20;

/// A command for a container.
pub(super) struct Exec<'a> {
    pub pod: &'a Value,
    pub container: &'a str,
    pub command: &'a [String],
    /// Whether it has a terminal.
    pub tty: bool,
}

/// What the command reads.
pub(super) enum Input<'a> {
    /// Nothing.
    None,
    /// A text.
    Text(&'a str),
    /// What comes to kubectl's own standard input.
    Own,
}

/// Runs a command in a container until it has ended, handing on what it writes; its exit code comes back.
pub(super) async fn execute(invocation: &Invocation, exec: &Exec<'_>, input: Input<'_>, mut write: impl FnMut(Stream, &str)) -> Result<i32, Failure> {
    let session = &invocation.session;
    let mapping = resources::resolve(&session.registry(), "pods")?;
    let mut open = matches!(input, Input::Own);
    let mut body = json!({"container": exec.container, "stdin": !matches!(input, Input::None), "stdout": true, "stderr": !exec.tty, "tty": exec.tty});
    if let Input::Text(text) = input {
        body.set("input", text);
    }
    body.set("command", exec.command.iter().map(Value::from).collect::<Value>());
    let (namespace, name) = (exec.pod.path("metadata.namespace").str(), exec.pod.path("metadata.name").str());
    let mut request = invocation.request_for(Verb::Create, &mapping, namespace, name).with_body(body);
    request.subresource = "exec".into();
    request.cause.actor = SmolStr::from(format!("kubectl {}", invocation.path));
    loop {
        let response = session.request(request.clone()).await;
        let still_running = response.code == STILL_RUNNING;
        let answer = if still_running { response.body } else { body_of(response)? };
        write(Stream::Out, answer.get("stdout").str());
        write(Stream::Err, answer.get("stderr").str());
        if let Some(failure) = answer.get("failure").as_str() {
            return Err(Failure::text(failure));
        }
        if !still_running {
            return Ok(answer.get("exitCode").as_i64().unwrap_or(0) as i32);
        }
        // While it runs, the answer is the number under which it is asked for.
        request.verb = Verb::Get;
        let mut next = Value::object();
        next.set("exec", answer.get("exec"));
        let until_ms = session.now_ms() + POLL_MS;
        match if open { session.read_input_until(until_ms).await } else { None } {
            Some(Some(text)) => next.set("input", text),
            Some(None) => {
                next.set("close", true);
                open = false;
            }
            None => session.sleep_ms(until_ms.saturating_sub(session.now_ms())).await,
        }
        request.body = next;
    }
}
