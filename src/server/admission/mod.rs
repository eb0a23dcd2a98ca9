//! The admission plugins, in upstream's order (`pkg/kubeapiserver/options/plugins.go`, AllOrderedPlugins): each may change what is
//! written (`admit`) or refuse it (`validate`).

mod default_ingress_class;
mod default_storage_class;
mod default_toleration_seconds;
mod limit_ranger;
mod namespace_lifecycle;
mod persistent_volume_claim_resize;
mod pod_resize;
mod pod_security;
pub(super) mod pod_topology_labels;
mod priority;
pub(super) mod resource_quota;
mod runtime_class;
mod service_account;
mod storage_object_in_use_protection;
mod taint_nodes_by_condition;
#[cfg(test)]
mod tests;

pub use default_storage_class::default_class;

use super::Server;
use super::request::Request;
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::api::strategy::Kind;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// What is being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    /// An object or subresource is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

/// A write, as the plugins see it.
pub(super) struct Attributes<'a> {
    /// The kind of the object.
    pub(super) kind: Arc<Kind>,
    /// The request, with its subresource, user and options.
    pub(super) request: &'a Request,
    /// What is being done.
    pub(super) operation: Operation,
    /// The object's name.
    pub(super) name: SmolStr,
    /// Its namespace, `""` for none.
    pub(super) namespace: SmolStr,
    /// The object as it shall be; `Null` for a delete.
    pub(super) object: Value,
    /// The object as it is; `Null` for a create.
    pub(super) old: Value,
    /// The server, for reading, and for the usage of quotas.
    pub(super) server: &'a mut Server,
    /// Milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
    /// Warnings for the answer.
    pub(super) warnings: &'a mut Vec<String>,
}

impl Attributes<'_> {
    /// Whether it is about this resource itself, not one of its subresources.
    fn is(&self, resource: &GroupResource) -> bool {
        self.request.subresource.is_empty() && self.request.resource == *resource
    }

    /// Whether an object of this resource is made.
    fn creates(&self, resource: &GroupResource) -> bool {
        self.operation == Operation::Create && self.is(resource)
    }

    /// `pods "web" is forbidden: why`.
    fn forbidden(&self, why: &str) -> Status {
        Status::forbidden(&self.request.resource, &self.name, why)
    }
}

/// Lets the plugins change `attributes.object`.
pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    // Upstream draws a generated name only after these plugins, so that their refusals name what it begins with.
    let name = attributes.name.clone();
    if let Some(stem) = generated_stem(attributes) {
        attributes.name = stem;
    }
    let outcome = admit_each(attributes);
    attributes.name = name;
    outcome
}

/// `generateName`, where the name was made of it.
fn generated_stem(attributes: &Attributes) -> Option<SmolStr> {
    let stem = attributes.object.path("metadata.generateName").str();
    let is_generated =
        attributes.operation == Operation::Create && attributes.request.name.is_empty() && attributes.request.body.path("metadata.name").is_empty();
    (is_generated && !stem.is_empty()).then(|| SmolStr::new(stem))
}

fn admit_each(attributes: &mut Attributes) -> Result<(), Status> {
    namespace_lifecycle::admit(attributes)?;
    limit_ranger::admit(attributes)?;
    service_account::admit(attributes)?;
    taint_nodes_by_condition::admit(attributes);
    priority::admit(attributes)?;
    default_toleration_seconds::admit(attributes);
    storage_object_in_use_protection::admit(attributes);
    runtime_class::admit(attributes)?;
    default_ingress_class::admit(attributes);
    default_storage_class::admit(attributes);
    pod_topology_labels::admit(attributes);
    Ok(())
}

/// Asks the plugins whether the write may be.
pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if attributes.operation == Operation::Delete {
        namespace_lifecycle::admit(attributes)?;
    }
    limit_ranger::validate(attributes)?;
    service_account::validate(attributes)?;
    pod_security::validate(attributes)?;
    priority::validate(attributes)?;
    persistent_volume_claim_resize::validate(attributes)?;
    pod_resize::validate(attributes)?;
    runtime_class::validate(attributes)?;
    resource_quota::validate(attributes)
}
