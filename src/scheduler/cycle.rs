//! One scheduling cycle: from a pod to a node, or to the reasons why there is none (upstream: `pkg/scheduler/schedule_one.go`).

use super::framework::{Code, Cycle, CycleState, Plugin, PreFilter, Rejection};
use super::node_info::NodeInfo;
use super::plugins;
use crate::api::random::Random;
use crate::value::{SmolStr, Sort, SortedMap, SortedSet};
use std::sync::Arc;

/// What is said where there are no nodes at all.
pub const NO_NODES: &str = "no nodes available to schedule pods";
/// Clusters up to this size are searched whole.
const MIN_FEASIBLE_NODES: usize = 100;
/// The smallest share of nodes that is searched, in percent.
const MIN_FEASIBLE_PERCENTAGE: usize = 5;

/// Why no node would do.
#[derive(Clone, Default)]
pub struct Diagnosis {
    /// How many nodes there are.
    pub node_count: usize,
    /// For each node that was tried, the plugin that refused it, and its words.
    pub nodes: SortedMap<SmolStr, (&'static str, Rejection)>,
    /// What holds for the nodes that were not tried.
    pub absent: Option<Rejection>,
    /// What was said before any node was tried.
    pub pre_filter_message: String,
    /// What came of trying to make room.
    pub post_filter_message: String,
    /// The plugins that refused.
    pub rejectors: SortedSet<&'static str>,
}

impl Diagnosis {
    /// How final the refusal of a node is.
    pub fn code(&self, node: &str) -> Code {
        match self.nodes.get(node) {
            Some((_, rejection)) => rejection.code,
            None => self.absent.as_ref().map_or(Code::UnschedulableAndUnresolvable, |rejection| rejection.code),
        }
    }

    /// `0/3 nodes are available: 3 Insufficient cpu. …` (upstream: `FitError.Error`).
    pub fn message(&self) -> String {
        let mut message = format!("0/{} nodes are available:", self.node_count);
        if self.pre_filter_message.is_empty() {
            let mut counts: SortedMap<&str, usize> = SortedMap::new();
            for reason in self.nodes.values().flat_map(|(_, rejection)| &rejection.reasons) {
                *counts.entry(reason).or_default() += 1;
            }
            let untried = self.node_count.saturating_sub(self.nodes.len());
            if untried > 0 {
                for reason in self.absent.iter().flat_map(|rejection| &rejection.reasons) {
                    *counts.entry(reason).or_default() += untried;
                }
            }
            let mut reasons: Vec<String> = counts.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            reasons.order();
            if !reasons.is_empty() {
                message.push_str(&format!(" {}.", reasons.join(", ")));
            }
        } else {
            message.push_str(&format!(" {}.", self.pre_filter_message));
        }
        if !self.post_filter_message.is_empty() {
            message.push_str(&format!(" {}", self.post_filter_message));
        }
        message
    }
}

/// The scores of the nodes that were compared.
#[derive(Clone, Debug, Default)]
pub struct ScoreTable {
    /// The nodes.
    pub nodes: Vec<SmolStr>,
    /// The nodes' places in the order of names.
    pub places: Vec<usize>,
    /// For each plugin that has a preference the weighted scores, in the order of the nodes.
    pub columns: Vec<(&'static str, Vec<i64>)>,
    /// The sums.
    pub totals: Vec<i64>,
}

/// What a cycle found.
pub enum Outcome {
    /// The pod goes to this node.
    Node {
        /// Its name.
        node: SmolStr,
        /// The scores of the nodes that were compared; empty where only one would do.
        scores: ScoreTable,
        /// The nodes that would not do.
        diagnosis: Diagnosis,
    },
    /// No node will do.
    Unfit(Diagnosis),
    /// Something went wrong, in these words.
    Error(String),
}

/// The plugins in the order in which they are asked, and where the search begins.
#[derive(Clone, Default)]
pub struct Search {
    next_start: usize,
}

impl Search {
    /// Finds a node for the pod. `order` are all nodes in the order of the search, with their places in the order of names.
    pub fn schedule_pod(&mut self, cycle: &Cycle, order: &[(usize, &Arc<NodeInfo>)], state: &mut CycleState, random: &mut Random) -> Outcome {
        if order.is_empty() {
            return Outcome::Error(NO_NODES.into());
        }
        let mut diagnosis = Diagnosis { node_count: order.len(), ..Diagnosis::default() };
        let feasible = match self.find_nodes_that_fit(cycle, order, state, &mut diagnosis) {
            Ok(feasible) => feasible,
            Err(message) => return Outcome::Error(message),
        };
        match feasible.as_slice() {
            [] => Outcome::Unfit(diagnosis),
            [(_, only)] => Outcome::Node { node: only.name.clone(), scores: ScoreTable::default(), diagnosis },
            _ => {
                let (places, nodes): (Vec<usize>, Vec<Arc<NodeInfo>>) = feasible.into_iter().unzip();
                let scores = prioritize_nodes(cycle, state, &nodes, places);
                let best = scores.totals.iter().copied().max().unwrap_or(0);
                let candidates: Vec<&SmolStr> = scores.nodes.iter().zip(&scores.totals).filter(|(_, total)| **total == best).map(|(node, _)| node).collect();
                let choice = random.below(candidates.len() as u64) as usize;
                let node = candidates.get(choice).map(|node| (*node).clone()).unwrap_or_default();
                Outcome::Node { node, scores, diagnosis }
            }
        }
    }

