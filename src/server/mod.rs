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
pub mod patch;
pub mod quota;
mod recorder;
pub mod request;
pub mod selectors;
mod subresources;
mod table;
#[cfg(test)]
mod tests;
mod verbs;

use crate::api::meta;
use crate::api::random::Random;
use crate::api::registry::Registry;
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, EVENTS, GroupResource, ObjectKey};
use crate::api::status::Status;
use crate::store::{Cause, Store};
use crate::value::{SmolStr, Value, Vector};
pub use admission::default_class;
use request::{BODY_LIMIT_BYTES, PatchType, Request, Response, Verb, too_large};

/// The API server with its store.
#[derive(Clone)]
pub struct Server {
    store: Store,
    registry: Registry,
    random: Random,
    correlator: recorder::Correlator,
    node_ports: allocation::NodePorts,
    paged_lists: Vector<Store>,
    event_leases: Vector<EventLease>,
    shared_sets: managed_fields::SharedSets,
    /// What `metrics.k8s.io` answers, where it is served: not part of the store, since it is measured and not kept.
    metrics: Option<Store>,
}

/// How long Events are kept after the last write of them (`--event-ttl`).
const EVENT_TTL_MS: u64 = 3_600_000;

/// When an Event goes, unless it is written again.
#[derive(Clone)]
struct EventLease {
    end_ms: u64,
    key: ObjectKey,
    resource_version: SmolStr,
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
            paged_lists: Vector::new(),
            event_leases: Vector::new(),
            shared_sets: managed_fields::SharedSets::default(),
            metrics: None,
        }
    }

    /// Serves `metrics.k8s.io` from now on, as a cluster with metrics-server does.
    pub fn serve_metrics(&mut self) {
        self.metrics = Some(Store::new());
        crate::api::kinds::metrics::kinds().into_iter().for_each(|kind| self.registry.add(kind));
    }

    /// Whether it serves `metrics.k8s.io`.
    pub fn serves_metrics(&self) -> bool {
        self.metrics.is_some()
    }

    /// What was measured last: PodMetrics and NodeMetrics.
    pub fn metrics(&self) -> Option<&Store> {
        self.metrics.as_ref()
    }

    /// Takes over what was measured.
    pub fn set_metrics(&mut self, measured: Store) {
        self.metrics = Some(measured);
    }

    /// The store, for reading. What informers' caches are upstream.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Forgets the writes that watches could still read.
    pub fn compact(&mut self) {
        self.store.compact();
    }

    /// The kinds it serves.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Writes an object as it is: the last step of all writes.
    fn put(&mut self, resource: &GroupResource, object: Value, now_ms: u64, cause: Cause) -> Value {
        let written = self.store.put(resource, object, now_ms, cause.clone());
        if *resource == EVENTS {
            let resource_version = SmolStr::new(written.path("metadata.resourceVersion").str());
            self.event_leases.push_back(EventLease { end_ms: now_ms + EVENT_TTL_MS, key: meta::key(&written), resource_version });
        }
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

    /// Lets go of the Events whose time is over, as etcd does with its leases. Happens at each request, too.
    pub fn expire_events(&mut self, now_ms: u64) {
        while let Some(lease) = self.event_leases.front().filter(|lease| lease.end_ms <= now_ms).cloned() {
            self.event_leases.pop_front();
            let current = self.store.get_key(&EVENTS, &lease.key).map(|event| event.path("metadata.resourceVersion").str() == lease.resource_version);
            if current == Some(true) {
                self.remove(&EVENTS, &lease.key, now_ms, Cause { actor: "etcd".into(), because: None });
            }
        }
    }

    /// Carries out a request at `now_ms` (milliseconds since the Unix epoch).
    pub fn handle(&mut self, request: &Request, now_ms: u64) -> Response {
        let deprecation = self.registry.resource(&request.resource).and_then(|kind| kind.strategy.deprecation());
        let mut warnings: Vec<String> = deprecation.map(str::to_string).into_iter().collect();
        // Updates and applies may make what isn't there, too.
        let makes = request.creates()
            || matches!(request.verb, Verb::Update | Verb::Patch(PatchType::Apply))
                && self.store.get(&convert::storage_resource(&request.resource), &request.namespace, &request.name).is_none();
        // What the cluster's own actors send is never so large.
        let is_too_large = request.body.json_bytes(BODY_LIMIT_BYTES) > BODY_LIMIT_BYTES;
        match if is_too_large { Err(too_large()) } else { self.execute(request, now_ms, &mut warnings) } {
            Ok(body) => Response { code: if makes { 201 } else { 200 }, body, warnings },
            Err(status) => Response { code: status.code, body: status.body(), warnings },
        }
    }

    /// As [`Server::handle`], for callers that want the failure as a value.
    ///
    /// # Errors
    /// The `Status` that the server answers.
    pub fn execute(&mut self, request: &Request, now_ms: u64, warnings: &mut Vec<String>) -> Result<Value, Status> {
        self.expire_events(now_ms);
        verbs::execute(self, request, now_ms, warnings)
    }
}
