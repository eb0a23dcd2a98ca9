//! The kinds of the group `rbac.authorization.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "rbac.authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.rbac",
                kind: "ClusterRoleBinding",
                plural: "clusterrolebindings",
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
                group: "rbac.authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.rbac",
                kind: "ClusterRole",
                plural: "clusterroles",
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
                group: "rbac.authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.rbac",
                kind: "RoleBinding",
                plural: "rolebindings",
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
                group: "rbac.authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.rbac",
                kind: "Role",
                plural: "roles",
                short: &[],
                categories: &[],
                namespaced: true,
                subresources: &[],
            },
            ALL_VERBS,
            Plain { generation: false },
        ),
    ]
}
