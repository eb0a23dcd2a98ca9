//! Spreads pods evenly over zones, nodes or whatever their constraints name.

use super::taint_toleration::has_untolerated_taint;
use crate::api::labels;
use crate::api::meta;
use crate::api::resource::{REPLICA_SETS, REPLICATION_CONTROLLERS, SERVICES, STATEFUL_SETS};
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, MAX_NODE_SCORE, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_groups::PodGroup;
use crate::scheduler::pod_info::PodInfo;
use crate::scheduler::selector::matches_required_affinity;
use crate::store::Store;
use crate::value::{SmolStr, SortedMap, SortedSet, Value, json};
use std::sync::Arc;

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// A constraint, made ready.
#[derive(Clone)]
struct Constraint {
    max_skew: i64,
    topology_key: SmolStr,
    selector: Value,
    min_domains: usize,
    honors_affinity: bool,
    honors_taints: bool,
    /// For each group of pods whether its pods are counted.
    counted: Arc<Vec<bool>>,
}

/// What it keeps during a cycle.
#[derive(Clone, Default)]
pub struct State {
    hard: Vec<Constraint>,
    /// For each hard constraint the number of matching pods in each place.
    counts: Vec<SortedMap<SmolStr, i64>>,
    /// For each hard constraint the smallest of these numbers, 0 where there are too few places.
    fewest: Vec<i64>,
    soft: Vec<Constraint>,
    /// For each soft constraint the number of matching pods in each place (nodes are counted one by one instead).
    soft_counts: Vec<SortedMap<SmolStr, i64>>,
    soft_weights: Vec<f64>,
    ignored: SortedSet<SmolStr>,
}

/// The plugin.
pub struct PodTopologySpread;

