//! The kinds of the group ``.

mod app_armor;
mod component_status;
mod config_map;
mod endpoints;
pub mod event;
mod go_diff;
pub mod go_struct;
mod limit_range;
mod match_labels;
mod namespace;
mod node;
mod persistent_volume;
pub mod persistent_volume_claim;
mod pod;
pub mod pod_columns;
pub mod pod_defaults;
pub mod pod_resources;
mod pod_template;
mod pod_update;
pub mod pod_validation;
pub mod pod_warnings;
pub mod quality_of_service;
pub mod quantities;
mod replication_controller;
pub mod resource_names;
mod resource_quota;
mod secret;
pub mod service;
mod service_account;
pub mod service_validation;
pub mod volume_cells;

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;
use component_status::ComponentStatusStrategy;
use config_map::ConfigMapStrategy;
use endpoints::EndpointsStrategy;
use event::EventStrategy;
use limit_range::LimitRangeStrategy;
use namespace::NamespaceStrategy;
use node::NodeStrategy;
use persistent_volume::PersistentVolumeStrategy;
use persistent_volume_claim::PersistentVolumeClaimStrategy;
use pod::PodStrategy;
use pod_template::PodTemplateStrategy;
use replication_controller::ReplicationControllerStrategy;
use resource_quota::ResourceQuotaStrategy;
use secret::SecretStrategy;
use service::ServiceStrategy;
use service_account::ServiceAccountStrategy;

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
            ComponentStatusStrategy,
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
            ConfigMapStrategy,
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
            EndpointsStrategy,
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
            EventStrategy,
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
            LimitRangeStrategy,
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
            NamespaceStrategy,
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
            NodeStrategy,
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
            PersistentVolumeStrategy,
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
            PodTemplateStrategy,
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
            ResourceQuotaStrategy,
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
            SecretStrategy,
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
            ServiceAccountStrategy,
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
            ServiceStrategy,
        ),
    ]
}
