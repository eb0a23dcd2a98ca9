//! What a person does to machines rather than through the API: containers are killed, disks fill up, links and registries fail, kubelets start again.

use super::Kubelets;
use super::agenda::Agenda;
use super::eviction::PERIOD_MS;
use super::node::{ExecOwner, Node, Task};
use super::node_status::NodeStatusManager;
use super::pod_status::is_running;
use super::pod_worker::{PodId, PodWorker};
use super::runtime::{ContainerId, ContainerState, Registry};
use crate::api::meta;
use crate::store::Store;
use crate::value::OrdMap;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

impl Kubelets {
    /// Kills a running container of a pod as the kernel does: for want of memory (`OOMKilled`), or just so (exit code 137). `container` is `""` for
    /// the first one that runs; its name comes back.
    ///
    /// # Errors
    /// Why there is nothing to kill, in a sentence.
    pub fn kill_container(&mut self, pod: &Value, container: &str, out_of_memory: bool, now_ms: u64) -> Result<SmolStr, String> {
        let node_name = SmolStr::new(pod.path("spec.nodeName").str());
        let nothing = || match container {
            "" => format!("no container of pod {} runs", meta::name(pod)),
            container => format!("no container {container} of pod {} runs", meta::name(pod)),
        };
        let Some(node) = self.nodes.get_mut(&node_name) else { return Err(nothing()) };
        let found = node.running_container(meta::uid(pod), container).ok_or_else(nothing)?;
        Arc::make_mut(node).runtime.kill_container(&found.0, out_of_memory, now_ms);
        self.plan(&node_name);
        Ok(found.1)
    }

    /// Cuts the link between a machine and the control plane, or mends it. While it is cut the kubelet sees the cluster as it was (`store`), and
    /// nothing it says arrives; what runs goes on. False where there is no such machine.
    pub fn set_cut_off(&mut self, name: &str, is_cut: bool, store: &Store, now_ms: u64) -> bool {
        let Some(node) = self.nodes.get_mut(name) else { return false };
        let node = Arc::make_mut(node);
        if is_cut {
            node.cut_off.get_or_insert_with(|| Box::new(store.clone()));
        } else if node.cut_off.take().is_some() {
            node.look_again(store, now_ms);
            node.agenda.set(Task::NodeStatus, now_ms);
            node.agenda.set(Task::Lease, now_ms);
        }
        self.plan(&SmolStr::new(name));
        true
    }

    /// Whether a machine's link to the control plane is cut.
    pub fn is_cut_off(&self, name: &str) -> bool {
        self.node(name).is_some_and(|node| node.cut_off.is_some())
    }

    /// Fills a machine's disk to the last byte, or frees it again. False where there is no such machine.
    pub fn set_disk_full(&mut self, name: &str, is_full: bool, now_ms: u64) -> bool {
        let Some(node) = self.nodes.get_mut(name) else { return false };
        let node = Arc::make_mut(node);
        node.runtime.set_disk_full(is_full);
        node.agenda.set_at_latest(Task::Eviction, now_ms.next_multiple_of(PERIOD_MS));
        self.plan(&SmolStr::new(name));
        true
    }

    /// Makes the image registry answer as usual, slowly, or not at all.
    pub fn set_registry(&mut self, registry: Registry, now_ms: u64) {
        self.registry = registry;
        let names: Vec<SmolStr> = self.nodes.keys().cloned().collect();
        for name in names {
            if let Some(node) = self.nodes.get_mut(&name) {
                Arc::make_mut(node).runtime.set_registry(registry, now_ms);
            }
            self.plan(&name);
        }
    }

    /// How the image registry answers.
    pub fn registry(&self) -> Registry {
        self.registry
    }

    /// Gives a pod work to do beside its own: thousandths of a CPU, and bytes of memory.
    pub fn set_load(&mut self, pod_uid: &str, cpu_millis: u64, memory_bytes: u64, now_ms: u64) {
        let Some(name) = self.pod_nodes.get(pod_uid).cloned() else { return };
        let Some(node) = self.nodes.get_mut(&name) else { return };
        let Some((container, _)) = node.running_container(pod_uid, "") else { return };
        Arc::make_mut(node).runtime.set_load(&container, (cpu_millis, memory_bytes), now_ms);
        self.plan(&name);
    }

    /// A kubelet starts again: it finds the containers that run on its machine and the pods that the server has, and nothing else. False where there
    /// is no such machine.
    pub fn restart(&mut self, name: &str, store: &Store, now_ms: u64) -> bool {
        let Some(node) = self.nodes.get_mut(name) else { return false };
        Arc::make_mut(node).restart(store, now_ms);
        self.plan(&SmolStr::new(name));
        true
    }
}

