//! The kinds of the group `batch`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "batch",
                versions: &["v1"],
                schema: "io.k8s.api.batch",
                kind: "CronJob",
                plural: "cronjobs",
                short: &["cj"],
                categories: &["all"],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
        kind(
            Names {
                group: "batch",
                versions: &["v1"],
                schema: "io.k8s.api.batch",
                kind: "Job",
                plural: "jobs",
                short: &[],
                categories: &["all"],
                namespaced: true,
                subresources: &["status"],
            },
            ALL_VERBS,
            Plain { generation: true },
        ),
    ]
}
