//! The API server: a request in, a response out. The only door to the store.
//!
//! Never: acts by itself. Whatever happens later happens because a controller saw the write.

mod admission;
mod allocation;
mod authorization;
pub mod bootstrap;
pub mod client;
mod convert;
mod custom_resources;
mod decode;
pub mod http;
mod managed_fields;
mod metadata;
mod patch;
pub mod quota;
mod recorder;
pub mod request;
pub mod selectors;
mod subresources;
mod table;
#[cfg(test)]
mod tests;
mod verbs;

use crate::api::random::Random;
use crate::api::registry::Registry;
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, GroupResource, ObjectKey};
use crate::api::status::Status;
use crate::store::{Cause, Store};
use crate::value::Value;
use request::{Request, Response};

/// The API server with its store.
#[derive(Clone)]
pub struct Server {
    store: Store,
    registry: Registry,
    random: Random,
    correlator: recorder::Correlator,
    node_ports: allocation::NodePorts,
    paged_lists: imbl::Vector<Store>,
}

impl Server {
    /// A server with an empty store.
    pub fn new(seed: u64) -> Server {
        Server {
            store: Store::new(),
            registry: Registry::built_in(),
            random: Random::new(seed),
            correlator: recorder::Correlator::default(),
            node_ports: allocation::NodePorts::new(),
            paged_lists: imbl::Vector::new(),
        }
    }

    /// The store, for reading. What informers' caches are upstream.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The kinds it serves.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Writes an object as it is: the last step of all writes.
    fn put(&mut self, resource: &GroupResource, object: Value, now_ms: u64, cause: Cause) -> Value {
        let written = self.store.put(resource, object, now_ms, cause.clone());
        if *resource == CUSTOM_RESOURCE_DEFINITIONS {
            return custom_resources::definition::written(self, &written, now_ms, &cause);
        }
        written
    }

    /// Takes an object out: the last step of all deletes.
    fn remove(&mut self, resource: &GroupResource, key: &ObjectKey, now_ms: u64, cause: Cause) -> Option<Value> {
        let removed = self.store.remove(resource, key, now_ms, cause.clone())?;
        custom_resources::definition::removed(self, resource, &removed, now_ms, &cause);
        Some(removed)
    }

    /// Whether the user may make this request.
    ///
    /// # Errors
    /// `pods \"x\" is forbidden: User …`.
    pub fn authorize(&self, request: &Request) -> Result<(), Status> {
        authorization::authorize(self, request)
    }

    /// Carries out a request at `now_ms` (milliseconds since the Unix epoch).
    pub fn handle(&mut self, request: &Request, now_ms: u64) -> Response {
        let deprecation = self.registry.resource(&request.resource).and_then(|kind| kind.strategy.deprecation());
        let mut warnings: Vec<String> = deprecation.map(str::to_string).into_iter().collect();
        match self.execute(request, now_ms, &mut warnings) {
            Ok(body) => Response { code: if request.creates() { 201 } else { 200 }, body, warnings },
            Err(status) => Response { code: status.code, body: status.body(), warnings },
        }
    }

    /// As [`Server::handle`], for callers that want the failure as a value.
    ///
    /// # Errors
    /// The `Status` that the server answers.
    pub fn execute(&mut self, request: &Request, now_ms: u64, warnings: &mut Vec<String>) -> Result<Value, Status> {
        verbs::execute(self, request, now_ms, warnings)
    }
}
