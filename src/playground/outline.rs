//! What is in the files: each document with its place, the object that it is about, and how that one does in the cluster.

use super::diagnostics::{Outlook, Verdict};
use super::scene::{Glyph, ObjectRef, State, Tone};
use crate::api::resource::{NAMESPACES, NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::store::Store;
use crate::value::{SmolStr, Value};

/// A document of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The file.
    pub file: SmolStr,
    /// Where the document begins, in bytes.
    pub from: usize,
    /// `Deployment web`.
    pub title: String,
    /// The live object, where there is one.
    pub object: Option<ObjectRef>,
    /// How it does: its state, or `not in the cluster`.
    pub state: State,
}

/// The documents that were looked at, with the states of their objects in the cluster.
pub fn outline(outlooks: &[Outlook], store: &Store) -> Vec<Entry> {
    outlooks.iter().map(|outlook| entry(outlook, store)).collect()
}

fn entry(outlook: &Outlook, store: &Store) -> Entry {
    let live = outlook.object.as_ref().and_then(|object| store.get_key(&object.resource, &object.key).map(|value| (object, value)));
    let state = match (live, &outlook.verdict) {
        (Some((object, value)), _) => state_of(object, value),
        (None, Verdict::Refused) => State { word: "would be refused".into(), glyph: Glyph::Trouble, tone: Tone::Bad },
        (None, _) => State { word: "not in the cluster".into(), glyph: Glyph::None, tone: Tone::Plain },
    };
    Entry {
        file: outlook.file.clone(),
        from: outlook.from,
        title: format!("{} {}", outlook.kind, outlook.name).trim().to_owned(),
        object: live.map(|(object, _)| object.clone()),
        state,
    }
}

/// The state in which an object of any kind is.
fn state_of(object: &ObjectRef, value: &Value) -> State {
    let resource = &object.resource;
    if *resource == PODS {
        State::of_pod(value)
    } else if *resource == NODES {
        State::of_node(value)
    } else if [PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, NAMESPACES].contains(resource) {
        State::of_phase(value)
    } else if matches!(value.get("kind").str(), "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" | "Job" | "CronJob") {
        State::of_workload(value)
    } else {
        State { word: "in the cluster".into(), glyph: Glyph::Ended, tone: Tone::Plain }
    }
}
