//! Reading the body of a request: what Go's JSON decoder makes of it, in its words where it can't
//! (`k8s.io/apimachinery/pkg/runtime/serializer/json` and `sigs.k8s.io/json`), and what its encoder would write again.

mod fields;
mod go_types;
mod scalars;
#[cfg(test)]
mod tests;

use super::verbs::Context;
use super::{convert, custom_resources, managed_fields};
use crate::api::schema;
use crate::api::status::Status;
use crate::value::Value;
pub(super) use fields::Decoder;

use crate::api::field_error::FieldError;
use crate::api::strategy::Kind;
use crate::server::request::PatchType;

/// An object of the request's kind from a body, in the storage version, with its defaults. What `old` and the body share is taken as read.
///
/// Unknown fields are refused (`Strict`), told in warnings (`Warn`) or dropped silently (`Ignore`).
pub(super) fn decode(context: &mut Context, body: &Value, old: Option<&Value>) -> Result<Value, Status> {
    let kind = context.kind.clone();
    let version = context.version();
    let api_version = convert::api_version(&kind, &version);
    check_kind(context, body, &api_version)?;
    let mut body = body.clone();
    if body.get("kind").str() != kind.kind || body.get("apiVersion").str() != api_version {
        body.set("kind", kind.kind.clone());
        body.set("apiVersion", api_version);
    }
    let definition = kind.versions.iter().find(|served| served.name == version).and_then(|served| schema::definition(&served.definition));
    let mut decoder = Decoder::default();
    let decoded = match definition {
        Some(definition) => {
            // What is stored has the storage version's fields; it tells nothing about those of another version.
            let old = if convert::is_storage_version(&kind, &version) { old } else { None };
            decoder.object(&body, definition, old).unwrap_or(body)
        }
        None => custom_resources::decode(&kind, &version, &body, &mut decoder),
    };
    report(context, decoder, &kind.kind, &version)?;
    let mut object = convert::to_storage(&kind, &version, decoded);
    kind.strategy.default(&mut object);
    Ok(object)
}

fn check_kind(context: &Context, body: &Value, api_version: &str) -> Result<(), Status> {
    let expected = context.kind.kind.as_str();
    if !body.is_object() {
        let why = format!(
            "the object provided is unrecognized (must be of type {expected}): couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            body.type_name()
        );
        return Err(Status::bad_request(why));
    }
    if let Some(why) = wrong_kind(context, body) {
        let given_kind = Some(body.get("kind").str()).filter(|kind| !kind.is_empty()).unwrap_or(expected);
        let version = body.get("apiVersion").str().rsplit('/').next().unwrap_or_default();
        return Err(Status::bad_request(format!("{given_kind} in version \"{version}\" cannot be handled as a {expected}: {why}")));
    }
    let given_version = body.get("apiVersion").str();
    if !given_version.is_empty() && given_version != api_version {
        return Err(Status::bad_request(format!("the API version in the data ({given_version}) does not match the expected API version ({api_version})")));
    }
    Ok(())
}

/// Why an object that says it is of this kind can't be one of the request's.
fn wrong_kind(context: &Context, body: &Value) -> Option<String> {
    let expected = context.kind.kind.as_str();
    let (given_version, given_kind) = (body.get("apiVersion").str(), body.get("kind").str());
    let (group, version) = given_version.split_once('/').unwrap_or(("", given_version));
    let unregistered = |kind: &str| Some(format!("no kind \"{kind}\" is registered for version \"{given_version}\" in scheme \"pkg/runtime/scheme.go:111\""));
    if !given_kind.is_empty() && given_kind != expected {
        if context.server.registry.kind(group, given_kind).is_none() {
            return unregistered(given_kind);
        }
        let package = context.kind.group.split('.').next().filter(|group| !group.is_empty()).unwrap_or("core");
        return Some(format!("converting ({version}.{given_kind}) to ({package}.{expected}): unknown conversion"));
    }
    let is_known = |kind: &std::sync::Arc<Kind>| kind.versions.iter().any(|served| served.name == version);
    if given_version.is_empty() || context.server.registry.kind(group, expected).is_some_and(is_known) { None } else { unregistered(expected) }
}

