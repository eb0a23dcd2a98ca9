//! The entries of `metadata.managedFields`: reading, handing fields over, writing.

use super::{Conflict, SharedSets, sets};
use crate::value::{SmolStr, Sort, Value, json};

/// So many entries of updates are kept; older ones become one.
const UPDATE_MANAGERS_LIMIT: usize = 10;
const ANCIENT: &str = "ancient-changes";

/// One manager's fields.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) manager: SmolStr,
    pub(super) operation: &'static str,
    pub(super) api_version: SmolStr,
    pub(super) subresource: SmolStr,
    pub(super) time: SmolStr,
    pub(super) fields: Value,
}

impl Entry {
    /// Whether it is the same manager in the same role; an applier is so whatever version it speaks.
    fn is_same_manager(&self, other: &Entry) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == "Apply" || self.api_version == other.api_version)
    }

    /// As conflicts name it: `"kubectl-create" using apps/v1`.
    fn shown(&self) -> String {
        let mut shown = format!("\"{}\"", self.manager);
        if !self.subresource.is_empty() {
            shown.push_str(&format!(" with subresource \"{}\"", self.subresource));
        }
        if self.operation == "Update" {
            shown.push_str(&format!(" using {}", self.api_version));
        }
        shown
    }

    fn read(value: &Value) -> Option<Entry> {
        let operation = match value.get("operation").str() {
            "Apply" => "Apply",
            "Update" => "Update",
            _ => return None,
        };
        let text = |field: &str| SmolStr::new(value.get(field).str());
        Some(Entry {
            manager: text("manager"),
            operation,
            api_version: text("apiVersion"),
            subresource: text("subresource"),
            time: text("time"),
            fields: value.get("fieldsV1").clone(),
        })
    }

    fn value(&self) -> Value {
        let mut value =
            json!({"manager": self.manager.as_str(), "operation": self.operation, "apiVersion": self.api_version.as_str(), "fieldsType": "FieldsV1"});
        if !self.time.is_empty() {
            value.set("time", self.time.clone());
        }
        if !self.subresource.is_empty() {
            value.set("subresource", self.subresource.clone());
        }
        value.set("fieldsV1", self.fields.clone());
        value
    }
}

/// All entries of an object, and whether any has changed.
pub(super) struct Managed {
    entries: Vec<Entry>,
    read_from: Value,
    is_changed: bool,
}

impl Managed {
    /// The entries of an object.
    pub(super) fn of(object: &Value) -> Managed {
        let list = object.path("metadata.managedFields").clone();
        Managed { entries: list.items().iter().filter_map(Entry::read).collect(), read_from: list, is_changed: false }
    }

    /// The entries that go for an update: those in the new object, where it has some; a client may set them so, or with one empty
    /// entry do away with them.
    pub(super) fn of_update(new: &Value, old: &Value, subresource: &str) -> Managed {
        let given = new.path("metadata.managedFields");
        if !subresource.is_empty() || given.same(old.path("metadata.managedFields")) {
            return Managed::of(old);
        }
        if let [only] = given.items()
            && only.is_empty()
        {
            return Managed { entries: Vec::new(), read_from: Value::Null, is_changed: true };
        }
        let managed = Managed::of(new);
        if managed.entries.is_empty() { Managed::of(old) } else { managed }
    }

    pub(super) fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds fields to a manager's.
    pub(super) fn give(&mut self, entry: Entry, fields: &Value) {
        self.is_changed = true;
        match self.entries.iter_mut().find(|there| there.is_same_manager(&entry)) {
            Some(there) => {
                there.fields = sets::union(&there.fields, fields);
                there.time = entry.time;
            }
            None => self.entries.push(Entry { fields: fields.clone(), ..entry }),
        }
    }

    /// Makes these the manager's fields; what it had before comes back.
    pub(super) fn replace(&mut self, entry: Entry, fields: &Value) -> Value {
        self.is_changed = true;
        match self.entries.iter_mut().find(|there| there.is_same_manager(&entry)) {
            Some(there) => {
                if there.fields != *fields {
                    there.time = entry.time;
                }
                there.api_version = entry.api_version;
                std::mem::replace(&mut there.fields, fields.clone())
            }
            None => {
                self.entries.push(Entry { fields: fields.clone(), ..entry });
                Value::object()
            }
        }
    }

