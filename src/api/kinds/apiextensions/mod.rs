//! The kinds of the group `apiextensions.k8s.io`.

mod custom_resource_definition;
mod structural_schema;

use super::{ALL_VERBS, Names, kind};
use crate::api::strategy::Kind;
use custom_resource_definition::CustomResourceDefinitionStrategy;

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
        CustomResourceDefinitionStrategy,
    )]
}
