//! A person's cluster: its clock, its past, and the commands that are being carried out.

use super::diagnostics::{self, Forecast};
use super::history::{History, Replay};
use super::terminal::complete::Completion;
use super::terminal::shown::{Piece, pieces};
use super::terminal::{self, Next, Terminal, World};
use super::workspace::Workspace;
use crate::api::meta;
use crate::api::resource::{EVENTS, LEASES, NODES};
use crate::cluster::{Cluster, ClusterConfig, Flavour};
use crate::kubectl::{Command, Environment, Files, Kubeconfig, Output};
use crate::kubelet::runtime::Prompt;
use crate::store::{Change, ChangeType};
use crate::value::SmolStr;

/// What a new session depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// The seed of all that is drawn at random.
    pub seed: u64,
    /// How many machines there are.
    pub nodes: usize,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup { seed: 1, nodes: 3 }
    }
}

/// What a person did, in the words in which it can be done again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// When, in milliseconds since the session began.
    pub at_ms: u64,
    /// What.
    pub what: What,
}

/// A look at what comes: a copy of the cluster that runs ahead until something happens that can be seen.
struct Ahead {
    cluster: Cluster,
    /// The last write that could be seen when it began, and how many things had been done.
    begun_at: (u64, usize),
    /// The instant at which something happens, or up to which nothing does.
    found_ms: Option<u64>,
}

/// One thing that a person does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// The button Apply, with the files as they were then.
    Apply(Workspace),
    /// A line in the terminal.
    Line(String),
    /// A line beside what runs in the terminal's foreground.
    Beside(String),
}

/// Something on the time line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When, in milliseconds since the session began.
    pub at_ms: u64,
    /// Whether something went wrong; else the person did something.
    pub is_trouble: bool,
    /// In a few words.
    pub text: SmolStr,
}

/// Trouble within this time of the last is the same mark on the time line; or within this part of all the time that has passed.
const TROUBLE_APART_MS: u64 = 5_000;
const TROUBLE_APART: u64 = 200;
/// How long a new cluster may take until its machines are ready.
const BOOT_LIMIT_MS: u64 = 120_000;

/// A look ahead ends after this much cluster time: somebody will have done something by then.
const FARTHEST_AHEAD_MS: u64 = 3_600_000;

/// So many instants of the past are kept because they were looked at, or lie on the way to what was, and so many steps lie between two of them.
const MOST_SEEN: usize = 24;
const SEEN_APART_STEPS: u64 = 24;

/// The number of a command in its session.
pub type CommandId = usize;

struct Running {
    id: CommandId,
    command: Command,
    /// When it wants to be polled next.
    due_ms: u64,
}

/// What a command wrote, or that it ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Report {
    /// It wrote something.
    Wrote(CommandId, Output),
    /// Something was written in the terminal.
    Terminal(Output),
    /// Files of the workspace were written in the terminal, or deleted where there is no text.
    Files(Vec<(SmolStr, Option<String>)>),
    /// It ended with this exit code.
    Ended(CommandId, i32),
    /// A person is to edit this text; answer with [`Session::answer_edit`].
    Edit {
        /// Which command waits for it.
        id: CommandId,
        /// A name for the text.
        file_name: String,
        /// The text.
        text: String,
    },
}

/// A cluster with its past and with whoever works on it.
pub struct Session {
    setup: Setup,
    cluster: Cluster,
    /// The past that is being shown instead of `cluster`.
    past: Option<Replay>,
    /// The past as it was lately shown or passed, the latest first: who looks for something goes to and fro.
    seen: Vec<Replay>,
    /// The instant on the way to which the past is, in cluster time.
    seeking_ms: Option<u64>,
    history: History,
    began_ms: u64,
    kubeconfig: Kubeconfig,
    terminal: Terminal,
    running: Vec<Running>,
    next_id: CommandId,
    reports: Vec<Report>,
    done: Vec<Done>,
    /// How many actions history had before each of them.
    actions_before: Vec<usize>,
    ahead: Option<Ahead>,
    last_visible: u64,
    moments: Vec<Moment>,
    watched_revision: u64,
    /// Changes whenever what is shown is not simply a later state of what was shown before.
    epoch: u64,
}

