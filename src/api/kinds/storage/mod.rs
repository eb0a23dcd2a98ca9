//! The kinds of the group `storage.k8s.io`.

mod csi_driver;
mod csi_node;
mod csi_storage_capacity;
mod storage_class;
mod volume_attachment;
mod volume_attributes_class;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use csi_driver::CsiDriverStrategy;
use csi_node::CsiNodeStrategy;
use csi_storage_capacity::CsiStorageCapacityStrategy;
use storage_class::StorageClassStrategy;
use volume_attachment::VolumeAttachmentStrategy;
use volume_attributes_class::VolumeAttributesClassStrategy;

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
            CsiDriverStrategy,
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
            CsiNodeStrategy,
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
            CsiStorageCapacityStrategy,
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
            StorageClassStrategy,
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
            VolumeAttachmentStrategy,
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
            VolumeAttributesClassStrategy,
        ),
    ]
}
