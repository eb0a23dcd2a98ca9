//! From a template's text to what it asks for.

use super::{Node, Step};
use crate::value::{SmolStr, Value};

/// Deeper templates are refused.
const MAX_DEPTH: usize = 32;

/// Reads a template.
pub(super) fn nodes(template: &str) -> Result<Vec<Node>, String> {
    let mut parser = Parser { letters: template.chars().collect(), at: 0, depth: 0 };
    let (nodes, ended) = parser.nodes(false)?;
    if ended {
        return Err("not in range, nothing to end".into());
    }
    Ok(nodes)
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    depth: usize,
}

const OPERATORS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

impl Parser {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, letter)| self.letters.get(self.at + offset) == Some(&letter))
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// The nodes up to the end of the text, or of the range; says whether an `{end}` was met.
    fn nodes(&mut self, in_range: bool) -> Result<(Vec<Node>, bool), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the template is nested too deeply".into());
        }
        let mut nodes = Vec::new();
        while let Some(letter) = self.peek() {
            if letter != '{' {
                let mut text = String::new();
                while let Some(letter) = self.peek().filter(|letter| *letter != '{') {
                    text.push(letter);
                    self.at += 1;
                }
                nodes.push(Node::Text(text));
                continue;
            }
            self.at += 1;
            if self.action(&mut nodes)? {
                self.depth -= 1;
                return Ok((nodes, true));
            }
        }
        self.depth -= 1;
        if in_range {
            return Err("unterminated range".into());
        }
        Ok((nodes, false))
    }

    /// What stands between `{` and `}`; says whether it was `end`.
    fn action(&mut self, nodes: &mut Vec<Node>) -> Result<bool, String> {
        let mut steps: Vec<Step> = Vec::new();
        let flush = |steps: &mut Vec<Step>, nodes: &mut Vec<Node>| {
            if !steps.is_empty() {
                nodes.push(Node::Path(std::mem::take(steps)));
            }
        };
        loop {
            let Some(letter) = self.peek() else { return Err("unclosed action".into()) };
            match letter {
                '}' => {
                    self.at += 1;
                    flush(&mut steps, nodes);
                    return Ok(false);
                }
                '"' | '\'' => {
                    flush(&mut steps, nodes);
                    let text = self.quoted()?;
                    nodes.push(Node::Text(text));
                }
                letter if letter.is_whitespace() => self.at += 1,
                letter if letter.is_alphabetic() => {
                    let word = self.word();
                    match word.as_str() {
                        "range" => {
                            flush(&mut steps, nodes);
                            let path = self.path()?;
                            self.skip_blanks();
                            if self.peek() != Some('}') {
                                return Err("unclosed action".into());
                            }
                            self.at += 1;
                            let (body, _) = self.nodes(true)?;
                            nodes.push(Node::Range(path, body));
                            return Ok(false);
                        }
                        "end" => {
                            self.skip_blanks();
                            if self.peek() == Some('}') {
                                self.at += 1;
                            }
                            return Ok(true);
                        }
                        "true" => steps.push(Step::Literal(Value::Bool(true))),
                        "false" => steps.push(Step::Literal(Value::Bool(false))),
                        word => return Err(format!("unrecognized identifier {word}")),
                    }
                }
                _ => steps.extend(self.path()?),
            }
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(letter) = self.peek().filter(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-')) {
            word.push(letter);
            self.at += 1;
        }
        word
    }

    /// A quoted text with its escapes.
    fn quoted(&mut self) -> Result<String, String> {
        let quote = self.peek().unwrap_or('"');
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            self.at += 1;
            match letter {
                letter if letter == quote => return Ok(text),
                '\\' => {
                    let next = self.peek().ok_or("unterminated quoted string")?;
                    self.at += 1;
                    match next {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        other => text.push(other),
                    }
                }
                letter => text.push(letter),
            }
        }
        Err("unterminated quoted string".into())
    }

    fn path(&mut self) -> Result<Vec<Step>, String> {
        self.skip_blanks();
        let mut steps = Vec::new();
        loop {
            match self.peek() {
                Some('$') => {
                    self.at += 1;
                    steps.push(Step::Root);
                }
                Some('@') => {
                    self.at += 1;
                    steps.push(Step::Current);
                }
                Some('.') if self.starts_with("..") => {
                    self.at += 2;
                    steps.push(Step::Recursive);
                    if self.peek().is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '*')) {
                        steps.push(self.field());
                    }
                }
                Some('.') => {
                    self.at += 1;
                    if self.peek() != Some('[') {
                        let field = self.field();
                        if !matches!(&field, Step::Field(name) if name.is_empty()) {
                            steps.push(field);
                        } else if steps.is_empty() {
                            steps.push(Step::Current);
                        }
                    }
                }
                Some('[') => {
                    self.at += 1;
                    steps.push(self.bracket()?);
                }
                Some(letter) if letter.is_ascii_digit() || letter == '-' || letter == '+' => {
                    let mut number = String::new();
                    while let Some(letter) = self.peek().filter(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.')) {
                        number.push(letter);
                        self.at += 1;
                    }
                    let value = number.parse::<i64>().map(Value::Int).or_else(|_| number.parse::<f64>().map(Value::Float));
                    steps.push(Step::Literal(value.map_err(|_| format!("cannot parse number {number}"))?));
                }
                Some(letter) if steps.is_empty() && !letter.is_whitespace() && letter != '}' => {
                    return Err(format!("unrecognized character in action: U+{:04X} '{letter}'", letter as u32));
                }
                _ => return Ok(steps),
            }
        }
    }

    /// A name after a dot; dots and others may be escaped in it.
    fn field(&mut self) -> Step {
        let mut name = String::new();
        while let Some(letter) = self.peek() {
            match letter {
                '\\' => {
                    self.at += 1;
                    if let Some(escaped) = self.peek() {
                        name.push(escaped);
                    }
                }
                '.' | '[' | ']' | '}' | '{' | ')' | '(' | '=' | '!' | '<' | '>' | ',' | '$' | '@' | '"' | '\'' => break,
                letter if letter.is_whitespace() => break,
                letter => name.push(letter),
            }
            self.at += 1;
        }
        if name == "*" { Step::Wildcard } else { Step::Field(SmolStr::from(name)) }
    }

    /// What stands in brackets.
    fn bracket(&mut self) -> Result<Step, String> {
        if self.starts_with("?(") {
            self.at += 2;
            return self.filter();
        }
        let mut parts: Vec<String> = vec![String::new()];
        let mut quoted: Vec<Option<String>> = vec![None];
        loop {
            let Some(letter) = self.peek() else { return Err("unterminated array".into()) };
            match letter {
                ']' => {
                    self.at += 1;
                    break;
                }
                '\'' | '"' => {
                    let text = self.quoted().map_err(|_| "unterminated array".to_string())?;
                    *quoted.last_mut().unwrap_or(&mut None) = Some(text);
                }
                ',' => {
                    self.at += 1;
                    parts.push(String::new());
                    quoted.push(None);
                }
                '}' => return Err("unterminated array".into()),
                letter => {
                    self.at += 1;
                    if let Some(part) = parts.last_mut() {
                        part.push(letter);
                    }
                }
            }
        }
        let mut steps = Vec::new();
        for (part, quoted) in parts.iter().zip(quoted) {
            steps.push(match quoted {
                Some(name) => Step::Field(SmolStr::from(name)),
                None => array_step(part.trim())?,
            });
        }
        Ok(if steps.len() == 1 { steps.remove(0) } else { Step::Union(steps.into_iter().map(|step| vec![step]).collect()) })
    }

    fn filter(&mut self) -> Result<Step, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the template is nested too deeply".into());
        }
        let left = self.operand()?;
        self.skip_blanks();
        let mut operator = "exists";
        let mut right = Vec::new();
        if let Some(found) = OPERATORS.iter().find(|operator| self.starts_with(operator)) {
            operator = found;
            self.at += found.len();
            right = self.operand()?;
        }
        self.skip_blanks();
        if !self.starts_with(")]") {
            return Err("unterminated filter".into());
        }
        self.at += 2;
        self.depth -= 1;
        Ok(Step::Filter { left, operator, right })
    }

    fn operand(&mut self) -> Result<Vec<Step>, String> {
        self.skip_blanks();
        match self.peek() {
            Some('"' | '\'') => Ok(vec![Step::Literal(Value::from(self.quoted()?))]),
            Some(letter) if letter.is_alphabetic() => match self.word().as_str() {
                "true" => Ok(vec![Step::Literal(Value::Bool(true))]),
                "false" => Ok(vec![Step::Literal(Value::Bool(false))]),
                word => Err(format!("unrecognized identifier {word}")),
            },
            _ => self.path(),
        }
    }
}

/// `*`, `0`, `-1`, `1:3`, `::2`.
fn array_step(text: &str) -> Result<Step, String> {
    if text == "*" {
        return Ok(Step::Wildcard);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let invalid = || format!("invalid array index {text}");
    if parts.len() > 3 || text.is_empty() {
        return Err(invalid());
    }
    let number = |at: usize| match parts.get(at) {
        None | Some(&"") => Ok(None),
        Some(digits) => digits.parse::<i64>().map(Some).map_err(|_| invalid()),
    };
    let (from, to, by) = (number(0)?, number(1)?, number(2)?);
    if parts.len() == 1 {
        let index = from.ok_or_else(invalid)?;
        return Ok(Step::Slice { from, to: Some(index.saturating_add(1)), by: None, index: true });
    }
    Ok(Step::Slice { from, to, by, index: false })
}
