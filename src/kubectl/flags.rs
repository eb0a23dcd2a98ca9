//! Flags, read as `spf13/pflag` reads them.

use super::failure::Failure;
use crate::value::SortedMap;

/// What a flag's value may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlagType {
    /// `--all`, `--all=false`.
    Bool,
    /// `--name=x`, `--name x`; the last one counts.
    Text,
    /// Several values, each of which may list more with commas (`stringSlice`).
    List,
    /// Several values as they are (`stringArray`).
    Array,
    /// A whole number.
    Int,
    /// `5s`, `1m30s`.
    Duration,
    /// Text that may be left out; the flag alone means this.
    Optional(&'static str),
}

/// A flag of a command.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Its long name.
    pub name: &'static str,
    /// Its letter.
    pub short: Option<char>,
    /// What it takes.
    pub type_: FlagType,
    /// Its value where it isn't given, as help shows it; `""` is none.
    pub default: &'static str,
}

impl Flag {
    const fn new(name: &'static str, type_: FlagType, default: &'static str) -> Flag {
        Flag { name, short: None, type_, default }
    }

    /// A flag that is there or not.
    pub const fn bool(name: &'static str) -> Flag {
        Flag::new(name, FlagType::Bool, "false")
    }

    /// A flag that is on unless it is set to false.
    pub const fn on(name: &'static str) -> Flag {
        Flag::new(name, FlagType::Bool, "true")
    }

    /// A flag with a text.
    pub const fn text(name: &'static str) -> Flag {
        Flag::new(name, FlagType::Text, "")
    }

    /// A flag with a list, by commas or by repetition.
    pub const fn list(name: &'static str) -> Flag {
        Flag::new(name, FlagType::List, "")
    }

    /// A flag that may be repeated.
    pub const fn array(name: &'static str) -> Flag {
        Flag::new(name, FlagType::Array, "")
    }

    /// A flag with a whole number.
    pub const fn int(name: &'static str, default: &'static str) -> Flag {
        Flag::new(name, FlagType::Int, default)
    }

    /// A flag with a duration.
    pub const fn duration(name: &'static str, default: &'static str) -> Flag {
        Flag::new(name, FlagType::Duration, default)
    }

    /// A flag whose text may be left out.
    pub const fn optional(name: &'static str, alone: &'static str, default: &'static str) -> Flag {
        Flag::new(name, FlagType::Optional(alone), default)
    }

    /// The same with a letter.
    pub const fn short(mut self, letter: char) -> Flag {
        self.short = Some(letter);
        self
    }

    /// The same with a default.
    pub const fn or(mut self, default: &'static str) -> Flag {
        self.default = default;
        self
    }

