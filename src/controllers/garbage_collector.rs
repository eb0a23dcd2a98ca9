//! The garbage collector: what belongs to nobody any more goes (`pkg/controller/garbagecollector`). Keys are UIDs.
//!
//! Upstream keeps a graph of all objects; here the store's index of owners is that graph.

use super::controller::{Context, Controller, Queue, ignore_not_found};
use crate::api::meta;
use crate::api::resource::{EVENTS, GroupResource, ObjectKey};
use crate::api::status::Status;
use crate::server::request::{Options, PatchType};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Value, json};

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// The garbage collector.
pub(super) struct GarbageCollector;

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "generic-garbage-collector"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == EVENTS {
            return;
        }
        let references = change.object.path("metadata.ownerReferences");
        let references_changed = change.changed("metadata.ownerReferences");
        if change.type_ == ChangeType::Deleted {
            for (_, dependent) in store.owned_by(meta::uid(&change.object)) {
                queue.add(uid_key(meta::uid(dependent)));
            }
        } else if (references_changed && !references.is_empty()) || (meta::is_being_deleted(&change.object) && change.changed("metadata")) {
            queue.add(uid_key(meta::uid(&change.object)));
        }
        if change.type_ == ChangeType::Deleted || references_changed {
            let before = change.previous.path("metadata.ownerReferences").items();
            for reference in references.items().iter().chain(before) {
                let uid = reference.get("uid").str();
                if store.find_uid(uid).is_some_and(|(_, owner)| is_deleting_dependents(owner)) {
                    queue.add(uid_key(uid));
                }
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some((resource, object)) = context.store().find_uid(&key.name).map(|(resource, object)| (resource.clone(), object.clone())) else {
            return Ok(());
        };
        if meta::is_being_deleted(&object) {
            if has_finalizer(&object, ORPHAN) {
                return orphan_dependents(context, &resource, &object);
            }
            return if is_deleting_dependents(&object) { delete_dependents(context, &resource, &object) } else { Ok(()) };
        }
        attempt_to_delete(context, &resource, &object)
    }
}

fn uid_key(uid: &str) -> ObjectKey {
    ObjectKey::new("", uid)
}

fn has_finalizer(object: &Value, finalizer: &str) -> bool {
    object.path("metadata.finalizers").items().iter().any(|item| item.str() == finalizer)
}

/// Whether its deletion waits for its dependents to be gone.
fn is_deleting_dependents(object: &Value) -> bool {
    meta::is_being_deleted(object) && has_finalizer(object, FOREGROUND)
}

fn remove_finalizer(context: &mut Context, resource: &GroupResource, object: &Value, finalizer: &str) -> Result<(), Status> {
    let Some(mut current) = context.get(resource, &meta::key(object)) else { return Ok(()) };
    current.path_mut("metadata.finalizers").items_mut().retain(|item| item.str() != finalizer);
    ignore_not_found(context.client.update(resource, current))
}

fn dependents(context: &Context, owner: &Value) -> Vec<(GroupResource, Value)> {
    context.store().owned_by(meta::uid(owner)).map(|(resource, object)| (resource.clone(), object.clone())).collect()
}

/// Takes the references to some owners out of an object.
fn remove_references(context: &mut Context, resource: &GroupResource, object: &Value, uids: &[&str]) -> Result<(), Status> {
    let references = object.path("metadata.ownerReferences").items();
    let rest: Vec<Value> = references.iter().filter(|reference| !uids.contains(&reference.get("uid").str())).cloned().collect();
    let mut patch = json!({"metadata": {"uid": meta::uid(object)}});
    patch.set("metadata.ownerReferences", if rest.is_empty() { Value::Null } else { Value::array(rest) });
    ignore_not_found(context.client.patch(resource, meta::namespace(object), meta::name(object), "", PatchType::Merge, patch))
}

fn orphan_dependents(context: &mut Context, resource: &GroupResource, owner: &Value) -> Result<(), Status> {
    for (of, dependent) in dependents(context, owner) {
        remove_references(context, &of, &dependent, &[meta::uid(owner)])?;
    }
    remove_finalizer(context, resource, owner, ORPHAN)
}

/// `processDeletingDependentsItem`: the owner goes when no dependent is left that blocks it.
fn delete_dependents(context: &mut Context, resource: &GroupResource, owner: &Value) -> Result<(), Status> {
    let blocks = |dependent: &Value| {
        let references = dependent.path("metadata.ownerReferences").items();
        references.iter().any(|reference| reference.get("uid").str() == meta::uid(owner) && reference.get("blockOwnerDeletion").as_bool() == Some(true))
    };
    let blocking: Vec<_> = dependents(context, owner).into_iter().filter(|(_, dependent)| blocks(dependent)).collect();
    if blocking.is_empty() {
        return remove_finalizer(context, resource, owner, FOREGROUND);
    }
    for (of, dependent) in blocking {
        if !meta::is_being_deleted(&dependent) {
            attempt_to_delete(context, &of, &dependent)?;
        }
    }
    Ok(())
}

