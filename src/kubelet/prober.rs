//! Probes: `pkg/kubelet/prober`.

use super::node::{ExecOwner, Task};
use super::pod_spec::{self, ContainerKind, is_terminal_phase};
use super::pod_sync::PodSync;
use super::ports::resolve_port;
use super::probe_results::{ProbeKind, ProbeResult};
use super::runtime::{ContainerId, ExecError, ExecId, ExecOptions, HttpRequest, Profile};
use super::text;
use crate::api::{meta, time};
use crate::value::{SmolStr, Value};

/// A change that a probe found out is acted on after this.
const NOTICE_MS: u64 = 10;

/// One probe of one container: upstream's prober worker.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The container's name.
    pub container: SmolStr,
    /// Which of its probes.
    pub kind: ProbeKind,
    /// The container it is about at present.
    id: Option<ContainerId>,
    /// Whether it waits for the next container.
    on_hold: bool,
    last: ProbeResult,
    run_length: i64,
    /// What is under way.
    pending: Option<Pending>,
    /// Whether it has ended for good.
    ended: bool,
}

/// A probe that waits for its outcome.
#[derive(Clone, Debug)]
enum Pending {
    Exec(ExecId, u64),
    Until(u64, Outcome),
}

/// What a probe says.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Success,
    Failure(String),
    /// It couldn't be carried out; that counts for nothing.
    Error(String),
}

impl PodSync<'_, '_> {
    /// Begins to probe the pod's containers, as far as it hasn't.
    pub(super) fn add_probes(&mut self) {
        if !self.worker.probes.is_empty() {
            return;
        }
        let pod = self.worker.pod.clone();
        let sidecars = pod_spec::containers(&pod, ContainerKind::Init).iter().filter(|container| pod_spec::is_sidecar(container));
        for container in pod_spec::containers(&pod, ContainerKind::Regular).iter().chain(sidecars) {
            for kind in [ProbeKind::Startup, ProbeKind::Readiness, ProbeKind::Liveness] {
                let spec = container.get(kind.field());
                if spec.is_null() {
                    continue;
                }
                let index = self.worker.probes.len();
                let container = SmolStr::new(container.get("name").str());
                self.worker.probes.push(Probe {
                    container,
                    kind,
                    id: None,
                    on_hold: false,
                    last: ProbeResult::Unknown,
                    run_length: 0,
                    pending: None,
                    ended: false,
                });
                let time_ms = self.now_ms + period_ms(spec);
                self.node.agenda.set(Task::Probe(self.worker.id, index), time_ms);
            }
        }
    }

    /// Containers that have started and aren't ready are asked at once.
    pub(super) fn trigger_readiness_probes(&mut self) {
        for index in 0..self.worker.probes.len() {
            let probe = &self.worker.probes[index];
            if probe.kind != ProbeKind::Readiness || probe.ended || probe.pending.is_some() {
                continue;
            }
            let status = container_status(&self.worker.status, &probe.container);
            let waits = status.get("started").as_bool() == Some(true) && status.get("ready").as_bool() != Some(true);
            if waits && !status.path("state.running").is_null() {
                self.node.agenda.set_at_latest(Task::Probe(self.worker.id, index), self.now_ms + NOTICE_MS);
            }
        }
    }

    /// A pod that ends is neither restarted nor waited for any more.
    pub(super) fn stop_liveness_and_startup_probes(&mut self) {
        for index in 0..self.worker.probes.len() {
            if self.worker.probes[index].kind != ProbeKind::Readiness {
                self.end_probe(index);
            }
        }
    }

    /// Ends all probes.
    pub(super) fn remove_probes(&mut self) {
        for index in 0..self.worker.probes.len() {
            self.end_probe(index);
        }
    }

    fn end_probe(&mut self, index: usize) {
        let id = self.worker.id;
        let probe = &mut self.worker.probes[index];
        probe.ended = true;
        if let Some(Pending::Exec(exec, _)) = probe.pending.take() {
            self.node.execs.remove(&exec);
            self.node.runtime.exec_forget(exec, self.now_ms);
        }
        self.node.agenda.remove(&Task::Probe(id, index));
    }

