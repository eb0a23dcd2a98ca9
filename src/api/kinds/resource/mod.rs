//! The kinds of the group `resource.k8s.io`.

mod claims;
mod device_class;
mod resource_claim;
mod resource_claim_template;
mod resource_slice;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use device_class::DeviceClassStrategy;
use resource_claim::ResourceClaimStrategy;
use resource_claim_template::ResourceClaimTemplateStrategy;
use resource_slice::ResourceSliceStrategy;

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
            DeviceClassStrategy,
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
            ResourceClaimStrategy,
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
            ResourceClaimTemplateStrategy,
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
            ResourceSliceStrategy,
        ),
    ]
}
