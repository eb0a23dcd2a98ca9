//! Events are stored in the core group; `events.k8s.io` names some fields otherwise (`pkg/apis/events/v1/conversion.go`).

use crate::value::Value;

/// Field of core, field of `events.k8s.io`.
const RENAMED: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

pub(super) fn to_core(event: &mut Value) {
    event.set("apiVersion", "v1");
    for (core, events) in RENAMED {
        rename(event, events, core);
    }
}

/// `regarding.name` → `involvedObject.name`.
pub(super) fn core_field(field: &str) -> String {
    let (first, rest) = field.split_at(field.find('.').unwrap_or(field.len()));
    let core = RENAMED.iter().find(|(_, events)| *events == first).map_or(first, |(core, _)| core);
    format!("{core}{rest}")
}

pub(super) fn from_core(event: &mut Value) {
    event.set("apiVersion", "events.k8s.io/v1");
    for (core, events) in RENAMED {
        rename(event, core, events);
    }
}

fn rename(event: &mut Value, from: &str, to: &str) {
    if let Some(value) = event.fields_mut().remove(from) {
        event.fields_mut().insert(to, value);
    }
}
