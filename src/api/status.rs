//! Failures as the API server answers them: `metav1.Status`, in the words of `k8s.io/apimachinery/pkg/api/errors`.

use super::field_error::FieldError;
use super::resource::GroupResource;
use crate::value::{Map, Value, json};

/// A failed request. `body` is the `Status` object; `code` its HTTP status.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// HTTP status code.
    pub code: u16,
    /// The machine-readable reason: `NotFound`, `AlreadyExists`, `Invalid` …
    pub reason: &'static str,
    /// What a person reads.
    pub message: String,
    /// `details` of the `Status`: name, group, kind, causes; `Null` where there are none, an empty object where upstream writes one.
    pub details: Value,
}

impl Status {
    fn new(code: u16, reason: &'static str, message: String, details: Value) -> Status {
        Status { code, reason, message, details }
    }

    /// `pods "x" not found`.
    pub fn not_found(resource: &GroupResource, name: &str) -> Status {
        Status::new(404, "NotFound", format!("{resource} \"{name}\" not found"), details(resource, name))
    }

    /// `the server could not find the requested resource`.
    pub fn no_such_path() -> Status {
        Status::new(404, "NotFound", "the server could not find the requested resource".into(), json!({}))
    }

    /// `pods "x" already exists`.
    pub fn already_exists(resource: &GroupResource, name: &str) -> Status {
        Status::new(409, "AlreadyExists", format!("{resource} \"{name}\" already exists"), details(resource, name))
    }

    /// `Operation cannot be fulfilled on pods "x": why`.
    pub fn conflict(resource: &GroupResource, name: &str, why: &str) -> Status {
        Status::new(409, "Conflict", format!("Operation cannot be fulfilled on {resource} \"{name}\": {why}"), details(resource, name))
    }

    /// The conflict of an outdated resourceVersion.
    pub fn modified(resource: &GroupResource, name: &str) -> Status {
        Status::conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// `Deployment.apps "x" is invalid: …`, the causes in upstream's aggregate form.
    pub fn invalid(group: &str, kind: &str, name: &str, errors: &[FieldError]) -> Status {
        let resource = GroupResource { group: group.into(), resource: kind.into() };
        let kind_and_group = if group.is_empty() { kind.to_string() } else { format!("{kind}.{group}") };
        let mut texts: Vec<String> = Vec::new();
        for error in errors {
            let text = error.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let list = if texts.len() == 1 { texts.remove(0) } else { format!("[{}]", texts.join(", ")) };
        let causes: Vec<_> = errors.iter().map(|error| json!({"reason": error.type_.reason(), "message": error.body(), "field": error.field})).collect();
        let mut details = details(&resource, name);
        details.set("causes", causes);
        Status::new(422, "Invalid", format!("{kind_and_group} \"{name}\" is invalid: {list}"), details)
    }

    /// `pods "x" is forbidden: why`; without a name, `pods is forbidden: why`.
    pub fn forbidden(resource: &GroupResource, name: &str, why: &str) -> Status {
        let message = if name.is_empty() { format!("{resource} is forbidden: {why}") } else { format!("{resource} \"{name}\" is forbidden: {why}") };
        Status::new(403, "Forbidden", message, details(resource, name))
    }

    /// A request that makes no sense, in the given words.
    pub fn bad_request(message: impl Into<String>) -> Status {
        Status::new(400, "BadRequest", message.into(), Value::Null)
    }

    /// `the server does not allow this method on the requested resource`.
    pub fn method_not_allowed() -> Status {
        Status::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource".into(), json!({}))
    }

    /// The verb isn't offered for the resource.
    pub fn method_not_supported(resource: &GroupResource, verb: &str) -> Status {
        Status::new(405, "MethodNotAllowed", format!("{verb} is not supported on resources of kind \"{resource}\""), details(resource, ""))
    }

    /// Too many requests, as an eviction that a budget refuses.
    pub fn too_many_requests(message: impl Into<String>) -> Status {
        Status::new(429, "TooManyRequests", message.into(), Value::Null)
    }

    /// The version asked for is gone from the watch's history.
    pub fn expired(message: impl Into<String>) -> Status {
        Status::new(410, "Expired", message.into(), Value::Null)
    }

    /// A version that the server hasn't come to yet.
    pub fn too_large_version(wanted: u64, current: u64) -> Status {
        let details = json!({"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1});
        Status::new(504, "Timeout", format!("Timeout: Too large resource version: {wanted}, current: {current}"), details)
    }

    /// Any other failure.
    pub fn other(code: u16, reason: &'static str, message: impl Into<String>) -> Status {
        Status::new(code, reason, message.into(), Value::Null)
    }

    /// The `Status` object that the server answers.
    pub fn body(&self) -> Value {
        let mut body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message, "code": self.code});
        if !self.reason.is_empty() {
            body.set("reason", self.reason);
        }
        if !self.details.is_null() {
            body.set("details", self.details.clone());
        }
        body
    }
}

fn details(resource: &GroupResource, name: &str) -> Value {
    let mut fields = Map::new();
    for (key, text) in [("name", name), ("group", &resource.group), ("kind", &resource.resource)] {
        if !text.is_empty() {
            fields.insert(key, text);
        }
    }
    Value::from(fields)
}
