//! A write, and why it was made.

use crate::api::meta;
use crate::api::resource::{EVENTS, GroupResource, LEASES, NODES, ObjectKey, PODS};
use crate::value::{SmolStr, Value, json};

/// What a write did to an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeType {
    /// It is new.
    Added,
    /// It was there before.
    Modified,
    /// It is gone.
    Deleted,
}

/// One write, as watches see it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The store's revision after it.
    pub revision: u64,
    /// When, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// What it did.
    pub type_: ChangeType,
    /// Of which resource the object is.
    pub resource: GroupResource,
    /// The object after it; for a deletion the last state.
    pub object: Value,
    /// The object before it; `Null` for a new one.
    pub previous: Value,
    /// Who made it, and because of what.
    pub cause: Cause,
}

impl Change {
    /// Namespace and name of the object.
    pub fn key(&self) -> ObjectKey {
        meta::key(&self.object)
    }

    /// The write without what was written, but for the object's name and a pod's new node; none of what says that somebody still lives.
    pub fn deed(&self) -> Option<Change> {
        if self.resource == EVENTS || self.type_ == ChangeType::Modified && (self.resource == LEASES || self.resource == NODES) {
            return None;
        }
        let metadata = self.object.get("metadata");
        let mut object = json!({"kind": self.object.get("kind"), "metadata": {"namespace": metadata.get("namespace"), "name": metadata.get("name"), "uid": metadata.get("uid")}});
        if self.resource == PODS && self.changed("spec.nodeName") {
            object.set("spec.nodeName", self.object.path("spec.nodeName").clone());
        }
        let cause = self.cause.clone();
        Some(Change { resource: self.resource.clone(), object, previous: Value::Null, cause, ..*self })
    }

    /// Whether the value at a dotted path differs before and after.
    pub fn changed(&self, path: &str) -> bool {
        let (before, after) = (self.previous.path(path), self.object.path(path));
        !before.same(after) && before != after
    }
}

/// Who made a write, and the write that made them act; following `because` leads back to what a person did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cause {
    /// `deployment-controller`, `default-scheduler`, `kubelet worker-1`, or what the person did (`kubectl apply -f mongo.yaml`).
    pub actor: SmolStr,
    /// The revision of the write that it answers; `None` for what a person or the passing of time began.
    pub because: Option<u64>,
}
