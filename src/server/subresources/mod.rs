//! Subresources that aren't just a part of the object: a file each, named as in the path.

mod binding;
mod eviction;
mod finalize;
mod part;
mod scale;
mod token;

use super::verbs::Context;
use crate::api::status::Status;
use crate::value::Value;

/// Carries out a request on a subresource other than `status`.
pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    let resource = context.request.resource.clone();
    match (resource.resource.as_str(), context.request.subresource.as_str()) {
        ("pods", "binding") => binding::execute(context),
        ("pods", "eviction") => eviction::execute(context),
        ("pods", "ephemeralcontainers" | "resize") | ("certificatesigningrequests", "approval") => part::execute(context),
        ("namespaces", "finalize") => finalize::execute(context),
        ("serviceaccounts", "token") => token::execute(context),
        (_, "scale") => scale::execute(context),
        // Logs, exec and the like are answered by kubelets, whom the server can't ask; the cluster does before it comes here.
        _ => Err(Status::method_not_allowed()),
    }
}
