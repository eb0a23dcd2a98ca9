//! Hashes of templates, as they stand in names and labels.

use crate::api::names;
use crate::value::Value;

/// FNV-1a of 32 bits, as upstream hashes templates.
fn fnv32a(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// `ComputeHash`: the hash of a template and the collision count, in letters of generated names. What it is computed of is our own rendering
/// (upstream's is Go's dump of a struct), so the letters differ from those of a real cluster; that equal templates have equal hashes does not.
pub(super) fn of_template(template: &Value, collision_count: Option<i64>) -> String {
    let text = template.to_json();
    let collision = collision_count.map(|count| (count as u32).to_le_bytes());
    let hash = fnv32a(text.bytes().chain(collision.into_iter().flatten()));
    names::safe_encode(&hash.to_string())
}
