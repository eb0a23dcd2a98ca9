//! kubectl's dialect of JSONPath (`k8s.io/client-go/util/jsonpath`): `{.items[*].metadata.name}{"\n"}`, `{range …}…{end}`, filters, unions, slices.

mod parse;

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
        Ok(JsonPath { nodes: parse::nodes(template)?, allow_missing: true })
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
