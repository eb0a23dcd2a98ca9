//! Base64, as Go's `encoding/base64` reads and writes it.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The standard alphabet with padding.
pub fn encode(bytes: &[u8]) -> String {
    encode_with(bytes, STANDARD, true)
}

/// The alphabet for URLs without padding.
pub fn encode_url(bytes: &[u8]) -> String {
    encode_with(bytes, URL, false)
}

fn encode_with(bytes: &[u8], alphabet: &[u8; 64], is_padded: bool) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            if position <= chunk.len() {
                text.push(char::from(alphabet[(word >> (18 - 6 * position) & 63) as usize]));
            } else if is_padded {
                text.push('=');
            }
        }
    }
    text
}

fn sextet(byte: u8, alphabet: &[u8; 64]) -> Option<u32> {
    alphabet.iter().position(|letter| *letter == byte).map(|index| index as u32)
}

/// Reads the standard alphabet with padding; line breaks don't count.
///
/// # Errors
/// The place of the byte that can't be, as in Go's `illegal base64 data at input byte 7`.
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let source = text.as_bytes();
    let mut bytes = Vec::with_capacity(source.len() / 4 * 3);
    let mut at = 0;
    let skip_breaks = |mut at: usize| {
        while at < source.len() && matches!(source[at], b'\n' | b'\r') {
            at += 1;
        }
        at
    };
    loop {
        let mut word = 0u32;
        let mut letters = 0;
        while letters < 4 {
            let Some(&byte) = source.get(at) else { return if letters == 0 { Ok(bytes) } else { Err(at - letters) } };
            at += 1;
            if let Some(value) = sextet(byte, STANDARD) {
                word = word << 6 | value;
                letters += 1;
                continue;
            }
            if matches!(byte, b'\n' | b'\r') {
                continue;
            }
            if byte != b'=' || letters < 2 {
                return Err(at - 1);
            }
            if letters == 2 {
                at = skip_breaks(at);
                match source.get(at) {
                    None => return Err(source.len()),
                    Some(b'=') => at += 1,
                    Some(_) => return Err(at - 1),
                }
            }
            at = skip_breaks(at);
            if at < source.len() {
                return Err(at);
            }
            word <<= 6 * (4 - letters);
            bytes.extend_from_slice(&word.to_be_bytes()[1..letters]);
            return Ok(bytes);
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..]);
    }
}

/// Reads the alphabet for URLs without padding; `None` for anything else.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut word = 0;
        for byte in chunk {
            word = word << 6 | sextet(*byte, URL)?;
        }
        word <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for (bytes, text) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("mongouser", "bW9uZ291c2Vy")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text), Ok(bytes.as_bytes().to_vec()));
            assert_eq!(decode_url(&encode_url(bytes.as_bytes())), Some(bytes.as_bytes().to_vec()));
        }
        assert_eq!(decode("YWJj\nYWI=\n"), Ok(b"abcab".to_vec()));
    }

    #[test]
    fn the_byte_that_is_wrong_is_named() {
        for (text, at) in [("not base64", 3), ("password", usize::MAX), ("secret!", 6), ("YWJ", 0), ("YQ=", 3), ("YQ==YQ==", 4), ("hunter2", 4)] {
            assert_eq!(decode(text).err().unwrap_or(usize::MAX), at, "{text}");
        }
    }
}
