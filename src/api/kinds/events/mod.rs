//! The kinds of the group `events.k8s.io`: another view of core's Events, which is where they are stored.

use super::core::event::EventStrategy;
use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "events.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.events",
            kind: "Event",
            plural: "events",
            short: &["ev"],
            categories: &[],
            namespaced: true,
            subresources: &[],
        },
        ALL_VERBS,
        EventStrategy,
    )]
}
