//! How fast replicas may come and go: limits, stabilization, and `spec.behavior` (`normalizeDesiredReplicas`).

use super::Reconcile;
use crate::api::meta;
use crate::api::time;
use crate::controllers::controller::Context;
use crate::controllers::fields::count;
use crate::value::{Value, json};

/// For that long the highest recommendation counts before replicas go (`--horizontal-pod-autoscaler-downscale-stabilization`).
const DOWNSCALE_STABILIZATION_MS: u64 = 300_000;
/// What is remembered is forgotten after that time; no window may be longer.
const MEMORY_MS: u64 = 3_600_000;

/// What is remembered of an autoscaler: `recommendations` and `scalings`, each with its time and number.
fn remember(context: &mut Context, autoscaler: &Value, list: &str, number: i64) {
    let key = meta::key(autoscaler);
    let now_ms = context.now_ms;
    let mut known = context.memory.get(&key).cloned().unwrap_or_default();
    let entries = known.get_mut(list).items_mut();
    entries.retain(|entry| count(entry, "time") as u64 + MEMORY_MS > now_ms);
    entries.push(json!({"time": now_ms, "number": number}));
    context.memory.insert(key, known);
}

fn since(context: &Context, autoscaler: &Value, list: &str, window_ms: u64) -> Vec<i64> {
    let known = context.memory.get(&meta::key(autoscaler)).cloned().unwrap_or_default();
    let from_ms = context.now_ms.saturating_sub(window_ms);
    known.get(list).items().iter().filter(|entry| count(entry, "time") as u64 > from_ms).map(|entry| count(entry, "number")).collect()
}

/// When the autoscaler was first looked at, as far as is remembered.
pub(super) fn first_seen_ms(context: &Context, autoscaler: &Value) -> i64 {
    let known = context.memory.get(&meta::key(autoscaler));
    known.and_then(|known| known.get("recommendations").items().first()).map_or(0, |entry| count(entry, "time"))
}

/// `recordInitialRecommendation`: what there was at first counts as recommended.
pub(super) fn remember_first(context: &mut Context, autoscaler: &Value, current: i64) {
    if !context.memory.contains_key(&meta::key(autoscaler)) {
        remember(context, autoscaler, "recommendations", current);
    }
}

/// Notes by how many the replicas changed.
pub(super) fn remember_scaling(context: &mut Context, autoscaler: &Value, before: i64, after: i64) {
    remember(context, autoscaler, "scalings", after - before);
}

/// What remains of a proposal after stabilization and limits, and the `ScalingLimited` condition about it.
pub(super) fn normalize(reconcile: &mut Reconcile, current: i64, proposed: i64, min: i64, max: i64) -> i64 {
    let behavior = reconcile.autoscaler.path("spec.behavior").clone();
    let stabilized = stabilize(reconcile, &behavior, current, proposed);
    let (floor, ceiling) = limits(reconcile, &behavior, current, min, max);
    let desired = stabilized.clamp(floor.min(ceiling), ceiling);
    let (status, reason, message) = if desired < stabilized && ceiling < max {
        ("True", "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
    } else if desired < stabilized {
        ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count")
    } else if desired > stabilized && floor > min {
        ("True", "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
    } else if desired > stabilized {
        ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count")
    } else {
        ("False", "DesiredWithinRange", "the desired count is within the acceptable range")
    };
    reconcile.set_condition("ScalingLimited", status, reason, message);
    desired
}

fn stabilize(reconcile: &mut Reconcile, behavior: &Value, current: i64, proposed: i64) -> i64 {
    let window = |direction: &str, default_ms: u64| behavior.get(direction).get("stabilizationWindowSeconds").as_i64().map_or(default_ms, time::seconds_ms);
    let down = since(reconcile.context, reconcile.autoscaler, "recommendations", window("scaleDown", DOWNSCALE_STABILIZATION_MS));
    let up = since(reconcile.context, reconcile.autoscaler, "recommendations", window("scaleUp", 0));
    remember(reconcile.context, reconcile.autoscaler, "recommendations", proposed);
    let highest = down.into_iter().fold(proposed, i64::max);
    let lowest = up.into_iter().fold(proposed, i64::min);
    let stabilized = current.max(lowest).min(highest);
    if stabilized != proposed {
        let (reason, of) = if proposed < current {
            ("ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation")
        } else {
            ("ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation")
        };
        reconcile.set_condition("AbleToScale", "True", reason, of);
    } else {
        reconcile.set_condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
    }
    stabilized
}

/// The fewest and the most replicas that may be now. Without `spec.behavior`: twice as many or 4, and as few as there may be.
fn limits(reconcile: &Reconcile, behavior: &Value, current: i64, min: i64, max: i64) -> (i64, i64) {
    if behavior.is_null() {
        return (min, max.min((current * 2).max(4)));
    }
    let ceiling = limit(reconcile, behavior.get("scaleUp"), current, true).map_or(max, |limit| limit.min(max));
    let floor = limit(reconcile, behavior.get("scaleDown"), current, false).map_or(min, |limit| limit.max(min));
    (floor, ceiling)
}

/// What the policies of one direction allow, counted from where the replicas were at the beginning of each policy's period.
fn limit(reconcile: &Reconcile, rules: &Value, current: i64, up: bool) -> Option<i64> {
    if rules.get("selectPolicy").str() == "Disabled" {
        return Some(current);
    }
    let allowed: Vec<i64> = rules
        .get("policies")
        .items()
        .iter()
        .map(|policy| {
            let period_ms = count(policy, "periodSeconds").max(1) as u64 * 1000;
            let changes = since(reconcile.context, reconcile.autoscaler, "scalings", period_ms);
            let done: i64 = changes.into_iter().filter(|&change| (change > 0) == up).sum();
            let (start, value) = (current - done, count(policy, "value"));
            match (policy.get("type").str(), up) {
                ("Pods", true) => start + value,
                ("Pods", false) => start - value,
                (_, true) => (start as f64 * (1.0 + value as f64 / 100.0)).ceil() as i64,
                (_, false) => (start as f64 * (1.0 - value as f64 / 100.0)) as i64,
            }
        })
        .collect();
    let most_change = rules.get("selectPolicy").str() != "Min";
    let limit = if most_change == up { allowed.into_iter().max() } else { allowed.into_iter().min() };
    limit.map(|limit| if up { limit.max(current) } else { limit.min(current) })
}