impl Plugin for PodTopologySpread {
    fn name(&self) -> &'static str {
        "PodTopologySpread"
    }

    fn weight(&self) -> i64 {
        2
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let mut hard = constraints(cycle.pod, "DoNotSchedule");
        if hard.is_empty() {
            return Ok(PreFilter::Skip);
        }
        select(cycle, &mut hard);
        let mut counts = vec![SortedMap::new(); hard.len()];
        for node in cycle.cache.nodes().filter(|node| has_all_labels(node, &hard)) {
            for (constraint, counts) in hard.iter().zip(&mut counts) {
                if constraint.includes(cycle.pod, node) {
                    let place = SmolStr::new(node.label(&constraint.topology_key).unwrap_or(""));
                    *counts.entry(place).or_default() += constraint.count(node);
                }
            }
        }
        let fewest = hard.iter().zip(&counts).map(|(constraint, counts)| constraint.fewest(counts)).collect();
        state.pod_topology_spread = State { hard, counts, fewest, ..State::default() };
        Ok(PreFilter::Filter)
    }

    fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        let state = &state.pod_topology_spread;
        for ((constraint, counts), fewest) in state.hard.iter().zip(&state.counts).zip(&state.fewest) {
            let Some(place) = node.label(&constraint.topology_key) else {
                return Err(Rejection::unresolvable("node(s) didn't match pod topology spread constraints (missing required label)"));
            };
            let itself = i64::from(labels::matches(&constraint.selector, cycle.pod.labels()));
            let here = counts.get(place).copied().unwrap_or(0);
            if here + itself - fewest > constraint.max_skew {
                return Err(Rejection::unschedulable("node(s) didn't match pod topology spread constraints"));
            }
        }
        Ok(())
    }

    fn assume(&self, cycle: &Cycle, state: &mut CycleState, other: &PodInfo, node: &NodeInfo, by: i64) {
        let state = &mut state.pod_topology_spread;
        if other.key.namespace != cycle.pod.key.namespace || !has_all_labels(node, &state.hard) {
            return;
        }
        for (constraint, counts) in state.hard.iter().zip(&mut state.counts) {
            if labels::matches(&constraint.selector, other.labels()) && constraint.includes(cycle.pod, node) {
                let place = SmolStr::new(node.label(&constraint.topology_key).unwrap_or(""));
                *counts.entry(place).or_default() += by;
            }
        }
        state.fewest = state.hard.iter().zip(&state.counts).map(|(constraint, counts)| constraint.fewest(counts)).collect();
    }

    fn pre_score(&self, cycle: &Cycle, state: &mut CycleState, nodes: &[Arc<NodeInfo>]) -> bool {
        let own = !cycle.pod.pod.path("spec.topologySpreadConstraints").is_empty();
        let mut soft = if own { constraints(cycle.pod, "ScheduleAnyway") } else { default_constraints(cycle) };
        if soft.is_empty() {
            return false;
        }
        select(cycle, &mut soft);
        let state = &mut state.pod_topology_spread;
        state.soft_counts = vec![SortedMap::new(); soft.len()];
        state.ignored.clear();
        for node in nodes {
            if own && !has_all_labels(node, &soft) {
                state.ignored.insert(node.name.clone());
                continue;
            }
            for (constraint, counts) in soft.iter().zip(&mut state.soft_counts) {
                let place = if constraint.topology_key == HOSTNAME { continue } else { node.label(&constraint.topology_key).unwrap_or("") };
                if !counts.contains_key(place) {
                    counts.insert(SmolStr::new(place), 0);
                }
            }
        }
        let by_node = nodes.len() - state.ignored.len();
        let sizes = soft.iter().zip(&state.soft_counts).map(|(constraint, counts)| if constraint.topology_key == HOSTNAME { by_node } else { counts.len() });
        state.soft_weights = sizes.map(|size| ((size + 2) as f64).ln()).collect();
        for node in cycle.cache.nodes().filter(|node| !own || has_all_labels(node, &soft)) {
            // Nodes are counted when they are scored.
            for (constraint, counts) in soft.iter().zip(&mut state.soft_counts).filter(|(_, counts)| !counts.is_empty()) {
                let here = constraint.count(node);
                if here > 0
                    && let Some(count) = counts.get_mut(node.label(&constraint.topology_key).unwrap_or(""))
                    && constraint.includes(cycle.pod, node)
                {
                    *count += here;
                }
            }
        }
        state.soft = soft;
        true
    }

    fn score(&self, _cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> i64 {
        let state = &state.pod_topology_spread;
        if state.ignored.contains(&node.name) {
            return 0;
        }
        let mut score = 0.0;
        for ((constraint, counts), weight) in state.soft.iter().zip(&state.soft_counts).zip(&state.soft_weights) {
            let Some(place) = node.label(&constraint.topology_key) else { continue };
            let count = if constraint.topology_key == HOSTNAME { constraint.count(node) } else { counts.get(place).copied().unwrap_or(0) };
            score += count as f64 * weight + (constraint.max_skew - 1) as f64;
        }
        score.round() as i64
    }

    fn normalize_scores(&self, state: &CycleState, nodes: &[Arc<NodeInfo>], scores: &mut [i64]) {
        let ignored = &state.pod_topology_spread.ignored;
        let counted = || nodes.iter().zip(scores.iter()).filter(|(node, _)| !ignored.contains(&node.name)).map(|(_, score)| *score);
        let (lowest, highest) = (counted().min().unwrap_or(0), counted().max().unwrap_or(0));
        for (node, score) in nodes.iter().zip(scores) {
            *score = match highest {
                _ if ignored.contains(&node.name) => 0,
                0 => MAX_NODE_SCORE,
                _ => MAX_NODE_SCORE * (highest + lowest - *score) / highest,
            };
        }
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, _store: &Store) -> bool {
        let hard = constraints(pod, "DoNotSchedule");
        match event.subject {
            Subject::AssignedPod => {
                let matches = |object: &Value| hard.iter().any(|constraint| labels::matches(&constraint.selector, object.path("metadata.labels").fields()));
                let begins_to_end = meta::is_being_deleted(event.new) && !meta::is_being_deleted(event.old);
                event.is_in_namespace_of(pod)
                    && if event.is_add() || event.is_delete() || begins_to_end {
                        matches(if event.is_delete() { event.old } else { event.new })
                    } else {
                        event.changes("metadata.labels") && matches(event.old) != matches(event.new)
                    }
            }
            Subject::TargetPod => {
                let matches = |object: &Value, constraint: &Constraint| labels::matches(&constraint.selector, object.path("metadata.labels").fields());
                (event.changes("spec.tolerations") && hard.iter().any(|constraint| constraint.honors_taints))
                    || hard.iter().any(|constraint| matches(event.old, constraint) != matches(event.new, constraint))
            }
            Subject::Node => {
                let has_labels = |node: &Value| !node.is_null() && has_all_labels(&NodeInfo::of(node), &hard);
                let (before, after) = (has_labels(event.old), has_labels(event.new));
                if !event.is_add() && !event.is_delete() {
                    return (before || after)
                        && (before != after
                            || event.changes("spec.taints")
                            || hard.iter().any(|constraint| {
                                event.old.path("metadata.labels").get(&constraint.topology_key)
                                    != event.new.path("metadata.labels").get(&constraint.topology_key)
                            }));
                }
                before || after
            }
            _ => false,
        }
    }
}

impl Constraint {
    /// How many pods there are where there are fewest; 0 where there are fewer places than wanted.
    fn fewest(&self, counts: &SortedMap<SmolStr, i64>) -> i64 {
        if counts.len() < self.min_domains { 0 } else { counts.values().copied().min().unwrap_or(i64::from(i32::MAX)) }
    }

    fn includes(&self, pod: &PodInfo, node: &NodeInfo) -> bool {
        (!self.honors_affinity || matches_required_affinity(pod, &node.node)) && (!self.honors_taints || !has_untolerated_taint(pod, node.taints()))
    }

