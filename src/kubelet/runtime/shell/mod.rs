//! The shell: busybox' ash, and of dash and bash what differs where scripts rely on it.
//!
//! A script is parsed command by command (`parse.rs`, `words.rs`), compiled to small steps
//! (`compile.rs`), and executed one step at a time, so that the shell can wait for a child, for
//! input or for time anywhere and go on later. Its whole state is a value: a subshell is a clone.

mod arithmetic;
mod assign;
mod ast;
mod braces;
mod builtins;
mod compile;
mod compound;
mod condition;
mod dialect;
pub(crate) mod escapes;
mod execute;
mod expand;
mod frames;
mod glob;
mod parse;
pub(crate) mod pattern;
mod pending;
mod redirect;
mod start;
pub(crate) mod test_command;
#[cfg(test)]
mod tests;
mod variables;
mod words;

pub(crate) use dialect::Dialect;
pub(crate) use start::Start;

use super::kernel::signal::Signal;
use super::kernel::{Flow, OnSignal, Pid, Program, Prompt, Sys};
use crate::value::{OrdMap, SortedMap, Vector};
use compile::Code;
use parse::Parser;
use pending::Pending;
use redirect::Saved;
use smol_str::SmolStr;
use std::sync::Arc;
use variables::{Variable, Variables};

/// Steps that a shell takes before another process has its turn.
const STEPS_A_TURN: u64 = 200;
/// Functions that call one another deeper than this end the shell.
const MAX_FRAMES: usize = 500;

/// A running shell.
#[derive(Clone)]
pub(crate) struct Shell {
    pub dialect: Dialect,
    /// `$0`, and what error messages begin with.
    pub name: SmolStr,
    pub variables: Variables,
    /// `$1`, `$2`, …
    pub parameters: Vector<SmolStr>,
    functions: OrdMap<SmolStr, Arc<Code>>,
    pub options: Options,
    /// `$?`
    pub status: i32,
    /// `$!`
    last_background: Option<Pid>,
    background: Vec<Pid>,
    /// `$$`
    shell_pid: Pid,
    traps: SortedMap<Signal, SmolStr>,
    caught: Vec<Signal>,
    frames: Vec<Frame>,
    controls: Vec<Control>,
    source: Source,
    pending: Option<Pending>,
    memo: Vec<Memo>,
    memo_at: usize,
    /// The status of the last command substitution: of a command without words, it is the status.
    substitution_status: Option<i32>,
    /// What the command that runs has changed only for itself.
    undo: Undo,
    exiting: Option<i32>,
    is_subshell: bool,
    interactive: bool,
    timer_ms: Vec<u64>,
    line: u32,
    is_script_file: bool,
    /// Whether its commands come from somebody who types: then messages name no line.
    is_typed: bool,
    /// Ctrl+C was pressed, and what it has to end runs still.
    is_interrupted: bool,
    /// What was typed.
    history: Vector<SmolStr>,
    aliases: OrdMap<SmolStr, SmolStr>,
    /// Where `getopts` is inside a word of several letters.
    getopts_offset: usize,
}

/// `set -e` and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub noglob: bool,
    pub noexec: bool,
    pub noclobber: bool,
    pub allexport: bool,
    pub pipefail: bool,
}

/// Steps under way.
#[derive(Clone)]
struct Frame {
    code: Arc<Code>,
    at: usize,
    kind: FrameKind,
    /// The controls that were there before.
    controls: usize,
}

#[derive(Clone)]
enum FrameKind {
    Plain,
    Function {
        parameters: Vector<SmolStr>,
        locals: Vec<(SmolStr, Option<Variable>)>,
        /// Whether `set -e` counts in it.
        checked: bool,
    },
    /// `. file`
    Sourced,
    /// A trap; `$?` is put back after it.
    Trap {
        status: i32,
    },
}

/// What a step has begun and another one ends.
#[derive(Clone)]
enum Control {
    Loop { again: usize, end: usize, status: i32 },
    For { items: Vec<SmolStr>, next: usize, again: usize, end: usize, status: i32 },
    Redirect(Saved),
    Case(String),
}

/// Where commands come from.
#[derive(Clone)]
enum Source {
    /// Only from the frames: a subshell.
    None,
    Text(Parser),
    /// Standard input, line by line.
    Input {
        unread: String,
        prompted: bool,
    },
}

