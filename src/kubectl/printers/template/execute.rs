//! Carrying out a Go template.

use super::functions::{call, is_true, print};
use super::parse::{Node, Operand, Pipeline};
use crate::value::Value;

/// How much text a template may make, in its output and on the way.
const MAX_BYTES: usize = 64 << 20;
/// How many nodes may be carried out.
const MAX_STEPS: usize = 5_000_000;

/// How a list of nodes ended.
enum Flow {
    Next,
    Break,
    Continue,
}

struct State {
    output: String,
    variables: Vec<(String, Value)>,
    steps_left: usize,
    bytes_left: usize,
}

/// Why a template stopped, and at which operand.
pub(super) struct Failed {
    pub(super) at: Option<String>,
    pub(super) why: String,
}

impl From<String> for Failed {
    fn from(why: String) -> Failed {
        Failed { at: None, why }
    }
}

impl From<&str> for Failed {
    fn from(why: &str) -> Failed {
        Failed::from(why.to_string())
    }
}

/// What the nodes write, and whether they came to their end.
pub(super) fn execute(nodes: &[Node], object: &Value) -> (String, Result<(), Failed>) {
    let mut state = State { output: String::new(), variables: vec![(String::new(), object.clone())], steps_left: MAX_STEPS, bytes_left: MAX_BYTES };
    let outcome = state.nodes(nodes, object).map(|_| ());
    (state.output, outcome)
}

impl State {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, Failed> {
        for node in nodes {
            self.step()?;
            let known = self.variables.len();
            let flow = match node {
                Node::Text(text) => {
                    self.write(text)?;
                    Flow::Next
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
                Node::Action { variables, declares, pipeline } => {
                    let value = self.pipeline(pipeline, dot)?;
                    match variables.first() {
                        None => self.write(&print(&value))?,
                        Some(name) if *declares => self.variables.push((name.clone(), value.unwrap_or_default())),
                        Some(name) => match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                            Some(variable) => variable.1 = value.unwrap_or_default(),
                            None => return Err(format!("undefined variable \"${name}\"").into()),
                        },
                    }
                    continue;
                }
                Node::If { pipeline, variables, then, otherwise } => {
                    let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                    self.declare(variables, &value);
                    self.nodes(if is_true(&value) { then } else { otherwise }, dot)?
                }
                Node::With { pipeline, variables, then, otherwise } => {
                    let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                    self.declare(variables, &value);
                    if is_true(&value) { self.nodes(then, &value)? } else { self.nodes(otherwise, dot)? }
                }
                Node::Range { pipeline, variables, body, otherwise } => {
                    let value = self.pipeline(pipeline, dot)?.unwrap_or_default();
                    self.range(&value, variables, body, otherwise, dot)?
                }
            };
            self.variables.truncate(known);
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn step(&mut self) -> Result<(), Failed> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or("the template takes too long")?;
        Ok(())
    }

    fn pay(&mut self, bytes: usize) -> Result<(), Failed> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or("the output is too large")?;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), Failed> {
        self.pay(text.len())?;
        self.output.push_str(text);
        Ok(())
    }

    fn declare(&mut self, variables: &[String], value: &Value) {
        if let Some(name) = variables.first() {
            self.variables.push((name.clone(), value.clone()));
        }
    }

    fn range(&mut self, value: &Value, variables: &[String], body: &[Node], otherwise: &[Node], dot: &Value) -> Result<Flow, Failed> {
        let pairs: Vec<(Value, Value)> = match value {
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (Value::from(index), item.clone())).collect(),
            Value::Object(fields) => fields.iter().map(|(key, field)| (Value::from(key), field.clone())).collect(),
            Value::Int(count) if *count > self.steps_left as i64 => return Err("the template takes too long".into()),
            Value::Int(count) => (0..(*count).max(0)).map(|index| (Value::Int(index), Value::Int(index))).collect(),
            Value::Null => Vec::new(),
            other => return Err(format!("range can't iterate over {}", print(&Some(other.clone()))).into()),
        };
        if pairs.is_empty() {
            return self.nodes(otherwise, dot);
        }
        for (key, item) in pairs {
            self.step()?;
            let known = self.variables.len();
            match variables {
                [] => {}
                [only] => self.variables.push((only.clone(), item.clone())),
                [first, second, ..] => {
                    self.variables.push((first.clone(), key));
                    self.variables.push((second.clone(), item.clone()));
                }
            }
            let flow = self.nodes(body, &item)?;
            self.variables.truncate(known);
            if matches!(flow, Flow::Break) {
                break;
            }
        }
        Ok(Flow::Next)
    }

    /// The result of a pipeline; `None` is Go's missing value.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Option<Value>, Failed> {
        let mut last: Option<Option<Value>> = None;
        for command in pipeline {
            let Some((first, rest)) = command.split_first() else { return Err("empty command".into()) };
            let result = match first {
                Operand::Function(name) => {
                    let mut arguments = Vec::new();
                    for operand in rest {
                        arguments.push(self.operand(operand, dot)?);
                    }
                    arguments.extend(last.take());
                    let made = call(name, &arguments)?;
                    self.pay(made.as_ref().map_or(0, |value| value.str().len()))?;
                    made
                }
                operand => {
                    if !rest.is_empty() || last.is_some() {
                        return Err("can't give argument to non-function".into());
                    }
                    self.operand(operand, dot)?
                }
            };
            last = Some(result);
        }
        Ok(last.flatten())
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Option<Value>, Failed> {
        match operand {
            Operand::Literal(value) => Ok(Some(value.clone())),
            Operand::Field(path) => walk(dot, path).map_err(|why| Failed { at: Some(format!(".{}", path.join("."))), why }),
            Operand::Variable(name, path) => match self.variables.iter().rev().find(|(known, _)| known == name) {
                Some((_, value)) => Ok(walk(value, path)?),
                None => Err(format!("undefined variable \"${name}\"").into()),
            },
            Operand::Function(name) => Ok(call(name, &[])?),
            Operand::Group(pipeline, path) => Ok(walk(&self.pipeline(pipeline, dot)?.unwrap_or_default(), path)?),
        }
    }
}

/// The value at a path; `None` where a field is missing.
fn walk(value: &Value, path: &[String]) -> Result<Option<Value>, String> {
    let mut here = value;
    for (index, name) in path.iter().enumerate() {
        match here {
            Value::Object(fields) => match fields.get(name) {
                Some(field) => here = field,
                None if index + 1 == path.len() => return Ok(None),
                None => return Err(format!("nil pointer evaluating interface {{}}.{}", path[index + 1])),
            },
            Value::Null => return Err(format!("nil pointer evaluating interface {{}}.{name}")),
            _ => return Err(format!("can't evaluate field {name} in type interface {{}}")),
        }
    }
    Ok(Some(here.clone()))
}