    /// How many pods on the node are counted.
    fn count(&self, node: &NodeInfo) -> i64 {
        let counted = |group: &usize| self.counted.get(*group) == Some(&true);
        node.groups.iter().filter(|(group, _)| counted(group)).map(|(_, count)| count).sum()
    }
}

/// Finds out which groups of pods the constraints count; those that hold for pods without any have all the same selector.
fn select(cycle: &Cycle, constraints: &mut [Constraint]) {
    let mut last: Option<(Value, Arc<Vec<bool>>)> = None;
    for constraint in constraints {
        if let Some((selector, counted)) = &last
            && selector.same(&constraint.selector)
        {
            constraint.counted = counted.clone();
            continue;
        }
        let selector = &constraint.selector;
        let counts_any = !(selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty());
        let namespace = &cycle.pod.key.namespace;
        let is_counted = |group: &PodGroup| !group.terminating && group.namespace == *namespace && labels::matches(selector, group.labels.fields());
        constraint.counted = Arc::new(if counts_any { cycle.cache.groups().wanted(is_counted) } else { Vec::new() });
        last = Some((selector.clone(), constraint.counted.clone()));
    }
}

fn has_all_labels(node: &NodeInfo, constraints: &[Constraint]) -> bool {
    constraints.iter().all(|constraint| node.label(&constraint.topology_key).is_some())
}

fn constraints(pod: &PodInfo, action: &str) -> Vec<Constraint> {
    let all = pod.pod.path("spec.topologySpreadConstraints").items();
    all.iter().filter(|constraint| constraint.get("whenUnsatisfiable").str() == action).map(|constraint| constraint_of(pod, constraint)).collect()
}

fn constraint_of(pod: &PodInfo, constraint: &Value) -> Constraint {
    let mut selector = constraint.get("labelSelector").clone();
    for key in constraint.get("matchLabelKeys").items() {
        if let (Some(value), true) = (pod.labels().get(key.str()), selector.is_object()) {
            selector.push("matchExpressions", json!({"key": key.str(), "operator": "In", "values": [value.str()]}));
        }
    }
    Constraint {
        max_skew: constraint.get("maxSkew").as_i64().unwrap_or(1),
        topology_key: SmolStr::new(constraint.get("topologyKey").str()),
        selector,
        min_domains: constraint.get("minDomains").as_i64().map_or(1, |count| count.max(0) as usize),
        honors_affinity: constraint.get("nodeAffinityPolicy").str() != "Ignore",
        honors_taints: constraint.get("nodeTaintsPolicy").str() == "Honor",
        counted: Arc::default(),
    }
}

/// What holds for pods without constraints of their own: nodes, and then zones, are preferred where there are fewer pods of the same Service or controller.
fn default_constraints(cycle: &Cycle) -> Vec<Constraint> {
    let selector = default_selector(cycle);
    if selector.is_null() {
        return Vec::new();
    }
    let constraint = |key: &'static str, max_skew| Constraint {
        max_skew,
        topology_key: SmolStr::new_static(key),
        selector: selector.clone(),
        min_domains: 1,
        honors_affinity: true,
        honors_taints: false,
        counted: Arc::default(),
    };
    vec![constraint(HOSTNAME, 3), constraint(ZONE, 5)]
}

/// Everything that the pod's Services and its controller select it by, together (upstream: `helper.DefaultSelector`); `Null` for nothing.
fn default_selector(cycle: &Cycle) -> Value {
    let namespace = cycle.pod.key.namespace.as_str();
    let mut selector = Value::Null;
    for service in cycle.store.list(&SERVICES, Some(namespace)) {
        let pairs = service.path("spec.selector").fields();
        if !pairs.is_empty() && labels::matches_map(pairs, cycle.pod.labels()) {
            for (key, value) in pairs.iter() {
                selector.path_mut("matchLabels").fields_mut().insert(key.clone(), value);
            }
        }
    }
    let owner = meta::controller_of(&cycle.pod.pod);
    let (resource, whole) = match (owner.get("kind").str(), owner.get("apiVersion").str()) {
        ("ReplicaSet", "apps/v1") => (REPLICA_SETS, true),
        ("StatefulSet", "apps/v1") => (STATEFUL_SETS, true),
        ("ReplicationController", "v1") => (REPLICATION_CONTROLLERS, false),
        _ => return selector,
    };
    let Some(owner) = cycle.store.get(&resource, namespace, owner.get("name").str()) else { return selector };
    let found = owner.path("spec.selector");
    let pairs = if whole { found.get("matchLabels") } else { found };
    for (key, value) in pairs.fields().iter() {
        selector.path_mut("matchLabels").fields_mut().insert(key.clone(), value);
    }
    for requirement in found.get("matchExpressions").items().iter().filter(|_| whole) {
        selector.push("matchExpressions", requirement.clone());
    }
    selector
}
