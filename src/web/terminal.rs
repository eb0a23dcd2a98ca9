//! The terminal: kubectl for the cluster that is shown.

use super::page::Page;
use super::texts;
use crate::kubectl::Stream;
use crate::playground::command_line::{self, Typed};
use crate::playground::session::Report;
use leptos::html;
use leptos::prelude::*;

/// A piece of what the terminal shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Rises from entry to entry.
    pub number: u64,
    /// Whose it is.
    pub source: Source,
    /// What it says, ends of lines included.
    pub text: String,
}

/// Where a piece of text comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The person typed it.
    Typed,
    /// A command wrote it.
    Out,
    /// A command complained.
    Err,
    /// The terminal itself says it.
    Terminal,
}

/// More entries than this are forgotten, oldest first.
const MOST_ENTRIES: usize = 500;
/// A command that writes more than this into one entry starts another one.
const LONGEST_ENTRY: usize = 20_000;

/// Adds to what the terminal shows.
pub fn write(page: Page, source: Source, text: &str) {
    page.entries.update(|entries| {
        let number = entries.last().map_or(0, |last| last.number) + 1;
        match entries.last_mut() {
            Some(last) if last.source == source && source != Source::Typed && last.text.len() < LONGEST_ENTRY => {
                // A number of its own makes the list draw it anew.
                last.text.push_str(text);
                last.number = number;
            }
            _ => entries.push(Entry { number, source, text: text.to_owned() }),
        }
        let surplus = entries.len().saturating_sub(MOST_ENTRIES);
        entries.drain(..surplus);
    });
}

/// Brings what commands wrote to where it is read.
pub fn take_reports(page: Page) {
    let reports = page.session.try_update_value(|session| session.take_reports()).unwrap_or_default();
    for report in reports {
        let applies = |id| page.outcome.with_untracked(|outcome| outcome.command == id);
        match report {
            Report::Wrote(id, output) if applies(id) => page.outcome.update(|outcome| outcome.text.push_str(&output.text)),
            Report::Wrote(_, output) => write(page, if output.stream == Stream::Out { Source::Out } else { Source::Err }, &output.text),
            Report::Ended(id, exit_code) if applies(id) => page.outcome.update(|outcome| outcome.is_refused = exit_code != 0),
            Report::Ended(id, _) => {
                if page.foreground.get_untracked() == Some(id) {
                    page.foreground.set(None);
                }
            }
            Report::Edit { id, file_name, text } => page.editing.set(Some(super::edit::Editing { id, file_name, text })),
        }
    }
}

/// Carries out a line.
pub fn enter(page: Page, line: &str) {
    write(page, Source::Typed, line);
    match command_line::read(line) {
        Typed::Nothing => {}
        Typed::Clear => page.entries.set(Vec::new()),
        Typed::Help => write(page, Source::Terminal, texts::TERMINAL_HELP),
        Typed::Refused(reason) => write(page, Source::Err, &format!("{reason}\n")),
        Typed::Fault(words) => {
            match page.session.try_update_value(|session| session.fault(line, &words)).unwrap_or_else(|| Ok(String::new())) {
                Ok(said) => write(page, Source::Out, &said),
                Err(reason) => write(page, Source::Err, &format!("{}\n", reason.trim_end())),
            }
            page.refresh();
        }
        Typed::Kubectl(arguments) => {
            let workspace = page.files();
            let id = page.session.try_update_value(|session| session.run(line, &arguments, &workspace)).unwrap_or_default();
            if page.see(|session| session.is_running(id)) {
                page.foreground.set(Some(id));
                page.playing.set(true);
            }
            page.refresh();
        }
    }
}

/// Ctrl+C.
fn interrupt(page: Page) {
    if let Some(id) = page.foreground.get_untracked() {
        page.session.update_value(|session| session.cancel(id));
        page.foreground.set(None);
        write(page, Source::Terminal, "^C\n");
    }
}

