//! How controllers, scheduler and kubelets talk to the server: one client for one actor at one moment.

use super::Server;
use super::request::{Options, PatchType, Request, User, Verb};
use crate::api::random::Random;
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::store::{Cause, Store};
use crate::value::{SmolStr, Value};

/// A client of the server. Reads come from the store directly, as upstream's come from informers; writes are requests.
pub struct Client<'a> {
    server: &'a mut Server,
    now_ms: u64,
    user: User,
    cause: Cause,
    requests: usize,
    /// What it last saw of the cluster, where its way to the server is cut.
    cut_off: Option<Box<Store>>,
}

impl<'a> Client<'a> {
    /// A client for `user` at `now_ms`, whose writes have the actor and reason that `cause` says.
    pub fn new(server: &'a mut Server, now_ms: u64, user: User, cause: Cause) -> Client<'a> {
        Client { server, now_ms, user, cause, requests: 0, cut_off: None }
    }

    /// The same client where its way to the server is cut: it reads what it has `seen` last, and its writes reach nobody.
    pub fn cut_off(mut self, seen: Store) -> Client<'a> {
        self.cut_off = Some(Box::new(seen));
        self
    }

    /// Whether its way to the server is cut.
    pub fn is_cut_off(&self) -> bool {
        self.cut_off.is_some()
    }

    /// The time, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// All objects, for reading.
    pub fn store(&self) -> &Store {
        self.cut_off.as_deref().unwrap_or(self.server.store())
    }

    /// The server, for its registry.
    pub fn server(&self) -> &Server {
        self.server
    }

    /// Who asks.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The server, for its recorder.
    pub(super) fn server_mut(&mut self) -> &mut Server {
        self.server
    }

    /// Random numbers of the cluster.
    pub fn random(&mut self) -> &mut Random {
        &mut self.server.random
    }

    /// How many writes it has asked for; a controller's work takes the longer the more it writes.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Who the writes are by, and because of what.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Names the write that the following ones answer.
    pub fn because(&mut self, revision: Option<u64>) {
        self.cause.because = revision;
    }

    /// An object as it is now.
    pub fn get(&self, resource: &GroupResource, namespace: &str, name: &str) -> Option<Value> {
        self.store().get(resource, namespace, name).cloned()
    }

    /// Makes an object.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn create(&mut self, resource: &GroupResource, namespace: &str, object: Value) -> Result<Value, Status> {
        self.send(Verb::Create, resource, namespace, "", "", object, Options::default())
    }

    /// Replaces an object; with its `resourceVersion` only if nobody else has written since.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn update(&mut self, resource: &GroupResource, object: Value) -> Result<Value, Status> {
        self.update_subresource(resource, object, "")
    }

    /// Replaces an object's status.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn update_status(&mut self, resource: &GroupResource, object: Value) -> Result<Value, Status> {
        self.update_subresource(resource, object, "status")
    }

    /// Replaces a subresource that takes the whole object: `status`, `finalize`.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn update_subresource(&mut self, resource: &GroupResource, object: Value, subresource: &str) -> Result<Value, Status> {
        let (namespace, name) = (SmolStr::new(crate::api::meta::namespace(&object)), SmolStr::new(crate::api::meta::name(&object)));
        self.send(Verb::Update, resource, &namespace, &name, subresource, object, Options::default())
    }

    /// Changes parts of an object (or of its subresource, `""` for none).
    ///
    /// # Errors
    /// The server's refusal.
    pub fn patch(&mut self, resource: &GroupResource, namespace: &str, name: &str, subresource: &str, type_: PatchType, patch: Value) -> Result<Value, Status> {
        self.send(Verb::Patch(type_), resource, namespace, name, subresource, patch, Options::default())
    }

    /// Asks a subresource of an object to be created: `binding`, `eviction`.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn create_subresource(&mut self, resource: &GroupResource, namespace: &str, name: &str, subresource: &str, body: Value) -> Result<Value, Status> {
        self.send(Verb::Create, resource, namespace, name, subresource, body, Options::default())
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn delete(&mut self, resource: &GroupResource, namespace: &str, name: &str, options: Options) -> Result<Value, Status> {
        self.send(Verb::Delete, resource, namespace, name, "", Value::Null, options)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a request, named by the methods above")]
    fn send(
        &mut self,
        verb: Verb,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        subresource: &str,
        body: Value,
        options: Options,
    ) -> Result<Value, Status> {
        self.requests += 1;
        if self.is_cut_off() {
            return Err(Status::other(504, "Timeout", "the server could not be reached: i/o timeout".to_owned()));
        }
        let mut request = Request::new(verb, resource, namespace, name);
        request.user = self.user.clone();
        request.subresource = SmolStr::new(subresource);
        request.body = body;
        request.options = options;
        request.options.field_validation = "Ignore".into();
        request.cause = self.cause.clone();
        self.server.execute(&request, self.now_ms, &mut Vec::new())
    }
}
