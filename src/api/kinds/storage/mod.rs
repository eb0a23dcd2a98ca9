//! The kinds of the group `storage.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "CSIDriver",
                plural: "csidrivers",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "CSINode",
                plural: "csinodes",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "CSIStorageCapacity",
                plural: "csistoragecapacities",
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
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "StorageClass",
                plural: "storageclasses",
                short: &["sc"],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "VolumeAttachment",
                plural: "volumeattachments",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "storage.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.storage",
                kind: "VolumeAttributesClass",
                plural: "volumeattributesclasses",
                short: &["vac"],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
    ]
}
