//! PodDisruptionBudgets: how many pods may be evicted now (`pkg/controller/disruption`).

use super::controller::{Context, Controller, Queue};
use super::fields::{count, replicas, scaled, time_ms};
use super::pods;
use super::refs;
use crate::api::resource::{DEPLOYMENTS, ObjectKey, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS};
use crate::api::status::Status;
use crate::api::{labels, meta};
use crate::store::{Change, ChangeType, Store};
use crate::value::{Map, SortedMap, Value, json};

/// An eviction that was granted but not carried out is forgotten after that time (`DeletionTimeout`).
const DELETION_TIMEOUT_MS: u64 = 120_000;

/// The controller of PodDisruptionBudgets.
pub(super) struct DisruptionController;

impl Controller for DisruptionController {
    fn name(&self) -> &'static str {
        "disruption-controller"
    }

    fn component(&self) -> &'static str {
        "controllermanager"
    }

    fn enqueue(&self, change: &Change, store: &Store, queue: &mut Queue) {
        if change.resource == POD_DISRUPTION_BUDGETS {
            queue.add_object(&change.object);
        } else if change.resource == PODS {
            for budget in store.list(&POD_DISRUPTION_BUDGETS, Some(meta::namespace(&change.object))) {
                if selects(budget, &change.object) || (change.type_ == ChangeType::Modified && selects(budget, &change.previous)) {
                    queue.add_object(budget);
                }
            }
            if budgets_of(store, &change.object).nth(1).is_some() {
                queue.add(ObjectKey::new(meta::namespace(&change.object), &format!("{POD}{}", meta::name(&change.object))));
            }
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        if let Some(pod) = key.name.strip_prefix(POD) {
            warn_of_several(context, &ObjectKey::new(&key.namespace, pod));
            return Ok(());
        }
        let Some(budget) = context.get(&POD_DISRUPTION_BUDGETS, key) else { return Ok(()) };
        let selector = budget.path("spec.selector").clone();
        let selected: Vec<Value> = refs::selected(context.store(), &PODS, &key.namespace, &selector).cloned().collect();
        context.visited(selected.len());
        if selected.is_empty() {
            context.event(&budget, "Normal", "NoPods", "No matching pods found");
        }
        let counts_controllers = !budget.path("spec.maxUnavailable").is_null() || budget.path("spec.minAvailable").as_str().is_some();
        if counts_controllers && selected.iter().any(|pod| meta::controller_of(pod).is_null()) {
            context.event(&budget, "Warning", "UnmanagedPods", &unmanaged_message(&selector));
        }
        let (expected, desired) = match expected_and_desired(context.store(), &budget, &selected) {
            Ok(numbers) => numbers,
            Err(message) => return self.fail_safe(context, budget, &message),
        };
        let (disrupted, recheck_ms) = disrupted(&budget, &selected, context.now_ms);
        if let Some(recheck_ms) = recheck_ms {
            context.requeue_after(recheck_ms);
        }
        let is_healthy = |pod: &&Value| pods::is_ready(pod) && !meta::is_being_deleted(pod) && !disrupted.contains_key(meta::name(pod));
        let healthy = selected.iter().filter(is_healthy).count() as i64;
        let allowed = if expected <= 0 { 0 } else { (healthy - desired).max(0) };
        let mut status = budget.get("status").clone();
        let generation = count(&budget, "metadata.generation");
        for (field, number) in [
            ("currentHealthy", healthy),
            ("desiredHealthy", desired),
            ("expectedPods", expected),
            ("disruptionsAllowed", allowed),
            ("observedGeneration", generation),
        ] {
            status.set(field, number);
        }
        if disrupted.is_empty() {
            status.remove("disruptedPods");
        } else {
            status.set("disruptedPods", disrupted);
        }
        let (state, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
        set_condition(context, &mut status, generation, state, reason, "");
        write(context, budget, status)
    }
}

/// Names of keys that are pods rather than budgets start so; no budget's name does.
const POD: &str = "pod:";

fn selects(budget: &Value, pod: &Value) -> bool {
    labels::matches(budget.path("spec.selector"), pod.path("metadata.labels").fields())
}

fn budgets_of<'a>(store: &'a Store, pod: &'a Value) -> impl Iterator<Item = &'a Value> {
    store.list(&POD_DISRUPTION_BUDGETS, Some(meta::namespace(pod))).filter(move |budget| selects(budget, pod))
}

/// `getPdbForPod`: each change of a pod is one budget's business; here all of them follow it, but upstream's warning is the person's to know.
fn warn_of_several(context: &mut Context, key: &ObjectKey) {
    let Some(pod) = context.get(&PODS, key) else { return };
    let mut budgets = budgets_of(context.store(), &pod);
    let (Some(first), Some(_)) = (budgets.next(), budgets.next()) else { return };
    let chosen = meta::name(first).to_string();
    drop(budgets);
    let message = format!("Pod \"{}\"/\"{}\" matches multiple PodDisruptionBudgets.  Chose \"{chosen}\" arbitrarily.", key.namespace, key.name);
    context.event(&pod, "Warning", "MultiplePodDisruptionBudgets", &message);
}

impl DisruptionController {
    /// When it can't be told how many pods there should be, none may be evicted.
    fn fail_safe(&self, context: &mut Context, budget: Value, message: &str) -> Result<(), Status> {
        context.event(&budget, "Warning", "CalculateExpectedPodCountFailed", &format!("Failed to calculate the number of expected pods: {message}"));
        let mut status = budget.get("status").clone();
        status.set("disruptionsAllowed", 0);
        set_condition(context, &mut status, count(&budget, "metadata.generation"), "False", "SyncFailed", message);
        write(context, budget, status)
    }
}

fn unmanaged_message(selector: &Value) -> String {
    let labels: String = selector.get("matchLabels").fields().iter().map(|(key, value)| format!("{key}: {},", value.str())).collect();
    let requirement = |requirement: &Value| {
        let values: Vec<&str> = requirement.get("values").items().iter().map(Value::str).collect();
        let (key, operator) = (requirement.get("key").str(), requirement.get("operator").str());
        format!("LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{}],}},", values.join(" "))
    };
    let expressions: String = selector.get("matchExpressions").items().iter().map(requirement).collect();
    let selector = format!("&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}");
    format!(
        "Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value."
    )
}

fn write(context: &mut Context, mut budget: Value, status: Value) -> Result<(), Status> {
    if status == *budget.get("status") {
        return Ok(());
    }
    budget.set("status", status);
    context.client.update_status(&POD_DISRUPTION_BUDGETS, budget).map(|_| ())
}

fn set_condition(context: &Context, status: &mut Value, generation: i64, state: &str, reason: &str, message: &str) {
    let mut condition = json!({
        "type": "DisruptionAllowed", "status": state, "reason": reason, "message": message, "observedGeneration": generation,
        "lastTransitionTime": context.now().str(),
    });
    let conditions = status.get_mut("conditions").items_mut();
    match conditions.iter_mut().find(|old| old.get("type").str() == "DisruptionAllowed") {
        Some(old) => {
            if old.get("status").str() == state {
                condition.set("lastTransitionTime", old.get("lastTransitionTime"));
            }
            *old = condition;
        }
        None => conditions.push(condition),
    }
}

/// How many pods there should be, and how many of them have to stay healthy.
fn expected_and_desired(store: &Store, budget: &Value, selected: &[Value]) -> Result<(i64, i64), String> {
    let max_unavailable = budget.path("spec.maxUnavailable");
    if !max_unavailable.is_null() {
        let expected = expected_scale(store, selected)?;
        return Ok((expected, (expected - scaled(max_unavailable, expected, true)).max(0)));
    }
    let min_available = budget.path("spec.minAvailable");
    if let Some(number) = min_available.as_i64() {
        return Ok((selected.len() as i64, number));
    }
    if min_available.is_null() {
        return Ok((0, 0));
    }
    let expected = expected_scale(store, selected)?;
    Ok((expected, scaled(min_available, expected, true)))
}

/// `getExpectedScale`: the replicas that the pods' controllers want.
fn expected_scale(store: &Store, selected: &[Value]) -> Result<i64, String> {
    let mut by_controller: SortedMap<String, i64> = SortedMap::new();
    for pod in selected {
        let reference = meta::controller_of(pod);
        if reference.is_null() {
            continue;
        }
        let uid = reference.get("uid").str().to_string();
        if !by_controller.contains_key(&uid) {
            let (uid, scale) = controller_scale(store, pod, reference).ok_or_else(|| format!("found no controllers for pod \"{}\"", meta::name(pod)))?;
            by_controller.insert(uid, scale);
        }
    }
    Ok(by_controller.values().sum())
}

fn controller_scale(store: &Store, pod: &Value, reference: &Value) -> Option<(String, i64)> {
    let resource = match reference.get("kind").str() {
        "ReplicaSet" => REPLICA_SETS,
        "ReplicationController" => REPLICATION_CONTROLLERS,
        "StatefulSet" => STATEFUL_SETS,
        _ => return None,
    };
    let controller = store.get(&resource, meta::namespace(pod), reference.get("name").str())?;
    let of_set = meta::controller_of(controller);
    if of_set.get("kind").str() == "Deployment" {
        let deployment = store.get(&DEPLOYMENTS, meta::namespace(pod), of_set.get("name").str())?;
        return Some((meta::uid(deployment).to_string(), replicas(deployment)));
    }
    Some((meta::uid(controller).to_string(), replicas(controller)))
}

/// The pods whose eviction was granted and that are still there (`buildDisruptedPodMap`), and when to look again.
fn disrupted(budget: &Value, selected: &[Value], now_ms: u64) -> (Map, Option<u64>) {
    let mut still = Map::new();
    let mut recheck_ms: Option<u64> = None;
    for (name, granted) in budget.path("status.disruptedPods").fields().iter() {
        let is_waited_for = selected.iter().any(|pod| meta::name(pod) == name.as_str() && !meta::is_being_deleted(pod));
        let expires_ms = time_ms(granted).unwrap_or(0) + DELETION_TIMEOUT_MS;
        if is_waited_for && expires_ms > now_ms {
            still.insert(name.clone(), granted.clone());
            let wait_ms = expires_ms - now_ms;
            recheck_ms = Some(recheck_ms.map_or(wait_ms, |first| first.min(wait_ms)));
        }
    }
    (still, recheck_ms)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, template};
    use crate::api::resource::{POD_DISRUPTION_BUDGETS, REPLICA_SETS};
    use crate::value::json;

    fn allowed(world: &World, name: &str) -> i64 {
        world.get(&POD_DISRUPTION_BUDGETS, name).path("status.disruptionsAllowed").as_i64().unwrap_or(-1)
    }

    #[test]
    fn a_budget_follows_its_pods() {
        let mut world = World::new();
        let selector = json!({"matchLabels": {"app": "web"}});
        world.create(&REPLICA_SETS, json!({"metadata": {"name": "web"}, "spec": {"replicas": 4, "selector": selector, "template": template("web", "nginx")}}));
        for (name, field, value) in [("two", "minAvailable", json!(3)), ("half", "maxUnavailable", json!("50%")), ("most", "minAvailable", json!("90%"))] {
            let mut spec = json!({"selector": selector});
            spec.set(field, value);
            world.create(&POD_DISRUPTION_BUDGETS, json!({"metadata": {"name": name}, "spec": spec}));
        }
        world.run(500);
        assert_eq!(allowed(&world, "two"), 0);
        world.live(2);
        assert_eq!([allowed(&world, "two"), allowed(&world, "half"), allowed(&world, "most")], [1, 2, 0]);
        assert!(world.events().iter().any(|event| event.starts_with("MultiplePodDisruptionBudgets Pod \"demo\"/\"web-") && event.contains("Chose \"half\"")));
    }
}
