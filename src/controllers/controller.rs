//! What a controller is, and what it has at hand while it works.

use super::agenda::{Agenda, Backoff, ControllerIndex, DEFAULT_BACKOFF};
use super::pod_control::SlowStart;
use crate::api::resource::{GroupResource, ObjectKey};
use crate::api::status::Status;
use crate::server::client::Client;
use crate::store::{Change, Store};
use crate::value::OrdMap;
use crate::value::Value;

/// A controller: what concerns it, and what it does about it. It has no state of its own; a controller that is started anew does the same.
pub(super) trait Controller: Sync {
    /// Its name, which is that of its service account: `deployment-controller`.
    fn name(&self) -> &'static str;

    /// What its Events are from; upstream's name of the event source.
    fn component(&self) -> &'static str {
        self.name()
    }

    /// How long a key whose sync has failed waits.
    fn backoff(&self) -> Backoff {
        DEFAULT_BACKOFF
    }

    /// Queues the keys that a write concerns (upstream's informer event handlers).
    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue);

    /// Brings the world one step closer to what the object of that key wants. An error means: try again, a little later each time.
    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status>;

    /// Goes on with a sync that has left something in `context.burst`.
    fn go_on(&self, _burst: Burst, _context: &mut Context) -> Result<(), Status> {
        Ok(())
    }
}

/// What is left of a sync that makes many pods: it is gone on with at once, but in pieces, so that nobody who draws meanwhile waits for all of it.
#[derive(Clone)]
pub(super) struct Burst {
    /// Whose pods they are.
    pub(super) owner: Value,
    /// The pods that it had when the sync began.
    pub(super) claimed: Vec<Value>,
    /// What each of the new ones is to be.
    pub(super) pod: Value,
    pub(super) start: SlowStart,
}

/// What a few controllers remember outside the store, as upstream does; losing it changes delays at most.
pub(super) type Memory = OrdMap<ObjectKey, Value>;

/// Where a controller puts the keys that a write concerns.
pub(super) struct Queue<'a> {
    pub(super) agenda: &'a mut Agenda,
    pub(super) controller: ControllerIndex,
    /// When a write of now reaches the controller.
    pub(super) due_ms: u64,
    pub(super) because: Option<u64>,
}

impl Queue<'_> {
    /// Queues a key.
    pub(super) fn add(&mut self, key: ObjectKey) {
        self.agenda.add(self.controller, key, self.due_ms, self.because);
    }

    /// Queues an object by its namespace and name.
    pub(super) fn add_object(&mut self, object: &Value) {
        self.add(crate::api::meta::key(object));
    }

    /// Queues a key for later.
    pub(super) fn add_after(&mut self, key: ObjectKey, delay_ms: u64) {
        self.agenda.add_after(self.controller, key, self.due_ms + delay_ms, self.because);
    }

    /// Queues the controller of the object, where that is of `kind`; after a change of hands also the former one.
    pub(super) fn add_controller_of(&mut self, change: &Change, kind: &str) {
        for object in [&change.object, &change.previous] {
            let owner = crate::api::meta::controller_of(object);
            if owner.get("kind").str() == kind {
                self.add(ObjectKey::new(crate::api::meta::namespace(object), owner.get("name").str()));
            }
        }
    }
}

/// What a controller has at hand during one sync.
pub(super) struct Context<'a> {
    /// Reads the store, and writes as the controller.
    pub(super) client: Client<'a>,
    /// The time, in milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
    /// What the controller remembers.
    pub(super) memory: &'a mut Memory,
    pub(super) requeue_after_ms: Option<u64>,
    pub(super) visited: usize,
    pub(super) component: &'static str,
    /// What this piece of a sync leaves to the next.
    pub(super) burst: Option<Burst>,
}

impl Context<'_> {
    /// All objects, for reading.
    pub(super) fn store(&self) -> &Store {
        self.client.store()
    }

    /// An object as it is now.
    pub(super) fn get(&self, resource: &GroupResource, key: &ObjectKey) -> Option<Value> {
        self.store().get_key(resource, key).cloned()
    }

    /// Syncs the key again after that time, at the latest.
    pub(super) fn requeue_after(&mut self, delay_ms: u64) {
        self.requeue_after_ms = Some(self.requeue_after_ms.map_or(delay_ms, |earlier| earlier.min(delay_ms)));
    }

    /// Says that so many objects were looked at; syncs of large sets take longer, so that their bursts coalesce.
    pub(super) fn visited(&mut self, objects: usize) {
        self.visited += objects;
    }

    /// The time as `metav1.Time`.
    pub(super) fn now(&self) -> Value {
        crate::api::time::rfc3339(self.now_ms).into()
    }

    /// Publishes an Event about an object; `type_` is `Normal` or `Warning`.
    pub(super) fn event(&mut self, about: &Value, type_: &str, reason: &str, message: &str) {
        self.client.event(about, type_, reason, message, self.component, "");
    }
}

/// An error that only says: try again.
pub(super) fn retry(message: impl Into<String>) -> Status {
    Status::other(500, "InternalError", message)
}

/// What is left when an object that isn't there any more may be gone: upstream's `IgnoreNotFound`.
pub(super) fn ignore_not_found(result: Result<Value, Status>) -> Result<(), Status> {
    match result {
        Err(status) if status.code != 404 => Err(status),
        _ => Ok(()),
    }
}
