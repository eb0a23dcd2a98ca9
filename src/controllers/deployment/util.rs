//! What a Deployment's fields and annotations mean (`pkg/controller/deployment/util`).

use super::super::fields::{count, created_ms, replicas, scaled};
use crate::api::meta;
use crate::value::{SmolStr, Sort, Value};

pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
pub(super) const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
pub(super) const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
pub(super) const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
pub(super) const TEMPLATE_HASH: &str = "pod-template-hash";

/// Annotations of a Deployment that its ReplicaSets don't get.
const NOT_COPIED: [&str; 6] =
    ["kubectl.kubernetes.io/last-applied-configuration", REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, "deprecated.deployment.rollback.to"];
/// A longer history of revisions loses its oldest ones (`maxRevHistoryLengthInChars`).
const REVISION_HISTORY_CHARS: usize = 2000;
const NO_LIMIT: i64 = i32::MAX as i64;

pub(super) fn has_progress_deadline(deployment: &Value) -> bool {
    deployment.path("spec.progressDeadlineSeconds").as_i64().is_some_and(|seconds| seconds != NO_LIMIT)
}

pub(super) fn revision_history_limit(deployment: &Value) -> Option<i64> {
    deployment.path("spec.revisionHistoryLimit").as_i64().filter(|&limit| limit != NO_LIMIT)
}

fn is_rolling(deployment: &Value) -> bool {
    deployment.path("spec.strategy.type").str() == "RollingUpdate"
}

