//! Containers in descriptions of Pods and of templates (`describeContainers`).

use super::text::{Text, date, flag, go, number, or};
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::value::Value;

/// Writes a list of containers under a heading. `pod` is what fields refer to, `Null` for a template; `statuses` are the containers' statuses, if any.
/// `inset` is the blanks before what the enclosing description is indented by.
pub fn write(text: &mut Text, heading: &str, containers: &Value, statuses: &Value, pod: &Value, inset: &str) {
    text.line(0, format!("{inset}{heading}:"));
    for container in containers.items() {
        let status = statuses.items().iter().find(|status| status.get("name") == container.get("name")).unwrap_or(&Value::Null);
        // In a template names stand one blank further in than their heading, in a Pod two.
        let name_inset = if inset.is_empty() { "  " } else { "   " };
        text.line(0, format!("{name_inset}{}:", container.get("name").str()));
        basics(text, container, status);
        command(text, container);
        if !status.is_null() {
            state(text, "State", status.get("state"));
            if !status.path("lastState.terminated").is_null() {
                state(text, "Last State", status.get("lastState"));
            }
            text.line(0, format!("    Ready:\t{}", if flag(status.get("ready")) { "True" } else { "False" }));
            text.line(0, format!("    Restart Count:\t{}", number(status.get("restartCount"))));
        }
        resources(text, container.get("resources"));
        for (title, probe) in [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")] {
            if !container.get(probe).is_null() {
                text.line(0, format!("    {title}:\t{}", probe_words(container.get(probe))));
            }
        }
        environment_from(text, container.get("envFrom"));
        environment(text, container, pod);
        mounts(text, container);
    }
}

fn basics(text: &mut Text, container: &Value, status: &Value) {
    if !status.is_null() {
        text.line(0, format!("    Container ID:\t{}", status.get("containerID").str()));
    }
    text.line(0, format!("    Image:\t{}", container.get("image").str()));
    if !status.is_null() {
        text.line(0, format!("    Image ID:\t{}", status.get("imageID").str()));
    }
    let ports = container.get("ports").items();
    let list = |number_of: &dyn Fn(&Value) -> i64, with_name: bool| {
        let words: Vec<String> = ports
            .iter()
            .map(|port| {
                let name = port.get("name").str();
                let named = if with_name && !name.is_empty() { format!(" ({name})") } else { String::new() };
                format!("{}/{}{named}", number_of(port), port.get("protocol").str())
            })
            .collect();
        if words.is_empty() { "<none>".to_string() } else { words.join(", ") }
    };
    let plural = if ports.len() > 1 { "Ports" } else { "Port" };
    text.line(0, format!("    {plural}:\t{}", list(&|port| number(port.get("containerPort")), true)));
    let named = if ports.len() > 1 { "Host Ports" } else { "Host Port" };
    text.line(0, format!("    {named}:\t{}", list(&|port| number(port.get("hostPort")), true)));
    if let Some(profile) = container.path("securityContext.seccompProfile.type").as_str() {
        text.line(0, format!("    SeccompProfile:\t{profile}"));
        if profile == "Localhost" {
            text.line(0, format!("      LocalhostProfile:\t{}", container.path("securityContext.seccompProfile.localhostProfile").str()));
        }
    }
}

fn command(text: &mut Text, container: &Value) {
    for (title, field) in [("Command", "command"), ("Args", "args")] {
        let words = container.get(field).items();
        if !words.is_empty() {
            text.line(0, format!("    {title}:"));
            words.iter().flat_map(|word| word.str().split('\n')).for_each(|line| text.line(0, format!("      {line}")));
        }
    }
}

fn state(text: &mut Text, title: &str, state: &Value) {
    let (running, waiting, terminated) = (state.get("running"), state.get("waiting"), state.get("terminated"));
    if !running.is_null() {
        text.line(0, format!("    {title}:\tRunning"));
        text.line(0, format!("      Started:\t{}", date(running.get("startedAt"))));
    } else if !terminated.is_null() {
        text.line(0, format!("    {title}:\tTerminated"));
        if !terminated.get("reason").is_empty() {
            text.line(0, format!("      Reason:\t{}", terminated.get("reason").str()));
        }
        if !terminated.get("message").is_empty() {
            text.line(0, format!("      Message:\t{}", terminated.get("message").str()));
        }
        text.line(0, format!("      Exit Code:\t{}", number(terminated.get("exitCode"))));
        if number(terminated.get("signal")) > 0 {
            text.line(0, format!("      Signal:\t{}", number(terminated.get("signal"))));
        }
        text.line(0, format!("      Started:\t{}", zero_date(terminated.get("startedAt"))));
        text.line(0, format!("      Finished:\t{}", zero_date(terminated.get("finishedAt"))));
    } else {
        text.line(0, format!("    {title}:\tWaiting"));
        if !waiting.get("reason").is_empty() {
            text.line(0, format!("      Reason:\t{}", waiting.get("reason").str()));
        }
    }
}