    fn find_nodes_that_fit(
        &mut self,
        cycle: &Cycle,
        order: &[(usize, &Arc<NodeInfo>)],
        state: &mut CycleState,
        diagnosis: &mut Diagnosis,
    ) -> Result<Vec<(usize, Arc<NodeInfo>)>, String> {
        let filters = match run_pre_filters(cycle, state) {
            Ok(filters) => filters,
            Err((_, rejection)) if rejection.code == Code::Error => return Err(rejection.message()),
            Err((plugin, rejection)) => {
                diagnosis.pre_filter_message = rejection.message();
                diagnosis.rejectors.insert(plugin);
                diagnosis.absent = Some(rejection);
                return Ok(Vec::new());
            }
        };
        let nominated = cycle.pod.nominated_node();
        if let Some(node) = cycle.cache.node(nominated)
            && filters.filter(cycle, state, node).is_ok()
        {
            return Ok(vec![(0, node.clone())]);
        }
        let named: Vec<(usize, &Arc<NodeInfo>)>;
        // Upstream, too, leaves out names that no node has.
        let nodes = match &filters.nodes {
            Some((nodes, plugins)) => {
                let plugins: Vec<&str> = plugins.iter().copied().collect();
                diagnosis.absent = Some(Rejection::unresolvable(&format!("node(s) didn't satisfy plugin(s) [{}]", plugins.join(" "))));
                diagnosis.rejectors.extend(plugins_of(&plugins));
                named = nodes.iter().filter_map(|name| cycle.cache.node(name)).enumerate().collect();
                named.as_slice()
            }
            None => order,
        };
        let wanted = feasible_nodes_to_find(nodes.len());
        let mut feasible = Vec::new();
        let mut tried = 0;
        for offset in 0..nodes.len() {
            let (place, node) = nodes[(self.next_start + offset) % nodes.len()];
            tried += 1;
            match filters.filter(cycle, state, node) {
                Ok(()) => feasible.push((place, node.clone())),
                Err((_, rejection)) if rejection.code == Code::Error => return Err(rejection.message()),
                Err((plugin, rejection)) => {
                    diagnosis.rejectors.insert(plugin);
                    diagnosis.nodes.insert(node.name.clone(), (plugin, rejection));
                }
            }
            if feasible.len() == wanted {
                break;
            }
        }
        self.next_start = (self.next_start + tried) % order.len();
        Ok(feasible)
    }
}

fn plugins_of(names: &[&str]) -> Vec<&'static str> {
    plugins::ALL.iter().map(|plugin| plugin.name()).filter(|name| names.contains(name)).collect()
}

/// How many nodes are enough to choose from (upstream: `numFeasibleNodesToFind`, with the default, adaptive percentage).
fn feasible_nodes_to_find(node_count: usize) -> usize {
    if node_count < MIN_FEASIBLE_NODES {
        return node_count;
    }
    let percentage = 50usize.saturating_sub(node_count / 125).max(MIN_FEASIBLE_PERCENTAGE);
    (node_count * percentage / 100).max(MIN_FEASIBLE_NODES)
}

/// The plugins whose Filter has something to say about a pod, and the nodes that come into question where that is known beforehand.
pub struct Filters {
    plugins: Vec<&'static dyn Plugin>,
    nodes: Option<(SortedSet<SmolStr>, SortedSet<&'static str>)>,
}

impl Filters {
    /// Asks the plugins in turn; the first "no" counts. Pods of the same or higher priority that are nominated for the node are
    /// thought onto it first, since it is kept for them.
    ///
    /// # Errors
    /// The plugin that refuses, and why.
    pub fn filter(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), (&'static str, Rejection)> {
        let nominated: Vec<_> = cycle
            .cache
            .nominated(&node.name)
            .filter(|other| other.uid != cycle.pod.uid && other.priority >= cycle.pod.priority && !node.pods.contains_key(&other.uid))
            .collect();
        if !nominated.is_empty() {
            let (mut state, mut crowded) = (state.clone(), node.clone());
            for other in nominated {
                crowded.add_pod(other.clone());
                self.assume(cycle, &mut state, other, node, 1);
            }
            self.filter_alone(cycle, &state, &crowded)?;
        }
        self.filter_alone(cycle, state, node)
    }