    /// Does what is due for one probe: begins it, or takes its outcome.
    pub(super) fn run_probe(&mut self, index: usize) {
        let Some(probe) = self.worker.probes.get(index).filter(|probe| !probe.ended).cloned() else { return };
        let (_, container) = pod_spec::container(&self.worker.pod, &probe.container);
        let container = container.clone();
        let spec = container.get(probe.kind.field()).clone();
        let task = Task::Probe(self.worker.id, index);
        match self.worker.probes[index].pending.take() {
            Some(Pending::Exec(exec, next_ms)) => {
                let Some(outcome) = self.exec_outcome(exec, &container, &spec) else {
                    self.worker.probes[index].pending = Some(Pending::Exec(exec, next_ms));
                    return;
                };
                self.node.agenda.set(task, next_ms.max(self.now_ms + 1));
                self.take_outcome(index, &spec, outcome);
            }
            Some(Pending::Until(next_ms, outcome)) => {
                self.node.agenda.set(task, next_ms.max(self.now_ms + 1));
                self.take_outcome(index, &spec, outcome);
            }
            None => {
                let next_ms = self.now_ms + period_ms(&spec);
                self.node.agenda.set(task, next_ms);
                if !self.may_probe(index, &container, &spec) {
                    return;
                }
                self.begin_probe(index, &container, &spec, next_ms);
            }
        }
    }

    /// Whether the container can be probed now: upstream's `doProbe` up to the probe itself.
    fn may_probe(&mut self, index: usize, container: &Value, spec: &Value) -> bool {
        let kind = self.worker.probes[index].kind;
        if is_terminal_phase(self.worker.status.get("phase").str()) {
            self.end_probe(index);
            return false;
        }
        let status = container_status(&self.worker.status, &self.worker.probes[index].container).clone();
        let id = ContainerId(SmolStr::new(status.get("containerID").str().trim_start_matches("containerd://")));
        if id.0.is_empty() {
            return false;
        }
        if self.worker.probes[index].id.as_ref() != Some(&id) {
            if let Some(old) = self.worker.probes[index].id.replace(id.clone()) {
                self.worker.results.remove(&old);
            }
            self.worker.probes[index].on_hold = false;
            self.worker.results.set(&id, kind, kind.initial());
        }
        if self.worker.probes[index].on_hold {
            return false;
        }
        if status.path("state.running").is_null() {
            self.worker.results.set(&id, kind, ProbeResult::Failure);
            let code = status.path("state.terminated.exitCode").as_i64();
            if code.is_some_and(|code| !pod_spec::should_restart(container, &self.worker.pod, code as i32)) {
                self.end_probe(index);
            }
            return false;
        }
        if meta::is_being_deleted(&self.worker.pod) && kind != ProbeKind::Readiness {
            self.worker.results.set(&id, kind, ProbeResult::Success);
            self.end_probe(index);
            return false;
        }
        let started_ms = time::parse_rfc3339(status.path("state.running.startedAt").str()).unwrap_or(self.now_ms);
        let delay_s = spec.get("initialDelaySeconds").as_i64().unwrap_or(0);
        if ((self.now_ms.saturating_sub(started_ms) / 1000) as i64) < delay_s {
            return false;
        }
        let started = status.get("started").as_bool() == Some(true);
        started != (kind == ProbeKind::Startup)
    }

