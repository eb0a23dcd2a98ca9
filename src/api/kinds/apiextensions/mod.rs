//! The kinds of the group `apiextensions.k8s.io`.

use super::{ALL_VERBS, Names, Plain, kind};
use crate::api::strategy::Kind;

/// All kinds of the group.
pub(super) fn kinds() -> Vec<Kind> {
    vec![kind(
        Names {
            group: "apiextensions.k8s.io",
            versions: &["v1"],
            schema: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
            kind: "CustomResourceDefinition",
            plural: "customresourcedefinitions",
            short: &["crd", "crds"],
            categories: &["api-extensions"],
            namespaced: false,
            subresources: &["status"],
        },
        ALL_VERBS,
        Plain { generation: true },
    )]
}
