//! A list that costs nothing to clone, and little to add to at its end and to take from at its beginning: logs, histories, queues.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How many items a chunk has; the last one may have less.
const CHUNK: usize = 64;

/// A list; clones share what neither has changed since.
pub struct Vector<T> {
    chunks: Arc<Vec<Arc<Vec<T>>>>,
    /// How many items at the beginning of the first chunk are gone.
    gone: usize,
    len: usize,
}

impl<T> Vector<T> {
    /// An empty list.
    pub fn new() -> Vector<T> {
        Vector { chunks: Arc::default(), gone: 0, len: 0 }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at an index.
    pub fn get(&self, index: usize) -> Option<&T> {
        let index = index + self.gone;
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    /// The first item.
    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last item.
    pub fn back(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The items in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.starting_at(0)
    }

    /// The items from an index on.
    pub fn starting_at(&self, index: usize) -> Iter<'_, T> {
        Iter { vector: self, indexes: index..self.len }
    }
}

impl<T: Clone> Vector<T> {
    /// The item at an index, to be changed.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let index = index + self.gone;
        let chunk = Arc::make_mut(&mut self.chunks).get_mut(index / CHUNK)?;
        Arc::make_mut(chunk).get_mut(index % CHUNK)
    }

    /// Adds an item at the end.
    pub fn push_back(&mut self, item: T) {
        let chunks = Arc::make_mut(&mut self.chunks);
        if (self.gone + self.len).is_multiple_of(CHUNK) {
            chunks.push(Arc::default());
        }
        if let Some(last) = chunks.last_mut() {
            Arc::make_mut(last).push(item);
            self.len += 1;
        }
    }

    /// Takes all items.
    pub fn clear(&mut self) {
        *self = Vector::new();
    }

    /// Takes the first item.
    pub fn pop_front(&mut self) -> Option<T> {
        let item = self.front()?.clone();
        self.gone += 1;
        self.len -= 1;
        if self.is_empty() {
            self.clear();
        } else if self.gone == CHUNK {
            Arc::make_mut(&mut self.chunks).remove(0);
            self.gone = 0;
        }
        Some(item)
    }

    /// Takes the last item.
    pub fn pop_back(&mut self) -> Option<T> {
        let chunks = Arc::make_mut(&mut self.chunks);
        let item = Arc::make_mut(chunks.last_mut()?).pop();
        if chunks.last().is_some_and(|last| last.is_empty()) {
            chunks.pop();
        }
        self.len -= 1;
        if self.is_empty() {
            self.clear();
        }
        item
    }
}

/// The items of a [`Vector`], in order.
pub struct Iter<'a, T> {
    vector: &'a Vector<T>,
    indexes: Range<usize>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.vector.get(self.indexes.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indexes.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.vector.get(self.indexes.next_back()?)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> Clone for Vector<T> {
    fn clone(&self) -> Vector<T> {
        Vector { chunks: self.chunks.clone(), gone: self.gone, len: self.len }
    }
}

impl<T> Default for Vector<T> {
    fn default() -> Vector<T> {
        Vector::new()
    }
}

impl<T: PartialEq> PartialEq for Vector<T> {
    fn eq(&self, other: &Vector<T>) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: fmt::Debug> fmt::Debug for Vector<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Clone> Extend<T> for Vector<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push_back(item);
        }
    }
}

impl<T: Clone> FromIterator<T> for Vector<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Vector<T> {
        let mut vector = Vector::new();
        vector.extend(items);
        vector
    }
}

impl<'a, T> IntoIterator for &'a Vector<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
