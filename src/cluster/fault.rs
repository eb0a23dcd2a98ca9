//! Faults: what a person does to the machines, the links between them and the processes of the control plane, rather than through the API.
//!
//! Each has words in which it is told and told again (`fault cut worker-2 control-plane`), so that history and links replay it.

use super::{Cluster, Load};
use crate::api::resource::{GroupResource, NODES, ObjectKey, PODS};
use crate::kubelet::runtime::Registry;
use crate::network::{Link, LinkEnd};
use crate::value::SmolStr;

/// Something that goes wrong, or is made right again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A container is killed.
    Kill {
        /// Its pod.
        pod: ObjectKey,
        /// Its name; `""` for the first one that runs.
        container: SmolStr,
        /// Whether for want of memory.
        out_of_memory: bool,
    },
    /// A machine stops (nothing on it answers) or starts.
    Node {
        /// Its name.
        name: SmolStr,
        /// Whether it stops.
        stops: bool,
    },
    /// A link is cut or mended.
    Link {
        /// Which.
        link: Link,
        /// Whether it is cut.
        is_cut: bool,
    },
    /// A machine's disk fills up, or is freed.
    Disk {
        /// The machine's name.
        node: SmolStr,
        /// Whether it is full.
        is_full: bool,
    },
    /// The image registry answers otherwise.
    Registry(Registry),
    /// Work is given to pods, beside their own.
    Load {
        /// A pod, or what selects pods.
        object: (GroupResource, ObjectKey),
        /// How much.
        load: Load,
    },
    /// A process starts again: it forgets all that it knew, and sees what there is.
    Restart(Process),
    /// Everything that is still wrong is made right.
    Mend,
}

/// A process that can start again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Process {
    /// kube-controller-manager, with all controllers.
    ControllerManager,
    /// One controller of it: `deployment-controller`.
    Controller(SmolStr),
    /// kube-scheduler.
    Scheduler,
    /// The network's.
    Network,
    /// The kubelet of a machine.
    Kubelet(SmolStr),
}

impl Cluster {
    /// Lets a fault happen now; what happened comes back, in words.
    ///
    /// # Errors
    /// Why it can't happen, in words.
    pub fn fault(&mut self, fault: &Fault) -> Result<String, String> {
        let said = match fault {
            Fault::Kill { pod, container, out_of_memory } => self.kill(pod, container, *out_of_memory),
            Fault::Node { name, stops } => self.check_node(name).map(|()| {
                self.set_node_stopped(name, *stops);
                format!("node/{name} {}", if *stops { "stopped" } else { "started" })
            }),
            Fault::Link { link, is_cut } => self.set_link(link, *is_cut),
            Fault::Disk { node, is_full } => self.check_node(node).map(|()| {
                self.kubelets.set_disk_full(node, *is_full, self.now_ms);
                format!("the disk of node/{node} is {}", if *is_full { "full" } else { "free again" })
            }),
            Fault::Registry(registry) => {
                self.kubelets.set_registry(*registry, self.now_ms);
                Ok(match registry {
                    Registry::Up => "the image registry answers as usual".into(),
                    Registry::Slow => "the image registry is slow".into(),
                    Registry::Down => "the image registry doesn't answer".into(),
                })
            }
            Fault::Load { object, load } => self.set_load(object, *load),
            Fault::Restart(process) => self.restart(process),
            Fault::Mend => {
                self.mend();
                Ok("everything is as it should be".into())
            }
        };
        self.observe();
        said
    }

    fn check_node(&self, name: &str) -> Result<(), String> {
        if self.kubelets.node(name).is_some() { Ok(()) } else { Err(format!("there is no node {name}")) }
    }

    fn kill(&mut self, pod: &ObjectKey, container: &str, out_of_memory: bool) -> Result<String, String> {
        let Some(object) = self.store().get_key(&PODS, pod).cloned() else {
            return Err(format!("there is no pod {} in namespace {}", pod.name, pod.namespace));
        };
        let name = self.kubelets.kill_container(&object, container, out_of_memory, self.now_ms)?;
        Ok(format!("container {name} of pod/{} killed{}", pod.name, if out_of_memory { " for want of memory" } else { "" }))
    }

