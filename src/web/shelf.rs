//! The person's own work: what they edited last, and what they edited before they opened something else and changed that.

use super::storage;
use crate::playground::share::{self, Shared};

/// The work: when it was kept (milliseconds since the Unix epoch), and its link.
const WORK: &str = "kubarium-work";
/// Earlier work, one a line in the same form, the latest first.
const SHELF: &str = "kubarium-shelf";
/// More earlier works than these are not kept.
const MOST: usize = 8;

/// What the person edited last.
pub fn work() -> Option<Shared> {
    open(&storage::read(WORK)?).map(|(work, _)| work)
}

/// Everything that is kept, the latest first, each with when it was edited last (milliseconds since the Unix epoch), where that is known.
pub fn all() -> Vec<(Shared, Option<f64>)> {
    let (work, shelf) = (storage::read(WORK).unwrap_or_default(), storage::read(SHELF).unwrap_or_default());
    work.lines().chain(shelf.lines()).filter_map(open).collect()
}

fn open(kept: &str) -> Option<(Shared, Option<f64>)> {
    // What was kept by earlier versions of the page has no time.
    let (at_ms, link) = kept.split_once(' ').unwrap_or(("", kept));
    Some((share::decode(link).ok()?, at_ms.parse().ok()))
}

/// Keeps the work; false where it will be gone with the page.
pub fn keep(work: &Shared) -> bool {
    storage::write(WORK, &format!("{} {}", js_sys::Date::now(), share::encode(work)))
}

/// Puts the work that is kept on the shelf, since other work takes its place.
pub fn put_aside() {
    let Some(work) = storage::read(WORK).filter(|work| !work.is_empty()) else { return };
    let shelf = storage::read(SHELF).unwrap_or_default();
    let link = |kept: &str| kept.rsplit(' ').next().map(str::to_owned);
    let kept: Vec<&str> = std::iter::once(work.as_str()).chain(shelf.lines().filter(|other| link(other) != link(&work))).take(MOST).collect();
    storage::write(SHELF, &kept.join("\n"));
}