impl Session {
    /// A new cluster, whose machines are ready.
    pub fn new(setup: &Setup) -> Session {
        let mut cluster = Cluster::new(&ClusterConfig::with_workers(Flavour::Playground, setup.seed, setup.nodes));
        boot(&mut cluster);
        Session {
            setup: setup.clone(),
            history: History::new(&cluster),
            began_ms: cluster.now_ms(),
            watched_revision: cluster.store().revision(),
            terminal: Terminal::new(cluster.now_ms()),
            cluster,
            past: None,
            seen: Vec::new(),
            seeking_ms: None,
            kubeconfig: Kubeconfig::single("kubarium", "https://10.0.0.10:6443", "default"),
            running: Vec::new(),
            next_id: 1,
            reports: Vec::new(),
            done: Vec::new(),
            actions_before: Vec::new(),
            ahead: None,
            last_visible: 0,
            moments: Vec::new(),
            epoch: 0,
        }
    }

    /// What it was made from.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The cluster at the instant that is shown.
    pub fn cluster(&self) -> &Cluster {
        self.past.as_ref().map_or(&self.cluster, |past| &past.cluster)
    }

    /// The instant that is shown, in milliseconds since the session began.
    pub fn now_ms(&self) -> u64 {
        self.cluster().now_ms().saturating_sub(self.began_ms)
    }

    /// The latest instant there is.
    pub fn end_ms(&self) -> u64 {
        self.cluster.now_ms().saturating_sub(self.began_ms)
    }

    /// Whether an instant of the past is shown.
    pub fn is_in_past(&self) -> bool {
        self.past.is_some()
    }

    /// Whether the instant that was asked for is not shown yet.
    pub fn is_seeking(&self) -> bool {
        self.seeking_ms.is_some()
    }

    /// When the session began, in the cluster's milliseconds since the Unix epoch.
    pub fn began_ms(&self) -> u64 {
        self.began_ms
    }

    /// Takes the place of another session, whose epoch this was.
    pub fn follow_epoch(&mut self, epoch: u64) {
        self.epoch = epoch + 1;
    }

    /// Changes whenever the cluster shown is another one than a later state of the last: after going back, branching, or starting over.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The next instant at which something happens by itself, in milliseconds since the session began.
    pub fn next_due_ms(&self) -> Option<u64> {
        let cluster_due = self.cluster().next_due();
        let command_due = if self.is_in_past() { None } else { self.command_due_ms() };
        Some(cluster_due.into_iter().chain(command_due).min()?.saturating_sub(self.began_ms))
    }

    /// What the person did, for links.
    pub fn done(&self) -> &[Done] {
        &self.done
    }

    /// The marks of the time line, oldest first.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// What commands wrote and which ended, since the last call.
    pub fn take_reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    /// Whether a command is being carried out.
    pub fn is_running(&self, id: CommandId) -> bool {
        self.running.iter().any(|running| running.id == id)
    }

    /// The namespace that commands use unless they name one.
    pub fn namespace(&self) -> &str {
        self.kubeconfig.namespace()
    }

    /// The files, contexts and kinds that a command would find.
    pub fn environment(&self, workspace: &Workspace) -> Environment {
        Environment {
            registry: self.cluster().server().registry().clone(),
            files: workspace.files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect::<Files>(),
            stdin: Some(String::new()),
            is_terminal: false,
            kubeconfig: self.kubeconfig.clone(),
        }
    }

    /// What applying the files now would do.
    pub fn forecast(&self, workspace: &Workspace) -> Forecast {
        diagnostics::forecast(self.cluster(), &self.kubeconfig, workspace)
    }

    /// `kubectl apply` of all files, in the order of their tabs. Done in the past, it branches from there.
    pub fn apply(&mut self, workspace: &Workspace) -> CommandId {
        self.branch();
        let mut arguments = vec!["apply".to_owned()];
        for file in workspace.files.iter().filter(|file| !file.text.trim().is_empty()) {
            arguments.extend(["-f".to_owned(), file.name.to_string()]);
        }
        self.note(What::Apply(workspace.clone()), "kubectl apply");
        self.start(&arguments, workspace)
    }

    /// Types a line into the terminal: a command, or what the command in the foreground reads. Done in the past, it branches from there.
    pub fn enter(&mut self, line: &str, workspace: &Workspace) {
        self.branch();
        if self.terminal.prompt().is_some() && !line.trim().is_empty() {
            self.note(What::Line(line.to_owned()), line);
        } else {
            self.actions_before.push(self.history.actions());
            self.done.push(Done { at_ms: self.now_ms(), what: What::Line(line.to_owned()) });
        }
        self.in_terminal(|terminal, world| terminal.enter(line, workspace, world));
    }

