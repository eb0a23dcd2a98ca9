//! The selectors of a list: `k8s.io/apimachinery/pkg/labels` and `pkg/fields`, with their words where one can't be read.

use crate::api::names;
use crate::value::{Map, Sort};

/// What a label selector asks of one label.
#[derive(Clone, PartialEq, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

/// A label selector as text has it: `app=web,tier in (front, back),!old`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

impl LabelSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// Upstream's words on what is wrong.
    pub fn parse(text: &str) -> Result<LabelSelector, String> {
        let mut parser = Parser { tokens: tokens(text), next: 0 };
        Ok(LabelSelector { requirements: parser.selector()? })
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &Map) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    /// A pair that selected objects surely have, to look them up by.
    pub fn pair(&self) -> Option<(&str, &str)> {
        self.requirements
            .iter()
            .find(|requirement| requirement.operator == Operator::In && requirement.values.len() == 1)
            .map(|requirement| (requirement.key.as_str(), requirement.values[0].as_str()))
    }
}

impl Requirement {
    fn matches(&self, labels: &Map) -> bool {
        let label = labels.get(&self.key).map(crate::value::Value::str);
        let is_listed = || label.is_some_and(|label| self.values.iter().any(|value| value == label));
        let compare = |is_right: fn(i64, i64) -> bool| {
            let number = |text: &str| text.parse::<i64>().ok();
            matches!((label.and_then(number), self.values.first().and_then(|value| number(value))), (Some(label), Some(value)) if is_right(label, value))
        };
        match self.operator {
            Operator::In => is_listed(),
            Operator::NotIn => !is_listed(),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::GreaterThan => compare(|label, value| label > value),
            Operator::LessThan => compare(|label, value| label < value),
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Word(String),
    Symbol(&'static str),
    Unknown(String),
    End,
}

impl Token {
    fn literal(&self) -> &str {
        match self {
            Token::Word(text) | Token::Unknown(text) => text,
            Token::Symbol(text) => text,
            Token::End => "",
        }
    }
}

const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", ">", "<", "(", ")", ","];

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let is_special = |character: char| "=!(),><".contains(character);
        if rest.starts_with(is_special) {
            match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => {
                    tokens.push(Token::Symbol(symbol));
                    rest = &rest[symbol.len()..];
                }
                None => {
                    tokens.push(Token::Unknown(rest.to_string()));
                    rest = "";
                }
            }
        } else {
            let end = rest.find(|character: char| is_special(character) || character.is_whitespace()).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_string()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    tokens.push(Token::End);
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.next).unwrap_or(&Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn selector(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Symbol("!") => {
                    requirements.push(self.requirement().map_err(|error| format!("unable to parse requirement: {error}"))?);
                    match self.take() {
                        Token::End => return Ok(requirements),
                        Token::Symbol(",") => {
                            if !matches!(self.peek(), Token::Word(_) | Token::Symbol("!")) {
                                return Err(format!("found '{}', expected: identifier after ','", self.peek().literal()));
                            }
                        }
                        other => return Err(format!("found '{}', expected: ',' or 'end of string'", other.literal())),
                    }
                }
                Token::End => return Ok(requirements),
                other => return Err(format!("found '{}', expected: !, identifier, or 'end of string'", other.literal())),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut operator = None;
        if *self.peek() == Token::Symbol("!") {
            self.take();
            operator = Some(Operator::DoesNotExist);
        }
        let Token::Word(key) = self.take() else {
            let found = self.tokens.get(self.next.saturating_sub(1)).map_or("", Token::literal);
            return Err(format!("found '{found}', expected: identifier"));
        };
        if let Some(rule) = names::qualified_name(&key).first() {
            return Err(format!("key: Invalid value: \"{key}\": {rule}"));
        }
        if operator.is_none() && matches!(self.peek(), Token::End | Token::Symbol(",")) {
            operator = Some(Operator::Exists);
        }
        if let Some(operator) = operator {
            return Ok(Requirement { key, operator, values: Vec::new() });
        }
        let (operator, is_list) = self.operator()?;
        let values = if is_list { self.list()? } else { vec![self.exact_value()?] };
        check_values(&key, operator, &values)?;
        Ok(Requirement { key, operator, values })
    }

    fn operator(&mut self) -> Result<(Operator, bool), String> {
        Ok(match self.take() {
            Token::Word(word) if word == "in" => (Operator::In, true),
            Token::Word(word) if word == "notin" => (Operator::NotIn, true),
            Token::Symbol("=" | "==") => (Operator::In, false),
            Token::Symbol("!=") => (Operator::NotIn, false),
            Token::Symbol(">") => (Operator::GreaterThan, false),
            Token::Symbol("<") => (Operator::LessThan, false),
            other => return Err(format!("found '{}', expected: in, notin, =, ==, !=, gt, lt", other.literal())),
        })
    }

    fn exact_value(&mut self) -> Result<String, String> {
        match self.peek().clone() {
            Token::End | Token::Symbol(",") => Ok(String::new()),
            Token::Word(word) => {
                self.take();
                Ok(word)
            }
            other => Err(format!("found '{}', expected: identifier", other.literal())),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, String> {
        match self.take() {
            Token::Symbol("(") => {}
            other => return Err(format!("found '{}' expected: '('", other.literal())),
        }
        let mut values = Vec::new();
        loop {
            match self.take() {
                Token::Word(word) => {
                    values.push(word);
                    match self.take() {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => break,
                        other => return Err(format!("found '{}', expected: ',' or ')'", other.literal())),
                    }
                }
                Token::Symbol(")") => {
                    values.push(String::new());
                    break;
                }
                Token::Symbol(",") => values.push(String::new()),
                other => return Err(format!("found '{}', expected: ',', ')' or identifier", other.literal())),
            }
        }
        values.order();
        values.dedup();
        Ok(values)
    }
}

fn check_values(key: &str, operator: Operator, values: &[String]) -> Result<(), String> {
    if matches!(operator, Operator::GreaterThan | Operator::LessThan) && values.iter().any(|value| value.parse::<i64>().is_err()) {
        return Err(format!("values[0][{key}]: Invalid value: \"{}\": for 'Gt', 'Lt' operators, the value must be an integer", values[0]));
    }
    for (index, value) in values.iter().enumerate() {
        if let Some(rule) = names::label_value(value).first() {
            return Err(format!("values[{index}][{key}]: Invalid value: \"{value}\": {rule}"));
        }
    }
    Ok(())
}

/// A field selector: `metadata.name=web,status.phase!=Running`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FieldSelector {
    /// Field, whether it must differ, value.
    pub requirements: Vec<(String, bool, String)>,
}

impl FieldSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// Upstream's words on what is wrong.
    pub fn parse(text: &str) -> Result<FieldSelector, String> {
        let mut requirements = Vec::new();
        for part in split_terms(text).into_iter().filter(|part| !part.is_empty()) {
            // Of two operators at the same place the longer one counts.
            let found = part
                .char_indices()
                .find_map(|(at, _)| ["!=", "==", "="].iter().find(|operator| part[at..].starts_with(**operator)).map(|operator| (at, *operator)));
            let Some((at, operator)) = found else { return Err(format!("invalid selector: '{text}'; can't understand '{part}'")) };
            let value = unescape(&part[at + operator.len()..])?;
            requirements.push((part[..at].to_string(), operator == "!=", value));
        }
        Ok(FieldSelector { requirements })
    }
}

/// At commas, but not at escaped ones.
fn split_terms(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut is_escaped = false;
    for character in text.chars() {
        match character {
            ',' if !is_escaped => terms.push(String::new()),
            _ => {
                if let Some(term) = terms.last_mut() {
                    term.push(character);
                }
            }
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    terms
}

fn unescape(text: &str) -> Result<String, String> {
    let mut value = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(escaped @ ('\\' | ',' | '=')) => value.push(escaped),
                Some(other) => return Err(format!("invalid field selector: invalid escape sequence: \\{other}")),
                None => return Err(format!("invalid field selector: unterminated escape sequence in: {text}")),
            },
            ',' | '=' => return Err(format!("invalid field selector: unescaped character in value: {character}")),
            other => value.push(other),
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn label_selectors_select_as_documented() {
        let labels = json!({"app": "web", "tier": "front", "weight": "5"});
        for (text, expected) in [
            ("", true),
            ("app=web", true),
            ("app == web, tier != back", true),
            ("app in (db, web),!old", true),
            ("app notin (web)", false),
            ("old", false),
            ("weight>4", true),
            ("weight<4", false),
            ("missing!=x", true),
            ("app=", false),
        ] {
            assert_eq!(LabelSelector::parse(text).map(|selector| selector.matches(labels.fields())), Ok(expected), "{text}");
        }
    }

    #[test]
    fn bad_label_selectors_are_refused_in_upstreams_words() {
        for (text, expected) in [
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("a,", "found '', expected: identifier after ','"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("=", "found '=', expected: !, identifier, or 'end of string'"),
        ] {
            assert_eq!(LabelSelector::parse(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn field_selectors_are_taken_apart() {
        let parsed = FieldSelector::parse("metadata.name=web,status.phase!=Running").unwrap_or_default();
        assert_eq!(parsed.requirements, [("metadata.name".into(), false, "web".into()), ("status.phase".into(), true, "Running".into())]);
        assert_eq!(FieldSelector::parse("nonsense").unwrap_err(), "invalid selector: 'nonsense'; can't understand 'nonsense'");
    }
}
