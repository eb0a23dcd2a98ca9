//! Who owns which field: `metadata.managedFields`, kept by every write, and server-side apply, which asks it
//! (`k8s.io/apimachinery/pkg/util/managedfields`).

mod apply;
mod compare;
mod entries;
mod sets;
mod shape;
mod shared;
#[cfg(test)]
mod tests;
mod typed;

pub(in crate::server) use shape::Shape;
pub(in crate::server) use shared::SharedSets;
pub(in crate::server) use typed::problems as typed_problems;

use super::convert;
use super::request::Request;
use super::verbs::Context;
use crate::api::schema;
use crate::api::status::Status;
use crate::value::{SmolStr, Sort, Value, json};
use entries::{Entry, Managed};

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Who writes, and how.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Manager {
    name: SmolStr,
    is_apply: bool,
    subresource: SmolStr,
    force: bool,
}

impl Manager {
    /// The manager of an update, patch or create: as named, or by the program that asks.
    pub(super) fn update(request: &Request) -> Manager {
        Manager { name: manager_name(request), is_apply: false, subresource: request.subresource.clone(), force: true }
    }

    /// The manager of a server-side apply, which must be named.
    pub(super) fn apply(request: &Request) -> Result<Manager, Status> {
        if request.options.field_manager.is_empty() {
            let error = crate::api::field_error::FieldError::required("fieldManager", "is required for apply patch");
            return Err(Status::invalid("meta.k8s.io", "PatchOptions", "", &[error]));
        }
        Ok(Manager { name: request.options.field_manager.clone(), is_apply: true, subresource: request.subresource.clone(), force: request.options.force })
    }
}

/// Upstream takes the first word of the user agent; the actors of the cluster are known by who they are.
fn manager_name(request: &Request) -> SmolStr {
    if !request.options.field_manager.is_empty() {
        return request.options.field_manager.clone();
    }
    let user = request.user.name.as_str();
    SmolStr::new(if user.starts_with("system:node:") {
        "kubelet"
    } else if user.starts_with("system:serviceaccount:kube-system:") {
        "kube-controller-manager"
    } else {
        user.strip_prefix("system:").unwrap_or(user)
    })
}

/// What is known of the type of the request's objects.
fn shape_of<'a>(context: &Context, custom: &'a Value) -> Shape<'a> {
    let stored = context.kind.versions.first();
    match stored.and_then(|version| schema::definition(&version.definition)) {
        Some(definition) => Shape::Object(definition),
        None if custom.is_object() => Shape::Custom(custom),
        None => Shape::Unknown,
    }
}

fn custom_schema(context: &Context) -> Value {
    context.kind.versions.first().map_or(Value::Null, |version| context.kind.strategy.custom_schema(&version.name))
}

/// Writes into `new` who owns its fields now that `manager` has made it out of `old` (`Null` for a create).
pub(super) fn update(context: &mut Context, new: &mut Value, old: &Value, manager: &Manager) {
    if manager.is_apply {
        return;
    }
    let custom = custom_schema(context);
    let shape = shape_of(context, &custom);
    let mut managed = Managed::of_update(new, old, &manager.subresource);
    let nothing;
    let before = if old.is_null() {
        nothing = super::decode::empty_object(&context.kind);
        &nothing
    } else {
        old
    };
    let mut comparison = compare::compare(before, new, shape);
    for set in [&mut comparison.changed, &mut comparison.removed] {
        drop_reset_fields(context, set);
    }
    let entry = entry(context, manager);
    managed.take_from_others(&comparison.changed, &comparison.removed, None);
    if !sets::is_empty(&comparison.changed) {
        managed.give(entry, &comparison.changed);
    }
    managed.cap();
    managed.share(&mut context.server.shared_sets);
    managed.write(new);
}

fn entry(context: &Context, manager: &Manager) -> Entry {
    Entry {
        manager: manager.name.clone(),
        operation: if manager.is_apply { "Apply" } else { "Update" },
        api_version: SmolStr::from(convert::api_version(&context.kind, &context.version())),
        subresource: manager.subresource.clone(),
        time: SmolStr::from(crate::api::time::rfc3339(context.now_ms)),
        fields: Value::object(),
    }
}

/// What this endpoint can't write isn't owned by who tries (`GetResetFields`).
fn drop_reset_fields(context: &Context, set: &mut Value) {
    let reset = match context.request.subresource.as_str() {
        "status" => "f:spec",
        "" if context.kind.has_subresource("status") => "f:status",
        _ => return,
    };
    if set.fields().contains_key(reset) {
        set.fields_mut().remove(reset);
    }
}

