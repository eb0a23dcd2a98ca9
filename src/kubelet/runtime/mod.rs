//! The container runtime of one node: images, sandboxes, containers and what runs in them.
//!
//! It is to the kubelet what containerd is: it knows nothing of Kubernetes' objects. It is a value
//! like the rest of the cluster: cloning costs nothing, time is what the caller says, and
//! [`Runtime::advance`] does what is due and no more, however many containers there are.
//!
//! What images do when they run is defined in one place, the catalogue (`images.rs`). Containers of
//! images like busybox run the small shell (`shell/`) and its programs (`programs/`).

mod base;
mod clock;
mod config;
mod container;
mod execs;
pub mod fs;
mod image_ref;
mod images;
mod kernel;
mod log;
mod net;
mod programs;
mod pulls;
mod reached;
mod server;
mod shell;
#[cfg(test)]
mod tests;
mod workstation;

pub use config::{
    ContainerConfig, ContainerId, ContainerState, ContainerStatus, DnsConfig, ExecError, ExecId, ExecResult, Exit, Mount, PullId, RuntimeEvent, SandboxConfig,
    SandboxId, StartError, Usage,
};
pub use execs::ExecOptions;
pub use image_ref::{ImageRef, parse as parse_image};
pub use log::{Log, LogLine, Stream};
pub use net::{Answer, ConnectError, Connection, HttpOutcome, HttpRequest, HttpResponse, Network, NoNetwork, Resolution, ResolveError};
pub use pulls::Registry;
pub use workstation::{Call, HOME, Happening, Prompt, Workstation};

use crate::value::{OrdMap, OrdSet, SortedMap, SortedSet};
use config::Exit as ContainerExit;
use container::{Container, Host};
use execs::Exec;
use fs::view::View;
use fs::{Tree, Volume, VolumeId};
use kernel::signal;
use kernel::{Kernel, Sender};
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// Which machines these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Profile {
    /// The conformance set's machines: every pull takes 600 ms, images are stand-ins that print nothing, and
    /// containers have busybox' programs only (`bash` is there, but is no applet of it: exit code 127).
    Reference,
    /// The playground's machines: pulls take as long as the image is big, servers log what the real ones
    /// log and serve the files they are given, and images have their own programs.
    #[default]
    Playground,
}

/// An image on the node.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// `docker.io/library/nginx:latest`
    pub name: SmolStr,
    /// `docker.io/library/nginx:latest@sha256:…`: the `imageID` of containers.
    pub id: SmolStr,
    /// Its size on disk, as `status.images[].sizeBytes`.
    pub size_bytes: u64,
}

/// A pull that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pull {
    /// The image as the user wrote it.
    pub image: SmolStr,
    /// When it was asked for.
    pub requested_at_ms: u64,
    /// When its own download begins: pulls are done one at a time.
    pub started_at_ms: u64,
    /// When it ends.
    pub finishes_at_ms: u64,
    /// The result, known once `finishes_at_ms` has come: the image, or containerd's whole error
    /// (`rpc error: code = NotFound desc = …`).
    pub result: Option<Result<Image, String>>,
}

/// The container runtime of one node.
#[derive(Clone)]
pub struct Runtime {
    profile: Profile,
    images: OrdMap<SmolStr, Image>,
    roots: OrdMap<SmolStr, Tree>,
    pulls: OrdMap<PullId, Pull>,
    pulls_busy_until_ms: u64,
    registry: Registry,
    is_disk_full: bool,
    volumes: OrdMap<VolumeId, Volume>,
    written: Vec<VolumeId>,
    sandboxes: OrdMap<SandboxId, Arc<Sandbox>>,
    containers: OrdMap<ContainerId, Arc<Container>>,
    execs: OrdMap<ExecId, Arc<Exec>>,
    agenda: OrdSet<(u64, Task)>,
    events: Vec<RuntimeEvent>,
    next_id: u64,
}

