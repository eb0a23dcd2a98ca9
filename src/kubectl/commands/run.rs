//! `kubectl run` (`k8s.io/kubectl/pkg/cmd/run`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::annotated;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources;
use crate::value::{SmolStr, Value, json};

/// `run`.
pub const ENTRY: Entry = Entry { path: "run", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::array("annotations"),
        Flag::bool("attach"),
        Flag::bool("command"),
        DRY_RUN,
        Flag::array("env"),
        Flag::bool("expose"),
        field_manager("kubectl-run"),
        Flag::text("image"),
        Flag::text("image-pull-policy"),
        Flag::text("labels").short('l'),
        Flag::bool("leave-stdin-open"),
        Flag::text("override-type").or("merge"),
        Flag::text("overrides"),
        Flag::duration("pod-running-timeout", "1m0s"),
        Flag::text("port"),
        Flag::bool("privileged"),
        Flag::bool("quiet").short('q'),
        Flag::text("restart").or("Always"),
        Flag::bool("rm"),
        Flag::bool("save-config"),
        Flag::bool("stdin").short('i'),
        Flag::bool("tty").short('t'),
    ];
    flags.extend(print_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    invocation.require_flags(&["image"])?;
    let (before, after) = invocation.split_at_dash();
    let Some(name) = before.first().cloned() else {
        return Err(invocation.usage_error("NAME is required for run"));
    };
    if name.is_empty() {
        return Err(Failure::text("Parameter: name is required"));
    }
    let words: Vec<String> = before[1..].iter().chain(after).cloned().collect();
    let image = flags.text("image");
    if !is_image_name(image) {
        return Err(Failure::text(format!("Invalid image name {image:?}: invalid reference format")));
    }
    let attach = flags.is("attach") || flags.is("stdin");
    let dry_run = invocation.dry_run()?;
    if flags.is("tty") && !flags.is("stdin") {
        return Err(invocation.usage_error("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if flags.is("expose") && flags.text("port").is_empty() {
        return Err(invocation.usage_error("--port must be set when exposing a service"));
    }
    if !matches!(flags.text("restart"), "Always" | "OnFailure" | "Never") {
        return Err(invocation.usage_error(format!("invalid restart policy: {}", flags.text("restart"))));
    }
    if flags.is("rm") && !attach {
        return Err(invocation.usage_error("--rm should only be used for attached containers"));
    }
    if attach && dry_run != DryRun::None {
        return Err(invocation.usage_error("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"));
    }
    if !matches!(flags.text("image-pull-policy"), "" | "Always" | "IfNotPresent" | "Never") {
        return Err(invocation.usage_error(format!("invalid image pull policy: {}", flags.text("image-pull-policy"))));
    }
    let printer = Printer::of(&invocation, &[])?;
    let mut pod = pod(&invocation, &name, image, &words)?;
    let overrides = flags.text("overrides");
    if !overrides.is_empty() {
        let patch = Value::from_json(overrides).map_err(|_| Failure::text("Invalid JSON Patch"))?;
        override_with(&mut pod, &patch, flags.text("override-type"))?;
        let (api_version, kind) = (pod.get("apiVersion").str(), pod.get("kind").str());
        if resources::of_object(&invocation.session.registry(), api_version, kind).is_none() {
            return Err(Failure::text(format!("no kind {kind:?} is registered for version {api_version:?} in scheme \"pkg/runtime/scheme.go:111\"")));
        }
    }
    if flags.is("expose") {
        let port = flags.text("port").parse::<i64>().unwrap_or(0);
        let mut service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}]}, "status": {"loadBalancer": {}},
        });
        service.set("spec.selector", pod.path("metadata.labels"));
        create(&invocation, &printer, dry_run, "services", service).await?;
    }
    create(&invocation, &printer, dry_run, "pods", pod.clone()).await?;
    if attach { super::run_attach::attach(&invocation, &name).await } else { Ok(()) }
}

async fn create(invocation: &Invocation, printer: &Printer, dry_run: DryRun, resource: &str, mut object: Value) -> Result<(), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), resource)?;
    if invocation.namespace_given {
        object.set("metadata.namespace", invocation.namespace.as_str());
    }
    invocation.record(&mut object);
    if invocation.flags.is("save-config") {
        object = annotated(&object);
    }
    if dry_run != DryRun::Client {
        object = invocation.create(&mapping, &invocation.namespace, object, invocation.write_options(dry_run, "")).await?;
    }
    let quiet = invocation.flags.is("quiet") || invocation.flags.is("attach") || invocation.flags.is("stdin");
    if quiet && printer.is_human() {
        return Ok(());
    }
    printer.print(&invocation.session, invocation, &mapping, &object, &format!("created{}", dry_run.suffix()))
}

