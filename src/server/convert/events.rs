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
