//! The kinds of the group `batch`.

mod cron_job;
mod job;
mod policies;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use cron_job::CronJobStrategy;
use job::JobStrategy;

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
            CronJobStrategy,
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
            JobStrategy,
        ),
    ]
}
