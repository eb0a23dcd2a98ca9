//! The processes of one container: what its PID namespace holds.
//!
//! A process is a [`Program`] that is asked to go on until it has to wait. Nothing here knows what
//! programs do; nothing in programs knows how they are scheduled.

mod process;
pub(crate) mod signal;
mod sys;

pub use process::Prompt;
pub(crate) use process::{Ask, Call, Flow, Machine, OnSignal, OpenFile, OpenKind, Pid, Process, Program, Progress, Reply, Service, Wait};
pub(crate) use sys::{Read, Spawn, Sys};

use super::config::ExecId;
use super::fs::view::Files;
use super::log::{Log, Stream};
use crate::value::SortedMap;
use signal::Signal;
use smol_str::SmolStr;
use std::collections::VecDeque;

/// Work that a container's processes may do in one slice of cluster time, in steps of about one shell command.
/// What is left is done in the next slice, so that a busy loop can't hang the simulation.
const SLICE_STEPS: u64 = 30_000;
/// The length of a first slice. A container that uses up slice after slice gets longer ones (up to
/// [`MAX_SLICE_MS`]), so that it costs the simulation less and less.
const SLICE_MS: u64 = 10;
const MAX_SLICE_MS: u64 = 1_000;
/// More processes than this in one container fail to fork.
const MAX_PROCESSES: usize = 256;
/// What a pipe holds, as in Linux.
const PIPE_BYTES: usize = 65_536;

pub(crate) type FileId = u64;
pub(crate) type PipeId = u64;

/// A pipe between processes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipe {
    pub buffer: VecDeque<u8>,
    pub readers: u32,
    pub writers: u32,
    /// Whether the next reader that finds nothing is told that it has come to the end (Ctrl+D at a terminal).
    pub ends_once: bool,
}

/// The processes of one container, with their open files and pipes.
#[derive(Clone, Default)]
pub(crate) struct Kernel {
    processes: SortedMap<Pid, Process>,
    files: SortedMap<FileId, OpenFile>,
    pipes: SortedMap<PipeId, Pipe>,
    next_pid: Pid,
    next_id: u64,
    signals: Vec<(Pid, Signal, Sender)>,
    random: u64,
    slice_ms: u64,
    /// Who listens on which port.
    pub listeners: SortedMap<u16, Pid>,
    /// Commands started by `exec` that have ended since this was last emptied.
    pub finished_execs: Vec<(ExecId, i32)>,
}

/// Where a signal comes from: the first process can't be killed from inside its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Inside,
    Outside,
}

/// What the processes of a container may touch, while they run.
pub(crate) struct World<'a> {
    pub files: Files<'a>,
    pub machine: &'a Machine<'a>,
    pub log: &'a mut Log,
    pub exec_output: &'a mut dyn FnMut(ExecId, Stream, &[u8]),
    pub now_ms: u64,
}

/// What came of running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// The status of the first process, once it has ended: its exit code, or 128 + a signal.
    pub exit: Option<(i32, Signal)>,
    /// When there is something to do again.
    pub wake_at_ms: Option<u64>,
}

impl Kernel {
    pub fn new(seed: u64) -> Kernel {
        Kernel { next_pid: 1, random: seed | 1, slice_ms: SLICE_MS, ..Kernel::default() }
    }

    /// Adds a process that doesn't come from another one: the first one, or one started by `exec`.
    pub fn start(&mut self, process: Process, stdio: [OpenKind; 3]) -> Pid {
        let pid = self.next_pid;
        self.next_pid += 1;
        let mut process = process;
        for (fd, kind) in stdio.into_iter().enumerate() {
            let file = self.open(kind);
            process.fds.insert(fd as u32, file);
        }
        self.processes.insert(pid, process);
        pid
    }