    /// Carries out a line beside whatever runs in the terminal's foreground, which is not disturbed. Done in the past, it branches from there.
    pub fn enter_beside(&mut self, line: &str, workspace: &Workspace) {
        self.branch();
        self.note(What::Beside(line.to_owned()), line);
        self.in_terminal(|terminal, world| terminal.enter_beside(line, workspace, world));
    }

    /// What the terminal's shell waits for; none while a command runs in its foreground.
    pub fn prompt(&self) -> Option<Prompt> {
        self.terminal.prompt()
    }

    /// What a command wrote, with its states and names. `command` is the line that was typed.
    pub fn pieces(&self, text: &str, command: &str) -> Vec<Piece> {
        pieces(text, command, &self.cluster, self.kubeconfig.namespace())
    }

    /// What could come next at the end of a line in the terminal.
    pub fn complete(&self, line: &str) -> Completion {
        terminal::complete::complete(line, self.terminal.station(), &self.cluster, &self.kubeconfig)
    }

    /// Ctrl+C in the terminal.
    pub fn interrupt(&mut self) {
        self.in_terminal(Terminal::interrupt);
    }

    /// Ctrl+D in the terminal.
    pub fn end_input(&mut self) {
        self.in_terminal(Terminal::end_input);
    }

    fn in_terminal(&mut self, act: impl FnOnce(&mut Terminal, &mut World<'_>) -> Vec<Report>) {
        let mut world = World { cluster: &mut self.cluster, history: &mut self.history, kubeconfig: &mut self.kubeconfig };
        let reports = act(&mut self.terminal, &mut world);
        self.reports.extend(reports);
    }

    fn command_due_ms(&self) -> Option<u64> {
        self.running.iter().map(|running| running.due_ms).chain(self.terminal.next_due_ms()).min()
    }

    fn note(&mut self, what: What, text: &str) {
        let at_ms = self.now_ms();
        self.done.push(Done { at_ms, what });
        self.actions_before.push(self.history.actions());
        self.moments.push(Moment { at_ms, is_trouble: false, text: SmolStr::new(text) });
    }

    fn start(&mut self, arguments: &[String], workspace: &Workspace) -> CommandId {
        let id = self.next_id;
        self.next_id += 1;
        let command = Command::start(arguments, self.environment(workspace));
        self.running.push(Running { id, command, due_ms: self.cluster.now_ms() });
        self.poll_commands();
        id
    }

    /// Ends a command.
    pub fn cancel(&mut self, id: CommandId) {
        if let Some(index) = self.running.iter().position(|running| running.id == id) {
            let mut running = self.running.remove(index);
            running.command.cancel();
            self.reports.push(Report::Ended(id, 130));
        }
    }

    /// Gives an edited text back to the command that asked for it; `None` where the person gave up.
    pub fn answer_edit(&mut self, id: CommandId, text: Option<String>) {
        if let Some(running) = self.running.iter_mut().find(|running| running.id == id) {
            running.command.answer_edit(text);
            running.due_ms = self.cluster.now_ms();
            return self.poll_commands();
        }
        self.in_terminal(|terminal, world| terminal.answer_edit(id, text, world));
    }

    /// Moves the clock towards `until_ms` (since the session began), by at most `max_steps` things that happen; true when it is there.
    /// In the past it follows what happened, up to the latest instant.
    pub fn advance(&mut self, until_ms: u64, max_steps: usize) -> bool {
        let until_ms = self.began_ms.saturating_add(until_ms);
        if let Some(past) = &mut self.past {
            let arrived = self.history.replay(past, until_ms.min(self.cluster.now_ms()), max_steps);
            if past.cluster.now_ms() >= self.cluster.now_ms() {
                self.past = None;
            }
            return arrived;
        }
        let next_command_ms = self.command_due_ms().unwrap_or(u64::MAX);
        let stop_ms = until_ms.min(next_command_ms.max(self.cluster.now_ms()));
        let arrived = self.cluster.advance(stop_ms, max_steps);
        if arrived {
            self.poll_commands();
        }
        self.watch_for_trouble();
        self.history.keep(&self.cluster);
        arrived && stop_ms == until_ms
    }

    /// Goes on to the next write that a person can see (heartbeats and Events are none), by at most `max_steps` things that happen and not past
    /// `limit_ms` (since the session began); true when it is there.
    pub fn skip(&mut self, limit_ms: u64, max_steps: usize) -> bool {
        for _ in 0..max_steps {
            let revision = self.cluster().store().revision();
            let Some(due_ms) = self.next_due_ms().filter(|due_ms| *due_ms <= limit_ms) else { return self.advance(limit_ms, 1) };
            self.advance(due_ms, 1);
            if self.cluster().store().changes_since(revision).is_none_or(|mut changes| changes.any(is_visible)) {
                return true;
            }
        }
        false
    }

    /// Shows another instant (milliseconds since the session began); call [`Session::arrive`] until it is there.
    pub fn go_to(&mut self, at_ms: u64) {
        self.epoch += 1;
        let at_ms = self.began_ms.saturating_add(at_ms);
        let is_past = at_ms < self.cluster.now_ms();
        // What is shown may be nearer than the copies are.
        self.remember();
        self.past = None;
        if is_past {
            self.past = self.history.nearest(at_ms, &self.seen);
        }
        self.seeking_ms = is_past.then_some(at_ms);
    }

    /// What [`Session::undo`] would undo: the last thing that was done, in its own words.
    pub fn undoable(&self) -> Option<SmolStr> {
        if self.is_in_past() {
            return None;
        }
        match &self.done.last()?.what {
            What::Apply(_) => Some(SmolStr::new_static("kubectl apply")),
            What::Line(line) | What::Beside(line) => Some(SmolStr::new(line)),
        }
    }

    /// Shows the instant just before the last thing was done; call [`Session::arrive`] until it is there, and then [`Session::branch`].
    pub fn undo(&mut self) {
        let (Some(last), Some(actions)) = (self.done.last(), self.actions_before.last()) else { return };
        self.epoch += 1;
        let at_ms = self.began_ms.saturating_add(last.at_ms);
        self.past = self.history.before(at_ms, *actions);
        self.seeking_ms = self.past.is_some().then_some(at_ms);
    }

    /// When something happens next that a person can see, in milliseconds since the session began: what is known of it so far. In the past it is
    /// the next thing that happens at all.
    pub fn next_visible_ms(&self) -> Option<u64> {
        let found_ms = self.ahead.as_ref().filter(|_| !self.is_in_past()).and_then(|ahead| ahead.found_ms);
        found_ms.map(|found_ms| found_ms.saturating_sub(self.began_ms)).or_else(|| self.next_due_ms())
    }

    /// Looks ahead for the next thing that can be seen, by at most `max_steps` things that happen. What was found stays found until something happens
    /// that can be seen, or somebody does something.
    pub fn look_ahead(&mut self, max_steps: usize) {
        if self.is_in_past() || !self.running.is_empty() || self.terminal.next_due_ms().is_some() {
            self.ahead = None;
            return;
        }
        let begun_at = (self.last_visible, self.history.actions());
        let is_known = self.ahead.as_ref().is_some_and(|ahead| ahead.begun_at == begun_at);
        if !is_known {
            self.ahead = Some(Ahead { cluster: self.cluster.clone(), begun_at, found_ms: None });
        }
        let Some(ahead) = self.ahead.as_mut().filter(|ahead| ahead.found_ms.is_none()) else { return };
        let limit_ms = self.cluster.now_ms() + FARTHEST_AHEAD_MS;
        for _ in 0..max_steps {
            let revision = ahead.cluster.store().revision();
            let Some(due_ms) = ahead.cluster.next_due().filter(|due_ms| *due_ms <= limit_ms) else {
                ahead.found_ms = Some(limit_ms);
                return;
            };
            ahead.cluster.advance(due_ms, 1);
            if ahead.cluster.store().changes_since(revision).is_none_or(|mut changes| changes.any(is_visible)) {
                ahead.found_ms = Some(ahead.cluster.now_ms());
                return;
            }
        }
    }

    /// Goes on towards the instant that [`Session::go_to`] asked for, by at most `max_steps` things that happen; true when it is shown.
    pub fn arrive(&mut self, max_steps: usize) -> bool {
        let (Some(at_ms), Some(past)) = (self.seeking_ms, &mut self.past) else { return true };
        let arrived = self.history.replay(past, at_ms, max_steps);
        if arrived {
            self.seeking_ms = None;
        }
        self.remember();
        arrived
    }

    /// Remembers the past as it is shown now, unless something near it was remembered last.
    fn remember(&mut self) {
        let Some(past) = &self.past else { return };
        let is_far = |last: &Replay| last.cluster.steps().abs_diff(past.cluster.steps()) >= SEEN_APART_STEPS;
        if self.seen.first().is_none_or(is_far) {
            self.seen.truncate(MOST_SEEN - 1);
            self.seen.insert(0, past.clone());
        }
    }

    /// Makes the instant that is shown the latest one: what came after it is forgotten. Commands that were still waiting end.
    pub fn branch(&mut self) {
        let Some(past) = self.past.take() else { return };
        self.seeking_ms = None;
        self.epoch += 1;
        self.history.branch(&past);
        self.seen.clear();
        self.cluster = past.cluster;
        let (now_ms, actions) = (self.end_ms(), self.history.actions());
        let kept = self.done.iter().zip(&self.actions_before).take_while(|(done, before)| done.at_ms < now_ms || (done.at_ms == now_ms && **before < actions));
        let kept = kept.count();
        let undone: Vec<u64> = self.done.drain(kept..).map(|done| done.at_ms).collect();
        self.actions_before.truncate(kept);
        self.moments.retain(|moment| moment.at_ms <= now_ms && (moment.is_trouble || !undone.contains(&moment.at_ms)));
        self.watched_revision = self.cluster.store().revision();
        for id in self.running.iter().map(|running| running.id).collect::<Vec<_>>() {
            self.cancel(id);
        }
        if self.terminal.prompt().is_none() {
            self.interrupt();
        }
    }

    fn poll_commands(&mut self) {
        let now_ms = self.cluster.now_ms();
        let mut running = std::mem::take(&mut self.running);
        running.retain_mut(|each| each.due_ms > now_ms || self.poll(each));
        self.running = running;
        if self.terminal.next_due_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            self.in_terminal(Terminal::run);
        }
    }

