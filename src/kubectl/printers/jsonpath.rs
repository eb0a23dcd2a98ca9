//! kubectl's dialect of JSONPath (`k8s.io/client-go/util/jsonpath`): `{.items[*].metadata.name}{"\n"}`, `{range …}…{end}`, filters, unions, slices.

use crate::manifest::{go_float, write_json, write_json_compact};
use crate::value::{SmolStr, Value};
use std::cmp::Ordering;

/// A template, ready to be applied to objects.
#[derive(Clone, Debug)]
pub struct JsonPath {
    nodes: Vec<Node>,
    /// What is missing counts as nothing, rather than as a failure.
    pub allow_missing: bool,
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Node>),
}

#[derive(Clone, Debug)]
enum Step {
    Root,
    Current,
    Field(SmolStr),
    Slice { from: Option<i64>, to: Option<i64>, by: Option<i64>, index: bool },
    Wildcard,
    Recursive,
    Filter { left: Vec<Step>, operator: &'static str, right: Vec<Step> },
    Union(Vec<Vec<Step>>),
    Literal(Value),
}

/// Deeper templates are refused.
const MAX_DEPTH: usize = 32;
/// How many values a template may come by.
const MAX_STEPS: usize = 10_000_000;
/// How much a template may give.
pub(super) const MAX_BYTES: usize = 64 << 20;

impl JsonPath {
    /// Reads a template.
    ///
    /// # Errors
    /// Upstream's words.
    pub fn parse(template: &str) -> Result<JsonPath, String> {
        let mut parser = Parser { letters: template.chars().collect(), at: 0, depth: 0 };
        let (nodes, ended) = parser.nodes(false)?;
        if ended {
            return Err("not in range, nothing to end".into());
        }
        Ok(JsonPath { nodes, allow_missing: true })
    }

    /// The results of all paths, one list a path.
    ///
    /// # Errors
    /// Says what was not found, where missing fields are not allowed, or what can't be compared.
    pub fn find(&self, object: &Value) -> Result<Vec<Vec<Value>>, String> {
        let mut walk = Walk { root: object, allow_missing: self.allow_missing, steps_left: MAX_STEPS, bytes_left: MAX_BYTES, found: Vec::new() };
        walk.evaluate(&self.nodes, object)?;
        Ok(walk.found)
    }

    /// The template's text for an object.
    ///
    /// # Errors
    /// As [`JsonPath::find`].
    pub fn text(&self, object: &Value) -> Result<String, String> {
        let words = |found: &Vec<Value>| found.iter().map(value_text).collect::<Vec<_>>().join(" ");
        Ok(self.find(object)?.iter().map(words).collect())
    }

    /// All results as a JSON list (`-o jsonpath-as-json`).
    ///
    /// # Errors
    /// As [`JsonPath::find`].
    pub fn json(&self, object: &Value) -> Result<String, String> {
        Ok(write_json(&Value::array(self.find(object)?.concat())))
    }
}

/// A template on its way through an object.
struct Walk<'a> {
    root: &'a Value,
    allow_missing: bool,
    steps_left: usize,
    bytes_left: usize,
    found: Vec<Vec<Value>>,
}

