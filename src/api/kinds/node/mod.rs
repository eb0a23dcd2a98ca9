//! The kinds of the group `node.k8s.io`.

mod runtime_class;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use runtime_class::RuntimeClassStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "node.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.node",
            kind: "RuntimeClass",
            plural: "runtimeclasses",
            short: &[],
            categories: &[],
            namespaced: false,
            subresources: &[],
        },
        ALL_VERBS,
        RuntimeClassStrategy,
    )]
}
