//! Makes room for a pod by deleting pods of lower priority (upstream: `defaultpreemption` and `framework/preemption`).

use crate::api::labels;
use crate::api::meta;
use crate::api::resource::POD_DISRUPTION_BUDGETS;
use crate::api::time;
use crate::scheduler::cycle::{Diagnosis, Filters};
use crate::scheduler::framework::{Code, Cycle, CycleState, Rejection};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;
use crate::value::{SmolStr, Sort, Value};
use std::cmp::Reverse;
use std::sync::Arc;

/// So many nodes are tried at least, where there are so many.
const MIN_CANDIDATE_NODES: usize = 100;
/// And this share of them, in percent.
const MIN_CANDIDATE_NODES_PERCENTAGE: usize = 10;

/// What came of looking for room.
pub enum Preemption {
    /// The pod is not allowed to, or not now; in these words.
    NotEligible(String),
    /// No room can be made; in these words.
    NoCandidate(String),
    /// Room can be made on a node by deleting these pods.
    Candidate {
        /// The node.
        node: SmolStr,
        /// Who has to go.
        victims: Vec<Arc<PodInfo>>,
    },
}

struct Candidate {
    node: SmolStr,
    victims: Vec<Arc<PodInfo>>,
    budget_violations: usize,
}

/// Looks for the node where room is made at the least cost. `filters` is `None` where no node was tried; `offset` is where the search begins.
pub fn preempt(
    cycle: &Cycle,
    filters: Option<&Filters>,
    state: &CycleState,
    diagnosis: &Diagnosis,
    order: &[(usize, &Arc<NodeInfo>)],
    offset: u64,
) -> Preemption {
    if let Some(why) = not_eligible(cycle, diagnosis) {
        return Preemption::NotEligible(why);
    }
    let nodes = order.iter().map(|(_, node)| *node);
    let potential: Vec<&Arc<NodeInfo>> = nodes.filter(|node| filters.is_some() && diagnosis.code(&node.name) == Code::Unschedulable).collect();
    let wanted = (potential.len() * MIN_CANDIDATE_NODES_PERCENTAGE / 100).max(MIN_CANDIDATE_NODES);
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut refusals =
        Diagnosis { node_count: order.len(), absent: Some(Rejection::unresolvable("Preemption is not helpful for scheduling")), ..Diagnosis::default() };
    let budgets: Vec<&Value> = cycle.store.list(&POD_DISRUPTION_BUDGETS, None).collect();
    for index in 0..potential.len() {
        let node = potential[(index + offset as usize) % potential.len()];
        let Some(filters) = filters else { continue };
        match select_victims_on_node(cycle, filters, state, node, &budgets) {
            Ok(candidate) => candidates.push(candidate),
            Err(rejection) => {
                refusals.nodes.insert(node.name.clone(), ("DefaultPreemption", rejection));
            }
        }
        if candidates.len() >= wanted && candidates.iter().any(|candidate| candidate.budget_violations == 0) {
            break;
        }
    }
    match pick_one(candidates) {
        Some(candidate) => Preemption::Candidate { node: candidate.node, victims: candidate.victims },
        None => Preemption::NoCandidate(refusals.message()),
    }
}

fn not_eligible(cycle: &Cycle, diagnosis: &Diagnosis) -> Option<String> {
    if cycle.pod.pod.path("spec.preemptionPolicy").str() == "Never" {
        return Some("not eligible due to preemptionPolicy=Never.".into());
    }
    let nominated = cycle.pod.nominated_node();
    let node = cycle.cache.node(nominated)?;
    if diagnosis.code(nominated) == Code::UnschedulableAndUnresolvable && diagnosis.nodes.contains_key(nominated) {
        return None;
    }
    let on_its_way_out = |other: &Arc<PodInfo>| {
        let condition = meta::condition(&other.pod, "DisruptionTarget");
        other.priority < cycle.pod.priority
            && other.is_terminating()
            && condition.get("status").str() == "True"
            && condition.get("reason").str() == "PreemptionByScheduler"
    };
    node.pods.values().any(on_its_way_out).then(|| "not eligible due to a terminating pod on the nominated node.".into())
}

