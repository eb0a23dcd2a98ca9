//! Subresources that are a part of the object: an update of them changes that part only.

use crate::api::status::Status;
use crate::server::managed_fields::Manager;
use crate::server::request::{PatchType, Verb};
use crate::server::verbs::{Context, Patched, update_object};
use crate::server::{decode, patch};
use crate::value::Value;

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    let old = context.existing()?;
    let wanted = match context.request.verb {
        Verb::Get => return Ok(old),
        Verb::Update => context.request.body.clone(),
        Verb::Patch(PatchType::Json) => patch::json(&old, &context.request.body)?,
        Verb::Patch(PatchType::Merge) => patch::merge(&old, &context.request.body)?,
        Verb::Patch(PatchType::StrategicMerge) => {
            let definition = context.kind.versions.first().and_then(|version| crate::api::schema::definition(&version.definition));
            patch::strategic(&old, &context.request.body, definition.ok_or_else(Status::method_not_allowed)?)?
        }
        _ => return Err(Status::method_not_allowed()),
    };
    let wanted = decode::decode(context, &wanted, Some(&old))?;
    let object = match context.request.subresource.as_str() {
        "ephemeralcontainers" => with(&old, &wanted, "spec.ephemeralContainers"),
        "resize" => resized(&old, &wanted),
        // The conditions Approved and Denied are made here; the rest of the status isn't.
        _ => with(&old, &wanted, "status.conditions"),
    };
    let mut object = object;
    object.set("metadata.resourceVersion", wanted.path("metadata.resourceVersion").clone());
    update_object(context, &old, Patched { object, manager: Manager::update(context.request) })
}

fn with(old: &Value, wanted: &Value, path: &str) -> Value {
    let mut object = old.clone();
    match wanted.path(path) {
        Value::Null => {
            object.remove(path);
        }
        value => object.set(path, value.clone()),
    }
    object
}

/// Only resources and their resize policies may change (`dropNonResizeUpdates`).
fn resized(old: &Value, wanted: &Value) -> Value {
    let mut object = old.clone();
    for list in ["spec.containers", "spec.initContainers"] {
        if old.path(list).is_empty() {
            continue;
        }
        for container in object.path_mut(list).items_mut() {
            let name = container.get("name").clone();
            let Some(wish) = wanted.path(list).items().iter().find(|there| *there.get("name") == name) else { continue };
            for field in ["resources", "resizePolicy"] {
                if !wish.get(field).is_null() {
                    container.fields_mut().insert(field, wish.get(field));
                }
            }
        }
    }
    if !wanted.path("spec.resources").is_null() {
        object.set("spec.resources", wanted.path("spec.resources").clone());
    }
    object
}
