//! What the browser keeps for this person on this machine. Where it may keep nothing, nothing is kept and all else works.

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was kept under `key`.
pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Keeps `text` under `key`; nothing where it is empty. False where the browser refuses.
pub fn write(key: &str, text: &str) -> bool {
    let Some(storage) = storage() else { return false };
    if text.is_empty() { storage.remove_item(key).is_ok() } else { storage.set_item(key, text).is_ok() }
}
