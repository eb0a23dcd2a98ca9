//! Bringing what runs of a pod to what it asks for: `Kubelet.SyncPod` and the runtime manager's `SyncPod`.
//!
//! Upstream's sync blocks while it waits for volumes, a pull, a hook, or a container's end. Here it is a [`SyncRun`] that is
//! continued when what it waits for has happened; updates that arrive meanwhile wait for its end, as upstream's do.

use super::compute_actions::{ContainerToKill, KillReason, RESIZE_REQUIRES_RESTART, compute_pod_actions};
use super::hooks::HookRun;
use super::images::ImageOutcome;
use super::kill::{ContainerKill, PodKill};
use super::pod_spec::{self, ContainerKind, is_terminal_phase};
use super::pod_status::PodStatus;
use super::pod_sync::PodSync;
use super::pod_worker::{Activity, Stage, StartFailure};
use super::resize::needs_restart;
use super::restart_all;
use super::runtime::{ContainerId, PullId, SandboxConfig};
use crate::api::{meta, time};
use crate::value::Vector;
use crate::value::{SmolStr, Value};

/// How long after its last sync a pod is looked at anyway (`syncFrequency`), before jitter.
const RESYNC_MS: u64 = 60_000;
/// How long after a failed sync (`backOffPeriod`), before jitter.
const RETRY_MS: u64 = 10_000;
/// Why a pod ends that has run for too long.
const DEADLINE_EXCEEDED: &str = "DeadlineExceeded";
/// How long a change in the runtime takes to be noticed where the kubelet asks for it.
const RELIST_MS: u64 = 10;

/// How long the runtime takes to make a container and start it, and by how much that differs.
const START_MS: u64 = 8;
const START_SPREAD_MS: u64 = 16;

/// A sync under way.
#[derive(Clone, Debug)]
pub struct SyncRun {
    /// What ran when it began; back-offs and restart counts go by this.
    status: PodStatus,
    /// What is still to be done.
    steps: Vector<Step>,
    /// What it waits for.
    waiting: Option<Waiting>,
    /// How each start went, for the reason cache.
    results: Vec<(SmolStr, Option<StartFailure>)>,
    /// What went wrong, for when to try again.
    errors: Vec<SyncError>,
    /// Whether it did anything to containers.
    acted: bool,
}

/// One thing to do.
#[derive(Clone, Debug)]
enum Step {
    KillPod,
    Kill(ContainerToKill),
    Sandbox,
    Start(ContainerKind, usize),
}

/// What a sync waits for.
#[derive(Clone, Debug)]
enum Waiting {
    Volumes { deadline_ms: u64 },
    Pull { kind: ContainerKind, index: usize, pull: PullId },
    Start { kind: ContainerKind, index: usize, at_ms: u64 },
    PostStart { name: SmolStr, container: ContainerId, hook: HookRun },
    Kill(ContainerKill),
    KillPod(PodKill),
    KillAfterHook { name: SmolStr, message: String, kill: ContainerKill },
}

/// A failure; with the time when a wait for it is over, if there is one.
#[derive(Clone, Copy, Debug)]
struct SyncError {
    retry_at_ms: Option<u64>,
}

impl SyncRun {
    fn new(status: PodStatus) -> SyncRun {
        SyncRun { status, steps: Vector::new(), waiting: None, results: Vec::new(), errors: Vec::new(), acted: false }
    }

    /// Whether it does nothing yet but wait for volumes, which a delete cuts short.
    pub fn waits_for_volumes(&self) -> bool {
        matches!(self.waiting, Some(Waiting::Volumes { .. }))
    }

    fn fail(&mut self, name: &str, reason: &str, message: String, retry_at_ms: Option<u64>) {
        self.results.push((name.into(), Some(StartFailure { reason: reason.into(), message })));
        self.errors.push(SyncError { retry_at_ms });
    }
}

impl PodSync<'_, '_> {
    /// Does what is due for the pod now.
    pub(super) fn run(&mut self) {
        match (self.worker.stage, std::mem::take(&mut self.worker.activity)) {
            (Stage::Running, Activity::Idle) => self.sync_pod(),
            (_, Activity::Sync(run)) => self.continue_sync(*run),
            (Stage::Terminating, Activity::Idle) => self.sync_terminating_pod(),
            (_, Activity::Kill(kill)) => self.continue_terminating(*kill),
            (Stage::Terminated, Activity::Idle) => self.sync_terminated_pod(),
            (Stage::Finished, Activity::Idle) => {}
        }
    }

