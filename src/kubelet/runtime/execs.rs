//! Commands that are run in containers from outside: exec probes, hooks, `kubectl exec`.

use super::config::{ContainerId, ExecError, ExecId, ExecResult};
use super::container::Container;
use super::kernel::signal;
use super::kernel::{OpenKind, Pid, PipeId, Sender};
use super::log::Stream;
use super::net::Network;
use super::programs::LoadError;
use super::{Profile, Runtime, RuntimeEvent, Task};
use smol_str::SmolStr;
use std::sync::Arc;

/// What a command's output is kept of.
const MAX_OUTPUT_BYTES: usize = 1 << 20;

/// How a command is run.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ExecOptions {
    /// It is killed after this long; 0: never.
    pub timeout_ms: u64,
    /// Whether its standard input will be written to.
    pub stdin: bool,
    /// Whether it has a terminal: a shell prints its prompt.
    pub tty: bool,
    /// Whether somebody outside asked for it (`Exec`), rather than a probe or a hook (`ExecSync`).
    pub is_from_outside: bool,
}

/// A command under way, or ended.
#[derive(Clone)]
pub(super) struct Exec {
    container: ContainerId,
    pid: Option<Pid>,
    input: Option<PipeId>,
    timeout_ms: u64,
    timeout_at_ms: Option<u64>,
    timed_out: bool,
    stdout: String,
    stderr: String,
    output: String,
    result: Option<ExecResult>,
}

impl Exec {
    /// Takes what the command wrote.
    pub fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if self.output.len() + bytes.len() > MAX_OUTPUT_BYTES {
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        match stream {
            Stream::Stdout => self.stdout.push_str(&text),
            Stream::Stderr => self.stderr.push_str(&text),
        }
        self.output.push_str(&text);
    }
}

impl Runtime {
    /// `ExecSync` and `Exec`: runs a command in a container. It has its result at once where it didn't have to wait
    /// for anything; otherwise [`RuntimeEvent::ExecFinished`] tells.
    pub fn exec(&mut self, id: &ContainerId, command: &[SmolStr], options: ExecOptions, now_ms: u64, network: &mut dyn Network) -> ExecId {
        let exec_id = ExecId(self.new_id());
        let timeout_at_ms = (options.timeout_ms > 0).then(|| now_ms.saturating_add(options.timeout_ms));
        let exec = Exec {
            container: id.clone(),
            pid: None,
            input: None,
            timeout_ms: options.timeout_ms,
            timeout_at_ms,
            timed_out: false,
            stdout: String::new(),
            stderr: String::new(),
            output: String::new(),
            result: None,
        };
        self.execs.insert(exec_id, Arc::new(exec));
        let Some(mut container) = self.take(id) else {
            self.finish_exec(exec_id, Err(ExecError::NotRunning(format!("container {:?} not found", id.0))), now_ms);
            return exec_id;
        };
        if !container.is_running() {
            self.finish_exec(exec_id, Err(ExecError::NotRunning("container is not running".into())), now_ms);
            self.put(container);
            return exec_id;
        }
        let loaded = self.with_host(&mut container, now_ms, |container, host| container.exec_program(command, host));
        match loaded {
            Ok(program) => {
                if let Some(at_ms) = timeout_at_ms {
                    self.agenda.insert((at_ms, Task::ExecTimeout(exec_id)));
                }
                let process = container.exec_process(program, command, exec_id, options.tty, now_ms);
                let (pipe, input) = if options.stdin {
                    let (pipe, input) = container.kernel.outside_pipe();
                    (Some(pipe), input)
                } else {
                    (None, OpenKind::Null)
                };
                let errors = if options.tty { Stream::Stdout } else { Stream::Stderr };
                let pid = container.kernel.start(process, [input, OpenKind::Exec(exec_id, Stream::Stdout), OpenKind::Exec(exec_id, errors)]);
                if let Some(exec) = self.execs.get_mut(&exec_id) {
                    let exec = Arc::make_mut(exec);
                    exec.pid = Some(pid);
                    exec.input = pipe;
                }
                self.run(&mut container, now_ms, network);
            }
            // Images whose programs nobody knows have every one that a probe or a hook asks for.
            Err(_) if self.profile == Profile::Reference && !options.is_from_outside => self.finish_exec(exec_id, Ok(0), now_ms),
            Err(error) => {
                let program = command.first().cloned().unwrap_or_default();
                let why = match error {
                    LoadError::NotFound if program.starts_with('/') => format!("stat {program}: no such file or directory"),
                    LoadError::NotFound => "executable file not found in $PATH".into(),
                    LoadError::Denied => "permission denied".into(),
                };
                let message = format!("OCI runtime exec failed: exec failed: unable to start container process: exec: {program:?}: {why}");
                self.finish_exec(exec_id, Err(ExecError::NotFound(message)), now_ms);
            }
        }
        self.put(container);
        exec_id
    }

