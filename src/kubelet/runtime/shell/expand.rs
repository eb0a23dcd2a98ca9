//! From words to fields: parameters, commands, arithmetic, splitting, file names.

use super::arithmetic;
use super::ast::*;
use super::pattern;
use super::variables::Content;
use super::{Memo, Shell};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;
use std::sync::Arc;

/// A field or value never grows beyond this; the rest is cut off.
const MAX_BYTES: usize = 1 << 20;
/// A pattern of file names gives no more than this.
const MAX_NAMES: usize = 10_000;

/// Why an expansion isn't finished.
pub(super) enum Stop {
    /// The output of these commands is needed first; it is tried again then.
    Command(Arc<List>),
    /// It can't be done; the shell ends.
    Error(String),
}

/// A piece of a word while it is being put together.
enum Piece {
    Quoted(String),
    /// Text of the script: patterns count, blanks don't split.
    Plain(SmolStr),
    /// What a parameter or command gave: patterns count, blanks split.
    Split(String),
    /// Between the values of `"$@"`.
    Break,
}

pub(super) struct Expander<'e, 'a, 'w> {
    pub shell: &'e mut Shell,
    pub sys: &'e mut Sys<'a, 'w>,
}

impl Expander<'_, '_, '_> {
    /// The fields that words expand to.
    pub fn fields(&mut self, words: &[Word]) -> Result<Vec<SmolStr>, Stop> {
        let mut fields = Vec::new();
        for word in words {
            if let [Part::Literal(text)] = word.as_slice()
                && !text.contains(['*', '?', '[', '{'])
            {
                fields.push(text.clone());
            } else if self.shell.dialect.is_bash() && super::braces::has_braces(word) {
                for word in super::braces::expand(word) {
                    self.word_fields(&word, &mut fields)?;
                }
            } else {
                self.word_fields(word, &mut fields)?;
            }
        }
        Ok(fields)
    }

    fn word_fields(&mut self, word: &Word, fields: &mut Vec<SmolStr>) -> Result<(), Stop> {
        let mut pieces = Vec::new();
        self.parts(word, false, &mut pieces)?;
        for field in self.split(pieces) {
            if !self.shell.options.noglob && pattern::has_wildcards(&field) {
                let names = super::glob::names(self.sys, &field, MAX_NAMES);
                if !names.is_empty() {
                    fields.extend(names);
                    continue;
                }
            }
            fields.push(pattern::unescape(&field).into());
        }
        Ok(())
    }

    /// Splits at the characters of `IFS`; what comes out are patterns.
    fn split(&self, pieces: Vec<Piece>) -> Vec<String> {
        let separators = self.shell.variables.text("IFS").unwrap_or_else(|| " \t\n".into());
        let mut fields = Vec::new();
        let mut current: Option<String> = None;
        let mut after_blank = false;
        for piece in pieces {
            match piece {
                Piece::Quoted(text) => current.get_or_insert_default().push_str(&pattern::escape(&text)),
                Piece::Plain(text) => current.get_or_insert_default().push_str(&text),
                Piece::Break => fields.extend(current.take()),
                Piece::Split(text) => {
                    for c in text.chars() {
                        if !separators.contains(c) {
                            let field = current.get_or_insert_default();
                            if c == '\\' {
                                field.push('\\');
                            }
                            field.push(c);
                            after_blank = false;
                        } else if c.is_ascii_whitespace() {
                            after_blank = current.is_some() || after_blank;
                            fields.extend(current.take());
                        } else {
                            if !after_blank || current.is_some() {
                                fields.push(current.take().unwrap_or_default());
                            }
                            after_blank = false;
                        }
                    }
                }
            }
        }
        fields.extend(current);
        fields
    }

    /// A word as one text: of an assignment, a redirect, a `case`.
    pub fn text(&mut self, word: &Word) -> Result<String, Stop> {
        let mut pieces = Vec::new();
        self.parts(word, false, &mut pieces)?;
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Quoted(part) | Piece::Split(part) => text.push_str(&part),
                Piece::Plain(part) => text.push_str(&part),
                Piece::Break => text.push(' '),
            }
        }
        Ok(text)
    }

    /// A word as a pattern: what was quoted in it is plain.
    pub fn pattern(&mut self, word: &Word) -> Result<String, Stop> {
        let mut pieces = Vec::new();
        self.parts(word, false, &mut pieces)?;
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Quoted(part) => text.push_str(&pattern::escape(&part)),
                Piece::Split(part) => text.push_str(&part),
                Piece::Plain(part) => text.push_str(&part),
                Piece::Break => text.push(' '),
            }
        }
        Ok(text)
    }

    /// A word as a regular expression: what was quoted in it is plain.
    pub fn regex(&mut self, word: &Word) -> Result<String, Stop> {
        let mut pieces = Vec::new();
        self.parts(word, false, &mut pieces)?;
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Quoted(part) => text.extend(part.chars().flat_map(|c| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c]))),
                Piece::Split(part) => text.push_str(&part),
                Piece::Plain(part) => text.push_str(&part),
                Piece::Break => text.push(' '),
            }
        }
        Ok(text)
    }

    fn parts(&mut self, parts: &[Part], quoted: bool, out: &mut Vec<Piece>) -> Result<(), Stop> {
        for part in parts {
            match part {
                Part::Literal(text) if quoted => out.push(Piece::Quoted(text.to_string())),
                Part::Literal(text) => out.push(Piece::Plain(text.clone())),
                Part::Quoted(text) => out.push(Piece::Quoted(text.to_string())),
                Part::Tilde(user) => out.push(Piece::Quoted(self.tilde(user))),
                Part::Double(inner) => {
                    let only_no_parameters = matches!(inner.as_slice(), [Part::Parameter(parameter)] if self.is_empty_list(parameter));
                    if !only_no_parameters {
                        out.push(Piece::Quoted(String::new()));
                        self.parts(inner, true, out)?;
                    }
                }
                Part::Command(list) => {
                    let text = self.command(list)?;
                    out.push(value_piece(text, quoted));
                }
                Part::Arithmetic(word) => {
                    let value = self.arithmetic(word)?.to_string();
                    out.push(value_piece(value, quoted));
                }
                Part::Parameter(parameter) => self.parameter(parameter, quoted, out)?,
            }
        }
        Ok(())
    }

    fn is_empty_list(&self, parameter: &Parameter) -> bool {
        parameter.operation == Operation::Value && self.list_values(parameter).is_some_and(|values| values.is_empty())
    }

    fn tilde(&self, user: &str) -> String {
        match user {
            "" => self.shell.variables.text("HOME").unwrap_or_else(|| "/root".into()).to_string(),
            "root" => "/root".into(),
            other => format!("~{other}"),
        }
    }

    /// The output of commands, once it is known.
    fn command(&mut self, list: &Arc<List>) -> Result<String, Stop> {
        if list.is_empty() {
            return Ok(String::new());
        }
        match self.shell.recall() {
            Some(Memo::Text(text)) => Ok(text.to_string()),
            _ => Err(Stop::Command(list.clone())),
        }
    }

    /// The value of an expression. It is worked out once, even if the word has to be expanded again.
    pub fn arithmetic(&mut self, word: &Word) -> Result<i64, Stop> {
        let mut expression = String::new();
        for piece in self.pieces(word)? {
            match piece {
                Piece::Quoted(text) | Piece::Split(text) => expression.push_str(&text),
                Piece::Plain(text) => expression.push_str(&text),
                Piece::Break => expression.push(' '),
            }
        }
        if let Some(Memo::Number(value)) = self.shell.recall() {
            return Ok(value);
        }
        let value = arithmetic::evaluate(&expression, &mut ShellVariables { shell: self.shell, sys: self.sys })
            .map_err(|error| Stop::Error(self.shell.arithmetic_error(&expression, error)))?;
        self.shell.remember(Memo::Number(value));
        Ok(value)
    }

    fn pieces(&mut self, word: &Word) -> Result<Vec<Piece>, Stop> {
        let mut pieces = Vec::new();
        self.parts(word, true, &mut pieces)?;
        Ok(pieces)
    }

    /// The values of `$@`, `$*`, and of `${name[@]}`.
    fn list_values(&self, parameter: &Parameter) -> Option<Vec<SmolStr>> {
        match (parameter.name.as_str(), parameter.index.as_deref()) {
            ("@" | "*", None) => Some(self.shell.parameters.iter().cloned().collect()),
            (name, Some([Part::Literal(index)])) if index == "@" || index == "*" => Some(self.shell.variables.array(name)),
            _ => None,
        }
    }

    fn parameter(&mut self, parameter: &Parameter, quoted: bool, out: &mut Vec<Piece>) -> Result<(), Stop> {
        if let Some(values) = self.list_values(parameter) {
            match &parameter.operation {
                Operation::Value => return self.push_list(parameter, values, quoted, out),
                Operation::Length => {
                    out.push(value_piece(values.len().to_string(), quoted));
                    return Ok(());
                }
                Operation::Substring { offset, length } => {
                    let values = self.slice(parameter, values, offset, length.as_ref())?;
                    return self.push_list(parameter, values, quoted, out);
                }
                _ => {}
            }
        }
        let value = self.value(parameter)?;
        match &parameter.operation {
            Operation::Default { colon, word } => match value.filter(|value| !(*colon && value.is_empty())) {
                Some(value) => out.push(value_piece(value, quoted)),
                None => self.parts(word, quoted, out)?,
            },
            Operation::Alternative { colon, word } => {
                if value.is_some_and(|value| !(*colon && value.is_empty())) {
                    self.parts(word, quoted, out)?;
                }
            }
            _ => {
                let text = self.operate(parameter, value)?;
                out.push(value_piece(text, quoted));
            }
        }
        Ok(())
    }

    fn push_list(&mut self, parameter: &Parameter, values: Vec<SmolStr>, quoted: bool, out: &mut Vec<Piece>) -> Result<(), Stop> {
        let star = parameter.name == "*" || matches!(parameter.index.as_deref(), Some([Part::Literal(index)]) if index == "*");
        if star && quoted {
            let separator = self.shell.variables.text("IFS").map_or(" ".to_owned(), |ifs| ifs.chars().take(1).collect());
            out.push(Piece::Quoted(values.join(&separator)));
            return Ok(());
        }
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                out.push(Piece::Break);
            }
            out.push(value_piece(value.to_string(), quoted));
        }
        Ok(())
    }

    fn slice(&mut self, parameter: &Parameter, values: Vec<SmolStr>, offset: &Word, length: Option<&Word>) -> Result<Vec<SmolStr>, Stop> {
        let mut all = values;
        if parameter.index.is_none() {
            all.insert(0, self.shell.name.clone());
        }
        let (start, end) = self.bounds(all.len(), offset, length)?;
        Ok(all[start..end].to_vec())
    }

    fn bounds(&mut self, count: usize, offset: &Word, length: Option<&Word>) -> Result<(usize, usize), Stop> {
        let count = count as i64;
        let offset = self.arithmetic(offset)?;
        let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
        let end = match length {
            Some(length) => {
                let length = self.arithmetic(length)?;
                if length < 0 { count + length } else { start.saturating_add(length) }
            }
            None => count,
        };
        Ok((start as usize, end.clamp(start, count) as usize))
    }

    /// The value of a parameter before its operation; `None` where it isn't set.
    fn value(&mut self, parameter: &Parameter) -> Result<Option<String>, Stop> {
        if let Some(index) = &parameter.index {
            let index = self.arithmetic(index)?;
            return Ok(self.shell.variables.element(&parameter.name, index).map(|value| value.to_string()));
        }
        if parameter.name == "RANDOM" && self.shell.variables.get("RANDOM").is_none_or(|variable| matches!(variable.content, Content::Unset)) {
            return Ok(Some(self.random().to_string()));
        }
        Ok(self.shell.parameter(&parameter.name, self.sys))
    }

    fn random(&mut self) -> i64 {
        if let Some(Memo::Number(value)) = self.shell.recall() {
            return value;
        }
        let value = ((self.sys.random() >> 33) & 0x7fff) as i64;
        self.shell.remember(Memo::Number(value));
        value
    }

    fn operate(&mut self, parameter: &Parameter, value: Option<String>) -> Result<String, Stop> {
        let name = &parameter.name;
        Ok(match &parameter.operation {
            Operation::Value => self.set_value(name, value)?,
            Operation::Length => self.set_value(name, value)?.chars().count().to_string(),
            Operation::Indirect => {
                let target = self.set_value(name, value)?;
                self.shell.parameter(&target, self.sys).unwrap_or_default()
            }
            Operation::Assign { colon, word } => match value.filter(|value| !(*colon && value.is_empty())) {
                Some(value) => value,
                None => self.assign_default(name, word)?,
            },
            Operation::Error { colon, word } => match value.filter(|value| !(*colon && value.is_empty())) {
                Some(value) => value,
                None => {
                    let message = self.text(word)?;
                    let default = if *colon { "parameter not set or null" } else { "parameter not set" };
                    let default = if self.shell.dialect.is_bash() { "parameter null or not set" } else { default };
                    return Err(Stop::Error(format!("{name}: {}", if message.is_empty() { default } else { &message })));
                }
            },
            Operation::RemovePrefix { longest, pattern } => {
                let value = self.set_value(name, value)?;
                let pattern = self.pattern(pattern)?;
                remove_prefix(&value, &pattern, *longest)
            }
            Operation::RemoveSuffix { longest, pattern } => {
                let value = self.set_value(name, value)?;
                let pattern = self.pattern(pattern)?;
                remove_suffix(&value, &pattern, *longest)
            }
            Operation::Substring { offset, length } => {
                let chars: Vec<char> = self.set_value(name, value)?.chars().collect();
                let (start, end) = self.bounds(chars.len(), offset, length.as_ref())?;
                chars[start..end].iter().collect()
            }
            Operation::Replace { all, anchor, pattern, with } => {
                let value = self.set_value(name, value)?;
                let pattern = self.pattern(pattern)?;
                let with = self.text(with)?;
                replace(&value, &pattern, &with, *all, *anchor)
            }
            Operation::Case { upper, all } => {
                let value = self.set_value(name, value)?;
                change_case(&value, *upper, *all)
            }
            Operation::Default { .. } | Operation::Alternative { .. } => value.unwrap_or_default(),
        })
    }

    fn assign_default(&mut self, name: &str, word: &Word) -> Result<String, Stop> {
        // Once it is set, the word isn't expanded again when the rest has to be: what was remembered for it is forgotten.
        let start = self.shell.memo_at;
        let text = self.text(word)?;
        self.shell.memo.drain(start..self.shell.memo_at);
        self.shell.memo_at = start;
        self.shell.variables.set(name, &text).map_err(|()| Stop::Error(self.shell.read_only_error(name)))?;
        Ok(text)
    }

    /// The value of a parameter, empty where it isn't set; an error under `set -u`.
    fn set_value(&mut self, name: &str, value: Option<String>) -> Result<String, Stop> {
        match value {
            Some(value) => Ok(value),
            None if self.shell.options.nounset && !matches!(name, "@" | "*") => Err(Stop::Error(self.shell.unset_error(name))),
            None => Ok(String::new()),
        }
    }
}

