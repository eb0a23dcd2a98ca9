//! A person's own computer beside the cluster: a bash with busybox' programs and some files, and programs such as kubectl whose
//! work whoever drives it does.
//!
//! It is a value, and it does nothing by itself: [`Workstation::run`] goes on until all its processes wait.

use super::base::{self, Family};
use super::config::{ContainerConfig, ExecId, SandboxConfig};
use super::fs::view::{Files, View};
use super::fs::{NodeKind, ROOT, Tree};
use super::kernel::{Ask, Kernel, Machine, OpenKind, Pid, PipeId, Process, Progress, Reply, Sender, Wait, World, signal};
use super::log::{Log, Stream};
use super::net::Network;
use super::programs::{MAGIC, OUTSIDE};
use super::shell::{Dialect, Start};
use super::{Profile, kernel};
use crate::value::{OrdMap, SortedSet};
use smol_str::{SmolStr, format_smolstr};

pub use kernel::Prompt;

/// The folder where the person's files are, and where the shell starts.
pub const HOME: &str = "/root";
/// Its names, as every computer has them.
const HOSTS: &str = "127.0.0.1\tlocalhost\n::1\tlocalhost\n";
/// What the computer's disk holds.
const DISK_BYTES: u64 = 64 << 20;
/// A file longer than this isn't read as a text.
const LONGEST_TEXT_BYTES: usize = 4 << 20;
/// Rounds of processes and answers at one instant, after which the rest is done a millisecond later.
const MAX_ROUNDS: usize = 10_000;

/// A program from outside that was called.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its process.
    pub pid: u32,
    /// Its name and its arguments.
    pub argv: Vec<SmolStr>,
    /// The folder that it was called in.
    pub folder: SmolStr,
    /// Whether the person can type into it.
    pub reads_terminal: bool,
    /// Whether the person sees its output at once.
    pub writes_terminal: bool,
}

/// What has happened on the computer.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Something was written to the terminal.
    Wrote(Stream, String),
    /// A program from outside is to run.
    Called(Call),
    /// It has read this; none: it has come to the end of its input.
    Read(u32, Option<String>),
}

/// The computer.
#[derive(Clone)]
pub struct Workstation {
    kernel: Kernel,
    view: View,
    input: PipeId,
    log: Log,
    sandbox: SandboxConfig,
    config: ContainerConfig,
    wake_at_ms: Option<u64>,
    started_at_ms: u64,
}

impl Workstation {
    /// A computer with these programs from outside, whose shell waits for a command.
    pub fn new(programs: &[&str], now_ms: u64) -> Workstation {
        let mut root = base::tree(Family::Busybox, &["bash", "curl"], now_ms);
        for name in programs {
            // The root was just made and has room for it.
            let _ = root.write(&format!("usr/local/bin/{name}"), format!("{MAGIC}{OUTSIDE}{name}\n").as_bytes(), 0o755, now_ms);
        }
        let _ = root.make_dirs(HOME, 0o755, now_ms);
        let _ = root.write("etc/hosts", HOSTS.as_bytes(), 0o644, now_ms);
        // Whoever sits here is root already.
        let _ = root.write("usr/bin/sudo", format!("{MAGIC}sudo\n").as_bytes(), 0o755, now_ms);
        let (kernel, input) = boot(now_ms);
        let sandbox = SandboxConfig { hostname: "kubarium".into(), ip: "127.0.0.1".into(), ..SandboxConfig::default() };
        let (log, config) = (Log::default(), ContainerConfig::default());
        Workstation { kernel, view: View::new(root, false), input, log, sandbox, config, wake_at_ms: Some(now_ms), started_at_ms: now_ms }
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        self.kernel.outside_write(self.input, line.as_bytes());
        self.kernel.outside_write(self.input, b"\n");
    }

    /// Runs a line in a shell of its own, beside what the person's shell does; it reads nothing.
    pub fn run_beside(&mut self, line: &str, now_ms: u64) {
        self.kernel.start(shell(&["bash", "-c", line], now_ms), terminal(OpenKind::Null));
        self.wake_at_ms = Some(now_ms);
    }

    /// Ctrl+D: whoever reads next has come to the end. The shell itself stays.
    pub fn end_input(&mut self) {
        if self.prompt() != Some(Prompt::Command) {
            self.kernel.outside_end_once(self.input);
        }
    }

    /// Ctrl+C.
    pub fn interrupt(&mut self) {
        self.kernel.signal(1, signal::INT, Sender::Outside);
    }

