//! Base64, as Secrets hold their data.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64 with padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().enumerate().fold(0u32, |group, (index, byte)| group | u32::from(*byte) << (16 - 8 * index));
        for place in 0..4 {
            text.push(if place <= chunk.len() { char::from(LETTERS[(group >> (18 - 6 * place)) as usize & 63]) } else { '=' });
        }
    }
    text
}

/// The bytes of a base64 text; `None` where it is none.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let (mut bytes, mut group, mut bits) = (Vec::new(), 0u32, 0);
    for letter in text.bytes().filter(|letter| !matches!(letter, b'\n' | b'\r')) {
        let value = LETTERS.iter().position(|known| *known == letter)? as u32;
        group = group << 6 | value;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits) as u8);
            group &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}
