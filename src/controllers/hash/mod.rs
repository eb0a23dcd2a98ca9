//! Hashes of templates, as they stand in names and labels.

mod dump;
mod go_types;

use crate::api::names;
use crate::value::Value;

/// FNV-1a of 32 bits, byte by byte as the text comes.
struct Fnv32a(u32);

const OFFSET: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

impl Fnv32a {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(PRIME));
    }
}

/// `ComputeHash` (`pkg/controller/controller_utils.go`): the hash of Go's dump of a PodTemplateSpec, and of the collision count once there is one, in letters of generated names.
pub(super) fn of_template(template: &Value, collision_count: Option<i64>) -> String {
    let mut hash = Fnv32a(OFFSET);
    dump::write(&mut |text| hash.write(text.as_bytes()), "PodTemplateSpec", template);
    if let Some(count) = collision_count {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&(count as u32).to_le_bytes());
        hash.write(&bytes);
    }
    names::safe_encode(&hash.0.to_string())
}

/// `HashControllerRevision` (`pkg/controller/history`): FNV-1 of 32 bits of the revision's data as Go marshals it, and of the collision count in digits.
pub(super) fn of_revision(data: &Value, collision_count: i64) -> String {
    let text = format!("{}{collision_count}", as_go_marshals(data));
    let hash = text.bytes().fold(OFFSET, |hash, byte| hash.wrapping_mul(PRIME) ^ u32::from(byte));
    names::safe_encode(&hash.to_string())
}

/// The hash of an EndpointPort's dump, by which upstream orders the ports of an EndpointSlice: FNV-1a of 128 bits.
pub(super) fn of_endpoint_port(port: &Value) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = OFFSET;
    dump::write(&mut |text| hash = text.bytes().fold(hash, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)), "EndpointPort", port);
    hash
}

/// A hash of any value, for names whose upstream recipe isn't a template's.
pub(super) fn of_value(value: &Value) -> String {
    let mut hash = Fnv32a(OFFSET);
    hash.write(value.to_json().as_bytes());
    names::safe_encode(&hash.0.to_string())
}

/// JSON as `encoding/json` writes it: safe to stand in HTML.
fn as_go_marshals(value: &Value) -> String {
    let mut text = value.to_json();
    for (letter, escaped) in [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u{2028}", "\\u2028"), ("\u{2029}", "\\u2029")] {
        if text.contains(letter) {
            text = text.replace(letter, escaped);
        }
    }
    text
}

#[cfg(test)]
mod tests;
