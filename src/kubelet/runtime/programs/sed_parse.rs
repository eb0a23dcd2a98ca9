//! Reading sed's scripts.

use super::regex::{Groups, Regex};
use super::sed::compile;

/// A script, its blocks and labels resolved to positions.
#[derive(Clone)]
pub(super) struct Script {
    pub commands: Vec<Command>,
    /// `#n` on the first line.
    pub quiet: bool,
}

#[derive(Clone)]
pub(super) struct Command {
    pub addresses: Vec<Address>,
    pub negated: bool,
    pub kind: Kind,
}

#[derive(Clone)]
pub(super) enum Address {
    Line(u64),
    Step(u64, u64),
    Last,
    Match(Regex),
    /// `+N`: so many lines more.
    Count(u64),
}

#[derive(Clone)]
pub(super) enum Kind {
    /// Commands up to a position, for selected lines.
    Block(usize),
    Substitute(Substitute),
    Delete,
    DeleteFirst,
    Print,
    PrintFirst,
    LineNumber,
    Quit(i32),
    QuitSilently(i32),
    Append(String),
    Insert(String),
    Change(String),
    Translate(Vec<char>, Vec<char>),
    Next,
    Join,
    Hold,
    HoldMore,
    Get,
    GetMore,
    Exchange,
    Branch {
        to: usize,
        if_substituted: bool,
    },
}

#[derive(Clone)]
pub(super) struct Substitute {
    pub regex: Regex,
    pub replacement: Vec<Piece>,
    pub all: bool,
    pub print: bool,
    pub occurrence: usize,
}

/// A part of a replacement.
#[derive(Clone)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
}

/// Puts a replacement together.
pub(super) fn expand(replacement: &[Piece], text: &str, groups: &Groups, out: &mut String) {
    for piece in replacement {
        match piece {
            Piece::Text(part) => out.push_str(part),
            Piece::Group(number) => {
                if let Some(Some((start, end))) = groups.get(*number).copied() {
                    out.push_str(&text[start..end]);
                }
            }
        }
    }
}

struct Parser {
    source: Vec<char>,
    at: usize,
    extended: bool,
    last_regex: Option<Regex>,
}

