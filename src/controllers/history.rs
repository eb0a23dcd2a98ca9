//! ControllerRevisions: the templates that a StatefulSet or DaemonSet had (`pkg/controller/history`).

use super::controller::{Context, ignore_not_found};
use super::fields::{count, created_ms};
use super::refs::{self, OwnerKind};
use crate::api::meta;
use crate::api::resource::CONTROLLER_REVISIONS;
use crate::api::status::Status;
use crate::server::request::Options;
use crate::value::{Sort, SortedSet, Value, json};

/// The template as a revision keeps it: a patch that puts it back.
fn template_patch(owner: &Value) -> Value {
    let mut template = owner.path("spec.template").clone();
    template.set("$patch", "replace");
    let mut patch = Value::object();
    patch.set("spec.template", template);
    patch
}

/// The object as it was in a revision.
pub(super) fn apply(owner: &Value, revision: &Value) -> Value {
    let mut template = revision.path("data.spec.template").clone();
    if !template.is_object() {
        return owner.clone();
    }
    template.remove("$patch");
    let mut restored = owner.clone();
    restored.set("spec.template", template);
    restored
}

/// The revisions of an object, oldest first; orphaned ones that its selector selects are adopted.
pub(super) fn list(context: &mut Context, kind: &OwnerKind, owner: &Value) -> Result<Vec<Value>, Status> {
    let selector = owner.path("spec.selector").clone();
    let mut revisions = refs::claim(context, kind, owner, &selector, &CONTROLLER_REVISIONS)?;
    revisions.order_by_key(|revision| (count(revision, "revision"), created_ms(revision), meta::name(revision).to_string()));
    Ok(revisions)
}

/// How a kind's revisions get their names.
pub(super) struct Hashing {
    /// The label of a revision that has the hash.
    pub label: &'static str,
    /// The hash, of the owner, the revision's data, and the collision count.
    pub hash: fn(&Value, &Value, Option<i64>) -> String,
}

/// The revision of the object's template, made or renewed where needed; and the collision count then.
pub(super) fn current(context: &mut Context, kind: &OwnerKind, owner: &Value, revisions: &[Value], hashing: &Hashing) -> Result<(Value, Option<i64>), Status> {
    let data = template_patch(owner);
    let mut collisions = owner.path("status.collisionCount").as_i64();
    let next = revisions.last().map_or(1, |last| count(last, "revision") + 1);
    if let Some(equal) = revisions.iter().rev().find(|revision| *revision.get("data") == data) {
        if revisions.last().is_some_and(|last| meta::uid(last) == meta::uid(equal)) {
            return Ok((equal.clone(), collisions));
        }
        let mut renewed = equal.clone();
        renewed.set("revision", next);
        return Ok((context.client.update(&CONTROLLER_REVISIONS, renewed)?, collisions));
    }
    loop {
        let revision = new_revision(kind, owner, &data, next, collisions, hashing);
        let name = meta::name(&revision).to_string();
        match context.client.create(&CONTROLLER_REVISIONS, meta::namespace(owner), revision) {
            Err(status) if status.reason == "AlreadyExists" => {
                let found = context.store().get(&CONTROLLER_REVISIONS, meta::namespace(owner), &name).cloned().unwrap_or_default();
                if *found.get("data") == data {
                    return Ok((found, collisions));
                }
                collisions = Some(collisions.unwrap_or(0) + 1);
            }
            result => return Ok((result?, collisions)),
        }
    }
}

fn new_revision(kind: &OwnerKind, owner: &Value, data: &Value, number: i64, collisions: Option<i64>, hashing: &Hashing) -> Value {
    let hash = (hashing.hash)(owner, data, collisions);
    let mut revision = json!({
        "apiVersion": "apps/v1", "kind": "ControllerRevision",
        "metadata": {"name": format!("{}-{hash}", meta::name(owner)), "namespace": meta::namespace(owner)},
    });
    let mut labels = owner.path("spec.template.metadata.labels").clone();
    labels.fields_mut().insert(hashing.label, hash);
    revision.set("metadata.labels", labels);
    if !owner.path("metadata.annotations").is_empty() {
        revision.set("metadata.annotations", owner.path("metadata.annotations").clone());
    }
    revision.set("metadata.ownerReferences", Value::array(vec![kind.reference(owner)]));
    revision.set("data", data.clone());
    revision.set("revision", number);
    revision
}

/// Deletes the oldest revisions beyond `spec.revisionHistoryLimit`; those in `live` (by name) stay.
pub(super) fn truncate(context: &mut Context, owner: &Value, revisions: &[Value], live: &SortedSet<String>) -> Result<(), Status> {
    let limit = owner.path("spec.revisionHistoryLimit").as_i64().unwrap_or(10).max(0) as usize;
    let spare: Vec<&Value> = revisions.iter().filter(|revision| !live.contains(meta::name(revision))).collect();
    for revision in spare.iter().take(spare.len().saturating_sub(limit)) {
        let result = context.client.delete(&CONTROLLER_REVISIONS, meta::namespace(revision), meta::name(revision), Options::default());
        ignore_not_found(result)?;
    }
    Ok(())
}
