//! Backslash escapes of `echo -e`, `printf` and `$'…'`.

/// What a text with escapes means.
pub(crate) struct Unescaped {
    pub bytes: Vec<u8>,
    /// `\c`: nothing more is printed.
    pub stopped: bool,
}

impl Unescaped {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Replaces `\n`, `\t`, `\0nnn`, `\nnn`, `\xhh`, `\c` and the like.
pub(crate) fn unescape(text: &str) -> Unescaped {
    let source = text.as_bytes();
    let mut bytes = Vec::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        if source[at] != b'\\' || at + 1 == source.len() {
            bytes.push(source[at]);
            at += 1;
            continue;
        }
        let escape = source[at + 1];
        at += 2;
        match escape {
            b'a' => bytes.push(7),
            b'b' => bytes.push(8),
            b'e' | b'E' => bytes.push(27),
            b'f' => bytes.push(12),
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'v' => bytes.push(11),
            b'\\' => bytes.push(b'\\'),
            b'c' => return Unescaped { bytes, stopped: true },
            b'x' => {
                let digits = number(&source[at..], 16, 2);
                match digits {
                    Some((value, length)) => {
                        bytes.push(value);
                        at += length;
                    }
                    None => bytes.extend(b"\\x"),
                }
            }
            b'0'..=b'7' => {
                let start = if escape == b'0' { at } else { at - 1 };
                match number(&source[start..], 8, 3) {
                    Some((value, length)) => {
                        bytes.push(value);
                        at = start + length;
                    }
                    None => bytes.push(0),
                }
            }
            other => bytes.extend([b'\\', other]),
        }
    }
    Unescaped { bytes, stopped: false }
}

fn number(digits: &[u8], radix: u32, max: usize) -> Option<(u8, usize)> {
    let length = digits.iter().take(max).take_while(|digit| char::from(**digit).is_digit(radix)).count();
    let value = digits[..length].iter().fold(0u32, |value, digit| value * radix + char::from(*digit).to_digit(radix).unwrap_or(0));
    (length > 0).then_some((value as u8, length))
}
