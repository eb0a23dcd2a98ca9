//! Reading `if`, `for`, `case` and functions.

use super::ast::*;
use super::parse::{Parser, SyntaxError};
use super::words::{is_meta, is_name};
use smol_str::SmolStr;
use std::sync::Arc;

impl Parser {
    pub(super) fn if_command(&mut self) -> Result<CommandKind, SyntaxError> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        self.pos += 2;
        loop {
            let condition = self.list(&["then"], false)?;
            self.expect("then")?;
            let body = self.list(&["fi", "elif", "else"], false)?;
            branches.push((condition, body));
            if self.at_word("elif") {
                self.pos += 4;
                continue;
            }
            if self.at_word("else") {
                self.pos += 4;
                otherwise = Some(self.list(&["fi"], false)?);
            }
            self.expect("fi")?;
            return Ok(CommandKind::If { branches, otherwise });
        }
    }

    pub(super) fn for_command(&mut self) -> Result<CommandKind, SyntaxError> {
        self.pos += 3;
        self.skip_blanks();
        if self.bash && self.looking_at("((") {
            return self.for_arithmetic();
        }
        let variable = self.take_while(|c| !is_meta(c));
        if !is_name(&variable) {
            return Err(SyntaxError::new("bad for loop variable"));
        }
        self.skip_newlines();
        let mut words = None;
        if self.at_word("in") {
            self.pos += 2;
            let mut list = Vec::new();
            loop {
                self.skip_blanks();
                match self.word()? {
                    Some(word) => list.push(word),
                    None => break,
                }
            }
            words = Some(list);
            if !matches!(self.peek(), Some(';' | '\n')) {
                return Err(self.unexpected(None));
            }
        }
        if self.peek() == Some(';') {
            self.pos += 1;
        }
        let body = self.do_group()?;
        Ok(CommandKind::For { variable, words, body })
    }

    pub(super) fn for_arithmetic(&mut self) -> Result<CommandKind, SyntaxError> {
        self.pos += 2;
        let mut parts = Vec::new();
        for end in [';', ';', ')'] {
            let text = self.take_while(|c| c != end);
            self.expect_char(end)?;
            parts.push(self.inner(&text).double_quoted(None)?);
        }
        self.expect_char(')')?;
        self.skip_blanks();
        if self.peek() == Some(';') {
            self.pos += 1;
        }
        let body = self.do_group()?;
        let mut parts = parts.into_iter();
        let (start, condition, step) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        Ok(CommandKind::ForArithmetic { start, condition, step, body })
    }

    pub(super) fn case_command(&mut self) -> Result<CommandKind, SyntaxError> {
        self.pos += 4;
        self.skip_blanks();
        let word = self.word()?.ok_or_else(|| self.unexpected(None))?;
        self.skip_newlines();
        self.expect("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.at_word("esac") {
                self.pos += 4;
                return Ok(CommandKind::Case { word, arms });
            }
            if self.peek() == Some('(') {
                self.pos += 1;
                self.skip_blanks();
            }
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                patterns.push(self.word()?.ok_or_else(|| self.unexpected(Some(")")))?);
                self.skip_blanks();
                match self.peek() {
                    Some('|') => self.pos += 1,
                    Some(')') => break,
                    _ => return Err(self.unexpected(Some(")"))),
                }
            }
            self.pos += 1;
            let body = self.list(&["esac"], true)?;
            let mut falls_through = false;
            if self.looking_at(";;") {
                self.pos += 2;
                if self.bash && self.peek() == Some('&') {
                    self.pos += 1;
                }
            } else if self.bash && self.looking_at(";&") {
                self.pos += 2;
                falls_through = true;
            } else if !self.at_word("esac") {
                return Err(self.unexpected(Some("esac")));
            }
            arms.push(CaseArm { patterns, body, falls_through });
        }
    }

    /// `name() …`
    pub(super) fn function(&mut self) -> Result<Option<CommandKind>, SyntaxError> {
        let start = self.pos;
        let name = self.take_while(|c| !is_meta(c) && !matches!(c, '\'' | '"' | '\\' | '$' | '`' | '='));
        self.skip_blanks();
        let is_function = !name.is_empty() && self.peek() == Some('(') && {
            self.pos += 1;
            self.skip_blanks();
            self.peek() == Some(')')
        };
        if !is_function {
            self.pos = start;
            return Ok(None);
        }
        self.pos += 1;
        self.function_body(name).map(Some)
    }

    pub(super) fn function_body(&mut self, name: SmolStr) -> Result<CommandKind, SyntaxError> {
        self.skip_newlines();
        let body = self.command(&[])?;
        Ok(CommandKind::Function { name, body: Arc::new(body) })
    }

    pub(super) fn do_group(&mut self) -> Result<List, SyntaxError> {
        self.skip_newlines();
        self.expect("do")?;
        let body = self.list(&["done"], false)?;
        self.expect("done")?;
        Ok(body)
    }
}
