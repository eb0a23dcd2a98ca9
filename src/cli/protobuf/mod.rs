//! Bodies in protobuf, as kubectl's typed clients send them (`k8s.io/apimachinery/pkg/runtime/serializer/protobuf`): read into the same values
//! as JSON. Answers stay JSON, which these clients accept too.

mod message;
#[cfg(test)]
mod tests;
mod wire;

use crate::api::schema;
use crate::server::http::HttpRequest;
use crate::value::Value;
use wire::Wire;

/// What each body begins with.
const MAGIC: &[u8] = b"k8s\0";
/// How deep messages may be nested.
const MAX_DEPTH: usize = 100;

/// Why a body can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It isn't protobuf, or not whole.
    Malformed,
    /// Its kind has no message here.
    UnknownKind,
}

/// Turns a body in protobuf into one in JSON; leaves other bodies, and those that can't be read, as they are.
pub(super) fn translate(request: &mut HttpRequest) {
    let is_protobuf = request.header("Content-Type").split(';').next().is_some_and(|type_| type_.trim() == "application/vnd.kubernetes.protobuf");
    if !is_protobuf {
        return;
    }
    let Ok(object) = decode(&request.body) else { return };
    request.body = object.to_json().into_bytes();
    for (name, value) in &mut request.headers {
        if name.eq_ignore_ascii_case("Content-Type") {
            *value = "application/json".into();
        }
    }
}

/// Reads a body: the envelope says of which kind the object in it is.
pub(super) fn decode(body: &[u8]) -> Result<Value, Unreadable> {
    let envelope = body.strip_prefix(MAGIC).ok_or(Unreadable::Malformed)?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for field in Wire::new(envelope) {
        let (number, field) = field.ok_or(Unreadable::Malformed)?;
        match number {
            1 => {
                for part in Wire::new(field.bytes()) {
                    let (number, part) = part.ok_or(Unreadable::Malformed)?;
                    let text = String::from_utf8_lossy(part.bytes()).into_owned();
                    match number {
                        1 => api_version = text,
                        2 => kind = text,
                        _ => {}
                    }
                }
            }
            2 => raw = field.bytes(),
            _ => {}
        }
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    // Options are known in every group.
    let definition = schema::for_kind(group, version, &kind).or_else(|| schema::definition(&format!("io.k8s.apimachinery.pkg.apis.meta.v1.{kind}")));
    let definition = definition.ok_or(Unreadable::UnknownKind)?;
    let mut object = message::read(raw, definition, MAX_DEPTH).ok_or(Unreadable::Malformed)?;
    object.set("apiVersion", api_version.as_str());
    object.set("kind", kind.as_str());
    Ok(object)
}