    /// A pipe whose writing end is held from outside (the standard input of `kubectl exec -i`).
    pub fn outside_pipe(&mut self) -> (PipeId, OpenKind) {
        let pipe = self.new_pipe();
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            pipe.writers += 1;
        }
        (pipe, OpenKind::PipeRead(pipe))
    }

    /// Types into such a pipe.
    pub fn outside_write(&mut self, pipe: PipeId, bytes: &[u8]) {
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            pipe.buffer.extend(bytes);
        }
    }

    /// Says to whoever reads next that nothing more comes, and leaves the pipe open: Ctrl+D.
    pub fn outside_end_once(&mut self, pipe: PipeId) {
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            pipe.ends_once = true;
        }
    }

    /// Closes such a pipe.
    pub fn outside_close(&mut self, pipe: PipeId) {
        if let Some(pipe) = self.pipes.get_mut(&pipe) {
            pipe.writers = pipe.writers.saturating_sub(1);
        }
    }

    /// Sends a signal; it arrives when the container runs next.
    pub fn signal(&mut self, pid: Pid, signal: Signal, sender: Sender) {
        self.signals.push((pid, signal, sender));
    }

    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.processes.get(&pid)
    }

    pub fn processes(&self) -> impl Iterator<Item = (Pid, &Process)> {
        self.processes.iter().map(|(pid, process)| (*pid, process))
    }

    /// Lets the processes go on until all wait, or the slice is used up.
    pub fn run(&mut self, world: &mut World<'_>) -> Ran {
        let mut steps_left = SLICE_STEPS;
        loop {
            self.deliver_signals(world);
            let pids: Vec<Pid> = self.processes.keys().copied().collect();
            let mut progress = false;
            for pid in pids {
                if let Some(spent) = self.run_process(pid, world) {
                    progress = true;
                    steps_left = steps_left.saturating_sub(spent);
                }
            }
            if let Some(exit) = self.processes.get(&1).and_then(|first| first.exit) {
                self.end_all();
                return Ran { exit: Some(exit), wake_at_ms: None };
            }
            if !progress && self.signals.is_empty() {
                self.slice_ms = SLICE_MS;
                return Ran { exit: None, wake_at_ms: self.wake_at(world.now_ms) };
            }
            if steps_left == 0 {
                let next_slice_ms = world.now_ms + self.slice_ms;
                let wake_at_ms = self.next_wake_at(world.now_ms).map_or(next_slice_ms, |at| at.min(next_slice_ms));
                self.slice_ms = (self.slice_ms * 2).min(MAX_SLICE_MS);
                return Ran { exit: None, wake_at_ms: Some(wake_at_ms) };
            }
        }
    }

    /// When a waiting process has to be looked at again.
    fn wake_at(&self, now_ms: u64) -> Option<u64> {
        self.processes.values().filter(|process| process.exit.is_none()).filter_map(|process| process.wait.wake_at_ms()).map(|at| at.max(now_ms)).min()
    }

    /// When the first of the sleeping processes wakes up.
    fn next_wake_at(&self, now_ms: u64) -> Option<u64> {
        self.processes.values().filter(|process| process.exit.is_none()).filter_map(|process| process.wait.wake_at_ms()).filter(|at| *at > now_ms).min()
    }

    /// Runs one process until it waits, ends, or has had its share; `None` when it can't go on at all.
    fn run_process(&mut self, pid: Pid, world: &mut World<'_>) -> Option<u64> {
        if !self.is_ready(pid, world) {
            return None;
        }
        let mut process = self.processes.remove(&pid)?;
        let mut program = process.program.take();
        process.wait = Wait::Ready;
        for child in self.processes.values_mut().filter(|child| child.parent == pid && child.exit.is_some()) {
            child.noticed = true;
        }
        let mut sys = Sys { kernel: self, process: &mut process, pid, world, spent: 1 };
        let flow = match &mut program {
            Some(program) => program.step(&mut sys),
            None => Flow::Exit(0),
        };
        let spent = sys.spent;
        let mut ended = None;
        match flow {
            Flow::More => {}
            Flow::Wait(wait) => process.wait = wait,
            Flow::Exit(code) => ended = Some((code & 0xff, 0)),
            Flow::Become(next) => program = Some(next),
        }
        process.program = program;
        self.processes.insert(pid, process);
        if let Some(exit) = ended {
            self.end(pid, exit);
        }
        Some(spent)
    }

    /// Whether a process can go on: what it waits for has come, and what it wrote has been taken.
    fn is_ready(&mut self, pid: Pid, world: &mut World<'_>) -> bool {
        let Some(process) = self.processes.get_mut(&pid) else { return false };
        if process.exit.is_some() {
            return false;
        }
        if !process.unwritten.is_empty() {
            let unwritten = std::mem::take(&mut process.unwritten);
            let rest = self.flush(pid, unwritten);
            let Some(process) = self.processes.get_mut(&pid) else { return false };
            let stuck = !rest.is_empty();
            process.unwritten = rest;
            if stuck {
                return false;
            }
        }
        let Some(process) = self.processes.get(&pid) else { return false };
        let readable = |fd: &u32| process.fds.get(fd).is_none_or(|file| self.files.get(file).is_none_or(|file| self.pipes_ready(file)));
        match &process.wait {
            Wait::Ready => true,
            Wait::Until(at_ms) => *at_ms <= world.now_ms,
            Wait::Input(fd) => readable(fd),
            Wait::InputUntil(fd, at_ms) => readable(fd) || *at_ms <= world.now_ms,
            Wait::Child => self.processes.values().any(|child| child.parent == pid && child.exit.is_some() && !child.noticed),
            Wait::Network | Wait::Forever => false,
        }
    }

    fn pipes_ready(&self, file: &OpenFile) -> bool {
        match file.kind {
            OpenKind::PipeRead(pipe) => self.pipes.get(&pipe).is_none_or(|pipe| !pipe.buffer.is_empty() || pipe.writers == 0 || pipe.ends_once),
            _ => true,
        }
    }

    /// Writes what fits into pipes; gives back what doesn't.
    fn flush(&mut self, pid: Pid, unwritten: VecDeque<(PipeId, Vec<u8>)>) -> VecDeque<(PipeId, Vec<u8>)> {
        let mut rest = VecDeque::new();
        for (id, bytes) in unwritten {
            let Some(pipe) = self.pipes.get_mut(&id) else { continue };
            if pipe.readers == 0 {
                self.signals.push((pid, signal::PIPE, Sender::Inside));
                continue;
            }
            let room = if rest.is_empty() { PIPE_BYTES.saturating_sub(pipe.buffer.len()).min(bytes.len()) } else { 0 };
            pipe.buffer.extend(&bytes[..room]);
            if room < bytes.len() {
                rest.push_back((id, bytes[room..].to_vec()));
            }
        }
        rest
    }

    fn deliver_signals(&mut self, world: &mut World<'_>) {
        for (pid, signal, sender) in std::mem::take(&mut self.signals) {
            let Some(mut process) = self.processes.remove(&pid) else { continue };
            if process.exit.is_some() {
                self.processes.insert(pid, process);
                continue;
            }
            let mut program = process.program.take();
            let mut sys = Sys { kernel: self, process: &mut process, pid, world, spent: 0 };
            let handled = match &mut program {
                Some(program) if signal != signal::KILL => program.signal(signal, &mut sys),
                _ => OnSignal::Default,
            };
            process.program = program;
            if handled == OnSignal::Handled {
                process.wait = Wait::Ready;
            }
            self.processes.insert(pid, process);
            let spared = pid == 1 && !(signal == signal::KILL && sender == Sender::Outside);
            if handled == OnSignal::Default && !spared && !signal::ignored_by_default(signal) {
                self.end(pid, (128 + signal, signal));
            }
        }
    }

    /// A process ends: its files are closed, its children go to the first process, its parent may learn of it.
    fn end(&mut self, pid: Pid, exit: (i32, Signal)) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        process.exit = Some(exit);
        process.program = None;
        process.unwritten.clear();
        let (fds, parent, exec) = (std::mem::take(&mut process.fds), process.parent, process.exec);
        for file in fds.into_values() {
            self.close(file);
        }
        self.listeners.retain(|_, listener| *listener != pid);
        let orphans: Vec<Pid> = self.processes.iter().filter(|(_, child)| child.parent == pid).map(|(pid, _)| *pid).collect();
        for orphan in orphans {
            let adopted = self.processes.get_mut(&orphan).map(|child| {
                child.parent = 0;
                child.exit.is_some()
            });
            if adopted == Some(true) {
                self.processes.remove(&orphan);
            }
        }
        if let Some(exec) = exec {
            self.finished_execs.push((exec, exit.0));
        }
        if pid != 1 && (parent == 0 || !self.processes.contains_key(&parent)) {
            self.processes.remove(&pid);
        }
    }

    /// The first process has ended, and the rest of the namespace with it.
    pub fn end_all(&mut self) {
        let execs: Vec<ExecId> = self.processes.values().filter(|process| process.exit.is_none()).filter_map(|process| process.exec).collect();
        self.finished_execs.extend(execs.into_iter().map(|exec| (exec, 128 + signal::KILL)));
        self.processes.retain(|pid, _| *pid == 1);
        self.files.clear();
        self.pipes.clear();
        self.listeners.clear();
        self.signals.clear();
    }

    fn new_pipe(&mut self) -> PipeId {
        self.next_id += 1;
        self.pipes.insert(self.next_id, Pipe::default());
        self.next_id
    }

    /// Opens something, for one file descriptor.
    fn open(&mut self, kind: OpenKind) -> FileId {
        match kind {
            OpenKind::PipeRead(pipe) => {
                if let Some(pipe) = self.pipes.get_mut(&pipe) {
                    pipe.readers += 1;
                }
            }
            OpenKind::PipeWrite(pipe) => {
                if let Some(pipe) = self.pipes.get_mut(&pipe) {
                    pipe.writers += 1;
                }
            }
            _ => {}
        }
        self.next_id += 1;
        self.files.insert(self.next_id, OpenFile { kind, offset: 0, references: 1 });
        self.next_id
    }

    /// One more file descriptor for an open file.
    fn share(&mut self, file: FileId) {
        if let Some(file) = self.files.get_mut(&file) {
            file.references += 1;
        }
    }

    /// One file descriptor less.
    fn close(&mut self, id: FileId) {
        let Some(file) = self.files.get_mut(&id) else { return };
        file.references -= 1;
        if file.references > 0 {
            return;
        }
        let Some(file) = self.files.remove(&id) else { return };
        let (pipe_id, reader) = match file.kind {
            OpenKind::PipeRead(pipe) => (pipe, true),
            OpenKind::PipeWrite(pipe) => (pipe, false),
            _ => return,
        };
        if let Some(pipe) = self.pipes.get_mut(&pipe_id) {
            if reader {
                pipe.readers = pipe.readers.saturating_sub(1);
            } else {
                pipe.writers = pipe.writers.saturating_sub(1);
            }
            if pipe.readers == 0 && pipe.writers == 0 {
                self.pipes.remove(&pipe_id);
            }
        }
    }

    /// What processes ask of the network, and how long they wait at most: to be answered with [`Kernel::reply`].
    pub fn asks(&mut self) -> Vec<(Pid, Ask, u64)> {
        self.processes.iter_mut().filter_map(|(pid, process)| process.ask.take().map(|(ask, limit_ms)| (*pid, ask, limit_ms))).collect()
    }

    /// The network's answer; the process learns of it at the given time.
    pub fn reply(&mut self, pid: Pid, reply: Reply, at_ms: u64) {
        if let Some(process) = self.processes.get_mut(&pid) {
            process.reply = Some(reply);
            process.wait = Wait::Until(at_ms);
        }
    }

    /// What a program outside of the machine does next; what it did before and nobody has seen yet comes first.
    pub fn progress(&mut self, pid: Pid, progress: Progress, now_ms: u64) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        match &mut process.reply {
            Some(Reply::Program(earlier)) => {
                earlier.output.extend(progress.output);
                earlier.wants_input |= progress.wants_input;
                earlier.exit_code = earlier.exit_code.or(progress.exit_code);
            }
            _ => process.reply = Some(Reply::Program(progress)),
        }
        process.wait = Wait::Until(now_ms);
    }

    /// Whether a process still runs.
    pub fn runs(&self, pid: Pid) -> bool {
        self.processes.get(&pid).is_some_and(|process| process.exit.is_none())
    }

    /// The children of a process that run, and theirs.
    pub fn descendants(&self, pid: Pid) -> Vec<Pid> {
        let mut found = Vec::new();
        for (child, process) in self.processes.iter().filter(|(_, process)| process.exit.is_none()) {
            // A child's number is above its parent's.
            if process.parent == pid || found.contains(&process.parent) {
                found.push(*child);
            }
        }
        found
    }

    /// An answer was given by the server that is this process; it goes on to log it.
    pub fn served(&mut self, pid: Pid, answer: &super::net::Answer) {
        if let Some(process) = self.processes.get_mut(&pid) {
            if let Some(program) = &mut process.program {
                program.served(answer);
            }
            if process.wait == Wait::Forever {
                process.wait = Wait::Ready;
            }
        }
    }

    /// The command name of a process, as `ps` shows it.
    pub fn command_line(process: &Process) -> String {
        let words: Vec<&str> = process.argv.iter().map(SmolStr::as_str).collect();
        words.join(" ")
    }
}
