//! The kinds of the group `apiregistration.k8s.io`.

mod api_service;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use api_service::ApiServiceStrategy;

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
        ApiServiceStrategy,
    )]
}
