//! Lifecycle hooks: `pkg/kubelet/lifecycle/handlers.go`.

use super::node::ExecOwner;
use super::pod_spec;
use super::pod_sync::PodSync;
use super::ports::resolve_port;
use super::runtime::{ContainerId, ExecError, ExecId, ExecOptions, HttpRequest};
use super::text;
use crate::api::time;
use crate::value::{SmolStr, Value};

/// A hook under way.
#[derive(Clone, Debug)]
pub enum HookRun {
    /// A command in the container.
    Exec {
        /// The command in the runtime.
        exec: ExecId,
        /// What its failure says before the reason.
        what: String,
    },
    /// A request whose answer comes, or a sleep that ends, at this time.
    Until {
        /// When.
        time_ms: u64,
        /// How it went.
        outcome: Result<(), String>,
    },
}

impl PodSync<'_, '_> {
    /// Starts a hook. `limit_ms` bounds how long a command may run; 0 is no limit.
    pub(super) fn begin_hook(&mut self, id: &ContainerId, container: &Value, hook: &Value, limit_ms: u64) -> HookRun {
        if !hook.get("exec").is_null() {
            let command: Vec<SmolStr> = hook.path("exec.command").items().iter().map(|word| SmolStr::new(word.str())).collect();
            let options = ExecOptions { timeout_ms: limit_ms, ..ExecOptions::default() };
            let exec = self.node.runtime.exec(id, &command, options, self.now_ms, &mut *self.wires.network(self.client.server().store()));
            self.node.execs.insert(exec, ExecOwner::Worker(self.worker.id));
            let what = format!(
                "Exec lifecycle hook ([{}]) for Container \"{}\" in Pod \"{}\" failed",
                command.join(" "),
                container.get("name").str(),
                pod_spec::full_name(&self.worker.pod)
            );
            return HookRun::Exec { exec, what };
        }
        let (delay_ms, outcome) = if !hook.get("sleep").is_null() {
            (time::seconds_ms(hook.path("sleep.seconds").as_i64().unwrap_or(0)), Ok(()))
        } else if !hook.get("httpGet").is_null() {
            self.hook_request(container, hook.get("httpGet"))
        } else {
            (0, Err("invalid handler: tcpSocket is not supported in lifecycle hooks".to_string()))
        };
        let time_ms = self.now_ms.saturating_add(delay_ms);
        self.wake_at(time_ms);
        HookRun::Until { time_ms, outcome }
    }

    /// Any answer will do, whatever its status code.
    fn hook_request(&mut self, container: &Value, action: &Value) -> (u64, Result<(), String>) {
        let port = match resolve_port(action.get("port"), container) {
            Ok(port) => port,
            Err(message) => return (0, Err(message)),
        };
        let host = match action.get("host").str() {
            "" => self.worker.ip.clone(),
            host => host.into(),
        };
        let request = HttpRequest {
            method: "GET".into(),
            scheme: action.get("scheme").str().to_lowercase().into(),
            host: host.clone(),
            port,
            path: text::request_path(action.get("path").str()),
            headers: text::request_headers(action, &host, port, "kube-lifecycle"),
            body: String::new(),
        };
        match self.http(&request) {
            (delay_ms, Ok(_)) => (delay_ms, Ok(())),
            (delay_ms, Err(message)) => (delay_ms, Err(message)),
        }
    }

    /// How the hook went; `None` while it runs.
    pub(super) fn poll_hook(&mut self, hook: &mut HookRun) -> Option<Result<(), String>> {
        match hook {
            HookRun::Until { time_ms, outcome } => {
                if self.now_ms < *time_ms {
                    self.wake_at(*time_ms);
                    return None;
                }
                Some(outcome.clone())
            }
            HookRun::Exec { exec, what } => {
                let result = self.node.runtime.exec_result(*exec)?.clone();
                self.node.execs.remove(exec);
                self.node.runtime.exec_forget(*exec, self.now_ms);
                let error = match &result.outcome {
                    Ok(0) => return Some(Ok(())),
                    Ok(code) => format!("command '{what}' exited with {code}"),
                    Err(ExecError::NotFound(message) | ExecError::TimedOut(message) | ExecError::NotRunning(message)) => message.clone(),
                };
                Some(Err(format!("{what} - error: {error}, message: {:?}", result.output)))
            }
        }
    }
}
