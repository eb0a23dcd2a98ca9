//! The container runtime of one node: images, sandboxes, containers and what runs in them.
//!
//! It is to the kubelet what containerd is: it knows nothing of Kubernetes' objects. It is a value
//! like the rest of the cluster: cloning costs nothing, time is what the caller says, and
//! [`Runtime::advance`] does what is due and no more, however many containers there are.
//!
//! What images do when they run is defined in one place, the catalogue (`images.rs`). Containers of
//! images like busybox run the small shell (`shell/`) and its programs (`programs/`).

mod clock;
mod config;
pub mod fs;
mod image_ref;
mod log;
mod net;

pub use config::{
    ContainerConfig, ContainerId, ContainerState, ContainerStatus, DnsConfig, ExecError, ExecId, ExecResult, Exit, Mount, PullId, RuntimeEvent, SandboxConfig,
    SandboxId, StartError, Usage,
};
pub use image_ref::{ImageRef, parse as parse_image};
pub use log::{Log, LogLine, Stream};
pub use net::{Answer, ConnectError, Connection, HttpOutcome, HttpRequest, HttpResponse, Network, NoNetwork, Resolution, ResolveError};

use fs::{Volume, VolumeId};
use imbl::OrdMap;
use smol_str::SmolStr;

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
    volumes: OrdMap<VolumeId, Volume>,
}

/// The images.
impl Runtime {
    /// A node's runtime without images and containers.
    pub fn new(profile: Profile) -> Runtime {
        let _ = profile;
        Runtime { volumes: OrdMap::new() }
    }

    /// Begins a pull; it waits its turn. [`RuntimeEvent::PullFinished`] tells when it is done.
    pub fn pull_image(&mut self, image: &str, now_ms: u64) -> PullId {
        todo!("{image} {now_ms}")
    }

    /// A pull's times and result; none once it was forgotten.
    pub fn pull(&self, pull: PullId) -> Option<&Pull> {
        todo!("{pull:?}")
    }

    /// The kubelet has read the result.
    pub fn forget_pull(&mut self, pull: PullId) {
        todo!("{pull:?}")
    }

    /// The image, if it is on the node: `ImageStatus`.
    pub fn image(&self, image: &str) -> Option<&Image> {
        todo!("{image}")
    }

    /// All images on the node, by name.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        [].iter()
    }

    /// Removes an image; containers that run it go on.
    pub fn remove_image(&mut self, image: &str) {
        todo!("{image}")
    }
}

/// Sandboxes and volumes.
impl Runtime {
    /// `RunPodSandbox`: makes a pod's network namespace.
    pub fn run_pod_sandbox(&mut self, config: SandboxConfig, now_ms: u64) -> SandboxId {
        todo!("{config:?} {now_ms}")
    }

    /// The sandbox' configuration, while it exists.
    pub fn sandbox(&self, id: &SandboxId) -> Option<&SandboxConfig> {
        todo!("{id:?}")
    }

    /// All sandboxes.
    pub fn sandboxes(&self) -> impl Iterator<Item = (&SandboxId, &SandboxConfig)> {
        [].iter().map(|(id, config): &(SandboxId, SandboxConfig)| (id, config))
    }

