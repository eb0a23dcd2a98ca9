//! Making an object: `handlers/create.go` and `Store.Create`.

use super::read::answer;
use super::{Context, is_built_in, rules};
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, GroupResource};
use crate::api::status::Status;
use crate::api::{meta, names, time};
use crate::server::admission::Operation;
use crate::server::authorization::reviews;
use crate::server::custom_resources::definition;
use crate::server::managed_fields::{self, Manager};
use crate::server::{allocation, authorization, convert, decode, metadata};
use crate::value::{SmolStr, Value};

/// How often the server tries another generated name when the first is taken.
const NAME_TRIES: usize = 8;
/// Generated names are cut so that with five more characters they still are DNS labels.
const GENERATED_STEM_LIMIT: usize = 58;

/// `create`.
pub(super) fn create(context: &mut Context) -> Result<Value, Status> {
    let object = decode::decode(context, &context.request.body.clone(), None)?;
    if let Some(answered) = reviews::answer(context, &object) {
        return answered;
    }
    let created = create_object(context, object, &Manager::update(context.request))?;
    Ok(answer(context, created))
}

/// Makes the decoded object; also for an update or an apply of what isn't there.
pub(in crate::server) fn create_object(context: &mut Context, mut object: Value, manager: &Manager) -> Result<Value, Status> {
    ensure_namespace(context, &mut object)?;
    fill_system_fields(context, &mut object);
    // Ownership is settled before admission: what plugins add belongs to nobody.
    managed_fields::update(context, &mut object, &Value::Null, manager);
    let mut object = context.admit(Operation::Create, object, &Value::Null)?;
    generate_name(context, &mut object);
    let kind = context.kind.clone();
    let allocated = allocation::begin_create(context, &mut object)?;
    let outcome = finish_create(context, &kind, object);
    allocation::finish(context, allocated, outcome.is_ok() && !context.is_dry_run());
    outcome
}

fn finish_create(context: &mut Context, kind: &crate::api::strategy::Kind, mut object: Value) -> Result<Value, Status> {
    context.warnings.extend(kind.strategy.preparation_warnings(&object));
    kind.strategy.prepare_for_create(&mut object);
    rules::sign(context.request, &mut object);
    if kind.strategy.has_generation() {
        object.set("metadata.generation", 1);
    } else {
        object.remove("metadata.generation");
    }
    let mut errors = metadata::validate(&object, kind.namespaced, is_built_in(kind), kind.strategy.as_ref());
    errors.extend(kind.strategy.validate(&object));
    let name = SmolStr::new(meta::name(&object));
    context.refuse(&name, &errors)?;
    authorization::check_escalation(context.server, context.request, &object)?;
    context.warnings.extend(kind.strategy.warnings(&object, None));
    context.warnings.extend(rules::name_warning(&context.request.resource, &name).map(String::from));
    context.check_admission(Operation::Create, object.clone(), &Value::Null)?;
    let resource = convert::storage_resource(&context.request.resource);
    let version = object.remove("metadata.resourceVersion");
    if !context.is_dry_run() && !matches!(version.str(), "" | "0") {
        return Err(Status::other(500, "", "resourceVersion should not be set on objects to be created"));
    }
    if let Some(existing) = context.server.store.get(&resource, meta::namespace(&object), &name) {
        return Err(taken(&context.request.resource, &object, existing));
    }
    decode::complete(context, &mut object);
    if context.request.resource == CUSTOM_RESOURCE_DEFINITIONS {
        context.warnings.extend(definition::warnings(&object));
    }
    if context.is_dry_run() {
        return Ok(object);
    }
    Ok(context.server.put(&resource, object, context.now_ms, context.request.cause.clone()))
}

fn taken(resource: &GroupResource, object: &Value, existing: &Value) -> Status {
    let mut status = Status::already_exists(resource, meta::name(object));
    if !object.path("metadata.generateName").is_empty() {
        status.message.push_str(", the server was not able to generate a unique name for the object");
    }
    if meta::is_being_deleted(existing) {
        status.message = format!("object is being deleted: {}", status.message);
    }
    status
}

/// The namespace of the request goes for the object too (`EnsureObjectNamespaceMatchesRequestNamespace`).
pub(super) fn ensure_namespace(context: &Context, object: &mut Value) -> Result<(), Status> {
    let expected = if context.kind.namespaced { context.request.namespace.as_str() } else { "" };
    let given = meta::namespace(object);
    if given == expected {
        return Ok(());
    }
    if given.is_empty() {
        object.set("metadata.namespace", expected);
        return Ok(());
    }
    if expected.is_empty() {
        object.remove("metadata.namespace");
        return Ok(());
    }
    Err(Status::bad_request("the namespace of the provided object does not match the namespace sent on the request"))
}

fn fill_system_fields(context: &mut Context, object: &mut Value) {
    object.set("metadata.creationTimestamp", time::rfc3339(context.now_ms));
    object.set("metadata.uid", context.server.random.uuid());
    object.remove("metadata.deletionTimestamp");
    object.remove("metadata.deletionGracePeriodSeconds");
    object.remove("metadata.selfLink");
}

/// Makes a name out of `generateName`; after the plugins, which so only see its beginning.
fn generate_name(context: &mut Context, object: &mut Value) {
    let generate_name = object.path("metadata.generateName").str().to_string();
    if !meta::name(object).is_empty() || generate_name.is_empty() {
        return;
    }
    let stem: String = generate_name.chars().take(GENERATED_STEM_LIMIT).collect();
    let resource = convert::storage_resource(&context.request.resource);
    for _ in 0..NAME_TRIES {
        let name = format!("{stem}{}", names::random_suffix(context.server.random.next_u64()));
        let is_free = context.server.store.get(&resource, &context.request.namespace, &name).is_none();
        object.set("metadata.name", name);
        if is_free {
            break;
        }
    }
}
