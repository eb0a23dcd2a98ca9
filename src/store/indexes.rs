//! What is looked up other than by name, kept up to date write by write, so that a look-up costs what it finds.

use crate::api::meta;
use crate::api::resource::{EVENTS, GroupResource, ObjectKey, PODS};
use crate::value::{Map, SmolStr, Value};
use crate::value::{OrdMap, OrdSet};

type Place = (GroupResource, ObjectKey);
type Label = (GroupResource, SmolStr, SmolStr, SmolStr);

/// The indexes by owner, node, label, involved object and UID.
#[derive(Clone, Default)]
pub(super) struct Indexes {
    owner: OrdMap<SmolStr, OrdSet<Place>>,
    node: OrdMap<SmolStr, OrdSet<ObjectKey>>,
    label: OrdMap<Label, OrdSet<ObjectKey>>,
    involved: OrdMap<SmolStr, OrdSet<ObjectKey>>,
    uid: OrdMap<SmolStr, Place>,
}

impl Indexes {
    pub(super) fn by_owner<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a Place> + use<'a> {
        self.owner.get(uid).into_iter().flatten()
    }

    pub(super) fn by_node<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a ObjectKey> + use<'a> {
        self.node.get(node).into_iter().flatten()
    }

    pub(super) fn by_label<'a>(&'a self, resource: &GroupResource, namespace: &str, label: &str, value: &str) -> impl Iterator<Item = &'a ObjectKey> + use<'a> {
        self.label.get(&(resource.clone(), SmolStr::new(namespace), SmolStr::new(label), SmolStr::new(value))).into_iter().flatten()
    }

    pub(super) fn by_involved<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a ObjectKey> + use<'a> {
        self.involved.get(uid).into_iter().flatten()
    }

    pub(super) fn by_uid(&self, uid: &str) -> Option<&Place> {
        self.uid.get(uid)
    }

    /// Enters `object`; what is as it was in `previous` is in already.
    pub(super) fn add(&mut self, resource: &GroupResource, key: &ObjectKey, object: &Value, previous: Option<&Value>) {
        for entry in Entry::all(resource, object) {
            if !previous.is_some_and(|previous| entry.is_in(previous)) {
                entry.insert(self, resource, key);
            }
        }
    }

    /// Takes `previous` out, but for what is still so in `object`.
    pub(super) fn remove(&mut self, resource: &GroupResource, key: &ObjectKey, previous: &Value, object: Option<&Value>) {
        for entry in Entry::all(resource, previous) {
            if !object.is_some_and(|object| entry.is_in(object)) {
                entry.remove(self, resource, key);
            }
        }
    }
}

/// One line of one index.
enum Entry<'a> {
    Owner(&'a str),
    Node(&'a str),
    Label(&'a str, &'a str),
    Involved(&'a str),
    Uid(&'a str),
}

impl<'a> Entry<'a> {
    fn all(resource: &GroupResource, object: &'a Value) -> Vec<Entry<'a>> {
        // Most objects are Events, and nothing refers to them.
        if *resource == EVENTS {
            return vec![Entry::Involved(involved(object))];
        }
        let mut entries = vec![Entry::Uid(meta::uid(object))];
        entries.extend(owners(object).map(Entry::Owner));
        entries.extend(labels(object).iter().map(|(label, value)| Entry::Label(label, value.str())));
        if *resource == PODS {
            entries.push(Entry::Node(node(object)));
        }
        entries
    }

    fn is_in(&self, object: &Value) -> bool {
        match self {
            Entry::Owner(uid) => owners(object).any(|owner| owner == *uid),
            Entry::Node(name) => node(object) == *name,
            Entry::Label(label, value) => labels(object).get(label).is_some_and(|found| found.str() == *value),
            Entry::Involved(uid) => involved(object) == *uid,
            Entry::Uid(uid) => meta::uid(object) == *uid,
        }
    }

    fn insert(&self, indexes: &mut Indexes, resource: &GroupResource, key: &ObjectKey) {
        match self {
            Entry::Owner(uid) => {
                indexes.owner.get_or_default(SmolStr::new(uid)).insert((resource.clone(), key.clone()));
            }
            Entry::Node(name) => {
                indexes.node.get_or_default(SmolStr::new(name)).insert(key.clone());
            }
            Entry::Label(label, value) => {
                indexes.label.get_or_default(label_key(resource, key, label, value)).insert(key.clone());
            }
            Entry::Involved(uid) => {
                indexes.involved.get_or_default(SmolStr::new(uid)).insert(key.clone());
            }
            Entry::Uid(uid) => {
                indexes.uid.insert(SmolStr::new(uid), (resource.clone(), key.clone()));
            }
        }
    }

    fn remove(&self, indexes: &mut Indexes, resource: &GroupResource, key: &ObjectKey) {
        match self {
            Entry::Owner(uid) => take(&mut indexes.owner, &SmolStr::new(uid), &(resource.clone(), key.clone())),
            Entry::Node(name) => take(&mut indexes.node, &SmolStr::new(name), key),
            Entry::Label(label, value) => take(&mut indexes.label, &label_key(resource, key, label, value), key),
            Entry::Involved(uid) => take(&mut indexes.involved, &SmolStr::new(uid), key),
            Entry::Uid(uid) => {
                indexes.uid.remove(*uid);
            }
        }
    }
}

fn take<K: Ord + Clone, V: Ord + Clone>(index: &mut OrdMap<K, OrdSet<V>>, key: &K, value: &V) {
    let Some(set) = index.get_mut(key) else { return };
    set.remove(value);
    if set.is_empty() {
        index.remove(key);
    }
}

fn label_key(resource: &GroupResource, key: &ObjectKey, label: &str, value: &str) -> Label {
    (resource.clone(), key.namespace.clone(), SmolStr::new(label), SmolStr::new(value))
}

fn owners(object: &Value) -> impl Iterator<Item = &str> {
    object.get("metadata").get("ownerReferences").items().iter().map(|owner| owner.get("uid").str())
}

fn labels(object: &Value) -> &Map {
    object.get("metadata").get("labels").fields()
}

fn node(object: &Value) -> &str {
    object.get("spec").get("nodeName").str()
}

fn involved(object: &Value) -> &str {
    object.get("involvedObject").get("uid").str()
}
