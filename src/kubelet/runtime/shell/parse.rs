//! Reading commands: the grammar of busybox' ash, and of bash what scripts use most.

use super::ast::*;
use super::words::{is_meta, is_name_start};
use smol_str::SmolStr;
use std::sync::Arc;

/// Commands and words nested deeper than this are refused.
const MAX_DEPTH: usize = 60;

/// Why a script can't be read, in ash's words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SyntaxError {
    pub message: String,
    /// Whether more text could make it right: how a shell knows to ask for another line.
    pub incomplete: bool,
}

impl SyntaxError {
    pub fn new(message: &str) -> SyntaxError {
        SyntaxError { message: format!("syntax error: {message}"), incomplete: false }
    }

    pub fn incomplete(message: &str) -> SyntaxError {
        SyntaxError { message: format!("syntax error: {message}"), incomplete: true }
    }
}

/// A position in a script.
#[derive(Clone)]
pub(crate) struct Parser {
    pub(super) text: Arc<[char]>,
    pub(super) pos: usize,
    pub(super) bash: bool,
    depth: usize,
    /// Where the line after the here-documents of this one begins.
    after_here_documents: Option<usize>,
    /// Whether the text ended before a here-document's last line came.
    pub is_here_document_open: bool,
}

/// Words that mean something where a command begins.
const RESERVED: [&str; 16] = ["if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "{", "}", "!", "function"];

impl Parser {
    pub fn new(text: &str, bash: bool) -> Parser {
        Parser { text: text.chars().collect(), pos: 0, bash, depth: 0, after_here_documents: None, is_here_document_open: false }
    }

    /// A parser for a text inside this one.
    pub(super) fn inner(&self, text: &str) -> Parser {
        Parser { depth: self.depth, ..Parser::new(text, self.bash) }
    }

    /// The line that is read next, from 0.
    pub fn line(&self) -> u32 {
        self.text[..self.pos.min(self.text.len())].iter().filter(|c| **c == '\n').count() as u32
    }

    /// The next command with its line's others; `None` at the end.
    pub fn next_commands(&mut self) -> Result<Option<List>, SyntaxError> {
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Ok(None),
                Some('\n') => self.newline(),
                _ => break,
            }
        }
        let mut list = Vec::new();
        loop {
            list.push(self.item(&[])?);
            self.skip_blanks();
            match self.peek() {
                None => return Ok(Some(list)),
                Some('\n') => {
                    self.newline();
                    return Ok(Some(list));
                }
                Some(')') => return Err(self.unexpected(None)),
                _ if self.at_case_end() => return Err(self.unexpected(None)),
                _ => {}
            }
        }
    }

    /// Everything to the end.
    pub fn whole(&mut self) -> Result<List, SyntaxError> {
        let mut list = Vec::new();
        while let Some(mut items) = self.next_commands()? {
            list.append(&mut items);
        }
        Ok(list)
    }

    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(SyntaxError::new("nested too deeply")) } else { Ok(()) }
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.pos).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.text.get(self.pos + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.pos += usize::from(c.is_some());
        c
    }

    pub(super) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> SmolStr {
        let start = self.pos;
        while self.peek().is_some_and(&keep) {
            self.pos += 1;
        }
        self.text[start..self.pos].iter().collect::<String>().into()
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.peek_at(index) == Some(c))
    }

    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.pos += 1,
                Some('\\') if self.peek_at(1) == Some('\n') => self.pos += 2,
                Some('#') => {
                    self.take_while(|c| c != '\n');
                }
                _ => return,
            }
        }
    }

    /// Reads a newline, and the here-documents after it.
    fn newline(&mut self) {
        self.pos += 1;
        if let Some(after) = self.after_here_documents.take() {
            self.pos = after;
        }
    }

    pub(super) fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.newline();
        }
    }

    /// The reserved word that stands here, if one does.
    pub(super) fn reserved(&self) -> Option<&'static str> {
        RESERVED.into_iter().find(|word| self.at_word(word))
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        self.looking_at(word) && self.peek_at(word.len()).is_none_or(is_meta)
    }

    fn at_case_end(&self) -> bool {
        self.looking_at(";;") || (self.bash && self.looking_at(";&"))
    }

    /// The error for what stands here.
    pub(super) fn unexpected(&self, expected: Option<&str>) -> SyntaxError {
        let (found, incomplete) = match self.peek() {
            None => ("end of file".to_owned(), true),
            Some('\n') => ("newline".to_owned(), false),
            Some('<' | '>') => ("redirection".to_owned(), false),
            Some(c @ (';' | '&' | '|')) if self.peek_at(1) == Some(c) => (format!("\"{c}{c}\""), false),
            Some(c @ (';' | '&' | '|' | '(' | ')')) => (format!("\"{c}\""), false),
            Some(_) => match self.reserved() {
                Some(word) => (format!("\"{word}\""), false),
                None => ("word".to_owned(), false),
            },
        };
        let expecting = expected.map(|word| format!(" (expecting \"{word}\")")).unwrap_or_default();
        SyntaxError { message: format!("syntax error: unexpected {found}{expecting}"), incomplete }
    }

    /// Commands up to one of the words, or to `)` or `;;`.
    pub(super) fn list(&mut self, ends: &[&str], may_be_empty: bool) -> Result<List, SyntaxError> {
        self.enter()?;
        let mut list = Vec::new();
        loop {
            self.skip_newlines();
            let ended = matches!(self.peek(), None | Some(')')) || self.at_case_end() || self.reserved().is_some_and(|word| ends.contains(&word));
            if ended {
                if list.is_empty() && !may_be_empty {
                    return Err(self.unexpected(ends.first().copied().filter(|_| self.peek().is_none())));
                }
                self.leave();
                return Ok(list);
            }
            list.push(self.item(ends)?);
        }
    }

    pub(super) fn item(&mut self, ends: &[&str]) -> Result<Item, SyntaxError> {
        let first = self.pipeline(ends)?;
        let mut rest = Vec::new();
        let mut background = false;
        loop {
            self.skip_blanks();
            if self.looking_at("&&") || self.looking_at("||") {
                let connector = if self.peek() == Some('&') { Connector::And } else { Connector::Or };
                self.pos += 2;
                self.skip_newlines();
                rest.push((connector, self.pipeline(ends)?));
                continue;
            }
            match self.peek() {
                Some('&') => {
                    self.pos += 1;
                    background = true;
                }
                Some(';') if !self.at_case_end() => self.pos += 1,
                Some('\n') | Some(')') | None => {}
                _ if self.at_case_end() => {}
                _ => return Err(self.unexpected(None)),
            }
            return Ok(Item { first, rest, background });
        }
    }

    fn pipeline(&mut self, ends: &[&str]) -> Result<Pipeline, SyntaxError> {
        let (mut negated, mut timed) = (false, false);
        loop {
            self.skip_blanks();
            if self.at_word("!") {
                self.pos += 1;
                negated = !negated;
            } else if self.at_word("time") && !timed {
                self.pos += 4;
                timed = true;
            } else {
                break;
            }
        }
        let mut commands = vec![self.command(ends)?];
        loop {
            self.skip_blanks();
            if self.peek() != Some('|') || self.peek_at(1) == Some('|') {
                return Ok(Pipeline { negated, timed, commands });
            }
            self.pos += 1;
            if self.peek() == Some('&') {
                self.pos += 1;
                let both = Redirect { fd: Some(2), kind: RedirectKind::Duplicate { input: false, target: vec![Part::Literal("1".into())] } };
                if let Some(last) = commands.last_mut() {
                    last.redirects = last.redirects.iter().cloned().chain([both]).collect();
                }
            }
            self.skip_newlines();
            commands.push(self.command(ends)?);
        }
    }

    pub(super) fn command(&mut self, _ends: &[&str]) -> Result<Command, SyntaxError> {
        self.enter()?;
        self.skip_blanks();
        let line = self.line();
        let kind = match self.compound()? {
            Some(kind) => kind,
            None => {
                let command = self.simple(line)?;
                self.leave();
                return Ok(command);
            }
        };
        let mut redirects = Vec::new();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
        }
        self.leave();
        Ok(Command { kind, redirects: redirects.into(), line })
    }

    /// A command that is not a simple one.
    fn compound(&mut self) -> Result<Option<CommandKind>, SyntaxError> {
        if self.peek() == Some('(') {
            if self.bash
                && self.peek_at(1) == Some('(')
                && let Some(expression) = self.arithmetic()?
            {
                return Ok(Some(CommandKind::Arithmetic(expression)));
            }
            self.pos += 1;
            let list = self.list(&[], false)?;
            self.expect_char(')')?;
            return Ok(Some(CommandKind::Subshell(list)));
        }
        if self.bash && self.at_word("[[") {
            self.pos += 2;
            return Ok(Some(CommandKind::Condition(Arc::new(self.condition_or()?))));
        }
        let Some(word) = self.reserved() else { return self.function() };
        match word {
            "{" => {
                self.pos += 1;
                let list = self.list(&["}"], false)?;
                self.expect("}")?;
                Ok(Some(CommandKind::Group(list)))
            }
            "if" => self.if_command().map(Some),
            "while" | "until" => {
                self.pos += word.len();
                let condition = self.list(&["do"], false)?;
                let body = self.do_group()?;
                Ok(Some(CommandKind::Loop { until: word == "until", condition, body }))
            }
            "for" => self.for_command().map(Some),
            "case" => self.case_command().map(Some),
            "function" => {
                self.pos += word.len();
                self.skip_blanks();
                let name = self.take_while(|c| !is_meta(c));
                self.skip_blanks();
                if self.looking_at("()") {
                    self.pos += 2;
                }
                self.function_body(name).map(Some)
            }
            _ => Err(self.unexpected(None)),
        }
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), SyntaxError> {
        self.skip_blanks();
        if !self.at_word(word) {
            return Err(self.unexpected(Some(word)));
        }
        self.pos += word.len();
        Ok(())
    }

    pub(super) fn expect_char(&mut self, c: char) -> Result<(), SyntaxError> {
        if self.peek() != Some(c) {
            return Err(self.unexpected(Some(c.encode_utf8(&mut [0; 4]))));
        }
        self.pos += 1;
        Ok(())
    }

    fn simple(&mut self, line: u32) -> Result<Command, SyntaxError> {
        let mut assignments = Vec::new();
        let mut words = Vec::new();
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            if words.is_empty()
                && let Some(assignment) = self.assignment()?
            {
                assignments.push(assignment);
                continue;
            }
            match self.word()? {
                Some(word) => words.push(word),
                None => break,
            }
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() || (self.peek() == Some('(') && !words.is_empty()) {
            return Err(self.unexpected(None));
        }
        if self.peek() == Some('(') {
            return Err(self.unexpected(None));
        }
        Ok(Command { kind: CommandKind::Simple { assignments, words }, redirects: redirects.into(), line })
    }

    fn assignment(&mut self) -> Result<Option<Assignment>, SyntaxError> {
        let start = self.pos;
        if !self.peek().is_some_and(is_name_start) {
            return Ok(None);
        }
        let name = self.take_while(super::words::is_name_char);
        let mut index = None;
        if self.bash && self.peek() == Some('[') {
            self.pos += 1;
            index = Some(self.word_until(|_, c| c == ']' || c == '\n')?);
            self.pos += usize::from(self.peek() == Some(']'));
        }
        let append = self.peek() == Some('+') && self.peek_at(1) == Some('=');
        self.pos += usize::from(append);
        if self.peek() != Some('=') {
            self.pos = start;
            return Ok(None);
        }
        self.pos += 1;
        if self.bash && self.peek() == Some('(') {
            self.pos += 1;
            let mut items = Vec::new();
            loop {
                self.skip_newlines();
                match self.word()? {
                    Some(word) => items.push(word),
                    None => break,
                }
            }
            self.expect_char(')')?;
            return Ok(Some(Assignment { name, index, append, value: AssignedValue::Array(items) }));
        }
        let value = self.word()?.unwrap_or_default();
        Ok(Some(Assignment { name, index, append, value: AssignedValue::Scalar(value) }))
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, SyntaxError> {
        self.skip_blanks();
        let start = self.pos;
        let digits = self.take_while(|c| c.is_ascii_digit());
        let rest_is_operator = match self.peek() {
            Some('<') => true,
            Some('>') => true,
            Some('&') => digits.is_empty() && self.peek_at(1) == Some('>'),
            _ => false,
        };
        if !rest_is_operator {
            self.pos = start;
            return Ok(None);
        }
        let fd = digits.parse().ok();
        const OPERATORS: [&str; 12] = ["<<<", "<<-", "<<", "<&", "<>", "<", "&>>", "&>", ">>", ">&", ">|", ">"];
        let operator = OPERATORS.into_iter().find(|operator| self.looking_at(operator)).unwrap_or("<");
        if operator == "<<<" && !self.bash {
            self.pos += 2;
            return Err(self.unexpected(None));
        }
        self.pos += operator.len();
        self.skip_blanks();
        let word_start = self.pos;
        let word = self.word()?.ok_or_else(|| self.unexpected(None))?;
        let kind = match operator {
            "<<<" => RedirectKind::HereString(word),
            "<<-" | "<<" => RedirectKind::HereDocument(self.here_document(word_start, operator == "<<-")?),
            "<&" => RedirectKind::Duplicate { input: true, target: word },
            "<>" => RedirectKind::ReadWrite(word),
            "<" => RedirectKind::Read(word),
            "&>>" => RedirectKind::Both { append: true, target: word },
            "&>" => RedirectKind::Both { append: false, target: word },
            ">>" => RedirectKind::Append(word),
            ">&" => RedirectKind::Duplicate { input: false, target: word },
            _ => RedirectKind::Write(word),
        };
        Ok(Some(Redirect { fd, kind }))
    }

    /// The text of a here-document, which begins on the line after this one. The delimiter was read from `word_start` on.
    fn here_document(&mut self, word_start: usize, strip_tabs: bool) -> Result<Word, SyntaxError> {
        let raw = &self.text[word_start..self.pos];
        let quoted = raw.iter().any(|c| matches!(c, '\'' | '"' | '\\'));
        let delimiter: String = raw.iter().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        let newline = self.text[self.pos..].iter().position(|c| *c == '\n').map_or(self.text.len(), |offset| self.pos + offset + 1);
        let mut at = self.after_here_documents.unwrap_or(newline);
        let mut body = String::new();
        self.is_here_document_open = true;
        while at < self.text.len() {
            let end = self.text[at..].iter().position(|c| *c == '\n').map_or(self.text.len(), |offset| at + offset);
            let line: String = self.text[at..end].iter().collect();
            at = (end + 1).min(self.text.len());
            let line = if strip_tabs { line.trim_start_matches('\t') } else { &line };
            if line == delimiter {
                self.is_here_document_open = false;
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        self.after_here_documents = Some(at);
        if quoted { Ok(vec![Part::Quoted(body.into())]) } else { Ok(vec![Part::Double(self.inner(&body).double_quoted(None)?)]) }
    }
}
