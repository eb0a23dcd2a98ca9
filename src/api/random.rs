//! Random numbers that are part of the cluster's state: the same seed gives the same cluster.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, good enough for names, ports and jitter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Numbers that depend on `seed` only.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// Any 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next_u64() % limit }
    }

    /// A random UUID (version 4), as `metadata.uid` is one.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.next_u64(), self.next_u64());
        let mut text = String::with_capacity(36);
        let parts = [(high >> 32, 8), (high >> 16, 4), (0x4000 | (high & 0xfff), 4), (0x8000 | (low >> 48 & 0x3fff), 4), (low, 12)];
        for (index, (number, digits)) in parts.into_iter().enumerate() {
            if index > 0 {
                text.push('-');
            }
            text.extend((0..digits).rev().filter_map(|digit| char::from_digit((number >> (4 * digit) & 0xf) as u32, 16)));
        }
        text
    }
}
