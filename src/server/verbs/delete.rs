//! Deleting an object: `Store.Delete` and `rest.BeforeDelete`.

use super::{Context, rules};
use crate::api::meta;
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES};
use crate::api::status::Status;
use crate::api::time;
use crate::server::admission::Operation;
use crate::server::custom_resources::definition;
use crate::server::{allocation, convert};
use crate::value::{Value, json};

/// `delete`.
pub(super) fn delete(context: &mut Context) -> Result<Value, Status> {
    let object = context.existing()?;
    delete_object(context, object).map(|deleted| match deleted.get("kind").str() {
        "Status" => deleted,
        _ => convert::from_storage(&context.kind, &context.version(), deleted),
    })
}

/// Deletes `object`, or begins to; the answer is what upstream answers.
pub(in crate::server) fn delete_object(context: &mut Context, object: Value) -> Result<Value, Status> {
    if context.request.resource == NAMESPACES {
        return delete_namespace(context, object);
    }
    check_preconditions(context, &object)?;
    let mut after = object.clone();
    let grace = match begin_graceful(context, &mut after)? {
        Graceful::Pending => return Ok(object),
        Graceful::No => None,
        Graceful::For(seconds) => Some(seconds),
    };
    context.check_admission(Operation::Delete, Value::Null, &object)?;
    if context.request.resource == CUSTOM_RESOURCE_DEFINITIONS && !context.is_dry_run() {
        definition::hold_for_objects(context.server, &mut after, context.now_ms, &context.request.cause);
    }
    let names = |object: &Value| -> Vec<String> { object.path("metadata.finalizers").items().iter().map(|name| name.str().to_string()).collect() };
    let finalizers = rules::finalizers_for_deletion(&context.request.resource, &context.request.options.propagation, &names(&after));
    if finalizers != names(&after) {
        after.set("metadata.finalizers", finalizers.iter().map(String::as_str).collect::<Value>());
        if finalizers.is_empty() {
            after.remove("metadata.finalizers");
        }
    }
    if grace.is_none() && !finalizers.is_empty() {
        mark_as_deleting(&mut after, context.now_ms);
    }
    if !finalizers.is_empty() || grace.is_some_and(|seconds| seconds > 0) {
        return Ok(store(context, after, &object));
    }
    Ok(remove(context, after))
}

fn store(context: &mut Context, after: Value, before: &Value) -> Value {
    if context.is_dry_run() || after == *before {
        return after;
    }
    let resource = convert::storage_resource(&context.request.resource);
    context.server.put(&resource, after, context.now_ms, context.request.cause.clone())
}

/// Takes the object out; a `Status` tells that it's done, but for kinds that send the object.
fn remove(context: &mut Context, object: Value) -> Value {
    let mut last = object;
    if !context.is_dry_run() {
        let resource = convert::storage_resource(&context.request.resource);
        allocation::release(context.server, &resource, &last, context.now_ms, &context.request.cause);
        if let Some(removed) = context.server.remove(&resource, &meta::key(&last), context.now_ms, context.request.cause.clone()) {
            let metadata = removed.path("metadata.resourceVersion").clone();
            last.set("metadata.resourceVersion", metadata);
        }
    }
    if rules::returns_deleted_object(&context.request.resource) {
        return last;
    }
    let mut details = json!({"name": meta::name(&last), "kind": context.request.resource.resource.as_str(), "uid": meta::uid(&last)});
    if !context.request.resource.group.is_empty() {
        details.set("group", context.request.resource.group.clone());
    }
    let mut status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"});
    status.set("details", details);
    status
}

fn check_preconditions(context: &Context, object: &Value) -> Result<(), Status> {
    let options = &context.request.options;
    let resource = crate::api::resource::GroupResource { group: context.kind.group.clone(), resource: context.kind.kind.clone() };
    let uid = meta::uid(object);
    if !options.precondition_uid.is_empty() && options.precondition_uid != uid {
        let why = format!(
            "the UID in the precondition ({}) does not match the UID in record ({uid}). The object might have been deleted and then recreated",
            options.precondition_uid
        );
        return Err(Status::conflict(&resource, meta::name(object), &why));
    }
    let version = object.path("metadata.resourceVersion").str();
    if !options.precondition_resource_version.is_empty() && options.precondition_resource_version != version {
        let why = format!(
            "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({version}). The object might have been modified",
            options.precondition_resource_version
        );
        return Err(Status::conflict(&resource, meta::name(object), &why));
    }
    Ok(())
}

enum Graceful {
    /// The kind has no grace period, or it is over.
    No,
    /// It has begun before, and isn't shortened.
    Pending,
    /// It begins or is shortened, to these seconds.
    For(i64),
}

/// Sets the time and the length of the grace period, where the kind has one.
fn begin_graceful(context: &Context, object: &mut Value) -> Result<Graceful, Status> {
    // A negative grace period counts as a second.
    let requested = context.request.options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
    let Some(default) = context.kind.strategy.grace_period_seconds(object, requested) else { return Ok(Graceful::No) };
    if !meta::is_being_deleted(object) {
        object.set("metadata.deletionTimestamp", time::rfc3339(context.now_ms.saturating_add(time::seconds_ms(default))));
        object.set("metadata.deletionGracePeriodSeconds", default);
        raise_generation(object);
        return Ok(Graceful::For(default));
    }
    let current = object.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0);
    if current == 0 {
        return Ok(Graceful::No);
    }
    let Some(mut period) = requested.filter(|period| *period < current) else { return Ok(Graceful::Pending) };
    let end_ms = time::parse_rfc3339(object.path("metadata.deletionTimestamp").str()).unwrap_or(context.now_ms) as i64;
    let mut new_end_ms = end_ms.saturating_sub((current - period).saturating_mul(1000)).max(0) as u64;
    if new_end_ms < context.now_ms {
        new_end_ms = context.now_ms;
        if period != 0 {
            period = 1;
        }
    }
    object.set("metadata.deletionTimestamp", time::rfc3339(new_end_ms));
    object.set("metadata.deletionGracePeriodSeconds", period);
    Ok(Graceful::For(period))
}

fn raise_generation(object: &mut Value) {
    if let Some(generation) = object.path("metadata.generation").as_i64().filter(|generation| *generation > 0) {
        object.set("metadata.generation", generation + 1);
    }
}

/// Finalizers hold up the delete of a kind without a grace period (`markAsDeleting`).
fn mark_as_deleting(object: &mut Value, now_ms: u64) {
    if !meta::is_being_deleted(object) {
        raise_generation(object);
    }
    let is_later = time::parse_rfc3339(object.path("metadata.deletionTimestamp").str()).is_none_or(|end_ms| end_ms > now_ms);
    if is_later {
        object.set("metadata.deletionTimestamp", time::rfc3339(now_ms));
    }
    object.set("metadata.deletionGracePeriodSeconds", 0);
}

/// A namespace first becomes Terminating; the namespace controller empties it and takes its finalizer away (`pkg/registry/core/namespace`).
fn delete_namespace(context: &mut Context, namespace: Value) -> Result<Value, Status> {
    check_preconditions(context, &namespace)?;
    context.check_admission(Operation::Delete, Value::Null, &namespace)?;
    if !meta::is_being_deleted(&namespace) {
        let mut after = namespace.clone();
        after.set("metadata.deletionTimestamp", time::rfc3339(context.now_ms));
        after.set("status.phase", "Terminating");
        return Ok(store(context, after, &namespace));
    }
    if !namespace.path("spec.finalizers").is_empty() || !namespace.path("metadata.finalizers").is_empty() {
        return Ok(namespace);
    }
    Ok(remove(context, namespace))
}
