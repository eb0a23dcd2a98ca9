//! The kinds of the group `resource.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "resource.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.resource",
                kind: "DeviceClass",
                plural: "deviceclasses",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "resource.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.resource",
                kind: "ResourceClaim",
                plural: "resourceclaims",
                short: &[],
                categories: &[],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "resource.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.resource",
                kind: "ResourceClaimTemplate",
                plural: "resourceclaimtemplates",
                short: &[],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "resource.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.resource",
                kind: "ResourceSlice",
                plural: "resourceslices",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
    ]
}
