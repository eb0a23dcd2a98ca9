//! The kinds of the group `autoscaling`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "autoscaling",
            versions: &["v2", "v1"],
            schema: "io.k8s.api.autoscaling",
            kind: "HorizontalPodAutoscaler",
            plural: "horizontalpodautoscalers",
            short: &["hpa"],
            categories: &["all"],
            namespaced: true,
            subresources: &["status"],
        },
        ALL_VERBS,
        Plain { generation: false },
    )]
}
