//! The fields of an object: a vector sorted by name, as Go prints maps and `sigs.k8s.io/yaml` prints structs.

use super::{SmolStr, Value};
use crate::value::Sort;

/// Fields by name, always sorted by it. Objects of the API are small, so a sorted vector is both
/// the smallest and the fastest form (a `BTreeMap` reserves eleven places a node).
///
/// Half of all a cluster does is asking for a field by its name. So the first fields have their names' marks in one word of eight bytes:
/// a look at that tells which field it may be, and mostly only the right one's name is compared.
#[derive(Clone, PartialEq, Default)]
pub struct Map {
    marks: u64,
    entries: Vec<(SmolStr, Value)>,
}

/// So many fields have marks; the others are looked through one by one, or, where there are many, in halves.
const MARKED: usize = 8;
const LOOKED_THROUGH: usize = 24;
/// A byte in each of the eight places.
const EVERYWHERE: u64 = 0x0101_0101_0101_0101;

/// A byte that tells most names of fields in an object apart.
fn mark(name: &str) -> u8 {
    let bytes = name.as_bytes();
    let (first, last) = (bytes.first().copied().unwrap_or(0), bytes.last().copied().unwrap_or(0));
    first.wrapping_mul(7) ^ last.wrapping_mul(29) ^ (bytes.len() as u8).wrapping_mul(61)
}

/// Whether both are the same text. In a browser comparing memory goes byte by byte; this goes by eight.
fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    while let (Some((a, rest)), Some((b, other_rest))) = (one.split_first_chunk::<8>(), other.split_first_chunk::<8>()) {
        if u64::from_ne_bytes(*a) != u64::from_ne_bytes(*b) {
            return false;
        }
        (one, other) = (rest, other_rest);
    }
    one == other
}

impl Map {
    /// No fields.
    pub const fn new() -> Map {
        Map { marks: 0, entries: Vec::new() }
    }

    /// Where the field of that name is, or where it would have to be put.
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(name, _)| name.as_str().cmp(key))
    }

    /// Where the field of that name is.
    fn position(&self, key: &str) -> Option<usize> {
        if self.entries.len() > LOOKED_THROUGH {
            return self.find(key).ok();
        }
        // The highest bit of each byte in which the marks agree; of bytes above the first one perhaps wrongly, so names are compared.
        let differing = self.marks ^ EVERYWHERE.wrapping_mul(u64::from(mark(key)));
        let mut candidates = differing.wrapping_sub(EVERYWHERE) & !differing & (EVERYWHERE << 7);
        while candidates != 0 {
            let index = candidates.trailing_zeros() as usize / 8;
            if self.entries.get(index).is_some_and(|(name, _)| is_same(name, key)) {
                return Some(index);
            }
            candidates &= candidates - 1;
        }
        (MARKED..self.entries.len()).find(|index| is_same(&self.entries[*index].0, key))
    }

    /// Notes the marks of the names anew, after fields have come or gone.
    fn set_marks(&mut self) {
        self.marks = self.entries.iter().take(MARKED).rev().fold(0, |marks, (name, _)| marks << 8 | u64::from(mark(name)));
    }

    fn insert_at(&mut self, index: usize, key: SmolStr, value: Value) {
        if index < MARKED {
            let before = self.marks & !(u64::MAX << (8 * index));
            let after = (self.marks ^ before) << 8;
            self.marks = before | u64::from(mark(&key)) << (8 * index) | after;
        }
        super::make_room(&mut self.entries);
        self.entries.insert(index, (key, value));
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
            self.insert_at(index, SmolStr::new(key), Value::Null);
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
                self.insert_at(index, key, value);
                None
            }
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let (_, value) = self.entries.remove(self.position(key)?);
        self.set_marks();
        Some(value)
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
        self.set_marks();
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
        let mut map = Map { marks: 0, entries };
        map.set_marks();
        map
    }
}

impl IntoIterator for Map {
    type Item = (SmolStr, Value);
    type IntoIter = std::vec::IntoIter<(SmolStr, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
