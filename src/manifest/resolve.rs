//! What a plain scalar means, as goyaml v2 resolves it (YAML 1.1, mostly).

use crate::value::Value;

/// What a plain scalar means.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.')) {
        return Value::from(text);
    }
    number(text).unwrap_or_else(|| Value::from(text))
}

/// A number; `None` for other text. Times are left as they are written: Go's decoder only makes them times where one is asked for.
fn number(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    if let Some(whole) = integer(&plain) {
        return Some(Value::Int(whole));
    }
    if is_float(&plain) {
        return plain.parse().ok().map(Value::Float);
    }
    let (negative, rest) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let digits = rest.strip_prefix("0b")?;
    let whole = i64::from_str_radix(digits, 2).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    Some(Value::Int(if negative { -whole } else { whole }))
}

/// Go's `strconv.ParseInt(text, 0, 64)`: decimal, `0x…`, `0o…`, and with a leading zero octal.
fn integer(text: &str) -> Option<i64> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match rest.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &rest[2..]),
        [b'0', b'o' | b'O', ..] => (8, &rest[2..]),
        [b'0', b'b' | b'B', ..] => (2, &rest[2..]),
        [b'0', _, ..] => (8, &rest[1..]),
        _ => (10, rest),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa_fits
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent)
        })
}

/// Whether a plain scalar of this text is a string again when it is read. Times and numbers with base 60 would be read otherwise by others, so
/// they are quoted too.
pub fn resolves_to_string(text: &str) -> bool {
    matches!(resolve(text), Value::String(_)) && !is_base_60(text) && !is_timestamp(text) && text != "<<" && text != "="
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = rest.split_once('.').map_or(rest, |(whole, fraction)| if fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_') { whole } else { "" });
    let mut parts = rest.split(':');
    let first_fits =
        parts.next().is_some_and(|part| part.starts_with(|letter: char| letter.is_ascii_digit()) && part.bytes().all(|b| b.is_ascii_digit() || b == b'_'));
    let mut count = 0;
    let others_fit = parts.all(|part| {
        count += 1;
        matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    first_fits && others_fit && count > 0
}

/// Whether goyaml takes it for a time: `2026-11-23`, `2026-11-23T09:19:57Z`, `2026-11-23 09:19:57`.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if !digits(0, 4) || bytes.get(4) != Some(&b'-') {
        return false;
    }
    let month_end = if digits(5, 7) {
        7
    } else if digits(5, 6) {
        6
    } else {
        return false;
    };
    if bytes.get(month_end) != Some(&b'-') {
        return false;
    }
    let day = month_end + 1;
    let day_end = if digits(day, day + 2) {
        day + 2
    } else if digits(day, day + 1) {
        day + 1
    } else {
        return false;
    };
    match bytes.get(day_end) {
        None => true,
        Some(b'T' | b't' | b' ') => digits(day_end + 1, day_end + 2) && text[day_end..].matches(':').count() >= 2,
        Some(_) => false,
    }
}
