//! One machine: its kubelet's agenda, its pods, and the container runtime under them.

use super::addresses::Addresses;
use super::agenda::Agenda;
use super::config::NodeConfig;
use super::eviction::{PERIOD_MS, Pressure};
use super::host_path;
use super::node_status::NodeStatusManager;
use super::pod_sync::PodSync;
use super::pod_worker::{Activity, PodId, PodWorker, Stage};
use super::runtime::fs::{Volume, VolumeId};
use super::runtime::{ExecId, Profile, PullId, Runtime, RuntimeEvent, SandboxId};
use super::volumes::HOST;
use super::wires::Wires;
use crate::api::meta;
use crate::api::resource::PODS;
use crate::server::Server;
use crate::server::client::Client;
use crate::server::request::User;
use crate::store::{Cause, Store};
use crate::value::{OrdMap, Vector};
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// How long a write takes to reach a kubelet's watch.
const WATCH_MS: u64 = 10;
/// How often the kubelet's main loop and its look at the runtime come round.
const TICK_MS: u64 = 1000;
/// How often the status manager compares what it sent with what the server has.
const STATUS_ROUND_MS: u64 = 10_000;

/// What there is to do on a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task {
    /// Joining the cluster, and reporting how the node is.
    NodeStatus,
    /// Saying that the node is alive.
    Lease,
    /// Pods that were written.
    Updates,
    /// Looking at what pods use.
    Eviction,
    /// A pod's worker.
    Pod(PodId),
    /// A probe of a pod, by its place.
    Probe(PodId, usize),
    /// A pod's volumes that are made of ConfigMaps and Secrets.
    Volumes(PodId),
    /// A pod's status that differs from the server's.
    Reconcile(PodId),
}

/// Who waits for a command's end.
#[derive(Clone, PartialEq, Debug)]
pub enum ExecOwner {
    /// A pod's worker: a hook.
    Worker(PodId),
    /// A probe.
    Probe(PodId, usize),
    /// Somebody outside.
    Outside,
}

/// Who waits for a pull's end.
#[derive(Clone, PartialEq, Debug)]
pub struct PullOwner {
    /// The pod.
    pub pod: PodId,
}

/// A pod that was written and is yet to be looked at.
#[derive(Clone, Debug)]
pub(super) struct Update {
    due_ms: u64,
    namespace: SmolStr,
    name: SmolStr,
    uid: SmolStr,
    revision: u64,
}

/// One machine.
#[derive(Clone)]
pub struct Node {
    /// What it is.
    pub config: Arc<NodeConfig>,
    /// Whether its kubelet stands still.
    pub stopped: bool,
    /// What its kubelet last saw of the cluster, while its link to the control plane is cut.
    pub cut_off: Option<Box<Store>>,
    /// When its kubelet started.
    pub started_ms: u64,
    /// Its container runtime.
    pub runtime: Runtime,
    /// What its kubelet has to do.
    pub agenda: Agenda<Task>,
    /// Its pods' addresses.
    pub addresses: Addresses,
    /// Whose sandbox it is.
    pub sandboxes: OrdMap<SandboxId, PodId>,
    /// Whose pull it is.
    pub pulls: OrdMap<PullId, PullOwner>,
    /// Whose command it is.
    pub execs: OrdMap<ExecId, ExecOwner>,
    /// Whether an image has come since the node's status was last made.
    pub images_changed: bool,
    /// How the node reports itself.
    pub status: NodeStatusManager,
    /// What the machine runs short of.
    pub pressure: Pressure,
    /// File servers' folders, as all machines see them.
    pub shared: OrdMap<VolumeId, Volume>,
    /// Those of them that were written to here.
    pub shared_written: Vector<VolumeId>,
    pub(super) pods: OrdMap<PodId, Arc<PodWorker>>,
    pub(super) ids: OrdMap<SmolStr, PodId>,
    pub(super) updates: Vector<Update>,
    next_id: PodId,
}

impl Node {
    /// A machine that is switched on at `now_ms`.
    pub fn new(config: NodeConfig, now_ms: u64) -> Node {
        let mut agenda = Agenda::default();
        agenda.set(Task::NodeStatus, now_ms);
        Node {
            stopped: false,
            cut_off: None,
            started_ms: now_ms,
            runtime: Runtime::new(config.profile),
            agenda,
            addresses: Addresses::of(&config.pod_cidr),
            sandboxes: OrdMap::new(),
            pulls: OrdMap::new(),
            execs: OrdMap::new(),
            images_changed: false,
            status: NodeStatusManager::default(),
            pressure: Pressure::default(),
            shared: OrdMap::new(),
            shared_written: Vector::new(),
            pods: OrdMap::new(),
            ids: OrdMap::new(),
            updates: Vector::new(),
            next_id: 1,
            config: Arc::new(config),
        }
    }

