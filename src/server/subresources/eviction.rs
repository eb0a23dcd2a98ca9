//! `pods/eviction`: a delete that asks the pod's disruption budget first (`pkg/registry/core/pod/storage/eviction.go`).

use crate::api::resource::POD_DISRUPTION_BUDGETS;
use crate::api::status::Status;
use crate::api::{labels, meta, time};
use crate::server::request::{Request, Verb};
use crate::server::verbs::{Context, delete_object};
use crate::value::{SmolStr, Value, json};

const REFUSAL: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
/// More evictions than that may not wait for the disruption controller.
const DISRUPTED_PODS_LIMIT: usize = 2000;

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    if context.request.verb != Verb::Create {
        return Err(Status::method_not_allowed());
    }
    let eviction = context.request.body.clone();
    if !meta::name(&eviction).is_empty() && meta::name(&eviction) != context.request.name {
        return Err(Status::bad_request("name in URL does not match name in Eviction object"));
    }
    let pod = context.existing()?;
    if !can_ignore_budget(&pod) {
        check_budget(context, &pod)?;
    }
    let options = eviction.get("deleteOptions");
    let mut request: Request = context.request.clone();
    request.verb = Verb::Delete;
    request.subresource = SmolStr::default();
    request.body = Value::Null;
    let text = |path: &str| SmolStr::new(options.path(path).str());
    request.options.grace_period_seconds = options.get("gracePeriodSeconds").as_i64();
    request.options.propagation = text("propagationPolicy");
    request.options.precondition_uid = text("preconditions.uid");
    request.options.precondition_resource_version = text("preconditions.resourceVersion");
    let pod = with_disruption_condition(context, pod);
    let mut deletion = Context { server: context.server, kind: context.kind.clone(), request: &request, now_ms: context.now_ms, warnings: context.warnings };
    delete_object(&mut deletion, pod)?;
    Ok(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}))
}

/// Pods that have ended, never started or are going anyway don't count.
fn can_ignore_budget(pod: &Value) -> bool {
    matches!(pod.path("status.phase").str(), "Succeeded" | "Failed" | "Pending") || meta::is_being_deleted(pod)
}

/// Says in the pod's status why it goes.
fn with_disruption_condition(context: &mut Context, mut pod: Value) -> Value {
    let condition = json!({
        "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting",
        "lastProbeTime": null, "lastTransitionTime": time::rfc3339(context.now_ms),
    });
    let conditions = pod.path_mut("status.conditions").items_mut();
    match conditions.iter_mut().find(|there| there.get("type").str() == "DisruptionTarget") {
        Some(there) => *there = condition,
        None => conditions.push(condition),
    }
    if context.is_dry_run() {
        return pod;
    }
    context.server.put(&crate::api::resource::PODS, pod, context.now_ms, context.request.cause.clone())
}

fn check_budget(context: &mut Context, pod: &Value) -> Result<(), Status> {
    let pod_labels = pod.path("metadata.labels").fields();
    let selects = |budget: &&Value| labels::matches(budget.path("spec.selector"), pod_labels);
    let budgets: Vec<Value> = context.server.store.list(&POD_DISRUPTION_BUDGETS, Some(meta::namespace(pod))).filter(selects).cloned().collect();
    let budget = match budgets.as_slice() {
        [] => return Ok(()),
        [only] => only,
        _ => {
            let why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(Status::other(500, "InternalError", why));
        }
    };
    let is_ready = meta::is_condition_true(pod, "Ready");
    if !is_ready {
        let always = budget.path("spec.unhealthyPodEvictionPolicy").str() == "AlwaysAllow";
        let healthy = |field: &str| budget.get("status").get(field).as_i64().unwrap_or(0);
        if always || healthy("currentHealthy") >= healthy("desiredHealthy") && healthy("desiredHealthy") > 0 {
            return Ok(());
        }
    }
    decrement(context, budget, pod)
}

/// Takes one of the disruptions that the budget allows (`checkAndDecrement`).
fn decrement(context: &mut Context, budget: &Value, pod: &Value) -> Result<(), Status> {
    let name = meta::name(budget);
    let status = budget.get("status");
    let refusal = |message: String, retry_seconds: i64| {
        let mut refusal = Status::too_many_requests(REFUSAL);
        refusal.details.push("causes", json!({"reason": "DisruptionBudget", "message": message}));
        if retry_seconds > 0 {
            refusal.details.set("retryAfterSeconds", retry_seconds);
        }
        Err(refusal)
    };
    if status.get("observedGeneration").as_i64().unwrap_or(0) < budget.path("metadata.generation").as_i64().unwrap_or(0) {
        return refusal(format!("The disruption budget {name} is still being processed by the server."), 10);
    }
    let allowed = status.get("disruptionsAllowed").as_i64().unwrap_or(0);
    if allowed < 0 {
        return Err(Status::forbidden(&POD_DISRUPTION_BUDGETS, name, "pdb disruptions allowed is negative"));
    }
    if status.get("disruptedPods").fields().len() > DISRUPTED_PODS_LIMIT {
        return Err(Status::forbidden(&POD_DISRUPTION_BUDGETS, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller"));
    }
    if allowed == 0 {
        let condition = meta::condition(budget, "DisruptionAllowed");
        let (reason, message) = (condition.get("reason").str(), condition.get("message").str());
        return refusal(
            if condition.get("status").str() == "False" && !message.is_empty() && reason == "SyncFailed" {
                format!("The disruption budget {name} does not allow evicting pods currently because it failed sync: {message}")
            } else if condition.get("status").str() == "False" && !message.is_empty() {
                format!("The disruption budget {name} does not allow evicting pods currently ({reason}): {message}")
            } else {
                format!(
                    "The disruption budget {name} needs {} healthy pods and has {} currently",
                    status.get("desiredHealthy").as_i64().unwrap_or(0),
                    status.get("currentHealthy").as_i64().unwrap_or(0)
                )
            },
            0,
        );
    }
    let mut after = budget.clone();
    after.set("status.disruptionsAllowed", allowed - 1);
    if allowed == 1 {
        set_insufficient(&mut after, context.now_ms);
    }
    after.path_mut("status.disruptedPods").fields_mut().insert(SmolStr::new(meta::name(pod)), time::rfc3339(context.now_ms));
    if !context.is_dry_run() {
        context.server.put(&POD_DISRUPTION_BUDGETS, after, context.now_ms, context.request.cause.clone());
    }
    Ok(())
}

fn set_insufficient(budget: &mut Value, now_ms: u64) {
    let generation = budget.path("metadata.generation").as_i64().unwrap_or(0);
    let condition = json!({
        "type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods", "message": "",
        "observedGeneration": generation, "lastTransitionTime": time::rfc3339(now_ms),
    });
    let conditions = budget.path_mut("status.conditions").items_mut();
    match conditions.iter_mut().find(|there| there.get("type").str() == "DisruptionAllowed") {
        Some(there) => *there = condition,
        None => conditions.push(condition),
    }
}