    /// `-o, --output`, as messages name it.
    fn title(&self) -> String {
        match self.short {
            Some(letter) => format!("-{letter}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }

    fn check(&self, value: &str) -> Result<(), String> {
        let wrong = match self.type_ {
            FlagType::Bool => parse_bool(value).is_none().then(|| format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
            FlagType::Int => value.parse::<i64>().err().map(|error| {
                let why = if matches!(error.kind(), std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow) {
                    "value out of range"
                } else {
                    "invalid syntax"
                };
                format!("strconv.ParseInt: parsing {value:?}: {why}")
            }),
            FlagType::Duration => parse_duration_ms(value).err(),
            _ => None,
        };
        match wrong {
            Some(why) => Err(format!("invalid argument {value:?} for {:?} flag: {why}", self.title())),
            None => Ok(()),
        }
    }
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `time.ParseDuration`, in milliseconds.
///
/// # Errors
/// Go's words.
pub fn parse_duration_ms(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total_ms = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let unit_end = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(rest.len());
        let unit = &rest[..unit_end];
        rest = &rest[unit_end..];
        total_ms += number
            * match unit {
                "ns" => 1e-6,
                "us" | "µs" | "μs" => 1e-3,
                "ms" => 1.0,
                "s" => 1000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                "" => return Err(format!("time: missing unit in duration {text:?}")),
                other => return Err(format!("time: unknown unit {other:?} in duration {text:?}")),
            };
    }
    if total_ms > 9.2e12 {
        return Err(invalid());
    }
    Ok(if negative { -(total_ms as i64) } else { total_ms as i64 })
}

/// The flags of a command line, and the arguments between them.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    known: Vec<Flag>,
    given: SortedMap<&'static str, Vec<String>>,
    /// The names of the given ones, in the order of the command line.
    order: Vec<&'static str>,
    /// What is not a flag.
    pub arguments: Vec<String>,
    /// How many of the arguments stand before `--`; `None` where there is no `--`.
    pub arguments_before_dash: Option<usize>,
}

impl Flags {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// pflag's words for the first flag that is wrong.
    pub fn parse(known: Vec<Flag>, words: &[String]) -> Result<Flags, Failure> {
        let mut flags = Flags { known, ..Flags::default() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                flags.arguments_before_dash = Some(flags.arguments.len());
                flags.arguments.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                flags.long(long, &mut words)?;
            } else if word.len() > 1 && word.starts_with('-') {
                flags.letters(&word[1..], &mut words)?;
            } else {
                flags.arguments.push(word.clone());
            }
        }
        Ok(flags)
    }

    fn long(&mut self, text: &str, words: &mut std::slice::Iter<String>) -> Result<(), Failure> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (text, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(Failure::text(format!("bad flag syntax: --{text}")));
        }
        let Some(flag) = self.known.iter().find(|flag| flag.name == name || (flag.name.contains('-') && flag.name == name.replace('_', "-"))).copied() else {
            return Err(Failure::text(format!("unknown flag: --{name}")));
        };
        let value = match (value, flag.type_) {
            (Some(value), _) => value,
            (None, FlagType::Bool) => "true".into(),
            (None, FlagType::Optional(alone)) => alone.into(),
            (None, _) => words.next().cloned().ok_or_else(|| Failure::text(format!("flag needs an argument: --{name}")))?,
        };
        self.give(&flag, value)
    }

    fn letters(&mut self, letters: &str, words: &mut std::slice::Iter<String>) -> Result<(), Failure> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let after = &rest[letter.len_utf8()..];
            let Some(flag) = self.known.iter().find(|flag| flag.short == Some(letter)).copied() else {
                return Err(Failure::text(format!("unknown shorthand flag: '{letter}' in -{rest}")));
            };
            if let Some(value) = after.strip_prefix('=') {
                return self.give(&flag, value.into());
            }
            match flag.type_ {
                FlagType::Bool => self.give(&flag, "true".into())?,
                FlagType::Optional(alone) => self.give(&flag, alone.into())?,
                _ if !after.is_empty() => return self.give(&flag, after.into()),
                _ => {
                    let value = words.next().cloned().ok_or_else(|| Failure::text(format!("flag needs an argument: '{letter}' in -{rest}")))?;
                    return self.give(&flag, value);
                }
            }
            rest = after;
        }
        Ok(())
    }

    fn give(&mut self, flag: &Flag, value: String) -> Result<(), Failure> {
        flag.check(&value).map_err(Failure::Text)?;
        if !self.given.contains_key(flag.name) {
            self.order.push(flag.name);
        }
        let values = self.given.entry(flag.name).or_default();
        match flag.type_ {
            FlagType::List => values.extend(split_list(&value)),
            FlagType::Array => values.push(value),
            _ => *values = vec![value],
        }
        Ok(())
    }

    /// The given flags with their values, in the order of the command line.
    pub fn in_order(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.order.iter().map(|name| (*name, self.list(name).join(",")))
    }

    /// Whether the flag was given.
    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The flag's text: what was given, or its default.
    pub fn text(&self, name: &str) -> &str {
        match self.given.get(name).and_then(|values| values.last()) {
            Some(value) => value,
            None => self.known.iter().find(|flag| flag.name == name).map_or("", |flag| flag.default),
        }
    }

    /// Whether the flag is on.
    pub fn is(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or(false)
    }

    /// All values of a list.
    pub fn list(&self, name: &str) -> &[String] {
        self.given.get(name).map_or(&[], Vec::as_slice)
    }

    /// The number.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// The duration, in milliseconds.
    pub fn duration_ms(&self, name: &str) -> i64 {
        parse_duration_ms(self.text(name)).unwrap_or(0)
    }
}

/// The items of a comma-separated list; a quoted item may hold commas.
fn split_list(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let (mut items, mut item, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                item.push('"');
            }
            '"' if quoted || item.is_empty() => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            letter => item.push(letter),
        }
    }
    items.push(item);
    items
}
