//! Sorting in little code.
//!
//! The standard library's sorts are fast and long, and are compiled for each type and each order anew. Lists here are short:
//! what is sorted is a list of places, always by the same code, and the items follow.

use std::cmp::Ordering;

/// Stable sorts of slices, to be used instead of the standard library's.
pub trait Sort {
    /// What is sorted.
    type Item;

    /// Sorts by `compare`.
    fn order_by(&mut self, compare: impl FnMut(&Self::Item, &Self::Item) -> Ordering);

    /// Sorts by what `key` says of each item; it is asked once for each.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&Self::Item) -> K);

    /// Sorts by the items' own order.
    fn order(&mut self)
    where
        Self::Item: Ord,
    {
        self.order_by(Self::Item::cmp);
    }
}

impl<T> Sort for [T] {
    type Item = T;

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let sorted = sorted_places(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        follow(sorted, &mut |a, b| self.swap(a, b));
    }

    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let sorted = sorted_places(keys.len(), &mut |a, b| keys[a].cmp(&keys[b]));
        follow(sorted, &mut |a, b| self.swap(a, b));
    }
}

/// The places of a list in the order that `compare` gives them.
fn sorted_places(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Swaps the items of a list until each is where `places` wants it.
fn follow(places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    // Where the item that is now at a place has to go.
    let mut targets = vec![0; places.len()];
    for (target, place) in places.into_iter().enumerate() {
        targets[place] = target;
    }
    for place in 0..targets.len() {
        while targets[place] != place {
            let target = targets[place];
            swap(place, target);
            targets.swap(place, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// It sorts, and leaves what is equal in its order.
        #[test]
        fn it_sorts_as_the_standard_library_does(items in prop::collection::vec((0u8..20, any::<u8>()), 0..200)) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            let mut sorted = items.clone();
            sorted.order_by_key(|item| item.0);
            prop_assert_eq!(&sorted, &expected);
            let mut sorted = items;
            sorted.order_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(&sorted, &expected);
        }
    }
}