    /// What the shell waits for; none while a command runs in the foreground.
    pub fn prompt(&self) -> Option<Prompt> {
        let shell = self.kernel.process(1)?;
        let waits = shell.wait == Wait::Input(0) && shell.unwritten.is_empty();
        shell.program.as_ref().filter(|_| waits)?.prompt()
    }

    /// When it goes on by itself, in milliseconds since the Unix epoch.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.wake_at_ms
    }

    /// Whether a program from outside still runs: it may have been killed, or nobody reads what it writes any more.
    pub fn runs(&self, pid: u32) -> bool {
        self.kernel.runs(pid)
    }

    /// A program from outside writes.
    pub fn write(&mut self, pid: u32, stream: Stream, text: String, now_ms: u64) {
        self.kernel.progress(pid, Progress { output: vec![(stream, text)], ..Progress::default() }, now_ms);
    }

    /// A program from outside wants to read.
    pub fn read(&mut self, pid: u32, now_ms: u64) {
        self.kernel.progress(pid, Progress { wants_input: true, ..Progress::default() }, now_ms);
    }

    /// A program from outside has ended.
    pub fn end(&mut self, pid: u32, exit_code: i32, now_ms: u64) {
        self.kernel.progress(pid, Progress { exit_code: Some(exit_code), ..Progress::default() }, now_ms);
    }

    /// Goes on until all processes wait; says what has happened. `network` is what the computer reaches.
    pub fn run(&mut self, now_ms: u64, network: &mut dyn Network) -> Vec<Happening> {
        let mut happenings = Vec::new();
        for _ in 0..MAX_ROUNDS {
            let exit = self.run_processes(now_ms, &mut happenings);
            if exit {
                // `exit` and `exec`: the next shell begins.
                (self.kernel, self.input) = boot(now_ms);
                self.wake_at_ms = Some(now_ms);
                continue;
            }
            let asks = self.kernel.asks();
            if asks.is_empty() && self.wake_at_ms.is_none_or(|at_ms| at_ms > now_ms) {
                return happenings;
            }
            let mut calls = false;
            for (pid, ask, limit_ms) in asks {
                match self.answer(pid, ask, now_ms, network, &mut happenings) {
                    Some((reply, delay_ms)) => self.kernel.reply(pid, reply, now_ms + delay_ms.min(limit_ms)),
                    None => calls = true,
                }
            }
            if calls {
                return happenings;
            }
        }
        self.wake_at_ms = Some(now_ms + 1);
        happenings
    }

    /// Lets the processes go on; true when the shell has ended.
    fn run_processes(&mut self, now_ms: u64, happenings: &mut Vec<Happening>) -> bool {
        let none_taken = SortedSet::new();
        let machine =
            Machine { profile: Profile::Playground, sandbox: &self.sandbox, config: &self.config, taken_ports: &none_taken, started_at_ms: self.started_at_ms };
        let mut output: Vec<(Stream, Vec<u8>)> = Vec::new();
        let mut exec_output = |_: ExecId, stream: Stream, bytes: &[u8]| match output.last_mut() {
            Some((last, before)) if *last == stream => before.extend(bytes),
            _ => output.push((stream, bytes.to_vec())),
        };
        let (mut volumes, mut written) = (OrdMap::new(), Vec::new());
        let files = Files { view: &mut self.view, volumes: &mut volumes, written: &mut written, disk_free_bytes: DISK_BYTES, now_ms };
        let mut world = World { files, machine: &machine, log: &mut self.log, exec_output: &mut exec_output, now_ms };
        let ran = self.kernel.run(&mut world);
        self.wake_at_ms = ran.wake_at_ms;
        happenings.extend(output.into_iter().map(|(stream, bytes)| Happening::Wrote(stream, String::from_utf8_lossy(&bytes).into_owned())));
        ran.exit.is_some()
    }

    fn answer(&self, pid: Pid, ask: Ask, now_ms: u64, network: &mut dyn Network, happenings: &mut Vec<Happening>) -> Option<(Reply, u64)> {
        match ask {
            Ask::Program(call) => {
                let (reads_terminal, writes_terminal) = call.terminal;
                happenings.push(Happening::Called(Call { pid, argv: call.argv, folder: call.cwd, reads_terminal, writes_terminal }));
                None
            }
            Ask::Input(bytes) => {
                happenings.push(Happening::Read(pid, bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())));
                None
            }
            Ask::Resolve(name) => {
                let resolution = network.resolve(&self.sandbox, &name, now_ms);
                let delay_ms = resolution.delay_ms;
                Some((Reply::Resolved(resolution), delay_ms))
            }
            Ask::Connect(host, port) => {
                let connection = network.connect(&self.sandbox, &host, port, now_ms);
                let delay_ms = connection.delay_ms;
                Some((Reply::Connected(connection), delay_ms))
            }
            Ask::Http(request) => {
                let outcome = network.http(&self.sandbox, &request, now_ms);
                let delay_ms = outcome.delay_ms;
                Some((Reply::Http(outcome), delay_ms))
            }
        }
    }
}

