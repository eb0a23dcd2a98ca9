//! Cells of volumes and claims.

use crate::value::Value;

/// `RWO,ROX`: the short forms of access modes, in upstream's order (`storageutil.GetAccessModesAsString`).
pub fn access_modes(modes: &Value) -> Value {
    let short = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| modes.items().iter().any(|item| item.str() == mode);
    short.into_iter().filter(|(mode, _)| has(mode)).map(|(_, text)| text).collect::<Vec<_>>().join(",").into()
}

/// The storage of a capacity, or `missing` where there is none.
pub fn capacity(capacity: &Value, missing: &str) -> Value {
    let storage = capacity.get("storage");
    if storage.is_empty() { missing.into() } else { storage.clone() }
}
