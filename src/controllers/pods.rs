//! What controllers want to know of pods (`pkg/api/v1/pod` and `pkg/controller/controller_utils.go`).

use super::fields::{count, created_ms, time_ms};
use crate::api::meta;
use crate::api::resource::{PODS, REPLICA_SETS};
use crate::api::time;
use crate::store::Store;
use crate::value::{Sort, SortedMap, Value};
use std::cmp::Ordering;

/// `status.phase`.
pub(super) fn phase(pod: &Value) -> &str {
    pod.get("status").get("phase").str()
}

/// Whether its containers are done for good.
pub(super) fn is_terminal(pod: &Value) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Whether it counts as a replica: not done, and not being deleted.
pub(super) fn is_active(pod: &Value) -> bool {
    !is_terminal(pod) && !meta::is_being_deleted(pod)
}

/// Whether it is being deleted but not done yet.
pub(super) fn is_terminating(pod: &Value) -> bool {
    !is_terminal(pod) && meta::is_being_deleted(pod)
}

/// Whether its `Ready` condition is true.
pub(super) fn is_ready(pod: &Value) -> bool {
    meta::is_condition_true(pod, "Ready")
}

/// Whether it has been ready for `min_ready_seconds`.
pub(super) fn is_available(pod: &Value, min_ready_seconds: i64, now_ms: u64) -> bool {
    is_ready(pod) && (min_ready_seconds == 0 || available_in_ms(pod, min_ready_seconds, now_ms) == Some(0))
}

/// How long until a ready pod is available; `None` for one that isn't ready.
pub(super) fn available_in_ms(pod: &Value, min_ready_seconds: i64, now_ms: u64) -> Option<u64> {
    if !is_ready(pod) {
        return None;
    }
    let since_ms = time_ms(meta::condition(pod, "Ready").get("lastTransitionTime"))?;
    Some((since_ms + time::seconds_ms(min_ready_seconds)).saturating_sub(now_ms))
}

/// The restarts of all its containers.
fn restarts(pod: &Value) -> i64 {
    ["containerStatuses", "initContainerStatuses"]
        .iter()
        .flat_map(|list| pod.get("status").get(list).items())
        .map(|status| count(status, "restartCount"))
        .max()
        .unwrap_or(0)
}

/// The powers of two of an age in nanoseconds: pods of about the same age are equal, and which of them goes is chance (`logarithmicRankDiff`).
fn age_rank(since_ms: u64, now_ms: u64) -> i64 {
    match now_ms.saturating_sub(since_ms) {
        0 => -1,
        age_ms => (age_ms as f64 * 1e6).log2() as i64,
    }
}

/// The order of pods by an age of theirs, youngest first. Of about equal ages the UID decides (chance), but pods of the very same age stay together, to be
/// told apart by what else is known of them: one by one, as upstream compares them, there would be no order for three.
struct Ages {
    now_ms: u64,
    least_uids: SortedMap<u64, String>,
}

impl Ages {
    fn new(pods: &[Value], since_ms: impl Fn(&Value) -> u64, now_ms: u64) -> Ages {
        let mut least_uids: SortedMap<u64, String> = SortedMap::new();
        for pod in pods {
            let uid = meta::uid(pod);
            let least = least_uids.entry(since_ms(pod)).or_insert_with(|| uid.to_string());
            if uid < least.as_str() {
                *least = uid.to_string();
            }
        }
        Ages { now_ms, least_uids }
    }

    fn compare(&self, a_ms: u64, b_ms: u64) -> Ordering {
        age_rank(a_ms, self.now_ms).cmp(&age_rank(b_ms, self.now_ms)).then_with(|| self.least_uids.get(&a_ms).cmp(&self.least_uids.get(&b_ms)))
    }
}

/// Sorts pods so that those that should be deleted first are first (`ActivePodsWithRanks`). `rank` counts the related pods on a pod's node.
pub(super) fn sort_for_deletion(pods: &mut [Value], related: &SortedMap<String, usize>, now_ms: u64) {
    let node = |pod: &Value| pod.get("spec").get("nodeName").str().to_string();
    let cost = |pod: &Value| meta::annotation(pod, "controller.kubernetes.io/pod-deletion-cost").parse::<i64>().unwrap_or(0);
    let phase_order = |pod: &Value| match phase(pod) {
        "Pending" | "" => 0,
        "Unknown" => 1,
        _ => 2,
    };
    let rank = |pod: &Value| related.get(&node(pod)).copied().unwrap_or(0);
    let ready_since = |pod: &Value| time_ms(meta::condition(pod, "Ready").get("lastTransitionTime")).unwrap_or(0);
    let ready_group = Ages::new(pods, ready_since, now_ms);
    let created_group = Ages::new(pods, created_ms, now_ms);
    pods.order_by(|a, b| {
        (!node(a).is_empty())
            .cmp(&!node(b).is_empty())
            .then_with(|| phase_order(a).cmp(&phase_order(b)))
            .then_with(|| is_ready(a).cmp(&is_ready(b)))
            .then_with(|| cost(a).cmp(&cost(b)))
            .then_with(|| rank(b).cmp(&rank(a)))
            .then_with(|| if is_ready(a) { ready_group.compare(ready_since(a), ready_since(b)) } else { Ordering::Equal })
            .then_with(|| restarts(b).cmp(&restarts(a)))
            .then_with(|| created_group.compare(created_ms(a), created_ms(b)))
    });
}

/// How many active pods of the ReplicaSets with the same owner are on each node: a rollout prefers to delete where there are several.
pub(super) fn related_on_nodes(store: &Store, replica_set: &Value) -> SortedMap<String, usize> {
    let owner_uid = meta::controller_of(replica_set).get("uid").str();
    let siblings: Vec<&Value> = match owner_uid {
        "" => vec![replica_set],
        uid => store.owned_by(uid).filter(|(resource, _)| **resource == REPLICA_SETS).map(|(_, object)| object).collect(),
    };
    let mut nodes = SortedMap::new();
    for sibling in siblings {
        for (resource, pod) in store.owned_by(meta::uid(sibling)) {
            if *resource == PODS && is_active(pod) {
                *nodes.entry(pod.get("spec").get("nodeName").str().to_string()).or_insert(0) += 1;
            }
        }
    }
    nodes
}