    fn sync_pod(&mut self) {
        self.worker.update_pending = false;
        self.worker.relist_pending = false;
        self.reconcile_mirror();
        self.retry_resize();
        self.check_active_deadline();
        let runtime_status = self.runtime_status();
        let status = self.generate_status(&runtime_status, false);
        let is_over = is_terminal_phase(status.get("phase").str());
        self.set_status(status);
        if is_over {
            self.worker.stage = Stage::Terminating;
            self.wake_at_next_tick();
            return;
        }
        self.trigger_readiness_probes();
        let mut run = SyncRun::new(runtime_status);
        if self.begin_mounting() {
            self.sync_containers(&mut run);
        } else {
            run.waiting = Some(Waiting::Volumes { deadline_ms: self.now_ms + super::volume_manager::MOUNT_TIMEOUT_MS });
        }
        self.continue_sync(run);
    }

    /// Ends the pod where it has run for longer than `activeDeadlineSeconds`. As upstream's, every look at it is told.
    pub(super) fn check_active_deadline(&mut self) {
        let Some(deadline_ms) = self.active_deadline_ms() else { return };
        if self.now_ms < deadline_ms || !matches!(self.worker.termination.reason.as_str(), "" | DEADLINE_EXCEEDED) {
            return;
        }
        let message = "Pod was active on the node longer than the specified deadline";
        self.worker.termination.reason = DEADLINE_EXCEEDED.into();
        self.worker.termination.message = message.into();
        self.event("Normal", DEADLINE_EXCEEDED, message);
    }

    fn active_deadline_ms(&self) -> Option<u64> {
        let seconds = self.worker.pod.path("spec.activeDeadlineSeconds").as_i64()?;
        let started_ms = time::parse_rfc3339(self.worker.last_status().get("startTime").str())?;
        Some(started_ms.saturating_add(time::seconds_ms(seconds)))
    }

    /// Works out what to do with the containers.
    fn sync_containers(&mut self, run: &mut SyncRun) {
        if restart_all::is_asked_for(&self.worker.pod, &run.status) {
            run.acted = true;
            return self.remove_all_containers();
        }
        self.check_pull_secrets();
        self.add_probes();
        let started_with = self.worker.started_with.clone();
        let changed = |container: &Value, running: &super::runtime::ContainerStatus| {
            started_with.get(&running.id).and_then(|before| {
                let name = container.get("name").str();
                if before.get("image") != container.get("image") {
                    Some(format!("Container {name} definition changed"))
                } else if needs_restart(container, before) {
                    Some(format!("Container {name} {RESIZE_REQUIRES_RESTART}"))
                } else {
                    None
                }
            })
        };
        let actions = compute_pod_actions(&self.worker.pod, &run.status, self.worker.sandbox_attempts, &self.worker.results, &changed);
        if actions.kill_pod {
            run.steps.push_back(Step::KillPod);
        } else {
            run.steps.extend(actions.kill.into_iter().map(Step::Kill));
        }
        if actions.create_sandbox {
            run.steps.push_back(Step::Sandbox);
        }
        if actions.kill_pod && !actions.create_sandbox {
            return;
        }
        if !run.steps.iter().any(|step| matches!(step, Step::Kill(_))) {
            self.complete_resize();
        }
        let lists = [(ContainerKind::Ephemeral, actions.start_ephemeral), (ContainerKind::Init, actions.start_init), (ContainerKind::Regular, actions.start)];
        for (kind, indexes) in lists {
            run.steps.extend(indexes.into_iter().map(|index| Step::Start(kind, index)));
        }
    }

    /// Goes on with a sync until it has to wait or is done.
    fn continue_sync(&mut self, mut run: SyncRun) {
        loop {
            if let Some(waiting) = run.waiting.take() {
                if !self.has_come(waiting, &mut run) {
                    self.worker.activity = Activity::Sync(Box::new(run));
                    return;
                }
                continue;
            }
            match run.steps.pop_front() {
                Some(step) => self.take_step(step, &mut run),
                None => break,
            }
        }
        self.finish_sync(run);
    }

