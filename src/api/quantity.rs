//! Amounts of resources: `500m`, `1.5Gi`, `2e3`, as upstream's `resource.Quantity` reads and writes them.

mod go;

use std::cmp::Ordering;
use std::fmt;

use crate::value::{SmolStr, Value};
pub use go::GoQuantity;

const NANOS: i128 = 1_000_000_000;
/// The largest amount kept: leaves room for adding and for moving the point.
const LARGEST_NANOS: i128 = 10i128.pow(35);
const DECIMAL_SUFFIXES: [(&str, i32); 10] = [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY_SUFFIXES: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// An amount, exact to a billionth. Two are equal when their amounts are, however they are written.
///
/// Amounts beyond 10^26, which upstream allows for decimal ones, are kept as 10^26.
#[derive(Debug, Clone, Default)]
pub struct Quantity {
    nanos: i128,
    format: Format,
    /// As it was given, where upstream keeps that instead of the canonical form.
    text: Option<SmolStr>,
}

/// Which suffixes an amount is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// `m`, `k`, `M`: powers of 1000.
    #[default]
    DecimalSI,
    /// `Ki`, `Mi`: powers of 1024.
    BinarySI,
    /// `e3`.
    DecimalExponent,
}

/// Why a text is no quantity; displays as upstream's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// It isn't a number with a suffix.
    Format,
    /// There are no digits.
    Numeric,
    /// The suffix is unknown.
    Suffix,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ParseError::Format => "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ParseError::Numeric => "unable to parse numeric part of quantity",
            ParseError::Suffix => "unable to parse quantity's suffix",
        })
    }
}

impl std::error::Error for ParseError {}

/// A quantity's text in its parts, as `parseQuantityString` takes it apart.
struct Parts<'a> {
    negative: bool,
    /// Whole digits without leading zeros, but `0` if there are none.
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
    has_digits: bool,
}

enum Suffix {
    Decimal(i32, Format),
    Binary(u32),
}

impl Quantity {
    /// Reads a quantity.
    pub fn parse(text: &str) -> Result<Quantity, ParseError> {
        let parts = split(text)?;
        let suffix = interpret(parts.suffix).ok_or(ParseError::Suffix)?;
        let digits = parts.whole.len() + parts.fraction.len();
        let (magnitude, format, keeps_text) = match suffix {
            Suffix::Decimal(exponent, format) => {
                let scale = exponent.saturating_sub(parts.fraction.len() as i32);
                let joined = format!("{}{}", parts.whole, parts.fraction);
                let exact = digits <= 18 && scale >= -9;
                let keeps_text = exact && scale % 3 == 0 && !joined.ends_with("000") && !joined.starts_with('0');
                if !exact && !parts.has_digits {
                    return Err(ParseError::Numeric);
                }
                (decimal_nanos(&joined, scale.saturating_add(9)), format, keeps_text)
            }
            Suffix::Binary(exponent) => {
                let exact = parts.fraction.is_empty() && 14 - digits as i32 - (exponent as i32 * 3 / 10) >= 0;
                if !exact && !parts.has_digits {
                    return Err(ParseError::Numeric);
                }
                let keeps_text = exact && parts.whole.parse::<i64>().is_ok_and(|whole| whole & 7 != 0);
                let nanos = binary_nanos(parts.whole, parts.fraction, exponent);
                // Less than one is written with `m`: there is no binary suffix for it.
                let format = if (1..NANOS).contains(&nanos) { Format::DecimalSI } else { Format::BinarySI };
                (nanos, format, keeps_text)
            }
        };
        let magnitude = magnitude.min(LARGEST_NANOS);
        let nanos = if parts.negative { -magnitude } else { magnitude };
        Ok(Quantity { nanos, format, text: keeps_text.then(|| SmolStr::new(text)) })
    }

    /// The quantity that a field of a stored object has; zero for none.
    pub fn of(value: &Value) -> Quantity {
        Quantity::from_value(value).unwrap_or_default()
    }

    /// Reads a quantity from JSON, where it may be a number; `null` is zero.
    pub fn from_value(value: &Value) -> Result<Quantity, ParseError> {
        match value {
            Value::Null => Ok(Quantity::default()),
            Value::String(text) => Quantity::parse(text.trim()),
            Value::Int(number) => Quantity::parse(&number.to_string()),
            Value::Float(number) => Quantity::parse(&number.to_string()),
            _ => Err(ParseError::Format),
        }
    }

    /// A whole amount.
    pub fn new(amount: i64, format: Format) -> Quantity {
        Quantity { nanos: i128::from(amount) * NANOS, format, text: None }
    }

    /// An amount in thousandths.
    pub fn new_milli(thousandths: i64, format: Format) -> Quantity {
        Quantity { nanos: i128::from(thousandths) * (NANOS / 1000), format, text: None }
    }

    /// The amount, rounded up (away from zero); the nearest 64-bit number where upstream's overflows.
    pub fn value(&self) -> i64 {
        self.scaled(NANOS)
    }

    /// The amount in thousandths, rounded up (away from zero); the nearest 64-bit number where upstream's overflows.
    pub fn milli_value(&self) -> i64 {
        self.scaled(NANOS / 1000)
    }

    /// The amount as a floating point number.
    pub fn as_f64(&self) -> f64 {
        self.nanos as f64 / NANOS as f64
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.nanos == 0
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.nanos.signum() as i32
    }

