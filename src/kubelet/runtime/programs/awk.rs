//! `awk`, without functions of one's own, `getline`, and pipes to commands.

use super::awk_parse::{self, Expression, Rule, Script, Statement, Target};
use super::awk_value::{Value, calculate, looks_like_number, split};
use super::filter::{Filter, LineFilter, More, text_of};
use super::printf::general;
use super::regex::Regex;
use crate::kubelet::runtime::kernel::{Program, Sys};
use crate::value::SortedMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// Statements and expressions for one line, after which a loop counts as endless.
const MAX_STEPS: usize = 500_000;
/// A text never grows beyond this.
const MAX_BYTES: usize = 1 << 20;
/// Files that `print > file` keeps open; their first descriptor.
const OUTPUT_FD: u32 = 50;

/// Does something with lines and their fields.
#[derive(Clone)]
pub(crate) struct Awk {
    script: Arc<Script>,
    pub(super) variables: SortedMap<String, Value>,
    pub(super) arrays: SortedMap<String, SortedMap<String, Value>>,
    pub(super) line: String,
    fields: Vec<String>,
    in_range: Vec<bool>,
    outputs: Vec<String>,
    steps: usize,
    exit: Option<i32>,
    begun: bool,
}

/// Why a block isn't gone on with.
pub(super) enum Leave {
    Next,
    Exit,
    Break,
    Continue,
    Error(String),
}

pub(super) type Run<T> = Result<T, Leave>;

