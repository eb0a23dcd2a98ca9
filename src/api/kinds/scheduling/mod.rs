//! The kinds of the group `scheduling.k8s.io`.

mod priority_class;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use priority_class::PriorityClassStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "scheduling.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.scheduling",
            kind: "PriorityClass",
            plural: "priorityclasses",
            short: &["pc"],
            categories: &[],
            namespaced: false,
            subresources: &[],
        },
        ALL_VERBS,
        PriorityClassStrategy,
    )]
}
