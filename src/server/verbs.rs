//! Carrying out a request on objects: upstream's `k8s.io/apiserver/pkg/registry/generic/registry/store.go`.

use super::Server;
use super::request::{PatchType, Request, Verb};
use crate::api::field_error::FieldError;
use crate::api::resource::ObjectKey;
use crate::api::status::Status;
use crate::api::strategy::Kind;
use crate::api::{meta, names, time};
use crate::value::{SmolStr, Value};
use serde_json::json;
use std::sync::Arc;

/// Dispatches a request to the verb it names.
pub(super) fn execute(server: &mut Server, request: &Request, now_ms: u64, _warnings: &mut Vec<String>) -> Result<Value, Status> {
    let kind = server.registry.resource(&request.resource).cloned().ok_or_else(Status::no_such_path)?;
    match request.verb {
        Verb::Get => existing(server, request).cloned(),
        Verb::List => Ok(list(server, &kind, request)),
        Verb::Create => create(server, &kind, request, now_ms),
        Verb::Update => update(server, &kind, request, request.body.clone(), now_ms),
        Verb::Patch(type_) => patch(server, &kind, request, type_, now_ms),
        Verb::Delete => delete(server, &kind, request, now_ms),
        Verb::Watch | Verb::DeleteCollection => Err(Status::method_not_supported(&request.resource, "this verb")),
    }
}

fn existing<'a>(server: &'a Server, request: &Request) -> Result<&'a Value, Status> {
    server.store.get(&request.resource, &request.namespace, &request.name).ok_or_else(|| Status::not_found(&request.resource, &request.name))
}

fn list(server: &Server, kind: &Kind, request: &Request) -> Value {
    let namespace = if request.namespace.is_empty() { None } else { Some(request.namespace.as_str()) };
    let items: Value = server.store.list(&request.resource, namespace).collect();
    let mut list = Value::from(
        json!({"kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": {"resourceVersion": server.store.revision().to_string()}}),
    );
    list.set("items", items);
    list
}

fn create(server: &mut Server, kind: &Arc<Kind>, request: &Request, now_ms: u64) -> Result<Value, Status> {
    if request.subresource == "binding" {
        return bind(server, request, now_ms);
    }
    let mut object = request.body.clone();
    if kind.namespaced {
        object.set("metadata.namespace", request.namespace.clone());
    }
    let generate = object.path("metadata.generateName").str().to_string();
    if meta::name(&object).is_empty() && !generate.is_empty() {
        let suffix = names::random_suffix(server.random.next_u64());
        let stem: String = generate.chars().take(58).collect();
        object.set("metadata.name", format!("{stem}{suffix}"));
    }
    object.set("metadata.uid", server.random.uuid());
    object.set("metadata.creationTimestamp", time::rfc3339(now_ms));
    kind.strategy.prepare_for_create(&mut object);
    if kind.strategy.has_generation() {
        object.set("metadata.generation", 1);
    }
    kind.strategy.default(&mut object);
    let mut errors = validate_metadata(kind, &object);
    errors.extend(kind.strategy.validate(&object));
    refuse(kind, meta::name(&object), &errors)?;
    let name = SmolStr::new(meta::name(&object));
    if server.store.get(&request.resource, &request.namespace, &name).is_some() {
        return Err(Status::already_exists(&request.resource, &name));
    }
    Ok(if request.options.dry_run { object } else { server.store.put(&request.resource, object, now_ms, request.cause.clone()) })
}

fn bind(server: &mut Server, request: &Request, now_ms: u64) -> Result<Value, Status> {
    let mut pod = existing(server, request)?.clone();
    if !pod.path("spec.nodeName").is_empty() {
        let why = format!("pod {} is already assigned to node \"{}\"", request.name, pod.path("spec.nodeName").str());
        return Err(Status::conflict(&request.resource, &request.name, &why));
    }
    pod.set("spec.nodeName", request.body.path("target.name"));
    let condition = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": time::rfc3339(now_ms)});
    let conditions = pod.path_mut("status.conditions").items_mut();
    conditions.retain(|condition| condition.get("type").str() != "PodScheduled");
    conditions.push(condition.into());
    server.store.put(&request.resource, pod, now_ms, request.cause.clone());
    Ok(Value::from(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})))
}

