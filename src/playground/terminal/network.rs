//! The network as the person's own computer meets it: forwarded ports, the machines, and names.

use super::World;
use super::computer::Computer;
use crate::kubelet::runtime::{ConnectError, Connection, HttpOutcome, HttpRequest, Network, Resolution, SandboxConfig};
use crate::network::Source;
use crate::playground::history::Action;
use crate::value::SmolStr;

/// How long a connection on one machine takes.
const LOCAL_MS: u64 = 1;
/// The address of the computer itself.
const LOCAL: &str = "127.0.0.1";

/// The computer's network for as long as its processes run.
pub struct Outside<'a, 'w> {
    world: &'a mut World<'w>,
    computer: &'a mut Computer,
    /// The text of its `/etc/hosts`.
    hosts: String,
}

impl<'a, 'w> Outside<'a, 'w> {
    /// The network of a computer with this `/etc/hosts`.
    pub fn new(world: &'a mut World<'w>, computer: &'a mut Computer, hosts: String) -> Outside<'a, 'w> {
        Outside { world, computer, hosts }
    }

    /// What `/etc/hosts` says of a name.
    fn host_address(&self, name: &str) -> Option<SmolStr> {
        if matches!(name, "localhost" | LOCAL | "::1" | "0.0.0.0") {
            return Some(LOCAL.into());
        }
        let lines = self.hosts.lines().map(|line| line.split('#').next().unwrap_or(""));
        lines.map(str::split_whitespace).find_map(|mut words| {
            let address = words.next()?;
            words.any(|word| word == name).then(|| address.into())
        })
    }

    /// Sends a request.
    pub fn send(&mut self, request: &HttpRequest) -> HttpOutcome {
        let mut request = request.clone();
        if let Some(address) = self.host_address(&request.host) {
            request.host = address;
        }
        let mut source = Source::Outside;
        if request.host == LOCAL {
            let Some((node, address, port)) = self.computer.take_connection(request.port, self.world.cluster) else {
                return HttpOutcome { delay_ms: LOCAL_MS, address: request.host, result: Err(ConnectError::Refused) };
            };
            (source, request.host, request.port) = (Source::Node(node), address, port);
        }
        self.world.history.record(Action::Visit(Box::new((source.clone(), request.clone()))), self.world.cluster);
        let answer = self.world.cluster.visit(&source, &request);
        HttpOutcome { delay_ms: answer.delay_ms, address: answer.address, result: answer.outcome }
    }
}

impl Network for Outside<'_, '_> {
    fn resolve(&mut self, from: &SandboxConfig, name: &str, now_ms: u64) -> Resolution {
        match self.host_address(name) {
            Some(address) => Resolution { delay_ms: 0, canonical_name: name.into(), server: LOCAL.into(), answer: Ok(vec![address]) },
            None => self.world.cluster.with_network(|_, network| network.resolve(from, name, now_ms)),
        }
    }

    fn connect(&mut self, from: &SandboxConfig, host: &str, port: u16, now_ms: u64) -> Connection {
        let address = self.host_address(host).unwrap_or_else(|| host.into());
        if address == LOCAL {
            let error = (!self.computer.is_open(port)).then_some(ConnectError::Refused);
            return Connection { delay_ms: LOCAL_MS, address, error };
        }
        self.world.cluster.with_network(|_, network| network.connect(from, &address, port, now_ms))
    }

    fn http(&mut self, _from: &SandboxConfig, request: &HttpRequest, _now_ms: u64) -> HttpOutcome {
        self.send(request)
    }
}