/// `ResolveFenceposts`: how many pods more and how many fewer there may be; never none of both.
fn fenceposts(deployment: &Value) -> (i64, i64) {
    let rolling = deployment.path("spec.strategy.rollingUpdate");
    let desired = replicas(deployment);
    let surge = scaled(rolling.get("maxSurge"), desired, true);
    let unavailable = scaled(rolling.get("maxUnavailable"), desired, false);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

pub(super) fn max_surge(deployment: &Value) -> i64 {
    if is_rolling(deployment) { fenceposts(deployment).0 } else { 0 }
}

pub(super) fn max_unavailable(deployment: &Value) -> i64 {
    let desired = replicas(deployment);
    if is_rolling(deployment) && desired > 0 { fenceposts(deployment).1.min(desired) } else { 0 }
}

pub(super) fn total_replicas(sets: &[Value]) -> i64 {
    sets.iter().map(replicas).sum()
}

pub(super) fn total_status(sets: &[Value], field: &str) -> i64 {
    sets.iter().map(|set| count(set.get("status"), field)).sum()
}

pub(super) fn revision(object: &Value) -> i64 {
    meta::annotation(object, REVISION).parse().unwrap_or(0)
}

pub(super) fn oldest_first(sets: &mut [Value]) {
    sets.order_by(|a, b| created_ms(a).cmp(&created_ms(b)).then_with(|| meta::name(a).cmp(meta::name(b))));
}

/// Those that want pods.
pub(super) fn active(sets: &[Value]) -> Vec<Value> {
    sets.iter().filter(|set| replicas(set) > 0).cloned().collect()
}

/// `EqualIgnoreHash`: whether both templates make the same pods.
pub(super) fn same_template(a: &Value, b: &Value) -> bool {
    let without_hash = |template: &Value| {
        let mut template = template.clone();
        if template.path("metadata.labels").has(TEMPLATE_HASH) {
            template.path_mut("metadata.labels").remove(TEMPLATE_HASH);
        }
        normal(template)
    };
    without_hash(a) == without_hash(b)
}

/// Without empty labels and such, which mean the same as none.
fn normal(mut template: Value) -> Value {
    for field in ["labels", "annotations", "creationTimestamp"] {
        if template.path("metadata").has(field) && template.path("metadata").get(field).is_empty() {
            template.path_mut("metadata").fields_mut().remove(field);
        }
    }
    if template.get("metadata").is_empty() && template.has("metadata") {
        template.remove("metadata");
    }
    template
}

/// The ReplicaSet of the Deployment's template; the oldest, should there be several.
pub(super) fn find_new(deployment: &Value, sets: &[Value]) -> Option<Value> {
    let mut sets = sets.to_vec();
    oldest_first(&mut sets);
    sets.into_iter().find(|set| same_template(set.path("spec.template"), deployment.path("spec.template")))
}

/// The annotations that tell, after a scaling, what the proportions were before it. Whether something changed.
pub(super) fn set_replicas_annotations(set: &mut Value, desired: i64, max: i64) -> bool {
    let mut changed = false;
    for (key, number) in [(DESIRED_REPLICAS, desired), (MAX_REPLICAS, max)] {
        changed |= annotate(set, key, &number.to_string());
    }
    changed
}

fn annotate(object: &mut Value, key: &str, value: &str) -> bool {
    if object.path("metadata.annotations").get(key).as_str() == Some(value) {
        return false;
    }
    meta::set_annotation(object, key, value);
    true
}

/// `SetNewReplicaSetAnnotations`: the Deployment's own, the revision, and the revisions that it was before. Whether something changed.
pub(super) fn set_new_annotations(deployment: &Value, set: &mut Value, new_revision: i64, exists: bool) -> bool {
    let mut changed = false;
    for (key, value) in deployment.path("metadata.annotations").fields().iter() {
        if !NOT_COPIED.contains(&key.as_str()) {
            changed |= annotate(set, key, value.str());
        }
    }
    let old = SmolStr::new(meta::annotation(set, REVISION));
    let old_revision = old.parse::<i64>().unwrap_or(0);
    if old_revision < new_revision {
        changed |= annotate(set, REVISION, &new_revision.to_string());
        if !old.is_empty() {
            let mut history: Vec<String> = meta::annotation(set, REVISION_HISTORY).split(',').filter(|part| !part.is_empty()).map(String::from).collect();
            history.push(old.to_string());
            while history.len() > 1 && history.join(",").len() > REVISION_HISTORY_CHARS {
                history.remove(0);
            }
            meta::set_annotation(set, REVISION_HISTORY, &history.join(","));
        }
    }
    if !exists {
        let desired = replicas(deployment);
        changed |= set_replicas_annotations(set, desired, desired + max_surge(deployment));
    }
    changed
}

/// `NewRSNewReplicas`: how many pods the new ReplicaSet may have now.
pub(super) fn new_replicas(deployment: &Value, all: &[Value], new: &Value) -> i64 {
    let desired = replicas(deployment);
    if !is_rolling(deployment) {
        return desired;
    }
    let room = desired + max_surge(deployment) - total_replicas(all);
    if room <= 0 { replicas(new) } else { replicas(new) + room.min(desired - replicas(new)) }
}

/// Whether everything the Deployment wants is so (`DeploymentComplete`).
pub(super) fn is_complete(deployment: &Value, status: &Value) -> bool {
    let desired = replicas(deployment);
    ["updatedReplicas", "replicas", "availableReplicas"].iter().all(|field| count(status, field) == desired)
        && count(status, "observedGeneration") >= count(deployment, "metadata.generation")
}

/// `GetReplicaSetProportion`: how many of `to_add` pods a ReplicaSet gets, when `added` are given to others already.
pub(super) fn proportion(set: &Value, deployment: &Value, to_add: i64, added: i64) -> i64 {
    let (size, desired) = (replicas(set), replicas(deployment));
    if size == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = if desired == 0 {
        -size
    } else {
        let before = meta::annotation(set, MAX_REPLICAS).parse::<i64>().ok().filter(|&max| max != 0);
        let before = before.unwrap_or_else(|| count(deployment, "status.replicas")).max(1);
        let now = desired + max_surge(deployment);
        (size as f64 * now as f64 / before as f64).round() as i64 - size
    };
    let allowed = to_add - added;
    if to_add > 0 { fraction.min(allowed) } else { fraction.max(allowed) }
}