fn validate_metadata(kind: &Kind, object: &Value) -> Vec<FieldError> {
    let name = object.path("metadata.name");
    if name.is_empty() {
        return vec![FieldError::required("metadata.name", "name or generateName is required")];
    }
    kind.strategy.validate_name(name.str()).into_iter().map(|rule| FieldError::invalid("metadata.name", name, rule)).collect()
}

fn refuse(kind: &Kind, name: &str, errors: &[FieldError]) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(&kind.group, &kind.kind, name, errors)) }
}

fn update(server: &mut Server, kind: &Arc<Kind>, request: &Request, mut new: Value, now_ms: u64) -> Result<Value, Status> {
    let old = existing(server, request)?.clone();
    let version = new.path("metadata.resourceVersion").str();
    if !version.is_empty() && version != old.path("metadata.resourceVersion").str() {
        return Err(Status::modified(&request.resource, &request.name));
    }
    for field in ["uid", "creationTimestamp", "generation", "namespace", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        let value = old.path("metadata").get(field).clone();
        if value.is_null() {
            new.path_mut("metadata").fields_mut().remove(field);
        } else {
            new.path_mut("metadata").fields_mut().insert(field, value);
        }
    }
    let is_status = request.subresource == "status";
    if is_status {
        kind.strategy.prepare_for_status_update(&mut new, &old);
    } else {
        kind.strategy.prepare_for_update(&mut new, &old);
    }
    kind.strategy.default(&mut new);
    let errors = if is_status { kind.strategy.validate_status_update(&new, &old) } else { kind.strategy.validate_update(&new, &old) };
    refuse(kind, &request.name, &errors)?;
    if kind.strategy.has_generation() && new.get("spec") != old.get("spec") {
        new.set("metadata.generation", old.path("metadata.generation").as_i64().unwrap_or(0) + 1);
    }
    if new == old || request.options.dry_run {
        return Ok(new);
    }
    if meta::is_being_deleted(&new) && new.path("metadata.finalizers").is_empty() && new.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0) == 0
    {
        server.store.remove(&request.resource, &meta::key(&new), now_ms, request.cause.clone());
        return Ok(new);
    }
    Ok(server.store.put(&request.resource, new, now_ms, request.cause.clone()))
}

fn patch(server: &mut Server, kind: &Arc<Kind>, request: &Request, type_: PatchType, now_ms: u64) -> Result<Value, Status> {
    let mut object = existing(server, request)?.clone();
    match type_ {
        PatchType::Merge => merge(&mut object, &request.body),
        _ => return Err(Status::other(415, "UnsupportedMediaType", "the body of the request was in an unknown format")),
    }
    update(server, kind, request, object, now_ms)
}

/// RFC 7386.
fn merge(target: &mut Value, patch: &Value) {
    if !patch.is_object() {
        *target = patch.clone();
        return;
    }
    for (key, value) in patch.fields().iter() {
        if value.is_null() {
            target.fields_mut().remove(key);
        } else {
            merge(target.get_mut(key), value);
        }
    }
}

fn delete(server: &mut Server, kind: &Arc<Kind>, request: &Request, now_ms: u64) -> Result<Value, Status> {
    let mut object = existing(server, request)?.clone();
    let key = ObjectKey::new(&request.namespace, &request.name);
    let grace = kind.strategy.grace_period_seconds(&object, request.options.grace_period_seconds).unwrap_or(0);
    if grace == 0 && object.path("metadata.finalizers").is_empty() {
        server.store.remove(&request.resource, &key, now_ms, request.cause.clone());
        return Ok(object);
    }
    if !meta::is_being_deleted(&object) || object.path("metadata.deletionGracePeriodSeconds").as_i64().unwrap_or(0) > grace {
        object.set("metadata.deletionTimestamp", time::rfc3339(now_ms + grace as u64 * 1000));
        object.set("metadata.deletionGracePeriodSeconds", grace);
        object = server.store.put(&request.resource, object, now_ms, request.cause.clone());
    }
    Ok(object)
}
