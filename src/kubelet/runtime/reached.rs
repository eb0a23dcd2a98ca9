//! What containers ask for over the network, and who answers in a pod.

use super::Runtime;
use super::config::{SandboxConfig, SandboxId};
use super::container::Container;
use super::kernel::{Ask, Progress, Reply};
use super::net::{Answer, ConnectError, Connection, HttpOutcome, HttpRequest, Network};
use crate::value::SortedSet;
use smol_str::SmolStr;
use std::sync::Arc;

/// The containers' side: what they ask for.
impl Runtime {
    /// What comes of a request: the pod itself is asked here, all others by the network.
    pub(super) fn ask(&mut self, container: &mut Container, ask: Ask, now_ms: u64, network: &mut dyn Network) -> (Reply, u64) {
        let sandbox = container.sandbox_config.clone();
        match ask {
            Ask::Resolve(name) => {
                let resolution = network.resolve(&sandbox, &name, now_ms);
                let delay_ms = resolution.delay_ms;
                (Reply::Resolved(resolution), delay_ms)
            }
            Ask::Connect(host, port) => {
                let connection = match own_address(&sandbox, &host) {
                    Some(address) => {
                        let listens = container.kernel.listeners.contains_key(&port) || self.listens(&container.sandbox, port);
                        Connection { delay_ms: 0, address, error: (!listens).then_some(ConnectError::Refused) }
                    }
                    None => network.connect(&sandbox, &host, port, now_ms),
                };
                let delay_ms = connection.delay_ms;
                (Reply::Connected(connection), delay_ms)
            }
            Ask::Http(request) => {
                let outcome = match own_address(&sandbox, &request.host) {
                    Some(address) => self.ask_own_pod(container, &request, address, now_ms),
                    None => network.http(&sandbox, &request, now_ms),
                };
                let delay_ms = outcome.delay_ms;
                (Reply::Http(outcome), delay_ms)
            }
            // Nobody drives such a program here: its file was copied into a container.
            Ask::Program(_) | Ask::Input(_) => (Reply::Program(Progress { exit_code: Some(126), ..Progress::default() }), 0),
        }
    }

    fn ask_own_pod(&mut self, container: &mut Container, request: &HttpRequest, address: SmolStr, now_ms: u64) -> HttpOutcome {
        let own = container.kernel.listeners.contains_key(&request.port);
        let answer = if own { container.answer(request, &address, &self.volumes, now_ms) } else { self.answer(&container.sandbox, request, &address, now_ms) };
        let Some(answer) = answer else { return HttpOutcome { delay_ms: 0, address, result: Err(ConnectError::Refused) } };
        if own {
            container.served(request.port, &answer, now_ms);
        } else {
            self.served(&container.sandbox, request.port, &answer, now_ms);
        }
        HttpOutcome { delay_ms: answer.delay_ms, address, result: Ok(answer.response) }
    }

    /// Tells the sandbox which ports the container listens on now.
    pub(super) fn sync_ports(&mut self, container: &mut Container) {
        let ports: SortedSet<u16> = container.kernel.listeners.keys().copied().collect();
        if ports == container.ports {
            return;
        }
        if let Some(sandbox) = self.sandboxes.get_mut(&container.sandbox) {
            let sandbox = Arc::make_mut(sandbox);
            sandbox.ports.retain(|_, owner| *owner != container.id);
            for port in &ports {
                sandbox.ports.insert(*port, container.id.clone());
            }
        }
        container.ports = ports;
    }
}

/// The address that a name of the pod itself has.
fn own_address(sandbox: &SandboxConfig, host: &str) -> Option<SmolStr> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host {
        "localhost" | "::1" | "0.0.0.0" => Some("127.0.0.1".into()),
        _ if host.starts_with("127.") => Some(host.into()),
        _ if host == sandbox.ip || host == sandbox.hostname => Some(sandbox.ip.clone()),
        _ => None,
    }
}

/// The network's side: who listens, and what is answered.
impl Runtime {
    /// Whether something in the sandbox accepts connections to that port.
    pub fn listens(&self, sandbox: &SandboxId, port: u16) -> bool {
        self.sandboxes.get(sandbox).is_some_and(|sandbox| sandbox.ports.contains_key(&port))
    }

    /// The ports on which something in the sandbox listens.
    pub fn ports(&self, sandbox: &SandboxId) -> Vec<u16> {
        self.sandboxes.get(sandbox).map(|sandbox| sandbox.ports.keys().copied().collect()).unwrap_or_default()
    }

    /// What the server on that port says to a request; none: connection refused. Changes nothing: see [`Runtime::served`].
    pub fn answer(&self, sandbox: &SandboxId, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        let owner = self.sandboxes.get(sandbox)?.ports.get(&request.port)?;
        self.containers.get(owner)?.answer(request, client_ip, &self.volumes, now_ms)
    }

    /// The answer was given: the server logs it.
    pub fn served(&mut self, sandbox: &SandboxId, port: u16, answer: &Answer, now_ms: u64) {
        let Some(owner) = self.sandboxes.get(sandbox).and_then(|sandbox| sandbox.ports.get(&port)).cloned() else { return };
        if let Some(mut container) = self.take(&owner) {
            container.served(port, answer, now_ms);
            self.put(container);
        }
    }

    /// [`Runtime::answer`] and [`Runtime::served`] in one: what an HTTP probe does.
    pub fn http_get(&mut self, sandbox: &SandboxId, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        let answer = self.answer(sandbox, request, client_ip, now_ms)?;
        self.served(sandbox, request.port, &answer, now_ms);
        Some(answer)
    }
}
