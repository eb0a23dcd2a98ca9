//! The kinds of the group `discovery.k8s.io`.

mod endpoint_slice;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use endpoint_slice::EndpointSliceStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "discovery.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.api.discovery",
            kind: "EndpointSlice",
            plural: "endpointslices",
            short: &[],
            categories: &[],
            namespaced: true,
            subresources: &[],
        },
        ALL_VERBS,
        EndpointSliceStrategy,
    )]
}
