//! `printf`.

use crate::kubelet::runtime::kernel::Sys;
use crate::kubelet::runtime::shell::escapes::unescape;
use smol_str::SmolStr;

/// The widest field.
const MAX_WIDTH: usize = 10_000;

/// The builtin and the program; `prefix` begins its error messages.
pub(crate) fn printf(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], prefix: &str) -> i32 {
    let arguments = match arguments.first() {
        Some(first) if first == "--" => &arguments[1..],
        _ => arguments,
    };
    let Some((format, mut operands)) = arguments.split_first() else {
        sys.err(&format!("{prefix}: usage: printf FORMAT [ARG]...\n"));
        return 2;
    };
    let mut output = Vec::new();
    let mut problems = Vec::new();
    loop {
        let before = operands.len();
        let stopped = once(format, &mut operands, &mut output, &mut problems);
        if stopped || operands.is_empty() || operands.len() == before {
            break;
        }
    }
    for problem in &problems {
        sys.err(&format!("{prefix}: {problem}\n"));
    }
    let _ = sys.write(1, &output);
    i32::from(!problems.is_empty())
}

/// The format once over the operands that it takes; whether `\c` has ended it.
fn once(format: &str, operands: &mut &[SmolStr], output: &mut Vec<u8>, problems: &mut Vec<String>) -> bool {
    let mut rest = format;
    while let Some(start) = rest.find('%') {
        let text = unescape(&rest[..start]);
        output.extend(&text.bytes);
        if text.stopped {
            return true;
        }
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            output.push(b'%');
            rest = after;
            continue;
        }
        let mut field = Field::default();
        rest = field.read(rest, operands);
        let Some(kind) = rest.chars().next() else {
            problems.push(format!("%{}: invalid format", field.text));
            return true;
        };
        rest = &rest[kind.len_utf8()..];
        let operand = operands.first().cloned();
        *operands = operands.get(1..).unwrap_or(&[]);
        let operand = operand.unwrap_or_default();
        match kind {
            's' => field.put_text(operand.as_bytes(), output),
            'b' => {
                let text = unescape(&operand);
                field.put_text(&text.bytes, output);
                if text.stopped {
                    return true;
                }
            }
            'c' => field.put_text(operand.chars().take(1).collect::<String>().as_bytes(), output),
            'q' => field.put_text(quoted(&operand).as_bytes(), output),
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let value = integer(&operand).unwrap_or_else(|| {
                    problems.push(format!("invalid number '{operand}'"));
                    leading_integer(&operand)
                });
                field.put_integer(value, kind, output);
            }
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
                let value: f64 = if operand.is_empty() { Some(0.0) } else { operand.trim().parse().ok() }.unwrap_or_else(|| {
                    problems.push(format!("invalid number '{operand}'"));
                    0.0
                });
                field.put_float(value, kind, output);
            }
            other => {
                problems.push(format!("%{other}: invalid format"));
                return true;
            }
        }
    }
    let text = unescape(rest);
    output.extend(&text.bytes);
    text.stopped
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn integer(text: &str) -> Option<i64> {
    let text = text.trim_start();
    if text.is_empty() {
        return Some(0);
    }
    if let Some(c) = text.strip_prefix(['\'', '"']) {
        return Some(c.chars().next().map_or(0, |c| i64::from(c as u32)));
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |digits| (true, digits));
    let value = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

fn leading_integer(text: &str) -> i64 {
    let length = text.char_indices().take_while(|(index, c)| c.is_ascii_digit() || (*index == 0 && *c == '-')).count();
    text[..length].parse().unwrap_or(0)
}

/// What stands between `%` and the letter.
#[derive(Default)]
pub(crate) struct Field {
    text: String,
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Field {
    /// Reads flags, width and precision; gives back what follows.
    pub fn read<'f>(&mut self, format: &'f str, operands: &mut &[SmolStr]) -> &'f str {
        let mut rest = format;
        while let Some(flag) = rest.chars().next().filter(|c| "-+ 0#".contains(*c)) {
            match flag {
                '-' => self.left = true,
                '+' => self.plus = true,
                ' ' => self.space = true,
                '#' => self.alternate = true,
                _ => self.zero = true,
            }
            rest = &rest[1..];
        }
        let (width, after) = size(rest, operands);
        self.left |= width < 0;
        self.width = (width.unsigned_abs() as usize).min(MAX_WIDTH);
        rest = after;
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = size(after, operands);
            self.precision = Some((precision.max(0) as usize).min(MAX_WIDTH));
            rest = after;
        }
        let rest = rest.trim_start_matches(['l', 'h', 'j', 'z']);
        self.text = format[..format.len() - rest.len()].to_owned();
        rest
    }

    pub fn put_text(&self, text: &[u8], output: &mut Vec<u8>) {
        let text = &text[..self.precision.unwrap_or(text.len()).min(text.len())];
        self.pad("", text, false, output);
    }

    pub fn put_integer(&self, value: i64, kind: char, output: &mut Vec<u8>) {
        let digits = match kind {
            'x' => format!("{value:x}"),
            'X' => format!("{value:X}"),
            'o' => format!("{value:o}"),
            'u' => (value as u64).to_string(),
            _ => value.unsigned_abs().to_string(),
        };
        let signed = matches!(kind, 'd' | 'i');
        let sign = match kind {
            'x' if self.alternate => "0x",
            'X' if self.alternate => "0X",
            _ => self.sign(signed, value < 0),
        };
        let digits = format!("{digits:0>width$}", width = self.precision.unwrap_or(1));
        self.pad(sign, digits.as_bytes(), self.zero && self.precision.is_none(), output);
    }

    pub fn put_float(&self, value: f64, kind: char, output: &mut Vec<u8>) {
        let precision = self.precision.unwrap_or(6).min(300);
        let digits = match kind {
            'f' | 'F' => format!("{:.precision$}", value.abs()),
            'e' | 'E' => exponent(value.abs(), precision),
            _ => general(value.abs(), precision.max(1)),
        };
        self.pad(self.sign(true, value.is_sign_negative()), digits.as_bytes(), self.zero, output);
    }

    fn sign(&self, signed: bool, negative: bool) -> &'static str {
        match (signed, negative) {
            (true, true) => "-",
            (true, false) if self.plus => "+",
            (true, false) if self.space => " ",
            _ => "",
        }
    }

    fn pad(&self, sign: &str, text: &[u8], zeros: bool, output: &mut Vec<u8>) {
        let length = sign.len() + String::from_utf8_lossy(text).chars().count();
        let fill = self.width.saturating_sub(length);
        if !self.left && !zeros {
            output.extend(std::iter::repeat_n(b' ', fill));
        }
        output.extend(sign.as_bytes());
        if zeros && !self.left {
            output.extend(std::iter::repeat_n(b'0', fill));
        }
        output.extend(text);
        if self.left {
            output.extend(std::iter::repeat_n(b' ', fill));
        }
    }
}

fn size<'f>(format: &'f str, operands: &mut &[SmolStr]) -> (i64, &'f str) {
    if let Some(rest) = format.strip_prefix('*') {
        let value = operands.first().and_then(|operand| operand.parse().ok()).unwrap_or(0);
        *operands = operands.get(1..).unwrap_or(&[]);
        return (value, rest);
    }
    let length = format.chars().take_while(char::is_ascii_digit).count();
    (format[..length].parse().unwrap_or(0), &format[length..])
}

/// C's `%e`.
fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// C's `%g`.
pub(crate) fn general(value: f64, precision: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return if value.is_nan() { "nan".into() } else { "inf".into() };
    }
    let text = exponent(value, precision - 1);
    let power: i32 = text.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trim = |digits: &str| if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits.to_owned() };
    if power < -4 || power >= precision as i32 {
        let (mantissa, rest) = text.split_once('e').unwrap_or((&text, ""));
        return format!("{}e{rest}", trim(mantissa));
    }
    let decimals = (precision as i32 - 1 - power).max(0) as usize;
    trim(&format!("{value:.decimals$}"))
}
