//! Executing steps.

use super::builtins::{self, Outcome};
use super::compile::{Code, Simple, Step, compile};
use super::expand::{Expander, Stop};
use super::pending::Pending;
use super::redirect::{self, Resolved};
use super::{Control, FrameKind, Next, Shell, pattern};
use crate::kubelet::runtime::kernel::{Flow, Pid, Spawn, Sys};
use crate::kubelet::runtime::programs;
use smol_str::SmolStr;
use std::sync::Arc;

impl Shell {
    /// Executes the next step.
    pub(super) fn execute(&mut self, sys: &mut Sys<'_, '_>) -> Next {
        let Some(frame) = self.frames.last_mut() else { return self.next_commands(sys) };
        let Some(step) = frame.code.steps.get(frame.at).cloned() else {
            let checked = matches!(frame.kind, FrameKind::Function { checked: true, .. });
            self.leave_frame(sys);
            return if checked { self.check_failure(sys) } else { Next::Go };
        };
        frame.at += 1;
        self.memo_at = 0;
        match self.step_once(step, sys) {
            Ok(next) => {
                if self.pending.is_none() || !matches!(self.pending, Some(Pending::Substitution { .. })) {
                    self.forget_memo();
                }
                next
            }
            Err(Stop::Command(list)) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.at -= 1;
                }
                let code = compile(&list);
                self.start_substitution(code, sys)
            }
            Err(Stop::Error(message)) => {
                self.forget_memo();
                self.fail(&message, sys)
            }
        }
    }

    /// An error that ends a shell, unless somebody types into it.
    pub(super) fn fail(&mut self, message: &str, sys: &mut Sys<'_, '_>) -> Next {
        self.complain(sys, message);
        self.undo_command(sys);
        self.status = if self.dialect.is_bash() { 1 } else { 2 };
        if self.interactive {
            while !self.frames.is_empty() {
                self.leave_frame(sys);
            }
            return Next::Go;
        }
        self.exit(self.status, sys)
    }

    fn step_once(&mut self, step: Step, sys: &mut Sys<'_, '_>) -> Result<Next, Stop> {
        match step {
            Step::Simple(simple) => return self.simple(&simple, sys),
            Step::Jump(to) => self.jump(to),
            Step::JumpIfFailed(to) if self.status != 0 => self.jump(to),
            Step::JumpIfSucceeded(to) if self.status == 0 => self.jump(to),
            Step::JumpIfFailed(_) | Step::JumpIfSucceeded(_) => {}
            Step::Not => self.status = i32::from(self.status == 0),
            Step::CheckFailure => return Ok(self.check_failure(sys)),
            Step::Succeed => self.status = 0,
            Step::Pipeline(stages) => self.pipeline(&stages, sys),
            Step::Subshell(code) => match self.spawn_fork(code, sys) {
                Some(pid) => self.pending = Some(Pending::Child { pid, checked: false }),
                None => return self.cannot_fork(sys),
            },
            Step::Background(code) => return self.start_background(code, sys),
            Step::Redirect { redirects, otherwise } => {
                let resolved = Expander { shell: self, sys }.redirects(&redirects)?;
                let mut saved = Vec::new();
                match self.apply_redirects(&resolved, &mut saved, sys) {
                    Ok(()) => self.controls.push(Control::Redirect(saved)),
                    Err(message) => {
                        redirect::restore(saved, sys);
                        self.complain(sys, &message);
                        self.status = 1;
                        self.jump(otherwise);
                    }
                }
            }
            Step::EndRedirect => {
                if let Some(Control::Redirect(saved)) = self.controls.pop() {
                    redirect::restore(saved, sys);
                }
            }
            Step::Loop { again, end } => self.controls.push(Control::Loop { again, end, status: 0 }),
            Step::KeepStatus => {
                let current = self.status;
                if let Some(Control::Loop { status, .. } | Control::For { status, .. }) = self.controls.last_mut() {
                    *status = current;
                }
            }
            Step::EndLoop => {
                if let Some(Control::Loop { status, .. } | Control::For { status, .. }) = self.controls.pop() {
                    self.status = status;
                }
            }
            Step::For { words, again, end } => {
                let items = match words {
                    Some(words) => Expander { shell: self, sys }.fields(&words)?,
                    None => self.parameters.iter().cloned().collect(),
                };
                self.controls.push(Control::For { items, next: 0, again, end, status: 0 });
            }
            Step::Next { variable, end } => {
                let item = match self.controls.last_mut() {
                    Some(Control::For { items, next, .. }) => {
                        *next += 1;
                        items.get(*next - 1).cloned()
                    }
                    _ => None,
                };
                match item {
                    Some(item) => self.variables.set(&variable, &item).map_err(|()| Stop::Error(self.read_only_error(&variable)))?,
                    None => self.jump(end),
                }
            }
            Step::Case(word) => {
                let text = Expander { shell: self, sys }.text(&word)?;
                self.controls.push(Control::Case(text));
            }
            Step::Match { patterns, otherwise } => {
                let mut matched = false;
                for word in patterns.iter() {
                    let described = Expander { shell: self, sys }.pattern(word)?;
                    matched |= matches!(self.controls.last(), Some(Control::Case(text)) if pattern::matches(&described, text));
                }
                if !matched {
                    self.jump(otherwise);
                }
            }
            Step::EndCase => {
                self.controls.pop();
            }
            Step::Define { name, body } => {
                self.functions.insert(name, body);
                self.status = 0;
            }
            Step::Condition(condition) => {
                let holds = self.condition(&condition, sys)?;
                self.status = i32::from(!holds);
            }
            Step::Arithmetic(word) => {
                let value = Expander { shell: self, sys }.arithmetic(&word)?;
                self.status = i32::from(value == 0);
            }
            Step::StartTimer => self.timer_ms.push(sys.now_ms()),
            Step::PrintTimer => {
                let elapsed_ms = sys.now_ms() - self.timer_ms.pop().unwrap_or(sys.now_ms());
                let (minutes, seconds) = (elapsed_ms / 60_000, elapsed_ms % 60_000);
                if self.dialect.is_bash() {
                    sys.err(&format!("\nreal\t{minutes}m{}.{:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n", seconds / 1000, seconds % 1000));
                } else {
                    sys.err(&format!("real\t{minutes}m {}.{:02}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n", seconds / 1000, seconds % 1000 / 10));
                }
            }
        }
        Ok(Next::Go)
    }

    pub(super) fn jump(&mut self, to: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = to;
        }
    }

    /// `set -e`: a failure ends the shell, unless the function it is in was called in a condition.
    pub(super) fn check_failure(&mut self, sys: &mut Sys<'_, '_>) -> Next {
        let in_condition = self.frames.iter().any(|frame| matches!(frame.kind, FrameKind::Function { checked: false, .. }));
        if self.status != 0 && self.options.errexit && !in_condition { self.exit(self.status, sys) } else { Next::Go }
    }

    fn cannot_fork(&mut self, sys: &mut Sys<'_, '_>) -> Result<Next, Stop> {
        self.complain(sys, "can't fork: Resource temporarily unavailable");
        self.status = 2;
        Ok(self.exit(2, sys))
    }

    pub(super) fn spawn_fork(&mut self, code: Arc<Code>, sys: &mut Sys<'_, '_>) -> Option<Pid> {
        let fork = self.fork(code);
        let argv = sys.process.argv.clone();
        sys.spawn(Spawn { program: Box::new(fork), argv, env: None })
    }

    fn start_background(&mut self, code: Arc<Code>, sys: &mut Sys<'_, '_>) -> Result<Next, Stop> {
        let mut saved = Vec::new();
        let null = Resolved::Read(0, "/dev/null".into());
        if !self.interactive {
            let _ = self.apply_redirects(&[null], &mut saved, sys);
        }
        let pid = self.spawn_fork(code, sys);
        redirect::restore(saved, sys);
        let Some(pid) = pid else { return self.cannot_fork(sys) };
        self.last_background = Some(pid);
        self.background.push(pid);
        self.status = 0;
        Ok(Next::Go)
    }

    fn start_substitution(&mut self, code: Arc<Code>, sys: &mut Sys<'_, '_>) -> Next {
        let (reading, writing) = sys.pipe();
        let saved = vec![(1, sys.process.fds.get(&1).copied())];
        if let Some((_, Some(file))) = saved.first() {
            sys.share_file(*file);
        }
        sys.set_fd(1, writing);
        let pid = self.spawn_fork(code, sys);
        redirect::restore(saved, sys);
        let Some(pid) = pid else {
            sys.close_file(reading);
            return self.cannot_fork(sys).unwrap_or(Next::Go);
        };
        let fd = (10..).find(|fd| !sys.process.fds.contains_key(fd)).unwrap_or(10);
        sys.set_fd(fd, reading);
        self.pending = Some(Pending::Substitution { pid, fd, output: Vec::new() });
        Next::Go
    }

    fn pipeline(&mut self, stages: &[Arc<Code>], sys: &mut Sys<'_, '_>) {
        let mut pids = Vec::new();
        let mut input = None;
        for (index, stage) in stages.iter().enumerate() {
            let mut saved = Vec::new();
            for fd in [0, 1] {
                let file = sys.process.fds.get(&fd).copied();
                if let Some(file) = file {
                    sys.share_file(file);
                }
                saved.push((fd, file));
            }
            if let Some(file) = input.take() {
                sys.set_fd(0, file);
            }
            if index + 1 < stages.len() {
                let (reading, writing) = sys.pipe();
                sys.set_fd(1, writing);
                input = Some(reading);
            }
            let pid = self.spawn_fork(stage.clone(), sys);
            redirect::restore(saved, sys);
            match pid {
                Some(pid) => pids.push(pid),
                None => self.complain(sys, "can't fork: Resource temporarily unavailable"),
            }
        }
        if let Some(file) = input {
            sys.close_file(file);
        }
        let statuses = vec![None; pids.len()];
        self.pending = Some(Pending::Pipeline { pids, statuses });
    }

    fn simple(&mut self, simple: &Simple, sys: &mut Sys<'_, '_>) -> Result<Next, Stop> {
        self.line = simple.line;
        let mut expander = Expander { shell: self, sys };
        let fields = expander.fields(&simple.words)?;
        let redirects = expander.redirects(&simple.redirects)?;
        let before = self.variables.clone();
        let assigned = match self.assign_all(&simple.assignments, sys) {
            Ok(assigned) => assigned,
            Err(stop) => {
                self.variables = before;
                return Err(stop);
            }
        };
        if self.options.xtrace {
            self.trace(&assigned, &fields, sys);
        }
        let mut saved = Vec::new();
        if let Err(message) = self.apply_redirects(&redirects, &mut saved, sys) {
            redirect::restore(saved, sys);
            self.complain(sys, &message);
            self.status = 1;
            return Ok(self.after_command(simple.checked, sys));
        }
        let Some((name, arguments)) = fields.split_first() else {
            redirect::restore(saved, sys);
            self.status = self.substitution_status.take().unwrap_or(0);
            return Ok(self.after_command(simple.checked, sys));
        };
        self.substitution_status = None;
        let persists = builtins::is_special(name);
        if !persists && !assigned.is_empty() {
            self.undo.variables = assigned.iter().map(|(name, _)| (name.clone(), before.get(name).cloned())).collect();
        }
        self.undo.redirects = Some(saved);
        self.run_command(name, arguments, &assigned, simple.checked, sys)
    }

    /// Calls a function, a builtin or a program.
    fn run_command(
        &mut self,
        name: &SmolStr,
        arguments: &[SmolStr],
        assigned: &[(SmolStr, SmolStr)],
        checked: bool,
        sys: &mut Sys<'_, '_>,
    ) -> Result<Next, Stop> {
        if let Some(body) = self.functions.get(name).cloned() {
            if self.is_deep() {
                return Err(Stop::Error(format!("{name}: maximum function nesting level exceeded")));
            }
            let parameters = std::mem::replace(&mut self.parameters, arguments.iter().cloned().collect());
            let undo = std::mem::take(&mut self.undo);
            self.push_frame(body, FrameKind::Function { parameters, locals: undo.variables, checked });
            if let (Some(saved), Some(frame)) = (undo.redirects, self.frames.last()) {
                // The redirects belong to the frame: they are undone with the controls above its mark.
                let mark = frame.controls;
                self.controls.insert(mark, Control::Redirect(saved));
            }
            return Ok(Next::Go);
        }
        match builtins::run(self, name, arguments, sys) {
            Some(Outcome::Status(status)) => {
                self.status = status;
                Ok(self.after_command(checked, sys))
            }
            Some(Outcome::Continue) => {
                self.undo_command(sys);
                Ok(Next::Go)
            }
            Some(Outcome::Exit(status)) => {
                self.undo_command(sys);
                Ok(self.exit(status, sys))
            }
            Some(Outcome::Fatal(message)) => {
                self.undo_command(sys);
                Err(Stop::Error(message))
            }
            Some(Outcome::Pending(pending)) => {
                self.pending = Some(pending);
                Ok(Next::Go)
            }
            Some(Outcome::Exec(arguments)) => self.exec(&arguments, sys),
            Some(Outcome::Call(arguments)) => match arguments.split_first() {
                Some((name, rest)) => self.run_program(name, rest, assigned, checked, sys),
                None => Ok(self.after_command(checked, sys)),
            },
            None => self.run_program(name, arguments, assigned, checked, sys),
        }
    }

    fn run_program(
        &mut self,
        name: &SmolStr,
        arguments: &[SmolStr],
        assigned: &[(SmolStr, SmolStr)],
        checked: bool,
        sys: &mut Sys<'_, '_>,
    ) -> Result<Next, Stop> {
        let argv: Vec<SmolStr> = std::iter::once(name.clone()).chain(arguments.iter().cloned()).collect();
        let env = self.variables.environment(assigned);
        let path = self.variables.text("PATH").unwrap_or_else(|| programs::DEFAULT_PATH.into());
        let program = match programs::load(sys, &argv, &path) {
            Ok(program) => program,
            Err(error) => {
                let message = self.load_error(name, &error);
                self.complain(sys, &message);
                self.status = error.status();
                return Ok(self.after_command(checked, sys));
            }
        };
        if self.is_last_of_subshell() {
            sys.process.env = env;
            sys.process.argv = argv.into();
            if let Some(saved) = self.undo.redirects.take() {
                redirect::keep(saved, sys);
            }
            return Ok(Next::Stop(Flow::Become(program)));
        }
        let pid = sys.spawn(Spawn { program, argv: argv.into(), env: Some(env) });
        self.undo_command(sys);
        match pid {
            Some(pid) => self.pending = Some(Pending::Child { pid, checked }),
            None => return self.cannot_fork(sys),
        }
        Ok(Next::Go)
    }

    pub(super) fn load_error(&self, name: &str, error: &programs::LoadError) -> String {
        match error {
            programs::LoadError::NotFound => self.dialect.not_found(name),
            programs::LoadError::Denied => format!("{name}: Permission denied"),
        }
    }

    /// Whether nothing can come after the command that is run now: a subshell then becomes the program, as a real one does.
    fn is_last_of_subshell(&self) -> bool {
        let at_end = matches!(self.frames.as_slice(), [frame] if frame.at == frame.code.steps.len());
        self.is_subshell && at_end && self.controls.is_empty() && self.traps.is_empty() && self.exiting.is_none()
    }

    /// `exec program …`
    fn exec(&mut self, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Result<Next, Stop> {
        let saved = self.undo.redirects.take().unwrap_or_default();
        redirect::keep(saved, sys);
        let Some((name, _)) = arguments.split_first() else {
            self.status = 0;
            return Ok(Next::Go);
        };
        let path = self.variables.text("PATH").unwrap_or_else(|| programs::DEFAULT_PATH.into());
        match programs::load(sys, arguments, &path) {
            Ok(program) => {
                sys.process.env = self.variables.environment(&[]);
                sys.process.argv = arguments.into();
                Ok(Next::Stop(Flow::Become(program)))
            }
            Err(error) => {
                let message = self.load_error(name, &error);
                self.complain_of(sys, "exec", &message);
                self.status = error.status();
                Ok(self.exit(self.status, sys))
            }
        }
    }

    /// A command has ended: what it had changed for itself is undone, and `set -e` is looked at.
    pub(super) fn after_command(&mut self, checked: bool, sys: &mut Sys<'_, '_>) -> Next {
        self.undo_command(sys);
        if checked { self.check_failure(sys) } else { Next::Go }
    }

    pub(super) fn undo_command(&mut self, sys: &mut Sys<'_, '_>) {
        let undo = std::mem::take(&mut self.undo);
        if let Some(saved) = undo.redirects {
            redirect::restore(saved, sys);
        }
        self.put_back(undo.variables);
    }

    pub(super) fn put_back(&mut self, variables: Vec<(SmolStr, Option<super::Variable>)>) {
        for (name, variable) in variables.into_iter().rev() {
            match variable {
                Some(variable) => self.variables.put(&name, variable),
                None => self.variables.remove(&name),
            }
        }
    }
}
