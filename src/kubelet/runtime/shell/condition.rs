//! Reading bash's `[[ … ]]`.

use super::ast::{Condition, Part};
use super::parse::{Parser, SyntaxError};
use super::words::is_meta;
use smol_str::SmolStr;

impl Parser {
    pub(super) fn condition_or(&mut self) -> Result<Condition, SyntaxError> {
        let condition = self.condition_and(true)?;
        self.skip_newlines();
        if !self.at_word("]]") {
            return Err(self.unexpected(Some("]]")));
        }
        self.pos += 2;
        Ok(condition)
    }

    pub(super) fn condition_and(&mut self, or: bool) -> Result<Condition, SyntaxError> {
        self.enter()?;
        let mut left = if or { self.condition_and(false)? } else { self.condition_not()? };
        loop {
            self.skip_newlines();
            if !self.looking_at(if or { "||" } else { "&&" }) {
                self.leave();
                return Ok(left);
            }
            self.pos += 2;
            let right = if or { self.condition_and(false)? } else { self.condition_not()? };
            left = if or { Condition::Or(Box::new(left), Box::new(right)) } else { Condition::And(Box::new(left), Box::new(right)) };
        }
    }

    pub(super) fn condition_not(&mut self) -> Result<Condition, SyntaxError> {
        self.enter()?;
        self.skip_newlines();
        let condition = if self.at_word("!") {
            self.pos += 1;
            Condition::Not(Box::new(self.condition_not()?))
        } else if self.peek() == Some('(') {
            self.pos += 1;
            let inner = self.condition_and(true)?;
            self.skip_newlines();
            self.expect_char(')')?;
            inner
        } else {
            self.condition_primary()?
        };
        self.leave();
        Ok(condition)
    }

    pub(super) fn condition_primary(&mut self) -> Result<Condition, SyntaxError> {
        let first = self.word()?.ok_or_else(|| self.unexpected(None))?;
        if let [Part::Literal(operator)] = first.as_slice()
            && operator.len() == 2
            && operator.starts_with('-')
        {
            self.skip_blanks();
            if !self.at_word("]]")
                && let Some(operand) = self.word()?
            {
                return Ok(Condition::Unary(operator.clone(), operand));
            }
        }
        self.skip_blanks();
        if self.at_word("]]") || matches!(self.peek(), Some('&' | '|' | ')' | '\n') | None) {
            return Ok(Condition::Unary("-n".into(), first));
        }
        let operator = match self.peek() {
            Some(c @ ('<' | '>')) => {
                self.pos += 1;
                SmolStr::from(c.to_string())
            }
            _ => self.take_while(|c| !is_meta(c)),
        };
        self.skip_blanks();
        let regex = operator == "=~";
        let parens = std::cell::Cell::new(0i32);
        let right = self.word_until(|_, c| match c {
            '(' if regex => {
                parens.set(parens.get() + 1);
                false
            }
            ')' if regex && parens.get() > 0 => {
                parens.set(parens.get() - 1);
                false
            }
            '|' if regex && parens.get() > 0 => false,
            _ => is_meta(c),
        })?;
        Ok(Condition::Binary(first, operator, right))
    }
}
