//! The kinds of the group `flowcontrol.apiserver.k8s.io`.

mod flow_schema;
mod priority_level_configuration;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use flow_schema::FlowSchemaStrategy;
use priority_level_configuration::PriorityLevelConfigurationStrategy;

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
            FlowSchemaStrategy,
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
            PriorityLevelConfigurationStrategy,
        ),
    ]
}
