//! The functions of Go's templates, and `exists` and `base64decode`, which kubectl adds.

use crate::kubectl::base64;
use crate::kubectl::printers::custom_columns::go_text;
use crate::value::Value;
use std::cmp::Ordering;

/// Their names.
pub(super) const NAMES: &[&str] = &[
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "html",
    "index",
    "js",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
    "urlquery",
];

/// Go's idea of truth: not empty, not zero.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        other => !other.is_empty(),
    }
}

/// A value as an action shows it.
pub(super) fn print(value: &Option<Value>) -> String {
    match value {
        None => "<no value>".into(),
        Some(Value::Null) => "<nil>".into(),
        Some(value) => go_text(value),
    }
}

pub(super) fn call(name: &str, arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
    let known: Vec<Value> = arguments.iter().map(|argument| argument.clone().unwrap_or_default()).collect();
    let needs =
        |count: usize| if known.len() < count { Err(format!("wrong number of args for {name}: want at least {count} got {}", known.len())) } else { Ok(()) };
    let some = |value: Value| Ok(Some(value));
    match name {
        "and" | "or" => {
            needs(1)?;
            let decides = known.iter().find(|value| is_true(value) != (name == "and"));
            some(decides.or(known.last()).cloned().unwrap_or_default())
        }
        "not" => {
            needs(1)?;
            some(Value::Bool(!is_true(&known[0])))
        }
        "len" => {
            needs(1)?;
            match &known[0] {
                Value::String(text) => some(Value::from(text.len())),
                Value::Array(items) => some(Value::from(items.len())),
                Value::Object(fields) => some(Value::from(fields.len())),
                _ => Err("error calling len: len of nil pointer".into()),
            }
        }
        "index" => {
            needs(1)?;
            known[1..].iter().try_fold(known[0].clone(), |value, key| index(&value, key)).map(Some)
        }
        "slice" => {
            needs(1)?;
            slice(&known)
        }
        "eq" | "ne" => {
            needs(2)?;
            let equal = known[1..].iter().any(|other| order(&known[0], other) == Some(Ordering::Equal));
            some(Value::Bool(equal == (name == "eq")))
        }
        "lt" | "le" | "gt" | "ge" => {
            needs(2)?;
            let order = order(&known[0], &known[1]).ok_or_else(|| format!("error calling {name}: incompatible types for comparison"))?;
            some(Value::Bool(match name {
                "lt" => order.is_lt(),
                "le" => order.is_le(),
                "gt" => order.is_gt(),
                _ => order.is_ge(),
            }))
        }
        "print" => some(Value::from(known.iter().map(go_text).collect::<Vec<_>>().concat())),
        "println" => some(Value::from(known.iter().map(go_text).collect::<Vec<_>>().join(" ") + "\n")),
        "printf" => {
            needs(1)?;
            some(Value::from(printf(known[0].str(), &known[1..])))
        }
        "exists" => {
            needs(1)?;
            some(Value::Bool(exists(&known[0], &known[1..])))
        }
        "base64decode" => {
            needs(1)?;
            match base64::decode(known[0].str()) {
                Some(bytes) => some(Value::from(String::from_utf8_lossy(&bytes).into_owned())),
                None => Err("error calling base64decode: base64 decode failed: illegal base64 data".into()),
            }
        }
        "html" | "js" | "urlquery" => some(Value::from(escape(name, &known.iter().map(go_text).collect::<Vec<_>>().concat()))),
        other => Err(format!("function {other:?} not defined")),
    }
}

fn index(value: &Value, key: &Value) -> Result<Value, String> {
    match value {
        Value::Object(fields) => Ok(fields.get(key.str()).cloned().unwrap_or_default()),
        Value::Array(items) => {
            let place = key.as_i64().unwrap_or(-1);
            items.get(usize::try_from(place).unwrap_or(usize::MAX)).cloned().ok_or_else(|| format!("error calling index: index out of range: {place}"))
        }
        Value::Null => Err("error calling index: index of untyped nil".into()),
        other => Err(format!("error calling index: can't index item of type {}", other.type_name())),
    }
}

