//! `kubectl debug` (`k8s.io/kubectl/pkg/cmd/debug`): a container beside those of a pod, a copy of a pod, or a pod on a node.

use super::attach::follow;
use crate::api::meta;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::pods;
use crate::kubectl::resources::{self, Mapping};
use crate::server::request::{Options, PatchType, Verb};
use crate::value::{Value, json};

/// `debug`.
pub const ENTRY: Entry = Entry { path: "debug", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![
        Flag::bool("arguments-only"),
        Flag::bool("attach"),
        Flag::text("container").short('c'),
        Flag::text("copy-to"),
        Flag::array("env"),
        Flag::list("filename").short('f'),
        Flag::text("image"),
        Flag::text("image-pull-policy"),
        Flag::bool("keep-annotations"),
        Flag::on("keep-init-containers"),
        Flag::bool("keep-labels"),
        Flag::bool("keep-liveness"),
        Flag::bool("keep-readiness"),
        Flag::bool("keep-startup"),
        Flag::text("profile").or("general"),
        Flag::bool("quiet").short('q'),
        Flag::bool("replace"),
        Flag::bool("same-node"),
        Flag::list("set-image"),
        Flag::on("share-processes"),
        Flag::bool("stdin").short('i'),
        Flag::text("target"),
        Flag::bool("tty").short('t'),
    ]
}

/// What `--profile` may be.
const PROFILES: [&str; 6] = ["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin"];
/// How often it is looked whether the container runs.
const POLL_MS: u64 = 200;
/// The letters of generated names (`k8s.io/apimachinery/pkg/util/rand`).
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

fn check(invocation: &Invocation, targets: &[String], command: &[String]) -> Result<(), Failure> {
    let flags = &invocation.flags;
    if !PROFILES.contains(&flags.text("profile")) {
        return Err(Failure::text(format!("unknown profile: {}", flags.text("profile"))));
    }
    let (image, copy) = (flags.text("image"), flags.text("copy-to"));
    if copy.is_empty() {
        if let Some(flag) = ["replace", "same-node", "set-image"].into_iter().find(|flag| flags.has(flag)) {
            return Err(Failure::text(format!("--{flag} may only be used with --copy-to.")));
        }
        if image.is_empty() {
            return Err(Failure::text("you must specify --image when not using --copy-to."));
        }
    } else if image.is_empty() && flags.list("set-image").is_empty() && command.is_empty() {
        return Err(Failure::text("you must specify --image, --set-image or command arguments."));
    } else if !flags.text("target").is_empty() {
        return Err(Failure::text("--target is incompatible with --copy-to. Use --share-processes instead."));
    }
    if targets.is_empty() {
        return Err(Failure::text("NAME or filename is required for debug"));
    }
    if flags.is("tty") && !flags.is("stdin") {
        return Err(Failure::text("-i/--stdin is required for containers with -t/--tty=true"));
    }
    match flags.text("image-pull-policy") {
        "" | "Always" | "IfNotPresent" | "Never" => Ok(()),
        other => Err(Failure::text(format!("invalid image pull policy: {other}"))),
    }
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (targets, command) = invocation.split_at_dash();
    check(&invocation, targets, command)?;
    let session = &invocation.session;
    let target = invocation.flags.text("target");
    if !target.is_empty() && !invocation.flags.is("quiet") {
        session.out_line(format!(
            "Targeting container {target:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature."
        ));
    }
    for word in targets {
        let (type_, name) = word.split_once('/').unwrap_or(("pods", word));
        let mapping = resources::resolve(&session.registry(), type_)?;
        let namespace = if mapping.kind.namespaced { invocation.namespace.as_str() } else { "" };
        let object = invocation.get(&mapping, namespace, name).await?;
        let (pod, container) = match mapping.kind.kind.as_str() {
            "Pod" if invocation.flags.text("copy-to").is_empty() => beside(&invocation, &mapping, &object, command).await?,
            "Pod" => copy(&invocation, &mapping, &object, command).await?,
            "Node" => on_node(&invocation, &object, command).await?,
            kind => {
                let group = if mapping.kind.group.is_empty() { String::new() } else { format!("{}/", mapping.kind.group) };
                return Err(Failure::text(format!("\"{group}{}, Kind={kind}\" not supported by debug", mapping.version)));
            }
        };
        let attach = if invocation.flags.has("attach") { invocation.flags.is("attach") } else { invocation.flags.is("stdin") };
        if attach {
            attach_to(&invocation, &pod, &container).await?;
        }
    }
    Ok(())
}

