//! The kinds of the group `apiregistration.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "apiregistration.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.kube-aggregator.pkg.apis.apiregistration",
            kind: "APIService",
            plural: "apiservices",
            short: &[],
            categories: &["api-extensions"],
            namespaced: false,
            subresources: &["status"],
        },
        ALL_VERBS,
        Plain { generation: false },
    )]
}