    /// How it ended; none while it runs.
    pub fn exec_result(&self, exec: ExecId) -> Option<&ExecResult> {
        self.execs.get(&exec)?.result.as_ref()
    }

    /// What it wrote so far to standard output, and to standard error.
    pub fn exec_streams(&self, exec: ExecId) -> (&str, &str) {
        self.execs.get(&exec).map_or(("", ""), |exec| (&exec.stdout, &exec.stderr))
    }

    /// What it wrote so far, standard output and standard error as they came, from the given byte on.
    pub fn exec_output(&self, exec: ExecId, from: usize) -> &str {
        self.execs.get(&exec).and_then(|exec| exec.output.get(from..)).unwrap_or("")
    }

    /// Types into its standard input.
    pub fn exec_write(&mut self, exec: ExecId, text: &str, now_ms: u64, network: &mut dyn Network) {
        self.exec_input(exec, now_ms, network, |container, pipe| container.kernel.outside_write(pipe, text.as_bytes()));
    }

    /// Closes its standard input.
    pub fn exec_close(&mut self, exec: ExecId, now_ms: u64, network: &mut dyn Network) {
        self.exec_input(exec, now_ms, network, |container, pipe| container.kernel.outside_close(pipe));
        if let Some(exec) = self.execs.get_mut(&exec) {
            Arc::make_mut(exec).input = None;
        }
    }

    fn exec_input(&mut self, exec: ExecId, now_ms: u64, network: &mut dyn Network, act: impl FnOnce(&mut Container, PipeId)) {
        let Some((id, pipe)) = self.execs.get(&exec).and_then(|exec| Some((exec.container.clone(), exec.input?))) else { return };
        let Some(mut container) = self.take(&id) else { return };
        act(&mut container, pipe);
        if container.is_running() {
            self.run(&mut container, now_ms, network);
        }
        self.put(container);
    }

    /// The caller has read the result; a command that still runs is killed.
    pub fn exec_forget(&mut self, id: ExecId, now_ms: u64) {
        let Some(exec) = self.execs.remove(&id) else { return };
        if let Some(at_ms) = exec.timeout_at_ms {
            self.agenda.remove(&(at_ms, Task::ExecTimeout(id)));
        }
        if exec.result.is_none() {
            self.kill_exec(&exec, now_ms);
        }
    }

    fn kill_exec(&mut self, exec: &Exec, now_ms: u64) {
        let Some((mut container, pid)) = self.take(&exec.container).zip(exec.pid) else { return };
        container.kernel.signal(pid, signal::KILL, Sender::Outside);
        container.wake_at_ms = Some(now_ms);
        self.put(container);
    }

    pub(super) fn exec_timeout(&mut self, id: ExecId, now_ms: u64) {
        let Some(exec) = self.execs.get_mut(&id).filter(|exec| exec.result.is_none()) else { return };
        let exec = Arc::make_mut(exec);
        exec.timed_out = true;
        let exec = exec.clone();
        self.kill_exec(&exec, now_ms);
    }

    /// Commands of a container that have ended while it ran.
    pub(super) fn finish_execs(&mut self, container: &mut Container, now_ms: u64) {
        for (exec, code) in std::mem::take(&mut container.kernel.finished_execs) {
            self.finish_exec(exec, Ok(code), now_ms);
        }
    }

    fn finish_exec(&mut self, id: ExecId, outcome: Result<i32, ExecError>, now_ms: u64) {
        let Some(exec) = self.execs.get_mut(&id) else { return };
        let exec = Arc::make_mut(exec);
        let outcome = if exec.timed_out {
            let seconds = exec.timeout_ms as f64 / 1000.0;
            Err(ExecError::TimedOut(format!("failed to exec in container: timeout {seconds}s exceeded: context deadline exceeded")))
        } else {
            outcome
        };
        exec.result =
            Some(ExecResult { finished_at_ms: now_ms, outcome, stdout: exec.stdout.clone(), stderr: exec.stderr.clone(), output: exec.output.clone() });
        if let Some(at_ms) = exec.timeout_at_ms {
            self.agenda.remove(&(at_ms, Task::ExecTimeout(id)));
        }
        self.events.push(RuntimeEvent::ExecFinished { exec: id });
    }
}