/// The new container's name; says so where the person gave none.
fn container_name(invocation: &Invocation, pod: &Value) -> String {
    let given = invocation.flags.text("container");
    if !given.is_empty() {
        return given.to_owned();
    }
    let name = (0..).map(|attempt| format!("debugger-{}", suffix(invocation, attempt))).find(|name| !pods::has_container(pod, name)).unwrap_or_default();
    if !invocation.flags.is("quiet") {
        invocation.session.out_line(format!("Defaulting debug container name to {name}."));
    }
    name
}

/// Five letters that differ from time to time.
fn suffix(invocation: &Invocation, attempt: u64) -> String {
    let mut state = (invocation.session.now_ms() + attempt).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let letter = |state: &mut u64| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        char::from(LETTERS[(*state % LETTERS.len() as u64) as usize])
    };
    (0..5).map(|_| letter(&mut state)).collect()
}

fn container(invocation: &Invocation, name: &str, command: &[String]) -> Value {
    let flags = &invocation.flags;
    let mut container = json!({"name": name, "image": flags.text("image"), "terminationMessagePolicy": "File", "resources": {}});
    let variables: Vec<Value> =
        flags.list("env").iter().filter_map(|pair| pair.split_once('=')).map(|(name, value)| json!({"name": name, "value": value})).collect();
    if !variables.is_empty() {
        container.set("env", Value::array(variables));
    }
    if !command.is_empty() {
        container.set(if flags.is("arguments-only") { "args" } else { "command" }, command.iter().map(Value::from).collect::<Value>());
    }
    if !flags.text("image-pull-policy").is_empty() {
        container.set("imagePullPolicy", flags.text("image-pull-policy"));
    }
    for flag in ["stdin", "tty"].into_iter().filter(|flag| flags.is(flag)) {
        container.set(flag, true);
    }
    allow(invocation, &mut container);
    container
}

/// What the container may do, by its profile.
fn allow(invocation: &Invocation, container: &mut Value) {
    let flags = &invocation.flags;
    if matches!(flags.text("profile"), "general" | "netadmin" | "sysadmin") {
        let capabilities: &[&str] = if flags.text("profile") == "netadmin" { &["NET_ADMIN", "NET_RAW"] } else { &["SYS_PTRACE"] };
        container.set(
            "securityContext",
            if flags.text("profile") == "sysadmin" { json!({"privileged": true}) } else { json!({"capabilities": {"add": capabilities}}) },
        );
    }
}

/// An ephemeral container in a pod that runs.
async fn beside(invocation: &Invocation, mapping: &Mapping, pod: &Value, command: &[String]) -> Result<(Value, String), Failure> {
    let name = container_name(invocation, pod);
    let mut container = container(invocation, &name, command);
    let target = invocation.flags.text("target");
    if !target.is_empty() {
        container.set("targetContainerName", target);
    }
    let mut patch = Value::object();
    patch.set("spec.ephemeralContainers", Value::array(vec![container]));
    let mut request = invocation.request_for(Verb::Patch(PatchType::StrategicMerge), mapping, meta::namespace(pod), meta::name(pod)).with_body(patch);
    request.subresource = "ephemeralcontainers".into();
    let pod = invocation.send(request).await?;
    Ok((pod, name))
}

/// Whether a copy has a container to debug with; with `--set-image` alone it hasn't.
fn has_debug_container(invocation: &Invocation, pod: &Value, command: &[String]) -> bool {
    let flags = &invocation.flags;
    !flags.text("image").is_empty() || !command.is_empty() || pods::has_container(pod, flags.text("container"))
}

/// A copy to debug in doesn't get requests, isn't restarted by its probes, and its processes see each other.
fn prepare_for_debugging(invocation: &Invocation, pod: &mut Value) {
    let flags = &invocation.flags;
    let probes = [("livenessProbe", "keep-liveness"), ("readinessProbe", "keep-readiness"), ("startupProbe", "keep-startup")];
    for container in pod.path_mut("spec.containers").items_mut() {
        for (probe, _) in probes.iter().filter(|(_, kept)| !flags.is(kept)) {
            container.remove(probe);
        }
    }
    if !flags.is("keep-init-containers") {
        pod.remove("spec.initContainers");
    }
    if pod.path("spec.shareProcessNamespace").is_null() {
        pod.set("spec.shareProcessNamespace", true);
    }
}

