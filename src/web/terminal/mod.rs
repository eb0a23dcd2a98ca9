//! The terminal: a shell beside the cluster that is shown.

mod command_line;
mod output;

use super::page::Page;
use super::{texts, transfer};
use crate::kubectl::Stream;
use crate::kubelet::runtime::Prompt;
use crate::playground::session::{Report, Session};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// A piece of what the terminal shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Rises from entry to entry.
    pub number: u64,
    /// Whose it is.
    pub source: Source,
    /// What it says, ends of lines included.
    pub text: String,
    /// The line that was typed before it.
    pub command: String,
}

/// Where a piece of text comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The person typed it: a command.
    Typed,
    /// The person typed it: the rest of a command.
    More,
    /// The person typed it: what a command read.
    Input,
    /// A command wrote it.
    Out,
    /// A command complained.
    Err,
    /// The terminal itself says it.
    Terminal,
}

/// More text than this is forgotten, oldest first.
const MOST_TEXT: usize = 250_000;
/// A command that writes more than this into one entry starts another one.
const LONGEST_ENTRY: usize = 6_000;
/// What programs write to begin with an empty screen (`clear`, `watch`).
const EMPTY_SCREEN: &str = "\u{1b}[H\u{1b}[J";
/// Lines of a command's output that are read out when it has ended.
const LINES_READ_OUT: usize = 6;

/// Adds to what the terminal shows.
pub fn write(page: Page, source: Source, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(EMPTY_SCREEN) {
        add(page, source, before);
        empty_screen(page);
        rest = after;
    }
    add(page, source, rest);
}

/// `clear` empties everything; what else begins anew forgets what it wrote itself.
fn empty_screen(page: Page) {
    page.entries.update(|entries| {
        let is_clear = page.command.with_value(|command| command.trim_end().ends_with("clear"));
        let typed = entries.iter().rposition(|entry| entry.source == Source::Typed).map_or(0, |index| index + 1);
        entries.truncate(if is_clear { 0 } else { typed });
    });
}

fn add(page: Page, source: Source, text: &str) {
    if text.is_empty() {
        return;
    }
    page.entries.update(|entries| {
        let number = page.next_entry.get_value();
        page.next_entry.set_value(number + 1);
        let is_written = matches!(source, Source::Out | Source::Err | Source::Terminal);
        match entries.last_mut() {
            Some(last) if is_written && last.source == source && (last.text.len() < LONGEST_ENTRY || !last.text.ends_with('\n')) => {
                // A number of its own makes the list draw it anew.
                last.text.push_str(text);
                last.number = number;
            }
            _ => entries.push(Entry { number, source, text: text.to_owned(), command: page.command.get_value() }),
        }
        let mut length: usize = entries.iter().map(|entry| entry.text.len()).sum();
        let mut surplus = 0;
        while length > MOST_TEXT && surplus + 1 < entries.len() {
            length -= entries[surplus].text.len();
            surplus += 1;
        }
        if surplus > 0 {
            entries.drain(..surplus);
            entries.insert(0, Entry { number: 0, source: Source::Terminal, text: texts::OUTPUT_DROPPED.into(), command: String::new() });
        }
    });
}

/// Brings what commands wrote to where it is read.
pub fn take_reports(page: Page) {
    let reports = page.session.try_update_value(Session::take_reports).unwrap_or_default();
    for report in reports {
        let applies = |id| page.outcome.with_untracked(|outcome| outcome.command == id);
        match report {
            Report::Wrote(id, output) if applies(id) => page.outcome.update(|outcome| outcome.text.push_str(&output.text)),
            Report::Ended(id, exit_code) if applies(id) => page.outcome.update(|outcome| outcome.is_refused = exit_code != 0),
            Report::Wrote(..) | Report::Ended(..) => {}
            Report::Terminal(output) => write(page, if output.stream == Stream::Out { Source::Out } else { Source::Err }, &output.text),
            Report::Files(changes) => {
                page.workspace.update(|workspace| changes.into_iter().for_each(|(name, text)| workspace.write(&name, text)));
                let last = page.workspace.with_untracked(|workspace| workspace.files.len().saturating_sub(1));
                if page.current.get_untracked() > last {
                    page.current.set(last);
                }
                page.opened.update(|opened| *opened += 1);
            }
            Report::Edit { id, file_name, text } => page.editing.set(Some(super::edit::Editing { id, file_name, text })),
        }
    }
    let (before, now) = (page.prompt.get_untracked(), page.see(Session::prompt));
    if before != now {
        page.prompt.set(now);
        if now == Some(Prompt::Command) {
            read_out(page);
        }
    }
}