    /// What it is written with.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The sum; written like the first, or like the second if the first is zero.
    pub fn add(&self, other: &Quantity) -> Quantity {
        self.combined(other, self.nanos + other.nanos)
    }

    /// The difference; written like the first, or like the second if the first is zero.
    pub fn sub(&self, other: &Quantity) -> Quantity {
        self.combined(other, self.nanos - other.nanos)
    }

    /// The amount below zero instead of above, and the other way around.
    pub fn neg(&self) -> Quantity {
        Quantity { nanos: -self.nanos, format: self.format, text: None }
    }

    fn combined(&self, other: &Quantity, nanos: i128) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: nanos.clamp(-LARGEST_NANOS, LARGEST_NANOS), format, text: None }
    }

    fn scaled(&self, unit: i128) -> i64 {
        let (whole, rest) = (self.nanos / unit, self.nanos % unit);
        (whole + rest.signum()).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// The canonical form: the largest suffix that needs no fraction.
    fn canonical(&self) -> String {
        if self.nanos == 0 {
            return "0".to_string();
        }
        let whole = self.nanos % NANOS == 0;
        let small = self.nanos.abs() < 1024 * NANOS;
        if self.format == Format::BinarySI && whole && !small {
            let (amount, times) = without_factors(self.nanos / NANOS, 1024);
            let suffix = if times == 0 { "" } else { BINARY_SUFFIXES.get(times as usize - 1).copied().unwrap_or_default() };
            return format!("{amount}{suffix}");
        }
        let (mut amount, times) = without_factors(self.nanos, 10);
        let mut exponent = times - 9;
        while exponent % 3 != 0 {
            amount *= 10;
            exponent -= 1;
        }
        if self.format == Format::DecimalExponent {
            return if exponent == 0 { amount.to_string() } else { format!("{amount}e{exponent}") };
        }
        let suffix = DECIMAL_SUFFIXES.iter().find(|(_, of)| *of == exponent).map_or("", |(suffix, _)| suffix);
        format!("{amount}{suffix}")
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => formatter.write_str(text),
            None => formatter.write_str(&self.canonical()),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl From<&Quantity> for Value {
    fn from(quantity: &Quantity) -> Value {
        Value::from(quantity.to_string())
    }
}

fn split(text: &str) -> Result<Parts<'_>, ParseError> {
    if text.is_empty() {
        return Err(ParseError::Format);
    }
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = leading(unsigned, |byte| byte.is_ascii_digit());
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => leading(rest, |byte| byte.is_ascii_digit()),
        None => ("", rest),
    };
    let (_, after_letters) = leading(rest, |byte| b"eEinumkKMGTP".contains(&byte));
    let after_sign = after_letters.strip_prefix(['-', '+']).unwrap_or(after_letters);
    if !after_sign.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseError::Format);
    }
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    Ok(Parts { negative, whole, fraction, suffix: rest, has_digits })
}

/// The longest start of these bytes, and the rest.
fn leading(text: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len()))
}

fn interpret(suffix: &str) -> Option<Suffix> {
    if let Some((_, exponent)) = DECIMAL_SUFFIXES.iter().find(|(name, _)| *name == suffix) {
        return Some(Suffix::Decimal(*exponent, Format::DecimalSI));
    }
    if let Some(index) = BINARY_SUFFIXES.iter().position(|name| *name == suffix) {
        return Some(Suffix::Binary(10 * (index as u32 + 1)));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?;
    Some(Suffix::Decimal(exponent.clamp(-1_000_000, 1_000_000) as i32, Format::DecimalExponent))
}

/// The number of these digits times a power of ten; what falls behind the point rounds up.
fn decimal_nanos(digits: &str, exponent: i32) -> i128 {
    if exponent >= 0 {
        let number = saturated(digits);
        return if number == 0 { 0 } else { 10i128.checked_pow(exponent as u32).map_or(i128::MAX, |power| number.saturating_mul(power)) };
    }
    let kept = digits.len().saturating_sub(exponent.unsigned_abs() as usize);
    let rounds_up = digits[kept..].bytes().any(|digit| digit != b'0');
    saturated(&digits[..kept]).saturating_add(i128::from(rounds_up))
}

/// A number of powers of 1024, at most the largest 64-bit number; what is less than a billionth rounds up.
fn binary_nanos(whole: &str, fraction: &str, exponent: u32) -> i128 {
    let largest = i128::from(i64::MAX) * NANOS;
    let units = saturated(whole).saturating_mul(1 << exponent).min(i128::from(i64::MAX));
    // Eighteen digits fit beside 2^60; what follows them only makes the last billionth round up.
    let fraction = fraction.trim_end_matches('0');
    let (digits, rest) = fraction.split_at(fraction.len().min(18));
    let one = 10i128.pow(digits.len() as u32);
    let shifted = saturated(digits) << exponent;
    let scaled = shifted % one * NANOS;
    let rounds_up = scaled % one != 0 || !rest.is_empty();
    ((units + shifted / one) * NANOS + scaled / one + i128::from(rounds_up)).min(largest)
}

fn saturated(digits: &str) -> i128 {
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(i128::MAX) }
}

fn without_factors(mut amount: i128, base: i128) -> (i128, i32) {
    let mut times = 0;
    while amount != 0 && amount % base == 0 {
        amount /= base;
        times += 1;
    }
    (amount, times)
}

#[cfg(test)]
mod tests;