/// A pod's sandbox, with its containers in the order of their making.
#[derive(Clone)]
struct Sandbox {
    config: Arc<SandboxConfig>,
    containers: Vec<ContainerId>,
    /// Who listens in its network namespace.
    ports: SortedMap<u16, ContainerId>,
}

/// Something to be done at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    Pull(PullId),
    Container(ContainerId),
    ExecTimeout(ExecId),
}

/// Rounds of a container's processes with the network at one instant, after which the rest is done a millisecond later.
const MAX_ROUNDS: usize = 100;

impl Runtime {
    /// A node's runtime without images and containers.
    pub fn new(profile: Profile) -> Runtime {
        Runtime {
            profile,
            images: OrdMap::new(),
            roots: OrdMap::new(),
            pulls: OrdMap::new(),
            pulls_busy_until_ms: 0,
            registry: Registry::default(),
            is_disk_full: false,
            volumes: OrdMap::new(),
            written: Vec::new(),
            sandboxes: OrdMap::new(),
            containers: OrdMap::new(),
            execs: OrdMap::new(),
            agenda: OrdSet::new(),
            events: Vec::new(),
            next_id: 1,
        }
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }
}

/// Sandboxes and volumes.
impl Runtime {
    /// `RunPodSandbox`: makes a pod's network namespace.
    pub fn run_pod_sandbox(&mut self, config: SandboxConfig, _now_ms: u64) -> SandboxId {
        let id = SandboxId(format_smolstr!("{}_{}_{}_{}", config.name, config.namespace, config.uid, config.attempt));
        self.sandboxes.insert(id.clone(), Arc::new(Sandbox { config: Arc::new(config), containers: Vec::new(), ports: SortedMap::new() }));
        id
    }

    /// The sandbox' configuration, while it exists.
    pub fn sandbox(&self, id: &SandboxId) -> Option<&SandboxConfig> {
        self.sandboxes.get(id).map(|sandbox| sandbox.config.as_ref())
    }

    /// All sandboxes.
    pub fn sandboxes(&self) -> impl Iterator<Item = (&SandboxId, &SandboxConfig)> {
        self.sandboxes.iter().map(|(id, sandbox)| (id, sandbox.config.as_ref()))
    }

    /// `RemovePodSandbox`: kills and removes its containers with it.
    pub fn remove_pod_sandbox(&mut self, id: &SandboxId, now_ms: u64) {
        for container in self.containers(id) {
            self.remove_container(&container, now_ms);
        }
        self.sandboxes.remove(id);
    }

    /// Makes or replaces a volume. Containers that have it mounted see the new content at once.
    pub fn put_volume(&mut self, id: VolumeId, volume: Volume) {
        self.volumes.insert(id, volume);
    }

    /// The volume of that name.
    pub fn volume(&self, id: &str) -> Option<&Volume> {
        self.volumes.get(id)
    }

    /// The volume of that name, to be changed.
    pub fn volume_mut(&mut self, id: &str) -> Option<&mut Volume> {
        self.volumes.get_mut(id)
    }

    /// Forgets a volume and its data.
    pub fn remove_volume(&mut self, id: &str) -> Option<Volume> {
        self.volumes.remove(id)
    }
}

