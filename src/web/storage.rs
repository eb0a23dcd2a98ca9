//! What this person has chosen on this machine: the theme, sizes, keys; a few words each, there at once. (Their work is on the shelf.) Where the
//! browser may keep nothing (a frame without an origin of its own, blocked storage), it is kept as long as the page is open.

use crate::value::SortedMap;
use std::cell::RefCell;

thread_local! {
    static UNTIL_CLOSED: RefCell<SortedMap<String, String>> = const { RefCell::new(SortedMap::new()) };
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was kept under `key`.
pub fn read(key: &str) -> Option<String> {
    let until_closed = UNTIL_CLOSED.with_borrow(|kept| kept.get(key).cloned());
    until_closed.or_else(|| storage()?.get_item(key).ok()?)
}

/// Keeps `text` under `key`; nothing where it is empty.
pub fn write(key: &str, text: &str) {
    let kept = storage().is_some_and(|storage| if text.is_empty() { storage.remove_item(key).is_ok() } else { storage.set_item(key, text).is_ok() });
    UNTIL_CLOSED.with_borrow_mut(|until_closed| if kept { until_closed.remove(key) } else { until_closed.insert(key.to_owned(), text.to_owned()) });
}
