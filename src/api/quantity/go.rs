//! A quantity as Go's `resource.Quantity` holds it after reading: dumps of objects show that.

use super::{Format, Quantity, Suffix, interpret, split};

/// The fields of a `resource.Quantity`.
pub struct GoQuantity {
    /// `i.value`: the digits as a whole number, where that fits; else 0.
    pub amount: i64,
    /// `i.scale`: the power of ten it is to be multiplied by.
    pub scale: i32,
    /// `d.Dec`: the amount in billionths, where `amount` couldn't hold it.
    pub big_nanos: Option<i128>,
    /// `s`: the text it was read from, where that was in canonical form.
    pub text: String,
    /// `Format`.
    pub format: Format,
}

impl GoQuantity {
    /// Reads a quantity as `ParseQuantity` does; nought for what is none.
    pub fn parse(text: &str) -> GoQuantity {
        let quantity = Quantity::parse(text).unwrap_or_default();
        let kept = quantity.text.as_deref().unwrap_or(if text == "0" { text } else { "" }).to_string();
        let (amount, scale) = small(text).unwrap_or_default();
        let fits = amount != 0 || quantity.nanos == 0;
        GoQuantity { amount, scale, big_nanos: (!fits).then_some(quantity.nanos), text: kept, format: quantity.format }
    }
}

/// The whole number and the power of ten, where upstream's fast way of reading takes the text.
fn small(text: &str) -> Option<(i64, i32)> {
    let parts = split(text).ok()?;
    let digits = (parts.whole.len() + parts.fraction.len()) as i32;
    let joined: i64 = format!("{}{}", parts.whole, parts.fraction).parse().ok()?;
    let (amount, scale) = match interpret(parts.suffix)? {
        Suffix::Decimal(exponent, _) => {
            let scale = exponent.saturating_sub(parts.fraction.len() as i32);
            (digits <= 18 && scale >= -9).then_some((joined, scale))?
        }
        Suffix::Binary(exponent) => {
            let precision = 14 - digits - exponent as i32 * 3 / 10;
            let fits = parts.fraction.is_empty() && precision >= 0;
            (fits.then(|| joined.checked_mul(1 << exponent)).flatten()?, 0)
        }
    };
    Some((if parts.negative { -amount } else { amount }, if amount == 0 { 0 } else { scale }))
}
