//! Namespaces that are being deleted: their content goes first, pods before everything else (`pkg/controller/namespace`).

use super::conditions;
use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::count;
use crate::api::meta;
use crate::api::resource::{GroupResource, NAMESPACES, ObjectKey, PODS};
use crate::api::status::Status;
use crate::server::request::Options;
use crate::store::{Change, ChangeType, Store};
use crate::value::{SortedMap, Value, json};

/// Content is deleted that long after the namespace was, so that every API server has heard of it (`namespaceDeletionGracePeriod`).
const GRACE_MS: u64 = 5_000;
/// How long things with finalizers are expected to take (`finalizerEstimateSeconds`).
const FINALIZER_ESTIMATE_SECONDS: i64 = 15;

/// The controller of namespaces.
pub(super) struct NamespaceController;

impl Controller for NamespaceController {
    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NAMESPACES
            && change.type_ != ChangeType::Deleted
            && meta::is_being_deleted(&change.object)
            && change.changed("metadata.deletionTimestamp")
        {
            queue.add_after(change.key(), GRACE_MS);
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut namespace) = context.get(&NAMESPACES, key) else { return Ok(()) };
        if !meta::is_being_deleted(&namespace) {
            return Ok(());
        }
        if namespace.path("status.phase").str() != "Terminating" {
            namespace.set("status.phase", "Terminating");
            namespace = context.client.update_status(&NAMESPACES, namespace)?;
        }
        if namespace.path("spec.finalizers").is_empty() {
            return Ok(());
        }
        let remaining = delete_content(context, &key.name)?;
        let mut updated = namespace.clone();
        note(context, updated.get_mut("status"), &remaining);
        if updated != namespace {
            namespace = context.client.update_status(&NAMESPACES, updated)?;
        }
        if let Some(estimate_seconds) = remaining.estimate_seconds() {
            context.requeue_after((estimate_seconds / 2 + 1) as u64 * 1000);
            return Ok(());
        }
        namespace.path_mut("spec.finalizers").items_mut().retain(|finalizer| finalizer.str() != "kubernetes");
        ignore_not_found(context.client.update_subresource(&NAMESPACES, namespace, "finalize"))
    }
}

/// What is left in a namespace after its deletion.
#[derive(Default)]
struct Remaining {
    /// How many objects of each resource.
    resources: SortedMap<String, usize>,
    /// How many objects wait for each finalizer.
    finalizers: SortedMap<String, usize>,
    /// The longest grace period of the pods that are left.
    grace_seconds: i64,
}

impl Remaining {
    /// How long it will take; `None` when nothing is left.
    fn estimate_seconds(&self) -> Option<i64> {
        let finalizers = if self.finalizers.is_empty() { 0 } else { FINALIZER_ESTIMATE_SECONDS };
        (!self.resources.is_empty()).then(|| self.grace_seconds.max(finalizers))
    }
}

/// Deletes everything in the namespace; while there are pods, only them (`OrderedNamespaceDeletion`).
fn delete_content(context: &mut Context, namespace: &str) -> Result<Remaining, Status> {
    let mut remaining = Remaining::default();
    delete_all(context, &PODS, namespace, &mut remaining)?;
    if !remaining.resources.is_empty() {
        return Ok(remaining);
    }
    let resources: Vec<GroupResource> = context.client.server().registry().all().filter(|kind| kind.namespaced).map(|kind| kind.resource()).collect();
    for resource in resources {
        delete_all(context, &resource, namespace, &mut remaining)?;
    }
    Ok(remaining)
}

fn delete_all(context: &mut Context, resource: &GroupResource, namespace: &str, remaining: &mut Remaining) -> Result<(), Status> {
    let names: Vec<String> = context.store().list(resource, Some(namespace)).map(|object| meta::name(object).to_string()).collect();
    for name in names {
        let options = Options { propagation: "Background".into(), ..Options::default() };
        ignore_not_found(context.client.delete(resource, namespace, &name, options))?;
    }
    let left: Vec<Value> = context.store().list(resource, Some(namespace)).cloned().collect();
    for object in &left {
        *remaining.resources.entry(format!("{}.{}", resource.resource, resource.group)).or_default() += 1;
        for finalizer in object.path("metadata.finalizers").items() {
            *remaining.finalizers.entry(finalizer.str().into()).or_default() += 1;
        }
        remaining.grace_seconds = remaining.grace_seconds.max(count(object, "metadata.deletionGracePeriodSeconds"));
    }
    Ok(())
}

/// The conditions of a namespace that is being deleted (`namespaceConditionUpdater`).
fn note(context: &Context, status: &mut Value, remaining: &Remaining) {
    let list = |counts: &SortedMap<String, usize>, words: fn(&str, usize) -> String| {
        counts.iter().map(|(name, number)| words(name, *number)).collect::<Vec<_>>().join(", ")
    };
    let resources = list(&remaining.resources, |name, number| format!("{name} has {number} resource instances"));
    let finalizers = list(&remaining.finalizers, |name, number| format!("{name} in {number} resource instances"));
    let fine = [
        ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
        ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
        ("NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
        ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
        ("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
    ];
    for (type_, reason, message) in fine {
        let (state, reason, message) = match type_ {
            "NamespaceContentRemaining" if !resources.is_empty() => ("True", "SomeResourcesRemain", format!("Some resources are remaining: {resources}")),
            "NamespaceFinalizersRemaining" if !finalizers.is_empty() => {
                ("True", "SomeFinalizersRemain", format!("Some content in the namespace has finalizers remaining: {finalizers}"))
            }
            _ => ("False", reason, message.to_string()),
        };
        let current = conditions::find(status, type_);
        if current.get("status").str() == state && current.get("message").str() == message {
            continue;
        }
        let condition = json!({"type": type_, "status": state, "lastTransitionTime": context.now().str(), "reason": reason, "message": message});
        let conditions = status.get_mut("conditions").items_mut();
        match conditions.iter().position(|old| old.get("type").str() == type_) {
            Some(index) => conditions[index] = condition,
            None => conditions.push(condition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{CONFIG_MAPS, NAMESPACES, PODS};
    use crate::value::json;

    #[test]
    fn a_deleted_namespace_waits_for_its_pods_then_its_content_then_goes() {
        let mut world = World::new();
        world.create(&CONFIG_MAPS, json!({"metadata": {"name": "settings"}}));
        world.create(&PODS, json!({"metadata": {"name": "web"}, "spec": {"nodeName": "worker-1", "containers": [{"name": "main", "image": "nginx"}]}}));
        world.delete(&NAMESPACES, "demo", "");
        world.run(4_900);
        assert!(world.find(&CONFIG_MAPS, "settings").is_some());
        world.run(200);
        assert!(world.find(&CONFIG_MAPS, "settings").is_some(), "pods go first");
        let namespace = world.get(&NAMESPACES, "demo");
        assert_eq!(
            crate::api::meta::condition(&namespace, "NamespaceContentRemaining").get("message").str(),
            "Some resources are remaining: pods. has 1 resource instances"
        );
        world.live(20);
        assert!(world.find(&NAMESPACES, "demo").is_none());
        assert!(world.find(&CONFIG_MAPS, "settings").is_none());
    }
}