    fn set_link(&mut self, link: &Link, is_cut: bool) -> Result<String, String> {
        for end in link.ends() {
            match end {
                LinkEnd::Node(name) => self.check_node(name)?,
                LinkEnd::Pod(key) if is_cut && self.store().get_key(&PODS, key).is_none() => {
                    return Err(format!("there is no pod {} in namespace {}", key.name, key.namespace));
                }
                _ => {}
            }
        }
        if let Some(node) = link.node_of_control_plane().cloned() {
            self.kubelets.set_cut_off(&node, is_cut, self.server.store(), self.now_ms);
        }
        self.network.set_cut(link.clone(), is_cut);
        let [one, other] = link.ends();
        Ok(format!("the link between {one} and {other} is {}", if is_cut { "cut" } else { "mended" }))
    }

    fn restart(&mut self, process: &Process) -> Result<String, String> {
        let (store, now_ms) = (self.server.store(), self.now_ms);
        let (known, name) = match process {
            Process::ControllerManager => {
                self.controllers.restart(store, now_ms);
                (true, "kube-controller-manager".to_owned())
            }
            Process::Controller(name) => (self.controllers.restart_one(name, store, now_ms), name.to_string()),
            Process::Scheduler => {
                self.scheduler.restart(store, now_ms);
                (true, "kube-scheduler".to_owned())
            }
            Process::Network => {
                self.network.restart(store, now_ms);
                (true, "the network".to_owned())
            }
            Process::Kubelet(node) => (self.kubelets.restart(node, store, now_ms), format!("the kubelet of {node}")),
        };
        if known { Ok(format!("{name} restarted")) } else { Err(format!("there is no {name}")) }
    }

    fn mend(&mut self) {
        let links: Vec<Link> = self.network.cut_links().iter().cloned().collect();
        for link in links {
            // Of what is no longer there nothing has to be mended.
            let _ = self.set_link(&link, false);
        }
        let nodes: Vec<SmolStr> = self.kubelets.nodes().map(|node| node.config.name.clone()).collect();
        for node in nodes {
            self.kubelets.set_disk_full(&node, false, self.now_ms);
            self.set_node_stopped(&node, false);
        }
        self.kubelets.set_registry(Registry::Up, self.now_ms);
        let loaded: Vec<_> = self.loads().map(|(object, _)| object.clone()).collect();
        for object in loaded {
            // What is gone carries nothing anyway.
            let _ = self.set_load(&object, Load::default());
        }
    }

    /// What is wrong now by a person's doing, in words, with the fault that makes it right.
    pub fn faults(&self) -> Vec<(String, Fault)> {
        let mut found = Vec::new();
        for node in self.kubelets.nodes() {
            let name = node.config.name.clone();
            if node.stopped {
                found.push((format!("node {name} is stopped"), Fault::Node { name: name.clone(), stops: false }));
            }
            if node.runtime.is_disk_full() {
                found.push((format!("the disk of node {name} is full"), Fault::Disk { node: name, is_full: false }));
            }
        }
        for link in self.network.cut_links().iter() {
            let [one, other] = link.ends();
            found.push((format!("the link between {one} and {other} is cut"), Fault::Link { link: link.clone(), is_cut: false }));
        }
        match self.kubelets.registry() {
            Registry::Up => {}
            Registry::Slow => found.push(("the image registry is slow".into(), Fault::Registry(Registry::Up))),
            Registry::Down => found.push(("the image registry doesn't answer".into(), Fault::Registry(Registry::Up))),
        }
        found
    }

    /// Whether there is a node of that name, for words that may mean a node or a pod.
    pub(super) fn is_node(&self, name: &str) -> bool {
        self.store().get(&NODES, "", name).is_some() || self.kubelets.node(name).is_some()
    }
}