/// Go's zero time, where there is none.
fn zero_date(value: &Value) -> String {
    if value.is_empty() { "Mon, 01 Jan 0001 00:00:00 +0000".into() } else { date(value) }
}

fn resources(text: &mut Text, resources: &Value) {
    for (title, list) in [("Limits", "limits"), ("Requests", "requests")] {
        let amounts = resources.get(list).fields();
        if !amounts.is_empty() {
            text.line(0, format!("    {title}:"));
            amounts.iter().for_each(|(name, amount)| text.line(0, format!("      {name}:\t{}", go(amount))));
        }
    }
}

/// `http-get http://:80/healthz delay=0s timeout=1s period=2s #success=1 #failure=3`: `DescribeProbe`.
fn probe_words(probe: &Value) -> String {
    let numbers = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number(probe.get("initialDelaySeconds")),
        number(probe.get("timeoutSeconds")),
        number(probe.get("periodSeconds")),
        number(probe.get("successThreshold")),
        number(probe.get("failureThreshold")),
    );
    let action = if !probe.get("exec").is_null() {
        format!("exec {}", go(probe.path("exec.command")))
    } else if !probe.get("httpGet").is_null() {
        let get = probe.get("httpGet");
        let port = if get.get("port").is_empty() { String::new() } else { go(get.get("port")) };
        format!("http-get {}://{}:{port}{}", get.get("scheme").str().to_lowercase(), get.get("host").str(), get.get("path").str())
    } else if !probe.get("tcpSocket").is_null() {
        format!("tcp-socket {}:{}", probe.path("tcpSocket.host").str(), go(probe.path("tcpSocket.port")))
    } else if !probe.get("grpc").is_null() {
        format!("grpc <pod>:{} {}", go(probe.path("grpc.port")), probe.path("grpc.service").str())
    } else {
        "unknown".into()
    };
    format!("{action} {numbers}")
}

fn environment_from(text: &mut Text, sources: &Value) {
    if sources.items().is_empty() {
        return;
    }
    text.line(0, "    Environment Variables from:");
    for source in sources.items() {
        let (kind, reference) =
            if source.get("configMapRef").is_null() { ("Secret", source.get("secretRef")) } else { ("ConfigMap", source.get("configMapRef")) };
        let prefix = source.get("prefix").str();
        let prefixed = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
        text.line(0, format!("      {}\t{kind}{prefixed}\tOptional: {}", reference.get("name").str(), flag(reference.get("optional"))));
    }
}

fn environment(text: &mut Text, container: &Value, pod: &Value) {
    let variables = container.get("env").items();
    text.line(0, if variables.is_empty() { "    Environment:\t<none>" } else { "    Environment:" });
    for variable in variables {
        let (name, from) = (variable.get("name").str(), variable.get("valueFrom"));
        if from.is_null() {
            for (index, line) in variable.get("value").str().split('\n').enumerate() {
                text.line(0, if index == 0 { format!("      {name}:\t{line}") } else { format!("      \t{line}") });
            }
        } else if !from.get("fieldRef").is_null() {
            let path = from.path("fieldRef.fieldPath").str();
            text.line(0, format!("      {name}:\t{} ({}:{path})", field_of(pod, path), from.path("fieldRef.apiVersion").str()));
        } else if !from.get("resourceFieldRef").is_null() {
            text.line(0, format!("      {name}:\t{}", resource_field(container, from.get("resourceFieldRef"))));
        } else if !from.get("secretKeyRef").is_null() {
            let reference = from.get("secretKeyRef");
            let optional = flag(reference.get("optional"));
            text.line(
                0,
                format!("      {name}:\t<set to the key '{}' in secret '{}'>\tOptional: {optional}", reference.get("key").str(), reference.get("name").str()),
            );
        } else if !from.get("configMapKeyRef").is_null() {
            let reference = from.get("configMapKeyRef");
            let optional = flag(reference.get("optional"));
            text.line(
                0,
                format!(
                    "      {name}:\t<set to the key '{}' of config map '{}'>\tOptional: {optional}",
                    reference.get("key").str(),
                    reference.get("name").str()
                ),
            );
        }
    }
}

/// What a fieldRef stands for in a Pod; only metadata and the few fields that the library knows are found (`fieldpath.ExtractFieldPathAsString`).
fn field_of(pod: &Value, path: &str) -> String {
    let keyed = path.split_once("['").and_then(|(field, rest)| Some((field, rest.strip_suffix("']")?)));
    match (path, keyed) {
        (_, Some((field @ ("metadata.labels" | "metadata.annotations"), key))) => pod.path(field).get(key).str().to_string(),
        ("metadata.name" | "metadata.namespace" | "metadata.uid", _) => pod.path(path).str().to_string(),
        _ => String::new(),
    }
}

