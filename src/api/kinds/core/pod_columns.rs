//! A Pod's row in `kubectl get pods`, above all the word under STATUS (`pkg/printers/internalversion/printers.go`, printPod).

use crate::api::strategy::Column;
use crate::api::{meta, time};
use crate::value::{SmolStr, Value};
use smol_str::{ToSmolStr, format_smolstr};

/// The columns.
pub fn columns() -> Vec<Column> {
    let mut columns: Vec<Column> = ["Name", "Ready", "Status", "Restarts", "Age"].map(Column::new).to_vec();
    columns.extend(["IP", "Node", "Nominated Node", "Readiness Gates"].map(Column::wide));
    columns
}

/// A Pod's cells.
pub fn row(pod: &Value, now_ms: u64) -> Vec<Value> {
    let summary = Summary::of(pod);
    let or_none = |value: &Value| if value.is_empty() { Value::String(SmolStr::new_static("<none>")) } else { value.clone() };
    let (metadata, spec, status) = (pod.get("metadata"), pod.get("spec"), pod.get("status"));
    vec![
        metadata.get("name").clone(),
        format_smolstr!("{}/{}", summary.ready, summary.total).into(),
        summary.status.clone().into(),
        summary.restarts_cell(now_ms).into(),
        time::age(metadata.get("creationTimestamp").str(), now_ms).into(),
        or_none(status.get("podIPs").items().first().map_or(status.get("podIP"), |ip| ip.get("ip"))),
        or_none(spec.get("nodeName")),
        or_none(status.get("nominatedNodeName")),
        readiness_gates(pod).into(),
    ]
}

/// What a person wants to know of a Pod at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The word under STATUS: `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating` …
    pub status: SmolStr,
    /// Containers that are ready, sidecars among them.
    pub ready: usize,
    /// Containers, sidecars among them.
    pub total: usize,
    /// How often containers were restarted.
    pub restarts: i64,
    /// When the last restarted container had ended before, in milliseconds since the Unix epoch.
    pub last_restart_ms: Option<u64>,
}

impl Summary {
    /// The summary of a Pod as it is now.
    pub fn of(pod: &Value) -> Summary {
        let (spec, status) = (pod.get("spec"), pod.get("status"));
        let sidecars: Vec<&str> = spec
            .get("initContainers")
            .items()
            .iter()
            .filter(|container| container.get("restartPolicy").str() == "Always")
            .map(|container| container.get("name").str())
            .collect();
        let mut summary = Summary {
            status: SmolStr::new(if status.get("reason").is_empty() { status.get("phase").str() } else { status.get("reason").str() }),
            ready: 0,
            total: spec.get("containers").items().len() + sidecars.len(),
            restarts: 0,
            last_restart_ms: None,
        };
        if meta::condition(pod, "PodScheduled").get("reason").str() == "SchedulingGated" {
            summary.status = "SchedulingGated".into();
        }
        let (mut sidecar_restarts, mut last_sidecar_restart_ms) = (0, None);
        let mut initializing = false;
        let init_total = spec.get("initContainers").items().len();
        for (index, container) in status.get("initContainerStatuses").items().iter().enumerate() {
            let is_sidecar = sidecars.contains(&container.get("name").str());
            summary.count_restarts(container);
            if is_sidecar {
                sidecar_restarts += container.get("restartCount").as_i64().unwrap_or(0);
                last_sidecar_restart_ms = last_sidecar_restart_ms.max(last_end_ms(container));
            }
            let (terminated, waiting) = (container.get("state").get("terminated"), container.get("state").get("waiting"));
            if !terminated.is_null() && terminated.get("exitCode").as_i64().unwrap_or(0) == 0 {
                continue;
            }
            if is_sidecar && container.get("started").as_bool() == Some(true) {
                summary.ready += usize::from(container.get("ready").as_bool() == Some(true));
                continue;
            }
            summary.status = if !terminated.is_null() {
                format_smolstr!("Init:{}", ended_word(terminated))
            } else if !waiting.get("reason").is_empty() && waiting.get("reason").str() != "PodInitializing" {
                format_smolstr!("Init:{}", waiting.get("reason").str())
            } else {
                format_smolstr!("Init:{index}/{init_total}")
            };
            initializing = true;
            break;
        }
        if !initializing || meta::is_condition_true(pod, "Initialized") {
            summary.restarts = sidecar_restarts;
            summary.last_restart_ms = last_sidecar_restart_ms;
            summary.of_containers(pod);
        }
        if meta::is_being_deleted(pod) {
            if status.get("reason").str() == "NodeLost" {
                summary.status = "Unknown".into();
            } else if !matches!(status.get("phase").str(), "Succeeded" | "Failed") {
                summary.status = "Terminating".into();
            }
        }
        summary
    }

    fn of_containers(&mut self, pod: &Value) {
        let mut has_running = false;
        for container in pod.get("status").get("containerStatuses").items().iter().rev() {
            self.count_restarts(container);
            let (terminated, waiting) = (container.get("state").get("terminated"), container.get("state").get("waiting"));
            if !waiting.get("reason").is_empty() {
                self.status = waiting.get("reason").str().into();
            } else if !terminated.is_null() {
                self.status = ended_word(terminated);
            } else if container.get("ready").as_bool() == Some(true) && !container.get("state").get("running").is_null() {
                has_running = true;
                self.ready += 1;
            }
        }
        if self.status == "Completed" && has_running {
            self.status = if meta::is_condition_true(pod, "Ready") { "Running" } else { "NotReady" }.into();
        }
    }

    fn count_restarts(&mut self, container: &Value) {
        self.restarts += container.get("restartCount").as_i64().unwrap_or(0);
        self.last_restart_ms = self.last_restart_ms.max(last_end_ms(container));
    }

    /// `0`, or `3 (46s ago)`.
    fn restarts_cell(&self, now_ms: u64) -> SmolStr {
        match self.last_restart_ms {
            Some(then_ms) if self.restarts > 0 => format_smolstr!("{} ({} ago)", self.restarts, time::human_duration(now_ms as i64 - then_ms as i64)),
            _ => self.restarts.to_smolstr(),
        }
    }
}

fn last_end_ms(container: &Value) -> Option<u64> {
    time::parse_rfc3339(container.get("lastState").get("terminated").get("finishedAt").str())
}

/// The reason of an end, or its signal or exit code where there is none.
fn ended_word(terminated: &Value) -> SmolStr {
    match (terminated.get("reason").str(), terminated.get("signal").as_i64().unwrap_or(0)) {
        ("", 0) => format_smolstr!("ExitCode:{}", terminated.get("exitCode").as_i64().unwrap_or(0)),
        ("", signal) => format_smolstr!("Signal:{signal}"),
        (reason, _) => SmolStr::new(reason),
    }
}

fn readiness_gates(pod: &Value) -> SmolStr {
    let gates = pod.get("spec").get("readinessGates").items();
    if gates.is_empty() {
        return SmolStr::new_static("<none>");
    }
    let open = gates.iter().filter(|gate| meta::is_condition_true(pod, gate.get("conditionType").str())).count();
    format_smolstr!("{open}/{}", gates.len())
}
