//! What is to be done when: one time per thing, the earliest first.

use crate::value::{OrdMap, OrdSet};

/// Things with the time they are due. Setting, moving, removing and finding the first cost O(log n); cloning costs nothing.
#[derive(Clone)]
pub struct Agenda<K: Ord + Clone> {
    by_time: OrdSet<(u64, K)>,
    times: OrdMap<K, u64>,
}

impl<K: Ord + Clone> Default for Agenda<K> {
    fn default() -> Agenda<K> {
        Agenda { by_time: OrdSet::new(), times: OrdMap::new() }
    }
}

impl<K: Ord + Clone> Agenda<K> {
    /// Makes `key` due at `time_ms`, whatever it was before.
    pub fn set(&mut self, key: K, time_ms: u64) {
        match self.times.insert(key.clone(), time_ms) {
            Some(old_ms) if old_ms == time_ms => return,
            Some(old_ms) => {
                self.by_time.remove(&(old_ms, key.clone()));
            }
            None => {}
        }
        self.by_time.insert((time_ms, key));
    }

    /// Makes `key` due at `time_ms` at the latest.
    pub fn set_at_latest(&mut self, key: K, time_ms: u64) {
        if self.times.get(&key).is_none_or(|&old_ms| old_ms > time_ms) {
            self.set(key, time_ms);
        }
    }

    /// Takes `key` off.
    pub fn remove(&mut self, key: &K) {
        if let Some(time_ms) = self.times.remove(key) {
            self.by_time.remove(&(time_ms, key.clone()));
        }
    }

    /// When `key` is due.
    pub fn time(&self, key: &K) -> Option<u64> {
        self.times.get(key).copied()
    }

    /// What is due first, and when.
    pub fn first(&self) -> Option<(u64, &K)> {
        self.by_time.get_min().map(|(time_ms, key)| (*time_ms, key))
    }
}
