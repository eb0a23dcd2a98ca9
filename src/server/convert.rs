//! Between the version that a request speaks and the one that objects are stored in (`pkg/apis/<group>/<version>/conversion.go`).

mod autoscaling;
mod events;

use crate::api::resource::{EVENTS, GroupResource};
use crate::api::strategy::Kind;
use crate::value::Value;

const EVENTS_GROUP: &str = "events.k8s.io";

/// `apps/v1`, or `v1` for core.
pub(super) fn api_version(kind: &Kind, version: &str) -> String {
    if kind.group.is_empty() { version.to_string() } else { format!("{}/{version}", kind.group) }
}

/// Whether objects are stored in this version.
pub(super) fn is_storage_version(kind: &Kind, version: &str) -> bool {
    kind.group != EVENTS_GROUP && kind.versions.first().is_some_and(|first| first.name == version)
}

/// Where the objects of a resource are: Events of both groups are the same ones.
pub(super) fn storage_resource_ref(resource: &GroupResource) -> &GroupResource {
    if resource.group == EVENTS_GROUP { &EVENTS_RESOURCE } else { resource }
}

/// As [`storage_resource_ref`], to keep.
pub(super) fn storage_resource(resource: &GroupResource) -> GroupResource {
    storage_resource_ref(resource).clone()
}

/// How the stored object calls a field that a request selects by.
pub(super) fn storage_field(resource: &GroupResource, field: &str) -> String {
    if resource.group == EVENTS_GROUP { events::core_field(field) } else { field.to_string() }
}

static EVENTS_RESOURCE: GroupResource = EVENTS;

/// An object of `version` as it is stored.
pub(super) fn to_storage(kind: &Kind, version: &str, mut object: Value) -> Value {
    if is_storage_version(kind, version) {
        return object;
    }
    match (kind.group.as_str(), kind.kind.as_str()) {
        (EVENTS_GROUP, _) => events::to_core(&mut object),
        ("autoscaling", "HorizontalPodAutoscaler") if version == "v1" => autoscaling::to_v2(&mut object),
        _ => {
            let stored = kind.versions.first().map_or("", |version| version.name.as_str());
            object.set("apiVersion", api_version(kind, stored));
        }
    }
    object
}

/// A stored object in `version`.
pub(super) fn from_storage(kind: &Kind, version: &str, mut object: Value) -> Value {
    if is_storage_version(kind, version) {
        return object;
    }
    match (kind.group.as_str(), kind.kind.as_str()) {
        (EVENTS_GROUP, _) => events::from_core(&mut object),
        ("autoscaling", "HorizontalPodAutoscaler") if version == "v1" => autoscaling::to_v1(&mut object),
        _ => object.set("apiVersion", api_version(kind, version)),
    }
    object
}
