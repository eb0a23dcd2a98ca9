//! What a client takes: `Accept` (`k8s.io/apiserver/pkg/endpoints/handlers/negotiation`).

use crate::api::status::Status;

/// As what objects are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// As they are.
    Object,
    /// As a Table, with columns made for people.
    Table,
    /// As PartialObjectMetadata.
    Metadata,
}

/// The first of what is asked for that can be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Accepted {
    pub(super) shape: Shape,
    pub(super) is_yaml: bool,
}

const ANYTHING: Accepted = Accepted { shape: Shape::Object, is_yaml: false };

impl Accepted {
    /// Reads the header.
    pub(super) fn of(accept: &str) -> Result<Accepted, Status> {
        if accept.trim().is_empty() {
            return Ok(ANYTHING);
        }
        let types = || accept.split(',').map(str::trim);
        if let Some(accepted) = types().find_map(one) {
            return Ok(accepted);
        }
        let why = if types().any(|type_| is_json(bare(type_)) || bare(type_) == "application/yaml") {
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
        } else {
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf"
        };
        Err(Status::other(406, "NotAcceptable", why))
    }
}

fn bare(type_: &str) -> &str {
    type_.split(';').next().unwrap_or("").trim()
}

fn is_json(type_: &str) -> bool {
    matches!(type_, "application/json" | "*/*" | "application/*")
}

fn one(type_: &str) -> Option<Accepted> {
    let is_yaml = bare(type_) == "application/yaml";
    if !is_yaml && !is_json(bare(type_)) {
        return None;
    }
    let parameter =
        |name: &str| type_.split(';').skip(1).filter_map(|part| part.trim().split_once('=')).find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let shape = match (parameter("as"), parameter("g"), parameter("v")) {
        ("", ..) => Shape::Object,
        ("Table", "meta.k8s.io", "v1" | "v1beta1") => Shape::Table,
        ("PartialObjectMetadata" | "PartialObjectMetadataList", "meta.k8s.io", "v1" | "v1beta1") => Shape::Metadata,
        _ => return None,
    };
    Some(Accepted { shape, is_yaml })
}