    /// Carries a command on until it waits or ends; whether it goes on later.
    fn poll(&mut self, running: &mut Running) -> bool {
        let mut world = World { cluster: &mut self.cluster, history: &mut self.history, kubeconfig: &mut self.kubeconfig };
        let (id, reports) = (running.id, &mut self.reports);
        let refused = |_, _: &mut World<'_>| Err("only the terminal can do that".to_owned());
        match terminal::drive(&mut running.command, &mut world, |output| reports.push(Report::Wrote(id, output)), refused) {
            Next::At(due_ms) => running.due_ms = due_ms,
            // Its input is empty: nothing is ever waited for.
            Next::Input(until_ms) => running.due_ms = until_ms,
            Next::Edit { file_name, text } => {
                running.due_ms = u64::MAX;
                self.reports.push(Report::Edit { id, file_name, text });
            }
            Next::Ended(exit_code) => {
                self.kubeconfig = running.command.environment().kubeconfig;
                self.reports.push(Report::Ended(id, exit_code));
                return false;
            }
        }
        true
    }

    /// Puts new warnings on the time line.
    fn watch_for_trouble(&mut self) {
        let store = self.cluster.store();
        let from = std::mem::replace(&mut self.watched_revision, store.revision());
        let Some(changes) = store.changes_since(from) else { return };
        let visible = store.changes_since(from).into_iter().flatten().filter(|change| is_visible(change)).map(|change| change.revision).last();
        self.last_visible = visible.unwrap_or(self.last_visible);
        for change in changes.filter(|change| change.resource == EVENTS && change.type_ != ChangeType::Deleted) {
            if change.object.get("type").str() != "Warning" {
                continue;
            }
            let at_ms = change.time_ms.saturating_sub(self.began_ms);
            let recent = self.moments.iter().rev().take_while(|moment| moment.at_ms + TROUBLE_APART_MS.max(at_ms / TROUBLE_APART) > at_ms);
            if !recent.clone().any(|moment| moment.is_trouble) {
                let text = format!("{}: {}", change.object.path("involvedObject.name").str(), change.object.get("reason").str());
                self.moments.push(Moment { at_ms, is_trouble: true, text: SmolStr::from(text) });
            }
        }
    }
}

/// Whether a person can see a write: heartbeats and Events are none that matter.
fn is_visible(change: &Change) -> bool {
    change.resource != EVENTS && change.resource != LEASES && !(change.resource == NODES && !change.changed("spec") && !is_new_readiness(change))
}

fn is_new_readiness(change: &Change) -> bool {
    ["Ready", "DiskPressure", "MemoryPressure"]
        .iter()
        .any(|type_| meta::condition(&change.object, type_).get("status") != meta::condition(&change.previous, type_).get("status"))
}

/// Lets a cluster run until its machines are ready.
fn boot(cluster: &mut Cluster) {
    let limit_ms = cluster.start_ms() + BOOT_LIMIT_MS;
    while cluster.now_ms() < limit_ms {
        let nodes = cluster.store().count(&NODES);
        if nodes > 0 && cluster.store().list(&NODES, None).all(|node| meta::is_condition_true(node, "Ready")) {
            break;
        }
        let until_ms = cluster.now_ms() + 500;
        while !cluster.advance(until_ms, 10_000) {}
    }
}
