//! The person's own work: what they edited last, and what they edited before they opened something else and changed that.

use super::storage;
use crate::playground::share::{self, Shared};

/// The work in the form of a link.
const WORK: &str = "kubarium-work";
/// Earlier work, a link a line, the latest first.
const SHELF: &str = "kubarium-shelf";
/// More earlier works than these are not kept.
const MOST: usize = 8;

/// What the person edited last.
pub fn work() -> Option<Shared> {
    storage::read(WORK).and_then(|work| share::decode(&work).ok())
}

/// Everything that is kept, the latest first.
pub fn all() -> Vec<Shared> {
    let shelf = storage::read(SHELF).unwrap_or_default();
    let earlier = shelf.lines().filter_map(|link| share::decode(link).ok());
    work().into_iter().chain(earlier).collect()
}

/// Keeps the work; false where it will be gone with the page.
pub fn keep(work: &Shared) -> bool {
    storage::write(WORK, &share::encode(work))
}

/// Puts the work that is kept on the shelf, since other work takes its place.
pub fn put_aside() {
    let Some(link) = storage::read(WORK).filter(|link| !link.is_empty()) else { return };
    let shelf = storage::read(SHELF).unwrap_or_default();
    let links: Vec<&str> = std::iter::once(link.as_str()).chain(shelf.lines().filter(|other| *other != link)).take(MOST).collect();
    storage::write(SHELF, &links.join("\n"));
}
