//! Changing parts of an object: `handlers/patch.go`.

use super::Context;
use super::create::create_object;
use super::read::answer;
use super::update::{Patched, check_name, update_object};
use crate::api::schema;
use crate::api::status::Status;
use crate::server::managed_fields::{self, Manager};
use crate::server::request::PatchType;
use crate::server::{convert, decode, patch};
use crate::value::Value;

/// `patch`.
pub(super) fn patch(context: &mut Context, type_: PatchType) -> Result<Value, Status> {
    if type_ == PatchType::Apply {
        return apply(context);
    }
    let old = context.existing()?;
    let version = context.version();
    let kind = context.kind.clone();
    let versioned = convert::from_storage(&kind, &version, old.clone());
    let body = &context.request.body;
    let patched = match type_ {
        PatchType::Json => patch::json(&versioned, body)?,
        PatchType::Merge => patch::merge(&versioned, body)?,
        _ => {
            let definition = kind.versions.iter().find(|served| served.name == version).and_then(|served| schema::definition(&served.definition));
            patch::strategic(&versioned, body, definition.ok_or_else(unsupported)?)?
        }
    };
    let object = decode::decode_patched(context, &patched, &old, type_)?;
    check_name(context, &object)?;
    let manager = Manager::update(context.request);
    let updated = update_object(context, &old, Patched { object, manager })?;
    Ok(answer(context, updated))
}

/// Strategic merge patches need Go types, which custom resources don't have.
fn unsupported() -> Status {
    Status::other(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor",
    )
}

/// Server-side apply: makes the object where it isn't there.
fn apply(context: &mut Context) -> Result<Value, Status> {
    let manager = Manager::apply(context.request)?;
    let old = context.existing().ok();
    let body = &context.request.body;
    if body.get("kind").is_empty() {
        let api_version = body.get("apiVersion").str();
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind=")));
    }
    let mut body = body.clone();
    body.set_default("metadata.name", context.request.name.clone());
    let applied = decode::check_applied(context, &body)?;
    check_name(context, &applied)?;
    let live = old.clone().unwrap_or_default();
    let merged = managed_fields::apply(context, &live, &applied, &manager)?;
    let merged = decode::settle(context, &merged, old.as_ref());
    let outcome = match old {
        Some(old) => update_object(context, &old, Patched { object: merged, manager })?,
        None => {
            if context.request.subresource == "status" {
                return Err(Status::not_found(&context.request.resource, &context.request.name));
            }
            create_object(context, merged, &manager)?
        }
    };
    Ok(answer(context, outcome))
}
