//! Containers of pods and of pod templates.

use super::text::{Text, capital_bool, date, or_none};
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::value::{Sort, Value};

/// Writes containers. `pod` is the pod that they are of, or `Null` for those of a template, which stand one blank further in.
pub(super) fn describe(title: &str, containers: &[Value], statuses: &[Value], pod: &Value, text: &mut Text) {
    let in_template = pod.is_null();
    let (space, name_indent) = if in_template { ("  ", " ") } else { ("", "") };
    if containers.is_empty() {
        return text.line(0, format!("{space}{title}: <none>"));
    }
    text.line(0, format!("{space}{title}:"));
    for container in containers {
        let name = container.get("name").str();
        let status = statuses.iter().find(|status| status.get("name").str() == name);
        text.line(1, format!("{name_indent}{name}:"));
        basics(container, status, text);
        for (field, title) in [("command", "Command"), ("args", "Args")] {
            words(title, container.get(field).items(), text);
        }
        if let Some(status) = status {
            state(status, text);
        }
        resources(container.get("resources"), 2, text);
        for (field, title) in [("livenessProbe", "Liveness"), ("readinessProbe", "Readiness"), ("startupProbe", "Startup")] {
            if !container.get(field).is_null() {
                text.field(2, title, probe(container.get(field)));
            }
        }
        environment(container, pod, text);
        mounts(container, text);
    }
}

fn basics(container: &Value, status: Option<&Value>, text: &mut Text) {
    if let Some(status) = status {
        text.field(2, "Container ID", status.get("containerID").str());
    }
    text.field(2, "Image", container.get("image").str());
    if let Some(status) = status {
        text.field(2, "Image ID", status.get("imageID").str());
    }
    for (field, title) in [("containerPort", "Port"), ("hostPort", "Host Port")] {
        let ports: Vec<String> = container
            .get("ports")
            .items()
            .iter()
            .map(|port| format!("{}/{}{}", port.get(field).as_i64().unwrap_or(0), protocol(port), in_brackets(port.get("name").str())))
            .collect();
        let title = if ports.len() > 1 { format!("{title}s") } else { title.to_string() };
        text.field(2, &title, or_none(&ports.join(", ")));
    }
    let seccomp = container.path("securityContext.seccompProfile");
    if !seccomp.is_empty() {
        text.field(2, "SeccompProfile", seccomp.get("type").str());
        if !seccomp.get("localhostProfile").is_empty() {
            text.field(3, "LocalhostProfile", seccomp.get("localhostProfile").str());
        }
    }
}

fn in_brackets(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

fn protocol(port: &Value) -> &str {
    if port.get("protocol").is_empty() { "TCP" } else { port.get("protocol").str() }
}

fn words(title: &str, words: &[Value], text: &mut Text) {
    if words.is_empty() {
        return;
    }
    text.line(2, format!("{title}:"));
    for line in words.iter().flat_map(|word| word.str().split('\n')) {
        text.line(3, line);
    }
}

fn state(status: &Value, text: &mut Text) {
    one_state("State", status.get("state"), text);
    if !status.path("lastState.terminated").is_null() {
        one_state("Last State", status.get("lastState"), text);
    }
    text.field(2, "Ready", capital_bool(status.get("ready").as_bool() == Some(true)));
    text.field(2, "Restart Count", status.get("restartCount").as_i64().unwrap_or(0).to_string());
}

fn one_state(title: &str, state: &Value, text: &mut Text) {
    let (running, terminated) = (state.get("running"), state.get("terminated"));
    if !running.is_null() {
        text.field(2, title, "Running");
        text.field(3, "Started", date(running.get("startedAt")));
    } else if !terminated.is_null() {
        text.field(2, title, "Terminated");
        for (field, title) in [("reason", "Reason"), ("message", "Message")] {
            if !terminated.get(field).is_empty() {
                text.field(3, title, terminated.get(field).str());
            }
        }
        text.field(3, "Exit Code", terminated.get("exitCode").as_i64().unwrap_or(0).to_string());
        if let Some(signal) = terminated.get("signal").as_i64().filter(|signal| *signal > 0) {
            text.field(3, "Signal", signal.to_string());
        }
        text.field(3, "Started", moment(terminated.get("startedAt")));
        text.field(3, "Finished", moment(terminated.get("finishedAt")));
    } else {
        text.field(2, title, "Waiting");
        let reason = state.path("waiting.reason").str();
        if !reason.is_empty() {
            text.field(3, "Reason", reason);
        }
    }
}

/// A time; the beginning of Go's calendar for none.
fn moment(value: &Value) -> String {
    if value.is_empty() { "Mon, 01 Jan 0001 00:00:00 +0000".into() } else { date(value) }
}

/// Limits and requests.
pub(super) fn resources(resources: &Value, level: usize, text: &mut Text) {
    for (field, title) in [("limits", "Limits"), ("requests", "Requests")] {
        let amounts = resources.get(field).fields();
        if !amounts.is_empty() {
            text.line(level, format!("{title}:"));
            for (name, amount) in amounts.iter() {
                text.field(level + 1, name, quantity_text(amount));
            }
        }
    }
}

/// A quantity in its canonical form.
pub(super) fn quantity_text(amount: &Value) -> String {
    Quantity::from_value(amount).map_or_else(|_| super::text::plain(amount), |quantity| quantity.to_string())
}

/// A probe in one line.
pub(super) fn probe(probe: &Value) -> String {
    let number = |field: &str, or: i64| probe.get(field).as_i64().unwrap_or(or);
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds", 0),
        number("timeoutSeconds", 0),
        number("periodSeconds", 0),
        number("successThreshold", 0),
        number("failureThreshold", 0)
    );
    let (exec, http, tcp, grpc) = (probe.get("exec"), probe.get("httpGet"), probe.get("tcpSocket"), probe.get("grpc"));
    if !exec.is_null() {
        let command: Vec<&str> = exec.get("command").items().iter().map(Value::str).collect();
        format!("exec [{}] {attributes}", command.join(" "))
    } else if !http.is_null() {
        let scheme = http.get("scheme").str().to_lowercase();
        let scheme = if scheme.is_empty() { "http".to_string() } else { scheme };
        let path = http.get("path").str();
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("http-get {scheme}://{}:{}{slash}{path} {attributes}", http.get("host").str(), super::text::plain(http.get("port")))
    } else if !tcp.is_null() {
        format!("tcp-socket {}:{} {attributes}", tcp.get("host").str(), super::text::plain(tcp.get("port")))
    } else if !grpc.is_null() {
        format!("grpc <pod>:{} {} {attributes}", super::text::plain(grpc.get("port")), grpc.get("service").str())
    } else {
        format!("unknown {attributes}")
    }
}

