//! What a process is, and what a program must be able to do.

use super::super::config::{ContainerConfig, ExecId, SandboxConfig};
use super::super::fs::view::{Credentials, Place};
use super::super::net::{Answer, Connection, HttpOutcome, HttpRequest, Resolution};
use super::super::{Profile, log::Stream};
use super::signal::Signal;
use super::{FileId, PipeId, Sys};
use crate::value::{SortedMap, SortedSet};
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) type Pid = u32;

/// Something that runs: a shell, one of its programs, a server.
pub(crate) trait Program: CloneProgram + Send + Sync {
    /// Goes on for a bounded piece of work, and says why it stops.
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow;

    /// A signal has arrived (never KILL).
    fn signal(&mut self, _signal: Signal, _sys: &mut Sys<'_, '_>) -> OnSignal {
        OnSignal::Default
    }

    /// What it answers to a request on a port that it listens on.
    fn answer(&self, _request: &HttpRequest, _service: &Service<'_>) -> Option<Answer> {
        None
    }

    /// The answer was given.
    fn served(&mut self, _answer: &Answer) {}

    /// What a shell waits for that somebody types into; none for everything else.
    fn prompt(&self) -> Option<Prompt> {
        None
    }

    /// What it uses beside what any process does: thousandths of a CPU, and bytes.
    fn load(&self) -> (u64, u64) {
        (0, 0)
    }
}

/// What a shell waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// A command.
    Command,
    /// The rest of one: an open quote, a here-document, the `done` of a loop.
    More,
}

/// Lets a boxed [`Program`] be cloned.
pub(crate) trait CloneProgram {
    fn clone_program(&self) -> Box<dyn Program>;
}

impl<P: Program + Clone + 'static> CloneProgram for P {
    fn clone_program(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Box<dyn Program> {
        self.as_ref().clone_program()
    }
}

/// Why a program stops for now.
pub(crate) enum Flow {
    /// It only had its share.
    More,
    /// It waits.
    Wait(Wait),
    /// It has ended with this exit code.
    Exit(i32),
    /// It replaces itself (`exec`).
    Become(Box<dyn Program>),
}

/// What became of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnSignal {
    /// The program has no handler.
    Default,
    /// The program has dealt with it, or ignores it.
    Handled,
}

/// What a process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing.
    Ready,
    /// A time.
    Until(u64),
    /// Something to read on a file descriptor, or its end.
    Input(u32),
    /// The same, but no longer than to a time.
    InputUntil(u32, u64),
    /// The end of a child.
    Child,
    /// The network's answer.
    Network,
    /// A signal.
    Forever,
}

impl Wait {
    /// The time that ends the waiting.
    pub fn wake_at_ms(self) -> Option<u64> {
        match self {
            Wait::Until(at_ms) | Wait::InputUntil(_, at_ms) => Some(at_ms),
            _ => None,
        }
    }
}

/// A process.
#[derive(Clone)]
pub(crate) struct Process {
    pub parent: Pid,
    pub argv: Arc<[SmolStr]>,
    pub fds: SortedMap<u32, FileId>,
    pub cwd: SmolStr,
    pub env: Arc<Vec<(SmolStr, SmolStr)>>,
    pub who: Arc<Credentials>,
    pub umask: u32,
    pub program: Option<Box<dyn Program>>,
    pub wait: Wait,
    /// What it wrote to pipes that were full.
    pub unwritten: VecDeque<(PipeId, Vec<u8>)>,
    /// How it ended, until its parent has asked: exit code and signal.
    pub exit: Option<(i32, Signal)>,
    /// Whether its parent was woken by its end.
    pub noticed: bool,
    pub started_at_ms: u64,
    pub exec: Option<ExecId>,
    /// What it asks of the network, and how long it waits for the answer.
    pub ask: Option<(Ask, u64)>,
    pub reply: Option<Reply>,
}

impl Process {
    pub fn new(program: Box<dyn Program>, argv: &[SmolStr], env: Arc<Vec<(SmolStr, SmolStr)>>, who: Credentials, now_ms: u64) -> Process {
        Process {
            parent: 0,
            argv: argv.into(),
            fds: SortedMap::new(),
            cwd: "/".into(),
            env,
            who: Arc::new(who),
            umask: 0o022,
            program: Some(program),
            wait: Wait::Ready,
            unwritten: VecDeque::new(),
            exit: None,
            noticed: false,
            started_at_ms: now_ms,
            exec: None,
            ask: None,
            reply: None,
        }
    }
}

/// An open file, shared by the file descriptors that were made from one another.
#[derive(Clone, Debug)]
pub(crate) struct OpenFile {
    pub kind: OpenKind,
    pub offset: u64,
    pub references: u32,
}

/// What is open.
#[derive(Clone, Debug)]
pub(crate) enum OpenKind {
    Null,
    Zero,
    Full,
    Random,
    /// The container's log.
    Log(Stream),
    /// The output of a command started by `exec`.
    Exec(ExecId, Stream),
    PipeRead(PipeId),
    PipeWrite(PipeId),
    /// A file; written to at its end.
    File {
        place: Place,
        writable: bool,
    },
    /// A here-document.
    Text(Arc<[u8]>),
}

/// What a process asks of the network.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Resolve(SmolStr),
    Connect(SmolStr, u16),
    Http(HttpRequest),
    /// A program that lives outside of this machine is to run.
    Program(Call),
    /// What that program read from its standard input; none: the end of it.
    Input(Option<Vec<u8>>),
}

/// A program outside of the machine, as it was called.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub argv: Vec<SmolStr>,
    pub cwd: SmolStr,
    /// Whether its standard input and its standard output are what the person sits at.
    pub terminal: (bool, bool),
}

/// What such a program does next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub output: Vec<(Stream, String)>,
    /// It wants to read.
    pub wants_input: bool,
    /// It has ended.
    pub exit_code: Option<i32>,
}

/// What the network answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Resolved(Resolution),
    Connected(Connection),
    Http(HttpOutcome),
    Program(Progress),
}

/// What programs can find out about where they run.
pub(crate) struct Machine<'a> {
    pub profile: Profile,
    pub sandbox: &'a SandboxConfig,
    pub config: &'a ContainerConfig,
    /// Ports of the pod that other containers listen on.
    pub taken_ports: &'a SortedSet<u16>,
    pub started_at_ms: u64,
}

/// What a server sees of its container when it answers.
pub(crate) struct Service<'a> {
    /// Reads a file as the server's user.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, super::super::fs::FsError>,
    /// Whether that is a directory.
    pub is_dir: &'a dyn Fn(&str) -> bool,
    pub machine: &'a Machine<'a>,
    pub env: &'a [(SmolStr, SmolStr)],
    pub client_ip: &'a str,
    pub now_ms: u64,
}