/// A part of an expansion that must not happen twice when the rest has to be tried again.
#[derive(Clone, Debug, PartialEq)]
enum Memo {
    Text(SmolStr),
    Number(i64),
}

#[derive(Clone, Default)]
struct Undo {
    redirects: Option<Saved>,
    variables: Vec<(SmolStr, Option<Variable>)>,
}

/// What follows a step.
enum Next {
    Go,
    Stop(Flow),
}

impl Program for Shell {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        for _ in 0..STEPS_A_TURN {
            sys.spent += 1;
            if let Some(flow) = self.resume(sys) {
                return flow;
            }
            if std::mem::take(&mut self.is_interrupted) {
                self.abandon(sys);
            }
            self.start_trap(sys);
            match self.execute(sys) {
                Next::Go => {}
                Next::Stop(flow) => return flow,
            }
            if !sys.process.unwritten.is_empty() || sys.has_signals() {
                return Flow::More;
            }
        }
        Flow::More
    }

    fn signal(&mut self, signal: Signal, sys: &mut Sys<'_, '_>) -> OnSignal {
        match self.traps.get(&signal) {
            Some(action) if action.is_empty() => OnSignal::Handled,
            Some(_) => {
                if !self.caught.contains(&signal) {
                    self.caught.push(signal);
                }
                OnSignal::Handled
            }
            // An interactive shell ignores TERM and survives INT.
            None if self.interactive && signal == super::kernel::signal::INT => {
                self.interrupt(sys);
                OnSignal::Handled
            }
            None if self.interactive && signal == super::kernel::signal::TERM => OnSignal::Handled,
            None => OnSignal::Default,
        }
    }

    fn prompt(&self) -> Option<Prompt> {
        match &self.source {
            Source::Input { unread, .. } if self.pending.is_none() && self.frames.is_empty() => {
                Some(if unread.is_empty() { Prompt::Command } else { Prompt::More })
            }
            _ => None,
        }
    }
}

