//! One pod on its node: what the kubelet knows of it and is doing with it. Upstream's pod worker, and the caches that are keyed by pod.

use super::backoff::Backoff;
use super::kill::PodKill;
use super::probe_results::ProbeResults;
use super::prober::Probe;
use super::resize::Resize;
use super::runtime::{ContainerId, SandboxId};
use super::sync_pod::SyncRun;
use super::volume_manager::PodVolumes;
use crate::value::OrdMap;
use crate::value::{SmolStr, Value};

/// A pod's number on its node.
pub type PodId = u64;

/// How far a pod has come in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It is kept running.
    Running,
    /// Its containers are being stopped.
    Terminating,
    /// They have stopped; what it used is given back.
    Terminated,
    /// Nothing is left to do but to forget it when its object is gone.
    Finished,
}

/// What the worker is busy with; while it is, updates wait.
#[derive(Clone, Debug, Default)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// A sync that waits for volumes, a pull, a hook, or a container's end.
    Sync(Box<SyncRun>),
    /// Stopping all containers.
    Kill(Box<PodKill>),
}

/// Why a container isn't started: an entry of the reason cache.
#[derive(Clone, PartialEq, Debug)]
pub struct StartFailure {
    /// `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError` …
    pub reason: SmolStr,
    /// What a person reads.
    pub message: String,
}

/// Why a pod ends although nobody has deleted it, and in how much time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Termination {
    /// A grace period that overrides the pod's, in seconds.
    pub grace_override_s: Option<i64>,
    /// `status.reason`; `""` where the pod just ended.
    pub reason: SmolStr,
    /// `status.message`.
    pub message: String,
    /// A `DisruptionTarget` condition to add; `Null` for none.
    pub condition: Value,
}

/// How often pulling an image has failed, and how the last time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PullFailures {
    /// The wait.
    pub backoff: Backoff,
    /// `ErrImagePull: …`.
    pub last_error: String,
}

/// One pod.
#[derive(Clone)]
pub struct PodWorker {
    /// Its number.
    pub id: PodId,
    /// Whether the kubelet, having started again, has found it on its machine and is yet to take it up.
    pub is_found: bool,
    /// The object as its last update brought it; its status may be older than the server's.
    pub pod: Value,
    /// The revision of the write that its next writes answer.
    pub because: Option<u64>,
    /// The status as the kubelet last made it; `Null` before the first.
    pub status: Value,
    /// How far it has come.
    pub stage: Stage,
    /// Whether its object is gone from the server.
    pub deleted: bool,
    /// What the worker is busy with.
    pub activity: Activity,
    /// An update came while it was busy.
    pub update_pending: bool,
    /// Containers or the sandbox have changed since the last sync began.
    pub relist_pending: bool,
    /// Why it ends without a delete.
    pub termination: Termination,
    /// The grace period it is being stopped with, in seconds.
    pub grace_s: Option<i64>,
    /// Its sandbox.
    pub sandbox: Option<SandboxId>,
    /// Whether the sandbox' network is up.
    pub sandbox_ready: bool,
    /// How many sandboxes it had.
    pub sandbox_attempts: u32,
    /// Its address, once it has one.
    pub ip: SmolStr,
    /// Why containers aren't started, by name.
    pub reasons: OrdMap<SmolStr, StartFailure>,
    /// How often containers have failed, by name.
    pub backoffs: OrdMap<SmolStr, Backoff>,
    /// Pulls that fail, by image.
    pub pulls: OrdMap<SmolStr, PullFailures>,
    /// The declaration that each container was started with, for finding out that it has changed.
    pub started_with: OrdMap<ContainerId, Value>,
    /// Its probes.
    pub probes: Vec<Probe>,
    /// What they found.
    pub results: ProbeResults,
    /// Its volumes.
    pub volumes: PodVolumes,
    /// Other resources than it has, as far as they are wanted.
    pub resize: Resize,
}

impl PodWorker {
    /// A worker for a pod that the kubelet has just learnt of.
    pub fn new(id: PodId, pod: Value) -> PodWorker {
        PodWorker {
            id,
            is_found: false,
            pod,
            because: None,
            status: Value::Null,
            stage: Stage::Running,
            deleted: false,
            activity: Activity::Idle,
            update_pending: false,
            relist_pending: false,
            termination: Termination::default(),
            grace_s: None,
            sandbox: None,
            sandbox_ready: false,
            sandbox_attempts: 0,
            ip: SmolStr::default(),
            reasons: OrdMap::new(),
            backoffs: OrdMap::new(),
            pulls: OrdMap::new(),
            started_with: OrdMap::new(),
            probes: Vec::new(),
            results: ProbeResults::default(),
            volumes: PodVolumes::default(),
            resize: Resize::default(),
        }
    }

    /// Whether it is busy.
    pub fn is_busy(&self) -> bool {
        !matches!(self.activity, Activity::Idle)
    }

    /// The status that the next one is compared with: the kubelet's own, or the server's before there is one.
    pub fn last_status(&self) -> &Value {
        if self.status.is_null() { self.pod.get("status") } else { &self.status }
    }
}
