//! Namespaces that are being deleted: their content goes first, pods before everything else (`pkg/controller/namespace`).

use super::conditions;
use super::controller::{Context, Controller, Queue, ignore_not_found, retry};
use super::fields::{count, time_ms};
use super::pods;
use crate::api::meta;
use crate::api::resource::{GroupResource, NAMESPACES, ObjectKey, PODS};
use crate::api::status::Status;
use crate::api::time;
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
        if change.resource == NAMESPACES && change.type_ != ChangeType::Deleted && meta::is_being_deleted(&change.object) {
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
        let remaining = delete_content(context, &namespace)?;
        let mut updated = namespace.clone();
        note(context, updated.get_mut("status"), &remaining);
        if updated != namespace {
            namespace = context.client.update_status(&NAMESPACES, updated)?;
        }
        if let Some(message) = remaining.unexpected {
            return Err(retry(message));
        }
        if remaining.estimate_seconds > 0 {
            context.requeue_after(time::seconds_ms(remaining.estimate_seconds / 2 + 1));
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
    /// How long it will take; nought when nothing is left.
    estimate_seconds: i64,
    /// What should be gone, since nothing holds it.
    unexpected: Option<String>,
}

/// Deletes everything in the namespace; while there are pods, only them (`OrderedNamespaceDeletion`), and its conditions are silent about them.
fn delete_content(context: &mut Context, namespace: &Value) -> Result<Remaining, Status> {
    let mut remaining = Remaining::default();
    delete_all(context, &PODS, namespace, &mut remaining)?;
    if !remaining.resources.is_empty() {
        return Ok(Remaining { estimate_seconds: remaining.estimate_seconds, unexpected: remaining.unexpected, ..Remaining::default() });
    }
    let resources: Vec<GroupResource> = context.client.server().registry().all().filter(|kind| kind.namespaced).map(|kind| kind.resource()).collect();
    for resource in resources {
        delete_all(context, &resource, namespace, &mut remaining)?;
    }
    Ok(remaining)
}

fn delete_all(context: &mut Context, resource: &GroupResource, namespace: &Value, remaining: &mut Remaining) -> Result<(), Status> {
    let place = meta::name(namespace);
    let mut objects: Vec<Value> = context.store().list(resource, Some(place)).cloned().collect();
    let mut estimate_seconds = 0;
    if *resource == PODS {
        let grace = objects.iter().filter(|pod| !pods::is_terminal(pod)).map(|pod| count(pod, "spec.terminationGracePeriodSeconds"));
        let deleted_ms = time_ms(namespace.path("metadata.deletionTimestamp")).unwrap_or(0);
        let elapsed_ms = context.now_ms.saturating_sub(deleted_ms);
        estimate_seconds = grace.max().filter(|seconds| elapsed_ms < time::seconds_ms(*seconds)).unwrap_or(0);
    }
    for object in &objects {
        let options = Options { propagation: "Background".into(), ..Options::default() };
        ignore_not_found(context.client.delete(resource, place, meta::name(object), options))?;
    }
    objects = context.store().list(resource, Some(place)).cloned().collect();
    if objects.is_empty() {
        return Ok(());
    }
    let mut is_held = false;
    for finalizer in objects.iter().flat_map(|object| object.path("metadata.finalizers").items()) {
        *remaining.finalizers.entry(finalizer.str().into()).or_default() += 1;
        is_held = true;
    }
    remaining.resources.insert(format!("{}.{}", resource.resource, resource.group), objects.len());
    match (estimate_seconds, is_held) {
        (0, false) => remaining.unexpected = Some(format!("unexpected items still remain in namespace: {place} for gvr: {resource}")),
        (0, true) => remaining.estimate_seconds = remaining.estimate_seconds.max(FINALIZER_ESTIMATE_SECONDS),
        _ => remaining.estimate_seconds = remaining.estimate_seconds.max(estimate_seconds),
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
        let condition = crate::api::meta::condition(&namespace, "NamespaceContentRemaining");
        assert_eq!(condition.get("message").str(), "All content successfully removed", "nothing is said about pods that end");
        world.live(20);
        assert!(world.find(&NAMESPACES, "demo").is_none());
        assert!(world.find(&CONFIG_MAPS, "settings").is_none());
    }
}
