//! Finished Jobs with `ttlSecondsAfterFinished` are deleted when that time has passed (`pkg/controller/ttlafterfinished`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::time_ms;
use super::job;
use crate::api::meta;
use crate::api::resource::{JOBS, ObjectKey};
use crate::api::status::Status;
use crate::api::time;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::Value;

/// The controller of Jobs that have ended.
pub(super) struct TtlAfterFinished;

impl Controller for TtlAfterFinished {
    fn name(&self) -> &'static str {
        "ttl-after-finished-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == JOBS && change.type_ != ChangeType::Deleted && needs_cleanup(&change.object) {
            queue.add_object(&change.object);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(job) = context.get(&JOBS, key).filter(needs_cleanup) else { return Ok(()) };
        let ttl_ms = time::seconds_ms(super::fields::count(&job, "spec.ttlSecondsAfterFinished"));
        let Some(finished_ms) = finished_ms(&job) else { return Ok(()) };
        let expires_ms = finished_ms + ttl_ms;
        if context.now_ms < expires_ms {
            context.requeue_after(expires_ms - context.now_ms);
            return Ok(());
        }
        let options = Options { propagation: "Foreground".into(), precondition_uid: meta::uid(&job).into(), ..Options::default() };
        ignore_not_found(context.client.delete(&JOBS, &key.namespace, &key.name, options))
    }
}

fn needs_cleanup(job: &Value) -> bool {
    !job.path("spec.ttlSecondsAfterFinished").is_null() && job::is_finished(job) && !meta::is_being_deleted(job)
}

fn finished_ms(job: &Value) -> Option<u64> {
    let ended = ["Complete", "Failed"].into_iter().find(|type_| meta::is_condition_true(job, type_))?;
    time_ms(meta::condition(job, ended).get("lastTransitionTime"))
}