    /// Asks. What takes time has its outcome later.
    fn begin_probe(&mut self, index: usize, container: &Value, spec: &Value, next_ms: u64) {
        let timeout_ms = spec.get("timeoutSeconds").as_i64().unwrap_or(1).max(1) as u64 * 1000;
        let (delay_ms, outcome) = if !spec.get("exec").is_null() {
            let Some(id) = self.worker.probes[index].id.clone() else { return };
            let command: Vec<SmolStr> = spec.path("exec.command").items().iter().map(|word| super::expansion::expand_static(word.str(), container)).collect();
            let options = ExecOptions { timeout_ms, ..ExecOptions::default() };
            let exec = self.node.runtime.exec(&id, &command, options, self.now_ms, &mut *self.wires.network(self.client.server().store()));
            let Some(outcome) = self.exec_outcome(exec, container, spec) else {
                self.node.execs.insert(exec, ExecOwner::Probe(self.worker.id, index));
                self.node.agenda.remove(&Task::Probe(self.worker.id, index));
                self.worker.probes[index].pending = Some(Pending::Exec(exec, next_ms));
                return;
            };
            (0, outcome)
        } else if !spec.get("httpGet").is_null() {
            self.http_probe(container, spec.get("httpGet"), timeout_ms)
        } else if !spec.get("tcpSocket").is_null() {
            self.tcp_probe(container, spec.get("tcpSocket"), timeout_ms)
        } else {
            self.grpc_probe(spec.get("grpc"), timeout_ms)
        };
        if delay_ms == 0 {
            return self.take_outcome(index, spec, outcome);
        }
        self.worker.probes[index].pending = Some(Pending::Until(next_ms, outcome));
        self.node.agenda.set(Task::Probe(self.worker.id, index), self.now_ms + delay_ms);
    }

    fn exec_outcome(&mut self, exec: ExecId, container: &Value, spec: &Value) -> Option<Outcome> {
        let result = self.node.runtime.exec_result(exec)?.clone();
        self.node.execs.remove(&exec);
        self.node.runtime.exec_forget(exec, self.now_ms);
        Some(match result.outcome {
            Ok(0) => Outcome::Success,
            Ok(_) => Outcome::Failure(result.output),
            Err(ExecError::TimedOut(_)) => {
                let words: Vec<SmolStr> = spec.path("exec.command").items().iter().map(|word| super::expansion::expand_static(word.str(), container)).collect();
                let seconds = spec.get("timeoutSeconds").as_i64().unwrap_or(1).max(1);
                Outcome::Failure(format!("command timed out: {:?} timed out after {}", words.join(" "), text::duration(seconds as u64 * 1000)))
            }
            Err(ExecError::NotFound(message) | ExecError::NotRunning(message)) => Outcome::Error(message),
        })
    }

    fn http_probe(&mut self, container: &Value, action: &Value, timeout_ms: u64) -> (u64, Outcome) {
        let port = match resolve_port(action.get("port"), container) {
            Ok(port) => port,
            Err(message) => return (0, Outcome::Error(message)),
        };
        let host = match action.get("host").str() {
            "" => self.worker.ip.clone(),
            host => host.into(),
        };
        let scheme = if action.get("scheme").str() == "HTTPS" { "https" } else { "http" };
        let path = text::request_path(action.get("path").str());
        let request = HttpRequest {
            method: "GET".into(),
            scheme: scheme.into(),
            host: host.clone(),
            port,
            path: path.clone(),
            headers: text::request_headers(action, &host, port, "kube-probe"),
            body: String::new(),
        };
        let (delay_ms, result) = self.http(&request);
        if delay_ms >= timeout_ms {
            let url = format!("{scheme}://{host}:{port}{path}");
            return (timeout_ms, Outcome::Failure(format!("Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")));
        }
        let outcome = match result {
            Ok(response) if (200..400).contains(&response.status) => Outcome::Success,
            Ok(response) => Outcome::Failure(format!("HTTP probe failed with statuscode: {}", response.status)),
            Err(message) => Outcome::Failure(message),
        };
        (delay_ms, outcome)
    }

    fn tcp_probe(&mut self, container: &Value, action: &Value, timeout_ms: u64) -> (u64, Outcome) {
        let port = match resolve_port(action.get("port"), container) {
            Ok(port) => port,
            Err(message) => return (0, Outcome::Error(message)),
        };
        let host = match action.get("host").str() {
            "" => self.worker.ip.clone(),
            host => host.into(),
        };
        let (delay_ms, result) = self.connect(&host, port);
        if delay_ms >= timeout_ms {
            return (timeout_ms, Outcome::Failure(format!("dial tcp {host}:{port}: i/o timeout")));
        }
        (delay_ms, result.map_or_else(Outcome::Failure, |()| Outcome::Success))
    }

