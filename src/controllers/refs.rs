//! Which objects belong to a controller object: adoption and release (`pkg/controller/controller_ref_manager.go`).

use super::controller::{Context, ignore_not_found};
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::server::request::PatchType;
use crate::store::Store;
use crate::value::{Value, json};

/// The kind of a controller object, as owner references name it.
pub(super) struct OwnerKind {
    pub(super) resource: GroupResource,
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
}

impl OwnerKind {
    /// The reference that makes `owner` the controller.
    pub(super) fn reference(&self, owner: &Value) -> Value {
        meta::controller_reference(owner, self.api_version, self.kind)
    }
}

/// The objects that `owner` owns or could adopt: those that name it, and those without a controller that its selector may select.
fn candidates(store: &Store, resource: &GroupResource, owner: &Value, selector: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = store.owned_by(meta::uid(owner)).filter(|(of, _)| *of == resource).map(|(_, object)| object.clone()).collect();
    // Nearly all that have the label have their controller too, so that is asked first.
    let is_orphan = |object: &&Value| meta::controller_of(object).is_null();
    found.extend(labelled(store, resource, meta::namespace(owner), selector).filter(is_orphan).cloned());
    found
}

/// The objects of a namespace that a label selector selects, found by the most telling of its labels.
pub(super) fn selected<'a>(store: &'a Store, resource: &'a GroupResource, namespace: &'a str, selector: &'a Value) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    let matches = move |object: &&Value| labels::matches(selector, object.get("metadata").get("labels").fields());
    Box::new(labelled(store, resource, namespace, selector).filter(matches))
}

/// The objects that have the most telling label of a selector, whether or not they have the others.
fn labelled<'a>(store: &'a Store, resource: &'a GroupResource, namespace: &'a str, selector: &'a Value) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
    let pairs = selector.get("matchLabels").fields();
    let telling =
        pairs.get("pod-template-hash").map(|value| ("pod-template-hash", value)).or_else(|| pairs.iter().next().map(|(key, value)| (key.as_str(), value)));
    match telling {
        Some((label, value)) => Box::new(store.with_label(resource, namespace, label, value.str())),
        None => store.list(resource, Some(namespace)),
    }
}

/// Claims what the selector selects: adopts what has no controller, releases what no longer matches; the objects that are `owner`'s come back.
///
/// # Errors
/// A refusal to adopt or release.
pub(super) fn claim(context: &mut Context, kind: &OwnerKind, owner: &Value, selector: &Value, resource: &GroupResource) -> Result<Vec<Value>, Status> {
    claim_some(context, kind, owner, selector, resource, &|_| true)
}

/// As [`claim`], of those that `filter` lets pass; it counts as the selector does.
///
/// # Errors
/// A refusal to adopt or release.
pub(super) fn claim_some(
    context: &mut Context,
    kind: &OwnerKind,
    owner: &Value,
    selector: &Value,
    resource: &GroupResource,
    filter: &dyn Fn(&Value) -> bool,
) -> Result<Vec<Value>, Status> {
    let mut claimed = Vec::new();
    let candidates = candidates(context.store(), resource, owner, selector);
    context.visited(candidates.len());
    for object in candidates {
        let controller = meta::controller_of(&object);
        let matches = labels::matches(selector, object.get("metadata").get("labels").fields()) && filter(&object);
        if !controller.is_null() {
            if controller.get("uid").str() != meta::uid(owner) {
                continue;
            }
            if matches {
                claimed.push(object);
            } else if !meta::is_being_deleted(owner) {
                release(context, owner, &object, resource)?;
            }
        } else if matches && !meta::is_being_deleted(owner) && !meta::is_being_deleted(&object) {
            claimed.extend(adopt(context, kind, owner, object, resource)?);
        }
    }
    Ok(claimed)
}

fn adopt(context: &mut Context, kind: &OwnerKind, owner: &Value, object: Value, resource: &GroupResource) -> Result<Option<Value>, Status> {
    let mut references = object.path("metadata.ownerReferences").items().to_vec();
    references.push(kind.reference(owner));
    let patch = json!({"metadata": {"uid": meta::uid(&object)}});
    match patch_references(context, &object, resource, patch, references) {
        Err(status) if status.code == 404 => Ok(None),
        result => result.map(Some),
    }
}

fn release(context: &mut Context, owner: &Value, object: &Value, resource: &GroupResource) -> Result<(), Status> {
    let references = object.path("metadata.ownerReferences").items();
    let rest = references.iter().filter(|reference| reference.get("uid").str() != meta::uid(owner)).cloned().collect();
    ignore_not_found(patch_references(context, object, resource, Value::object(), rest))
}

fn patch_references(context: &mut Context, object: &Value, resource: &GroupResource, mut patch: Value, references: Vec<Value>) -> Result<Value, Status> {
    patch.set("metadata.ownerReferences", if references.is_empty() { Value::Null } else { Value::array(references) });
    context.client.patch(resource, meta::namespace(object), meta::name(object), "", PatchType::Merge, patch)
}
