//! The ways of the last requests, for the page's travelling dots. Nothing depends on them.

use super::hop::{Hop, Place};
use std::collections::VecDeque;
use std::sync::Arc;

/// More than these are forgotten, the oldest first.
const MOST: usize = 16;

/// The way of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Where it came from, where it passed, and where it was answered or lost.
    pub places: Vec<Place>,
    /// Whether it came from outside of the cluster.
    pub is_from_outside: bool,
    /// Whether somebody answered, whatever they said.
    pub is_answered: bool,
}

/// The last of them.
#[derive(Clone, Default)]
pub struct Ways {
    last: VecDeque<Arc<Way>>,
    count: u64,
}

impl Ways {
    /// A request came from there and went through these steps.
    pub(super) fn note(&mut self, from: Option<Place>, hops: &[Hop], is_answered: bool) {
        let is_from_outside = from.is_none() && hops.first().is_some_and(|hop| hop.place.is_none());
        let mut places: Vec<Place> = from.into_iter().chain(hops.iter().filter_map(|hop| hop.place.clone())).collect();
        places.dedup();
        self.count += 1;
        self.last.push_back(Arc::new(Way { places, is_from_outside, is_answered }));
        if self.last.len() > MOST {
            self.last.pop_front();
        }
    }

    /// How many there have been.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Those after the first `count`, as far as they are remembered.
    pub fn after(&self, count: u64) -> impl Iterator<Item = &Way> {
        let new = usize::try_from(self.count.saturating_sub(count)).unwrap_or(usize::MAX).min(self.last.len());
        self.last.iter().skip(self.last.len() - new).map(|way| &**way)
    }
}