impl Script {
    pub fn parse(source: &str, extended: bool) -> Result<Script, String> {
        let quiet = source.starts_with("#n\n") || source == "#n";
        let mut parser = Parser { source: source.chars().collect(), at: 0, extended, last_regex: None };
        let mut commands: Vec<Command> = Vec::new();
        let mut blocks = Vec::new();
        let mut labels: Vec<(String, usize)> = Vec::new();
        let mut branches: Vec<(usize, String)> = Vec::new();
        loop {
            parser.skip(|c| c.is_whitespace() || c == ';');
            let Some(c) = parser.peek() else { break };
            match c {
                '#' => {
                    parser.skip(|c| c != '\n');
                    continue;
                }
                '}' => {
                    parser.at += 1;
                    let open = blocks.pop().ok_or("unexpected '}'")?;
                    let here = commands.len();
                    if let Some(Command { kind: Kind::Block(end), .. }) = commands.get_mut(open) {
                        *end = here;
                    }
                    continue;
                }
                ':' => {
                    parser.at += 1;
                    labels.push((parser.label(), commands.len()));
                    continue;
                }
                _ => {}
            }
            let addresses = parser.addresses()?;
            parser.skip(char::is_whitespace);
            let negated = parser.eat('!');
            parser.skip(char::is_whitespace);
            let letter = parser.next().ok_or("missing command")?;
            match letter {
                '{' => blocks.push(commands.len()),
                'b' | 't' => {
                    let label = parser.label();
                    branches.push((commands.len(), label));
                }
                _ => {}
            }
            let kind = parser.kind(letter)?;
            commands.push(Command { addresses, negated, kind });
        }
        if !blocks.is_empty() {
            return Err("unterminated {".into());
        }
        let end = commands.len();
        for (index, label) in branches {
            let target = if label.is_empty() {
                end
            } else {
                labels.iter().find(|(name, _)| *name == label).map(|(_, at)| *at).ok_or(format!("can't find label for jump to '{label}'"))?
            };
            if let Kind::Branch { to, .. } = &mut commands[index].kind {
                *to = target;
            }
        }
        Ok(Script { commands, quiet })
    }
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&skipped) {
            self.at += 1;
        }
    }

    fn take(&mut self, taken: impl Fn(char) -> bool) -> String {
        let start = self.at;
        self.skip(taken);
        self.source[start..self.at].iter().collect()
    }

    fn label(&mut self) -> String {
        self.skip(|c| c == ' ');
        self.take(|c| !matches!(c, '\n' | ';' | '}')).trim().to_owned()
    }

    fn number(&mut self) -> Option<u64> {
        self.take(|c| c.is_ascii_digit()).parse().ok()
    }

    fn addresses(&mut self) -> Result<Vec<Address>, String> {
        let Some(first) = self.address()? else { return Ok(Vec::new()) };
        self.skip(|c| c == ' ');
        if !self.eat(',') {
            return Ok(vec![first]);
        }
        self.skip(|c| c == ' ');
        let last = self.address()?.ok_or("unexpected ','")?;
        let last = match (&first, last) {
            (Address::Line(line), Address::Count(count)) => Address::Line(line + count),
            (_, last) => last,
        };
        Ok(vec![first, last])
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        Ok(match self.peek() {
            Some(c) if c.is_ascii_digit() => {
                let first = self.number().unwrap_or(0);
                if self.eat('~') { Some(Address::Step(first, self.number().unwrap_or(0))) } else { Some(Address::Line(first)) }
            }
            Some('$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some('+') => {
                self.at += 1;
                self.number().map(Address::Count)
            }
            Some('/' | '\\') => {
                let mut delimiter = self.next().unwrap_or('/');
                if delimiter == '\\' {
                    delimiter = self.next().ok_or("missing delimiter")?;
                }
                let source = self.delimited(delimiter, true)?;
                let ignore_case = self.eat('I');
                Some(Address::Match(self.regex(&source, ignore_case)?))
            }
            _ => None,
        })
    }

    /// An empty expression means the last one again.
    fn regex(&mut self, source: &str, ignore_case: bool) -> Result<Regex, String> {
        if source.is_empty()
            && let Some(last) = &self.last_regex
        {
            return Ok(last.clone());
        }
        let regex = compile(source, self.extended, ignore_case)?;
        self.last_regex = Some(regex.clone());
        Ok(regex)
    }

    /// Text up to the delimiter; a backslash keeps the delimiter plain.
    fn delimited(&mut self, delimiter: char, is_regex: bool) -> Result<String, String> {
        let mut text = String::new();
        let mut in_set = false;
        while let Some(c) = self.next() {
            match c {
                '\\' => match self.next() {
                    Some(escaped) if escaped == delimiter => text.push(delimiter),
                    Some('n') if is_regex => text.push_str("\\n"),
                    Some(escaped) => {
                        text.push('\\');
                        text.push(escaped);
                    }
                    None => text.push('\\'),
                },
                '[' if is_regex && !in_set => {
                    in_set = true;
                    text.push(c);
                    for first in ['^', ']'] {
                        if self.eat(first) {
                            text.push(first);
                        }
                    }
                }
                ']' if in_set => {
                    in_set = false;
                    text.push(c);
                }
                c if c == delimiter && !in_set => return Ok(text),
                c => text.push(c),
            }
        }
        Err(format!("unmatched '{delimiter}'"))
    }

    fn kind(&mut self, letter: char) -> Result<Kind, String> {
        Ok(match letter {
            '{' => Kind::Block(0),
            's' => Kind::Substitute(self.substitute()?),
            'd' => Kind::Delete,
            'D' => Kind::DeleteFirst,
            'p' => Kind::Print,
            'P' => Kind::PrintFirst,
            '=' => Kind::LineNumber,
            'q' | 'Q' => {
                self.skip(|c| c == ' ');
                let status = self.number().unwrap_or(0) as i32;
                if letter == 'q' { Kind::Quit(status) } else { Kind::QuitSilently(status) }
            }
            'a' => Kind::Append(self.text()),
            'i' => Kind::Insert(self.text()),
            'c' => Kind::Change(self.text()),
            'y' => {
                let delimiter = self.next().ok_or("missing delimiter")?;
                let from: Vec<char> = self.delimited(delimiter, false)?.chars().collect();
                let to: Vec<char> = self.delimited(delimiter, false)?.chars().collect();
                if from.len() != to.len() {
                    return Err("y command strings have different lengths".into());
                }
                Kind::Translate(from, to)
            }
            'n' => Kind::Next,
            'N' => Kind::Join,
            'h' => Kind::Hold,
            'H' => Kind::HoldMore,
            'g' => Kind::Get,
            'G' => Kind::GetMore,
            'x' => Kind::Exchange,
            'b' => Kind::Branch { to: 0, if_substituted: false },
            't' => Kind::Branch { to: 0, if_substituted: true },
            'l' | 'w' | 'r' | 'T' | 'W' | 'e' | 'F' | 'z' | 'v' => return Err(format!("the command {letter} is not simulated")),
            other => return Err(format!("unsupported command {other}")),
        })
    }

    /// The text of `a`, `i` and `c`: the rest of the line, or the lines after a backslash.
    fn text(&mut self) -> String {
        self.skip(|c| c == ' ' || c == '\t');
        if self.eat('\\') {
            self.skip(|c| c == ' ' || c == '\t');
            self.eat('\n');
        }
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\n' => break,
                '\\' => text.extend(self.next()),
                c => text.push(c),
            }
        }
        text
    }

    fn substitute(&mut self) -> Result<Substitute, String> {
        let delimiter = self.next().ok_or("missing delimiter")?;
        let source = self.delimited(delimiter, true)?;
        let replacement = self.replacement(delimiter)?;
        let (mut all, mut print, mut ignore_case, mut occurrence) = (false, false, false, 1);
        loop {
            match self.peek() {
                Some('g') => all = true,
                Some('p') => print = true,
                Some('i' | 'I') => ignore_case = true,
                Some(c) if c.is_ascii_digit() => {
                    occurrence = self.number().unwrap_or(1).max(1) as usize;
                    continue;
                }
                Some('w' | 'e' | 'm' | 'M') => return Err("this flag of s is not simulated".into()),
                None | Some(';' | '\n' | '}' | ' ' | '#') => break,
                Some(_) => return Err("bad option in substitution expression".into()),
            }
            self.at += 1;
        }
        let regex = self.regex(&source, ignore_case)?;
        Ok(Substitute { regex, replacement, all, print, occurrence })
    }

    fn replacement(&mut self, delimiter: char) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            let group = match self.next() {
                None => return Err(format!("unmatched '{delimiter}'")),
                Some(c) if c == delimiter => break,
                Some('&') => 0,
                Some('\\') => match self.next() {
                    Some(digit @ '0'..='9') => digit as usize - '0' as usize,
                    Some('n') => {
                        text.push('\n');
                        continue;
                    }
                    Some('t') => {
                        text.push('\t');
                        continue;
                    }
                    Some(c) => {
                        text.push(c);
                        continue;
                    }
                    None => return Err(format!("unmatched '{delimiter}'")),
                },
                Some(c) => {
                    text.push(c);
                    continue;
                }
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Group(group));
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(pieces)
    }
}