fn exists(value: &Value, keys: &[Value]) -> bool {
    let mut here = value;
    for key in keys {
        let next = match here {
            Value::Object(fields) => fields.get(key.str()),
            Value::Array(items) => key.as_i64().and_then(|place| usize::try_from(place).ok()).and_then(|place| items.get(place)),
            _ => None,
        };
        let Some(next) = next else { return false };
        here = next;
    }
    !here.is_null()
}

fn slice(known: &[Value]) -> Result<Option<Value>, String> {
    let length = match &known[0] {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        _ => return Err("error calling slice: can't slice item".into()),
    };
    let bound = |at: usize, or: usize| known.get(at).map_or(Some(or), |value| value.as_i64().and_then(|number| usize::try_from(number).ok()));
    let (Some(from), Some(to)) = (bound(1, 0), bound(2, length)) else { return Err("error calling slice: index out of range".into()) };
    let out_of_range = || "error calling slice: index out of range".to_string();
    match &known[0] {
        Value::String(text) => text.get(from..to).map(|part| Some(Value::from(part))).ok_or_else(out_of_range),
        _ => known[0].items().get(from..to).map(|part| Some(Value::array(part.to_vec()))).ok_or_else(out_of_range),
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// `fmt.Sprintf`, as far as templates use it: `%s`, `%v`, `%d`, `%q`, `%t`, `%f`, with widths, `-` and `0`.
fn printf(format: &str, arguments: &[Value]) -> String {
    let (mut text, mut arguments) = (String::new(), arguments.iter());
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = letters.next_if(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.' | ' ' | '#')) {
            flags.push(flag);
        }
        let verb = letters.next().unwrap_or('%');
        if verb == '%' {
            text.push('%');
            continue;
        }
        let Some(value) = arguments.next() else {
            text.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        let (width, precision) = flags
            .trim_start_matches(['-', '+', ' ', '#'])
            .split_once('.')
            .map_or((flags.trim_start_matches(['-', '+', ' ', '#']), None), |(width, precision)| (width, precision.parse::<usize>().ok()));
        let shown = match verb {
            'q' => format!("{:?}", go_text(value)),
            'f' => format!("{:.*}", precision.unwrap_or(6).min(64), value.as_f64().unwrap_or(f64::NAN)),
            's' => precision.map_or_else(|| go_text(value), |length| go_text(value).chars().take(length).collect()),
            _ => go_text(value),
        };
        let zeros = width.starts_with('0') && !flags.starts_with('-');
        let width = width.parse::<usize>().unwrap_or(0).min(1000);
        let padding: String = std::iter::repeat_n(if zeros { '0' } else { ' ' }, width.saturating_sub(shown.chars().count())).collect();
        text.push_str(&if flags.starts_with('-') { shown + &padding } else { padding + &shown });
    }
    text
}

fn escape(name: &str, text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match (name, letter) {
            ("html", '<') => escaped.push_str("&lt;"),
            ("html", '>') => escaped.push_str("&gt;"),
            ("html", '&') => escaped.push_str("&amp;"),
            ("html", '\'') => escaped.push_str("&#39;"),
            ("html", '"') => escaped.push_str("&#34;"),
            ("js", '\\' | '\'' | '"') => escaped.extend(['\\', letter]),
            ("js", '\n') => escaped.push_str("\\n"),
            ("js", '<' | '>' | '&' | '=') => escaped.push_str(&format!("\\u{:04X}", letter as u32)),
            ("urlquery", ' ') => escaped.push('+'),
            ("urlquery", letter) if !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~')) => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    escaped.push_str(&format!("%{byte:02X}"));
                }
            }
            (_, letter) => escaped.push(letter),
        }
    }
    escaped
}