impl Walk<'_> {
    fn pay(&mut self, steps: usize) -> Result<(), String> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or("the template finds too much")?;
        Ok(())
    }

    fn give(&mut self, found: Vec<Value>) -> Result<(), String> {
        self.pay(1 + found.len())?;
        for value in &found {
            let bytes = value.json_bytes(self.bytes_left);
            self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or("the output is too large")?;
        }
        self.found.push(found);
        Ok(())
    }

    fn evaluate(&mut self, nodes: &[Node], current: &Value) -> Result<(), String> {
        for node in nodes {
            match node {
                Node::Text(text) => self.give(vec![Value::from(text)])?,
                Node::Path(steps) => {
                    let found = self.walk(steps, current)?;
                    self.give(found)?;
                }
                Node::Range(steps, body) => {
                    for item in self.walk(steps, current)? {
                        self.evaluate(body, &item)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn walk(&mut self, steps: &[Step], current: &Value) -> Result<Vec<Value>, String> {
        let mut values = vec![current.clone()];
        for step in steps {
            self.pay(values.len())?;
            let mut next = Vec::new();
            match step {
                Step::Root => next.push(self.root.clone()),
                Step::Current => next = values,
                Step::Literal(value) => next.push(value.clone()),
                Step::Field(name) => {
                    for value in &values {
                        next.extend(value.fields().get(name).cloned());
                    }
                    if next.is_empty() && !self.allow_missing {
                        return Err(format!("{name} is not found"));
                    }
                }
                Step::Wildcard => values.iter().for_each(|value| next.extend(children(value).cloned())),
                Step::Recursive => {
                    for value in &values {
                        self.descend(value, &mut next)?;
                    }
                }
                Step::Slice { from, to, by, index } => {
                    for value in &values {
                        self.slice(value, (*from, *to, *by, *index), &mut next)?;
                    }
                }
                Step::Union(paths) => {
                    for value in &values {
                        for path in paths {
                            next.extend(self.walk(path, value)?);
                        }
                    }
                }
                Step::Filter { left, operator, right } => {
                    for value in &values {
                        if !value.is_array() && !value.is_object() {
                            return Err(format!("{} is not array or slice and cannot be filtered", go_value(value)));
                        }
                        for item in children(value) {
                            if self.passes(item, left, operator, right)? {
                                next.push(item.clone());
                            }
                        }
                    }
                }
            }
            self.pay(next.len())?;
            values = next;
        }
        Ok(values)
    }

    fn slice(&self, value: &Value, (from, to, by, index): (Option<i64>, Option<i64>, Option<i64>, bool), next: &mut Vec<Value>) -> Result<(), String> {
        let Value::Array(items) = value else {
            if value.is_null() {
                return Ok(());
            }
            return Err(format!("{} is not array or slice", go_type(value)));
        };
        let length = items.len() as i64;
        let absolute = |at: i64| if at < 0 { at + length } else { at };
        let start = absolute(from.unwrap_or(0));
        let end = match to {
            None => length,
            // [-1] is read as [-1:0]: up to the end.
            Some(0) if index && from.is_some_and(|from| from < 0) => length,
            Some(to) => absolute(to),
        };
        if index && (start >= length || start < 0) {
            return Err(format!("array index out of bounds: index {start}, length {length}"));
        }
        let (start, end) = (start.clamp(0, length), end.clamp(0, length));
        if start > end {
            return Err(format!("starting index {start} is greater than ending index {end}"));
        }
        let step = by.unwrap_or(1);
        if step <= 0 {
            return Err("step must be > 0".into());
        }
        next.extend(items[start as usize..end as usize].iter().step_by(step as usize).cloned());
        Ok(())
    }

    fn passes(&mut self, item: &Value, left: &[Step], operator: &str, right: &[Step]) -> Result<bool, String> {
        let left = self.operand(left, item)?;
        if left.len() > 1 {
            return Err("can only compare one element at a time".into());
        }
        if operator == "exists" {
            return Ok(!left.is_empty());
        }
        let right = self.operand(right, item)?;
        let (Some(left), Some(right)) = (left.first(), right.first()) else { return Ok(false) };
        let order = match (left, right) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            _ => match (left.as_f64(), right.as_f64()) {
                (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Less),
                _ if operator == "==" => return Ok(false),
                _ if operator == "!=" => return Ok(true),
                _ => return Err("incompatible types for comparison".into()),
            },
        };
        Ok(match operator {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_ge(),
        })
    }
    /// What stands on a side of a comparison; what is missing there never is a failure.
    fn operand(&mut self, steps: &[Step], item: &Value) -> Result<Vec<Value>, String> {
        let allow_missing = std::mem::replace(&mut self.allow_missing, true);
        let found = self.walk(steps, item);
        self.allow_missing = allow_missing;
        found
    }

    fn descend(&mut self, value: &Value, found: &mut Vec<Value>) -> Result<(), String> {
        self.pay(1)?;
        if value.is_array() || value.is_object() {
            found.push(value.clone());
            for child in children(value) {
                self.descend(child, found)?;
            }
        }
        Ok(())
    }
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(fields) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Go's name for the type of a decoded value.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "interface {}",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A value as `%v` shows it in messages.
fn go_value(value: &Value) -> String {
    value_text(value)
}

/// A value as a template shows it: text as it is, lists and objects as JSON.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::String(text) => text.to_string(),
        Value::Float(number) => go_float(*number, false),
        other => write_json_compact(other),
    }
}

/// `x.y` → `{.x.y}`.
///
/// # Errors
/// Upstream's words for what can't be such a path.
pub fn relaxed(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(path);
    if inner.starts_with('{') || (path.starts_with('{') != path.ends_with('}') && !path.contains('[')) {
        return Err("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'".into());
    }
    let inner = inner.strip_prefix('.').unwrap_or(inner);
    Ok(format!("{{.{inner}}}"))
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
