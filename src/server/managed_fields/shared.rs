//! Sets of fields that are alike are kept once: thousands of Pods and Events differ in what their fields say, and hardly in which they have.

use crate::value::{OrdMap, Value};

/// With more sets than this it begins anew; those that many objects have come again at once.
const LIMIT: usize = 1024;

/// Sets that have been seen lately, by a hash of what is in them.
#[derive(Clone, Default)]
pub(in crate::server) struct SharedSets {
    known: OrdMap<u64, Value>,
}

impl SharedSets {
    /// Puts the one that is known in the place of a set, or of what is alike inside it.
    pub(super) fn share(&mut self, set: &mut Value) {
        if set.is_empty() {
            return;
        }
        let hash = hash(set, 0xcbf2_9ce4_8422_2325);
        if let Some(known) = self.known.get(&hash)
            && (known.same(set) || known == set)
        {
            *set = known.clone();
            return;
        }
        set.fields_mut().iter_mut().for_each(|(_, inside)| self.share(inside));
        if self.known.len() == LIMIT {
            self.known = OrdMap::new();
        }
        self.known.insert(hash, set.clone());
    }
}

/// FNV-1a over the names and where they are.
fn hash(set: &Value, start: u64) -> u64 {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let of_field = |hash, name: &str, inside: &Value| add(self::hash(inside, name.bytes().fold(hash, add)), 0xff);
    set.fields().iter().fold(start, |hash, (name, inside)| of_field(hash, name, inside))
}
