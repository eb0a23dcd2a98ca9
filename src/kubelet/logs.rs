//! `kubectl logs`: what a kubelet answers under `/containerLogs`, after the server's own checks.

use super::Kubelets;
use super::node::Node;
use super::pod_spec::{KINDS, containers};
use super::pod_worker::PodWorker;
use super::runtime::{ContainerId, Log, LogLine};
use crate::api::status::Status;
use crate::api::{meta, time};
use crate::value::{NULL, SmolStr, Value};

/// `PodLogOptions`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LogOptions {
    /// `container`; `""` for the pod's only one.
    pub container: SmolStr,
    /// `previous`.
    pub previous: bool,
    /// `timestamps`.
    pub timestamps: bool,
    /// `tailLines`.
    pub tail_lines: Option<u64>,
    /// Lines from before are left out; from `sinceSeconds` or `sinceTime`, in milliseconds since the Unix epoch.
    pub since_ms: Option<u64>,
    /// `limitBytes`.
    pub limit_bytes: Option<u64>,
    /// Lines up to this number are left out: where a follower stopped reading.
    pub position: u64,
    /// Whether the beginning of a line that isn't whole yet belongs to it (for those who are attached).
    pub unfinished: bool,
}

impl LogOptions {
    /// Reads the body of a request for the subresource `log`.
    pub fn from_body(body: &Value, now_ms: u64) -> LogOptions {
        let number = |field: &str| body.get(field).as_i64().and_then(|number| u64::try_from(number).ok());
        let flag = |field: &str| body.get(field).as_bool() == Some(true);
        let since_ms = match number("sinceSeconds") {
            Some(seconds) => Some(now_ms.saturating_sub(seconds.saturating_mul(1000))),
            None => time::parse_rfc3339(body.get("sinceTime").str()),
        };
        LogOptions {
            container: body.get("container").str().into(),
            previous: flag("previous"),
            timestamps: flag("timestamps"),
            tail_lines: number("tailLines"),
            since_ms,
            limit_bytes: number("limitBytes"),
            position: number("position").unwrap_or(0),
            unfinished: flag("unfinished"),
        }
    }
}

/// A part of a log.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LogText {
    /// The lines.
    pub text: String,
    /// The number of the line after the last: [`LogOptions::position`] of the next request.
    pub position: u64,
    /// Whether nothing more will come: the container has ended.
    pub is_complete: bool,
}

impl Kubelets {
    /// What a container of `pod` (the object as the server has it) wrote.
    ///
    /// # Errors
    /// The server's or the kubelet's refusal.
    pub fn logs(&self, pod: &Value, options: &LogOptions) -> Result<LogText, Status> {
        let container = container_name(pod, &options.container)?;
        let node_name = pod.path("spec.nodeName").str();
        let Some(node) = self.node(node_name) else {
            // A pod without a node has written nothing.
            return Ok(LogText::default());
        };
        if node.stopped || node.cut_off.is_some() {
            let address = format!("{}:10250", node.config.internal_ip);
            let why = if node.stopped { "net/http: TLS handshake timeout".to_string() } else { format!("dial tcp {address}: i/o timeout") };
            let path = format!("containerLogs/{}/{}/{container}", meta::namespace(pod), meta::name(pod));
            return Err(Status::other(500, "", format!("Get \"https://{address}/{path}\": {why}")));
        }
        let Some(worker) = node.pod(meta::uid(pod)) else {
            let message = format!("pod \"{}\" cannot be found - no logs available", meta::name(pod));
            return Err(Status::other(500, "InternalError", message));
        };
        let id = container_id(worker, &container, options.previous).map_err(Status::bad_request)?;
        Ok(read(node, &id, options))
    }
}

