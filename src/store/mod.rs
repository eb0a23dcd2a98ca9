//! The store: every object under its resource, namespace and name, with a revision that rises by one a write, and the
//! history of writes that watches read. Stands for etcd.
//!
//! Never: validates, defaults, or knows what a kind means. It is a persistent structure, so a clone costs nothing and
//! an old clone is the cluster's state at that time.

mod change;
mod indexes;
#[cfg(test)]
mod tests;

pub use change::{Cause, Change, ChangeType};

use crate::api::meta;
use crate::api::resource::{GroupResource, ObjectKey};
use crate::value::{OrdMap, Vector};
use crate::value::{SmolStr, Value};
use indexes::Indexes;

/// How many writes the history holds at most and at least before the oldest are compacted away, and how old they become in between (as with
/// kube-apiserver, which compacts etcd every five minutes); a watch from before gets 410 Gone.
const HISTORY_LIMIT: usize = 20_000;
const HISTORY_LEAST: usize = 2_000;
const HISTORY_MS: u64 = 600_000;
/// Of so many writes it is known for longer who made them and why.
const DEEDS_LIMIT: usize = 20_000;

/// All objects, and the history of writes.
#[derive(Clone, Default)]
pub struct Store {
    revision: u64,
    resources: OrdMap<GroupResource, OrdMap<ObjectKey, Value>>,
    indexes: Indexes,
    history: Vector<Change>,
    /// Writes without what was written: for explanations.
    deeds: Vector<Change>,
}

impl Store {
    /// An empty store at revision 0.
    pub fn new() -> Store {
        Store::default()
    }

    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// An object, or `None`.
    pub fn get(&self, resource: &GroupResource, namespace: &str, name: &str) -> Option<&Value> {
        self.get_key(resource, &ObjectKey::new(namespace, name))
    }

    /// An object by its key, or `None`.
    pub fn get_key(&self, resource: &GroupResource, key: &ObjectKey) -> Option<&Value> {
        self.resources.get(resource)?.get(key)
    }

