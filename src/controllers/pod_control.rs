//! Making and deleting the pods of a workload, with the Events that upstream's `RealPodControl` publishes about it.

use super::controller::{Context, ignore_not_found};
use crate::api::meta;
use crate::api::resource::PODS;
use crate::api::status::Status;
use crate::server::request::Options;
use crate::value::Value;

/// A pod after a template, owned by `owner` (`GetPodFromTemplate`).
pub(super) fn from_template(template: &Value, owner: &Value, controller_reference: Value) -> Value {
    let mut pod = Value::object();
    pod.set("apiVersion", "v1");
    pod.set("kind", "Pod");
    for field in ["labels", "annotations", "finalizers"] {
        let value = template.get("metadata").get(field);
        if !value.is_empty() {
            pod.path_mut("metadata").set(field, value.clone());
        }
    }
    pod.set("metadata.generateName", format!("{}-", meta::name(owner)));
    pod.set("metadata.namespace", meta::namespace(owner));
    pod.set("metadata.ownerReferences", Value::array(vec![controller_reference]));
    pod.set("spec", template.get("spec").clone());
    pod
}

/// Creates a pod for `owner`, and says so on it.
///
/// # Errors
/// The server's refusal, which was published too.
pub(super) fn create(context: &mut Context, pod: Value, owner: &Value) -> Result<Value, Status> {
    let namespace = meta::namespace(owner).to_string();
    match context.client.create(&PODS, &namespace, pod) {
        Ok(pod) => {
            context.event(owner, "Normal", "SuccessfulCreate", &format!("Created pod: {}", meta::name(&pod)));
            Ok(pod)
        }
        Err(status) => {
            if !is_namespace_terminating(&status) {
                context.event(owner, "Warning", "FailedCreate", &format!("Error creating: {}", status.message));
            }
            Err(status)
        }
    }
}

/// Deletes a pod of `owner`, and says so on it.
///
/// # Errors
/// The server's refusal; a pod that is gone already is none.
pub(super) fn delete(context: &mut Context, pod: &Value, owner: &Value) -> Result<(), Status> {
    let options = Options { precondition_uid: meta::uid(pod).into(), ..Options::default() };
    match context.client.delete(&PODS, meta::namespace(pod), meta::name(pod), options) {
        Ok(_) => {
            context.event(owner, "Normal", "SuccessfulDelete", &format!("Deleted pod: {}", meta::name(pod)));
            Ok(())
        }
        Err(status) if status.code == 404 => ignore_not_found(Err(status)),
        Err(status) => {
            context.event(owner, "Warning", "FailedDelete", &format!("Error deleting: {}", status.message));
            Err(status)
        }
    }
}

/// Whether the server refused because the namespace is being deleted; no point in saying so or in trying again.
pub(super) fn is_namespace_terminating(status: &Status) -> bool {
    status.details.get("causes").items().iter().any(|cause| cause.get("reason").str() == "NamespaceTerminating")
}

/// Calls `work` up to `count` times in batches of 1, 2, 4 …, and stops after a batch in which something failed, so that a hopeless job doesn't
/// flood the server (`slowStartBatch`). How often it went well, and the first failure.
pub(super) fn slow_start(count: usize, mut work: impl FnMut() -> Result<(), Status>) -> (usize, Result<(), Status>) {
    let mut start = SlowStart::new(count);
    while !start.go_on(&mut work) {}
    (start.successes, start.outcome())
}

/// A slow start under way.
#[derive(Clone)]
pub(super) struct SlowStart {
    remaining: usize,
    batch: usize,
    done_of_batch: usize,
    successes: usize,
    failure: Option<Status>,
}

impl SlowStart {
    /// One that has not begun.
    pub(super) fn new(count: usize) -> SlowStart {
        SlowStart { remaining: count, batch: 1, done_of_batch: 0, successes: 0, failure: None }
    }

    /// Does one more; whether that was all.
    pub(super) fn go_on(&mut self, work: &mut impl FnMut() -> Result<(), Status>) -> bool {
        if self.remaining == 0 {
            return true;
        }
        match work() {
            Ok(()) => self.successes += 1,
            Err(status) => _ = self.failure.get_or_insert(status),
        }
        self.remaining -= 1;
        self.done_of_batch += 1;
        if self.done_of_batch == self.batch {
            if self.failure.is_some() {
                self.remaining = 0;
            }
            self.batch *= 2;
            self.done_of_batch = 0;
        }
        self.remaining == 0
    }

    /// The first failure.
    pub(super) fn outcome(self) -> Result<(), Status> {
        self.failure.map_or(Ok(()), Err)
    }
}