    fn filter_alone(&self, cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> Result<(), (&'static str, Rejection)> {
        self.plugins.iter().try_for_each(|plugin| plugin.filter(cycle, state, node).map_err(|rejection| (plugin.name(), rejection)))
    }

    /// Tells the plugins that `other` is thought onto (`by` 1) or away from (-1) the node.
    pub fn assume(&self, cycle: &Cycle, state: &mut CycleState, other: &super::pod_info::PodInfo, node: &NodeInfo, by: i64) {
        for plugin in &self.plugins {
            plugin.assume(cycle, state, other, node, by);
        }
    }
}

/// Runs PreFilter of all plugins.
///
/// # Errors
/// The plugin that refuses the pod on all nodes, and why.
pub fn run_pre_filters(cycle: &Cycle, state: &mut CycleState) -> Result<Filters, (&'static str, Rejection)> {
    let mut filters = Filters { plugins: Vec::new(), nodes: None };
    for plugin in plugins::ALL {
        if !plugin.filters() {
            continue;
        }
        match plugin.pre_filter(cycle, state).map_err(|rejection| (plugin.name(), rejection))? {
            PreFilter::Skip => {}
            PreFilter::Filter => filters.plugins.push(*plugin),
            PreFilter::Nodes(nodes) => {
                filters.plugins.push(*plugin);
                let (mut known, mut by) = filters.nodes.take().unwrap_or_else(|| (nodes.clone(), SortedSet::new()));
                known.retain(|node| nodes.contains(node));
                by.insert(plugin.name());
                if known.is_empty() {
                    let by: Vec<&str> = by.into_iter().collect();
                    let message = format!("node(s) didn't satisfy plugin(s) [{}] simultaneously", by.join(" "));
                    return Err((plugin.name(), Rejection::unresolvable(&message)));
                }
                filters.nodes = Some((known, by));
            }
        }
    }
    Ok(filters)
}

fn prioritize_nodes(cycle: &Cycle, state: &mut CycleState, nodes: &[Arc<NodeInfo>], places: Vec<usize>) -> ScoreTable {
    let names = nodes.iter().map(|node| node.name.clone()).collect();
    let mut table = ScoreTable { nodes: names, places, columns: Vec::new(), totals: vec![0; nodes.len()] };
    for plugin in plugins::ALL.iter().filter(|plugin| plugin.weight() > 0) {
        if !plugin.pre_score(cycle, state, nodes) {
            continue;
        }
        let mut scores: Vec<i64> = nodes.iter().map(|node| plugin.score(cycle, state, node)).collect();
        plugin.normalize_scores(state, nodes, &mut scores);
        for (score, total) in scores.iter_mut().zip(&mut table.totals) {
            *score *= plugin.weight();
            *total += *score;
        }
        table.columns.push((plugin.name(), scores));
    }
    table
}
