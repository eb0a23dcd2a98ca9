//! What the kubelet tells the runtime: the CRI's `PodSandboxConfig` and `ContainerConfig`, and the
//! states that it reads back.

use super::fs::VolumeId;
use smol_str::SmolStr;

/// A pod's sandbox: one network namespace and host name for all its containers.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SandboxConfig {
    /// The pod's namespace.
    pub namespace: SmolStr,
    /// The pod's name.
    pub name: SmolStr,
    /// The pod's UID.
    pub uid: SmolStr,
    /// Counts the sandboxes of one pod, from 0.
    pub attempt: u32,
    /// What `hostname` prints.
    pub hostname: SmolStr,
    /// The cluster domain name of the pod (`hostname -f`); empty where it has none.
    pub fqdn: SmolStr,
    /// The pod's address; the node's with `hostNetwork`.
    pub ip: SmolStr,
    /// Whether it shares the node's network (and so its ports).
    pub host_network: bool,
    /// What `/etc/resolv.conf` says.
    pub dns: DnsConfig,
    /// The text of `/etc/hosts`, as the kubelet writes it.
    pub hosts_file: String,
}

/// A pod's name resolution.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DnsConfig {
    /// `nameserver` lines.
    pub servers: Vec<SmolStr>,
    /// The `search` line.
    pub searches: Vec<SmolStr>,
    /// The `options` line: `ndots:5`.
    pub options: Vec<SmolStr>,
}

/// One container, as `CreateContainer` gets it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ContainerConfig {
    /// The container's name in the pod.
    pub name: SmolStr,
    /// Counts the restarts, from 0.
    pub attempt: u32,
    /// The image as the user wrote it.
    pub image: SmolStr,
    /// `command`, its `$(NAME)` already expanded; empty: the image's entry point.
    pub command: Vec<SmolStr>,
    /// `args`, its `$(NAME)` already expanded; empty: the image's (unless there is a `command`).
    pub args: Vec<SmolStr>,
    /// The environment in order, service variables included. The runtime adds `PATH`, `HOME` and `HOSTNAME`.
    pub env: Vec<(SmolStr, SmolStr)>,
    /// `workingDir`; empty: the image's.
    pub working_dir: SmolStr,
    /// Volumes, by where they are seen.
    pub mounts: Vec<Mount>,
    /// `containerPort`s: what a server that isn't in the catalogue listens on.
    pub ports: Vec<u16>,
    /// `runAsUser`; none: the image's user.
    pub run_as_user: Option<i64>,
    /// `runAsGroup`; none: the user's.
    pub run_as_group: Option<i64>,
    /// `supplementalGroups` and `fsGroup`.
    pub supplemental_groups: Vec<i64>,
    /// `readOnlyRootFilesystem`.
    pub read_only_root: bool,
    /// `limits.memory`; over it the container is OOMKilled.
    pub memory_limit_bytes: Option<u64>,
    /// `limits.cpu`.
    pub cpu_limit_millis: Option<u64>,
    /// `terminationMessagePath`; empty: `/dev/termination-log`.
    pub termination_message_path: SmolStr,
    /// `stdin`: whether standard input stays open.
    pub stdin: bool,
    /// `tty`.
    pub tty: bool,
}

/// A volume, seen at a path of the container.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Mount {
    /// Where the container sees it.
    pub container_path: SmolStr,
    /// The volume, made with [`super::Runtime::put_volume`] beforehand.
    pub volume: VolumeId,
    /// The part of the volume that is seen; empty: all of it. Made as a directory where it is missing.
    pub sub_path: SmolStr,
    /// Whether writing fails with `Read-only file system`.
    pub read_only: bool,
}

/// A sandbox's name in the runtime.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SandboxId(pub SmolStr);

/// A container's name in the runtime; `containerd://` and this is its `containerID`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ContainerId(pub SmolStr);

/// A command that was started with `exec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExecId(pub u64);

impl std::fmt::Display for ContainerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "containerd://{}", self.0)
    }
}

/// The CRI's `ContainerState`.
#[derive(Clone, Debug, PartialEq)]
pub enum ContainerState {
    /// Made, not started.
    Created,
    /// Its first process runs.
    Running {
        /// When it was started.
        started_at_ms: u64,
    },
    /// Its first process has ended, or couldn't be started.
    Exited(Exit),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// When it was started.
    pub started_at_ms: u64,
    /// When it ended.
    pub finished_at_ms: u64,
    /// The exit code; 128 + the signal where a signal ended it.
    pub exit_code: i32,
    /// The signal that ended it, or 0.
    pub signal: i32,
    /// `Completed`, `Error`, `OOMKilled`, `StartError`.
    pub reason: SmolStr,
    /// Why it couldn't be started; empty otherwise.
    pub message: String,
}

/// The CRI's `ContainerStatus`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerStatus {
    /// Its name in the runtime.
    pub id: ContainerId,
    /// Its pod's sandbox.
    pub sandbox: SandboxId,
    /// Its name in the pod.
    pub name: SmolStr,
    /// Counts the restarts.
    pub attempt: u32,
    /// The image's full name, as `status.containerStatuses[].image`.
    pub image: SmolStr,
    /// `status.containerStatuses[].imageID`.
    pub image_id: SmolStr,
    /// When it was made.
    pub created_at_ms: u64,
    /// What it is doing.
    pub state: ContainerState,
}

/// What happened in the runtime while time went by: the kubelet's PLEG.
#[derive(Clone, Debug, PartialEq)]
pub enum RuntimeEvent {
    /// A pull that [`super::Runtime::pull_image`] began has ended; [`super::Runtime::pull`] says how.
    PullFinished {
        /// What `pull_image` returned.
        pull: PullId,
    },
    /// A container's first process has ended.
    ContainerDied {
        /// The container.
        container: ContainerId,
        /// Its sandbox.
        sandbox: SandboxId,
    },
    /// A command started with `exec` has ended; [`super::Runtime::exec_result`] says how.
    ExecFinished {
        /// What `exec` returned.
        exec: ExecId,
    },
    /// A volume was written to that reports it ([`super::fs::Volume::reports_writes`]).
    VolumeWritten {
        /// The volume.
        volume: VolumeId,
    },
}

/// A pull, from its request until the kubelet has read its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullId(pub u64);

/// Why a container couldn't be started; its state is `Exited` with `StartError`.
#[derive(Clone, Debug, PartialEq)]
pub struct StartError {
    /// 128.
    pub exit_code: i32,
    /// containerd's message, as events and `state.terminated.message` show it.
    pub message: String,
}

/// How a command ended that was started with `exec`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecResult {
    /// When it ended.
    pub finished_at_ms: u64,
    /// Its exit code, or why it has none.
    pub outcome: Result<i32, ExecError>,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
    /// Both as they came, which is what a probe's message shows.
    pub output: String,
}

/// Why a command has no exit code.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecError {
    /// The program isn't there; containerd's message.
    NotFound(String),
    /// It took longer than its limit and was killed; containerd's message.
    TimedOut(String),
    /// The container isn't running (any more).
    NotRunning(String),
}

/// What a container uses, for `kubectl top` and the autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Usage {
    /// Thousandths of a CPU.
    pub cpu_millis: u64,
    /// The working set.
    pub memory_bytes: u64,
}