    /// When the kubelet's main loop comes round next, at `time_ms` or after.
    pub fn next_tick(&self, time_ms: u64) -> u64 {
        self.started_ms + time_ms.saturating_sub(self.started_ms).div_ceil(TICK_MS) * TICK_MS
    }

    /// When the status manager comes round next, after `time_ms`.
    pub fn next_status_round(&self, time_ms: u64) -> u64 {
        self.started_ms + (time_ms.saturating_sub(self.started_ms) / STATUS_ROUND_MS + 1) * STATUS_ROUND_MS
    }

    /// The machine's disk as pods see it by hostPath.
    pub fn host_disk(&mut self, now_ms: u64) -> &mut Volume {
        if self.runtime.volume(HOST).is_none() {
            let mut tree = host_path::new_disk(&self.config.name, now_ms);
            host_path::add_devices(&mut tree, now_ms);
            self.runtime.put_volume(HOST.into(), Volume { device: "/dev/vda1".into(), ..Volume::of(tree) });
        }
        self.runtime.volume_mut(HOST).expect("it was just made")
    }

    /// The pod with this UID.
    pub fn pod(&self, uid: &str) -> Option<&PodWorker> {
        self.pods.get(self.ids.get(uid)?).map(|worker| &**worker)
    }

    /// A pod by its number.
    pub fn worker(&self, id: PodId) -> Option<&PodWorker> {
        self.pods.get(&id).map(|worker| &**worker)
    }

    /// All pods.
    pub fn pods(&self) -> impl Iterator<Item = &PodWorker> {
        self.pods.values().map(|worker| &**worker)
    }

    /// When there is something to do here.
    pub fn next_due(&self) -> Option<u64> {
        let runtime_ms = self.runtime.next_due_ms();
        let kubelet_ms = if self.stopped { None } else { self.agenda.first().map(|(time_ms, _)| time_ms) };
        [runtime_ms, kubelet_ms].into_iter().flatten().min()
    }

    /// A pod on this node was written.
    pub fn observe_pod(&mut self, object: &Value, revision: u64, now_ms: u64) {
        if self.observe_mirror(object, now_ms + WATCH_MS) {
            return;
        }
        let (namespace, name, uid) = (meta::namespace(object).into(), meta::name(object).into(), SmolStr::new(meta::uid(object)));
        self.updates.push_back(Update { due_ms: now_ms + WATCH_MS, namespace, name, uid, revision });
        self.agenda.set_at_latest(Task::Updates, now_ms + WATCH_MS);
    }

    /// Somebody else wrote the status of a pod on this node.
    pub fn observe_foreign_status(&mut self, uid: &str, now_ms: u64) {
        if let Some(&id) = self.ids.get(uid) {
            let time_ms = self.next_status_round(now_ms);
            self.agenda.set_at_latest(Task::Reconcile(id), time_ms);
        }
    }

    /// A ConfigMap or Secret that a pod's volumes are made from has changed.
    pub fn observe_source(&mut self, id: PodId, now_ms: u64) {
        let Some(worker) = self.pods.get(&id) else { return };
        let time_ms = worker.volumes.next_refresh_ms(now_ms);
        self.agenda.set_at_latest(Task::Volumes(id), time_ms);
    }

    /// Does what is due first.
    pub fn run_next(&mut self, server: &mut Server, wires: &mut dyn Wires, now_ms: u64) {
        let first = self.agenda.first().map(|(time_ms, task)| (time_ms, task.clone()));
        let runtime_ms = self.runtime.next_due_ms().filter(|&time_ms| time_ms <= now_ms);
        match (runtime_ms, first) {
            (Some(runtime_ms), first) if self.stopped || first.as_ref().is_none_or(|(time_ms, _)| runtime_ms <= *time_ms) => {
                for event in self.runtime.advance(now_ms, &mut *wires.network(server.store())) {
                    self.runtime_event(event, now_ms);
                }
            }
            (_, Some((time_ms, task))) if !self.stopped && time_ms <= now_ms => {
                self.agenda.remove(&task);
                self.run_task(task, server, wires, now_ms);
            }
            _ => {}
        }
    }

