//! A sorted set that costs nothing to clone.

use super::OrdMap;
use std::borrow::Borrow;
use std::fmt;

/// A sorted set; clones share what neither has changed since.
pub struct OrdSet<T> {
    map: OrdMap<T, ()>,
}

impl<T> OrdSet<T> {
    /// An empty set.
    pub fn new() -> OrdSet<T> {
        OrdSet { map: OrdMap::new() }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The items in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.map.iter())
    }

    /// The least item.
    pub fn get_min(&self) -> Option<&T> {
        self.iter().next()
    }
}

impl<T: Ord + Clone> OrdSet<T> {
    /// Whether `item` is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.contains_key(item)
    }

    /// Adds an item; says whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        self.map.insert(item, ()).is_none()
    }

    /// Takes an item out; says whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.map.remove(item).is_some()
    }
}

/// The items of an [`OrdSet`], in order.
pub struct Iter<'a, T>(super::ord_map::Iter<'a, T, ()>);

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|(item, ())| item)
    }
}

impl<T> Clone for OrdSet<T> {
    fn clone(&self) -> OrdSet<T> {
        OrdSet { map: self.map.clone() }
    }
}

impl<T> Default for OrdSet<T> {
    fn default() -> OrdSet<T> {
        OrdSet::new()
    }
}

impl<T: PartialEq> PartialEq for OrdSet<T> {
    fn eq(&self, other: &OrdSet<T>) -> bool {
        self.map == other.map
    }
}

impl<T: fmt::Debug> fmt::Debug for OrdSet<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord + Clone> FromIterator<T> for OrdSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> OrdSet<T> {
        OrdSet { map: items.into_iter().map(|item| (item, ())).collect() }
    }
}

impl<'a, T> IntoIterator for &'a OrdSet<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