/// The fewest and least important pods that have to go from a node for the pod to fit (upstream: `SelectVictimsOnNode`).
fn select_victims_on_node(cycle: &Cycle, filters: &Filters, state: &CycleState, node: &NodeInfo, budgets: &[&Value]) -> Result<Candidate, Rejection> {
    let (mut state, mut node) = (state.clone(), node.clone());
    let mut potential: Vec<Arc<PodInfo>> = node.pods.values().filter(|other| other.priority < cycle.pod.priority).cloned().collect();
    if potential.is_empty() {
        return Err(Rejection::unresolvable("No preemption victims found for incoming pod"));
    }
    for other in &potential {
        node.remove_pod(&other.uid);
        filters.assume(cycle, &mut state, other, &node, -1);
    }
    filters.filter(cycle, &state, &node).map_err(|(_, rejection)| rejection)?;
    potential.order_by_key(|other| (Reverse(other.priority), start_time(other)));
    let (violating, others) = split_by_budgets(potential, budgets);
    let mut candidate = Candidate { node: node.name.clone(), victims: Vec::new(), budget_violations: 0 };
    let violating_count = violating.len();
    for (index, other) in violating.into_iter().chain(others).enumerate() {
        node.add_pod(other.clone());
        filters.assume(cycle, &mut state, &other, &node, 1);
        if filters.filter(cycle, &state, &node).is_err() {
            node.remove_pod(&other.uid);
            filters.assume(cycle, &mut state, &other, &node, -1);
            candidate.budget_violations += usize::from(index < violating_count);
            candidate.victims.push(other);
        }
    }
    candidate.victims.order_by_key(|other| (Reverse(other.priority), start_time(other)));
    if candidate.victims.is_empty() { Err(Rejection::error("expected at least one victim pod on node")) } else { Ok(candidate) }
}

fn start_time(pod: &PodInfo) -> u64 {
    time::parse_rfc3339(pod.pod.path("status.startTime").str()).unwrap_or(u64::MAX)
}

/// Pods whose deletion a PodDisruptionBudget doesn't allow, and the others (upstream: `filterPodsWithPDBViolation`).
fn split_by_budgets(pods: Vec<Arc<PodInfo>>, budgets: &[&Value]) -> (Vec<Arc<PodInfo>>, Vec<Arc<PodInfo>>) {
    let mut allowed: Vec<i64> = budgets.iter().map(|budget| budget.path("status.disruptionsAllowed").as_i64().unwrap_or(0)).collect();
    pods.into_iter().partition(|pod| {
        let mut violates = false;
        for (budget, allowed) in budgets.iter().zip(&mut allowed) {
            let selector = budget.path("spec.selector");
            let matches = meta::namespace(budget) == pod.key.namespace
                && !pod.labels().is_empty()
                && !(selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty())
                && labels::matches(selector, pod.labels())
                && budget.path("status.disruptedPods").get(&pod.key.name).is_null();
            if matches {
                *allowed -= 1;
                violates |= *allowed < 0;
            }
        }
        violates
    })
}

/// The candidate that does least harm (upstream: `pickOneNodeForPreemption`).
fn pick_one(candidates: Vec<Candidate>) -> Option<Candidate> {
    candidates.into_iter().reduce(|best, other| if harm(&other) < harm(&best) { other } else { best })
}

fn harm(candidate: &Candidate) -> (usize, i64, i128, usize, Reverse<u64>) {
    let highest = candidate.victims.iter().map(|victim| victim.priority).max().unwrap_or(0);
    let sum = candidate.victims.iter().map(|victim| i128::from(victim.priority) + i128::from(i32::MAX) + 1).sum();
    let earliest = candidate.victims.iter().filter(|victim| victim.priority == highest).map(|victim| start_time(victim)).min().unwrap_or(0);
    (candidate.budget_violations, highest, sum, candidate.victims.len(), Reverse(earliest))
}

/// What is said of it at the end of the message of a failed attempt.
pub fn message(preemption: &Preemption) -> String {
    match preemption {
        Preemption::NotEligible(why) | Preemption::NoCandidate(why) => format!("preemption: {why}"),
        Preemption::Candidate { .. } => String::new(),
    }
}
