//! The terminal: a shell on a person's own computer beside the cluster, with kubectl, minikube and others.
//!
//! The shell and its usual programs are the kubelet's (`kubelet::runtime::Workstation`). Programs that talk to the cluster are
//! [`Command`]s; what they write goes through the shell's pipes.

pub mod complete;
mod computer;
mod drive;
mod kubectx;
mod minikube;
mod network;
pub mod shown;
#[cfg(test)]
mod tests;

pub use computer::carry_out;
pub use drive::{Next, drive};

use super::history::History;
use super::session::Report;
use super::workspace::{File, Workspace};
use crate::cluster::{Cluster, FAULT_USAGE};
use crate::kubectl::{Command, Environment, Files, HostRequest, Kubeconfig, Output, Session as Program, Stream};
use crate::kubelet::runtime::{Call, HOME, Happening, Prompt, Stream as Written, Workstation};
use crate::value::SmolStr;
use computer::Computer;
use std::future::Future;
use std::pin::Pin;

/// What commands need of the session.
pub struct World<'a> {
    /// The cluster.
    pub cluster: &'a mut Cluster,
    /// What was done to it.
    pub history: &'a mut History,
    /// Contexts.
    pub kubeconfig: &'a mut Kubeconfig,
}

/// Numbers of commands in the terminal begin here: theirs are the numbers of their processes.
const FIRST_ID: usize = 1 << 30;
/// Rounds of the shell and its commands at one instant; what is left is done a millisecond later.
const MOST_ROUNDS: usize = 2_000;

/// How long a program like kubectl takes to start, in cluster time. Nobody waits for so many of them, but a loop without an end does.
const START_MS: u64 = 50;
const STARTS_AT_ONCE: u64 = 100;

/// A program that runs outside of the shell, as a function.
type Start = fn(Program, Vec<String>) -> Pin<Box<dyn Future<Output = i32>>>;

/// The programs beside kubectl.
const PROGRAMS: [(&str, Start); 4] = [
    ("fault", |session, arguments| Box::pin(fault(session, arguments))),
    ("kubens", |session, arguments| Box::pin(kubectx::kubens(session, arguments))),
    ("kubectx", |session, arguments| Box::pin(kubectx::kubectx(session, arguments))),
    ("minikube", |session, arguments| Box::pin(minikube::run(session, arguments))),
];
/// kubectl, and its short name.
const KUBECTL: [&str; 2] = ["kubectl", "k"];

/// A program that is being carried out.
struct Running {
    call: Call,
    command: Command,
    files: Files,
    due_ms: u64,
    /// Whether the shell was asked for input that has not come yet.
    reads: bool,
    /// What is to be undone when it ends: requests to the machines that last as long as it runs.
    lasting: Vec<HostRequest>,
}

/// The terminal.
pub struct Terminal {
    station: Workstation,
    running: Vec<Running>,
    computer: Computer,
    /// The workspace's files, as they were last seen on both sides.
    known: Vec<File>,
    /// When all programs would have started, if each took its time.
    starts_until_ms: u64,
}

impl Terminal {
    /// A terminal whose shell waits for its first command.
    pub fn new(now_ms: u64) -> Terminal {
        let names: Vec<&str> = KUBECTL.into_iter().chain(PROGRAMS.map(|(name, _)| name)).collect();
        Terminal { station: Workstation::new(&names, now_ms), running: Vec::new(), computer: Computer::default(), known: Vec::new(), starts_until_ms: 0 }
    }

    /// What the shell waits for; none while a command runs in the foreground.
    pub fn prompt(&self) -> Option<Prompt> {
        self.station.prompt()
    }

    /// The shell, for completion.
    pub fn station(&self) -> &Workstation {
        &self.station
    }

    /// Types a line: a command, or what the command in the foreground reads.
    pub fn enter(&mut self, line: &str, workspace: &Workspace, world: &mut World<'_>) -> Vec<Report> {
        self.take_files(workspace, world.cluster.now_ms());
        self.station.type_line(line);
        self.run(world)
    }

