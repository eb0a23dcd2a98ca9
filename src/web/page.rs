//! The page's state: the session, and the signals through which components learn of changes.

use super::clock::Speed;
use super::edit::Editing;
use super::problems::Problem;
use super::shelf::Shelf;
use super::terminal;
use crate::kubelet::runtime::Prompt;
use crate::playground::diagnostics::Forecast;
use crate::playground::outline::Entry;
use crate::playground::requests::{self, Sent};
use crate::playground::scene::{ObjectRef, View};
use crate::playground::session::{CommandId, Session};
use crate::playground::share::{Replay, Shared};
use crate::playground::workspace::{File, Workspace};
use crate::value::SmolStr;
use leptos::prelude::*;
use std::time::Duration;

/// What happens by itself is said to a screen reader no more often than this.
const MENTIONS_APART: Duration = Duration::from_secs(3);

/// What all components share. Copies are the same page.
#[derive(Clone, Copy)]
pub struct Page {
    /// The cluster and its past.
    pub session: StoredValue<Session, LocalStorage>,
    /// Rises when the cluster that is shown has changed.
    pub revision: RwSignal<u64>,
    /// The instant that is shown, in milliseconds since the session began.
    pub now_ms: RwSignal<u64>,
    /// The latest instant there is.
    pub end_ms: RwSignal<u64>,
    /// When something happens next by itself that can be seen.
    pub next_due_ms: RwSignal<Option<u64>>,
    /// Whether all of the program is here; nothing moves before. See [`super::rest`].
    pub is_whole: RwSignal<bool>,
    /// Whether the past is shown.
    pub in_past: RwSignal<bool>,
    /// Whether the clock runs.
    pub playing: RwSignal<bool>,
    /// How fast.
    pub speed: RwSignal<Speed>,
    /// The files.
    pub workspace: RwSignal<Workspace>,
    /// The index of the file that is edited.
    pub current: RwSignal<usize>,
    /// Rises when the files were replaced by others than those the editor knows.
    pub opened: RwSignal<u64>,
    /// What is wrong with the files.
    pub problems: RwSignal<Vec<Problem>>,
    /// What Apply would do, object by object, once the files were looked at.
    pub forecast: RwSignal<Option<Forecast>>,
    /// The documents of the files, and how their objects do.
    pub outline: RwSignal<Vec<Entry>>,
    /// What Apply said last.
    pub outcome: RwSignal<Outcome>,
    /// Which picture.
    pub view: RwSignal<View>,
    /// Which namespace; all where there is none.
    pub namespace: RwSignal<Option<SmolStr>>,
    /// The namespaces there are.
    pub namespaces: RwSignal<Vec<SmolStr>>,
    /// What the inspector shows.
    pub selected: RwSignal<Option<ObjectRef>>,
    /// The request that the diagram shows on its way, and what came of it.
    pub sent: RwSignal<Option<Sent>>,
    /// What the terminal shows.
    pub entries: RwSignal<Vec<terminal::Entry>>,
    /// What the terminal's shell waits for; none while a command runs in its foreground.
    pub prompt: RwSignal<Option<Prompt>>,
    /// The command that was typed last.
    pub command: StoredValue<String>,
    /// The number of the terminal's next entry.
    pub next_entry: StoredValue<u64>,
    /// What is said to a screen reader.
    pub said: RwSignal<String>,
    /// What is to be said soon.
    pub mentions: StoredValue<Option<String>>,
    /// A sentence across the page, with what can be done about it.
    pub notice: RwSignal<Option<Notice>>,
    /// The example that is open, or `""`.
    pub example: RwSignal<&'static str>,
    /// A place (bytes) in a file that the editor is to show.
    pub reveal: RwSignal<Option<(SmolStr, usize)>>,
    /// A change of a file that the editor is to make, as one step that can be undone.
    pub change: RwSignal<Option<Change>>,
    /// A text that a command wants edited.
    pub editing: RwSignal<Option<Editing>>,
    /// The instant up to which the page is skipping to the next event.
    pub skipping_ms: RwSignal<Option<u64>>,
    /// The dialog that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// What a link says was done and what is still to be done again.
    pub replay: StoredValue<Option<Replay>, LocalStorage>,
    /// Whether the page is on its way to undo something.
    pub undoing: RwSignal<bool>,
    /// What can be undone, in its own words.
    pub undoable: RwSignal<Option<SmolStr>>,
    /// Whether the dialog with the keys is open.
    pub helping: RwSignal<bool>,
    /// Whether single keys work anywhere on the page.
    pub single_keys: RwSignal<bool>,
    /// The person's own work.
    pub shelf: StoredValue<Shelf, LocalStorage>,
    /// Whether the person was told that the browser keeps nothing.
    pub warned: StoredValue<bool>,
}

