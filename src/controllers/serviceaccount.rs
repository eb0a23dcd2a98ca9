//! A ServiceAccount `default` in every namespace (`pkg/controller/serviceaccount/serviceaccounts_controller.go`). Keys are namespaces.

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{NAMESPACES, ObjectKey, SERVICE_ACCOUNTS};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};
use crate::value::json;

/// The controller of the `default` ServiceAccounts.
pub(super) struct ServiceAccountController;

impl Controller for ServiceAccountController {
    fn name(&self) -> &'static str {
        "service-account-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NAMESPACES && change.type_ != ChangeType::Deleted {
            queue.add(change.key());
        } else if change.resource == SERVICE_ACCOUNTS && change.type_ == ChangeType::Deleted {
            queue.add(ObjectKey::new("", meta::namespace(&change.object)));
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let is_active = context.get(&NAMESPACES, key).is_some_and(|namespace| namespace.path("status.phase").str() != "Terminating");
        if !is_active || context.store().get(&SERVICE_ACCOUNTS, &key.name, "default").is_some() {
            return Ok(());
        }
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
        match context.client.create(&SERVICE_ACCOUNTS, &key.name, account) {
            Err(status) if status.reason != "AlreadyExists" && !super::pod_control::is_namespace_terminating(&status) => Err(status),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::{CONFIG_MAPS, SERVICE_ACCOUNTS};

    #[test]
    fn every_namespace_has_a_default_service_account_and_the_root_certificate() {
        let mut world = World::new();
        world.run(100);
        world.delete(&SERVICE_ACCOUNTS, "default", "");
        world.edit(&CONFIG_MAPS, "kube-root-ca.crt", |map| map.set("data", crate::value::Value::object()));
        world.run(2000);
        world.get(&SERVICE_ACCOUNTS, "default");
        assert!(world.get(&CONFIG_MAPS, "kube-root-ca.crt").get("data").get("ca.crt").str().starts_with("-----BEGIN CERTIFICATE-----"));
    }
}