fn value_piece(text: String, quoted: bool) -> Piece {
    let mut text = text;
    if text.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    if quoted { Piece::Quoted(text) } else { Piece::Split(text) }
}

fn remove_prefix(value: &str, pattern: &str, longest: bool) -> String {
    let chars: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let fits = |end: &usize| pattern::matches_chars(&pattern, &chars[..*end]);
    let end = if longest { (0..=chars.len()).rev().find(fits) } else { (0..=chars.len()).find(fits) };
    chars[end.unwrap_or(0)..].iter().collect()
}

fn remove_suffix(value: &str, pattern: &str, longest: bool) -> String {
    let chars: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let fits = |start: &usize| pattern::matches_chars(&pattern, &chars[*start..]);
    let start = if longest { (0..=chars.len()).find(fits) } else { (0..=chars.len()).rev().find(fits) };
    chars[..start.unwrap_or(chars.len())].iter().collect()
}

fn replace(value: &str, pattern: &str, with: &str, all: bool, anchor: Option<char>) -> String {
    let chars: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    if pattern.is_empty() {
        return value.to_owned();
    }
    let longest_at = |start: usize| (start..=chars.len()).rev().find(|end| *end > start && pattern::matches_chars(&pattern, &chars[start..*end]));
    let mut out = String::new();
    let mut at = 0;
    let mut done = false;
    while at < chars.len() {
        let allowed = !done && (anchor != Some('#') || at == 0);
        let end = if allowed { longest_at(at).filter(|end| anchor != Some('%') || *end == chars.len()) } else { None };
        match end {
            Some(end) => {
                out.push_str(with);
                at = end;
                done = !all;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

fn change_case(value: &str, upper: bool, all: bool) -> String {
    let change = |c: char| if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    value.chars().enumerate().map(|(index, c)| if all || index == 0 { change(c) } else { c }).collect()
}

/// The shell's variables, for expressions.
pub(super) struct ShellVariables<'e, 'a, 'w> {
    pub shell: &'e mut Shell,
    pub sys: &'e mut Sys<'a, 'w>,
}

impl arithmetic::Variables for ShellVariables<'_, '_, '_> {
    fn get(&mut self, name: &str) -> String {
        if name == "RANDOM" && self.shell.variables.get(name).is_none() {
            return ((self.sys.random() >> 33) & 0x7fff).to_string();
        }
        self.shell.parameter(name, self.sys).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: i64) {
        // A read-only variable keeps its value; ash would end, which scripts don't rely on.
        let _ = self.shell.variables.set(name, &value.to_string());
    }
}