/// A write that changes nothing but the times of ownership is none (`IgnoreManagedFieldsTimestampsTransformer`).
pub(super) fn ignore_timestamps(new: &mut Value, old: &Value) {
    let path = "metadata.managedFields";
    if new.path(path).same(old.path(path)) {
        return;
    }
    if !entries::is_equal_but_for_times(new.path(path), old.path(path)) {
        return;
    }
    let mut candidate = new.clone();
    candidate.set(path, old.path(path).clone());
    if candidate == *old {
        *new = candidate;
    }
}

/// The live object with what `applied` says, and the new owners.
///
/// # Errors
/// The conflicts with other managers, unless forced.
pub(super) fn apply(context: &mut Context, live: &Value, applied: &Value, manager: &Manager) -> Result<Value, Status> {
    if !applied.path("metadata.managedFields").is_empty() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    match try_apply(context, live, applied, manager, manager.force) {
        Err(conflicts) if manager.name == "kubectl" => {
            let allowed = allowed_by_last_applied(context, live);
            let left: Vec<Conflict> = conflicts.into_iter().filter_map(|conflict| conflict.without(&allowed)).collect();
            if left.is_empty() { try_apply(context, live, applied, manager, true).map_err(|left| refuse(&left)) } else { Err(refuse(&left)) }
        }
        other => other.map_err(|conflicts| refuse(&conflicts)),
    }
}

fn try_apply(context: &Context, live: &Value, applied: &Value, manager: &Manager, force: bool) -> Result<Value, Vec<Conflict>> {
    let custom = custom_schema(context);
    let shape = shape_of(context, &custom);
    let nothing;
    let before = if live.is_null() {
        nothing = super::decode::empty_object(&context.kind);
        &nothing
    } else {
        live
    };
    let mut managed = Managed::of(live);
    let mut merged = apply::merge(live, applied, shape);
    let mut set = compare::applied_set(applied, shape);
    drop_reset_fields(context, &mut set);
    let entry = entry(context, manager);
    let last = managed.replace(entry.clone(), &set);
    let given_up = managed.all().iter().fold(sets::difference(&last, &set), |given_up, other| sets::difference(&given_up, &other.fields));
    apply::remove(&mut merged, &given_up, shape);
    let comparison = compare::compare(before, &merged, shape);
    let conflicts = managed.conflicts(&entry, &comparison.changed);
    if !force && !conflicts.is_empty() {
        return Err(conflicts);
    }
    managed.take_from_others(&comparison.changed, &comparison.removed, Some(&entry));
    if last == set && compare::compare(live, &merged, shape).is_same() {
        return Ok(live.clone());
    }
    managed.write(&mut merged);
    Ok(merged)
}

impl compare::Comparison {
    fn is_same(&self) -> bool {
        sets::is_empty(&self.changed) && sets::is_empty(&self.removed)
    }
}

/// Fields that another manager owns.
pub(super) struct Conflict {
    manager: String,
    fields: Value,
}

impl Conflict {
    fn without(self, allowed: &Value) -> Option<Conflict> {
        let fields = sets::difference(&self.fields, allowed);
        if sets::is_empty(&fields) { None } else { Some(Conflict { manager: self.manager, fields }) }
    }
}

/// What client-side apply wrote and is still so may be taken over by kubectl (`lastappliedmanager.go`).
fn allowed_by_last_applied(context: &Context, live: &Value) -> Value {
    let custom = custom_schema(context);
    let shape = shape_of(context, &custom);
    let text = crate::api::meta::annotation(live, LAST_APPLIED);
    let Ok(last) = Value::from_json(text) else { return Value::object() };
    let applied = compare::applied_set(&last, shape);
    let merged = apply::merge(live, &last, shape);
    sets::difference(&applied, &compare::compare(live, &merged, shape).changed)
}

fn refuse(conflicts: &[Conflict]) -> Status {
    let mut causes = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut sorted: Vec<&Conflict> = conflicts.iter().collect();
    sorted.order_by(|a, b| a.manager.cmp(&b.manager));
    for conflict in sorted {
        lines.push(format!("conflicts with {}:", conflict.manager));
        for path in sets::paths(&conflict.fields) {
            causes.push(json!({"reason": "FieldManagerConflict", "message": format!("conflict with {}", conflict.manager), "field": path}));
            lines.push(format!("- {path}"));
        }
    }
    let message = match causes.as_slice() {
        [only] => {
            let text = |field: &str| only.get(field).str();
            format!("Apply failed with 1 conflict: {}: {}", text("message"), text("field"))
        }
        many => format!("Apply failed with {} conflicts: {}", many.len(), lines.join("\n")),
    };
    let mut status = Status::other(409, "Conflict", message);
    status.details = json!({"causes": causes});
    status
}