/// Files.
impl Workstation {
    /// Every text below the person's folder and below `/tmp`, by its absolute path.
    pub fn texts(&self) -> Vec<(SmolStr, String)> {
        let mut texts = Vec::new();
        for folder in [HOME, "/tmp"] {
            if let Ok(inode) = self.view.root.find(folder) {
                collect(&self.view.root, inode, folder, &mut texts);
            }
        }
        texts
    }

    /// The text of a file; empty where there is none.
    pub fn text(&self, path: &str) -> String {
        self.view.root.read_text(path, LONGEST_TEXT_BYTES).unwrap_or_default()
    }

    /// Writes a text, unless the file has it already.
    pub fn write_text(&mut self, path: &str, text: &str, now_ms: u64) {
        if self.view.root.read_text(path, LONGEST_TEXT_BYTES).is_ok_and(|there| there == text) {
            return;
        }
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            let _ = self.view.root.make_dirs(folder, 0o755, now_ms);
        }
        // Where a folder is in the way the file isn't written, as with any program.
        let _ = self.view.root.write(path, text.as_bytes(), 0o644, now_ms);
    }

    /// Deletes a file.
    pub fn remove_text(&mut self, path: &str, now_ms: u64) {
        self.view.root.remove_all(path, now_ms);
    }

    /// The names in a folder, with whether each is a folder itself.
    pub fn names_in(&self, path: &str) -> Vec<(SmolStr, bool)> {
        let root = &self.view.root;
        let entries = root.find(path).ok().and_then(|inode| root.node(inode)).and_then(|node| node.entries());
        entries
            .into_iter()
            .flat_map(|entries| entries.iter())
            .map(|(name, inode)| (name.clone(), root.node(*inode).is_some_and(|node| node.is_dir())))
            .collect()
    }

    /// The folder that the shell is in.
    pub fn folder(&self) -> SmolStr {
        self.kernel.process(1).map_or(HOME.into(), |shell| shell.cwd.clone())
    }
}

fn collect(tree: &Tree, inode: u64, path: &str, texts: &mut Vec<(SmolStr, String)>) {
    let Some(node) = tree.node(inode) else { return };
    match &node.kind {
        NodeKind::Directory(entries) => {
            for (name, child) in entries.iter().filter(|(_, child)| **child != ROOT) {
                collect(tree, *child, &format_smolstr!("{path}/{name}"), texts);
            }
        }
        NodeKind::File(content) if content.len() <= LONGEST_TEXT_BYTES as u64 => {
            if let Ok(text) = String::from_utf8(content.bytes(LONGEST_TEXT_BYTES)) {
                texts.push((path.into(), text));
            }
        }
        _ => {}
    }
}

/// A kernel whose first process is an interactive bash.
fn boot(now_ms: u64) -> (Kernel, PipeId) {
    let mut kernel = Kernel::new(1);
    let (pipe, input) = kernel.outside_pipe();
    kernel.start(shell(&["bash", "-i"], now_ms), terminal(input));
    (kernel, pipe)
}

/// Input, output and errors of who writes to the terminal.
fn terminal(input: OpenKind) -> [OpenKind; 3] {
    let terminal = ExecId(0);
    [input, OpenKind::Exec(terminal, Stream::Stdout), OpenKind::Exec(terminal, Stream::Stderr)]
}

/// A shell of the person's.
fn shell(argv: &[&str], now_ms: u64) -> Process {
    let argv: Vec<SmolStr> = argv.iter().map(SmolStr::new).collect();
    let env: [(&str, &str); 8] = [
        ("PATH", super::programs::DEFAULT_PATH),
        ("HOME", HOME),
        ("USER", "root"),
        ("HOSTNAME", "kubarium"),
        ("TERM", "xterm"),
        ("SHELL", "/bin/bash"),
        // Who shows the terminal shows the prompt.
        ("PS1", ""),
        ("PS2", ""),
    ];
    let env = env.map(|(name, value)| (SmolStr::from(name), SmolStr::from(value))).to_vec();
    let start = Start { dialect: Dialect::Bash, argv: argv.clone() };
    let mut process = Process::new(Box::new(start), &argv, std::sync::Arc::new(env), Default::default(), now_ms);
    process.cwd = HOME.into();
    process
}
