//! Keeps pods near or away from other pods, as their pod affinity and anti-affinity say, and those of the pods that run already.

use crate::api::meta;
use crate::api::resource::NAMESPACES;
use crate::scheduler::events::{ClusterEvent, Subject};
use crate::scheduler::framework::{Cycle, CycleState, MAX_NODE_SCORE, Plugin, PreFilter, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::{AffinityTerm, PodInfo};
use crate::store::Store;
use crate::value::{Map, SmolStr, SortedMap, Value};
use std::sync::Arc;

/// How much a required affinity term of a running pod draws a pod that it means (`hardPodAffinityWeight`).
const HARD_POD_AFFINITY_WEIGHT: i64 = 1;

/// A label of nodes and its value: one place.
type Place = (SmolStr, SmolStr);
type Counts = SortedMap<Place, i64>;

/// What it keeps during a cycle.
#[derive(Clone, Default)]
pub struct State {
    existing_anti_affinity: Counts,
    affinity: Counts,
    anti_affinity: Counts,
    scores: Counts,
}

/// The plugin.
pub struct InterPodAffinity;

impl Plugin for InterPodAffinity {
    fn name(&self) -> &'static str {
        "InterPodAffinity"
    }

    fn weight(&self) -> i64 {
        2
    }

    fn pre_filter(&self, cycle: &Cycle, state: &mut CycleState) -> Result<PreFilter, Rejection> {
        let pod = cycle.pod;
        let own_terms = !pod.required_affinity.is_empty() || !pod.required_anti_affinity.is_empty();
        if !own_terms && !cycle.cache.has_pods_with_affinity() {
            return Ok(PreFilter::Skip);
        }
        let mut found = State::default();
        let own_namespace = namespace_labels(cycle.store, &pod.key.namespace);
        for node in cycle.cache.nodes() {
            for existing in &node.pods_with_affinity {
                count_anti_affinity(&mut found.existing_anti_affinity, &existing.required_anti_affinity, pod, own_namespace, node, 1);
            }
            if own_terms {
                for (number, count) in &node.groups {
                    let Some(group) = cycle.cache.groups().get(*number) else { continue };
                    let group_namespace = namespace_labels(cycle.store, &group.namespace);
                    let matches = |term: &AffinityTerm| term.matches(&group.namespace, group.labels.fields(), group_namespace);
                    count_own(&mut found, pod, node, matches, *count);
                }
            }
        }
        if found.existing_anti_affinity.is_empty() && !own_terms {
            return Ok(PreFilter::Skip);
        }
        state.inter_pod_affinity = found;
        Ok(PreFilter::Filter)
    }

    fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), Rejection> {
        let state = &state.inter_pod_affinity;
        if !satisfies_affinity(cycle, state, node) {
            return Err(Rejection::unresolvable("node(s) didn't match pod affinity rules"));
        }
        let is_taken = |counts: &Counts, key: &SmolStr| place(node, key).is_some_and(|place| counts.get(&place).is_some_and(|count| *count > 0));
        if cycle.pod.required_anti_affinity.iter().any(|term| is_taken(&state.anti_affinity, &term.topology_key)) {
            return Err(Rejection::unschedulable("node(s) didn't match pod anti-affinity rules"));
        }
        if state.existing_anti_affinity.iter().any(|((key, value), count)| *count > 0 && node.label(key) == Some(value)) {
            return Err(Rejection::unschedulable("node(s) didn't satisfy existing pods anti-affinity rules"));
        }
        Ok(())
    }

    fn assume(&self, cycle: &Cycle, state: &mut CycleState, other: &PodInfo, node: &NodeInfo, by: i64) {
        let state = &mut state.inter_pod_affinity;
        let own_namespace = namespace_labels(cycle.store, &cycle.pod.key.namespace);
        count_anti_affinity(&mut state.existing_anti_affinity, &other.required_anti_affinity, cycle.pod, own_namespace, node, by);
        let other_namespace = namespace_labels(cycle.store, &other.key.namespace);
        let matches = |term: &AffinityTerm| term.matches(&other.key.namespace, other.labels(), other_namespace);
        count_own(state, cycle.pod, node, matches, by);
    }

    fn pre_score(&self, cycle: &Cycle, state: &mut CycleState, _nodes: &[Arc<NodeInfo>]) -> bool {
        let pod = cycle.pod;
        let own_terms = !pod.preferred_affinity.is_empty() || !pod.preferred_anti_affinity.is_empty();
        if !own_terms && !cycle.cache.has_pods_with_affinity() {
            return false;
        }
        let mut scores = Counts::new();
        let own_namespace = namespace_labels(cycle.store, &pod.key.namespace);
        for node in cycle.cache.nodes() {
            for (number, count) in node.groups.iter().filter(|_| own_terms) {
                let Some(group) = cycle.cache.groups().get(*number) else { continue };
                let group_namespace = namespace_labels(cycle.store, &group.namespace);
                let weighted = pod.preferred_affinity.iter().map(|(weight, term)| (*weight, term));
                for (weight, term) in weighted.chain(pod.preferred_anti_affinity.iter().map(|(weight, term)| (-weight, term))) {
                    if term.matches(&group.namespace, group.labels.fields(), group_namespace) {
                        add(&mut scores, node, &term.topology_key, weight * count);
                    }
                }
            }
            for existing in &node.pods_with_affinity {
                let required = existing.required_affinity.iter().map(|term| (HARD_POD_AFFINITY_WEIGHT, term));
                let preferred = existing.preferred_affinity.iter().map(|(weight, term)| (*weight, term));
                let repelled = existing.preferred_anti_affinity.iter().map(|(weight, term)| (-weight, term));
                for (weight, term) in required.chain(preferred).chain(repelled) {
                    if term.matches(&pod.key.namespace, pod.labels(), own_namespace) {
                        add(&mut scores, node, &term.topology_key, weight);
                    }
                }
            }
        }
        let any = !scores.is_empty();
        state.inter_pod_affinity.scores = scores;
        any
    }

    fn score(&self, _cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> i64 {
        let scores = state.inter_pod_affinity.scores.iter();
        scores.filter(|((key, value), _)| node.label(key) == Some(value)).map(|(_, score)| *score).sum()
    }

    fn normalize_scores(&self, _state: &CycleState, _nodes: &[Arc<NodeInfo>], scores: &mut [i64]) {
        let (lowest, highest) = (scores.iter().copied().min().unwrap_or(0), scores.iter().copied().max().unwrap_or(0));
        for score in scores {
            *score = if highest > lowest { (MAX_NODE_SCORE as f64 * ((*score - lowest) as f64 / (highest - lowest) as f64)) as i64 } else { 0 };
        }
    }

    fn may_help(&self, pod: &PodInfo, event: &ClusterEvent, store: &Store) -> bool {
        let (affinity, anti_affinity) = (&pod.required_affinity, &pod.required_anti_affinity);
        match event.subject {
            Subject::TargetPod => event.changes("metadata.labels"),
            Subject::AssignedPod if event.is_add() => means(affinity, event.new, store),
            Subject::AssignedPod if event.is_delete() => {
                means(anti_affinity, event.old, store) || means(&PodInfo::of(event.old).required_anti_affinity, &pod.pod, store)
            }
            Subject::AssignedPod => {
                event.changes("metadata.labels")
                    && ((!means(affinity, event.old, store) && means(affinity, event.new, store))
                        || (means(anti_affinity, event.old, store) && !means(anti_affinity, event.new, store)))
            }
            Subject::Node if !event.is_delete() => {
                let label = |node: &Value, term: &AffinityTerm| node.path("metadata.labels").get(&term.topology_key).clone();
                let differs = |term: &AffinityTerm| label(event.old, term) != label(event.new, term);
                affinity.iter().any(|term| differs(term) && !label(event.new, term).is_null())
                    || anti_affinity.iter().any(|term| event.is_add() || (differs(term) && !label(event.old, term).is_null()))
            }
            _ => false,
        }
    }
}