fn pod(invocation: &Invocation, name: &str, image: &str, words: &[String]) -> Result<Value, Failure> {
    let flags = &invocation.flags;
    let mut labels = Value::object();
    if flags.text("labels").is_empty() {
        labels.fields_mut().insert("run", name);
    } else {
        for pair in flags.text("labels").split(',') {
            let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
                return Err(Failure::text(format!("unexpected label spec: {pair}")));
            };
            labels.fields_mut().insert(SmolStr::new(key), value);
        }
    }
    let mut container = json!({"name": name, "image": image, "resources": {}});
    if !words.is_empty() {
        container.set(if flags.is("command") { "command" } else { "args" }, words.iter().map(Value::from).collect::<Value>());
    }
    for variable in flags.list("env") {
        let Some((key, value)) = variable.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Failure::text(format!("invalid env: {variable}")));
        };
        container.push("env", json!({"name": key, "value": value}));
    }
    if !flags.text("port").is_empty() {
        let port = flags.text("port");
        let number = port.parse::<i64>().map_err(|_| Failure::text(format!("strconv.Atoi: parsing {port:?}: invalid syntax")))?;
        container.push("ports", json!({"containerPort": number}));
    }
    if !flags.text("image-pull-policy").is_empty() {
        container.set("imagePullPolicy", flags.text("image-pull-policy"));
    }
    if flags.is("privileged") {
        container.set("securityContext.privileged", true);
    }
    if flags.is("stdin") {
        container.set("stdin", true);
        if !flags.is("leave-stdin-open") {
            container.set("stdinOnce", true);
        }
    }
    if flags.is("tty") {
        container.set("tty", true);
    }
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"dnsPolicy": "ClusterFirst", "restartPolicy": flags.text("restart")}, "status": {},
    });
    pod.set("metadata.labels", labels);
    for annotation in flags.list("annotations") {
        let Some((key, value)) = annotation.split_once('=') else {
            return Err(Failure::text(format!("unexpected annotation spec: {annotation}")));
        };
        pod.path_mut("metadata.annotations").fields_mut().insert(SmolStr::new(key), value);
    }
    pod.push("spec.containers", container);
    Ok(pod)
}

/// Merges `--overrides` into the pod.
fn override_with(pod: &mut Value, patch: &Value, type_: &str) -> Result<(), Failure> {
    match type_ {
        "merge" => {
            merge(pod, patch);
            Ok(())
        }
        "strategic" => {
            strategic(pod, patch);
            Ok(())
        }
        "json" => Err(Failure::text("--override-type=json is not supported here: use merge or strategic")),
        other => Err(Failure::text(format!("invalid override type: {other}"))),
    }
}

/// RFC 7386.
fn merge(target: &mut Value, patch: &Value) {
    if !patch.is_object() {
        *target = patch.clone();
        return;
    }
    for (key, value) in patch.fields().iter() {
        if value.is_null() {
            target.fields_mut().remove(key);
        } else {
            merge(target.get_mut(key), value);
        }
    }
}

/// As [`merge`], but containers are found by their names.
fn strategic(pod: &mut Value, patch: &Value) {
    let mut rest = patch.clone();
    let containers = rest.remove("spec.containers");
    merge(pod, &rest);
    for container in containers.items() {
        let all = pod.path_mut("spec.containers").items_mut();
        match all.iter_mut().find(|known| known.get("name") == container.get("name")) {
            Some(known) => merge(known, container),
            None => all.push(container.clone()),
        }
    }
}

/// Whether a text can be an image's name (`distribution/reference`): parts in lower case, then a tag or a digest.
fn is_image_name(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let last_slash = name.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match name[last_slash..].find(':') {
        Some(colon) => (&name[..last_slash + colon], Some(&name[last_slash + colon + 1..])),
        None => (name, None),
    };
    let tag_fits = tag.is_none_or(|tag| {
        (1..=128).contains(&tag.len())
            && !tag.starts_with(['.', '-'])
            && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
    });
    let digest_fits = digest.is_none_or(|digest| digest.split_once(':').is_some_and(|(algorithm, hash)| !algorithm.is_empty() && hash.len() >= 32));
    let component = |part: &str| {
        let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        edge(part.chars().next())
            && edge(part.chars().next_back())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-'))
            && !part.contains("..")
            && !part.contains("___")
    };
    let parts: Vec<&str> = path.split('/').collect();
    let first_is_host = parts.len() > 1 && (parts[0].contains(['.', ':']) || parts[0] == "localhost" || parts[0].bytes().any(|byte| byte.is_ascii_uppercase()));
    let skipped = usize::from(first_is_host);
    let host_fits = !first_is_host || parts[0].bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
    tag_fits && digest_fits && host_fits && parts.iter().skip(skipped).all(|part| component(part))
}
