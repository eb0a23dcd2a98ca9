//! The kinds of the group `apps`.

mod controller_revision;
mod daemon_set;
mod deployment;
pub mod replica_set;
mod stateful_set;
pub mod workload;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use controller_revision::ControllerRevisionStrategy;
use daemon_set::DaemonSetStrategy;
use deployment::DeploymentStrategy;
use replica_set::ReplicaSetStrategy;
use stateful_set::StatefulSetStrategy;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "apps",
                versions: &["v1"],
                schema: "io.k8s.api.apps",
                kind: "ControllerRevision",
                plural: "controllerrevisions",
                short: &[],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            ControllerRevisionStrategy,
        ),
        kind(
            Names {
                group: "apps",
                versions: &["v1"],
                schema: "io.k8s.api.apps",
                kind: "DaemonSet",
                plural: "daemonsets",
                short: &["ds"],
                categories: &["all"],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            DaemonSetStrategy,
        ),
        kind(
            Names {
                group: "apps",
                versions: &["v1"],
                schema: "io.k8s.api.apps",
                kind: "Deployment",
                plural: "deployments",
                short: &["deploy"],
                categories: &["all"],
                namespaced: true,
                subresources: &["scale", "status"],
            },
            ALL_VERBS,
            DeploymentStrategy,
        ),
        kind(
            Names {
                group: "apps",
                versions: &["v1"],
                schema: "io.k8s.api.apps",
                kind: "ReplicaSet",
                plural: "replicasets",
                short: &["rs"],
                categories: &["all"],
                namespaced: true,
                subresources: &["scale", "status"],
            },
            ALL_VERBS,
            ReplicaSetStrategy,
        ),
        kind(
            Names {
                group: "apps",
                versions: &["v1"],
                schema: "io.k8s.api.apps",
                kind: "StatefulSet",
                plural: "statefulsets",
                short: &["sts"],
                categories: &["all"],
                namespaced: true,
                subresources: &["scale", "status"],
            },
            ALL_VERBS,
            StatefulSetStrategy,
        ),
    ]
}
