//! Who may do what: role-based access control (`plugin/pkg/auth/authorizer/rbac`), and the reviews that tell of it.

mod escalation;
pub(super) mod reviews;
pub(super) mod rules;
#[cfg(test)]
mod tests;

pub(super) use escalation::check as check_escalation;

use super::Server;
use super::request::{Request, User};
use crate::api::resource::GroupResource;
use crate::api::status::Status;
use crate::value::SmolStr;

/// Members may do everything.
pub(super) const MASTERS: &str = "system:masters";

/// What somebody wants to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) verb: SmolStr,
    pub(super) group: SmolStr,
    pub(super) resource: SmolStr,
    pub(super) subresource: SmolStr,
    pub(super) namespace: SmolStr,
    pub(super) name: SmolStr,
    /// The path of a request that isn't about a resource; `""` for one that is.
    pub(super) path: SmolStr,
}

impl Attributes {
    fn of(request: &Request) -> Attributes {
        Attributes {
            verb: SmolStr::new_static(request.verb.name()),
            group: request.resource.group.clone(),
            resource: request.resource.resource.clone(),
            subresource: request.subresource.clone(),
            namespace: request.namespace.clone(),
            name: request.name.clone(),
            path: SmolStr::default(),
        }
    }

    /// `pods`, `pods/log`.
    pub(super) fn combined(&self) -> String {
        if self.subresource.is_empty() { self.resource.to_string() } else { format!("{}/{}", self.resource, self.subresource) }
    }
}

/// Lets the request pass, or refuses it.
pub(super) fn authorize(server: &Server, request: &Request) -> Result<(), Status> {
    if request.user.groups.iter().any(|group| group == MASTERS) {
        return Ok(());
    }
    let attributes = Attributes::of(request);
    if rules::allows(server, &request.user, &attributes) {
        return Ok(());
    }
    Err(forbidden(server, &request.user, &attributes))
}

/// `pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "demo"`.
fn forbidden(server: &Server, user: &User, attributes: &Attributes) -> Status {
    let mut why = format!(
        "User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}",
        user.name,
        attributes.verb,
        attributes.combined(),
        attributes.group,
        if attributes.namespace.is_empty() { "at the cluster scope".to_string() } else { format!("in the namespace \"{}\"", attributes.namespace) }
    );
    let missing = rules::missing_roles(server, user, &attributes.namespace);
    if !missing.is_empty() {
        why.push_str(": RBAC: ");
        why.push_str(&if missing.len() == 1 { missing[0].clone() } else { format!("[{}]", missing.join(", ")) });
    }
    let resource = GroupResource { group: attributes.group.clone(), resource: attributes.resource.clone() };
    Status::forbidden(&resource, &attributes.name, &why)
}
