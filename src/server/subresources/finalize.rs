//! `namespaces/finalize`: the namespace controller takes its finalizer away (`pkg/registry/core/namespace`).

use crate::api::meta;
use crate::api::status::Status;
use crate::server::request::Verb;
use crate::server::verbs::Context;
use crate::value::Value;

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    if context.request.verb != Verb::Update {
        return Err(Status::method_not_allowed());
    }
    let old = context.existing()?;
    let version = context.request.body.path("metadata.resourceVersion").str();
    if !version.is_empty() && version != old.path("metadata.resourceVersion").str() {
        return Err(Status::modified(&context.request.resource, &context.request.name));
    }
    let mut new = old.clone();
    let finalizers = context.request.body.path("spec.finalizers").clone();
    if finalizers.is_empty() {
        new.remove("spec.finalizers");
    } else {
        new.set("spec.finalizers", finalizers);
    }
    if context.is_dry_run() {
        return Ok(new);
    }
    let resource = context.request.resource.clone();
    let is_done = meta::is_being_deleted(&new) && new.path("spec.finalizers").is_empty() && new.path("metadata.finalizers").is_empty();
    if is_done {
        context.server.remove(&resource, &meta::key(&new), context.now_ms, context.request.cause.clone());
        return Ok(new);
    }
    Ok(context.server.put(&resource, new, context.now_ms, context.request.cause.clone()))
}