fn report(context: &mut Context, decoder: Decoder, kind: &str, version: &str) -> Result<(), Status> {
    let handled = |why: &str| Status::bad_request(format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {why}"));
    if let Some(error) = &decoder.error {
        return Err(handled(error));
    }
    match context.request.options.field_validation.as_str() {
        "Strict" if !decoder.strict.is_empty() => Err(handled(&format!("strict decoding error: {}", decoder.strict.join(", ")))),
        "Strict" | "Ignore" => Ok(()),
        _ => {
            context.warnings.extend(decoder.strict);
            Ok(())
        }
    }
}

/// As [`decode`], for what a patch has made of `old`: mistakes are those of the patch (`applyPatchToObject`).
pub(super) fn decode_patched(context: &mut Context, patched: &Value, old: &Value, type_: PatchType) -> Result<Value, Status> {
    let kind = context.kind.clone();
    let version = context.version();
    let mut decoder = Decoder::default();
    let is_strategic = type_ == PatchType::StrategicMerge;
    if is_strategic {
        decoder.speak_as_converter();
    }
    let definition = kind.versions.iter().find(|served| served.name == version).and_then(|served| schema::definition(&served.definition));
    let decoded = match definition {
        Some(definition) => {
            let old = if convert::is_storage_version(&kind, &version) { Some(old) } else { None };
            decoder.object(patched, definition, old).unwrap_or_else(|| patched.clone())
        }
        None => custom_resources::decode(&kind, &version, patched, &mut decoder),
    };
    let is_strict = context.request.options.field_validation == "Strict" && !decoder.strict.is_empty();
    let wrong = wrong_kind(context, patched)
        .or_else(|| decoder.error.clone())
        .or_else(|| is_strict.then(|| format!("strict decoding error: {}", decoder.strict.join(", "))));
    if let Some(wrong) = wrong {
        // A strategic patch is shown itself, of another the object that it has made.
        let shown = if is_strategic { super::patch::go_map(&context.request.body) } else { patched.to_json() };
        let error = FieldError::invalid("patch", &Value::from(shown), wrong);
        return Err(Status::invalid("", "", "", &[error]));
    }
    if context.request.options.field_validation != "Ignore" {
        context.warnings.extend(decoder.strict);
    }
    let mut object = convert::to_storage(&kind, &version, decoded);
    kind.strategy.default(&mut object);
    Ok(object)
}

/// The body of a server-side apply, in the storage version but without defaults: only what it says is applied.
pub(super) fn check_applied(context: &mut Context, body: &Value) -> Result<Value, Status> {
    let kind = context.kind.clone();
    let version = context.version();
    check_kind(context, body, &convert::api_version(&kind, &version))?;
    let definition = kind.versions.iter().find(|served| served.name == version).and_then(|served| schema::definition(&served.definition));
    let Some(definition) = definition else { return Ok(convert::to_storage(&kind, &version, body.clone())) };
    let problems = managed_fields::typed_problems(body, definition);
    if !problems.is_empty() {
        let error = if let [only] = problems.as_slice() { only.clone() } else { format!("errors:\n  {}", problems.join("\n  ")) };
        let (name, namespace) = (crate::api::meta::name(body), crate::api::meta::namespace(body));
        let group_kind = format!("{}, Kind={}", convert::api_version(&kind, &version), kind.kind);
        let group_kind = if kind.group.is_empty() { format!("/{group_kind}") } else { group_kind };
        return Err(Status::other(500, "", format!("failed to create typed patch object ({namespace}/{name}; {group_kind}): {error}")));
    }
    let mut applied = body.clone();
    scalars::canonicalise(&mut applied, definition);
    Ok(convert::to_storage(&kind, &version, applied))
}

/// What an apply has made, in Go's form and with its defaults.
pub(super) fn settle(context: &Context, merged: &Value, old: Option<&Value>) -> Value {
    let kind = &context.kind;
    let stored = kind.versions.first();
    let mut object = match stored.and_then(|version| schema::definition(&version.definition)) {
        Some(definition) => Decoder::default().object(merged, definition, old).unwrap_or_else(|| merged.clone()),
        None => custom_resources::decode(kind, stored.map_or("", |version| version.name.as_str()), merged, &mut Decoder::default()),
    };
    kind.strategy.default(&mut object);
    object
}

/// An object with nothing in it, as Go's zero value of the type is written: what a new object is compared with.
pub(super) fn empty_object(kind: &Kind) -> Value {
    let definition = kind.versions.first().and_then(|version| schema::definition(&version.definition));
    definition.map_or_else(Value::object, fields::empty)
}

/// Adds what Go always writes at the top of an object (`status: {}`), where nothing did, and takes out the empty map that a template's labels may be.
pub(super) fn complete(context: &Context, object: &mut Value) {
    for labels in ["spec.template.metadata.labels", "spec.jobTemplate.spec.template.metadata.labels"] {
        if object.path(labels).is_object() && object.path(labels).is_empty() {
            object.remove(labels);
        }
    }
    let definition = context.kind.versions.first().and_then(|version| schema::definition(&version.definition));
    let Some(definition) = definition else { return };
    for field in definition.fields() {
        if object.fields().contains_key(field.name) {
            continue;
        }
        match crate::api::encoding::Presence::of(definition, field) {
            crate::api::encoding::Presence::Always => object.set(field.name, fields::zero(&field.type_)),
            crate::api::encoding::Presence::AlwaysOrNull => object.set(field.name, Value::Null),
            _ => {}
        }
    }
}
