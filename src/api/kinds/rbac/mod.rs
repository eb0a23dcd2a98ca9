//! The kinds of the group `rbac.authorization.k8s.io`.

mod role;
mod role_binding;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use role::RoleStrategy;
use role_binding::RoleBindingStrategy;

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
            RoleBindingStrategy { is_cluster_wide: true },
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
            RoleStrategy { is_cluster_wide: true },
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
            RoleBindingStrategy { is_cluster_wide: false },
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
            RoleStrategy { is_cluster_wide: false },
        ),
    ]
}
