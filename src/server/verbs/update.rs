//! Replacing an object: `handlers/update.go` and `Store.Update`.

use super::create::{create_object, ensure_namespace};
use super::read::answer;
use super::{Context, is_built_in, rules};
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES};
use crate::api::status::Status;
use crate::server::admission::Operation;
use crate::server::custom_resources::definition;
use crate::server::managed_fields::{self, Manager};
use crate::server::request::Verb;
use crate::server::{allocation, authorization, convert, decode, metadata};
use crate::value::Value;

/// `update`.
pub(super) fn update(context: &mut Context) -> Result<Value, Status> {
    let stored = context.existing();
    let object = decode::decode(context, &context.request.body.clone(), stored.as_ref().ok())?;
    check_name(context, &object)?;
    let manager = Manager::update(context.request);
    let updated = match stored {
        Ok(old) => update_object(context, &old, Patched { object, manager })?,
        Err(_) if rules::allows_create_on_update(&context.request.resource) && context.request.subresource.is_empty() => {
            create_object(context, object, &manager)?
        }
        Err(status) => return Err(status),
    };
    Ok(answer(context, updated))
}

/// The object in the body must be the one that the path names (`checkName`).
pub(super) fn check_name(context: &Context, object: &Value) -> Result<(), Status> {
    let (name, namespace) = (meta::name(object), meta::namespace(object));
    let request = context.request;
    if name.is_empty() {
        return Err(Status::bad_request(format!("the name of the object ({} based on URL) was undeterminable: name must be provided", request.name)));
    }
    if name != request.name {
        return Err(Status::bad_request(format!("the name of the object ({name}) does not match the name on the URL ({})", request.name)));
    }
    if !request.namespace.is_empty() && !namespace.is_empty() && namespace != request.namespace {
        let why = format!("the namespace of the object ({namespace}) does not match the namespace on the request ({})", request.namespace);
        return Err(Status::bad_request(why));
    }
    Ok(())
}

/// A new state of an object, and who made it so.
pub(in crate::server) struct Patched {
    /// The whole object as it shall be.
    pub(in crate::server) object: Value,
    /// In whose name its fields change hands.
    pub(in crate::server) manager: Manager,
}

/// Makes `old` what `patched` says, with all that an update goes through.
pub(in crate::server) fn update_object(context: &mut Context, old: &Value, patched: Patched) -> Result<Value, Status> {
    let Patched { mut object, manager } = patched;
    managed_fields::update(context, &mut object, old, &manager);
    let mut new = context.admit(Operation::Update, object, old)?;
    check_preconditions(context, &mut new, old)?;
    ensure_namespace(context, &mut new)?;
    let kind = context.kind.clone();
    let allocated = allocation::begin_update(context, &mut new, old)?;
    let outcome = finish_update(context, &kind, new, old);
    allocation::finish(context, allocated, outcome.is_ok() && !context.is_dry_run());
    outcome
}

fn check_preconditions(context: &Context, new: &mut Value, old: &Value) -> Result<(), Status> {
    let request = context.request;
    let (uid, old_uid) = (meta::uid(new), meta::uid(old));
    if request.verb == Verb::Update && !uid.is_empty() && uid != old_uid {
        let key = rules::storage_key(&request.resource, meta::namespace(old), meta::name(old));
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {old_uid}");
        let why = format!("StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}");
        return Err(Status::conflict(&request.resource, &request.name, &why));
    }
    let old_version = old.path("metadata.resourceVersion").clone();
    let version = new.path("metadata.resourceVersion").str();
    if version.is_empty() || version == "0" {
        if !rules::allows_unconditional_update(&request.resource, !is_built_in(&context.kind)) {
            let error = FieldError::invalid("metadata.resourceVersion", &Value::Int(0), "must be specified for an update");
            return Err(Status::invalid(&request.resource.group, &request.resource.resource, &request.name, &[error]));
        }
        new.set("metadata.resourceVersion", old_version);
    } else if version.parse::<u64>().is_err() {
        return Err(Status::other(500, "", format!("strconv.ParseUint: parsing \"{version}\": invalid syntax")));
    } else if version != old_version.str() {
        return Err(Status::modified(&request.resource, &request.name));
    }
    Ok(())
}

