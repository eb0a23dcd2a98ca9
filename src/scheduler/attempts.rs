//! What the last attempts to schedule each pod found: every node, and why not or how good. For people who ask why.

use super::cycle::{Diagnosis, ScoreTable};
use super::framework::Code;
use crate::value::{OrdMap, Vector};
use crate::value::{SmolStr, Sort};
use std::sync::Arc;

/// How many attempts are kept a pod.
const ATTEMPTS_PER_POD: usize = 5;
/// For how many pods attempts are kept.
const PODS_LIMIT: usize = 2_000;
/// How many nodes are kept an attempt; the best ones and the first ones.
const NODES_LIMIT: usize = 50;

/// One attempt to schedule a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// When, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// The node that was chosen; `None` where none would do.
    pub node: Option<SmolStr>,
    /// What was said of it: the message of the Scheduled or FailedScheduling event.
    pub message: String,
    /// What each node that was looked at got, the best first, then by name; at most fifty.
    pub nodes: Vec<NodeVerdict>,
    /// How many nodes there were.
    pub node_count: usize,
}

/// What one node got in one attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeVerdict {
    /// The node.
    pub node: SmolStr,
    /// Why not, or how good.
    pub verdict: Verdict,
}

/// Why not, or how good.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// A plugin refused it, in these words.
    Rejected {
        /// The first plugin that refused.
        plugin: &'static str,
        /// Its reasons.
        reasons: Vec<SmolStr>,
        /// Whether removing other pods might have helped.
        may_preempt: bool,
    },
    /// It was the only one that would do, so nothing was compared.
    OnlyOne,
    /// It would do, and this good: each plugin's score times its weight, and the sum.
    Scored {
        /// Plugin and weighted score, of the plugins that have a preference among the nodes at all.
        scores: Vec<(&'static str, i64)>,
        /// The sum.
        total: i64,
    },
}

/// The last attempts of many pods.
#[derive(Clone, Default)]
pub struct Attempts {
    by_pod: OrdMap<SmolStr, Vector<Arc<Attempt>>>,
    age: Vector<SmolStr>,
}

impl Attempts {
    /// The last attempts to schedule the pod with this UID, oldest first.
    pub fn of(&self, pod_uid: &str) -> impl Iterator<Item = &Attempt> {
        self.by_pod.get(pod_uid).into_iter().flatten().map(Arc::as_ref)
    }

    /// Keeps an attempt.
    pub fn add(&mut self, pod_uid: &SmolStr, attempt: Attempt) {
        if !self.by_pod.contains_key(pod_uid) {
            self.age.push_back(pod_uid.clone());
            if self.age.len() > PODS_LIMIT
                && let Some(oldest) = self.age.pop_front()
            {
                self.by_pod.remove(&oldest);
            }
        }
        let attempts = self.by_pod.get_or_default(pod_uid.clone());
        attempts.push_back(Arc::new(attempt));
        if attempts.len() > ATTEMPTS_PER_POD {
            attempts.pop_front();
        }
    }
}

/// The verdicts of an attempt that found a node.
pub fn verdicts_of_success(node: &SmolStr, scores: &ScoreTable, diagnosis: &Diagnosis) -> Vec<NodeVerdict> {
    let mut rows: Vec<usize> = (0..scores.nodes.len()).collect();
    rows.order_by(|&a, &b| scores.totals[b].cmp(&scores.totals[a]).then_with(|| scores.places[a].cmp(&scores.places[b])));
    rows.truncate(NODES_LIMIT);
    let scored = |row: usize| NodeVerdict {
        node: scores.nodes[row].clone(),
        verdict: Verdict::Scored { scores: scores.columns.iter().map(|(plugin, column)| (*plugin, column[row])).collect(), total: scores.totals[row] },
    };
    let mut verdicts: Vec<NodeVerdict> = rows.into_iter().map(scored).collect();
    if verdicts.is_empty() {
        verdicts.push(NodeVerdict { node: node.clone(), verdict: Verdict::OnlyOne });
    }
    verdicts.extend(verdicts_of_failure(diagnosis));
    verdicts.truncate(NODES_LIMIT);
    verdicts
}

/// The verdicts of an attempt that found none.
pub fn verdicts_of_failure(diagnosis: &Diagnosis) -> Vec<NodeVerdict> {
    let rejected = diagnosis.nodes.iter().take(NODES_LIMIT).map(|(node, (plugin, rejection))| NodeVerdict {
        node: node.clone(),
        verdict: Verdict::Rejected { plugin, reasons: rejection.reasons.clone(), may_preempt: rejection.code == Code::Unschedulable },
    });
    rejected.collect()
}
