//! awk's values, and what is done with them.

use super::awk::{Leave, Run};
use super::regex::Regex;

/// A value: a number, a text, or a text from input that is a number where it looks like one.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

impl Value {
    pub fn number(&self) -> f64 {
        match self {
            Value::Number(value) => *value,
            Value::Text(text) | Value::Input(text) => leading_number(text),
        }
    }

    pub fn truth(&self) -> bool {
        match self {
            Value::Number(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Input(text) => match looks_like_number(text) {
                Some(value) => value != 0.0,
                None => !text.is_empty(),
            },
        }
    }
}

pub(super) fn looks_like_number(text: &str) -> Option<f64> {
    let text = text.trim();
    text.parse().ok().filter(|_| text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)))
}

pub(super) fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let (mut dot, mut exponent) = (false, false);
    for (index, c) in text.char_indices() {
        let fits = match c {
            '0'..='9' => true,
            '+' | '-' => index == 0 || text[..index].ends_with(['e', 'E']),
            '.' if !dot && !exponent => {
                dot = true;
                true
            }
            'e' | 'E' if !exponent && index > 0 && text[index + 1..].starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                exponent = true;
                true
            }
            _ => false,
        };
        if !fits {
            break;
        }
        end = index + c.len_utf8();
    }
    text[..end].parse().unwrap_or(0.0)
}

/// `&` is what matched, `\&` is a plain one.
pub(super) fn push_replacement(replacement: &str, matched: &str, out: &mut String) {
    let mut chars = replacement.chars();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str(matched),
            '\\' => match chars.next() {
                Some('&') => out.push('&'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
}

pub(super) fn split(text: &str, separator: &str) -> Vec<String> {
    match separator {
        " " => text.split_whitespace().map(str::to_owned).collect(),
        _ if text.is_empty() => Vec::new(),
        "" => text.chars().map(|c| c.to_string()).collect(),
        _ if separator.chars().count() == 1 && separator != "\\" => text.split(separator).map(str::to_owned).collect(),
        _ => match Regex::extended(separator, false) {
            Ok(regex) => split_at(text, &regex),
            Err(_) => vec![text.to_owned()],
        },
    }
}

pub(super) fn split_at(text: &str, regex: &Regex) -> Vec<String> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(Some((start, end))) = regex.find(text, from).and_then(|groups| groups.first().copied()) {
        if end == start {
            break;
        }
        parts.push(text[from..start].to_owned());
        from = end;
    }
    if !text.is_empty() {
        parts.push(text[from..].to_owned());
    }
    parts
}

pub(super) fn calculate(left: f64, operator: &str, right: f64) -> Run<f64> {
    Ok(match operator {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" | "%" if right == 0.0 => return Err(Leave::Error("cmd. line:1: Division by zero".into())),
        "/" => left / right,
        "%" => left % right,
        _ => left.powf(right),
    })
}
