//! What can be done to an object, each with the line that does it: what the inspector's buttons carry out in the terminal.

use super::ObjectRef;
use super::finding::in_namespace;
use crate::api::meta;
use crate::api::registry::Registry;
use crate::cluster::Cluster;
use crate::playground::requests;
use crate::value::Value;

/// Something that can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// `Restart`.
    pub name: &'static str,
    /// The line that does it; `{}` stands for what the person says.
    pub line: String,
    /// What the person has to say.
    pub asks: Option<Asks>,
    /// Whether something is lost by it.
    pub is_dangerous: bool,
    /// Whether it is a request whose way is shown, and no line of the terminal.
    pub is_request: bool,
}

/// What a person has to say for an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asks {
    /// `Replicas`.
    pub what: &'static str,
    /// What it is now, or what is likely.
    pub now: String,
}

fn action(name: &'static str, line: impl Into<String>) -> Action {
    Action { name, line: line.into(), asks: None, is_dangerous: false, is_request: false }
}

fn asking(name: &'static str, line: impl Into<String>, what: &'static str, now: impl Into<String>) -> Action {
    Action { asks: Some(Asks { what, now: now.into() }), ..action(name, line) }
}

/// What can be done to an object, the most usual first.
pub fn actions(object: &ObjectRef, value: &Value, cluster: &Cluster) -> Vec<Action> {
    let registry = cluster.server().registry();
    let kind = name_of_kind(object, registry);
    let place = format!("{} {}{{}}{}", kind, meta::name(value), in_namespace(value));
    let on = |before: &str, after: &str| format!("kubectl {before} {}", place.replacen("{}", after, 1));
    let load = |now: &str| {
        let line = format!("fault load {kind}/{} --cpu {{}}{}", meta::name(value), in_namespace(value));
        asking("Set the load", line, "CPU that its pods use together", now)
    };
    let mut found = match object.resource.resource.as_str() {
        "pods" => of_pod(value, &load),
        "deployments" => {
            let paused = value.path("spec.paused").as_bool() == Some(true);
            vec![
                scale(value, &on),
                action("Restart", on("rollout restart", "")),
                action("Undo the rollout", on("rollout undo", "")),
                if paused { action("Resume", on("rollout resume", "")) } else { action("Pause", on("rollout pause", "")) },
                load("2"),
            ]
        }
        "statefulsets" => vec![scale(value, &on), action("Restart", on("rollout restart", "")), load("2")],
        "daemonsets" => vec![action("Restart", on("rollout restart", ""))],
        "replicasets" | "replicationcontrollers" => vec![scale(value, &on)],
        "jobs" => vec![suspend(value, &on)],
        "cronjobs" => {
            let run = format!("kubectl create job {0}-by-hand --from=cronjob/{0}{1}", meta::name(value), in_namespace(value));
            vec![action("Run now", run), suspend(value, &on)]
        }
        "nodes" => return of_node(value, cluster),
        _ => Vec::new(),
    };
    if let Some((_, url)) = requests::way_to(cluster, object) {
        found.insert(0, Action { is_request: true, ..action("Send a request", format!("GET {url}")) });
    }
    if !object.key.namespace.starts_with("kube-") && !matches!(object.resource.resource.as_str(), "events" | "leases" | "endpointslices") {
        found.push(action("Edit", on("edit", "")));
        found.push(Action { is_dangerous: true, ..action("Delete", on("delete", "")) });
    }
    found
}

/// `deployment`, as kubectl takes it; with its group where the name alone says another kind.
fn name_of_kind(object: &ObjectRef, registry: &Registry) -> String {
    let Some(kind) = registry.resource(&object.resource) else { return object.resource.to_string() };
    let is_ambiguous = registry.all().any(|other| other.singular == kind.singular && other.group != kind.group);
    if is_ambiguous { object.resource.to_string() } else { kind.singular.to_string() }
}

fn scale(value: &Value, on: &dyn Fn(&str, &str) -> String) -> Action {
    let now = value.path("spec.replicas").as_i64().unwrap_or(1);
    asking("Scale", on("scale", " --replicas={}"), "Replicas", now.to_string())
}

fn suspend(value: &Value, on: &dyn Fn(&str, &str) -> String) -> Action {
    let suspended = value.path("spec.suspend").as_bool() == Some(true);
    let patch = format!(" -p '{{\"spec\":{{\"suspend\":{}}}}}'", !suspended);
    action(if suspended { "Resume" } else { "Suspend" }, on("patch", &patch))
}

fn of_pod(pod: &Value, load: &dyn Fn(&str) -> Action) -> Vec<Action> {
    let (name, at) = (meta::name(pod), in_namespace(pod));
    let runs = pod.path("status.containerStatuses").items().iter().any(|container| !container.path("state.running").is_null());
    if !runs {
        return Vec::new();
    }
    vec![
        Action { is_dangerous: true, ..action("Kill a container", format!("fault kill {name}{at}")) },
        Action { is_dangerous: true, ..action("Let it run out of memory", format!("fault kill {name} --oom{at}")) },
        load("500m"),
        action("Cut it off the network", format!("fault cut pod/{name} network{at}")),
    ]
}

fn of_node(node: &Value, cluster: &Cluster) -> Vec<Action> {
    let name = meta::name(node);
    let mut found = Vec::new();
    if node.path("spec.unschedulable").as_bool() == Some(true) {
        found.push(action("Uncordon", format!("kubectl uncordon {name}")));
    } else {
        found.push(action("Cordon", format!("kubectl cordon {name}")));
    }
    found.push(action("Drain", format!("kubectl drain {name} --ignore-daemonsets --delete-emptydir-data")));
    let Some(machine) = cluster.kubelets().node(name) else { return found };
    let either = |is_so: bool, mend: (&'static str, String), fault: (&'static str, String)| {
        let (name, line) = if is_so { mend } else { fault };
        Action { is_dangerous: !is_so, ..action(name, line) }
    };
    let (stop, start) = (format!("fault stop {name}"), format!("fault start {name}"));
    found.push(either(machine.stopped, ("Start the machine", start), ("Stop the machine", stop)));
    let is_cut = cluster.kubelets().is_cut_off(name);
    let line = |word: &str| format!("fault {word} {name} control-plane");
    found.push(either(is_cut, ("Mend the link to the control plane", line("mend")), ("Cut the link to the control plane", line("cut"))));
    let is_full = machine.runtime.is_disk_full();
    let line = |word: &str| format!("fault {word} {name}");
    found.push(either(is_full, ("Free its disk", line("free-disk")), ("Fill its disk", line("fill-disk"))));
    found.push(action("Restart its kubelet", format!("fault restart {name}")));
    found
}