impl Awk {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let mut variables = SortedMap::new();
        let mut source = None;
        let mut rest = arguments.iter();
        while let Some(option) = rest.as_slice().first().filter(|option| option.len() > 1 && option.starts_with('-')) {
            rest.next();
            let inline = option.get(2..).unwrap_or("");
            let mut operand = || if inline.is_empty() { rest.next().map(SmolStr::to_string).unwrap_or_default() } else { inline.to_owned() };
            match &option[1..2.min(option.len())] {
                "F" => {
                    let separator = operand();
                    let separator = if separator == "t" { "\t".into() } else { crate::kubelet::runtime::shell::escapes::unescape(&separator).text() };
                    variables.insert("FS".to_owned(), Value::Text(separator));
                }
                "v" => {
                    if let Some((name, value)) = operand().split_once('=') {
                        variables.insert(name.to_owned(), Value::Input(crate::kubelet::runtime::shell::escapes::unescape(value).text()));
                    }
                }
                "f" => {
                    let path = operand();
                    let bytes = sys.read_file(&path, MAX_BYTES).map_err(|error| {
                        sys.err(&format!("awk: {path}: {}\n", error.message()));
                        1
                    })?;
                    source = Some(String::from_utf8_lossy(&bytes).into_owned());
                }
                "-" => break,
                _ => {
                    sys.err(&format!("awk: invalid option -- '{}'\n", option.chars().nth(1).unwrap_or('-')));
                    return Err(1);
                }
            }
        }
        let source = match source.or_else(|| rest.next().map(SmolStr::to_string)) {
            Some(source) => source,
            None => {
                sys.err("BusyBox v1.37.0 () multi-call binary.\n\nUsage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...\n");
                return Err(1);
            }
        };
        let script = awk_parse::parse(&source).map_err(|error| {
            sys.err(&format!("awk: {error}\n"));
            1
        })?;
        for (name, value) in [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\u{1c}"), ("OFMT", "%.6g")] {
            variables.entry(name.to_owned()).or_insert_with(|| Value::Text(value.to_owned()));
        }
        let environment = sys.process.env.iter().map(|(name, value)| (name.to_string(), Value::Input(value.to_string()))).collect();
        let arrays = SortedMap::from([("ENVIRON".to_owned(), environment)]);
        let files: Vec<SmolStr> = rest.cloned().collect();
        let in_range = vec![false; script.rules.len()];
        let reads = !script.rules.is_empty() || !script.end.is_empty();
        let mut awk = Awk {
            script: Arc::new(script),
            variables,
            arrays,
            line: String::new(),
            fields: Vec::new(),
            in_range,
            outputs: Vec::new(),
            steps: 0,
            exit: None,
            begun: false,
        };
        if !reads {
            let status = awk.begin(sys).or(awk.exit).unwrap_or(0);
            return Err(status);
        }
        Ok(Box::new(Filter::new("awk", &files, awk)))
    }

    /// Runs the BEGIN blocks; an exit code if they end it all.
    fn begin(&mut self, sys: &mut Sys<'_, '_>) -> Option<i32> {
        if std::mem::replace(&mut self.begun, true) {
            return None;
        }
        let script = self.script.clone();
        for block in &script.begin {
            if let Some(status) = self.top(block, sys) {
                return Some(status);
            }
        }
        None
    }

    /// Runs a block of the program; an exit code if it ends it all.
    fn top(&mut self, block: &[Statement], sys: &mut Sys<'_, '_>) -> Option<i32> {
        self.steps = 0;
        match self.run(block, sys) {
            Err(Leave::Exit) => self.exit,
            Err(Leave::Error(message)) => {
                sys.err(&format!("awk: {message}\n"));
                self.exit = Some(1);
                self.exit
            }
            _ => None,
        }
    }

    pub(super) fn text(&self, value: &Value) -> String {
        match value {
            Value::Number(value) if value.fract() == 0.0 && value.abs() < 1e16 => format!("{value:.0}").replace("-0", if *value == 0.0 { "0" } else { "-0" }),
            Value::Number(value) => (if *value < 0.0 { "-" } else { "" }).to_owned() + &general(value.abs(), 6),
            Value::Text(text) | Value::Input(text) => text.clone(),
        }
    }

    pub(super) fn variable_text(&self, name: &str) -> String {
        self.variables.get(name).map(|value| self.text(value)).unwrap_or_default()
    }

    fn split_line(&mut self) {
        let separator = self.variable_text("FS");
        self.fields = split(&self.line, &separator);
        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
    }

    fn join_fields(&mut self) {
        self.line = self.fields.join(&self.variable_text("OFS"));
        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
    }

    fn count(&mut self) -> Run<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS { Err(Leave::Error("endless loop".into())) } else { Ok(()) }
    }

    fn run(&mut self, statements: &[Statement], sys: &mut Sys<'_, '_>) -> Run<()> {
        for statement in statements {
            self.count()?;
            self.statement(statement, sys)?;
        }
        Ok(())
    }

    /// Runs a loop's body; whether the loop goes on.
    fn body(&mut self, body: &[Statement], sys: &mut Sys<'_, '_>) -> Run<bool> {
        self.count()?;
        match self.run(body, sys) {
            Ok(()) | Err(Leave::Continue) => Ok(true),
            Err(Leave::Break) => Ok(false),
            Err(leave) => Err(leave),
        }
    }

    fn statement(&mut self, statement: &Statement, sys: &mut Sys<'_, '_>) -> Run<()> {
        match statement {
            Statement::Expression(expression) => {
                self.evaluate(expression, sys)?;
            }
            Statement::Print { arguments, to } => {
                let mut texts = Vec::new();
                for argument in arguments {
                    let value = self.evaluate(argument, sys)?;
                    texts.push(self.text(&value));
                }
                let text = if arguments.is_empty() { self.line.clone() } else { texts.join(&self.variable_text("OFS")) };
                let text = text + &self.variable_text("ORS");
                self.print(&text, to.as_ref(), sys)?;
            }
            Statement::Printf { arguments, to } => {
                let text = self.format(arguments, sys)?;
                self.print(&text, to.as_ref(), sys)?;
            }
            Statement::If(condition, yes, no) => {
                let branch = if self.evaluate(condition, sys)?.truth() { yes } else { no };
                self.run(branch, sys)?;
            }
            Statement::While(condition, body) => while self.evaluate(condition, sys)?.truth() && self.body(body, sys)? {},
            Statement::DoWhile(body, condition) => while self.body(body, sys)? && self.evaluate(condition, sys)?.truth() {},
            Statement::For(start, condition, step, body) => {
                self.run(start, sys)?;
                loop {
                    let goes_on = match condition {
                        Some(condition) => self.evaluate(condition, sys)?.truth(),
                        None => true,
                    };
                    if !goes_on || !self.body(body, sys)? {
                        break;
                    }
                    self.run(step, sys)?;
                }
            }
            Statement::ForIn(variable, array, body) => {
                let keys: Vec<String> = self.arrays.get(array).map(|array| array.keys().cloned().collect()).unwrap_or_default();
                for key in keys {
                    self.variables.insert(variable.clone(), Value::Input(key));
                    if !self.body(body, sys)? {
                        break;
                    }
                }
            }
            Statement::Delete(name, None) => {
                self.arrays.remove(name);
            }
            Statement::Delete(name, Some(index)) => {
                let key = self.evaluate_text(index, sys)?;
                if let Some(array) = self.arrays.get_mut(name) {
                    array.remove(&key);
                }
            }
            Statement::Next => return Err(Leave::Next),
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
            Statement::Exit(status) => {
                let status = match status {
                    Some(status) => self.evaluate(status, sys)?.number() as i32,
                    None => self.exit.unwrap_or(0),
                };
                self.exit = Some(status);
                return Err(Leave::Exit);
            }
        }
        Ok(())
    }

    fn print(&mut self, text: &str, to: Option<&Target>, sys: &mut Sys<'_, '_>) -> Run<()> {
        let Some(target) = to else {
            sys.out(text);
            return Ok(());
        };
        let path = self.evaluate_text(&target.path, sys)?;
        let position = match self.outputs.iter().position(|known| *known == path) {
            Some(position) => position,
            None => {
                let file = sys.open_write(&path, target.append).map_err(|error| Leave::Error(format!("{path}: {}", error.message())))?;
                sys.set_fd(OUTPUT_FD + self.outputs.len() as u32, file);
                self.outputs.push(path);
                self.outputs.len() - 1
            }
        };
        sys.write(OUTPUT_FD + position as u32, text.as_bytes()).map_err(|error| Leave::Error(error.message().into()))
    }

    pub(super) fn evaluate_text(&mut self, expression: &Expression, sys: &mut Sys<'_, '_>) -> Run<String> {
        let value = self.evaluate(expression, sys)?;
        Ok(self.text(&value))
    }

    pub(super) fn evaluate(&mut self, expression: &Expression, sys: &mut Sys<'_, '_>) -> Run<Value> {
        self.count()?;
        let truth = |value: bool| Value::Number(f64::from(u8::from(value)));
        Ok(match expression {
            Expression::Number(value) => Value::Number(*value),
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Match(regex) => truth(regex.is_match(&self.line)),
            Expression::Variable(name) => self.variables.get(name).cloned().unwrap_or(Value::Input(String::new())),
            Expression::Field(index) => {
                let index = self.evaluate(index, sys)?.number().max(0.0) as usize;
                Value::Input(if index == 0 { self.line.clone() } else { self.fields.get(index - 1).cloned().unwrap_or_default() })
            }
            Expression::Element(name, index) => {
                let key = self.evaluate_text(index, sys)?;
                self.arrays.entry(name.clone()).or_default().entry(key).or_insert(Value::Input(String::new())).clone()
            }
            Expression::In(key, array) => {
                let key = self.evaluate_text(key, sys)?;
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expression::Assign(target, operator, value) => {
                let right = self.evaluate(value, sys)?;
                let value = match operator {
                    None => right,
                    Some(operator) => {
                        let left = self.evaluate(target, sys)?.number();
                        Value::Number(calculate(left, &operator.to_string(), right.number())?)
                    }
                };
                self.assign(target, value.clone(), sys)?;
                value
            }
            Expression::Step { target, up, before } => {
                let old = self.evaluate(target, sys)?.number();
                let new = if *up { old + 1.0 } else { old - 1.0 };
                self.assign(target, Value::Number(new), sys)?;
                Value::Number(if *before { new } else { old })
            }
            Expression::Binary(left, operator, right) => {
                let (left, right) = (self.evaluate(left, sys)?, self.evaluate(right, sys)?);
                if matches!(operator.as_str(), "==" | "!=" | "<" | "<=" | ">" | ">=") {
                    truth(self.compare(&left, operator, &right))
                } else {
                    Value::Number(calculate(left.number(), operator, right.number())?)
                }
            }
            Expression::Matches { left, right, negated } => {
                let text = self.evaluate_text(left, sys)?;
                let regex = self.regex(right, sys)?;
                truth(regex.is_match(&text) != *negated)
            }
            Expression::And(left, right) => truth(self.evaluate(left, sys)?.truth() && self.evaluate(right, sys)?.truth()),
            Expression::Or(left, right) => truth(self.evaluate(left, sys)?.truth() || self.evaluate(right, sys)?.truth()),
            Expression::Not(inner) => truth(!self.evaluate(inner, sys)?.truth()),
            Expression::Negative(inner) => Value::Number(-self.evaluate(inner, sys)?.number()),
            Expression::Choose(condition, yes, no) => {
                let branch = if self.evaluate(condition, sys)?.truth() { yes } else { no };
                self.evaluate(branch, sys)?
            }
            Expression::Join(left, right) => {
                let text = self.evaluate_text(left, sys)? + &self.evaluate_text(right, sys)?;
                if text.len() > MAX_BYTES {
                    return Err(Leave::Error("out of memory".into()));
                }
                Value::Text(text)
            }
            Expression::Call(name, arguments) => self.call(name, arguments, sys)?,
        })
    }

    fn compare(&self, left: &Value, operator: &str, right: &Value) -> bool {
        let number = |value: &Value| match value {
            Value::Number(value) => Some(*value),
            Value::Input(text) => looks_like_number(text).or_else(|| text.is_empty().then_some(0.0)),
            Value::Text(_) => None,
        };
        let ordering = match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(std::cmp::Ordering::Equal),
            _ => self.text(left).cmp(&self.text(right)),
        };
        match operator {
            "==" => ordering.is_eq(),
            "!=" => ordering.is_ne(),
            "<" => ordering.is_lt(),
            "<=" => ordering.is_le(),
            ">" => ordering.is_gt(),
            _ => ordering.is_ge(),
        }
    }

    pub(super) fn assign(&mut self, target: &Expression, value: Value, sys: &mut Sys<'_, '_>) -> Run<()> {
        match target {
            Expression::Variable(name) if name == "NF" => {
                self.fields.resize(value.number().clamp(0.0, 10_000.0) as usize, String::new());
                self.join_fields();
            }
            Expression::Variable(name) => {
                self.variables.insert(name.clone(), value);
            }
            Expression::Element(name, index) => {
                let key = self.evaluate_text(index, sys)?;
                self.arrays.entry(name.clone()).or_default().insert(key, value);
            }
            Expression::Field(index) => {
                let index = self.evaluate(index, sys)?.number().clamp(0.0, 10_000.0) as usize;
                let text = self.text(&value);
                if index == 0 {
                    self.line = text;
                    self.split_line();
                } else {
                    if self.fields.len() < index {
                        self.fields.resize(index, String::new());
                    }
                    self.fields[index - 1] = text;
                    self.join_fields();
                }
            }
            _ => return Err(Leave::Error("cmd. line:1: Unexpected token".into())),
        }
        Ok(())
    }

    /// An expression as a regular expression.
    pub(super) fn regex(&mut self, expression: &Expression, sys: &mut Sys<'_, '_>) -> Run<Regex> {
        if let Expression::Match(regex) = expression {
            return Ok(regex.clone());
        }
        let source = self.evaluate_text(expression, sys)?;
        Regex::extended(&source, false).map_err(|error| Leave::Error(format!("bad regex '{source}': {error}")))
    }

    fn applies(&mut self, index: usize, rule: &Rule, sys: &mut Sys<'_, '_>) -> Run<bool> {
        let Some(pattern) = &rule.pattern else { return Ok(true) };
        let Some(until) = &rule.until else { return Ok(self.evaluate(pattern, sys)?.truth()) };
        if !self.in_range[index] && !self.evaluate(pattern, sys)?.truth() {
            return Ok(false);
        }
        self.in_range[index] = !self.evaluate(until, sys)?.truth();
        Ok(true)
    }

    fn rules(&mut self, sys: &mut Sys<'_, '_>) -> Run<()> {
        let script = self.script.clone();
        for (index, rule) in script.rules.iter().enumerate() {
            if self.applies(index, rule, sys)? {
                match &rule.action {
                    Some(action) => self.run(action, sys)?,
                    None => {
                        let text = self.line.clone() + &self.variable_text("ORS");
                        sys.out(&text);
                    }
                }
            }
        }
        Ok(())
    }
}

impl LineFilter for Awk {
    fn file(&mut self, name: &str, sys: &mut Sys<'_, '_>) {
        if self.begin(sys).is_none() {
            self.variables.insert("FILENAME".into(), Value::Text(if name == "-" { String::new() } else { name.to_owned() }));
            self.variables.insert("FNR".into(), Value::Number(0.0));
        }
    }

    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        if self.exit.is_some() {
            return More::No;
        }
        self.line = text_of(line).into_owned();
        self.split_line();
        for counter in ["NR", "FNR"] {
            let next = self.variables.get(counter).map_or(0.0, Value::number) + 1.0;
            self.variables.insert(counter.into(), Value::Number(next));
        }
        self.steps = 0;
        match self.rules(sys) {
            Err(Leave::Exit) => More::No,
            Err(Leave::Error(message)) => {
                sys.err(&format!("awk: {message}\n"));
                self.exit = Some(2);
                More::No
            }
            _ => More::Yes,
        }
    }

    fn end(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> i32 {
        self.begin(sys);
        let script = self.script.clone();
        let failed = self.exit == Some(2);
        for block in script.end.iter().filter(|_| !failed) {
            if self.top(block, sys).is_some() {
                break;
            }
        }
        self.exit.unwrap_or(status)
    }
}