fn finish_update(context: &mut Context, kind: &crate::api::strategy::Kind, mut new: Value, old: &Value) -> Result<Value, Status> {
    let strategy = kind.strategy.as_ref();
    // Approving and denying a certificate request changes its status, too.
    let is_status = matches!(context.request.subresource.as_str(), "status" | "approval");
    keep_system_fields(&mut new, old);
    if is_status {
        strategy.prepare_for_status_update(&mut new, old);
    } else {
        strategy.prepare_for_update(&mut new, old);
        let is_changed = is_changed_beyond_status(&new, old) || rules::counts_annotations(&context.request.resource) && annotations(&new) != annotations(old);
        if strategy.has_generation() && is_changed {
            new.set("metadata.generation", old.path("metadata.generation").as_i64().unwrap_or(0) + 1);
        }
    }
    let mut errors = metadata::validate_update(&new, old, kind.namespaced, is_built_in(kind));
    errors.extend(match context.request.subresource.as_str() {
        "status" | "approval" => strategy.validate_status_update(&new, old),
        "resize" => strategy.validate_resize(&new, old),
        "ephemeralcontainers" => strategy.validate_ephemeral_containers(&new, old),
        _ => strategy.validate_update(&new, old),
    });
    context.refuse(&context.request.name, &errors)?;
    authorization::check_escalation(context.server, context.request, &new)?;
    if !is_status {
        context.warnings.extend(strategy.warnings(&new, Some(old)));
    }
    managed_fields::ignore_timestamps(&mut new, old);
    context.check_admission(Operation::Update, new.clone(), old)?;
    decode::complete(context, &mut new);
    if context.request.resource == CUSTOM_RESOURCE_DEFINITIONS {
        context.warnings.extend(definition::warnings(&new));
    }
    let resource = convert::storage_resource(&context.request.resource);
    if is_deleted_by_update(&resource, &new, old) {
        if !context.is_dry_run() {
            context.server.remove(&resource, &meta::key(&new), context.now_ms, context.request.cause.clone());
        }
        return Ok(new);
    }
    if context.is_dry_run() || new == *old {
        return Ok(new);
    }
    Ok(context.server.put(&resource, new, context.now_ms, context.request.cause.clone()))
}

/// What an update can't change (`BeforeUpdate`).
fn keep_system_fields(new: &mut Value, old: &Value) {
    let before = old.get("metadata").fields();
    let metadata = new.path_mut("metadata").fields_mut();
    for field in ["generation", "creationTimestamp", "deletionTimestamp", "selfLink"] {
        match before.get(field) {
            Some(value) => {
                metadata.insert(field, value);
            }
            None => {
                metadata.remove(field);
            }
        }
    }
    for field in ["uid", "deletionGracePeriodSeconds"] {
        if let Some(value) = before.get(field)
            && metadata.get(field).is_none_or(Value::is_empty)
        {
            metadata.insert(field, value);
        }
    }
}

fn annotations(object: &Value) -> &Value {
    object.path("metadata.annotations")
}

/// Whether anything but metadata and status differs; what changes hands between clones unchanged is not looked into.
fn is_changed_beyond_status(new: &Value, old: &Value) -> bool {
    let parts = |object: &Value| -> Vec<_> {
        object.fields().iter().filter(|(key, _)| !matches!(key.as_str(), "metadata" | "status")).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let (new, old) = (parts(new), parts(old));
    new.len() != old.len() || new.iter().zip(&old).any(|((key, value), (old_key, old_value))| key != old_key || !(value.same(old_value) || value == old_value))
}

/// The last finalizer of a terminating object was taken away (`ShouldDeleteDuringUpdate`).
fn is_deleted_by_update(resource: &crate::api::resource::GroupResource, new: &Value, old: &Value) -> bool {
    new.path("metadata.finalizers").is_empty()
        && meta::is_being_deleted(old)
        && old.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0) == 0
        && (*resource != NAMESPACES || new.path("spec.finalizers").is_empty())
}
