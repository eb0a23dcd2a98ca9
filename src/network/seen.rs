//! The network as processes in containers meet it.

use super::Network;
use super::connect;
use super::containers::{Containers, Served};
use super::dns::{self, Resolver};
use super::hop::Place;
use super::request;
use super::source::{Client, Source};
use crate::api::resource::{ObjectKey, PODS};
use crate::kubelet::runtime::{self, ConnectError, Connection, HttpOutcome, HttpRequest, Resolution, ResolveError, SandboxConfig};
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// The network as processes in containers meet it, for as long as the containers are asked about it.
pub struct SeenByContainers<'a> {
    network: &'a mut Network,
    store: &'a Store,
    containers: &'a dyn Containers,
    served: &'a mut Vec<Served>,
}

impl<'a> SeenByContainers<'a> {
    pub(super) fn new(network: &'a mut Network, store: &'a Store, containers: &'a dyn Containers, served: &'a mut Vec<Served>) -> SeenByContainers<'a> {
        SeenByContainers { network, store, containers, served }
    }

    fn next_draw(&mut self) -> u64 {
        self.network.connections += 1;
        self.network.connections
    }

    fn client(&self, from: &SandboxConfig) -> Client {
        let source = Source::Pod(ObjectKey::new(&from.namespace, &from.name));
        Client::of(&source, self.store).unwrap_or(Client { pod: Value::Null, node: "".into(), ip: from.ip.clone(), is_ingress_controller: false })
    }
}

/// Where the requests of a sandbox's containers come from.
fn place(sandbox: &SandboxConfig) -> Option<Place> {
    Some((PODS, ObjectKey::new(&sandbox.namespace, &sandbox.name)))
}

impl runtime::Network for SeenByContainers<'_> {
    fn resolve(&mut self, from: &SandboxConfig, name: &str, _now_ms: u64) -> Resolution {
        let draw = self.next_draw();
        let view = self.network.view(self.store, self.containers, draw);
        let resolved = dns::resolve(&view, &self.client(from), &Resolver::of_sandbox(from), name, &mut Vec::new());
        Resolution { delay_ms: resolved.delay_ms, canonical_name: resolved.canonical_name, server: resolved.server, answer: resolved.answer }
    }

    fn connect(&mut self, from: &SandboxConfig, host: &str, port: u16, _now_ms: u64) -> Connection {
        let draw = self.next_draw();
        let view = self.network.view(self.store, self.containers, draw);
        let (client, mut hops) = (self.client(from), Vec::new());
        let resolved = dns::resolve(&view, &client, &Resolver::of_sandbox(from), host, &mut hops);
        let address = match resolved.answer {
            Err(error) => return Connection { delay_ms: resolved.delay_ms, address: SmolStr::default(), error: Some(ConnectError::Resolve(error)) },
            Ok(addresses) => addresses.first().cloned(),
        };
        let Some(address) = address else {
            return Connection { delay_ms: resolved.delay_ms, address: SmolStr::default(), error: Some(ConnectError::Resolve(ResolveError::NoSuchHost)) };
        };
        let dialled = connect::dial(&view, &client, &address, port, &mut hops);
        self.network.ways.note(place(from), &hops, dialled.result.is_ok());
        Connection { delay_ms: resolved.delay_ms + dialled.delay_ms, address, error: dialled.result.err() }
    }

    fn http(&mut self, from: &SandboxConfig, request: &HttpRequest, now_ms: u64) -> HttpOutcome {
        let draw = self.next_draw();
        let view = self.network.view(self.store, self.containers, draw);
        let answer = request::send(&view, &self.client(from), &Resolver::of_sandbox(from), request, now_ms, Vec::new());
        self.network.ways.note(place(from), &answer.hops, answer.outcome.is_ok());
        self.served.extend(answer.served);
        HttpOutcome { delay_ms: answer.delay_ms, address: answer.address, result: answer.outcome }
    }
}
