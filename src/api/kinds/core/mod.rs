//! The kinds of the group ``.

mod go_diff;
pub mod persistent_volume_claim;
mod pod;
pub mod pod_columns;
pub mod pod_defaults;
mod pod_update;
pub mod pod_validation;
pub mod quality_of_service;
mod quantities;
mod replication_controller;
pub mod volume_cells;

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;
use persistent_volume_claim::PersistentVolumeClaimStrategy;
use pod::PodStrategy;
use replication_controller::ReplicationControllerStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Binding",
                plural: "bindings",
                short: &[],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            &["create"],
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "ComponentStatus",
                plural: "componentstatuses",
                short: &["cs"],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            &["get", "list"],
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "ConfigMap",
                plural: "configmaps",
                short: &["cm"],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Endpoints",
                plural: "endpoints",
                short: &["ep"],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Event",
                plural: "events",
                short: &["ev"],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "LimitRange",
                plural: "limitranges",
                short: &["limits"],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Namespace",
                plural: "namespaces",
                short: &["ns"],
                categories: &[],
                namespaced: false,
                subresources: &["finalize", "status"],
            },
            &["create", "delete", "get", "list", "patch", "update", "watch"],
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Node",
                plural: "nodes",
                short: &["no"],
                categories: &[],
                namespaced: false,
                subresources: &["proxy", "status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "PersistentVolumeClaim",
                plural: "persistentvolumeclaims",
                short: &["pvc"],
                categories: &[],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            PersistentVolumeClaimStrategy,
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "PersistentVolume",
                plural: "persistentvolumes",
                short: &["pv"],
                categories: &[],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Pod",
                plural: "pods",
                short: &["po"],
                categories: &["all"],
                namespaced: true,
                subresources: &["attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "status"],
            },
            ALL_VERBS,
            PodStrategy,
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "PodTemplate",
                plural: "podtemplates",
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
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "ReplicationController",
                plural: "replicationcontrollers",
                short: &["rc"],
                categories: &["all"],
                namespaced: true,
                subresources: &["scale", "status"],
            },
            ALL_VERBS,
            ReplicationControllerStrategy,
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "ResourceQuota",
                plural: "resourcequotas",
                short: &["quota"],
                categories: &[],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Secret",
                plural: "secrets",
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
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "ServiceAccount",
                plural: "serviceaccounts",
                short: &["sa"],
                categories: &[],
                namespaced: true,
                subresources: &["token"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "",
                versions: &["v1"],
                schema: "io.k8s.api.core",
                kind: "Service",
                plural: "services",
                short: &["svc"],
                categories: &["all"],
                namespaced: true,
                subresources: &["proxy", "status"],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
    ]
}
