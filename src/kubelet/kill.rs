//! Stopping containers: `killContainer`, and the order in which a pod's containers end.

use super::compute_actions::{ContainerToKill, KillReason};
use super::hooks::HookRun;
use super::pod_spec::{self, ContainerKind};
use super::pod_status::is_running;
use super::pod_sync::PodSync;
use super::runtime::ContainerId;
use crate::api::meta;
use crate::api::time;
use crate::value::{SmolStr, Value};

/// Containers always get this long to end by themselves, in seconds.
const MINIMUM_GRACE_S: i64 = 2;

/// One container being stopped.
#[derive(Clone, Debug)]
pub struct ContainerKill {
    id: ContainerId,
    name: SmolStr,
    grace_s: i64,
    stage: KillStage,
}

/// How far it has come.
#[derive(Clone, Debug)]
enum KillStage {
    /// Its preStop hook runs.
    PreStop { hook: HookRun, began_ms: u64 },
    /// It waits for containers that end before it.
    Turn { began_ms: u64 },
    /// It got SIGTERM.
    Stopping,
    /// It has ended.
    Done,
}

impl ContainerKill {
    fn is_done(&self) -> bool {
        matches!(self.stage, KillStage::Done)
    }
}

/// All containers of a pod being stopped.
#[derive(Clone, Debug)]
pub struct PodKill {
    containers: Vec<ContainerKill>,
}

impl PodSync<'_, '_> {
    /// Begins to stop a container; `grace_override_s` goes before its own grace period.
    pub(super) fn begin_kill(&mut self, target: &ContainerToKill, grace_override_s: Option<i64>) -> ContainerKill {
        let (_, container) = pod_spec::container(&self.worker.pod, &target.name);
        let container = container.clone();
        let message = if target.message.is_empty() { format!("Stopping container {}", target.name) } else { target.message.clone() };
        self.container_event(&target.name, "Normal", "Killing", &message);
        let grace_s = grace_override_s.unwrap_or_else(|| grace_period_s(&self.worker.pod, &container, target.reason));
        let hook = container.path("lifecycle.preStop");
        let stage = if hook.is_null() || grace_s <= 0 {
            KillStage::Turn { began_ms: self.now_ms }
        } else {
            let grace_ms = time::seconds_ms(grace_s);
            let hook = self.begin_hook(&target.id, &container, hook, grace_ms);
            self.wake_at(self.now_ms.saturating_add(grace_ms));
            KillStage::PreStop { hook, began_ms: self.now_ms }
        };
        ContainerKill { id: target.id.clone(), name: target.name.clone(), grace_s, stage }
    }

    /// Goes on with it; true when it has ended. `may_stop` says that it is its turn.
    pub(super) fn continue_kill(&mut self, kill: &mut ContainerKill, may_stop: bool) -> bool {
        if let KillStage::PreStop { hook, began_ms } = &mut kill.stage {
            let began_ms = *began_ms;
            let elapsed_s = ((self.now_ms - began_ms) / 1000) as i64;
            match self.poll_hook(hook) {
                None if elapsed_s < kill.grace_s => return false,
                Some(Err(_)) => self.container_event(&kill.name, "Warning", "FailedPreStopHook", "PreStopHook failed"),
                _ => {}
            }
            kill.grace_s -= elapsed_s;
            kill.stage = KillStage::Turn { began_ms: self.now_ms };
        }
        if let KillStage::Turn { began_ms } = kill.stage {
            let waited_s = ((self.now_ms - began_ms) / 1000) as i64;
            if !may_stop && waited_s < kill.grace_s {
                self.wake_at(began_ms.saturating_add(time::seconds_ms(kill.grace_s)));
                return false;
            }
            kill.grace_s = (kill.grace_s - waited_s).max(MINIMUM_GRACE_S);
            self.node.runtime.stop_container(&kill.id, time::seconds_ms(kill.grace_s), self.now_ms);
            kill.stage = KillStage::Stopping;
        }
        if matches!(kill.stage, KillStage::Stopping) && !self.node.runtime.container_status(&kill.id).is_some_and(|status| is_running(&status)) {
            self.worker.relist_pending = true;
            kill.stage = KillStage::Done;
        }
        kill.is_done()
    }

    /// Begins to stop all containers that run.
    pub(super) fn begin_pod_kill(&mut self, grace_override_s: Option<i64>) -> PodKill {
        let running: Vec<_> = self.runtime_status().containers.into_iter().filter(is_running).collect();
        let mut targets: Vec<ContainerToKill> =
            running.into_iter().map(|status| ContainerToKill { id: status.id, name: status.name, message: String::new(), reason: KillReason::Other }).collect();
        targets.reverse();
        PodKill { containers: targets.iter().map(|target| self.begin_kill(target, grace_override_s)).collect() }
    }

    /// Goes on with it; true when all containers have ended. Sidecars end after the regular containers, the last one first.
    pub(super) fn continue_pod_kill(&mut self, kill: &mut PodKill) -> bool {
        loop {
            let mut progress = false;
            for index in 0..kill.containers.len() {
                if kill.containers[index].is_done() {
                    continue;
                }
                let may_stop = self.is_its_turn(kill, index);
                progress |= self.continue_kill(&mut kill.containers[index], may_stop);
            }
            if kill.containers.iter().all(ContainerKill::is_done) {
                return true;
            }
            if !progress {
                return false;
            }
        }
    }

    fn is_its_turn(&self, kill: &PodKill, index: usize) -> bool {
        let pod = &self.worker.pod;
        let init = pod_spec::containers(pod, ContainerKind::Init);
        let place = |name: &str| init.iter().position(|container| pod_spec::is_sidecar(container) && container.get("name").str() == name);
        let Some(own) = place(&kill.containers[index].name) else { return true };
        kill.containers.iter().filter(|other| !other.is_done()).all(|other| match place(&other.name) {
            Some(theirs) => theirs <= own,
            None => pod_spec::container(pod, &other.name).0 != ContainerKind::Regular,
        })
    }
}

/// How long a container has to end by itself, in seconds.
fn grace_period_s(pod: &Value, container: &Value, reason: KillReason) -> i64 {
    if let Some(seconds) = pod.path("metadata.deletionGracePeriodSeconds").as_i64() {
        return seconds;
    }
    let probe = match reason {
        KillReason::Liveness => container.get("livenessProbe"),
        KillReason::Startup => container.get("startupProbe"),
        KillReason::Other | KillReason::PostStart => &crate::value::NULL,
    };
    let own = probe.get("terminationGracePeriodSeconds").as_i64();
    own.or(pod.path("spec.terminationGracePeriodSeconds").as_i64()).unwrap_or(MINIMUM_GRACE_S)
}

/// The grace period with which a pod ends, in seconds: the shortest of those that were asked for, and at least 1.
pub fn pod_grace_period_s(pod: &Value, before: Option<i64>, override_s: Option<i64>) -> i64 {
    let deletion = if meta::is_being_deleted(pod) { pod.path("metadata.deletionGracePeriodSeconds").as_i64() } else { None };
    let shortest = [before, override_s, deletion].into_iter().flatten().min();
    shortest.or(pod.path("spec.terminationGracePeriodSeconds").as_i64()).unwrap_or(0).max(1)
}
