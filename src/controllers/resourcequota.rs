//! What is used of each ResourceQuota, counted anew when something has changed (`pkg/controller/resourcequota`). Admission adds to it as objects come.

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{EVENTS, ObjectKey, RESOURCE_QUOTAS};
use crate::api::status::Status;
use crate::server::quota;
use crate::store::{Change, ChangeType, Store};

/// What goes is noticed a little later than what comes, as upstream's replenishment is.
const REPLENISH_MS: u64 = 50;

/// The controller of ResourceQuotas.
pub(super) struct ResourceQuotaController;

impl Controller for ResourceQuotaController {
    fn name(&self) -> &'static str {
        "resourcequota-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == RESOURCE_QUOTAS {
            if change.type_ != ChangeType::Deleted && (change.changed("spec") || change.object.path("status.hard") != change.object.path("spec.hard")) {
                queue.add_object(&change.object);
            }
            return;
        }
        let frees = change.type_ == ChangeType::Deleted || (change.type_ == ChangeType::Modified && may_free(change));
        if frees && change.resource != EVENTS {
            for found in store.list(&RESOURCE_QUOTAS, Some(meta::namespace(&change.object))) {
                queue.add_after(meta::key(found), REPLENISH_MS);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(found) = context.get(&RESOURCE_QUOTAS, key) else { return Ok(()) };
        let used = quota::to_value(&quota::calculate(context.store(), &found, context.now_ms));
        let mut updated = found.clone();
        updated.set("status.hard", found.path("spec.hard").clone());
        updated.set("status.used", used);
        if updated.get("status") == found.get("status") {
            return Ok(());
        }
        context.client.update_status(&RESOURCE_QUOTAS, updated).map(|_| ())
    }
}

/// Whether an update may have freed something: a pod that has ended or changed its size, a claim or a Service that is another now.
fn may_free(change: &Change) -> bool {
    let is = |resource: &str| change.resource.group.is_empty() && change.resource.resource == resource;
    (is("pods") && (change.changed("status.phase") || change.changed("metadata.deletionTimestamp") || change.changed("spec.containers")))
        || ((is("services") || is("persistentvolumeclaims")) && change.changed("spec"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{CONFIG_MAPS, RESOURCE_QUOTAS};
    use crate::value::json;

    #[test]
    fn a_quota_says_what_is_used() {
        let mut world = World::new();
        world.create(&CONFIG_MAPS, json!({"metadata": {"name": "one"}}));
        world.create(&RESOURCE_QUOTAS, json!({"metadata": {"name": "small"}, "spec": {"hard": {"count/configmaps": "5"}}}));
        world.run(1000);
        let status = |world: &World| world.get(&RESOURCE_QUOTAS, "small").get("status").clone();
        assert_eq!(status(&world), json!({"hard": {"count/configmaps": "5"}, "used": {"count/configmaps": "2"}}));
        world.delete(&CONFIG_MAPS, "one", "");
        world.run(1000);
        assert_eq!(status(&world).path("used").get("count/configmaps").str(), "1");
    }
}
