//! The words for faults: what a person types after `fault`, and what a button types for them.

use super::fault::{Fault, Process};
use super::{Cluster, Load};
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{GroupResource, ObjectKey};
use crate::kubelet::runtime::Registry;
use crate::network::{Link, LinkEnd};
use crate::value::SmolStr;

/// What can be typed after `fault`.
pub const USAGE: &str = "fault kill POD [-c CONTAINER] [--oom] [-n NAMESPACE]   a container ends at once, as in a crash or for want of memory
fault stop NODE | start NODE                           a machine goes silent, or comes back
fault cut A B | mend A B                               A, B: NODE, pod/NAME, control-plane, network (all other machines)
fault fill-disk NODE | free-disk NODE                  nothing can be written there any more
fault registry slow | down | up                        pulling images takes longer, or fails
fault load KIND/NAME [--cpu 1500m] [--memory 200Mi]    work for its pods: CPU that they share, memory for each; nothing takes it away
fault restart controller-manager | scheduler | network | NODE | some-controller
fault list                                             what is wrong now, by your doing
fault mend all                                         all of it is made right again
";

fn amount(text: &str) -> Result<Quantity, String> {
    Quantity::parse(text).map_err(|_| format!("fault: {text} is no quantity, as 1500m or 200Mi"))
}

/// The object of `deploy/web`, `deployments.apps/web` or, of pods, `web-1`.
fn object(word: &str, namespace: &str, cluster: &Cluster) -> Result<(GroupResource, ObjectKey), String> {
    let (kind, name) = word.split_once('/').unwrap_or(("pods", word));
    let (kind, group) = kind.split_once('.').map_or((kind, None), |(kind, group)| (kind, Some(group)));
    let is_it = |found: &&std::sync::Arc<crate::api::strategy::Kind>| {
        let is_named = found.plural == kind || found.singular == kind || found.short_names.iter().any(|name| name == kind);
        is_named && group.is_none_or(|group| found.group == group)
    };
    let found = cluster.server().registry().all().find(is_it).ok_or(format!("fault: there is no kind {kind}"))?;
    Ok((found.resource(), ObjectKey::new(if found.namespaced { namespace } else { "" }, name)))
}