/// Containers.
impl Runtime {
    /// `CreateContainer`. The sandbox must exist and the image be on the node; otherwise containerd's error.
    pub fn create_container(&mut self, sandbox_id: &SandboxId, config: ContainerConfig, now_ms: u64) -> Result<ContainerId, String> {
        let sandbox = self.sandboxes.get(sandbox_id).cloned().ok_or_else(|| format!("failed to find sandbox id {:?}: not found", sandbox_id.0))?;
        let image = image_ref::parse(&config.image);
        let image_id =
            self.images.get(&image.full).map(|image| image.id.clone()).ok_or_else(|| format!("failed to resolve image {:?}: not found", image.full))?;
        let id = ContainerId(format_smolstr!("{}_{}_{}", sandbox_id.0, config.name, config.attempt));
        let profile = self.profile;
        if !self.roots.contains_key(&image.base) {
            self.roots.insert(image.base.clone(), container::image_root(&image.base, profile, now_ms));
        }
        let root = self.roots.get(&image.base).cloned().unwrap_or_default();
        let mut container = Container {
            id: id.clone(),
            sandbox: sandbox_id.clone(),
            sandbox_config: sandbox.config.clone(),
            config: Arc::new(config),
            image,
            image_id,
            profile,
            created_at_ms: now_ms,
            state: ContainerState::Created,
            log: Log::default(),
            kernel: Kernel::new(seed(&id)),
            view: View::new(root, false),
            input: None,
            wake_at_ms: None,
            kill_at_ms: None,
            ports: SortedSet::new(),
            extra_load: (0, 0),
        };
        self.with_host(&mut container, now_ms, |container, host| container.prepare(host))?;
        if let Some(sandbox) = self.sandboxes.get_mut(sandbox_id) {
            Arc::make_mut(sandbox).containers.push(id.clone());
        }
        self.containers.insert(id.clone(), Arc::new(container));
        Ok(id)
    }

    /// `StartContainer`: its first process runs at once, until it waits for something.
    pub fn start_container(&mut self, id: &ContainerId, now_ms: u64, network: &mut dyn Network) -> Result<(), StartError> {
        let Some(mut container) = self.take(id) else {
            return Err(StartError { exit_code: 128, message: format!("container {:?} not found", id.0) });
        };
        if container.state != ContainerState::Created {
            let message = format!("container {:?} is already started", id.0);
            self.put(container);
            return Err(StartError { exit_code: 128, message });
        }
        let result = self.with_host(&mut container, now_ms, |container, host| container.start(host));
        if result.is_ok() {
            self.run(&mut container, now_ms, network);
        }
        self.put(container);
        result
    }

    /// `StopContainer`: SIGTERM now, SIGKILL when `grace_ms` have passed (at once where it is 0).
    /// [`RuntimeEvent::ContainerDied`] tells when it has ended. A shorter grace later on shortens the first.
    pub fn stop_container(&mut self, id: &ContainerId, grace_ms: u64, now_ms: u64) {
        let Some(mut container) = self.take(id) else { return };
        if container.is_running() {
            let kill_at_ms = now_ms.saturating_add(grace_ms);
            if container.kill_at_ms.is_none() && grace_ms > 0 {
                container.kernel.signal(1, signal::TERM, Sender::Outside);
            }
            container.kill_at_ms = Some(container.kill_at_ms.map_or(kill_at_ms, |at| at.min(kill_at_ms)));
            container.wake_at_ms = Some(now_ms);
        }
        self.put(container);
    }

    /// The kernel kills its first process: for want of memory, or because somebody wants it so.
    pub fn kill_container(&mut self, id: &ContainerId, out_of_memory: bool, now_ms: u64) {
        let Some(mut container) = self.take(id) else { return };
        if container.is_running() {
            self.end(&mut container, (128 + signal::KILL, signal::KILL), out_of_memory, now_ms);
        }
        self.put(container);
    }

    /// Gives a running container work beside its own: thousandths of a CPU and bytes. It ends with the container.
    pub fn set_load(&mut self, id: &ContainerId, load: (u64, u64), now_ms: u64) {
        let Some(mut container) = self.take(id) else { return };
        if container.extra_load != load {
            container.extra_load = load;
            container.wake_at_ms = Some(now_ms);
        }
        self.put(container);
    }

    /// Fills the machine's disk, or frees it: while it is full nothing can be written, and no image be unpacked.
    pub fn set_disk_full(&mut self, is_full: bool) {
        self.is_disk_full = is_full;
    }

    /// Whether the machine's disk is full.
    pub fn is_disk_full(&self) -> bool {
        self.is_disk_full
    }