    /// Something happened in the runtime: whoever waits for it goes on.
    fn runtime_event(&mut self, event: RuntimeEvent, now_ms: u64) {
        match event {
            RuntimeEvent::PullFinished { pull } => {
                if let Some(owner) = self.pulls.get(&pull) {
                    self.agenda.set_at_latest(Task::Pod(owner.pod), now_ms);
                }
            }
            RuntimeEvent::ExecFinished { exec } => match self.execs.get(&exec) {
                Some(ExecOwner::Worker(id)) => self.agenda.set_at_latest(Task::Pod(*id), now_ms),
                Some(ExecOwner::Probe(id, index)) => self.agenda.set_at_latest(Task::Probe(*id, *index), now_ms),
                _ => {}
            },
            RuntimeEvent::ContainerDied { container, sandbox } => {
                let Some(&id) = self.sandboxes.get(&sandbox) else { return };
                let next_tick_ms = self.next_tick(now_ms + 1);
                let Some(worker) = self.pods.get_mut(&id) else { return };
                let worker = Arc::make_mut(worker);
                worker.relist_pending = true;
                let time_ms = if worker.is_busy() { now_ms } else { next_tick_ms };
                let is_finished = worker.stage == Stage::Finished;
                if !is_finished {
                    self.agenda.set_at_latest(Task::Pod(id), time_ms);
                }
                self.remove_older_dead(&container, &sandbox, now_ms);
            }
            RuntimeEvent::VolumeWritten { volume } => self.shared_written.push_back(volume),
        }
    }

    /// Of each container only the newest dead one is kept.
    fn remove_older_dead(&mut self, container: &super::runtime::ContainerId, sandbox: &SandboxId, now_ms: u64) {
        let Some(status) = self.runtime.container_status(container) else { return };
        for other in self.runtime.containers(sandbox) {
            let Some(other) = self.runtime.container_status(&other) else { continue };
            if other.name == status.name && other.attempt < status.attempt && !super::pod_status::is_running(&other) {
                self.runtime.remove_container(&other.id, now_ms);
            }
        }
    }

    fn run_task(&mut self, task: Task, server: &mut Server, wires: &mut dyn Wires, now_ms: u64) {
        let cause = Cause { actor: SmolStr::from(format!("kubelet {}", self.config.name)), because: None };
        let user = User::system(&format!("system:node:{}", self.config.name));
        let mut client = Client::new(server, now_ms, user, cause);
        if let Some(seen) = &self.cut_off {
            client = client.cut_off((**seen).clone());
        }
        match task {
            Task::NodeStatus => self.report_status(&mut client),
            Task::Lease => self.renew_lease(&mut client),
            Task::Eviction => self.monitor_usage(&mut client),
            Task::Updates => self.take_update(&mut client, wires, now_ms),
            Task::Pod(id) => self.with_pod(id, &mut client, wires, now_ms, |pod| pod.run()),
            Task::Probe(id, index) => self.with_pod(id, &mut client, wires, now_ms, |pod| pod.run_probe(index)),
            Task::Volumes(id) => self.with_pod(id, &mut client, wires, now_ms, |pod| pod.refresh_volumes()),
            Task::Reconcile(id) => self.with_pod(id, &mut client, wires, now_ms, |pod| pod.reconcile_status()),
        }
    }

    /// Works on one pod; it is forgotten when there is nothing left of it.
    fn with_pod(&mut self, id: PodId, client: &mut Client, wires: &mut dyn Wires, now_ms: u64, work: impl FnOnce(&mut PodSync)) {
        let Some(worker) = self.pods.remove(&id) else { return };
        let mut worker = Arc::unwrap_or_clone(worker);
        client.because(worker.because);
        let mut sync = PodSync { worker: &mut worker, node: self, client, wires, now_ms };
        work(&mut sync);
        let is_gone = worker.deleted && worker.stage == Stage::Finished;
        if is_gone {
            let mut sync = PodSync { worker: &mut worker, node: self, client, wires, now_ms };
            sync.remove_sandbox();
            self.forget(&worker, now_ms);
        } else {
            self.pods.insert(id, Arc::new(worker));
        }
    }

    fn forget(&mut self, worker: &PodWorker, now_ms: u64) {
        self.ids.remove(meta::uid(&worker.pod));
        let waiting: Vec<PodId> = self.pods().filter(|other| super::resize::waits_for_room(other)).map(|other| other.id).collect();
        for id in waiting {
            let time_ms = self.next_tick(now_ms);
            self.agenda.set_at_latest(Task::Pod(id), time_ms);
        }
        for task in [Task::Pod(worker.id), Task::Volumes(worker.id), Task::Reconcile(worker.id)] {
            self.agenda.remove(&task);
        }
        for index in 0..worker.probes.len() {
            self.agenda.remove(&Task::Probe(worker.id, index));
        }
    }

