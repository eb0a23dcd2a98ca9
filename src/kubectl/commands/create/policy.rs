//! `kubectl create quota`, `poddisruptionbudget` and `priorityclass`.

use super::{create_generated, generator_flags, label_pairs, one_name};
use crate::api::quantity::Quantity;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{SmolStr, json};

/// `create quota`.
pub const QUOTA: Entry = Entry { path: "create quota", aliases: &["resourcequota"], flags: quota_flags, run: Some(|invocation| Box::pin(quota(invocation))) };

/// `create poddisruptionbudget`.
pub const POD_DISRUPTION_BUDGET: Entry =
    Entry { path: "create poddisruptionbudget", aliases: &["pdb"], flags: budget_flags, run: Some(|invocation| Box::pin(budget(invocation))) };

/// `create priorityclass`.
pub const PRIORITY_CLASS: Entry =
    Entry { path: "create priorityclass", aliases: &["pc"], flags: priority_flags, run: Some(|invocation| Box::pin(priority_class(invocation))) };

fn quota_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("hard"), Flag::text("scopes")];
    flags.extend(generator_flags());
    flags
}

fn budget_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("max-unavailable"), Flag::text("min-available"), Flag::text("selector")];
    flags.extend(generator_flags());
    flags
}

fn priority_flags() -> Vec<Flag> {
    let mut flags =
        vec![Flag::text("description"), Flag::bool("global-default"), Flag::text("preemption-policy").or("PreemptLowerPriority"), Flag::int("value", "0")];
    flags.extend(generator_flags());
    flags
}

async fn quota(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {}, "status": {}});
    for pair in invocation.flags.text("hard").split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=').filter(|(_, value)| !value.contains('=')) else {
            return Err(Failure::text(format!("Invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        Quantity::parse(value).map_err(|problem| Failure::text(problem.to_string()))?;
        object.path_mut("spec.hard").fields_mut().insert(SmolStr::new(key), value);
    }
    for scope in invocation.flags.text("scopes").split(',').filter(|scope| !scope.is_empty()) {
        object.push("spec.scopes", scope);
    }
    create_generated(&invocation, object, "create quota").await
}

async fn budget(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let (minimum, maximum) = (invocation.flags.text("min-available"), invocation.flags.text("max-unavailable"));
    if invocation.flags.text("selector").is_empty() {
        return Err(Failure::text("a selector must be specified"));
    }
    if minimum.is_empty() && maximum.is_empty() {
        return Err(Failure::text("one of min-available or max-unavailable must be specified"));
    }
    if !minimum.is_empty() && !maximum.is_empty() {
        return Err(Failure::text("min-available and max-unavailable cannot be both specified"));
    }
    let selector = label_pairs(invocation.flags.text("selector"))?;
    let mut object = json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": {"selector": {}},
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    });
    object.set("spec.selector.matchLabels", selector);
    let (field, text) = if minimum.is_empty() { ("spec.maxUnavailable", maximum) } else { ("spec.minAvailable", minimum) };
    match text.strip_suffix('%').unwrap_or(text).parse::<u32>() {
        Ok(_) if text.ends_with('%') => object.set(field, text),
        Ok(number) => object.set(field, number),
        Err(_) => {
            let flag = if minimum.is_empty() { "max-unavailable" } else { "min-available" };
            return Err(Failure::text(format!("invalid format specified for {flag}")));
        }
    }
    create_generated(&invocation, object, "create poddisruptionbudgets").await
}

async fn priority_class(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let flags = &invocation.flags;
    let mut object = json!({
        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name},
        "value": flags.int("value"), "preemptionPolicy": flags.text("preemption-policy"),
    });
    if flags.is("global-default") {
        object.set("globalDefault", true);
    }
    if !flags.text("description").is_empty() {
        object.set("description", flags.text("description"));
    }
    create_generated(&invocation, object, "create priorityclass").await
}
