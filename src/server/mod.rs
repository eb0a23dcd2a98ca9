//! The API server: a request in, a response out. The only door to the store.
//!
//! Never: acts by itself. Whatever happens later happens because a controller saw the write.

pub mod client;
mod recorder;
pub mod request;
mod verbs;

use crate::api::random::Random;
use crate::api::registry::Registry;
use crate::api::status::Status;
use crate::store::Store;
use request::{Request, Response};

/// The API server with its store.
#[derive(Clone)]
pub struct Server {
    store: Store,
    registry: Registry,
    random: Random,
    correlator: recorder::Correlator,
}

impl Server {
    /// A server with an empty store.
    pub fn new(seed: u64) -> Server {
        Server { store: Store::new(), registry: Registry::built_in(), random: Random::new(seed), correlator: recorder::Correlator::default() }
    }

    /// The store, for reading. What informers' caches are upstream.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The kinds it serves.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Carries out a request at `now_ms` (milliseconds since the Unix epoch).
    pub fn handle(&mut self, request: &Request, now_ms: u64) -> Response {
        let mut warnings = Vec::new();
        match self.execute(request, now_ms, &mut warnings) {
            Ok(body) => Response { code: if request.creates() { 201 } else { 200 }, body, warnings },
            Err(status) => Response { code: status.code, body: status.body(), warnings },
        }
    }

    /// As [`Server::handle`], for callers that want the failure as a value.
    ///
    /// # Errors
    /// The `Status` that the server answers.
    pub fn execute(&mut self, request: &Request, now_ms: u64, warnings: &mut Vec<String>) -> Result<crate::value::Value, Status> {
        verbs::execute(self, request, now_ms, warnings)
    }
}
