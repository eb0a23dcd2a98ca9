//! ClusterRoles with an `aggregationRule` have the rules of those that it selects (`pkg/controller/clusterroleaggregation`).

use super::controller::{Context, Controller, Queue};
use crate::api::resource::{CLUSTER_ROLES, ObjectKey};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, Store};
use crate::value::Value;

/// The controller that gathers the rules.
pub(super) struct ClusterRoleAggregation;

impl Controller for ClusterRoleAggregation {
    fn name(&self) -> &'static str {
        "clusterrole-aggregation-controller"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == CLUSTER_ROLES {
            for role in store.list(&CLUSTER_ROLES, None).filter(|role| !role.get("aggregationRule").is_null()) {
                queue.add_object(role);
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut role) = context.get(&CLUSTER_ROLES, key) else { return Ok(()) };
        let selectors = role.path("aggregationRule.clusterRoleSelectors").items().to_vec();
        if role.get("aggregationRule").is_null() {
            return Ok(());
        }
        let mut rules: Vec<Value> = Vec::new();
        for selector in &selectors {
            for other in context.store().list(&CLUSTER_ROLES, None) {
                let selected = labels::matches(selector, other.path("metadata.labels").fields()) && meta::name(other) != meta::name(&role);
                for rule in other.get("rules").items().iter().filter(|_| selected) {
                    if !rules.contains(rule) {
                        rules.push(rule.clone());
                    }
                }
            }
        }
        if role.get("rules").items() == rules {
            return Ok(());
        }
        role.set("rules", Value::array(rules));
        context.client.update(&CLUSTER_ROLES, role).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use crate::api::resource::CLUSTER_ROLES;
    use crate::value::json;

    #[test]
    fn rules_are_gathered_by_label() {
        let mut world = World::new();
        let selectors = json!([{"matchLabels": {"to": "view"}}]);
        world.create(&CLUSTER_ROLES, json!({"metadata": {"name": "all"}, "aggregationRule": {"clusterRoleSelectors": selectors}, "rules": []}));
        let rule = json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]});
        world.create(&CLUSTER_ROLES, json!({"metadata": {"name": "part", "labels": {"to": "view"}}, "rules": [rule]}));
        world.run(500);
        assert_eq!(world.get(&CLUSTER_ROLES, "all").get("rules").items(), [rule]);
    }
}