fn environment(container: &Value, pod: &Value, text: &mut Text) {
    let from = container.get("envFrom").items();
    if !from.is_empty() {
        text.line(2, "Environment Variables from:");
        for source in from {
            let (kind, reference) =
                if source.get("secretRef").is_null() { ("ConfigMap", source.get("configMapRef")) } else { ("Secret", source.get("secretRef")) };
            let prefix = source.get("prefix").str();
            let with = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
            text.line(3, format!("{}\t{kind}{with}\tOptional: {}", reference.get("name").str(), is_optional(reference)));
        }
    }
    let variables = container.get("env").items();
    text.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        let (name, from) = (variable.get("name").str(), variable.get("valueFrom"));
        if from.is_null() {
            for (index, line) in variable.get("value").str().split('\n').enumerate() {
                text.line(3, if index == 0 { format!("{name}:\t{line}") } else { format!("\t{line}") });
            }
            continue;
        }
        text.line(3, format!("{name}:\t{}", variable_source(from, container, pod)));
    }
}

fn is_optional(reference: &Value) -> bool {
    reference.get("optional").as_bool() == Some(true)
}

fn variable_source(from: &Value, container: &Value, pod: &Value) -> String {
    let (field, resource, secret, config) = (from.get("fieldRef"), from.get("resourceFieldRef"), from.get("secretKeyRef"), from.get("configMapKeyRef"));
    if !field.is_null() {
        let version = if field.get("apiVersion").is_empty() { "v1" } else { field.get("apiVersion").str() };
        format!("{} ({version}:{})", field_of(pod, field.get("fieldPath").str()), field.get("fieldPath").str())
    } else if !resource.is_null() {
        let name = resource.get("resource").str();
        format!("{} ({name})", resource_of(container, name, resource.get("divisor")))
    } else if !secret.is_null() {
        format!("<set to the key '{}' in secret '{}'>\tOptional: {}", secret.get("key").str(), secret.get("name").str(), is_optional(secret))
    } else if !config.is_null() {
        format!("<set to the key '{}' of config map '{}'>\tOptional: {}", config.get("key").str(), config.get("name").str(), is_optional(config))
    } else {
        let file = from.get("fileKeyRef");
        format!(
            "<set to the key '{}' of file '{}' in volume '{}'>\tOptional: {}",
            file.get("key").str(),
            file.get("path").str(),
            file.get("volumeName").str(),
            is_optional(file)
        )
    }
}

/// A field of the pod's metadata; nothing for others, which upstream's describe doesn't look up either.
fn field_of(pod: &Value, path: &str) -> String {
    for (start, field) in [("metadata.labels['", "labels"), ("metadata.annotations['", "annotations")] {
        if let Some(key) = path.strip_prefix(start).and_then(|rest| rest.strip_suffix("']")) {
            return pod.get("metadata").get(field).get(key).str().to_string();
        }
    }
    match path {
        "metadata.name" => meta::name(pod).to_string(),
        "metadata.namespace" => meta::namespace(pod).to_string(),
        "metadata.uid" => meta::uid(pod).to_string(),
        _ => String::new(),
    }
}

/// `limits.cpu` of the container, in units of the divisor, rounded up.
fn resource_of(container: &Value, name: &str, divisor: &Value) -> String {
    let (list, resource) = name.split_once('.').unwrap_or(("limits", name));
    let amount = container.get("resources").get(list).get(resource);
    let Ok(amount) = Quantity::from_value(amount) else { return if list == "limits" { "node allocatable".into() } else { "0".into() } };
    let divisor = Quantity::from_value(divisor).ok().filter(|divisor| !divisor.is_zero()).map_or(1000, |divisor| divisor.milli_value());
    let milli = amount.milli_value();
    (milli / divisor + i64::from(milli % divisor != 0)).to_string()
}

fn mounts(container: &Value, text: &mut Text) {
    let mut mounts: Vec<&Value> = container.get("volumeMounts").items().iter().collect();
    mounts.order_by_key(|mount| mount.get("mountPath").str().to_string());
    text.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in mounts {
        let access = if mount.get("readOnly").as_bool() == Some(true) { "ro" } else { "rw" };
        let sub_path = mount.get("subPath").str();
        let part = if sub_path.is_empty() { String::new() } else { format!(",path={sub_path:?}") };
        text.line(3, format!("{} from {} ({access}{part})", mount.get("mountPath").str(), mount.get("name").str()));
    }
    let devices = container.get("volumeDevices").items();
    if !devices.is_empty() {
        text.line(2, "Devices:");
        for device in devices {
            text.line(3, format!("{} from {}", device.get("devicePath").str(), device.get("name").str()));
        }
    }
}
