//! The kinds of the group `authorization.k8s.io`.

use super::{Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authorization",
                kind: "LocalSubjectAccessReview",
                plural: "localsubjectaccessreviews",
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
                group: "authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authorization",
                kind: "SelfSubjectAccessReview",
                plural: "selfsubjectaccessreviews",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            &["create"],
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authorization",
                kind: "SelfSubjectRulesReview",
                plural: "selfsubjectrulesreviews",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            &["create"],
            Plain { generation: false },
        ),
        kind(
            Names {
                group: "authorization.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authorization",
                kind: "SubjectAccessReview",
                plural: "subjectaccessreviews",
                short: &[],
                categories: &[],
                namespaced: false,
                subresources: &[],
            },
            &["create"],
            Plain { generation: false },
        ),
    ]
}