    /// Whether what the sync waits for has come; what follows from it is done. Otherwise it is put back.
    fn has_come(&mut self, waiting: Waiting, run: &mut SyncRun) -> bool {
        match waiting {
            Waiting::Volumes { deadline_ms } => {
                if self.now_ms < self.worker.volumes.first_look_ms() {
                    self.wake_at(self.worker.volumes.first_look_ms());
                    run.waiting = Some(Waiting::Volumes { deadline_ms });
                    return false;
                }
                if self.continue_mounting() {
                    self.sync_containers(run);
                } else if self.mounting_failed() || self.now_ms >= deadline_ms {
                    run.errors.push(SyncError { retry_at_ms: None });
                } else {
                    self.wake_at(deadline_ms);
                    run.waiting = Some(Waiting::Volumes { deadline_ms });
                    return false;
                }
            }
            Waiting::Pull { kind, index, pull } => {
                let Some(outcome) = self.pull_outcome(kind, index, pull) else {
                    run.waiting = Some(Waiting::Pull { kind, index, pull });
                    return false;
                };
                self.after_image(kind, index, outcome, run);
            }
            Waiting::Start { kind, index, at_ms } => {
                if self.now_ms < at_ms {
                    self.wake_at(at_ms);
                    run.waiting = Some(Waiting::Start { kind, index, at_ms });
                    return false;
                }
                self.start(kind, index, run);
            }
            Waiting::PostStart { name, container, mut hook } => {
                let Some(outcome) = self.poll_hook(&mut hook) else {
                    run.waiting = Some(Waiting::PostStart { name, container, hook });
                    return false;
                };
                match outcome {
                    Ok(()) => run.results.push((name, None)),
                    Err(message) => self.post_start_failed(name, container, message, run),
                }
            }
            Waiting::Kill(mut kill) => {
                if !self.continue_kill(&mut kill, true) {
                    run.waiting = Some(Waiting::Kill(kill));
                    return false;
                }
            }
            Waiting::KillAfterHook { name, message, mut kill } => {
                if !self.continue_kill(&mut kill, true) {
                    run.waiting = Some(Waiting::KillAfterHook { name, message, kill });
                    return false;
                }
                run.fail(&name, "PostStartHookError", message, None);
            }
            Waiting::KillPod(mut kill) => {
                if !self.continue_pod_kill(&mut kill) {
                    run.waiting = Some(Waiting::KillPod(kill));
                    return false;
                }
                self.stop_sandbox();
            }
        }
        true
    }

    fn take_step(&mut self, step: Step, run: &mut SyncRun) {
        run.acted = true;
        match step {
            Step::KillPod => run.waiting = Some(Waiting::KillPod(self.begin_pod_kill(None))),
            Step::Kill(target) => run.waiting = Some(Waiting::Kill(self.begin_kill(&target, None))),
            Step::Sandbox => self.create_sandbox(run),
            Step::Start(kind, index) => self.start_container(kind, index, run),
        }
    }