/// Output and command line.
#[component]
pub fn Terminal(page: Page) -> impl IntoView {
    let log = NodeRef::<html::Div>::new();
    let input = NodeRef::<html::Input>::new();
    let earlier = StoredValue::new(Vec::<String>::new());
    let at = StoredValue::new(0_usize);

    // The end is what matters, unless the person has scrolled up to read.
    Effect::new(move || {
        page.entries.track();
        let Some(log) = log.get() else { return };
        let near_end = log.scroll_height() - log.scroll_top() - log.client_height() < 120;
        if near_end || page.foreground.get_untracked().is_none() {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        if page.foreground.get_untracked().is_some() {
            return;
        }
        let line = input.value();
        input.set_value("");
        if !line.trim().is_empty() {
            earlier.update_value(|earlier| {
                if earlier.last() != Some(&line) {
                    earlier.push(line.clone());
                }
            });
        }
        at.set_value(earlier.with_value(Vec::len));
        enter(page, line.trim());
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let Some(input) = input.get_untracked() else { return };
        let go = |to: usize| {
            at.set_value(to);
            input.set_value(&earlier.with_value(|earlier| earlier.get(to).cloned().unwrap_or_default()));
        };
        let count = earlier.with_value(Vec::len);
        match event.key().as_str() {
            "ArrowUp" if at.get_value() > 0 => go(at.get_value() - 1),
            "ArrowDown" if at.get_value() < count => go(at.get_value() + 1),
            "c" if event.ctrl_key() && page.foreground.get_untracked().is_some() => interrupt(page),
            "l" if event.ctrl_key() => page.entries.set(Vec::new()),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="terminal" on:click=move |event| focus_unless_selecting(&event, input)>
            <div class="output" role="log" aria-label=texts::TERMINAL_OUTPUT tabindex="0" node_ref=log>
                <For each=move || page.entries.get() key=|entry| entry.number let:entry>
                    <EntryView entry />
                </For>
            </div>
            <form class="prompt" on:submit=submit>
                <span aria-hidden="true">"$"</span>
                <input
                    node_ref=input
                    type="text"
                    aria-label=texts::COMMAND_LINE
                    placeholder=texts::COMMAND_HINT
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    on:keydown=keys
                />
                <Show when=move || page.foreground.get().is_some()>
                    <button type="button" on:click=move |_| interrupt(page)>{texts::STOP_COMMAND}</button>
                </Show>
            </form>
        </div>
    }
}

/// A click on the terminal is for typing, unless text is being selected or something else was clicked.
fn focus_unless_selecting(event: &web_sys::MouseEvent, input: NodeRef<html::Input>) {
    let selecting = web_sys::window().and_then(|window| window.get_selection().ok()?).is_some_and(|selection| !selection.is_collapsed());
    let on_button = super::dom::is_inside(event.target(), "button");
    if !selecting
        && !on_button
        && let Some(input) = input.get_untracked()
    {
        let _ = input.focus();
    }
}

#[component]
fn EntryView(entry: Entry) -> impl IntoView {
    let class = match entry.source {
        Source::Typed => "typed",
        Source::Out => "out",
        Source::Err => "err",
        Source::Terminal => "told",
    };
    match entry.source {
        Source::Out => view! { <pre class=class>{coloured(&entry.text)}</pre> }.into_any(),
        _ => view! { <pre class=class>{entry.text}</pre> }.into_any(),
    }
}

/// The words for states get the colour that they have in the diagram.
fn coloured(text: &str) -> Vec<AnyView> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for piece in text.split_inclusive([' ', '\n', '\t']) {
        let word = piece.trim_end();
        match tone_of_word(word) {
            Some(class) => {
                if !plain.is_empty() {
                    pieces.push(std::mem::take(&mut plain).into_any());
                }
                pieces.push(view! { <span class=class>{word.to_owned()}</span> }.into_any());
                plain.push_str(&piece[word.len()..]);
            }
            None => plain.push_str(piece),
        }
    }
    pieces.push(plain.into_any());
    pieces
}

fn tone_of_word(word: &str) -> Option<&'static str> {
    match word {
        "Running" | "Ready" | "Bound" | "Active" | "Available" => Some("good"),
        "ContainerCreating" | "PodInitializing" => Some("busy"),
        "Pending" | "SchedulingDisabled" => Some("waiting"),
        "Completed" | "Succeeded" | "Terminating" | "Released" => Some("over"),
        "Error"
        | "CrashLoopBackOff"
        | "ErrImagePull"
        | "ImagePullBackOff"
        | "CreateContainerConfigError"
        | "CreateContainerError"
        | "InvalidImageName"
        | "OOMKilled"
        | "StartError"
        | "Failed"
        | "Lost"
        | "NotReady"
        | "Evicted"
        | "Warning" => Some("bad"),
        _ => None,
    }
}