/// `attemptToDeleteItem`: an object none of whose owners is there any more is deleted; while one is, only the references to the others go.
fn attempt_to_delete(context: &mut Context, resource: &GroupResource, object: &Value) -> Result<(), Status> {
    let references = object.path("metadata.ownerReferences").items();
    if references.is_empty() {
        return Ok(());
    }
    let (mut solid, mut dangling, mut waiting) = (0, Vec::new(), Vec::new());
    for reference in references {
        match owner(context, object, reference) {
            Owner::There(owner) if is_deleting_dependents(&owner) => waiting.push(reference.get("uid").str()),
            Owner::There(_) | Owner::Unknown => solid += 1,
            Owner::Gone => dangling.push(reference.get("uid").str()),
        }
    }
    if solid > 0 {
        dangling.extend(&waiting);
        return if dangling.is_empty() { Ok(()) } else { remove_references(context, resource, object, &dangling) };
    }
    let has_dependents = context.store().owned_by(meta::uid(object)).next().is_some();
    let propagation = if (!waiting.is_empty() && has_dependents) || has_finalizer(object, FOREGROUND) {
        "Foreground"
    } else if has_finalizer(object, ORPHAN) {
        "Orphan"
    } else {
        "Background"
    };
    let options = Options { propagation: propagation.into(), precondition_uid: meta::uid(object).into(), ..Options::default() };
    ignore_not_found(context.client.delete(resource, meta::namespace(object), meta::name(object), options))
}

enum Owner {
    There(Value),
    Gone,
    /// Of a kind that isn't served; upstream waits until it is.
    Unknown,
}

/// The owner that a reference names: of that kind and name in the object's namespace, with that UID.
fn owner(context: &Context, object: &Value, reference: &Value) -> Owner {
    let api_version = reference.get("apiVersion").str();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let Some(kind) = context.client.server().registry().kind(group, reference.get("kind").str()) else { return Owner::Unknown };
    let namespace = if kind.namespaced { meta::namespace(object) } else { "" };
    match context.store().get(&kind.resource(), namespace, reference.get("name").str()) {
        Some(owner) if meta::uid(owner) == reference.get("uid").str() => Owner::There(owner.clone()),
        _ => Owner::Gone,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, template};
    use crate::api::meta;
    use crate::api::resource::{CONFIG_MAPS, DEPLOYMENTS, PODS, REPLICA_SETS};
    use crate::value::json;

    fn world_with_deployment() -> World {
        let mut world = World::new();
        world.create(
            &DEPLOYMENTS,
            json!({"metadata": {"name": "web"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template("web", "nginx")}}),
        );
        world.live(3);
        world
    }

    #[test]
    fn what_a_deleted_object_owned_goes_too() {
        let mut world = world_with_deployment();
        world.delete(&DEPLOYMENTS, "web", "");
        world.live(3);
        assert_eq!((world.list(&REPLICA_SETS).len(), world.list(&PODS).len()), (0, 0));
    }

    #[test]
    fn foreground_deletion_waits_for_the_dependents() {
        let mut world = world_with_deployment();
        let pod = meta::name(&world.list(&PODS)[0]).to_string();
        world.edit(&PODS, &pod, |pod| pod.set("metadata.finalizers", crate::value::json!(["example.com/hold"])));
        world.delete(&DEPLOYMENTS, "web", "Foreground");
        world.live(3);
        assert!(world.find(&DEPLOYMENTS, "web").is_some());
        assert_eq!(world.list(&PODS).len(), 1);
        world.edit(&PODS, &pod, |pod| drop(pod.remove("metadata.finalizers")));
        world.live(3);
        assert!(world.find(&DEPLOYMENTS, "web").is_none());
    }

    #[test]
    fn orphans_stay_without_their_owner() {
        let mut world = world_with_deployment();
        world.delete(&DEPLOYMENTS, "web", "Orphan");
        world.live(3);
        assert!(world.find(&DEPLOYMENTS, "web").is_none());
        assert!(world.list(&REPLICA_SETS)[0].path("metadata.ownerReferences").is_empty());
        assert_eq!(world.list(&PODS).len(), 2);
    }

    #[test]
    fn an_object_whose_owner_never_was_there_goes() {
        let mut world = World::new();
        let reference = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "no-such-uid"}]);
        world.create(&CONFIG_MAPS, json!({"metadata": {"name": "leaf", "ownerReferences": reference}}));
        world.run(1000);
        assert!(world.find(&CONFIG_MAPS, "leaf").is_none());
    }
}