/// The container that is meant.
fn container_name(pod: &Value, asked: &str) -> Result<SmolStr, Status> {
    let regular = containers(pod, super::pod_spec::ContainerKind::Regular);
    if !asked.is_empty() {
        let known = KINDS.iter().any(|kind| containers(pod, *kind).iter().any(|container| container.get("name").str() == asked));
        let refusal = || Status::bad_request(format!("container {asked} is not valid for pod {}", meta::name(pod)));
        return if known { Ok(asked.into()) } else { Err(refusal()) };
    }
    let all: Vec<&str> = KINDS.iter().flat_map(|kind| containers(pod, *kind)).map(|container| container.get("name").str()).collect();
    if all.len() == 1 {
        return Ok(all[0].into());
    }
    let names: Vec<&str> = regular.iter().map(|container| container.get("name").str()).collect();
    let init: Vec<&str> = containers(pod, super::pod_spec::ContainerKind::Init).iter().map(|container| container.get("name").str()).collect();
    let mut message = format!("a container name must be specified for pod {}, choose one of: [{}]", meta::name(pod), names.join(" "));
    if !init.is_empty() {
        message.push_str(&format!(" or one of the init containers: [{}]", init.join(" ")));
    }
    Err(Status::bad_request(message))
}

/// Which of the container's runs is meant: upstream's `validateContainerLogStatus`.
fn container_id(worker: &PodWorker, name: &str, previous: bool) -> Result<ContainerId, String> {
    let pod_name = meta::name(&worker.pod);
    let status = worker.last_status();
    let all = KINDS.iter().flat_map(|kind| status.get(kind.status_field()).items());
    let found = all.into_iter().find(|status| status.get("name").str() == name).unwrap_or(&NULL);
    if found.is_null() {
        return Err(format!("container \"{name}\" in pod \"{pod_name}\" is not available"));
    }
    let last = found.path("lastState.terminated.containerID").str();
    let state = found.get("state");
    let (waiting, terminated) = (state.get("waiting"), state.get("terminated"));
    let id = if previous {
        if last.is_empty() {
            return Err(format!("previous terminated container \"{name}\" in pod \"{pod_name}\" not found"));
        }
        last
    } else if !state.get("running").is_null() {
        found.get("containerID").str()
    } else if !terminated.get("containerID").is_empty() {
        terminated.get("containerID").str()
    } else if !last.is_empty() {
        last
    } else if !terminated.is_null() || !found.path("lastState.terminated").is_null() {
        return Err(format!("container \"{name}\" in pod \"{pod_name}\" is terminated"));
    } else {
        let why = match waiting.get("reason").str() {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            reason => reason,
        };
        return Err(format!("container \"{name}\" in pod \"{pod_name}\" is waiting to start: {why}"));
    };
    Ok(ContainerId(SmolStr::new(id.trim_start_matches("containerd://"))))
}

fn read(node: &Node, id: &ContainerId, options: &LogOptions) -> LogText {
    let (Some(log), Some(status)) = (node.runtime.logs(id), node.runtime.container_status(id)) else {
        // The kubelet has begun its answer when it finds that the container is gone.
        return LogText { text: format!("unable to retrieve container logs for {id}"), position: 0, is_complete: true };
    };
    let is_complete = !super::pod_status::is_running(&status);
    let unfinished = if options.unfinished { log.unfinished() } else { String::new() };
    LogText { text: text(log, options) + &unfinished, position: log.end(), is_complete }
}

fn text(log: &Log, options: &LogOptions) -> String {
    let is_wanted = |line: &&LogLine| options.since_ms.is_none_or(|since_ms| line.at_ms >= since_ms);
    let mut lines: Vec<&LogLine> = log.since(options.position).collect();
    // The tail is counted first; what is older than wanted is left out of it.
    if let Some(count) = options.tail_lines {
        lines.drain(..lines.len().saturating_sub(count as usize));
    }
    let mut text = String::new();
    for line in lines.iter().filter(|line| is_wanted(line)) {
        if options.timestamps {
            let whole = time::rfc3339(line.at_ms);
            text.push_str(&format!("{}.{:03}000000Z ", whole.trim_end_matches('Z'), line.at_ms % 1000));
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    if let Some(limit) = options.limit_bytes {
        let mut end = text.len().min(limit as usize);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}
