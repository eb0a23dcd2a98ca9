//! Reading words: quotes, `$…`, backquotes.

use super::ast::{Operation, Parameter, Part, Word};
use super::parse::{Parser, SyntaxError};
use smol_str::SmolStr;
use std::sync::Arc;

/// Characters that end an unquoted word.
pub(super) fn is_meta(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

pub(super) fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

pub(super) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether this is a variable's name.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_char)
}

/// Collects parts, keeping plain text together.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
    text: String,
}

impl Parts {
    fn push(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.text).into()));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }
}

impl Parser {
    /// A word, or `None` where none begins here.
    pub(super) fn word(&mut self) -> Result<Option<Word>, SyntaxError> {
        let start = self.pos;
        let word = self.word_until(|parser, c| is_meta(c) || parser.at_comment(start))?;
        Ok((self.pos > start).then_some(word))
    }

    fn at_comment(&self, start: usize) -> bool {
        self.pos == start && self.peek() == Some('#')
    }

    /// The parts up to an unquoted character that ends it.
    pub(super) fn word_until(&mut self, ends: impl Fn(&Parser, char) -> bool) -> Result<Word, SyntaxError> {
        self.enter()?;
        let mut parts = Parts::default();
        let start = self.pos;
        while let Some(c) = self.peek() {
            if ends(self, c) {
                break;
            }
            match c {
                '\'' => {
                    self.pos += 1;
                    parts.push(Part::Quoted(self.single_quoted()?));
                }
                '"' => {
                    self.pos += 1;
                    let inside = self.double_quoted(Some('"'))?;
                    parts.push(Part::Double(inside));
                }
                '\\' => {
                    self.pos += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) => parts.push(Part::Quoted(escaped.to_string().into())),
                        None => parts.text.push('\\'),
                    }
                }
                '$' | '`' => self.dollar_or_backquote(&mut parts, false)?,
                '~' if self.pos == start => {
                    self.pos += 1;
                    let user = self.take_while(|c| is_name_char(c) || c == '-');
                    parts.push(Part::Tilde(user));
                }
                _ => {
                    parts.text.push(c);
                    self.pos += 1;
                }
            }
        }
        self.leave();
        Ok(parts.finish())
    }

    fn single_quoted(&mut self) -> Result<SmolStr, SyntaxError> {
        let text = self.take_while(|c| c != '\'');
        if self.next().is_none() {
            return Err(SyntaxError::incomplete("unterminated quoted string"));
        }
        Ok(text)
    }

    /// What is between double quotes, or (without `close`) a here-document's text.
    pub(super) fn double_quoted(&mut self, close: Option<char>) -> Result<Vec<Part>, SyntaxError> {
        self.enter()?;
        let mut parts = Parts::default();
        loop {
            let Some(c) = self.peek() else {
                if close.is_some() {
                    return Err(SyntaxError::incomplete("unterminated quoted string"));
                }
                break;
            };
            if Some(c) == close {
                self.pos += 1;
                break;
            }
            match c {
                '\\' => {
                    self.pos += 1;
                    match self.peek() {
                        Some('\n') => self.pos += 1,
                        Some(escaped @ ('$' | '`' | '\\')) => {
                            parts.push(Part::Quoted(escaped.to_string().into()));
                            self.pos += 1;
                        }
                        Some('"') if close == Some('"') => {
                            parts.text.push('"');
                            self.pos += 1;
                        }
                        Some('}') if close == Some('}') => {
                            parts.text.push('}');
                            self.pos += 1;
                        }
                        _ => parts.text.push('\\'),
                    }
                }
                '$' | '`' => self.dollar_or_backquote(&mut parts, true)?,
                _ => {
                    parts.text.push(c);
                    self.pos += 1;
                }
            }
        }
        self.leave();
        Ok(parts.finish())
    }

    fn dollar_or_backquote(&mut self, parts: &mut Parts, quoted: bool) -> Result<(), SyntaxError> {
        if self.next() == Some('`') {
            parts.push(self.backquoted(quoted)?);
            return Ok(());
        }
        match self.peek() {
            Some('(') if self.peek_at(1) == Some('(') => match self.arithmetic()? {
                Some(expression) => parts.push(Part::Arithmetic(Arc::new(expression))),
                None => parts.push(self.command_substitution()?),
            },
            Some('(') => parts.push(self.command_substitution()?),
            Some('{') => {
                self.pos += 1;
                parts.push(Part::Parameter(Arc::new(self.braced_parameter(quoted)?)));
            }
            Some('\'') if !quoted => {
                self.pos += 1;
                parts.push(Part::Quoted(self.dollar_single_quoted()?));
            }
            Some('"') if !quoted && self.bash => {}
            Some(c) if is_name_start(c) => {
                let name = self.take_while(is_name_char);
                parts.push(plain_parameter(name));
            }
            Some(c @ ('0'..='9' | '@' | '*' | '#' | '?' | '$' | '!' | '-')) => {
                self.pos += 1;
                parts.push(plain_parameter(c.to_string().into()));
            }
            _ => parts.text.push('$'),
        }
        Ok(())
    }

    /// `$'…'` with C's escapes.
    fn dollar_single_quoted(&mut self) -> Result<SmolStr, SyntaxError> {
        let mut raw = String::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::incomplete("unterminated quoted string")),
                Some('\'') => break,
                Some('\\') => match self.next() {
                    Some(quote @ ('\'' | '"')) => raw.push(quote),
                    Some(c) => {
                        raw.push('\\');
                        raw.push(c);
                    }
                    None => raw.push('\\'),
                },
                Some(c) => raw.push(c),
            }
        }
        Ok(super::escapes::unescape(&raw).text().into())
    }

    fn command_substitution(&mut self) -> Result<Part, SyntaxError> {
        self.pos += 1;
        self.enter()?;
        let list = self.list(&[], true)?;
        if self.next() != Some(')') {
            return Err(self.unexpected(Some(")")));
        }
        self.leave();
        Ok(Part::Command(Arc::new(list)))
    }

    fn backquoted(&mut self, quoted: bool) -> Result<Part, SyntaxError> {
        let mut inside = String::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::incomplete("EOF in backquote substitution")),
                Some('`') => break,
                Some('\\') => match self.next() {
                    Some(c @ ('$' | '`' | '\\')) => inside.push(c),
                    Some('"') if quoted => inside.push('"'),
                    Some(c) => {
                        inside.push('\\');
                        inside.push(c);
                    }
                    None => inside.push('\\'),
                },
                Some(c) => inside.push(c),
            }
        }
        let list = self.inner(&inside).whole()?;
        Ok(Part::Command(Arc::new(list)))
    }

    /// `$((…))` from its first parenthesis; `None` (and nothing read) where it is a command substitution of a subshell.
    pub(super) fn arithmetic(&mut self) -> Result<Option<Word>, SyntaxError> {
        let start = self.pos;
        self.pos += 2;
        let mut depth = 0usize;
        let end = loop {
            match self.next() {
                None => {
                    self.pos = start;
                    return Err(SyntaxError::incomplete("missing '))'"));
                }
                Some('(') => depth += 1,
                Some(')') if depth > 0 => depth -= 1,
                Some(')') => {
                    if self.peek() == Some(')') {
                        break self.pos - 1;
                    }
                    self.pos = start;
                    return Ok(None);
                }
                _ => {}
            }
        };
        let text: String = self.text[start + 2..end].iter().filter(|c| **c != '"').collect();
        self.pos = end + 2;
        let word = self.inner(&text).double_quoted(None)?;
        Ok(Some(word))
    }

    fn braced_parameter(&mut self, quoted: bool) -> Result<Parameter, SyntaxError> {
        self.enter()?;
        let bad = || SyntaxError::new("bad substitution");
        let mut operation = None;
        if self.peek() == Some('#')
            && !matches!(self.peek_at(1), Some('}') | None)
            && self.peek_at(1).is_some_and(|c| c != '-' && c != ':' && c != '#' && c != '%')
        {
            self.pos += 1;
            operation = Some(Operation::Length);
        } else if self.peek() == Some('!') && self.peek_at(1).is_some_and(is_name_start) {
            self.pos += 1;
            operation = Some(Operation::Indirect);
        }
        let name = match self.peek() {
            Some(c) if is_name_start(c) => self.take_while(is_name_char),
            Some(c) if c.is_ascii_digit() => self.take_while(|c| c.is_ascii_digit()),
            Some(c @ ('@' | '*' | '#' | '?' | '$' | '!' | '-')) => {
                self.pos += 1;
                c.to_string().into()
            }
            None => return Err(SyntaxError::incomplete("missing '}'")),
            _ => return Err(bad()),
        };
        let mut index = None;
        if self.bash && self.peek() == Some('[') {
            self.pos += 1;
            index = Some(self.word_until(|_, c| c == ']')?);
            self.pos += 1;
        }
        let operation = match operation {
            Some(operation) => operation,
            None => self.operation(quoted)?,
        };
        match self.next() {
            Some('}') => {}
            None => return Err(SyntaxError::incomplete("missing '}'")),
            Some(_) => return Err(bad()),
        }
        self.leave();
        Ok(Parameter { name, index, operation })
    }

    fn operation(&mut self, quoted: bool) -> Result<Operation, SyntaxError> {
        let colon = self.peek() == Some(':');
        let operator = if colon { self.peek_at(1) } else { self.peek() };
        let word_operator = matches!(operator, Some('-' | '=' | '?' | '+'));
        if colon && !word_operator {
            self.pos += 1;
            let offset = self.word_until(|_, c| c == ':' || c == '}')?;
            let mut length = None;
            if self.peek() == Some(':') {
                self.pos += 1;
                length = Some(self.word_until(|_, c| c == '}')?);
            }
            return Ok(Operation::Substring { offset, length });
        }
        if word_operator {
            self.pos += 1 + usize::from(colon);
            let word = self.operand(quoted)?;
            return Ok(match operator {
                Some('-') => Operation::Default { colon, word },
                Some('=') => Operation::Assign { colon, word },
                Some('?') => Operation::Error { colon, word },
                _ => Operation::Alternative { colon, word },
            });
        }
        match operator {
            Some(c @ ('#' | '%')) => {
                self.pos += 1;
                let longest = self.peek() == Some(c);
                self.pos += usize::from(longest);
                let pattern = self.word_until(|_, c| c == '}')?;
                Ok(if c == '#' { Operation::RemovePrefix { longest, pattern } } else { Operation::RemoveSuffix { longest, pattern } })
            }
            Some('/') => {
                self.pos += 1;
                let all = self.peek() == Some('/');
                self.pos += usize::from(all);
                let anchor = self.peek().filter(|c| !all && matches!(c, '#' | '%'));
                self.pos += usize::from(anchor.is_some());
                let pattern = self.word_until(|_, c| c == '/' || c == '}')?;
                let mut with = Vec::new();
                if self.peek() == Some('/') {
                    self.pos += 1;
                    with = self.word_until(|_, c| c == '}')?;
                }
                Ok(Operation::Replace { all, anchor, pattern, with })
            }
            Some(c @ ('^' | ',')) if self.bash => {
                self.pos += 1;
                let all = self.peek() == Some(c);
                self.pos += usize::from(all);
                Ok(Operation::Case { upper: c == '^', all })
            }
            _ => Ok(Operation::Value),
        }
    }

    /// The word after `:-` and the like: inside double quotes single quotes are plain there.
    fn operand(&mut self, quoted: bool) -> Result<Word, SyntaxError> {
        if !quoted {
            return self.word_until(|_, c| c == '}');
        }
        let mut parts = Parts::default();
        while let Some(c) = self.peek() {
            match c {
                '}' => break,
                '"' => {
                    self.pos += 1;
                    let inside = self.double_quoted(Some('"'))?;
                    parts.push(Part::Double(inside));
                }
                '\\' => {
                    self.pos += 1;
                    match self.next() {
                        Some(c @ ('$' | '`' | '\\' | '"' | '}')) => parts.push(Part::Quoted(c.to_string().into())),
                        Some('\n') => {}
                        Some(c) => {
                            parts.text.push('\\');
                            parts.text.push(c);
                        }
                        None => {}
                    }
                }
                '$' | '`' => self.dollar_or_backquote(&mut parts, true)?,
                _ => {
                    parts.text.push(c);
                    self.pos += 1;
                }
            }
        }
        Ok(vec![Part::Double(parts.finish())])
    }
}

fn plain_parameter(name: SmolStr) -> Part {
    Part::Parameter(Arc::new(Parameter { name, index: None, operation: Operation::Value }))
}
