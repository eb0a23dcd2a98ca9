//! The kinds of the group `authentication.k8s.io`.

use super::{Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind(
            Names {
                group: "authentication.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authentication",
                kind: "SelfSubjectReview",
                plural: "selfsubjectreviews",
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
                group: "authentication.k8s.io",
                versions: &["v1"],
                schema: "io.k8s.api.authentication",
                kind: "TokenReview",
                plural: "tokenreviews",
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
