//! The built-in kinds, one file each (or one a small group), and the list of them.

use super::strategy::{Kind, Strategy, Version};
use crate::value::SmolStr;
use std::sync::Arc;

/// All built-in kinds.
pub fn all() -> Vec<Kind> {
    Vec::new()
}

/// The verbs that ordinary kinds have, in discovery's order.
pub const ALL_VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// What `built_in` needs to know of a kind; read it as the row of a table.
pub struct Names {
    /// API group.
    pub group: &'static str,
    /// Served versions, the preferred one first.
    pub versions: &'static [&'static str],
    /// The definitions' prefix in the schema, without version and kind: `io.k8s.api.apps`.
    pub schema: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Plural.
    pub plural: &'static str,
    /// Short names.
    pub short: &'static [&'static str],
    /// Categories.
    pub categories: &'static [&'static str],
    /// Whether it lives in namespaces.
    pub namespaced: bool,
    /// Subresources.
    pub subresources: &'static [&'static str],
}

/// A built-in kind with all ordinary verbs.
pub fn built_in(names: Names, strategy: impl Strategy + 'static) -> Kind {
    let version =
        |name: &&'static str| Version { name: SmolStr::new_static(name), definition: SmolStr::from(format!("{}.{name}.{}", names.schema, names.kind)) };
    let words = |list: &'static [&'static str]| list.iter().map(|word| SmolStr::new_static(word)).collect();
    Kind {
        group: SmolStr::new_static(names.group),
        kind: SmolStr::new_static(names.kind),
        plural: SmolStr::new_static(names.plural),
        singular: SmolStr::from(names.kind.to_lowercase()),
        short_names: words(names.short),
        categories: words(names.categories),
        namespaced: names.namespaced,
        versions: names.versions.iter().map(version).collect(),
        subresources: words(names.subresources),
        verbs: ALL_VERBS.iter().map(|verb| SmolStr::new_static(verb)).collect(),
        strategy: Arc::new(strategy),
    }
}