/// Says to a screen reader what the last command wrote, shortly.
fn read_out(page: Page) {
    let text = page.entries.with_untracked(|entries| {
        let typed = entries.iter().rposition(|entry| entry.source == Source::Typed).map_or(0, |index| index + 1);
        entries[typed..].iter().map(|entry| entry.text.as_str()).collect::<String>()
    });
    let lines: Vec<&str> = text.lines().collect();
    let more = lines.len().saturating_sub(LINES_READ_OUT);
    let mut said = lines[..lines.len().min(LINES_READ_OUT)].join("\n");
    if more > 0 {
        said += &format!("\n{more} {}", texts::MORE_LINES);
    }
    page.say(said);
}

/// Carries out a line of the page's own: as if it was typed where the shell waits for a command, else beside what runs there.
pub fn carry_out(page: Page, line: &str) {
    if page.prompt.get_untracked() == Some(Prompt::Command) {
        return enter(page, line);
    }
    write(page, Source::Terminal, &format!("{} {line}\n", texts::BESIDE));
    let workspace = page.files();
    page.act(|session| session.enter_beside(line, &workspace));
    page.playing.set(true);
}

/// Types a line into the shell, or into the command that runs in its foreground.
pub fn enter(page: Page, line: &str) {
    let prompt = page.prompt.get_untracked();
    let source = match prompt {
        Some(Prompt::Command) => Source::Typed,
        Some(Prompt::More) => Source::More,
        None => Source::Input,
    };
    if prompt == Some(Prompt::Command) {
        page.command.set_value(line.to_owned());
    }
    // An empty line is shown as one.
    write(page, source, if line.is_empty() { "\u{200b}" } else { line });
    let workspace = page.files();
    page.prompt.set(None);
    page.session.update_value(|session| session.enter(line, &workspace));
    page.refresh();
    if page.prompt.get_untracked().is_none() {
        page.playing.set(true);
    }
}

/// Ctrl+C.
fn interrupt(page: Page) {
    write(page, Source::Terminal, "^C\n");
    page.act(Session::interrupt);
}

/// Ctrl+L.
fn clear(page: Page) {
    page.entries.set(Vec::new());
}

/// All that the terminal shows, as text.
fn as_text(page: Page) -> String {
    page.entries.with_untracked(|entries| {
        let line = |entry: &Entry| match entry.source {
            Source::Typed => format!("$ {}\n", entry.text),
            Source::More => format!("> {}\n", entry.text),
            Source::Input => format!("{}\n", entry.text),
            Source::Out | Source::Err | Source::Terminal => entry.text.clone(),
        };
        entries.iter().map(line).collect()
    })
}

/// How long it is shown that the output was copied.
const COPIED_SHOWN: Duration = Duration::from_millis(1500);

/// Copies all output; where copying is forbidden, selecting still works.
fn copy(page: Page, is_copied: RwSignal<bool>) {
    transfer::copy(&as_text(page), move |done| {
        page.say(if done { texts::COPIED } else { texts::COPY_FAILED });
        is_copied.set(done);
        set_timeout(move || is_copied.set(false), COPIED_SHOWN);
    });
}

/// Output and command line.
#[component]
pub fn Terminal(page: Page) -> impl IntoView {
    let input = NodeRef::<html::Textarea>::new();
    let is_copied = RwSignal::new(false);
    view! {
        <div class="terminal" on:click=move |event| focus_unless_selecting(&event, input)>
            <div class="tools">
                <button class="icon" aria-label=texts::COPY_OUTPUT title=texts::COPY_OUTPUT on:click=move |_| copy(page, is_copied)>
                    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.400">
                        <path d=move || if is_copied.get() { "M2.500 7.500l3 3 6-7" } else { "M4.500 4.500h7v7.500h-7zM9.500 4.500v-2.500h-7v7.500h2" } />
                    </svg>
                </button>
                <button class="icon" aria-label=texts::CLEAR_OUTPUT title=texts::CLEAR_OUTPUT on:click=move |_| clear(page)>
                    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.400">
                        <path d="M7 1.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 0 0 0-11zM3.200 3.200l7.600 7.600" />
                    </svg>
                </button>
            </div>
            <output::Output page />
            <command_line::CommandLine page input />
        </div>
    }
}

/// A click on the terminal is for typing, unless text is being selected or something else was clicked.
fn focus_unless_selecting(event: &web_sys::MouseEvent, input: NodeRef<html::Textarea>) {
    let on_button = super::dom::is_inside(event.target(), "button, [role=option]");
    if !is_selecting()
        && !on_button
        && let Some(input) = input.get_untracked()
    {
        let _ = input.focus();
    }
}

/// Whether a part of the page's text is selected.
fn is_selecting() -> bool {
    web_sys::window().and_then(|window| window.get_selection().ok()?).is_some_and(|selection| !selection.is_collapsed())
}
