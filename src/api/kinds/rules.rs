//! Rules that fields of many kinds follow (`k8s.io/apimachinery/pkg/util/validation`, `pkg/apis/core/validation`).

use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// The errors of a rule that answers with texts, such as those of [`names`].
pub fn follows(value: &Value, field: &str, rule: impl Fn(&str) -> Vec<String>) -> Vec<FieldError> {
    rule(value.str()).into_iter().map(|text| FieldError::invalid(field, value, text)).collect()
}

/// A text that must be there and follow a rule.
pub fn required(value: &Value, field: &str, rule: impl Fn(&str) -> Vec<String>) -> Vec<FieldError> {
    if value.is_empty() { vec![FieldError::required(field, "")] } else { follows(value, field, rule) }
}

/// A text that may be left out, but must follow a rule where it is given.
pub fn optional(value: &Value, field: &str, rule: impl Fn(&str) -> Vec<String>) -> Vec<FieldError> {
    if value.is_empty() { Vec::new() } else { follows(value, field, rule) }
}

/// One of the given words, which must be there. Upstream lists the words in their order.
pub fn one_of(value: &Value, field: &str, words: &[&str]) -> Vec<FieldError> {
    match value.str() {
        "" => vec![FieldError::required(field, "")],
        word if words.contains(&word) => Vec::new(),
        _ => vec![FieldError::not_supported(field, value, words)],
    }
}

/// A domain, a slash and a path (`IsDomainPrefixedPath`).
pub fn domain_prefixed_path(value: &Value, field: &str) -> Vec<FieldError> {
    const PATH: &str = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+";
    if value.is_empty() {
        return vec![FieldError::required(field, "")];
    }
    let Some((domain, path)) = value.str().split_once('/').filter(|(domain, path)| !domain.is_empty() && !path.is_empty()) else {
        return vec![FieldError::invalid(field, value, "must be a domain-prefixed path (such as \"acme.io/foo\")")];
    };
    let mut errors = follows(&domain.into(), field, names::dns1123_subdomain);
    if !path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte)) {
        errors.push(FieldError::invalid(field, &path.into(), format!("Invalid path (regex used for validation is '{PATH}')")));
    }
    errors
}

/// The number, or Go's zero where there is none: how messages show it.
pub fn number_or_zero(value: &Value) -> Value {
    if value.is_null() { Value::Int(0) } else { value.clone() }
}

/// A number between two others, both included.
pub fn between(value: &Value, field: &str, low: i64, high: i64) -> Vec<FieldError> {
    let number = value.as_i64().unwrap_or(0);
    if (low..=high).contains(&number) {
        return Vec::new();
    }
    vec![FieldError::invalid(field, &number_or_zero(value), format!("must be between {low} and {high}, inclusive"))]
}

/// A port's number.
pub fn port_number(value: &Value, field: &str) -> Vec<FieldError> {
    between(value, field, 1, 65535)
}

/// A port's number or name (`ValidatePortNumOrName`).
pub fn port_number_or_name(value: &Value, field: &str) -> Vec<FieldError> {
    match value.as_str() {
        Some(_) => follows(value, field, names::port_name),
        None => port_number(value, field),
    }
}

/// A number that must not be negative.
pub fn not_negative(value: &Value, field: &str) -> Vec<FieldError> {
    match value.as_i64() {
        Some(number) if number < 0 => vec![FieldError::invalid(field, value, "must be greater than or equal to 0")],
        _ => Vec::new(),
    }
}

/// The field at a dotted path may not change.
pub fn immutable(new: &Value, old: &Value, path: &str) -> Vec<FieldError> {
    immutable_value(new.path(path), old.path(path), path)
}

/// The value may not change.
pub fn immutable_value(new: &Value, old: &Value, field: &str) -> Vec<FieldError> {
    if new == old { Vec::new() } else { vec![FieldError::invalid(field, new, "field is immutable")] }
}

/// Labels, or what is to be looked for in labels (`ValidateLabels`).
pub fn labels(labels: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.fields().iter() {
        errors.extend(follows(&key.into(), field, names::qualified_name));
        errors.extend(follows(value, field, names::label_value));
    }
    errors
}

/// An address of either family, as `netutils.ParseIPSloppy` or `IsValidIP` takes it.
pub fn ip_address(value: &Value, field: &str) -> Vec<FieldError> {
    if value.str().parse::<std::net::IpAddr>().is_ok() {
        return Vec::new();
    }
    if has_leading_zero(value.str()) {
        return vec![FieldError::invalid(field, value, "must not have leading 0s")];
    }
    vec![FieldError::invalid(field, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
}

/// A range of addresses.
pub fn cidr(value: &Value, field: &str) -> Vec<FieldError> {
    if parse_cidr(value.str()).is_some() {
        return Vec::new();
    }
    vec![FieldError::invalid(field, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
}

/// The address and the number of bits of a range.
pub fn parse_cidr(text: &str) -> Option<(std::net::IpAddr, u32)> {
    let (address, bits) = text.split_once('/')?;
    let address: std::net::IpAddr = address.parse().ok()?;
    let bits: u32 = if bits.bytes().all(|byte| byte.is_ascii_digit()) { bits.parse().ok()? } else { return None };
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}

/// `spec.field` for a child of `path`, or `field` at the root.
pub fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// Whether a range names an address inside of it rather than its first one (`10.1.2.3/24`).
pub fn has_bits_beyond_prefix(text: &str) -> bool {
    match parse_cidr(text) {
        Some((std::net::IpAddr::V4(address), bits)) => u32::from(address).checked_shl(bits).unwrap_or(0) != 0,
        Some((std::net::IpAddr::V6(address), bits)) => u128::from(address).checked_shl(bits).unwrap_or(0) != 0,
        None => false,
    }
}

/// Whether an address lies in the range of `bits` bits that starts at `base`.
pub fn contains(base: std::net::IpAddr, bits: u32, address: std::net::IpAddr) -> bool {
    match (base, address) {
        (std::net::IpAddr::V4(base), std::net::IpAddr::V4(address)) => (u32::from(base) ^ u32::from(address)).checked_shr(32 - bits.min(32)).unwrap_or(0) == 0,
        (std::net::IpAddr::V6(base), std::net::IpAddr::V6(address)) => {
            (u128::from(base) ^ u128::from(address)).checked_shr(128 - bits.min(128)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Whether a number of an IPv4 address starts with a 0, which some read as octal.
pub fn has_leading_zero(text: &str) -> bool {
    let is_address = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'/');
    is_address && text.split(['.', '/']).any(|number| number.len() > 1 && number.starts_with('0'))
}