/// A copy of a pod, with one more container or with other images.
async fn copy(invocation: &Invocation, mapping: &Mapping, pod: &Value, command: &[String]) -> Result<(Value, String), Failure> {
    let flags = &invocation.flags;
    let mut copied = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": flags.text("copy-to"), "namespace": meta::namespace(pod)}});
    for (field, kept) in [("metadata.labels", "keep-labels"), ("metadata.annotations", "keep-annotations")] {
        if (flags.is(kept) || !has_debug_container(invocation, pod, command)) && !pod.path(field).is_null() {
            copied.set(field, pod.path(field));
        }
    }
    copied.set("spec", pod.get("spec"));
    copied.remove("spec.ephemeralContainers");
    if !flags.is("same-node") {
        copied.remove("spec.nodeName");
    }
    if flags.has("share-processes") {
        copied.set("spec.shareProcessNamespace", flags.is("share-processes"));
    }
    for pair in flags.list("set-image") {
        let (name, image) = pair.split_once('=').unwrap_or((pair, ""));
        for container in copied.path_mut("spec.containers").items_mut().iter_mut().filter(|container| name == "*" || container.get("name").str() == name) {
            container.set("image", image);
        }
    }
    let mut name = flags.text("container").to_owned();
    let known = copied.path("spec.containers").items().iter().position(|container| container.get("name").str() == name);
    match known {
        Some(index) => {
            let container = &mut copied.path_mut("spec.containers").items_mut()[index];
            if !flags.text("image").is_empty() {
                container.set("image", flags.text("image"));
            }
            if !command.is_empty() {
                container.remove("args");
                container.set(if flags.is("arguments-only") { "args" } else { "command" }, command.iter().map(Value::from).collect::<Value>());
            }
            allow(invocation, container);
        }
        None if !has_debug_container(invocation, pod, command) => {
            name = copied.path("spec.containers").items().first().map_or("", |container| container.get("name").str()).to_owned();
        }
        None if flags.text("image").is_empty() => return Err(Failure::text("you must specify image when creating new container")),
        None => {
            name = container_name(invocation, &copied);
            copied.push("spec.containers", container(invocation, &name, command));
        }
    }
    if has_debug_container(invocation, pod, command) {
        prepare_for_debugging(invocation, &mut copied);
    }
    let created = invocation.create(mapping, meta::namespace(pod), copied, Options::default()).await?;
    if flags.is("replace") {
        invocation.send(invocation.request_for(Verb::Delete, mapping, meta::namespace(pod), meta::name(pod))).await?;
    }
    Ok((created, name))
}

/// A pod on a node, which sees the machine's processes and its disk.
async fn on_node(invocation: &Invocation, node: &Value, command: &[String]) -> Result<(Value, String), Failure> {
    let name = if invocation.flags.text("container").is_empty() { "debugger" } else { invocation.flags.text("container") };
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let pod_name = format!("node-debugger-{}-{}", meta::name(node), suffix(invocation, 0));
    if !invocation.flags.is("quiet") {
        invocation.session.out_line(format!("Creating debugging pod {pod_name} with container {name} on node {}.", meta::name(node)));
    }
    let mut container = container(invocation, name, command);
    container.remove("securityContext");
    container.set("volumeMounts", json!([{"mountPath": "/host", "name": "host-root"}]));
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod_name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "nodeName": meta::name(node), "restartPolicy": "Never", "hostIPC": true, "hostNetwork": true, "hostPID": true,
            "tolerations": [{"operator": "Exists"}], "volumes": [{"name": "host-root", "hostPath": {"path": "/"}}],
        },
    });
    pod.set("spec.containers", Value::array(vec![container]));
    let created = invocation.create(&mapping, &invocation.namespace, pod, Options::default()).await?;
    Ok((created, name.to_owned()))
}

/// Waits until the container runs, and attaches.
async fn attach_to(invocation: &Invocation, pod: &Value, container: &str) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    loop {
        let now = invocation.get(&mapping, meta::namespace(pod), meta::name(pod)).await?;
        let lists = ["status.containerStatuses", "status.ephemeralContainerStatuses"];
        let status = lists.iter().flat_map(|list| now.path(list).items()).find(|status| status.get("name").str() == container);
        if status.is_some_and(|status| !status.path("state.running").is_null() || !status.path("state.terminated").is_null()) {
            return follow(invocation, &now, container, false).await.map(drop);
        }
        invocation.session.sleep_ms(POLL_MS).await;
    }
}
