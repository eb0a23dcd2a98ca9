//! The kinds of the group `flowcontrol.apiserver.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "flowcontrol.apiserver.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.flowcontrol",
                kind: "FlowSchema",
                plural: "flowschemas",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "flowcontrol.apiserver.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.flowcontrol",
                kind: "PriorityLevelConfiguration",
                plural: "prioritylevelconfigurations",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
    ]
}