impl Shell {
    /// What a parameter is; `None` where it isn't set.
    fn parameter(&self, name: &str, sys: &Sys<'_, '_>) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "$" => Some(self.shell_pid.to_string()),
            "!" => self.last_background.map(|pid| pid.to_string()).or(Some(String::new())),
            "#" => Some(self.parameters.len().to_string()),
            "-" => Some(self.options.letters()),
            "@" | "*" => (!self.parameters.is_empty()).then(|| self.parameters.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(" ")),
            "0" => Some(self.name.to_string()),
            "LINENO" => Some(self.line_number().to_string()),
            "PPID" => Some(sys.process.parent.to_string()),
            "SECONDS" if self.dialect.is_bash() => Some(((sys.now_ms() - sys.process.started_at_ms) / 1000).to_string()),
            "UID" | "EUID" if self.dialect.is_bash() => Some(sys.process.who.uid.to_string()),
            "BASHPID" if self.dialect.is_bash() => Some(sys.pid.to_string()),
            "EPOCHSECONDS" => Some((sys.now_ms() / 1000).to_string()),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let index: usize = name.parse().ok()?;
                self.parameters.get(index.checked_sub(1)?).map(SmolStr::to_string)
            }
            _ => self.variables.text(name).map(|text| text.to_string()),
        }
    }

    /// The next remembered part of the expansion, if it is being tried again.
    fn recall(&mut self) -> Option<Memo> {
        let memo = self.memo.get(self.memo_at).cloned();
        self.memo_at += usize::from(memo.is_some());
        memo
    }

    fn remember(&mut self, memo: Memo) {
        self.memo.push(memo);
        self.memo_at = self.memo.len();
    }

    fn forget_memo(&mut self) {
        self.memo.clear();
        self.memo_at = 0;
    }

    /// A clone that runs this code and nothing else.
    fn fork(&self, code: Arc<Code>) -> Shell {
        let kind = match self.frames.iter().rev().find(|frame| matches!(frame.kind, FrameKind::Function { .. })) {
            Some(Frame { kind: FrameKind::Function { checked, .. }, .. }) => {
                FrameKind::Function { parameters: self.parameters.clone(), locals: Vec::new(), checked: *checked }
            }
            _ => FrameKind::Plain,
        };
        let mut fork = self.clone();
        fork.frames = vec![Frame { code, at: 0, kind, controls: 0 }];
        fork.controls.clear();
        fork.source = Source::None;
        fork.traps.retain(|_, action| action.is_empty());
        fork.caught.clear();
        fork.background.clear();
        fork.pending = None;
        fork.forget_memo();
        fork.undo = Undo::default();
        fork.exiting = None;
        fork.is_subshell = true;
        fork.interactive = false;
        fork
    }

    /// Prints an error the way this shell does.
    fn complain(&self, sys: &mut Sys<'_, '_>, message: &str) {
        let text =
            if self.is_typed { format!("{}: {message}\n", self.name) } else { self.dialect.message(&self.name, self.line, self.is_script_file, message) };
        sys.err(&text);
    }

    /// The same, for a syntax error.
    fn complain_syntax(&self, sys: &mut Sys<'_, '_>, message: &str) {
        let mut text = self.dialect.syntax_error(&self.name, self.line, self.is_script_file, message);
        if self.is_typed
            && let Some((_, what)) = text.rsplit_once(": ")
        {
            text = format!("{}: {what}", self.name);
        }
        sys.err(&text);
    }

    /// The same, for an error of a builtin.
    fn complain_of(&self, sys: &mut Sys<'_, '_>, builtin: &str, message: &str) {
        let text = if self.is_typed {
            format!("{}: {builtin}: {message}\n", self.name)
        } else {
            self.dialect.builtin_message(&self.name, self.line, self.is_script_file, builtin, message)
        };
        sys.err(&text);
    }

    fn line_number(&self) -> u32 {
        self.line + u32::from(self.is_script_file || self.dialect != Dialect::Ash)
    }

    fn unset_error(&self, name: &str) -> String {
        if self.dialect.is_bash() { format!("{name}: unbound variable") } else { format!("{name}: parameter not set") }
    }

    fn read_only_error(&self, name: &str) -> String {
        if self.dialect.is_bash() { format!("{name}: readonly variable") } else { format!("{name}: is read only") }
    }

    fn arithmetic_error(&self, expression: &str, error: &str) -> String {
        match self.dialect {
            Dialect::Ash => error.to_owned(),
            Dialect::Dash => {
                format!("arithmetic expression: {}: \"{expression}\"", if error == "divide by zero" { "division by zero" } else { "expecting primary" })
            }
            Dialect::Bash => match error {
                "divide by zero" => format!("{expression}: division by 0 (error token is \"0\")"),
                _ => format!("{expression}: syntax error: operand expected"),
            },
        }
    }

    /// A trap begins, if a signal has come and no command is under way.
    fn start_trap(&mut self, sys: &mut Sys<'_, '_>) {
        if self.caught.is_empty() || self.memo_at > 0 || !self.memo.is_empty() {
            return;
        }
        let signal = self.caught.remove(0);
        if let Some(action) = self.traps.get(&signal).cloned() {
            let status = self.status;
            self.push_text(&action, FrameKind::Trap { status }, sys);
        }
    }

    /// Parses a text and goes on with it; a syntax error is said, and `$?` is 2.
    fn push_text(&mut self, text: &str, kind: FrameKind, sys: &mut Sys<'_, '_>) -> bool {
        match Parser::new(text, self.dialect.is_bash()).whole() {
            Ok(list) => {
                self.push_frame(compile::compile(&list), kind);
                true
            }
            Err(error) => {
                self.complain_syntax(sys, &error.message);
                self.status = 2;
                false
            }
        }
    }

    fn push_frame(&mut self, code: Arc<Code>, kind: FrameKind) {
        self.frames.push(Frame { code, at: 0, kind, controls: self.controls.len() });
    }

    fn is_deep(&self) -> bool {
        self.frames.len() > MAX_FRAMES
    }
}

impl Options {
    /// `$-`
    fn letters(&self) -> String {
        let all = [
            (self.errexit, 'e'),
            (self.noglob, 'f'),
            (self.noexec, 'n'),
            (self.nounset, 'u'),
            (self.xtrace, 'x'),
            (self.noclobber, 'C'),
            (self.allexport, 'a'),
        ];
        all.into_iter().filter(|(on, _)| *on).map(|(_, letter)| letter).collect()
    }
}
