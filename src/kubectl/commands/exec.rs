//! `kubectl exec` (`k8s.io/kubectl/pkg/cmd/exec`).

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources;
use crate::kubectl::session::Stream;
use crate::server::request::Verb;
use crate::value::{Value, json};

/// `exec`.
pub const ENTRY: Entry = Entry {
    path: "exec",
    aliases: &[],
    about: "Execute a command in a container.\n\nThe command's input is what is piped in; there is no terminal to sit at inside the container, so a shell reads its commands from the input, too.",
    examples: "
# The date in the first container of a pod
kubectl exec web -- date

# In another container
kubectl exec web -c sidecar -- ls /data

# In a pod of a deployment
kubectl exec deploy/web -- env",
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    flags,
    run: Some(|invocation| Box::pin(run(invocation))),
};

fn flags() -> Vec<Flag> {
    vec![
        Flag::text("container", "The container.").short('c'),
        Flag::list("filename", "A file that names the pod.").short('f'),
        Flag::duration("pod-running-timeout", "1m0s", "How long to wait for a pod that runs."),
        Flag::bool("quiet", "Say only what the command says.").short('q'),
        Flag::bool("stdin", "Give the command what is piped in.").short('i'),
        Flag::bool("tty", "Give the command a terminal.").short('t'),
    ]
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (target, command) = match invocation.flags.arguments_before_dash {
        Some(_) => {
            let (before, after) = invocation.split_at_dash();
            match before {
                [target] => (target.clone(), after.to_vec()),
                [] => return Err(invocation.usage_error("pod, type/name or --filename must be specified")),
                _ => {
                    return Err(Failure::text(
                        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
                    ));
                }
            }
        }
        None => match invocation.arguments.as_slice() {
            [] => return Err(invocation.usage_error("pod, type/name or --filename must be specified")),
            [target] => (target.clone(), Vec::new()),
            _ => {
                return Err(Failure::text(
                    "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
                ));
            }
        },
    };
    if command.is_empty() {
        return Err(invocation.usage_error("you must specify at least one command for the container"));
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
    if invocation.flags.is("tty") && !invocation.flags.is("quiet") {
        invocation.session.err_line("Unable to use a TTY - input is not a terminal or the right kind of file");
    }
    let input = invocation.flags.is("stdin").then(|| invocation.session.read_stdin());
    let outcome = execute(&invocation, &pod, &container, &command, input.as_deref()).await?;
    invocation.session.write(Stream::Out, outcome.get("stdout").str());
    invocation.session.write(Stream::Err, outcome.get("stderr").str());
    match outcome.get("exitCode").as_i64().unwrap_or(0) {
        0 => Ok(()),
        code => {
            invocation.session.err_line(format!("command terminated with exit code {code}"));
            Err(Failure::Exit(code as i32))
        }
    }
}

/// How often it is asked whether a command has ended.
const POLL_MS: u64 = 50;

/// Runs a command in a container until it has ended; `stdout`, `stderr` and `exitCode` come back.
pub(super) async fn execute(invocation: &Invocation, pod: &Value, container: &str, command: &[String], input: Option<&str>) -> Result<Value, Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let mut body = json!({"container": container, "stdin": input.is_some(), "stdout": true, "stderr": true});
    if let Some(input) = input {
        body.set("input", input);
    }
    body.set("command", command.iter().map(Value::from).collect::<Value>());
    let (namespace, name) = (pod.path("metadata.namespace").str(), pod.path("metadata.name").str());
    let mut request = invocation.request_for(Verb::Create, &mapping, namespace, name).with_body(body);
    request.subresource = "exec".into();
    let mut answer = invocation.send(request.clone()).await?;
    // While it runs, the answer is the number under which it is asked for.
    request.verb = Verb::Get;
    while !answer.get("exec").is_null() {
        invocation.session.sleep_ms(POLL_MS).await;
        request.body = answer;
        answer = invocation.send(request.clone()).await?;
    }
    Ok(answer)
}
