//! Nothing is written into a namespace that isn't there or is on its way out (`plugin/pkg/admission/namespace/lifecycle`).

use super::{Attributes, Operation};
use crate::api::resource::NAMESPACES;
use crate::api::status::Status;
use crate::value::json;

/// Namespaces that may not be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    if attributes.request.resource == NAMESPACES {
        let is_doomed = attributes.operation == Operation::Delete && IMMORTAL.contains(&attributes.name.as_str());
        return if is_doomed { Err(attributes.forbidden("this namespace may not be deleted")) } else { Ok(()) };
    }
    if !attributes.kind.namespaced || attributes.operation == Operation::Delete || attributes.request.resource.resource == "localsubjectaccessreviews" {
        return Ok(());
    }
    let namespace = attributes.namespace.as_str();
    let Some(found) = attributes.server.store.get(&NAMESPACES, "", namespace) else {
        return Err(Status::not_found(&NAMESPACES, namespace));
    };
    if attributes.operation != Operation::Create || found.path("status.phase").str() != "Terminating" {
        return Ok(());
    }
    let mut status = attributes.forbidden(&format!("unable to create new content in namespace {namespace} because it is being terminated"));
    status.details.push(
        "causes",
        json!({"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}),
    );
    Err(status)
}
