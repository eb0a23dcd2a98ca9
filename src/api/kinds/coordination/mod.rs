//! The kinds of the group `coordination.k8s.io`.

mod lease;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use lease::LeaseStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "coordination.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.coordination",
            kind: "Lease",
            plural: "leases",
            short: &[],
            categories: &[],
            namespaced: true,
            subresources: &[],
        },
        ALL_VERBS,
        LeaseStrategy,
    )]
}
