//! The kinds of the group `policy`.

mod pod_disruption_budget;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use pod_disruption_budget::PodDisruptionBudgetStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "policy",
            versions: &["v1"],
            schema: "io.k8s.api.policy",
            kind: "PodDisruptionBudget",
            plural: "poddisruptionbudgets",
            short: &["pdb"],
            categories: &[],
            namespaced: true,
            subresources: &["status"],
        },
        ALL_VERBS,
        PodDisruptionBudgetStrategy,
    )]
}