fn resource_field(container: &Value, reference: &Value) -> String {
    let resource = reference.get("resource").str();
    let amount = resource.split_once('.').map_or(&Value::Null, |(list, name)| container.get("resources").get(list).get(name));
    let divisor = Quantity::from_value(reference.get("divisor")).ok().filter(|divisor| !divisor.is_zero());
    let words = match Quantity::from_value(amount) {
        Ok(amount) => {
            let divisor_milli = divisor.map_or(1000, |divisor| divisor.milli_value()).max(1);
            ((i128::from(amount.milli_value()) + i128::from(divisor_milli) - 1) / i128::from(divisor_milli)).to_string()
        }
        Err(_) => match resource {
            "limits.cpu" | "limits.memory" | "limits.ephemeral-storage" => format!("node allocatable ({resource})"),
            _ => "0".into(),
        },
    };
    if words.starts_with("node") { words } else { format!("{words} ({resource})") }
}

fn mounts(text: &mut Text, container: &Value) {
    let mounts = container.get("volumeMounts").items();
    text.line(0, if mounts.is_empty() { "    Mounts:\t<none>" } else { "    Mounts:" });
    let mut sorted: Vec<&Value> = mounts.iter().collect();
    sorted.sort_by(|a, b| a.get("mountPath").str().cmp(b.get("mountPath").str()));
    for mount in sorted {
        let mut flags = vec![if flag(mount.get("readOnly")) { "ro".to_string() } else { "rw".to_string() }];
        if !mount.get("subPath").is_empty() {
            flags.push(format!("path=\"{}\"", mount.get("subPath").str()));
        }
        text.line(0, format!("      {} from {} ({})", mount.get("mountPath").str(), mount.get("name").str(), flags.join(",")));
    }
    let devices = container.get("volumeDevices").items();
    if !devices.is_empty() {
        text.line(0, "    Devices:");
        devices.iter().for_each(|device| text.line(0, format!("      {} from {}", device.get("devicePath").str(), device.get("name").str())));
    }
}

/// Tolerations, a line each, those that every Pod gets among them (`printTolerationsMultiline`).
pub fn tolerations(text: &mut Text, inset: &str, tolerations: &Value) {
    text.part(0, format!("{inset}Tolerations:\t"));
    let mut sorted: Vec<&Value> = tolerations.items().iter().collect();
    sorted.sort_by(|a, b| a.get("key").str().cmp(b.get("key").str()));
    if sorted.is_empty() {
        text.line(0, "<none>");
    }
    for (index, toleration) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.part(0, format!("{inset}\t"));
        }
        let mut words = toleration.get("key").str().to_string();
        if !toleration.get("value").is_empty() {
            words.push_str(&format!("={}", toleration.get("value").str()));
        }
        if !toleration.get("effect").is_empty() {
            words.push_str(&format!(":{}", toleration.get("effect").str()));
        }
        if toleration.get("operator").str() == "Exists" && toleration.get("value").is_empty() {
            words.push_str(if toleration.get("key").is_empty() && toleration.get("effect").is_empty() { "op=Exists" } else { " op=Exists" });
        }
        if let Some(seconds) = toleration.get("tolerationSeconds").as_i64() {
            words.push_str(&format!(" for {seconds}s"));
        }
        text.line(0, words);
    }
}

/// `rack:DoNotSchedule when max skew 1 is exceeded for selector app=web`, a line each.
pub fn spread(text: &mut Text, inset: &str, constraints: &Value) {
    let constraints = constraints.items();
    if constraints.is_empty() {
        return;
    }
    text.part(0, format!("{inset}Topology Spread Constraints:\t"));
    let mut sorted: Vec<&Value> = constraints.iter().collect();
    sorted.sort_by(|a, b| a.get("topologyKey").str().cmp(b.get("topologyKey").str()));
    for (index, constraint) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.part(0, format!("{inset}\t"));
        }
        let selector = crate::api::kinds::cells::selector(constraint.get("labelSelector"));
        let for_selector = if constraint.get("labelSelector").is_null() { String::new() } else { format!(" for selector {}", selector.str()) };
        text.line(
            0,
            format!(
                "{}:{} when max skew {} is exceeded{for_selector}",
                constraint.get("topologyKey").str(),
                constraint.get("whenUnsatisfiable").str(),
                number(constraint.get("maxSkew"))
            ),
        );
    }
}

/// Names of the owner that controls an object: `ReplicaSet/web-5d…`; empty where there is none.
pub fn controlled_by(object: &Value) -> String {
    let owner = meta::controller_of(object);
    if owner.is_null() { String::new() } else { format!("{}/{}", owner.get("kind").str(), or(owner.get("name"), "")) }
}