/// The dialogs that a person opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialog {
    /// The link.
    Share,
    /// The examples and the person's own work.
    Gallery,
    /// What Apply would change.
    Changes,
}

/// A change of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The file's name.
    pub file: SmolStr,
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where what it replaces ends.
    pub to: usize,
    /// What is put there.
    pub insert: String,
}

/// What Apply said.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// The command that is carrying it out.
    pub command: CommandId,
    /// kubectl's words.
    pub text: String,
    /// Whether anything was refused.
    pub is_refused: bool,
}

/// A sentence across the page.
#[derive(Clone, PartialEq, Debug)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// What the button says that goes back to the person's own work, where it can be gone back to.
    pub restores: Option<&'static str>,
    /// Whether it is about what a link still does again, which can be stopped.
    pub stops: bool,
    /// A file that was deleted and can be brought back, with its index.
    pub deleted: Option<(usize, File)>,
}

impl Notice {
    /// Only the sentence.
    pub fn saying(text: impl Into<String>) -> Notice {
        Notice { text: text.into(), restores: None, stops: false, deleted: None }
    }
}

impl Page {
    /// The page of a session.
    pub fn new(session: Session, workspace: Workspace) -> Page {
        Page {
            session: StoredValue::new_local(session),
            revision: RwSignal::new(0),
            now_ms: RwSignal::new(0),
            end_ms: RwSignal::new(0),
            next_due_ms: RwSignal::new(None),
            is_whole: RwSignal::new(false),
            in_past: RwSignal::new(false),
            playing: RwSignal::new(true),
            speed: RwSignal::new(Speed::Times(1.0)),
            workspace: RwSignal::new(workspace),
            current: RwSignal::new(0),
            opened: RwSignal::new(0),
            problems: RwSignal::new(Vec::new()),
            forecast: RwSignal::new(None),
            outline: RwSignal::new(Vec::new()),
            outcome: RwSignal::new(Outcome::default()),
            view: RwSignal::new(View::default()),
            namespace: RwSignal::new(None),
            namespaces: RwSignal::new(Vec::new()),
            selected: RwSignal::new(None),
            sent: RwSignal::new(None),
            entries: RwSignal::new(Vec::new()),
            prompt: RwSignal::new(Some(Prompt::Command)),
            command: StoredValue::new(String::new()),
            next_entry: StoredValue::new(1),
            said: RwSignal::new(String::new()),
            mentions: StoredValue::new(None),
            notice: RwSignal::new(None),
            example: RwSignal::new(""),
            reveal: RwSignal::new(None),
            editing: RwSignal::new(None),
            skipping_ms: RwSignal::new(None),
            change: RwSignal::new(None),
            dialog: RwSignal::new(None),
            replay: StoredValue::new_local(None),
            undoing: RwSignal::new(false),
            undoable: RwSignal::new(None),
            helping: RwSignal::new(false),
            single_keys: RwSignal::new(true),
            shelf: StoredValue::new_local(Shelf::default()),
            warned: StoredValue::new(false),
        }
    }

    /// Looks at the session.
    pub fn see<T>(self, look: impl FnOnce(&Session) -> T) -> T {
        self.session.with_value(look)
    }

    /// Does something with the session and shows what came of it.
    pub fn act<T>(self, act: impl FnOnce(&mut Session) -> T) -> T {
        let mut act = Some(act);
        let mut answer = None;
        self.session.update_value(|session| answer = act.take().map(|act| act(session)));
        self.refresh();
        answer.expect("update_value calls its function once")
    }

