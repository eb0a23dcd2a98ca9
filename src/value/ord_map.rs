//! A sorted map that costs nothing to clone: clones share their chunks, and a write copies the one it changes.
//!
//! A sorted list of sorted chunks rather than a tree: each of the many types of maps here is compiled by itself, and this
//! is little code.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::mem;
use std::sync::Arc;

/// How many entries a chunk may have. A write copies one chunk for each clone that is kept, and most writes go anywhere: small chunks cost less.
const CHUNK: usize = 16;

/// A sorted map; clones share what neither has changed since.
pub struct OrdMap<K, V> {
    /// In order, and none of them empty.
    chunks: Arc<Vec<Chunk<K, V>>>,
    len: usize,
}

type Chunk<K, V> = Arc<Vec<(K, V)>>;

/// Hears of a key, its value before, and its value now.
pub type Tell<'a, K, V> = dyn FnMut(&K, Option<&V>, Option<&V>) + 'a;

/// Where an entry is: which chunk, and where in it.
type Place = (usize, usize);

impl<K, V> OrdMap<K, V> {
    /// An empty map.
    pub fn new() -> OrdMap<K, V> {
        OrdMap { chunks: Arc::default(), len: 0 }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { chunks: &self.chunks, place: (0, 0) }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The entry with the least key.
    pub fn get_min(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn get_max(&self) -> Option<(&K, &V)> {
        let (key, value) = self.chunks.last()?.last()?;
        Some((key, value))
    }
}

impl<K: Ord, V> OrdMap<K, V> {
    /// The value of `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        Some(self.get_key_value(key)?.1)
    }

    /// `key` as the map has it, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (chunk, index) = self.find(key).ok()?;
        let (key, value) = &self.chunks[chunk][index];
        Some((key, value))
    }

    /// Whether there is a value of `key`.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The entries from `key` on.
    pub fn starting_at<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (Ok(place) | Err(place)) = self.find(key);
        Iter { chunks: &self.chunks, place }
    }

    /// Tells in which entries `later` differs: the key, its value here, and its value there. What both share is skipped, so that the cost follows
    /// what was written since one was a clone of the other; what lies beside something that was written may be told although it is equal.
    pub fn differences(&self, later: &OrdMap<K, V>, tell: &mut Tell<'_, K, V>) {
        let (mut old, mut new) = ((0, 0), (0, 0));
        loop {
            let is_shared = |old: Place, new: Place| (old.1, new.1) == (0, 0) && Arc::ptr_eq(&self.chunks[old.0], &later.chunks[new.0]);
            let order = match (self.at(old), later.at(new)) {
                (None, None) => return,
                (Some((key, value)), None) => {
                    tell(key, Some(value), None);
                    Ordering::Less
                }
                (None, Some((key, value))) => {
                    tell(key, None, Some(value));
                    Ordering::Greater
                }
                (Some(_), Some(_)) if is_shared(old, new) => {
                    (old, new) = ((old.0 + 1, 0), (new.0 + 1, 0));
                    continue;
                }
                (Some((key, value)), Some((other, later))) => {
                    let order = key.cmp(other);
                    match order {
                        Ordering::Less => tell(key, Some(value), None),
                        Ordering::Equal => tell(key, Some(value), Some(later)),
                        Ordering::Greater => tell(other, None, Some(later)),
                    }
                    order
                }
            };
            if order.is_le() {
                old = self.after(old);
            }
            if order.is_ge() {
                new = later.after(new);
            }
        }
    }

    fn at(&self, (chunk, index): Place) -> Option<&(K, V)> {
        self.chunks.get(chunk)?.get(index)
    }

    fn after(&self, (chunk, index): Place) -> Place {
        if index + 1 < self.chunks[chunk].len() { (chunk, index + 1) } else { (chunk + 1, 0) }
    }

    /// Where `key` is, or where it would be inserted.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let chunk = self.chunks.partition_point(|chunk| chunk[0].0.borrow().cmp(key).is_le()).saturating_sub(1);
        let Some(entries) = self.chunks.get(chunk) else { return Err((0, 0)) };
        match entries.binary_search_by(|entry| entry.0.borrow().cmp(key)) {
            Ok(index) => Ok((chunk, index)),
            Err(index) => Err((chunk, index)),
        }
    }
}

