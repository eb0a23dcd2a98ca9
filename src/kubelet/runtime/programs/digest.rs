//! `md5sum`, `sha1sum`, `sha256sum` and `base64`.

use super::filter::{Filter, LineFilter, More};
use super::options::{Spec, parse};
use crate::api::sha256::{padded, sha256_hex};
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
