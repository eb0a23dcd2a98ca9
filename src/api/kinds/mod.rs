//! The built-in kinds, a folder a group; a kind with rules of its own has a file there.

mod admissionregistration;
mod apiextensions;
mod apiregistration;
pub mod apps;
mod authentication;
mod authorization;
mod autoscaling;
mod batch;
pub mod cells;
pub mod certificates;
mod coordination;
pub mod core;
mod discovery;
mod events;
mod flowcontrol;
pub mod metrics;
mod networking;
mod node;
mod policy;
mod rbac;
mod resource;
pub mod rules;
mod scheduling;
mod storage;

use super::strategy::{Kind, Strategy, Version};
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// All built-in kinds.
pub fn all() -> Vec<Kind> {
    [
        admissionregistration::kinds(),
        apiextensions::kinds(),
        apiregistration::kinds(),
        apps::kinds(),
        authentication::kinds(),
        authorization::kinds(),
        autoscaling::kinds(),
        batch::kinds(),
        certificates::kinds(),
        coordination::kinds(),
        core::kinds(),
        discovery::kinds(),
        events::kinds(),
        flowcontrol::kinds(),
        networking::kinds(),
        node::kinds(),
        policy::kinds(),
        rbac::kinds(),
        resource::kinds(),
        scheduling::kinds(),
        storage::kinds(),
    ]
    .concat()
}

/// The verbs that ordinary kinds have, in discovery's order.
const ALL_VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// What is said of a kind beside its rules; read it as the row of a table.
struct Names {
    /// API group.
    group: &'static str,
    /// Served versions, the preferred one first.
    versions: &'static [&'static str],
    /// The definitions' prefix in the schema, without version and kind: `io.k8s.api.apps`.
    schema: &'static str,
    /// `Deployment`.
    kind: &'static str,
    /// `deployments`.
    plural: &'static str,
    /// `deploy`.
    short: &'static [&'static str],
    /// `all`.
    categories: &'static [&'static str],
    /// Whether its objects live in namespaces.
    namespaced: bool,
    /// `status`, `scale` …
    subresources: &'static [&'static str],
}

/// An entry of the registry.
fn kind(names: Names, verbs: &'static [&'static str], strategy: impl Strategy + 'static) -> Kind {
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
        verbs: words(verbs),
        strategy: Arc::new(strategy),
    }
}

/// A kind without rules beside its schema.
struct Plain {
    /// Whether the server counts `metadata.generation`.
    generation: bool,
}

impl Strategy for Plain {
    fn has_generation(&self) -> bool {
        self.generation
    }

    /// Kinds without a `status` subresource keep what is given.
    fn prepare_for_create(&self, _object: &mut Value) {}
}

#[cfg(test)]
mod tests;