    /// The files as they are now.
    pub fn files(self) -> Workspace {
        self.workspace.get_untracked()
    }

    /// Brings the signals up to what the session says; those that are as before tell nobody.
    pub fn refresh(self) {
        let (now_ms, end_ms, next_due_ms, in_past, revision) = self.see(|session| {
            let revision = session.cluster().store().revision() + session.epoch() * 1_000_000_000;
            (session.now_ms(), session.end_ms(), session.next_visible_ms(), session.is_in_past(), revision)
        });
        set_if_changed(self.now_ms, now_ms);
        set_if_changed(self.end_ms, end_ms);
        set_if_changed(self.next_due_ms, next_due_ms);
        set_if_changed(self.in_past, in_past);
        set_if_changed(self.undoable, self.see(Session::undoable));
        if self.revision.get_untracked() != revision {
            let names = self.see(|session| {
                let namespaces = session.cluster().store().list(&crate::api::resource::NAMESPACES, None);
                namespaces.map(|namespace| SmolStr::new(crate::api::meta::name(namespace))).collect::<Vec<_>>()
            });
            set_if_changed(self.namespaces, names);
            self.revision.set(revision);
        }
        terminal::take_reports(self);
    }

    /// What is open and what was done with it, to be shown again as it is at an instant of the session.
    pub fn shared(self, at_ms: impl FnOnce(&Session) -> u64) -> Shared {
        self.see(|session| Shared {
            setup: session.setup().clone(),
            workspace: self.files(),
            done: session.done().to_vec(),
            at_ms: at_ms(session),
            application: self.view.get_untracked() == View::Application,
            namespace: self.namespace.get_untracked().unwrap_or_default(),
        })
    }

    /// Applies all files.
    pub fn apply(self) {
        super::opening::stop_replay(self);
        let workspace = self.files();
        let command = self.session.try_update_value(|session| session.apply(&workspace)).unwrap_or_default();
        self.outcome.set(Outcome { command, ..Outcome::default() });
        self.playing.set(true);
        self.refresh();
    }

    /// Shows another instant.
    pub fn go_to(self, at_ms: u64) {
        self.playing.set(false);
        self.session.update_value(|session| session.go_to(at_ms));
    }

    /// Forgets what came after the instant that is shown, and goes on from there.
    pub fn branch(self) {
        self.act(Session::branch);
        self.playing.set(true);
    }

    /// Undoes the last thing that was done: the cluster is as it was just before.
    pub fn undo(self) {
        if let Some(what) = self.undoable.get_untracked() {
            let said = format!("{} {what}", super::texts::UNDONE);
            super::terminal::write(self, super::terminal::Source::Terminal, &format!("{said}\n"));
            self.say(said);
            self.undoing.set(true);
            self.session.update_value(Session::undo);
        }
    }

    /// Carries out a line in the terminal, as the person could; beside what runs there.
    pub fn type_line(self, line: &str) {
        super::terminal::carry_out(self, line);
    }

    /// Shows the latest instant again.
    pub fn back_to_now(self) {
        self.act(|session| session.go_to(session.end_ms()));
        self.playing.set(true);
    }

    /// Sends a request to what is selected, as its users would; the diagram shows its way.
    pub fn send_request(self) {
        let sent = self.selected.with_untracked(|object| {
            self.see(|session| {
                let (from, url) = requests::way_to(session.cluster(), object.as_ref()?)?;
                Some(requests::send_request(session.cluster(), &from, &url))
            })
        });
        self.sent.set(sent);
    }

    /// Says something to a screen reader.
    pub fn say(self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    /// Says something that has happened by itself: only the latest of such things, and not more often than somebody can listen.
    pub fn mention(self, text: impl Into<String>) {
        let is_waiting = self.mentions.try_update_value(|mentions| mentions.replace(text.into()).is_some());
        if is_waiting == Some(false) {
            let say = move || {
                if let Some(text) = self.mentions.try_update_value(Option::take).flatten() {
                    self.say(text);
                }
            };
            set_timeout(say, MENTIONS_APART);
        }
    }
}

/// Sets a signal only when that changes it.
pub fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
