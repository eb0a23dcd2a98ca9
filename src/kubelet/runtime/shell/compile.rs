//! From a parsed script to a list of small steps, so that the shell can stop and go on anywhere.

use super::ast::*;
use smol_str::SmolStr;
use std::sync::Arc;

/// Steps, executed one after another.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Code {
    pub steps: Vec<Step>,
}

/// A command with its words, to be expanded when it runs.
#[derive(Debug, PartialEq)]
pub(crate) struct Simple {
    pub assignments: Vec<Assignment>,
    pub words: Vec<Word>,
    pub redirects: Arc<[Redirect]>,
    pub line: u32,
    /// Whether its failure ends the shell under `set -e`: not in conditions.
    pub checked: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Simple(Arc<Simple>),
    Jump(usize),
    JumpIfFailed(usize),
    JumpIfSucceeded(usize),
    /// `!`
    Not,
    /// `set -e`
    CheckFailure,
    Succeed,
    Pipeline(Arc<[Arc<Code>]>),
    Subshell(Arc<Code>),
    Background(Arc<Code>),
    /// Redirects up to the [`Step::EndRedirect`] before `otherwise`, where it goes on when they fail.
    Redirect {
        redirects: Arc<[Redirect]>,
        otherwise: usize,
    },
    EndRedirect,
    Loop {
        again: usize,
        end: usize,
    },
    /// Remembers the status of a loop's body: it is the loop's in the end.
    KeepStatus,
    EndLoop,
    /// Begins a `for` loop over the words; none: over the parameters.
    For {
        words: Option<Arc<[Word]>>,
        again: usize,
        end: usize,
    },
    Next {
        variable: SmolStr,
        end: usize,
    },
    Case(Arc<Word>),
    Match {
        patterns: Arc<[Word]>,
        otherwise: usize,
    },
    EndCase,
    Define {
        name: SmolStr,
        body: Arc<Code>,
    },
    Condition(Arc<Condition>),
    Arithmetic(Arc<Word>),
    StartTimer,
    PrintTimer,
}

/// Compiles a list of commands.
pub(crate) fn compile(list: &List) -> Arc<Code> {
    compile_list(list, true)
}

fn compile_list(list: &List, checked: bool) -> Arc<Code> {
    let mut compiler = Compiler::default();
    compiler.list(list, checked);
    Arc::new(Code { steps: compiler.steps })
}

fn compile_command(command: &Command, checked: bool) -> Arc<Code> {
    let mut compiler = Compiler::default();
    compiler.command(command, checked);
    Arc::new(Code { steps: compiler.steps })
}

#[derive(Default)]
struct Compiler {
    steps: Vec<Step>,
}

impl Compiler {
    fn here(&self) -> usize {
        self.steps.len()
    }

    /// Adds a jump whose target is set by [`Compiler::land`].
    fn jump(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.here() - 1
    }