    /// `RemovePodSandbox`: kills and removes its containers with it.
    pub fn remove_pod_sandbox(&mut self, id: &SandboxId, now_ms: u64) {
        todo!("{id:?} {now_ms}")
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
    pub fn create_container(&mut self, sandbox: &SandboxId, config: ContainerConfig, now_ms: u64) -> Result<ContainerId, String> {
        todo!("{sandbox:?} {config:?} {now_ms}")
    }

    /// `StartContainer`: its first process runs at once, until it waits for something.
    pub fn start_container(&mut self, id: &ContainerId, now_ms: u64, network: &mut dyn Network) -> Result<(), StartError> {
        let _ = network;
        todo!("{id:?} {now_ms}")
    }

    /// `StopContainer`: SIGTERM now, SIGKILL when `grace_ms` have passed (at once where it is 0).
    /// [`RuntimeEvent::ContainerDied`] tells when it has ended. A shorter grace later on shortens the first.
    pub fn stop_container(&mut self, id: &ContainerId, grace_ms: u64, now_ms: u64) {
        todo!("{id:?} {grace_ms} {now_ms}")
    }

    /// `RemoveContainer`: kills it where it still runs; its log and files are gone.
    pub fn remove_container(&mut self, id: &ContainerId, now_ms: u64) {
        todo!("{id:?} {now_ms}")
    }

    /// `ContainerStatus`.
    pub fn container_status(&self, id: &ContainerId) -> Option<ContainerStatus> {
        todo!("{id:?}")
    }

    /// `ListContainers`: the names of all containers of a sandbox, in the order of their making.
    pub fn containers(&self, sandbox: &SandboxId) -> Vec<ContainerId> {
        todo!("{sandbox:?}")
    }

    /// What it wrote.
    pub fn logs(&self, id: &ContainerId) -> Option<&Log> {
        todo!("{id:?}")
    }

    /// What it wrote to its `terminationMessagePath`, up to the kubelet's 4096 bytes.
    pub fn termination_message(&self, id: &ContainerId) -> String {
        todo!("{id:?}")
    }

    /// What it uses.
    pub fn usage(&self, id: &ContainerId, now_ms: u64) -> Usage {
        todo!("{id:?} {now_ms}")
    }
}

/// Commands in containers.
impl Runtime {
    /// `ExecSync` and `Exec`: runs a command in a container. It has its result at once where it didn't have to wait
    /// for anything; otherwise [`RuntimeEvent::ExecFinished`] tells. Without a limit, 0 is given. With `stdin`, its
    /// standard input is what [`Runtime::exec_write`] gives, and is otherwise empty.
    pub fn exec(&mut self, id: &ContainerId, command: &[SmolStr], options: ExecOptions, now_ms: u64, network: &mut dyn Network) -> ExecId {
        let _ = network;
        todo!("{id:?} {command:?} {options:?} {now_ms}")
    }

    /// How it ended; none while it runs.
    pub fn exec_result(&self, exec: ExecId) -> Option<&ExecResult> {
        todo!("{exec:?}")
    }

    /// What it wrote so far (standard output, standard error, both as they came), from the given byte of the latter on.
    pub fn exec_output(&self, exec: ExecId, from: usize) -> &str {
        todo!("{exec:?} {from}")
    }

    /// Types into its standard input.
    pub fn exec_write(&mut self, exec: ExecId, text: &str, now_ms: u64, network: &mut dyn Network) {
        let _ = network;
        todo!("{exec:?} {text} {now_ms}")
    }

    /// Closes its standard input.
    pub fn exec_close(&mut self, exec: ExecId, now_ms: u64, network: &mut dyn Network) {
        let _ = network;
        todo!("{exec:?} {now_ms}")
    }

    /// The caller has read the result; a command that still runs is killed.
    pub fn exec_forget(&mut self, exec: ExecId, now_ms: u64) {
        todo!("{exec:?} {now_ms}")
    }
}

/// How a command is run.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ExecOptions {
    /// It is killed after this long; 0: never.
    pub timeout_ms: u64,
    /// Whether its standard input will be written to.
    pub stdin: bool,
    /// Whether it has a terminal: a shell prints its prompt.
    pub tty: bool,
}

/// The network's side: who listens, and what is answered.
impl Runtime {
    /// Whether something in the sandbox accepts connections to that port.
    pub fn listens(&self, sandbox: &SandboxId, port: u16) -> bool {
        todo!("{sandbox:?} {port}")
    }

    /// What the server on that port says to a request; none: connection refused. Changes nothing: see [`Runtime::served`].
    pub fn answer(&self, sandbox: &SandboxId, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        todo!("{sandbox:?} {request:?} {client_ip} {now_ms}")
    }

    /// The answer was given: the server logs it.
    pub fn served(&mut self, sandbox: &SandboxId, port: u16, answer: &Answer, now_ms: u64) {
        todo!("{sandbox:?} {port} {answer:?} {now_ms}")
    }

    /// [`Runtime::answer`] and [`Runtime::served`] in one: what an HTTP probe does.
    pub fn http_get(&mut self, sandbox: &SandboxId, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        let answer = self.answer(sandbox, request, client_ip, now_ms)?;
        self.served(sandbox, request.port, &answer, now_ms);
        Some(answer)
    }
}

/// Time.
impl Runtime {
    /// When [`Runtime::advance`] has something to do next.
    pub fn next_due_ms(&self) -> Option<u64> {
        None
    }

    /// Does what is due up to now, and says what happened, also since the last call (a process may end in `exec` or
    /// `start_container`). The cost follows what is due.
    pub fn advance(&mut self, now_ms: u64, network: &mut dyn Network) -> Vec<RuntimeEvent> {
        let _ = network;
        todo!("{now_ms}")
    }
}