/// What one container uses.
pub struct ContainerUsage {
    /// Its name.
    pub name: SmolStr,
    /// When it started, in milliseconds since the Unix epoch.
    pub started_at_ms: u64,
    /// Thousandths of a CPU.
    pub cpu_millis: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

impl Node {
    /// When the kubelet looks at a pod next by itself.
    pub fn next_look_ms(&self, pod_uid: &str) -> Option<u64> {
        self.agenda.time(&Task::Pod(self.pod(pod_uid)?.id))
    }

    /// What the running containers of a pod use.
    pub fn usage_of(&self, pod_uid: &str, now_ms: u64) -> Vec<ContainerUsage> {
        let Some(sandbox) = self.pod(pod_uid).and_then(|worker| worker.sandbox.as_ref()) else { return Vec::new() };
        let of = |id: &ContainerId| {
            let status = self.runtime.container_status(id)?;
            let ContainerState::Running { started_at_ms } = status.state else { return None };
            let usage = self.runtime.usage(id, now_ms);
            Some(ContainerUsage { name: status.name, started_at_ms, cpu_millis: usage.cpu_millis, memory_bytes: usage.memory_bytes })
        };
        self.runtime.containers(sandbox).iter().filter_map(of).collect()
    }

    /// What is left here of pods that are gone, for tests: nothing should be.
    pub fn leftovers(&self) -> Vec<String> {
        let pods = self.pods().map(|worker| format!("pod {}", meta::key(&worker.pod)));
        let sandboxes = self.runtime.sandboxes().map(|(id, _)| format!("sandbox {}", id.0));
        let tasks = [("pull", self.pulls.len()), ("command", self.execs.len()), ("sandbox' owner", self.sandboxes.len()), ("update", self.updates.len())];
        let counts = tasks.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} × {what}"));
        pods.chain(sandboxes).chain(counts).map(|what| format!("{}: {what}", self.config.name)).collect()
    }

    /// A running container of a pod, by name or (`""`) the first one, with its name.
    fn running_container(&self, pod_uid: &str, name: &str) -> Option<(ContainerId, SmolStr)> {
        let sandbox = self.pod(pod_uid)?.sandbox.as_ref()?;
        let all = self.runtime.containers(sandbox);
        let running = all.iter().filter_map(|id| self.runtime.container_status(id)).filter(is_running);
        let mut wanted = running.filter(|status| name.is_empty() || status.name == name);
        wanted.next().map(|status| (status.id, status.name))
    }

    fn restart(&mut self, store: &Store, now_ms: u64) {
        self.agenda = Agenda::default();
        self.started_ms = now_ms;
        self.status = NodeStatusManager::restarted(&self.status);
        self.updates.clear();
        self.pressure = Default::default();
        for (exec, owner) in std::mem::take(&mut self.execs) {
            if owner == ExecOwner::Outside {
                self.execs.insert(exec, owner);
            } else {
                self.runtime.exec_forget(exec, now_ms);
            }
        }
        for (pull, _) in std::mem::take(&mut self.pulls) {
            self.runtime.forget_pull(pull);
        }
        let workers: OrdMap<PodId, Arc<PodWorker>> = std::mem::take(&mut self.pods);
        self.pods = workers.iter().map(|(id, worker)| (*id, Arc::new(found_again(worker)))).collect();
        self.agenda.set(Task::NodeStatus, now_ms);
        self.look_again(store, now_ms);
    }

    /// Looks at all pods that the server has for this machine, and at those that it had.
    fn look_again(&mut self, store: &Store, now_ms: u64) {
        let listed: Vec<Value> = store.pods_on_node(&self.config.name).cloned().collect();
        let gone: Vec<Value> =
            self.pods().filter(|worker| !listed.iter().any(|pod| meta::uid(pod) == meta::uid(&worker.pod))).map(|worker| worker.pod.clone()).collect();
        for pod in listed.iter().chain(&gone) {
            let revision = pod.path("metadata.resourceVersion").str().parse().unwrap_or(0);
            self.observe_pod(pod, revision, now_ms);
        }
    }
}

/// A pod as a kubelet finds it that has just started: its containers, its sandbox and its volumes are there, all else is forgotten.
fn found_again(worker: &PodWorker) -> PodWorker {
    PodWorker {
        is_found: true,
        sandbox: worker.sandbox.clone(),
        sandbox_ready: worker.sandbox_ready,
        sandbox_attempts: worker.sandbox_attempts,
        ip: worker.ip.clone(),
        started_with: worker.started_with.clone(),
        volumes: worker.volumes.clone(),
        ..PodWorker::new(worker.id, worker.pod.clone())
    }
}