    /// All objects of a resource in the order of namespace and name; `namespace` narrows it down at no cost.
    pub fn list<'a>(&'a self, resource: &GroupResource, namespace: Option<&str>) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        let Some(objects) = self.resources.get(resource) else { return Box::new(std::iter::empty()) };
        match namespace {
            None => Box::new(objects.values()),
            Some(namespace) => {
                let wanted = SmolStr::new(namespace);
                let from = ObjectKey::new(namespace, "");
                Box::new(objects.starting_at(&from).take_while(move |(key, _)| key.namespace == wanted).map(|(_, object)| object))
            }
        }
    }

    /// Tells which objects of a resource are others than in `before`, and what they are here: gone, where there is none. Where both are states of
    /// one cluster, the cost follows what is different.
    pub fn differences(&self, before: &Store, resource: &GroupResource, tell: &mut dyn FnMut(&ObjectKey, Option<&Value>)) {
        let objects = |store: &Store| store.resources.get(resource).cloned().unwrap_or_default();
        objects(before).differences(&objects(self), &mut |key, old, new| {
            if !old.zip(new).is_some_and(|(old, new)| old.same(new)) {
                tell(key, new);
            }
        });
    }

    /// How many objects of a resource there are.
    pub fn count(&self, resource: &GroupResource) -> usize {
        self.resources.get(resource).map_or(0, OrdMap::len)
    }

    /// The resources that have objects.
    pub fn resources(&self) -> impl Iterator<Item = &GroupResource> {
        self.resources.iter().filter(|(_, objects)| !objects.is_empty()).map(|(resource, _)| resource)
    }

    /// The objects whose `ownerReferences` name this UID, in the order they were made known; of any resource.
    pub fn owned_by<'a>(&'a self, owner_uid: &str) -> impl Iterator<Item = (&'a GroupResource, &'a Value)> + use<'a> {
        self.indexes.by_owner(owner_uid).filter_map(|(resource, key)| Some((resource, self.get_key(resource, key)?)))
    }

    /// The pods whose `spec.nodeName` is this.
    pub fn pods_on_node<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.indexes.by_node(node).filter_map(|key| self.get_key(&crate::api::resource::PODS, key))
    }

    /// The objects (of one resource and namespace) that carry this label with this value. The way to find what an equality selector selects
    /// without looking at everything: take one pair, then check the rest.
    pub fn with_label<'a>(&'a self, resource: &'a GroupResource, namespace: &str, label: &str, value: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.indexes.by_label(resource, namespace, label, value).filter_map(move |key| self.get_key(resource, key))
    }

    /// The Events about the object with this UID.
    pub fn events_about<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.indexes.by_involved(uid).filter_map(|key| self.get_key(&crate::api::resource::EVENTS, key))
    }

    /// The resource and key of the object with this UID. Events are not found so: nothing refers to them.
    pub fn find_uid(&self, uid: &str) -> Option<(&GroupResource, &Value)> {
        let (resource, key) = self.indexes.by_uid(uid)?;
        Some((resource, self.get_key(resource, key)?))
    }

    /// Writes an object (its `metadata.resourceVersion` is set to the new revision) and returns it as stored.
    pub fn put(&mut self, resource: &GroupResource, mut object: Value, now_ms: u64, cause: Cause) -> Value {
        self.revision += 1;
        object.set("metadata.resourceVersion", self.revision.to_string());
        let key = meta::key(&object);
        let previous = self.resources.get_or_default(resource.clone()).insert(key.clone(), object.clone());
        if let Some(previous) = &previous {
            self.indexes.remove(resource, &key, previous, Some(&object));
        }
        self.indexes.add(resource, &key, &object, previous.as_ref());
        let type_ = if previous.is_some() { ChangeType::Modified } else { ChangeType::Added };
        self.record(Change {
            revision: self.revision,
            time_ms: now_ms,
            type_,
            resource: resource.clone(),
            object: object.clone(),
            previous: previous.unwrap_or_default(),
            cause,
        });
        object
    }

    /// Removes an object; its last state, with the revision of the removal, comes back.
    pub fn remove(&mut self, resource: &GroupResource, key: &ObjectKey, now_ms: u64, cause: Cause) -> Option<Value> {
        let previous = self.resources.get_mut(resource)?.remove(key)?;
        self.revision += 1;
        self.indexes.remove(resource, key, &previous, None);
        let mut object = previous.clone();
        object.set("metadata.resourceVersion", self.revision.to_string());
        self.record(Change {
            revision: self.revision,
            time_ms: now_ms,
            type_: ChangeType::Deleted,
            resource: resource.clone(),
            object: object.clone(),
            previous,
            cause,
        });
        Some(object)
    }

    /// Everything there is, as the first list of somebody who watches from now on shows it: as if it were new.
    pub fn listed(&self, now_ms: u64) -> impl Iterator<Item = Change> + '_ {
        let change = move |resource: &GroupResource, object: &Value| Change {
            revision: object.path("metadata.resourceVersion").str().parse().unwrap_or(0),
            time_ms: now_ms,
            type_: ChangeType::Added,
            resource: resource.clone(),
            object: object.clone(),
            previous: Value::Null,
            cause: Cause::default(),
        };
        self.resources.iter().flat_map(move |(resource, objects)| objects.values().map(move |object| change(resource, object)))
    }

    fn record(&mut self, change: Change) {
        if let Some(deed) = change.deed() {
            self.deeds.push_back(deed);
            if self.deeds.len() > DEEDS_LIMIT {
                self.deeds.pop_front();
            }
        }
        let now_ms = change.time_ms;
        self.history.push_back(change);
        let is_old = |oldest: &Change| oldest.time_ms + HISTORY_MS < now_ms;
        while self.history.len() > HISTORY_LIMIT || self.history.len() > HISTORY_LEAST && self.history.front().is_some_and(is_old) {
            self.history.pop_front();
        }
    }

    /// Compacts all of the history away; who made what, and why, stays known.
    pub fn compact(&mut self) {
        self.history.clear();
    }

    /// The writes after `revision`, oldest first; `None` where some of them are compacted away.
    pub fn changes_since(&self, revision: u64) -> Option<impl Iterator<Item = &Change> + '_> {
        let oldest = self.revision - self.history.len() as u64;
        if revision < oldest {
            return None;
        }
        // By index: skipping in an iterator would walk through the whole history.
        let first = (revision - oldest) as usize;
        Some((first..self.history.len()).filter_map(|index| self.history.get(index)))
    }

    /// Who made the write that had this revision and why, where that is still known: see [`Change::deed`].
    pub fn deed(&self, revision: u64) -> Option<&Change> {
        let (mut from, mut to) = (0, self.deeds.len());
        while from < to {
            let middle = (from + to) / 2;
            let deed = self.deeds.get(middle)?;
            match deed.revision.cmp(&revision) {
                std::cmp::Ordering::Equal => return Some(deed),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// All of which that is known, the oldest first.
    pub fn deeds(&self) -> &Vector<Change> {
        &self.deeds
    }
}