    /// Makes a jump lead to here.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.steps[jump] {
            Step::Jump(to) | Step::JumpIfFailed(to) | Step::JumpIfSucceeded(to) => *to = here,
            Step::Redirect { otherwise, .. } | Step::Match { otherwise, .. } => *otherwise = here,
            Step::Loop { end, .. } | Step::For { end, .. } | Step::Next { end, .. } => *end = here,
            _ => {}
        }
    }

    fn list(&mut self, list: &List, checked: bool) {
        for item in list {
            if item.background {
                let mut inner = Compiler::default();
                inner.and_or(item, true);
                self.steps.push(Step::Background(Arc::new(Code { steps: inner.steps })));
            } else {
                self.and_or(item, checked);
            }
        }
    }

    fn and_or(&mut self, item: &Item, checked: bool) {
        self.pipeline(&item.first, checked && item.rest.is_empty());
        for (index, (connector, pipeline)) in item.rest.iter().enumerate() {
            let jump = self.jump(match connector {
                Connector::And => Step::JumpIfFailed(0),
                Connector::Or => Step::JumpIfSucceeded(0),
            });
            self.pipeline(pipeline, checked && index + 1 == item.rest.len());
            self.land(jump);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, checked: bool) {
        let checked = checked && !pipeline.negated;
        if pipeline.timed {
            self.steps.push(Step::StartTimer);
        }
        if let [command] = pipeline.commands.as_slice() {
            self.command(command, checked);
        } else {
            let stages: Vec<Arc<Code>> = pipeline.commands.iter().map(|command| compile_command(command, checked)).collect();
            self.steps.push(Step::Pipeline(stages.into()));
            if checked {
                self.steps.push(Step::CheckFailure);
            }
        }
        if pipeline.timed {
            self.steps.push(Step::PrintTimer);
        }
        if pipeline.negated {
            self.steps.push(Step::Not);
        }
    }

    fn command(&mut self, command: &Command, checked: bool) {
        if let CommandKind::Simple { assignments, words } = &command.kind {
            let simple = Simple { assignments: assignments.clone(), words: words.clone(), redirects: command.redirects.clone(), line: command.line, checked };
            self.steps.push(Step::Simple(Arc::new(simple)));
            return;
        }
        if command.redirects.is_empty() {
            return self.compound(&command.kind, checked);
        }
        let redirect = self.jump(Step::Redirect { redirects: command.redirects.clone(), otherwise: 0 });
        self.compound(&command.kind, checked);
        self.steps.push(Step::EndRedirect);
        self.land(redirect);
        if checked {
            self.steps.push(Step::CheckFailure);
        }
    }

    fn compound(&mut self, kind: &CommandKind, checked: bool) {
        match kind {
            CommandKind::Simple { .. } => {}
            CommandKind::Group(list) => self.list(list, checked),
            CommandKind::Subshell(list) => {
                self.steps.push(Step::Subshell(compile_list(list, checked)));
                if checked {
                    self.steps.push(Step::CheckFailure);
                }
            }
            CommandKind::If { branches, otherwise } => self.if_command(branches, otherwise.as_ref(), checked),
            CommandKind::Loop { until, condition, body } => {
                let start = self.jump(Step::Loop { again: self.here() + 1, end: 0 });
                let again = self.here();
                self.list(condition, false);
                let exit = self.jump(if *until { Step::JumpIfSucceeded(0) } else { Step::JumpIfFailed(0) });
                self.list(body, checked);
                self.steps.push(Step::KeepStatus);
                self.steps.push(Step::Jump(again));
                self.land(exit);
                self.land(start);
                self.steps.push(Step::EndLoop);
            }
            CommandKind::For { variable, words, body } => {
                let words = words.as_ref().map(|words| words.clone().into());
                let start = self.jump(Step::For { words, again: self.here() + 1, end: 0 });
                let next = self.jump(Step::Next { variable: variable.clone(), end: 0 });
                self.list(body, checked);
                self.steps.push(Step::KeepStatus);
                self.steps.push(Step::Jump(next));
                self.land(next);
                self.land(start);
                self.steps.push(Step::EndLoop);
            }
            CommandKind::ForArithmetic { start, condition, step, body } => self.for_arithmetic(start, condition, step, body, checked),
            CommandKind::Case { word, arms } => self.case_command(word, arms, checked),
            CommandKind::Function { name, body } => {
                self.steps.push(Step::Define { name: name.clone(), body: compile_command(body, true) });
            }
            CommandKind::Condition(condition) => {
                self.steps.push(Step::Condition(condition.clone()));
                if checked {
                    self.steps.push(Step::CheckFailure);
                }
            }
            CommandKind::Arithmetic(expression) => {
                self.steps.push(Step::Arithmetic(Arc::new(expression.clone())));
                if checked {
                    self.steps.push(Step::CheckFailure);
                }
            }
        }
    }

    fn if_command(&mut self, branches: &[(List, List)], otherwise: Option<&List>, checked: bool) {
        let mut ends = Vec::new();
        for (condition, body) in branches {
            self.list(condition, false);
            let skip = self.jump(Step::JumpIfFailed(0));
            self.list(body, checked);
            ends.push(self.jump(Step::Jump(0)));
            self.land(skip);
        }
        match otherwise {
            Some(body) => self.list(body, checked),
            None => self.steps.push(Step::Succeed),
        }
        for end in ends {
            self.land(end);
        }
    }

    fn for_arithmetic(&mut self, start: &Word, condition: &Word, step: &Word, body: &List, checked: bool) {
        if !start.is_empty() {
            self.steps.push(Step::Arithmetic(Arc::new(start.clone())));
        }
        let begin = self.jump(Step::Loop { again: 0, end: 0 });
        let test = self.here();
        let exit = (!condition.is_empty()).then(|| {
            self.steps.push(Step::Arithmetic(Arc::new(condition.clone())));
            self.jump(Step::JumpIfFailed(0))
        });
        self.list(body, checked);
        self.steps.push(Step::KeepStatus);
        let here = self.here();
        if let Step::Loop { again, .. } = &mut self.steps[begin] {
            *again = here;
        }
        if !step.is_empty() {
            self.steps.push(Step::Arithmetic(Arc::new(step.clone())));
        }
        self.steps.push(Step::Jump(test));
        if let Some(exit) = exit {
            self.land(exit);
        }
        self.land(begin);
        self.steps.push(Step::EndLoop);
    }

    fn case_command(&mut self, word: &Word, arms: &[CaseArm], checked: bool) {
        self.steps.push(Step::Case(Arc::new(word.clone())));
        let mut ends = Vec::new();
        let mut fall = None;
        for arm in arms {
            let skip = self.jump(Step::Match { patterns: arm.patterns.clone().into(), otherwise: 0 });
            self.steps.push(Step::Succeed);
            if let Some(fall) = fall.take() {
                self.land(fall);
            }
            self.list(&arm.body, checked);
            let end = self.jump(Step::Jump(0));
            if arm.falls_through {
                fall = Some(end);
            } else {
                ends.push(end);
            }
            self.land(skip);
        }
        self.steps.push(Step::Succeed);
        ends.extend(fall);
        for end in ends {
            self.land(end);
        }
        self.steps.push(Step::EndCase);
    }
}
