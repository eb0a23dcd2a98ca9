//! The body of a request as a value, and Go's words where it isn't one.

use super::HttpRequest;
use crate::api::status::Status;
use crate::manifest;
use crate::server::request::{BODY_LIMIT_BYTES, PatchType, Verb, too_large};
use crate::value::Value;
use std::fmt::Write;

/// How much of an unreadable body is shown.
const SHOWN_BYTES: usize = 30;

/// Which patch the content type says it is.
pub(super) fn patch_type(http: &HttpRequest) -> Result<PatchType, Status> {
    Ok(match media_type(http) {
        "application/json-patch+json" => PatchType::Json,
        "application/merge-patch+json" => PatchType::Merge,
        "application/strategic-merge-patch+json" => PatchType::StrategicMerge,
        "application/apply-patch+yaml" => PatchType::Apply,
        _ => return Err(Status::other(415, "UnsupportedMediaType", "415: Unsupported Media Type")),
    })
}

/// The body as a value; that of lists and gets is not looked at. `kind` is what it should hold.
pub(super) fn read(http: &HttpRequest, verb: Verb, kind: &str) -> Result<Value, Status> {
    let is_delete = matches!(verb, Verb::Delete | Verb::DeleteCollection);
    if matches!(verb, Verb::Get | Verb::List | Verb::Watch) || is_delete && http.body.is_empty() {
        return Ok(Value::Null);
    }
    if http.body.len() > BODY_LIMIT_BYTES {
        return Err(too_large());
    }
    let type_ = media_type(http);
    let is_yaml = type_.ends_with("yaml");
    let is_patch = matches!(verb, Verb::Patch(_));
    if !is_patch && !["", "application/json", "application/yaml"].contains(&type_) {
        let why = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        return Err(Status::other(415, "UnsupportedMediaType", why));
    }
    let text = String::from_utf8_lossy(&http.body);
    let read = if is_yaml { manifest::yaml::read(&text) } else { json(&text) };
    read.map_err(|why| {
        Status::bad_request(match verb {
            Verb::Patch(PatchType::Apply) => format!("error decoding YAML: {why}"),
            Verb::Patch(_) => format!("error decoding patch: {why}"),
            _ => {
                let why = if is_yaml { why } else { format!("couldn't get version/kind; json parse error: {why}") };
                format!("the object provided is unrecognized (must be of type {kind}): {why} ({})", summary(&http.body))
            }
        })
    })
}

fn media_type(http: &HttpRequest) -> &str {
    http.header("Content-Type").split(';').next().unwrap_or("").trim()
}

/// The beginning of a body that can't be read (`summarizeData`).
pub(super) fn summary(body: &[u8]) -> String {
    if body.is_empty() {
        return "<empty>".into();
    }
    let mut hex = String::new();
    for byte in body.iter().take(SHOWN_BYTES) {
        let _ = write!(hex, "{byte:02x}");
    }
    if body.len() > SHOWN_BYTES {
        hex.push_str(" ...");
    }
    hex
}

fn json(text: &str) -> Result<Value, String> {
    Value::from_json(text).map_err(|error| crate::api::go_json::error_words(text, &error))
}
