//! Base64 as Secrets carry it.

/// The bytes of a text in standard base64; anything that isn't a digit of it is skipped.
pub fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn texts_are_decoded() {
        for (text, expected) in [("", ""), ("YQ==", "a"), ("dXNlcg==", "user"), ("cGFzc3dvcmQ=", "password")] {
            assert_eq!(super::decode(text), expected.as_bytes());
        }
    }
}
