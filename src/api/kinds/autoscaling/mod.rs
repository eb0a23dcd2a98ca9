//! The kinds of the group `autoscaling`.

mod horizontal_pod_autoscaler;
mod metrics;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use horizontal_pod_autoscaler::HorizontalPodAutoscalerStrategy;

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
        HorizontalPodAutoscalerStrategy,
    )]
}
