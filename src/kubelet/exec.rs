//! `kubectl exec`: commands in containers, for somebody outside.

use super::Kubelets;
use super::node::ExecOwner;
use super::pod_spec::{self, ContainerKind};
use super::runtime::{ContainerId, ExecId, ExecOptions, ExecResult, Network};
use crate::api::meta;
use crate::api::status::Status;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// A command that runs in a container, or has run there.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecHandle {
    node: SmolStr,
    exec: ExecId,
}

/// `PodExecOptions`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ExecRequest {
    /// `container`; `""` for the first one.
    pub container: SmolStr,
    /// `command`.
    pub command: Vec<SmolStr>,
    /// Whether its standard input will be written to.
    pub stdin: bool,
    /// Whether it has a terminal.
    pub tty: bool,
}

impl ExecRequest {
    /// Reads the body of a request for the subresource `exec`.
    pub fn from_body(body: &Value) -> ExecRequest {
        ExecRequest {
            container: body.get("container").str().into(),
            command: body.get("command").items().iter().map(|word| SmolStr::new(word.str())).collect(),
            stdin: body.get("stdin").as_bool() == Some(true) || !body.get("input").is_null(),
            tty: body.get("tty").as_bool() == Some(true),
        }
    }
}

impl Kubelets {
    /// Starts a command in a container of `pod` (the object as the server has it). Its output and result are asked for with the
    /// handle, as cluster time goes by.
    ///
    /// # Errors
    /// The server's or the kubelet's refusal.
    pub fn exec(&mut self, pod: &Value, request: &ExecRequest, network: &mut dyn Network, now_ms: u64) -> Result<ExecHandle, Status> {
        let name = if request.container.is_empty() {
            let first = pod_spec::containers(pod, ContainerKind::Regular).first();
            SmolStr::new(first.map_or("", |container| container.get("name").str()))
        } else {
            request.container.clone()
        };
        if pod_spec::container(pod, &name).1.is_null() {
            return Err(Status::bad_request(format!("container {name} is not valid for pod {}", meta::name(pod))));
        }
        let node_name = SmolStr::new(pod.path("spec.nodeName").str());
        if node_name.is_empty() {
            return Err(Status::bad_request(format!("pod {} does not have a host assigned", meta::name(pod))));
        }
        let not_found = || Status::other(500, "InternalError", format!("unable to upgrade connection: container not found (\"{name}\")"));
        let Some(node) = self.nodes.get_mut(&node_name) else { return Err(not_found()) };
        let node = Arc::make_mut(node);
        if node.stopped {
            let address = format!("{}:10250", node.config.internal_ip);
            return Err(Status::other(500, "InternalError", format!("error dialing backend: dial tcp {address}: connect: connection refused")));
        }
        if node.cut_off.is_some() {
            let address = format!("{}:10250", node.config.internal_ip);
            return Err(Status::other(500, "InternalError", format!("error dialing backend: dial tcp {address}: i/o timeout")));
        }
        let id = running_container(node, meta::uid(pod), &name).ok_or_else(not_found)?;
        let options = ExecOptions { timeout_ms: 0, stdin: request.stdin, tty: request.tty, is_from_outside: true };
        let exec = node.runtime.exec(&id, &request.command, options, now_ms, network);
        node.execs.insert(exec, ExecOwner::Outside);
        self.plan(&node_name);
        Ok(ExecHandle { node: node_name, exec })
    }

    /// How a command ended; `None` while it runs.
    pub fn exec_result(&self, handle: &ExecHandle) -> Option<&ExecResult> {
        self.node(&handle.node)?.runtime.exec_result(handle.exec)
    }

    /// What a command wrote so far to standard output, and to standard error.
    pub fn exec_streams(&self, handle: &ExecHandle) -> (&str, &str) {
        self.node(&handle.node).map_or(("", ""), |node| node.runtime.exec_streams(handle.exec))
    }

    /// Types into the first process of a container; none: its input ends.
    ///
    /// # Errors
    /// Where it doesn't run, or has no standard input.
    pub fn attach_input(&mut self, pod: &Value, container: &str, text: Option<&str>, network: &mut dyn Network, now_ms: u64) -> Result<(), Status> {
        let node_name = SmolStr::new(pod.path("spec.nodeName").str());
        let not_found = || Status::other(500, "InternalError", format!("unable to upgrade connection: container not found (\"{container}\")"));
        let node = Arc::make_mut(self.nodes.get_mut(&node_name).ok_or_else(not_found)?);
        let id = running_container(node, meta::uid(pod), container).ok_or_else(not_found)?;
        node.runtime.container_input(&id, text, now_ms, network);
        self.plan(&node_name);
        Ok(())
    }

    /// Types into a command's standard input; `None` closes it.
    pub fn exec_input(&mut self, handle: &ExecHandle, text: Option<&str>, network: &mut dyn Network, now_ms: u64) {
        let Some(node) = self.nodes.get_mut(&handle.node) else { return };
        let runtime = &mut Arc::make_mut(node).runtime;
        match text {
            Some(text) => runtime.exec_write(handle.exec, text, now_ms, network),
            None => runtime.exec_close(handle.exec, now_ms, network),
        }
        self.plan(&handle.node);
    }

    /// The caller is done with a command; it is killed where it still runs.
    pub fn exec_forget(&mut self, handle: &ExecHandle, now_ms: u64) {
        let Some(node) = self.nodes.get_mut(&handle.node) else { return };
        let node = Arc::make_mut(node);
        node.execs.remove(&handle.exec);
        node.runtime.exec_forget(handle.exec, now_ms);
        self.plan(&handle.node);
    }
}

fn running_container(node: &super::Node, uid: &str, name: &str) -> Option<ContainerId> {
    let worker = node.pod(uid)?;
    let ids = node.runtime.containers(worker.sandbox.as_ref()?);
    let statuses = ids.iter().rev().filter_map(|id| node.runtime.container_status(id));
    statuses.into_iter().find(|status| status.name == name && super::pod_status::is_running(status)).map(|status| status.id)
}