    /// Carries out a line beside what runs in the foreground: it reads nothing that is typed.
    pub fn enter_beside(&mut self, line: &str, workspace: &Workspace, world: &mut World<'_>) -> Vec<Report> {
        self.take_files(workspace, world.cluster.now_ms());
        self.station.run_beside(line, world.cluster.now_ms());
        self.run(world)
    }

    /// Ctrl+C.
    pub fn interrupt(&mut self, world: &mut World<'_>) -> Vec<Report> {
        self.station.interrupt();
        self.run(world)
    }

    /// Ctrl+D: nothing more is typed into the command in the foreground.
    pub fn end_input(&mut self, world: &mut World<'_>) -> Vec<Report> {
        self.station.end_input();
        self.run(world)
    }

    /// A person has edited the text that a command asked for; `None` where they gave up.
    pub fn answer_edit(&mut self, id: usize, text: Option<String>, world: &mut World<'_>) -> Vec<Report> {
        if let Some(running) = self.running.iter_mut().find(|running| FIRST_ID + running.call.pid as usize == id) {
            running.command.answer_edit(text);
            running.due_ms = world.cluster.now_ms();
        }
        self.run(world)
    }

    /// When there is something to do, in milliseconds since the Unix epoch.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.running.iter().map(|running| running.due_ms).chain(self.station.next_due_ms()).min().filter(|due_ms| *due_ms < u64::MAX)
    }

    /// Does everything that is due.
    pub fn run(&mut self, world: &mut World<'_>) -> Vec<Report> {
        let now_ms = world.cluster.now_ms();
        let mut reports = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let mut network = network::Outside::new(world, &mut self.computer, self.station.text("/etc/hosts"));
            let happenings = self.station.run(now_ms, &mut network);
            // What only writes has had its share of this instant; `yes` would write for ever.
            let mut is_idle = happenings.iter().all(|happening| matches!(happening, Happening::Wrote(..)));
            for happening in happenings {
                match happening {
                    Happening::Wrote(stream, text) => reports.push(Report::Terminal(Output { stream: stream_of(stream), text })),
                    Happening::Called(call) => self.start(call, world),
                    Happening::Read(pid, text) => {
                        if let Some(running) = self.running.iter_mut().find(|running| running.call.pid == pid) {
                            running.reads = false;
                            running.command.answer_input(text);
                            running.due_ms = now_ms;
                        }
                    }
                }
            }
            for mut each in std::mem::take(&mut self.running) {
                let is_killed = !self.station.runs(each.call.pid);
                is_idle &= !is_killed && each.due_ms > now_ms;
                if is_killed {
                    self.finish(&mut each, world);
                } else if each.due_ms > now_ms || self.go_on(&mut each, world, &mut reports) {
                    self.running.push(each);
                }
            }
            if is_idle {
                break;
            }
        }
        self.give_files(&mut reports);
        self.computer.keep_mounts(&self.station, world);
        reports
    }

    fn start(&mut self, call: Call, world: &mut World<'_>) {
        let name = call.argv.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        let arguments: Vec<String> = call.argv.iter().skip(1).map(SmolStr::to_string).collect();
        let mut files = Files::seen_from(&call.folder);
        for (path, text) in self.station.texts() {
            files.insert(&path, text);
        }
        let environment = Environment {
            registry: world.cluster.server().registry().clone(),
            files: files.clone(),
            stdin: None,
            is_terminal: call.reads_terminal && call.writes_terminal,
            kubeconfig: world.kubeconfig.clone(),
        };
        let command = match PROGRAMS.iter().find(|(known, _)| *known == name) {
            Some((_, start)) => Command::of(environment, |session| start(session, arguments)),
            None => Command::start(&arguments, environment),
        };
        let now_ms = world.cluster.now_ms();
        let ahead_ms = STARTS_AT_ONCE * START_MS;
        self.starts_until_ms = self.starts_until_ms.clamp(now_ms, now_ms + 2 * ahead_ms) + START_MS;
        let due_ms = now_ms.max(self.starts_until_ms.saturating_sub(ahead_ms));
        self.running.push(Running { call, command, files, due_ms, reads: false, lasting: Vec::new() });
    }

    /// Carries a program on until it waits or ends; whether it goes on later.
    fn go_on(&mut self, running: &mut Running, world: &mut World<'_>, reports: &mut Vec<Report>) -> bool {
        let (now_ms, pid) = (world.cluster.now_ms(), running.call.pid);
        let station = &mut self.station;
        let write = |output: Output| station.write(pid, if output.stream == Stream::Out { Written::Stdout } else { Written::Stderr }, output.text, now_ms);
        let (computer, lasting) = (&mut self.computer, &mut running.lasting);
        let next = drive(&mut running.command, world, write, |request, world| computer.answer(request, world, lasting));
        match next {
            Next::At(due_ms) => running.due_ms = due_ms,
            Next::Input(until_ms) => {
                if !std::mem::replace(&mut running.reads, true) {
                    self.station.read(pid, now_ms);
                }
                running.due_ms = until_ms.max(now_ms + 1);
            }
            Next::Edit { file_name, text } => {
                running.due_ms = u64::MAX;
                reports.push(Report::Edit { id: FIRST_ID + pid as usize, file_name, text });
            }
            Next::Ended(exit_code) => {
                self.finish(running, world);
                self.station.end(pid, exit_code, now_ms);
                return false;
            }
        }
        true
    }

    /// A program has ended, or was ended: what it leaves behind is kept, and what lasted as long as it did is over.
    fn finish(&mut self, running: &mut Running, world: &mut World<'_>) {
        running.command.cancel();
        let left = running.command.environment();
        *world.kubeconfig = left.kubeconfig;
        for (path, text) in left.files.changed_since(&running.files) {
            self.station.write_text(&path, text, world.cluster.now_ms());
        }
        for request in std::mem::take(&mut running.lasting) {
            // What can't be undone any more is gone already.
            let _ = self.computer.answer(request, world, &mut Vec::new());
        }
    }

    /// The workspace's files are those of the person's folder.
    fn take_files(&mut self, workspace: &Workspace, now_ms: u64) {
        for gone in self.known.iter().filter(|known| !workspace.files.iter().any(|file| file.name == known.name)) {
            self.station.remove_text(&path_of(&gone.name), now_ms);
        }
        for file in &workspace.files {
            self.station.write_text(&path_of(&file.name), &file.text, now_ms);
        }
        self.known = workspace.files.clone();
    }

    fn give_files(&mut self, reports: &mut Vec<Report>) {
        let prefix = path_of("");
        let in_tabs = |(path, text): (SmolStr, String)| Some(File { name: path.strip_prefix(prefix.as_str()).filter(|name| has_tab(name))?.into(), text });
        let files: Vec<File> = self.station.texts().into_iter().filter_map(in_tabs).collect();
        let gone = self.known.iter().filter(|known| !files.iter().any(|file| file.name == known.name)).map(|known| (known.name.clone(), None));
        let written = files.iter().filter(|file| !self.known.contains(file)).map(|file| (file.name.clone(), Some(file.text.clone())));
        let changes: Vec<(SmolStr, Option<String>)> = gone.chain(written).collect();
        if !changes.is_empty() {
            self.known = files;
            reports.push(Report::Files(changes));
        }
    }
}

/// `fault …`: something goes wrong, as the person wants it.
async fn fault(session: Program, arguments: Vec<String>) -> i32 {
    if arguments.is_empty() || arguments.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help" | "help")) {
        session.out(FAULT_USAGE);
        return 0;
    }
    match session.host(HostRequest::Fault(arguments)).await {
        Ok(said) => {
            session.out_line(said);
            0
        }
        Err(why) => {
            session.err_line(why.trim_end());
            1
        }
    }
}

fn path_of(name: &str) -> String {
    format!("{HOME}/{name}")
}

/// Whether a file of the person's folder has a tab: those in folders below it and those whose name begins with a dot have none.
fn has_tab(name: &str) -> bool {
    !name.contains('/') && !name.starts_with('.')
}

fn stream_of(stream: Written) -> Stream {
    match stream {
        Written::Stdout => Stream::Out,
        Written::Stderr => Stream::Err,
    }
}
