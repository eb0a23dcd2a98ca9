//! SHA-256: of files, image names, and the data behind a generated name.

/// The message with its padding: a 1 bit, zeros, and its length in bits.
pub fn padded(bytes: &[u8], big_endian: bool) -> Vec<u8> {
    let bits = (bytes.len() as u64).wrapping_mul(8);
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend(if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() });
    message
}

/// SHA-256 (FIPS 180-4) as hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut state: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let constants = round_constants();
    for block in padded(bytes, true).chunks(64) {
        let mut words = [0u32; 64];
        for (word, bytes) in words.iter_mut().zip(block.chunks(4)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        for index in 16..64 {
            let (a, b) = (words[index - 15], words[index - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            words[index] = words[index - 16].wrapping_add(s0).wrapping_add(words[index - 7]).wrapping_add(s1);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, constant) in words.iter().zip(constants) {
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let choice = (e & f) ^ (!e & g);
            let first = h.wrapping_add(s1).wrapping_add(choice).wrapping_add(constant).wrapping_add(*word);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let majority = (a & b) ^ (a & c) ^ (b & c);
            let second = s0.wrapping_add(majority);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
        }
        for (value, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *value = value.wrapping_add(add);
        }
    }
    state.iter().map(|word| format!("{word:08x}")).collect()
}

/// The fractional parts of the cube roots of the first 64 primes.
fn round_constants() -> [u32; 64] {
    let mut constants = [0u32; 64];
    let mut count = 0;
    let mut candidate = 2u64;
    while count < 64 {
        if (2..candidate).take_while(|factor| factor * factor <= candidate).all(|factor| !candidate.is_multiple_of(factor)) {
            constants[count] = cube_root_fraction(candidate);
            count += 1;
        }
        candidate += 1;
    }
    constants
}

/// The first 32 bits after the point of the cube root, by whole numbers so that it is the same everywhere.
fn cube_root_fraction(number: u64) -> u32 {
    // The largest r with r³ ≤ number · 2⁹⁶ is the root times 2³².
    let target = u128::from(number) << 96;
    let (mut low, mut high) = (0u128, 1u128 << 36);
    while low + 1 < high {
        let middle = (low + high) / 2;
        let fits = middle.checked_mul(middle).and_then(|square| square.checked_mul(middle)).is_some_and(|cube| cube <= target);
        if fits { low = middle } else { high = middle }
    }
    low as u32
}