    /// `RunPodSandbox`: the pod gets its network, and its condition says so at once.
    fn create_sandbox(&mut self, run: &mut SyncRun) {
        if self.worker.pod.path("spec.hostUsers").as_bool() == Some(false) {
            self.event(
                "Warning",
                "FailedCreatePodSandBox",
                "Failed to create pod sandbox: can't set `spec.hostUsers: false`, runtime does not support user namespaces",
            );
            return self.abandon(run);
        }
        if let Err(message) = self.check_runtime_class() {
            self.event("Warning", "FailedCreatePodSandBox", &format!("Failed to create pod sandbox: {message}"));
            return self.abandon(run);
        }
        if self.worker.sandbox.is_some() {
            self.event("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
            self.remove_sandbox();
        }
        let host_network = pod_spec::is_host_network(&self.worker.pod);
        let ip = if host_network { Some(self.node.config.internal_ip.clone()) } else { self.node.addresses.take() };
        let Some(ip) = ip else {
            let why = "plugin type=\"bridge\" failed (add): failed to allocate for range 0: no IP addresses available in range set";
            let message = format!("Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: {why}");
            self.event("Warning", "FailedCreatePodSandBox", &message);
            return self.abandon(run);
        };
        let config = self.sandbox_config(&ip, host_network);
        let sandbox = self.node.runtime.run_pod_sandbox(config, self.now_ms);
        self.node.sandboxes.insert(sandbox.clone(), self.worker.id);
        self.worker.sandbox = Some(sandbox);
        self.worker.sandbox_ready = true;
        self.worker.sandbox_attempts += 1;
        self.worker.ip = ip;
        self.worker.relist_pending = true;
        run.status.sandbox_ready = true;
        run.status.ip = self.worker.ip.clone();
        let mut status = self.worker.status.clone();
        for condition in status.path_mut("conditions").items_mut() {
            if condition.get("type").str() == "PodReadyToStartContainers" {
                condition.set("status", "True");
            }
        }
        self.set_status(status);
    }

    /// A sync that can't go on.
    fn abandon(&mut self, run: &mut SyncRun) {
        run.steps.clear();
        run.errors.push(SyncError { retry_at_ms: None });
    }

    fn sandbox_config(&self, ip: &SmolStr, host_network: bool) -> SandboxConfig {
        let pod = &self.worker.pod;
        let (hostname, fqdn) = super::pod_network::hostname(pod, &self.node.config);
        SandboxConfig {
            namespace: meta::namespace(pod).into(),
            name: meta::name(pod).into(),
            uid: meta::uid(pod).into(),
            attempt: self.worker.sandbox_attempts,
            hosts_file: super::pod_network::hosts_file(pod, ip, &hostname, &fqdn, &self.node.config),
            dns: super::pod_network::dns_config(pod, &self.node.config),
            hostname,
            fqdn,
            ip: ip.clone(),
            host_network,
        }
    }

    fn check_runtime_class(&self) -> Result<(), String> {
        let class = self.worker.pod.path("spec.runtimeClassName").str();
        if class.is_empty() {
            return Ok(());
        }
        let found = self.client.store().get(&crate::api::resource::RUNTIME_CLASSES, "", class);
        let Some(found) = found else {
            return Err(format!("failed to get sandbox runtime: RuntimeClass.node.k8s.io \"{class}\" not found"));
        };
        match found.get("handler").str() {
            "" | "runc" => Ok(()),
            handler => Err(format!("rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"{handler}\" is configured")),
        }
    }

    /// Starts a container, unless it has to wait after failures: the image first.
    fn start_container(&mut self, kind: ContainerKind, index: usize, run: &mut SyncRun) {
        let Some(container) = pod_spec::containers(&self.worker.pod, kind).get(index).cloned() else { return };
        let name = container.get("name").str();
        if let Some(exit) = run.status.find_exited(name) {
            let finished_ms = exit.finished_at_ms;
            let mut backoff = self.worker.backoffs.get(name).copied().unwrap_or_default();
            if backoff.waits_since(finished_ms, self.now_ms) {
                let full_name = pod_spec::full_name(&self.worker.pod);
                self.container_event(name, "Warning", "BackOff", &format!("Back-off restarting failed container {name} in pod {full_name}"));
                let delay = super::text::duration(backoff.delay_ms);
                let message = format!("back-off {delay} restarting failed container={name} pod={full_name}");
                run.fail(name, "CrashLoopBackOff", message, Some(finished_ms + backoff.delay_ms));
                return self.after_failure(kind, &container, run);
            }
            backoff.next(finished_ms, self.now_ms);
            self.worker.backoffs.insert(name.into(), backoff);
        }
        match self.ensure_image(&container) {
            ImageOutcome::Pulling(pull) => run.waiting = Some(Waiting::Pull { kind, index, pull }),
            outcome => self.after_image(kind, index, outcome, run),
        }
    }

    /// A regular init container that can't be started holds up everything after it.
    fn after_failure(&mut self, kind: ContainerKind, container: &Value, run: &mut SyncRun) {
        if kind == ContainerKind::Init && !pod_spec::is_sidecar(container) {
            run.steps.clear();
        }
    }

    /// Goes on with a container whose image is there, or isn't.
    fn after_image(&mut self, kind: ContainerKind, index: usize, outcome: ImageOutcome, run: &mut SyncRun) {
        let Some(container) = pod_spec::containers(&self.worker.pod, kind).get(index).cloned() else { return };
        let name = SmolStr::new(container.get("name").str());
        if let ImageOutcome::Failed { reason, message } = outcome {
            self.container_event(&name, "Warning", "Failed", &format!("Error: {reason}"));
            run.fail(&name, reason, message, None);
            return self.after_failure(kind, &container, run);
        }
        let at_ms = self.now_ms + START_MS + self.client.random().below(START_SPREAD_MS);
        self.wake_at(at_ms);
        run.waiting = Some(Waiting::Start { kind, index, at_ms });
    }

    /// The image is there, and the runtime has made the container of it.
    fn start(&mut self, kind: ContainerKind, index: usize, run: &mut SyncRun) {
        let Some(container) = pod_spec::containers(&self.worker.pod, kind).get(index).cloned() else { return };
        let name = SmolStr::new(container.get("name").str());
        match self.create_and_start(&container, run) {
            Ok(id) => {
                let hook = container.path("lifecycle.postStart");
                if hook.is_null() {
                    run.results.push((name, None));
                } else {
                    let hook = self.begin_hook(&id, &container, hook, 0);
                    run.waiting = Some(Waiting::PostStart { name, container: id, hook });
                }
            }
            Err((reason, message)) => {
                run.fail(&name, reason, message, None);
                self.after_failure(kind, &container, run);
            }
        }
    }

    /// Creates and starts a container; the reason and message of a failure come back.
    fn create_and_start(&mut self, container: &Value, run: &mut SyncRun) -> Result<ContainerId, (&'static str, String)> {
        let name = container.get("name").str();
        let Some(sandbox) = self.worker.sandbox.clone() else {
            return Err(("CreateContainerError", "the pod has no sandbox".into()));
        };
        let attempt = run.status.find(name).map_or(0, |before| before.attempt + 1);
        let config = match self.container_config(container, attempt) {
            Ok(config) => config,
            Err(message) => {
                self.container_event(name, "Warning", "Failed", &format!("Error: {message}"));
                return Err(("CreateContainerConfigError", message));
            }
        };
        let id = match self.node.runtime.create_container(&sandbox, config, self.now_ms) {
            Ok(id) => id,
            Err(message) => {
                self.container_event(name, "Warning", "Failed", &format!("Error: {message}"));
                return Err(("CreateContainerError", message));
            }
        };
        self.worker.started_with.insert(id.clone(), container.clone());
        self.worker.relist_pending = true;
        self.container_event(name, "Normal", "Created", "Container created");
        let started = self.node.runtime.start_container(&id, self.now_ms, &mut *self.wires.network(self.client.server().store()));
        if let Err(error) = started {
            self.container_event(name, "Warning", "Failed", &format!("Error: {}", error.message));
            return Err(("RunContainerError", error.message));
        }
        self.container_event(name, "Normal", "Started", "Container started");
        Ok(id)
    }

    fn post_start_failed(&mut self, name: SmolStr, container: ContainerId, message: String, run: &mut SyncRun) {
        self.container_event(&name, "Warning", "FailedPostStartHook", "PostStartHook failed");
        let target = ContainerToKill { id: container, name: name.clone(), message: "FailedPostStartHook".into(), reason: KillReason::PostStart };
        let kill = self.begin_kill(&target, None);
        run.waiting = Some(Waiting::KillAfterHook { name, message, kill });
    }

    /// The end of a sync: what was found out is noted, and the next one planned.
    fn finish_sync(&mut self, run: SyncRun) {
        for (name, failure) in run.results {
            match failure {
                Some(failure) => self.worker.reasons.insert(name, failure),
                None => self.worker.reasons.remove(&name),
            };
        }
        if self.worker.stage != Stage::Running || self.worker.update_pending {
            return self.wake_at(self.now_ms + RELIST_MS);
        }
        if self.worker.relist_pending {
            let time_ms = if run.acted && run.errors.is_empty() { self.now_ms + RELIST_MS } else { self.node.next_tick(self.now_ms) };
            self.wake_at(time_ms);
        }
        let retry_ms = run.errors.iter().filter_map(|error| error.retry_at_ms).min();
        let next_ms = match (run.errors.is_empty(), retry_ms) {
            (true, _) if self.worker.reasons.is_empty() => None,
            (true, _) => Some(RESYNC_MS),
            (false, Some(retry_ms)) => Some(retry_ms.saturating_sub(self.now_ms).min(RESYNC_MS)),
            (false, None) => Some(RETRY_MS),
        };
        // A pod that is as it should be is looked at again when something happens to it; upstream's periodic look finds nothing.
        if let Some(next_ms) = next_ms {
            let time_ms = self.now_ms + self.with_jitter(next_ms);
            let time_ms = self.node.next_tick(time_ms);
            self.wake_at(time_ms);
        }
        if let Some(deadline_ms) = self.active_deadline_ms() {
            let time_ms = self.node.next_tick(deadline_ms);
            self.wake_at(time_ms);
        }
    }

    /// Wakes the worker when the kubelet's main loop comes round.
    pub(super) fn wake_at_next_tick(&mut self) {
        let time_ms = self.node.next_tick(self.now_ms);
        self.wake_at(time_ms);
    }
}