    /// `RemoveContainer`: kills it where it still runs; its log and files are gone.
    pub fn remove_container(&mut self, id: &ContainerId, now_ms: u64) {
        let Some(mut container) = self.take(id) else { return };
        if container.is_running() {
            self.end(&mut container, (128 + signal::KILL, signal::KILL), false, now_ms);
        }
        if let Some(sandbox) = self.sandboxes.get_mut(&container.sandbox) {
            let sandbox = Arc::make_mut(sandbox);
            sandbox.containers.retain(|known| known != id);
            sandbox.ports.retain(|_, owner| owner != id);
        }
    }

    /// Types into the first process of a container (`Attach`); none: its input ends. False where it has no standard input, or has ended.
    pub fn container_input(&mut self, id: &ContainerId, text: Option<&str>, now_ms: u64, network: &mut dyn Network) -> bool {
        let Some(mut container) = self.take(id) else { return false };
        let input = container.input.filter(|_| container.is_running());
        if let Some(pipe) = input {
            match text {
                Some(text) => container.kernel.outside_write(pipe, text.as_bytes()),
                None => {
                    container.kernel.outside_close(pipe);
                    container.input = None;
                }
            }
            self.run(&mut container, now_ms, network);
        }
        self.put(container);
        input.is_some()
    }

    /// `ContainerStatus`.
    pub fn container_status(&self, id: &ContainerId) -> Option<ContainerStatus> {
        let container = self.containers.get(id)?;
        Some(ContainerStatus {
            id: id.clone(),
            sandbox: container.sandbox.clone(),
            name: container.config.name.clone(),
            attempt: container.config.attempt,
            image: container.image.full.clone(),
            image_id: container.image_id.clone(),
            created_at_ms: container.created_at_ms,
            state: container.state.clone(),
        })
    }

    /// `ListContainers`: the names of all containers of a sandbox, in the order of their making.
    pub fn containers(&self, sandbox: &SandboxId) -> Vec<ContainerId> {
        self.sandboxes.get(sandbox).map(|sandbox| sandbox.containers.clone()).unwrap_or_default()
    }

    /// What it wrote.
    pub fn logs(&self, id: &ContainerId) -> Option<&Log> {
        self.containers.get(id).map(|container| &container.log)
    }

    /// What it wrote to its `terminationMessagePath`, up to the kubelet's 4096 bytes.
    pub fn termination_message(&self, id: &ContainerId) -> String {
        self.containers.get(id).map(|container| container.termination_message()).unwrap_or_default()
    }

    /// What it uses at that time.
    pub fn usage(&self, id: &ContainerId, _now_ms: u64) -> Usage {
        let Some(container) = self.containers.get(id).filter(|container| container.is_running()) else { return Usage::default() };
        let (cpu_millis, memory_bytes) = container.load();
        let cpu_millis = container.config.cpu_limit_millis.map_or(cpu_millis, |limit| cpu_millis.min(limit));
        Usage { cpu_millis, memory_bytes }
    }
}

