//! The fields of an object: a vector sorted by name, as Go prints maps and `sigs.k8s.io/yaml` prints structs.

use super::{SmolStr, Value};
use crate::value::Sort;

/// Fields by name, always sorted by it. Objects of the API are small, so a sorted vector is both
/// the smallest and the fastest form (a `BTreeMap` reserves eleven places a node).
#[derive(Clone, PartialEq, Default)]
pub struct Map {
    entries: Vec<(SmolStr, Value)>,
}

/// Up to so many fields are looked through one by one.
const LOOKED_THROUGH: usize = 16;

impl Map {
    /// No fields.
    pub const fn new() -> Map {
        Map { entries: Vec::new() }
    }

    /// Where the field of that name is, or where it would have to be put.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(name, _)| name.as_str().cmp(key))
    }

    /// Where the field of that name is. Half of all a cluster does is asking this, and most objects have a few fields of names of
    /// different lengths: looking through them is several times faster than comparing letters in a binary search.
    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() > LOOKED_THROUGH {
            return self.find(key).ok();
        }
        self.entries.iter().position(|(name, _)| name.as_str() == key)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The field of that name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|index| &self.entries[index].1)
    }

    /// Whether there is a field of that name.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The field of that name, made as `Null` where it is missing.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let index = self.position(key).unwrap_or_else(|| {
            let index = self.find(key).unwrap_or_else(|index| index);
            self.entries.insert(index, (SmolStr::new(key), Value::Null));
            index
        });
        &mut self.entries[index].1
    }

    /// Sets a field; what it was before comes back.
    pub fn insert(&mut self, key: impl Into<SmolStr>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.find(&key) {
            Ok(index) => Some(std::mem::replace(&mut self.entries[index].1, value)),
            Err(index) => {
                self.entries.insert(index, (key, value));
                None
            }
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.position(key).map(|index| self.entries.remove(index).1)
    }

    /// Names and values in the order of the names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&SmolStr, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Names and values, the values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&SmolStr, &mut Value)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The names in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &SmolStr> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Keeps the fields for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }
}

/// Where a name is given twice, the last one counts, as in Go's decoder.
impl FromIterator<(SmolStr, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(entries: I) -> Map {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.order_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Map { entries }
    }
}

impl IntoIterator for Map {
    type Item = (SmolStr, Value);
    type IntoIter = std::vec::IntoIter<(SmolStr, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
