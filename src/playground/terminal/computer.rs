//! What commands ask of the person's computer and of the machines: forwarded ports, mounted folders, machines that come and go.

use super::World;
use super::network::Outside;
use crate::api::resource::PODS;
use crate::cluster::{Cluster, Fault};
use crate::kubectl::HostRequest;
use crate::kubelet::runtime::Workstation;
use crate::network;
use crate::playground::history::Action;
use crate::value::{SmolStr, SortedMap};

/// Ports that are chosen by themselves begin here (Linux' ephemeral ports).
const FIRST_FREE_PORT: u16 = 32_768;
/// An answer's body is shown up to here.
const LONGEST_BODY: usize = 20_000;

/// What lasts on the computer while a command runs.
#[derive(Clone, Default)]
pub struct Computer {
    /// Ports that lead to pods.
    forwards: SortedMap<u16, Forward>,
    /// Folders that the machines see, by their path there.
    mounts: SortedMap<String, Mount>,
}

#[derive(Clone)]
struct Forward {
    namespace: String,
    pod: String,
    port: u16,
    connections: usize,
}

#[derive(Clone)]
struct Mount {
    folder: String,
    /// What the machines have of it; none: nothing yet.
    given: Option<Vec<(SmolStr, String)>>,
}

impl Computer {
    /// Whether a port leads anywhere.
    pub fn is_open(&self, port: u16) -> bool {
        self.forwards.contains_key(&port)
    }

    /// Somebody connects to a port: the machine, address and port where it leads.
    pub fn take_connection(&mut self, port: u16, cluster: &Cluster) -> Option<(SmolStr, SmolStr, u16)> {
        let forward = self.forwards.get_mut(&port)?;
        forward.connections += 1;
        let pod = cluster.store().get(&PODS, &forward.namespace, &forward.pod)?;
        Some((SmolStr::new(pod.path("spec.nodeName").str()), SmolStr::new(pod.path("status.podIP").str()), forward.port))
    }

    fn forward(&mut self, wanted: u16, forward: Forward) -> Result<String, String> {
        let free = || (FIRST_FREE_PORT..).find(|port| !self.is_open(*port)).unwrap_or(FIRST_FREE_PORT);
        let port = if wanted == 0 { free() } else { wanted };
        if self.is_open(port) {
            return Err(format!("listen tcp4 127.0.0.1:{port}: bind: address already in use"));
        }
        self.forwards.insert(port, forward);
        Ok(port.to_string())
    }

    /// Answers a request of a command. What undoes what lasts only as long as the command goes to `lasting`.
    ///
    /// # Errors
    /// Why it can't be done.
    pub fn answer(&mut self, request: HostRequest, world: &mut World<'_>, lasting: &mut Vec<HostRequest>) -> Result<String, String> {
        match request {
            HostRequest::Forward { port, namespace, pod, pod_port } => {
                let chosen = self.forward(port, Forward { namespace, pod, port: pod_port, connections: 0 })?;
                lasting.push(HostRequest::EndForward(chosen.parse().unwrap_or_default()));
                Ok(chosen)
            }
            HostRequest::EndForward(port) => {
                self.forwards.remove(&port);
                Ok(String::new())
            }
            HostRequest::Forwarded(port) => Ok(self.forwards.get(&port).map_or(0, |forward| forward.connections).to_string()),
            HostRequest::Get(url) => self.get(&url, world),
            HostRequest::Mount { folder, path } => {
                lasting.push(HostRequest::Unmount(path.clone()));
                self.mounts.insert(path, Mount { folder, given: None });
                Ok(String::new())
            }
            HostRequest::Unmount(path) => {
                self.mounts.remove(&path);
                act(Action::Mount { path, files: None }, world)
            }
            HostRequest::Tunnel(on) => {
                if on {
                    lasting.push(HostRequest::Tunnel(false));
                }
                act(Action::Host(HostRequest::Tunnel(on)), world)
            }
            HostRequest::Raw { ref method, ref target, ref body } => {
                if method != "GET" {
                    world.history.record(Action::Host(request.clone()), world.cluster);
                }
                Ok(world.cluster.raw(method, target, body))
            }
            HostRequest::Fault(words) => fault(&words, world),
            HostRequest::HasAddon(name) => Ok(world.cluster.has_addon(&name).to_string()),
            HostRequest::AddNode(_) | HostRequest::StopNode(..) | HostRequest::Addon(..) => act(Action::Host(request), world),
        }
    }

    /// Gives the machines what has changed in mounted folders.
    pub fn keep_mounts(&mut self, station: &Workstation, world: &mut World<'_>) {
        for (path, mount) in self.mounts.iter_mut() {
            let prefix = format!("{}/", mount.folder.trim_end_matches('/'));
            let below = |(path, text): (SmolStr, String)| Some((SmolStr::new(path.strip_prefix(prefix.as_str())?), text));
            let files: Vec<(SmolStr, String)> = station.texts().into_iter().filter_map(below).collect();
            if mount.given.as_ref() != Some(&files) {
                mount.given = Some(files.clone());
                let _ = act(Action::Mount { path: path.clone(), files: Some(files) }, world);
            }
        }
    }

    /// What is at a URL: the status, and the text below it.
    fn get(&mut self, url: &str, world: &mut World<'_>) -> Result<String, String> {
        let request = network::request_of(url)?;
        let outcome = Outside::new(world, self, String::new()).send(&request);
        match outcome.result {
            Ok(response) => {
                let body: String = response.body.chars().take(LONGEST_BODY).collect();
                Ok(format!("{}\n{body}", response.status))
            }
            Err(error) => Err(format!("{error:?}")),
        }
    }
}

/// Lets something go wrong, or says what is wrong.
fn fault(words: &[String], world: &mut World<'_>) -> Result<String, String> {
    let Some(fault) = Fault::parse(words, world.kubeconfig.namespace(), world.cluster)? else {
        let lines: Vec<String> = world.cluster.faults().iter().map(|(what, mend)| format!("{what}   ({} ends it)", mend.line())).collect();
        return Ok(if lines.is_empty() { "nothing is wrong by your doing".into() } else { lines.join("\n") });
    };
    world.history.record(Action::Fault(fault.clone()), world.cluster);
    world.cluster.fault(&fault)
}

/// Changes the machines, and remembers it for the past.
fn act(action: Action, world: &mut World<'_>) -> Result<String, String> {
    world.history.record(action.clone(), world.cluster);
    action.carry_out(world.cluster).map(|()| String::new())
}

/// Changes the machines.
///
/// # Errors
/// Why it can't be done.
pub fn carry_out(request: &HostRequest, cluster: &mut Cluster) -> Result<(), String> {
    match request {
        HostRequest::Tunnel(on) => cluster.set_tunnel(*on),
        HostRequest::Raw { method, target, body } => drop(cluster.raw(method, target, body)),
        HostRequest::AddNode(name) => return cluster.add_machine(name),
        HostRequest::StopNode(name, stopped) if !cluster.set_node_stopped(name, *stopped) => return Err(format!("there is no machine {name}")),
        HostRequest::Addon(name, on) => return cluster.set_addon(name, *on),
        _ => {}
    }
    Ok(())
}