    /// The reference machines' servers speak plain HTTP only; elsewhere, what listens is taken to answer health checks.
    fn grpc_probe(&mut self, action: &Value, timeout_ms: u64) -> (u64, Outcome) {
        let host = self.worker.ip.clone();
        let Some(port) = action.get("port").as_i64().and_then(|port| u16::try_from(port).ok()) else {
            return (0, Outcome::Error("missing probe handler".into()));
        };
        let (delay_ms, result) = self.connect(&host, port);
        if result.is_ok() && self.node.config.profile == Profile::Playground && delay_ms < timeout_ms {
            return (delay_ms, Outcome::Success);
        }
        let limit = text::duration(timeout_ms);
        let message = format!("timeout: failed to connect service \"{host}:{port}\" within {limit}: context deadline exceeded");
        (timeout_ms, Outcome::Failure(message))
    }

    /// Counts an outcome; a result follows when there are enough of them in a row.
    fn take_outcome(&mut self, index: usize, spec: &Value, outcome: Outcome) {
        let (name, kind) = (self.worker.probes[index].container.clone(), self.worker.probes[index].kind);
        let result = match outcome {
            Outcome::Error(message) => {
                let message = format!("{} probe errored and resulted in unknown state: {message}", kind.word());
                return self.container_event(&name, "Warning", "Unhealthy", &message);
            }
            Outcome::Failure(output) => {
                self.container_event(&name, "Warning", "Unhealthy", &format!("{} probe failed: {output}", kind.word()));
                ProbeResult::Failure
            }
            Outcome::Success => ProbeResult::Success,
        };
        let probe = &mut self.worker.probes[index];
        if probe.last == result {
            probe.run_length += 1;
        } else {
            probe.last = result;
            probe.run_length = 1;
        }
        let (field, default) = if result == ProbeResult::Failure { ("failureThreshold", 3) } else { ("successThreshold", 1) };
        if probe.run_length < spec.get(field).as_i64().unwrap_or(default) {
            return;
        }
        if kind == ProbeKind::Startup || (kind == ProbeKind::Liveness && result == ProbeResult::Failure) {
            probe.on_hold = true;
            probe.run_length = 0;
        }
        let Some(id) = probe.id.clone() else { return };
        if self.worker.results.set(&id, kind, result) {
            self.result_changed(&name, kind, result);
        }
    }

    /// Readiness shows at once; the rest is for the next sync.
    fn result_changed(&mut self, name: &str, kind: ProbeKind, result: ProbeResult) {
        if kind == ProbeKind::Readiness {
            self.set_container_readiness(name, result == ProbeResult::Success);
        }
        if self.worker.is_busy() {
            self.worker.update_pending = true;
        } else {
            self.wake_at(self.now_ms + NOTICE_MS);
        }
    }

    fn set_container_readiness(&mut self, name: &str, ready: bool) {
        let mut status = self.worker.status.clone();
        for kind in [ContainerKind::Regular, ContainerKind::Init] {
            let Value::Array(_) = status.get(kind.status_field()) else { continue };
            for container in status.path_mut(kind.status_field()).items_mut() {
                if container.get("name").str() == name {
                    container.set("ready", ready);
                }
            }
        }
        let conditions = super::conditions::generate_ready(&self.worker.pod, &status);
        for condition in status.path_mut("conditions").items_mut() {
            if let Some(new) = conditions.iter().find(|new| new.get("type") == condition.get("type")) {
                *condition = new.clone();
            }
        }
        self.set_status(status);
    }
}

fn container_status<'a>(status: &'a Value, name: &str) -> &'a Value {
    let regular = status.get("containerStatuses").items();
    let init = status.get("initContainerStatuses").items();
    regular.iter().chain(init).find(|status| status.get("name").str() == name).unwrap_or(&crate::value::NULL)
}

fn period_ms(spec: &Value) -> u64 {
    spec.get("periodSeconds").as_i64().unwrap_or(10).max(1) as u64 * 1000
}
