//! The kinds of the group `apps`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

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
            Plain { generation: false },
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
            Plain { generation: true },
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
            Plain { generation: true },
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
            Plain { generation: true },
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
            Plain { generation: true },
        ),
    ]
}