impl Fault {
    /// Reads the words after `fault`; pods are of `namespace` unless `-n` says otherwise. `None` asks for the list of what is wrong.
    ///
    /// # Errors
    /// What can't be understood, and what can be said instead.
    pub fn parse(words: &[String], namespace: &str, cluster: &Cluster) -> Result<Option<Fault>, String> {
        let mut plain: Vec<&str> = Vec::new();
        let (mut namespace, mut container, mut out_of_memory) = (SmolStr::new(namespace), SmolStr::default(), false);
        let mut load = Load::default();
        let mut rest = words.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            let mut value = || rest.next().map(SmolStr::new).ok_or(format!("fault: {word} needs a value"));
            match word {
                "-n" | "--namespace" => namespace = value()?,
                "-c" | "--container" => container = value()?,
                "--oom" => out_of_memory = true,
                "--cpu" => load.cpu_millis = amount(&value()?)?.milli_value().max(0) as u64,
                "--memory" => load.memory_bytes = amount(&value()?)?.value().max(0) as u64,
                flag if flag.starts_with("--cpu=") => load.cpu_millis = amount(&flag["--cpu=".len()..])?.milli_value().max(0) as u64,
                flag if flag.starts_with("--memory=") => load.memory_bytes = amount(&flag["--memory=".len()..])?.value().max(0) as u64,
                flag if flag.starts_with("--namespace=") => namespace = SmolStr::new(&flag["--namespace=".len()..]),
                flag if flag.starts_with("--container=") => container = SmolStr::new(&flag["--container=".len()..]),
                flag if flag.starts_with('-') => return Err(format!("fault: there is no flag {flag}\n{USAGE}")),
                word => plain.push(word),
            }
        }
        let pod = |name: &str| ObjectKey::new(&namespace, name.trim_start_matches("pod/"));
        let node = |name: &str| SmolStr::new(name.trim_start_matches("node/"));
        let end = |word: &str| match word {
            "control-plane" => LinkEnd::ControlPlane,
            "network" => LinkEnd::Network,
            word if word.starts_with("pod/") => LinkEnd::Pod(pod(word)),
            word if word.starts_with("node/") || cluster.is_node(word) => LinkEnd::Node(node(word)),
            word => LinkEnd::Pod(pod(word)),
        };
        Ok(Some(match plain.as_slice() {
            ["list"] => return Ok(None),
            ["kill", name] => Fault::Kill { pod: pod(name), container, out_of_memory },
            ["stop", name] => Fault::Node { name: node(name), stops: true },
            ["start", name] => Fault::Node { name: node(name), stops: false },
            ["mend", "all"] => Fault::Mend,
            [what @ ("cut" | "mend"), one, other] => Fault::Link { link: Link::between(end(one), end(other)), is_cut: *what == "cut" },
            [what @ ("fill-disk" | "free-disk"), name] => Fault::Disk { node: node(name), is_full: *what == "fill-disk" },
            ["registry", "slow"] => Fault::Registry(Registry::Slow),
            ["registry", "down"] => Fault::Registry(Registry::Down),
            ["registry", "up"] => Fault::Registry(Registry::Up),
            ["load", name] => Fault::Load { object: object(name, &namespace, cluster)?, load },
            ["restart", "controller-manager"] => Fault::Restart(Process::ControllerManager),
            ["restart", "scheduler"] => Fault::Restart(Process::Scheduler),
            ["restart", "network"] => Fault::Restart(Process::Network),
            ["restart", name] if cluster.is_node(&node(name)) => Fault::Restart(Process::Kubelet(node(name))),
            ["restart", name] => Fault::Restart(Process::Controller(SmolStr::new(name))),
            _ => return Err(format!("fault: not understood; what can be said:\n{USAGE}")),
        }))
    }

    /// The whole line in which it is told, `fault kill web-1 -n demo --oom`.
    pub fn line(&self) -> String {
        let at_pod = |key: &ObjectKey| if key.namespace == "default" { String::new() } else { format!(" -n {}", key.namespace) };
        match self {
            Fault::Kill { pod, container, out_of_memory } => {
                let container = if container.is_empty() { String::new() } else { format!(" -c {container}") };
                format!("fault kill {}{container}{}{}", pod.name, at_pod(pod), if *out_of_memory { " --oom" } else { "" })
            }
            Fault::Node { name, stops } => format!("fault {} {name}", if *stops { "stop" } else { "start" }),
            Fault::Link { link, is_cut } => {
                let [one, other] = link.ends();
                let namespace = link.ends().into_iter().find_map(|end| if let LinkEnd::Pod(key) = end { Some(at_pod(key)) } else { None });
                format!("fault {} {one} {other}{}", if *is_cut { "cut" } else { "mend" }, namespace.unwrap_or_default())
            }
            Fault::Disk { node, is_full } => format!("fault {} {node}", if *is_full { "fill-disk" } else { "free-disk" }),
            Fault::Load { object: (resource, key), load } => {
                let cpu = Quantity::new_milli(load.cpu_millis as i64, Format::DecimalSI);
                let memory = Quantity::new(load.memory_bytes as i64, Format::BinarySI);
                let cpu = if load.cpu_millis == 0 { String::new() } else { format!(" --cpu {cpu}") };
                let memory = if load.memory_bytes == 0 { String::new() } else { format!(" --memory {memory}") };
                format!("fault load {resource}/{}{cpu}{memory}{}", key.name, at_pod(key))
            }
            Fault::Registry(Registry::Up) => "fault registry up".into(),
            Fault::Registry(Registry::Slow) => "fault registry slow".into(),
            Fault::Registry(Registry::Down) => "fault registry down".into(),
            Fault::Restart(Process::ControllerManager) => "fault restart controller-manager".into(),
            Fault::Restart(Process::Scheduler) => "fault restart scheduler".into(),
            Fault::Restart(Process::Network) => "fault restart network".into(),
            Fault::Restart(Process::Kubelet(name) | Process::Controller(name)) => format!("fault restart {name}"),
            Fault::Mend => "fault mend all".into(),
        }
    }
}