/// A number that differs from container to container, for `$RANDOM`.
fn seed(id: &ContainerId) -> u64 {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    id.0.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Running containers.
impl Runtime {
    /// Takes a container out, to be changed without copying it.
    fn take(&mut self, id: &ContainerId) -> Option<Container> {
        let container = Arc::unwrap_or_clone(self.containers.remove(id)?);
        if let Some(due_ms) = container.due_ms() {
            self.agenda.remove(&(due_ms, Task::Container(id.clone())));
        }
        Some(container)
    }

    fn put(&mut self, container: Container) {
        if let Some(due_ms) = container.due_ms() {
            self.agenda.insert((due_ms, Task::Container(container.id.clone())));
        }
        self.containers.insert(container.id.clone(), Arc::new(container));
    }

    fn with_host<R>(&mut self, container: &mut Container, now_ms: u64, act: impl FnOnce(&mut Container, &mut Host<'_>) -> R) -> R {
        let sandbox = self.sandboxes.get(&container.sandbox);
        let taken_ports: SortedSet<u16> =
            sandbox.map(|sandbox| sandbox.ports.iter().filter(|(_, owner)| **owner != container.id).map(|(port, _)| *port).collect()).unwrap_or_default();
        let mut output = Vec::new();
        let mut exec_output = |exec: ExecId, stream: Stream, bytes: &[u8]| output.push((exec, stream, bytes.to_vec()));
        let disk_free_bytes = if self.is_disk_full { 0 } else { container::DISK_BYTES };
        let mut host =
            Host { volumes: &mut self.volumes, written: &mut self.written, taken_ports: &taken_ports, exec_output: &mut exec_output, disk_free_bytes, now_ms };
        let result = act(container, &mut host);
        for (exec, stream, bytes) in output {
            if let Some(exec) = self.execs.get_mut(&exec) {
                Arc::make_mut(exec).write(stream, &bytes);
            }
        }
        result
    }

    /// Lets a container go on until it waits for time, input or a signal.
    fn run(&mut self, container: &mut Container, now_ms: u64, network: &mut dyn Network) {
        for _ in 0..MAX_ROUNDS {
            let ran = self.with_host(container, now_ms, |container, host| container.run(host));
            self.sync_ports(container);
            self.finish_execs(container, now_ms);
            if let Some(exit) = ran.exit {
                return self.end(container, exit, false, now_ms);
            }
            if container.is_over_memory_limit() {
                return self.end(container, (128 + signal::KILL, signal::KILL), true, now_ms);
            }
            let asks = container.kernel.asks();
            let due_now = container.wake_at_ms.is_some_and(|at| at <= now_ms);
            if asks.is_empty() && !due_now {
                return;
            }
            for (pid, ask, limit_ms) in asks {
                let (reply, delay_ms) = self.ask(container, ask, now_ms, network);
                container.kernel.reply(pid, reply, now_ms + delay_ms.min(limit_ms));
            }
        }
        container.wake_at_ms = Some(now_ms + 1);
    }

    /// The container's first process has ended, or is ended.
    fn end(&mut self, container: &mut Container, exit: (i32, signal::Signal), out_of_memory: bool, now_ms: u64) {
        container.kernel.end_all();
        self.finish_execs(container, now_ms);
        self.sync_ports(container);
        container.finish(exit.0, exit.1, out_of_memory, now_ms);
        self.events.push(RuntimeEvent::ContainerDied { container: container.id.clone(), sandbox: container.sandbox.clone() });
    }
}

/// Time.
impl Runtime {
    /// When [`Runtime::advance`] has something to do next.
    pub fn next_due_ms(&self) -> Option<u64> {
        if !self.events.is_empty() {
            return Some(0);
        }
        self.agenda.get_min().map(|(at_ms, _)| *at_ms)
    }

    /// Does what is due up to now, and says what happened, also since the last call (a process may end in `exec` or
    /// `start_container`). The cost follows what is due.
    pub fn advance(&mut self, now_ms: u64, network: &mut dyn Network) -> Vec<RuntimeEvent> {
        while let Some((at_ms, task)) = self.agenda.get_min().cloned() {
            if at_ms > now_ms {
                break;
            }
            self.agenda.remove(&(at_ms, task.clone()));
            match task {
                Task::Pull(pull) => self.finish_pull(pull),
                Task::Container(id) => {
                    if let Some(mut container) = self.take(&id) {
                        self.run(&mut container, now_ms, network);
                        self.put(container);
                    }
                }
                Task::ExecTimeout(exec) => self.exec_timeout(exec, now_ms),
            }
        }
        let written = std::mem::take(&mut self.written);
        self.events.extend(written.into_iter().map(|volume| RuntimeEvent::VolumeWritten { volume }));
        std::mem::take(&mut self.events)
    }

    /// Whether a container has ended, and how.
    pub fn exit(&self, id: &ContainerId) -> Option<&ContainerExit> {
        match &self.containers.get(id)?.state {
            ContainerState::Exited(exit) => Some(exit),
            _ => None,
        }
    }
}