    /// What others own of these fields.
    pub(super) fn conflicts(&self, entry: &Entry, changed: &Value) -> Vec<Conflict> {
        let others = self.entries.iter().filter(|there| !there.is_same_manager(entry));
        let conflict = |other: &Entry| Conflict { manager: other.shown(), fields: sets::intersection(&other.fields, changed) };
        others.map(conflict).filter(|conflict| !sets::is_empty(&conflict.fields)).collect()
    }

    /// Takes changed and removed fields from all managers, but the changed ones not from `keeper`.
    pub(super) fn take_from_others(&mut self, changed: &Value, removed: &Value, keeper: Option<&Entry>) {
        if sets::is_empty(changed) && sets::is_empty(removed) {
            return;
        }
        for entry in &mut self.entries {
            let before = entry.fields.clone();
            if !keeper.is_some_and(|keeper| keeper.is_same_manager(entry)) {
                let conflict = sets::intersection(&entry.fields, changed);
                entry.fields = sets::difference(&entry.fields, &conflict);
            }
            entry.fields = sets::difference(&entry.fields, removed);
            self.is_changed |= !before.same(&entry.fields) && before != entry.fields;
        }
        self.entries.retain(|entry| !sets::is_empty(&entry.fields));
    }

    /// Joins the oldest updates into one when there are too many (`capmanagers.go`).
    pub(super) fn cap(&mut self) {
        let updates = self.entries.iter().filter(|entry| entry.operation == "Update").count();
        if updates <= UPDATE_MANAGERS_LIMIT {
            return;
        }
        self.is_changed = true;
        self.sort();
        let mut to_join = updates - UPDATE_MANAGERS_LIMIT + 1;
        let mut ancient: Vec<Entry> = Vec::new();
        let mut kept = Vec::new();
        for entry in self.entries.drain(..) {
            if entry.operation != "Update" || to_join == 0 {
                kept.push(entry);
                continue;
            }
            to_join -= 1;
            match ancient.iter_mut().find(|there| there.api_version == entry.api_version) {
                Some(there) => {
                    there.fields = sets::union(&there.fields, &entry.fields);
                    there.time = entry.time;
                }
                None => ancient.push(Entry { manager: SmolStr::new_static(ANCIENT), subresource: SmolStr::default(), ..entry }),
            }
        }
        kept.extend(ancient);
        self.entries = kept;
    }

    /// Lets the sets be one with those of other objects.
    pub(super) fn share(&mut self, known: &mut SharedSets) {
        if self.is_changed {
            self.entries.iter_mut().for_each(|entry| known.share(&mut entry.fields));
        }
    }

    /// Appliers first, then by time, then by name (`sortEncodedManagedFields`).
    fn sort(&mut self) {
        self.entries.order_by(|a, b| {
            (a.operation, &a.time, &a.manager, &a.api_version, &a.subresource).cmp(&(b.operation, &b.time, &b.manager, &b.api_version, &b.subresource))
        });
    }

    /// Writes the entries into an object.
    pub(super) fn write(mut self, object: &mut Value) {
        if !self.is_changed {
            if !object.path("metadata.managedFields").same(&self.read_from) && !self.read_from.is_null() {
                object.set("metadata.managedFields", self.read_from);
            }
            return;
        }
        self.sort();
        if self.entries.is_empty() {
            object.remove("metadata.managedFields");
        } else {
            object.set("metadata.managedFields", self.entries.iter().map(Entry::value).collect::<Value>());
        }
    }
}

/// Whether two lists of entries differ in their times only.
pub(super) fn is_equal_but_for_times(a: &Value, b: &Value) -> bool {
    let is_same = |a: &Value, b: &Value| {
        let (mut a, mut b) = (a.clone(), b.clone());
        a.remove("time");
        b.remove("time");
        a == b
    };
    a.items().len() == b.items().len() && a.items().iter().zip(b.items()).all(|(a, b)| is_same(a, b))
}