impl<K: Ord + Clone, V: Clone> OrdMap<K, V> {
    /// The value of `key`, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (chunk, index) = self.find(key).ok()?;
        Some(&mut self.entries_mut(chunk)[index].1)
    }

    /// The value of `key`, to be changed; made where there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let (chunk, index) = match self.find(&key) {
            Ok(place) => place,
            Err(place) => self.insert_at(place, (key, V::default())),
        };
        &mut self.entries_mut(chunk)[index].1
    }

    /// Sets the value of `key`, and says what it was.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((chunk, index)) => Some(mem::replace(&mut self.entries_mut(chunk)[index].1, value)),
            Err(place) => {
                self.insert_at(place, (key, value));
                None
            }
        }
    }

    /// Takes `key` out, and says what its value was.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (chunk, index) = self.find(key).ok()?;
        Some(self.remove_at(chunk, index).1)
    }

    fn entries_mut(&mut self, chunk: usize) -> &mut Vec<(K, V)> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[chunk])
    }

    fn insert_at(&mut self, (chunk, index): Place, entry: (K, V)) -> Place {
        self.len += 1;
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.is_empty() {
            chunks.push(Arc::default());
        }
        let entries = Arc::make_mut(&mut chunks[chunk]);
        super::make_room(entries);
        entries.insert(index, entry);
        if entries.len() <= CHUNK {
            return (chunk, index);
        }
        // What comes in order fills its chunks; what comes anywhere leaves both halves room.
        let half = if index == CHUNK { CHUNK } else { CHUNK / 2 };
        let rest = entries.split_off(half);
        entries.shrink_to_fit();
        chunks.insert(chunk + 1, Arc::new(rest));
        if index < half { (chunk, index) } else { (chunk + 1, index - half) }
    }

    fn remove_at(&mut self, chunk: usize, index: usize) -> (K, V) {
        self.len -= 1;
        let chunks = Arc::make_mut(&mut self.chunks);
        let entries = Arc::make_mut(&mut chunks[chunk]);
        let entry = entries.remove(index);
        if entries.is_empty() {
            chunks.remove(chunk);
        } else if chunks.get(chunk + 1).is_some_and(|next| chunks[chunk].len() + next.len() <= CHUNK / 2) {
            let next = chunks.remove(chunk + 1);
            Arc::make_mut(&mut chunks[chunk]).extend_from_slice(&next);
        }
        entry
    }
}

/// The entries of an [`OrdMap`], in order.
pub struct Iter<'a, K, V> {
    chunks: &'a [Chunk<K, V>],
    place: Place,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<(&'a K, &'a V)> {
        let (chunk, index) = self.place;
        let entries = self.chunks.get(chunk)?;
        if let Some((key, value)) = entries.get(index) {
            self.place.1 += 1;
            return Some((key, value));
        }
        self.place = (chunk + 1, 0);
        self.next()
    }
}

impl<K, V> Clone for OrdMap<K, V> {
    fn clone(&self) -> OrdMap<K, V> {
        OrdMap { chunks: self.chunks.clone(), len: self.len }
    }
}

impl<K, V> Default for OrdMap<K, V> {
    fn default() -> OrdMap<K, V> {
        OrdMap::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrdMap<K, V> {
    fn eq(&self, other: &OrdMap<K, V>) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OrdMap<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for OrdMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> OrdMap<K, V> {
        let mut map = OrdMap::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K: Clone, V: Clone> IntoIterator for OrdMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        let entries: Vec<(K, V)> = self.chunks.iter().flat_map(|entries| entries.iter().cloned()).collect();
        entries.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a OrdMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