    /// Looks at the first of the pods that were written.
    fn take_update(&mut self, client: &mut Client, wires: &mut dyn Wires, now_ms: u64) {
        let Some(update) = self.updates.pop_front() else { return };
        if let Some(next) = self.updates.front() {
            self.agenda.set(Task::Updates, next.due_ms);
        }
        let found = client.get(&PODS, &update.namespace, &update.name);
        let found = found.filter(|pod| meta::uid(pod) == update.uid.as_str() && pod.path("spec.nodeName").str() == self.config.name.as_str());
        match (self.ids.get(&update.uid).copied(), found) {
            (None, Some(pod)) => self.add_pod(pod, &update, client, wires, now_ms),
            (Some(id), Some(pod)) if self.worker(id).is_some_and(|worker| worker.is_found) => {
                self.set_because(id, update.revision);
                self.watch_usage(now_ms);
                self.with_pod(id, client, wires, now_ms, |sync| {
                    sync.worker.is_found = false;
                    sync.take_pod(pod);
                    sync.add();
                });
            }
            (Some(id), Some(pod)) => {
                self.set_because(id, update.revision);
                self.with_pod(id, client, wires, now_ms, |sync| sync.update(pod));
            }
            (Some(id), None) => {
                self.set_because(id, update.revision);
                self.with_pod(id, client, wires, now_ms, |pod| pod.object_is_gone());
            }
            (None, None) => {}
        }
    }

    /// A number for one more pod.
    pub(super) fn next_pod_id(&mut self) -> PodId {
        self.next_id += 1;
        self.next_id - 1
    }

    fn set_because(&mut self, id: PodId, revision: u64) {
        if let Some(worker) = self.pods.get_mut(&id) {
            Arc::make_mut(worker).because = Some(revision);
        }
    }

    /// From its first pod on, what the pods use is looked at.
    fn watch_usage(&mut self, now_ms: u64) {
        if self.agenda.time(&Task::Eviction).is_none() && self.config.profile == Profile::Playground {
            self.agenda.set(Task::Eviction, now_ms + PERIOD_MS);
        }
    }

    fn add_pod(&mut self, pod: Value, update: &Update, client: &mut Client, wires: &mut dyn Wires, now_ms: u64) {
        let id = self.next_pod_id();
        let mut worker = PodWorker::new(id, pod);
        worker.because = Some(update.revision);
        self.ids.insert(update.uid.clone(), id);
        self.pods.insert(id, Arc::new(worker));
        self.watch_usage(now_ms);
        self.with_pod(id, client, wires, now_ms, |pod| pod.add());
    }
}

impl PodSync<'_, '_> {
    /// The kubelet meets the pod: it is admitted or refused, or it has ended already.
    fn add(&mut self) {
        let phase = self.worker.pod.path("status.phase").str();
        if super::pod_spec::is_terminal_phase(phase) || meta::is_being_deleted(&self.worker.pod) {
            self.worker.stage = Stage::Terminating;
        } else if !self.admit() {
            return;
        }
        self.run();
    }

    /// The pod has changed, other than by this kubelet's own writes.
    fn update(&mut self, pod: Value) {
        let deletes = meta::is_being_deleted(&pod);
        self.take_pod(pod);
        if deletes && self.worker.stage == Stage::Running {
            self.worker.stage = Stage::Terminating;
            if matches!(&self.worker.activity, Activity::Sync(run) if run.waits_for_volumes()) {
                self.worker.activity = Activity::Idle;
            }
        }
        if self.worker.stage == Stage::Finished {
            return self.send_status();
        }
        if self.worker.is_busy() {
            self.worker.update_pending = true;
        } else if matches!(self.worker.stage, Stage::Running | Stage::Terminating) {
            self.run();
        }
    }

    /// The pod's object is gone: what still runs is stopped.
    fn object_is_gone(&mut self) {
        self.worker.deleted = true;
        match self.worker.stage {
            Stage::Running => {
                self.worker.stage = Stage::Terminating;
                if matches!(&self.worker.activity, Activity::Sync(run) if run.waits_for_volumes()) {
                    self.worker.activity = Activity::Idle;
                }
                if !self.worker.is_busy() {
                    self.run();
                }
            }
            Stage::Terminating | Stage::Terminated => {}
            Stage::Finished => self.unmount_volumes(),
        }
    }

    /// Compares the status that was sent with the server's.
    fn reconcile_status(&mut self) {
        if !self.worker.status.is_null() && !self.worker.deleted {
            self.send_status();
        }
    }
}
