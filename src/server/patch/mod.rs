//! Patches: what each type of them makes of an object (`k8s.io/apiserver/pkg/endpoints/handlers/patch.go`).

mod json;
mod merge;
mod strategic;
#[cfg(test)]
mod tests;

pub(super) use strategic::go_map;

use crate::api::schema::{self, Definition};
use crate::api::status::Status;
use crate::server::request::PatchType;
use crate::value::Value;

/// More operations than that in one JSON patch are refused.
const OPERATIONS_LIMIT: usize = 10_000;

/// Works a patch out as a client does, for an object of this definition (`""` for kinds that are made by a CustomResourceDefinition).
///
/// # Errors
/// Why it can't be applied, in the words of the libraries that client and server share.
pub fn locally(type_: PatchType, object: &Value, patch: &Value, definition: &str) -> Result<Value, String> {
    match (type_, schema::definition(definition)) {
        (PatchType::Json, _) => json::apply(object, patch.items()),
        (PatchType::StrategicMerge, Some(definition)) => strategic(object, patch, definition).map_err(|status| status.message),
        _ => merge(object, patch).map_err(|status| status.message),
    }
}

/// Applies an RFC 6902 patch.
pub(super) fn json(object: &Value, patch: &Value) -> Result<Value, Status> {
    let Value::Array(operations) = patch else {
        return Err(Status::bad_request(format!(
            "error decoding patch: json: cannot unmarshal {} into Go value of type []handlers.jsonPatchOp",
            patch.type_name()
        )));
    };
    if operations.len() > OPERATIONS_LIMIT {
        let why = format!("The allowed maximum operations in a JSON patch is {OPERATIONS_LIMIT}, got {}", operations.len());
        return Err(Status::other(413, "RequestEntityTooLarge", why));
    }
    json::apply(object, operations).map_err(|_| rejected())
}

/// Applies an RFC 7386 patch.
pub(super) fn merge(object: &Value, patch: &Value) -> Result<Value, Status> {
    if !patch.is_object() {
        let why = format!("error decoding patch: json: cannot unmarshal {} into Go value of type map[string]interface {{}}", patch.type_name());
        return Err(Status::bad_request(why));
    }
    let mut object = object.clone();
    merge::apply(&mut object, patch);
    Ok(object)
}

/// Applies a strategic merge patch to an object of a definition.
pub(super) fn strategic(object: &Value, patch: &Value, definition: &'static Definition) -> Result<Value, Status> {
    if !patch.is_object() {
        return Err(Status::bad_request(format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", patch.type_name())));
    }
    strategic::apply(object, patch, definition).map_err(|error| match error {
        strategic::Error::BadFormat(why) => Status::other(500, "", why),
        strategic::Error::Rejected(_) => rejected(),
        strategic::Error::Internal(why) => Status::other(500, "", why),
    })
}

/// What upstream makes of a patch that can't be applied: it doesn't say why.
fn rejected() -> Status {
    let mut status = Status::other(422, "Invalid", "the server rejected our request due to an error in our request");
    status.details = Value::object();
    status
}
