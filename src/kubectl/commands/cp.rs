//! `kubectl cp` (`k8s.io/kubectl/pkg/cmd/cp`): files of the workspace to containers, and back.

use super::exec::{Exec, Input, execute};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::session::Stream;
use crate::value::Value;

/// `cp`.
pub const ENTRY: Entry = Entry { path: "cp", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![Flag::text("container").short('c'), Flag::bool("no-preserve"), Flag::int("retries", "0")]
}

/// `namespace/pod:path`, or a path of the workspace.
struct Place {
    pod: Option<(Option<String>, String)>,
    path: String,
}

fn place(text: &str) -> Result<Place, Failure> {
    match text.split_once(':') {
        None => Ok(Place { pod: None, path: text.into() }),
        Some((_, "")) => Err(Failure::text("filepath can not be empty")),
        Some((pod, path)) => {
            let pod = match pod.split_once('/') {
                Some((namespace, name)) if !name.contains('/') => (Some(namespace.to_string()), name.to_string()),
                Some(_) => return Err(Failure::text(format!("pod name is invalid: {pod}"))),
                None => (None, pod.to_string()),
            };
            Ok(Place { pod: Some(pod), path: path.into() })
        }
    }
}

async fn run(mut invocation: Invocation) -> Result<(), Failure> {
    let [source, target] = invocation.arguments.as_slice() else {
        return Err(Failure::text("source and destination are required"));
    };
    let (source, target) = (place(source)?, place(target)?);
    match (&source.pod, &target.pod) {
        (Some(_), Some(_)) => Err(Failure::text("one of src or dest must be a local file specification")),
        (None, None) => Err(Failure::text("one of src or dest must be a remote file specification")),
        (Some((namespace, name)), None) => {
            let (pod, container) = container(&mut invocation, namespace, name).await?;
            from_pod(&invocation, &pod, &container, &source.path, &target.path).await
        }
        (None, Some((namespace, name))) => {
            let (pod, container) = container(&mut invocation, namespace, name).await?;
            to_pod(&invocation, &pod, &container, &source.path, &target.path).await
        }
    }
}

async fn container(invocation: &mut Invocation, namespace: &Option<String>, name: &str) -> Result<(Value, String), Failure> {
    if let Some(namespace) = namespace {
        invocation.namespace = namespace.clone();
    }
    let pod = pods::running_pod(invocation, name).await?;
    let named = invocation.flags.text("container");
    let container = if named.is_empty() { pods::default_container(invocation, &pod)? } else { named.to_string() };
    Ok((pod, container))
}

/// Runs a command whose failure is the copy's.
async fn must(invocation: &Invocation, pod: &Value, container: &str, command: &[&str], input: Option<&str>) -> Result<String, Failure> {
    let command: Vec<String> = command.iter().map(|word| word.to_string()).collect();
    let exec = Exec { pod, container, command: &command, tty: false };
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let keep = |stream, text: &str| if stream == Stream::Out { stdout.push_str(text) } else { stderr.push_str(text) };
    match execute(invocation, &exec, input.map_or(Input::None, Input::Text), keep).await? {
        0 => Ok(stdout),
        code => {
            invocation.session.write(Stream::Err, &stderr);
            Err(Failure::text(format!("command terminated with exit code {code}")))
        }
    }
}

async fn from_pod(invocation: &Invocation, pod: &Value, container: &str, path: &str, local: &str) -> Result<(), Failure> {
    let text = must(invocation, pod, container, &["cat", path], None).await?;
    let mut files = invocation.session.files();
    let name = path.rsplit('/').next().unwrap_or(path);
    let target =
        if local == "." || local.ends_with('/') || files.is_folder(local) { format!("{}/{name}", local.trim_end_matches('/')) } else { local.to_string() };
    files.insert(&target, text);
    invocation.session.set_files(files);
    Ok(())
}

async fn to_pod(invocation: &Invocation, pod: &Value, container: &str, local: &str, path: &str) -> Result<(), Failure> {
    let files = invocation.session.files();
    let sources: Vec<(String, String)> = if let Some(text) = files.get(local) {
        let name = local.rsplit('/').next().unwrap_or(local);
        let target = if path.ends_with('/') { format!("{path}{name}") } else { path.to_string() };
        vec![(target, text.to_string())]
    } else if files.is_folder(local) {
        let folder = local.trim_end_matches('/');
        let all = files.in_folder(local, true).into_iter();
        all.map(|file| {
            (
                format!("{}/{}", path.trim_end_matches('/'), file.strip_prefix(folder).unwrap_or(file).trim_start_matches('/')),
                files.get(file).unwrap_or("").to_string(),
            )
        })
        .collect()
    } else {
        return Err(Failure::text(format!("{local} doesn't exist in local filesystem")));
    };
    for (target, text) in sources {
        if let Some((folder, _)) = target.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            must(invocation, pod, container, &["mkdir", "-p", folder], None).await?;
        }
        must(invocation, pod, container, &["sh", "-c", "cat > \"$0\"", &target], Some(&text)).await?;
    }
    Ok(())
}