/// Whether all of the terms mean a pod; false where there are none.
fn means(terms: &[AffinityTerm], pod: &Value, store: &Store) -> bool {
    let namespace = meta::namespace(pod);
    let (pod_labels, own_namespace) = (pod.path("metadata.labels").fields(), namespace_labels(store, namespace));
    !terms.is_empty() && terms.iter().all(|term| term.matches(namespace, pod_labels, own_namespace))
}

fn satisfies_affinity(cycle: &Cycle, state: &State, node: &NodeInfo) -> bool {
    let terms = &cycle.pod.required_affinity;
    let mut all_there = true;
    for term in terms {
        let Some(place) = place(node, &term.topology_key) else { return false };
        all_there &= state.affinity.get(&place).is_some_and(|count| *count > 0);
    }
    // The first of a series of pods that want to be near each other may go anywhere.
    all_there || (state.affinity.values().all(|count| *count <= 0) && means_itself(cycle, terms))
}

fn means_itself(cycle: &Cycle, terms: &[AffinityTerm]) -> bool {
    let own_namespace = namespace_labels(cycle.store, &cycle.pod.key.namespace);
    terms.iter().all(|term| term.matches(&cycle.pod.key.namespace, cycle.pod.labels(), own_namespace))
}

fn count_own(state: &mut State, pod: &PodInfo, node: &NodeInfo, matches: impl Fn(&AffinityTerm) -> bool, by: i64) {
    if !pod.required_affinity.is_empty() && pod.required_affinity.iter().all(&matches) {
        for term in &pod.required_affinity {
            add(&mut state.affinity, node, &term.topology_key, by);
        }
    }
    for term in pod.required_anti_affinity.iter().filter(|term| matches(term)) {
        add(&mut state.anti_affinity, node, &term.topology_key, by);
    }
}

fn count_anti_affinity(counts: &mut Counts, terms: &[AffinityTerm], pod: &PodInfo, own_namespace: &Map, node: &NodeInfo, by: i64) {
    for term in terms.iter().filter(|term| term.matches(&pod.key.namespace, pod.labels(), own_namespace)) {
        add(counts, node, &term.topology_key, by);
    }
}

fn add(counts: &mut Counts, node: &NodeInfo, key: &SmolStr, by: i64) {
    if let Some(place) = place(node, key) {
        *counts.entry(place).or_default() += by;
    }
}

fn place(node: &NodeInfo, key: &SmolStr) -> Option<Place> {
    node.label(key).map(|value| (key.clone(), SmolStr::new(value)))
}

fn namespace_labels<'a>(store: &'a Store, namespace: &str) -> &'a Map {
    store.get(&NAMESPACES, "", namespace).unwrap_or(&crate::value::NULL).path("metadata.labels").fields()
}
