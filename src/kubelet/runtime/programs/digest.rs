//! `md5sum`, `sha1sum`, `sha256sum` and `base64`.

use super::filter::{Filter, LineFilter, More};
use super::options::{Spec, parse};
use crate::kubelet::runtime::kernel::{Program, Sys};
use smol_str::SmolStr;

/// What is read at most.
const MAX_BYTES: usize = 64 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Md5,
    Sha1,
    Sha256,
    Encode { wrap: usize },
    Decode,
}

/// A checksum or an encoding of whole files.
#[derive(Clone)]
pub(crate) struct Digest {
    kind: Kind,
    file: String,
    bytes: Vec<u8>,
    failed: bool,
}

impl Digest {
    fn sum(sys: &mut Sys<'_, '_>, name: &'static str, kind: Kind, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let spec = Spec { name, letters: "cswb", long: &[], usage: "md5sum [-c[sw]] [FILE]...", anywhere: true };
        let options = parse(sys, &spec, arguments)?;
        Ok(Box::new(Filter::new(name, &options.operands, Digest { kind, file: String::new(), bytes: Vec::new(), failed: false })))
    }

    pub fn md5(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        Digest::sum(sys, "md5sum", Kind::Md5, arguments)
    }

    pub fn sha1(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        Digest::sum(sys, "sha1sum", Kind::Sha1, arguments)
    }

    pub fn sha256(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        Digest::sum(sys, "sha256sum", Kind::Sha256, arguments)
    }

    pub fn base64(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec =
            Spec { name: "base64", letters: "dw:i", long: &[("decode", 'd'), ("wrap=", 'w')], usage: "base64 [-d] [-w COL] [FILE]", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let wrap = options.value('w').and_then(|width| width.parse().ok()).unwrap_or(76);
        let kind = if options.has('d') { Kind::Decode } else { Kind::Encode { wrap } };
        Ok(Box::new(Filter::new("base64", &options.operands, Digest { kind, file: String::new(), bytes: Vec::new(), failed: false })))
    }
}

impl LineFilter for Digest {
    fn file(&mut self, name: &str, _sys: &mut Sys<'_, '_>) {
        self.file = name.to_owned();
        self.bytes.clear();
    }

    fn line(&mut self, line: &[u8], _sys: &mut Sys<'_, '_>) -> More {
        self.bytes.extend_from_slice(line);
        if self.bytes.len() > MAX_BYTES { More::NextFile } else { More::Yes }
    }

    fn file_end(&mut self, sys: &mut Sys<'_, '_>) {
        let sum = match self.kind {
            Kind::Md5 => hex(&md5(&self.bytes)),
            Kind::Sha1 => hex(&sha1(&self.bytes)),
            Kind::Sha256 => sha256_hex(&self.bytes),
            Kind::Encode { wrap } => {
                let text = encode_base64(&self.bytes);
                if wrap == 0 {
                    sys.out(&text);
                    return;
                }
                let lines: String = text.as_bytes().chunks(wrap).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
                sys.out(&lines);
                return;
            }
            Kind::Decode => {
                match decode_base64(&self.bytes) {
                    Ok(bytes) => {
                        let _ = sys.write(1, &bytes);
                    }
                    Err(bytes) => {
                        let _ = sys.write(1, &bytes);
                        sys.err("base64: truncated input\n");
                        self.failed = true;
                    }
                }
                return;
            }
        };
        sys.out(&format!("{sum}  {}\n", self.file));
    }

    fn end(&mut self, status: i32, _sys: &mut Sys<'_, '_>) -> i32 {
        status.max(i32::from(self.failed))
    }

    fn cannot_open(&self, name: &str, path: &str, error: &str) -> String {
        match self.kind {
            Kind::Encode { .. } | Kind::Decode => format!("{name}: {path}: {error}\n"),
            _ => format!("{name}: can't open '{path}': {error}\n"),
        }
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    encode_base64(bytes)
}

fn encode_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let shown = index <= chunk.len();
            out.push(if shown { char::from(ALPHABET[(bits >> (18 - 6 * index)) as usize & 63]) } else { '=' });
        }
    }
    out
}

/// The bytes, or as many as could be read.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        if *byte == b'=' {
            break;
        }
        let Some(value) = ALPHABET.iter().position(|known| known == byte) else { return Err(out) };
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if count >= 6 { Err(out) } else { Ok(out) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The message with its padding: a 1 bit, zeros, and its length in bits.
fn padded(bytes: &[u8], big_endian: bool) -> Vec<u8> {
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
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
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

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(bytes, true).chunks(64) {
        let mut words = [0u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks(4)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        for index in 16..80 {
            words[index] = (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (index, word) in words.iter().enumerate() {
            let (mix, constant) = match index / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6u32),
            };
            let next = a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (value, add) in state.iter_mut().zip([a, b, c, d, e]) {
            *value = value.wrapping_add(add);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn md5(bytes: &[u8]) -> Vec<u8> {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(bytes, false).chunks(64) {
        let words: Vec<u32> = block.chunks(4).map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for index in 0..64usize {
            let (mix, word) = match index / 16 {
                0 => ((b & c) | (!b & d), index),
                1 => ((d & b) | (!d & c), (5 * index + 1) % 16),
                2 => (b ^ c ^ d, (3 * index + 5) % 16),
                _ => (c ^ (b | !d), 7 * index % 16),
            };
            let constant = ((index as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
            let turned = a.wrapping_add(mix).wrapping_add(constant).wrapping_add(words[word]).rotate_left(SHIFTS[index / 16][index % 4]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
        }
        for (value, add) in state.iter_mut().zip([a, b, c, d]) {
            *value = value.wrapping_add(add);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}
