//! What the scheduler found when it last looked for a node for a pod: node by node, plugin by plugin.

use crate::scheduler::{Scheduler, Verdict};
use crate::value::SmolStr;

/// The last attempt to place a pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// The node that was chosen.
    pub node: Option<SmolStr>,
    /// The plugins that gave different scores or refused a node: the rows.
    pub plugins: Vec<&'static str>,
    /// The columns, the best first.
    pub nodes: Vec<PlacementNode>,
    /// How many nodes were looked at beside these.
    pub more: usize,
}

/// One node of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacementNode {
    /// Its name.
    pub name: SmolStr,
    /// Its score by plugin, in the order of the rows; `None` where it has none.
    pub scores: Vec<Option<i64>>,
    /// The sum; `None` for a node that won't do.
    pub total: Option<i64>,
    /// The plugin that refused it, and why.
    pub refused: Option<(&'static str, String)>,
}

/// More columns than this don't fit into the pane.
const MOST_NODES: usize = 4;

/// The last attempt for the pod with this UID, if one is remembered.
pub fn placement(scheduler: &Scheduler, pod_uid: &str) -> Option<Placement> {
    let attempt = scheduler.attempts(pod_uid).last()?;
    let mut plugins: Vec<&'static str> = Vec::new();
    for verdict in &attempt.nodes {
        let named: Vec<&'static str> = match &verdict.verdict {
            Verdict::Scored { scores, .. } => scores.iter().map(|(plugin, _)| *plugin).collect(),
            Verdict::Rejected { .. } | Verdict::OnlyOne => Vec::new(),
        };
        plugins.extend(named.into_iter().filter(|plugin| !plugins.contains(plugin)).collect::<Vec<_>>());
    }
    let nodes = attempt.nodes.iter().take(MOST_NODES).map(|row| {
        let (scores, total, refused) = match &row.verdict {
            Verdict::Scored { scores, total } => {
                let score = |plugin: &&'static str| scores.iter().find(|(name, _)| name == plugin).map(|(_, score)| *score);
                (plugins.iter().map(score).collect(), Some(*total), None)
            }
            Verdict::Rejected { plugin, reasons, .. } => (Vec::new(), None, Some((*plugin, reasons.join(", ")))),
            Verdict::OnlyOne => (Vec::new(), None, None),
        };
        PlacementNode { name: row.node.clone(), scores, total, refused }
    });
    Some(Placement {
        node: attempt.node.clone(),
        nodes: nodes.collect(),
        more: attempt.node_count.saturating_sub(attempt.nodes.len().min(MOST_NODES)),
        plugins,
    })
}
