//! The line that is typed: history, completion, keys.

use super::{clear, enter, interrupt};
use crate::kubectl::completion::Candidate;
use crate::kubelet::runtime::Prompt;
use crate::playground::session::Session;
use crate::web::page::Page;
use crate::web::texts;
use leptos::html;
use leptos::prelude::*;

/// More possibilities than this aren't listed.
const MOST_LISTED: usize = 200;
/// More earlier lines than this are forgotten.
const MOST_EARLIER: usize = 1_000;

/// The list above the command line.
#[derive(Clone, PartialEq)]
struct Choices {
    /// Whether they are earlier lines; else words that fit.
    is_history: bool,
    /// The byte of the line from which on a choice replaces it.
    from: usize,
    candidates: Vec<Candidate>,
    selected: Option<usize>,
}

/// The command line with its list.
#[derive(Clone, Copy)]
struct Line {
    page: Page,
    input: NodeRef<html::Textarea>,
    earlier: StoredValue<Vec<String>>,
    /// Where in the earlier lines the person is, and what they had typed before.
    at: StoredValue<usize>,
    draft: StoredValue<String>,
    choices: RwSignal<Option<Choices>>,
}

impl Line {
    fn text(self) -> String {
        self.input.get_untracked().map(|input| input.value()).unwrap_or_default()
    }

    fn set(self, text: &str) {
        if let Some(input) = self.input.get_untracked() {
            input.set_value(text);
            let end = text.encode_utf16().count() as u32;
            let _ = input.set_selection_range(end, end);
            // What is at the cursor is seen.
            input.set_scroll_left(input.scroll_width());
        }
    }

    /// What stands before the cursor, and after it.
    fn split(self) -> (String, String) {
        let text = self.text();
        let cursor = self.input.get_untracked().and_then(|input| input.selection_start().ok().flatten()).unwrap_or(u32::MAX);
        let (mut units, mut at) = (0, text.len());
        for (index, letter) in text.char_indices() {
            if units >= cursor {
                at = index;
                break;
            }
            units += letter.len_utf16() as u32;
        }
        (text[..at].to_owned(), text[at..].to_owned())
    }

    fn submit(self, line: &str) {
        self.choices.set(None);
        if self.page.prompt.get_untracked() == Some(Prompt::Command) && !line.trim().is_empty() {
            self.earlier.update_value(|earlier| {
                if earlier.last().map(String::as_str) != Some(line) {
                    earlier.push(line.to_owned());
                }
                let surplus = earlier.len().saturating_sub(MOST_EARLIER);
                earlier.drain(..surplus);
            });
        }
        self.at.set_value(self.earlier.with_value(Vec::len));
        enter(self.page, line);
    }

    /// Up and down through the earlier lines.
    fn go(self, to: usize) {
        let count = self.earlier.with_value(Vec::len);
        if self.at.get_value() == count {
            self.draft.set_value(self.text());
        }
        self.at.set_value(to);
        let text = if to >= count { self.draft.get_value() } else { self.earlier.with_value(|earlier| earlier[to].clone()) };
        self.set(&text);
    }

    /// Tab: puts in what is certain, and lists what isn't.
    fn complete(self) {
        let (before, after) = self.split();
        let completion = self.page.see(|session| session.complete(&before));
        let common = completion.common();
        let count = completion.candidates.len();
        if count == 0 {
            self.choices.set(None);
            return self.page.say(texts::NOTHING_FITS);
        }
        if count == 1 || common.len() > before.len().saturating_sub(completion.from) {
            let ends = count == 1 && !common.ends_with(['/', '=', ':']);
            self.replace(&before[..completion.from], &common, if ends && !after.starts_with(' ') { " " } else { "" }, &after);
        }
        if count == 1 {
            self.choices.set(None);
            return self.page.say(common);
        }
        let listed: Vec<Candidate> = completion.candidates.into_iter().take(MOST_LISTED).collect();
        let first: Vec<&str> = listed.iter().take(5).map(|candidate| candidate.text.as_str()).collect();
        self.page.say(format!("{count} {}: {}", texts::POSSIBILITIES, first.join(", ")));
        self.choices.set(Some(Choices { is_history: false, from: completion.from, candidates: listed, selected: None }));
    }

    fn replace(self, before: &str, word: &str, end: &str, after: &str) {
        let written = format!("{before}{word}{end}");
        let cursor = written.encode_utf16().count() as u32;
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&format!("{written}{after}"));
            let _ = input.set_selection_range(cursor, cursor);
        }
    }

    /// Ctrl+R: earlier lines that have what is typed in them, latest first.
    fn search(self) {
        let wanted = self.text();
        let mut found: Vec<Candidate> = Vec::new();
        self.earlier.with_value(|earlier| {
            for line in earlier.iter().rev().filter(|line| line.contains(&wanted)) {
                if !found.iter().any(|known| known.text == *line) {
                    found.push(Candidate::new(line.as_str()));
                }
            }
        });
        if found.is_empty() {
            return self.page.say(texts::NOTHING_FITS);
        }
        self.page.say(found[0].text.clone());
        self.choices.set(Some(Choices { is_history: true, from: 0, candidates: found, selected: Some(0) }));
    }

    /// Moves in the list; a word is written at once, as shells do.
    fn choose(self, choices: &Choices, index: usize) {
        let mut next = choices.clone();
        next.selected = Some(index);
        let text = choices.candidates[index].text.clone();
        if choices.is_history {
            self.page.say(text);
        } else {
            let (before, after) = self.split();
            self.replace(&before[..choices.from.min(before.len())], &text, "", &after);
            self.page.say(text);
        }
        self.choices.set(Some(next));
    }

    /// Takes what is selected in the list.
    fn accept(self, choices: &Choices, index: usize) {
        self.choices.set(None);
        let text = &choices.candidates[index].text;
        if choices.is_history {
            return self.set(text);
        }
        let (before, after) = self.split();
        let end = if text.ends_with(['/', '=', ':']) { "" } else { " " };
        self.replace(&before[..choices.from.min(before.len())], text, end, &after);
    }

    /// A key while the list is open; whether it was for the list.
    fn list_key(self, event: &web_sys::KeyboardEvent) -> bool {
        let Some(choices) = self.choices.get_untracked() else { return false };
        let count = choices.candidates.len();
        let forward = choices.selected.map_or(0, |selected| (selected + 1) % count);
        let back = choices.selected.map_or(count - 1, |selected| (selected + count - 1) % count);
        match event.key().as_str() {
            "Tab" if event.shift_key() => self.choose(&choices, back),
            "Tab" if choices.is_history => self.accept(&choices, choices.selected.unwrap_or(0)),
            "Tab" | "ArrowDown" => self.choose(&choices, forward),
            "r" if event.ctrl_key() && choices.is_history => self.choose(&choices, forward),
            "ArrowUp" => self.choose(&choices, back),
            "Enter" if choices.selected.is_some() && choices.is_history => {
                let line = choices.candidates[choices.selected.unwrap_or(0)].text.clone();
                self.set("");
                self.submit(&line);
            }
            "Enter" if choices.selected.is_some() => self.accept(&choices, choices.selected.unwrap_or(0)),
            "Escape" => self.choices.set(None),
            _ => {
                self.choices.set(None);
                return false;
            }
        }
        true
    }

    fn key(self, event: &web_sys::KeyboardEvent) {
        if !self.list_key(event) && !self.control_key(event) {
            let count = self.earlier.with_value(Vec::len);
            match event.key().as_str() {
                "Tab" if !event.shift_key() && !self.text().is_empty() && self.page.prompt.get_untracked().is_some() => self.complete(),
                "Enter" => {
                    let text = self.text();
                    self.set("");
                    self.submit(&text);
                }
                "ArrowUp" if self.at.get_value() > 0 => self.go(self.at.get_value() - 1),
                "ArrowDown" if self.at.get_value() < count => self.go(self.at.get_value() + 1),
                _ => return,
            }
        }
        event.prevent_default();
    }

    /// Ctrl and a letter; whether it was one of those that the line knows.
    fn control_key(self, event: &web_sys::KeyboardEvent) -> bool {
        if !event.ctrl_key() || event.alt_key() || event.meta_key() {
            return false;
        }
        let (before, after) = self.split();
        match event.key().as_str() {
            "c" if super::is_selecting() || self.has_selection() => return false,
            "c" if self.page.prompt.get_untracked() == Some(Prompt::Command) => {
                super::write(self.page, super::Source::Typed, &format!("{}^C", self.text()));
                self.set("");
            }
            "c" => {
                self.set("");
                interrupt(self.page);
            }
            "d" if self.page.prompt.get_untracked() != Some(Prompt::Command) => self.page.act(Session::end_input),
            "l" => clear(self.page),
            "r" => self.search(),
            "u" => {
                self.set(&after);
                self.move_to(0);
            }
            "k" => self.set(&before),
            "a" => self.move_to(0),
            "e" => self.set(&self.text()),
            _ => return false,
        }
        true
    }

    fn move_to(self, cursor: u32) {
        if let Some(input) = self.input.get_untracked() {
            let _ = input.set_selection_range(cursor, cursor);
        }
    }

    fn has_selection(self) -> bool {
        let Some(input) = self.input.get_untracked() else { return false };
        input.selection_start().ok().flatten() != input.selection_end().ok().flatten()
    }

    /// Something was typed or pasted. Several lines at once are entered one after the other; the last one stays to be looked at.
    fn changed(self) {
        self.choices.set(None);
        let text = self.text();
        if !text.contains('\n') {
            return;
        }
        let mut lines: Vec<&str> = text.split('\n').collect();
        let last = lines.pop().unwrap_or_default();
        lines.into_iter().for_each(|line| self.submit(line));
        self.set(last);
    }
}

/// The line that is typed, with its prompt.
#[component]
pub fn CommandLine(page: Page, input: NodeRef<html::Textarea>) -> impl IntoView {
    let line = Line {
        page,
        input,
        earlier: StoredValue::new(Vec::new()),
        at: StoredValue::new(0),
        draft: StoredValue::new(String::new()),
        choices: RwSignal::new(None),
    };
    let sign = move || match page.prompt.get() {
        Some(Prompt::Command) => "$",
        Some(Prompt::More) => ">",
        None => "",
    };
    let is_idle = move || page.prompt.get() == Some(Prompt::Command);
    let active = move || line.choices.with(|choices| choices.as_ref().and_then(|choices| choices.selected).map(|index| format!("choice-{index}")));
    view! {
        <form class="prompt" on:submit=move |event: web_sys::SubmitEvent| event.prevent_default()>
            <ChoiceList line />
            <span aria-hidden="true">{sign}</span>
            <textarea
                node_ref=input
                rows="1"
                aria-label=texts::COMMAND_LINE
                aria-autocomplete="list"
                aria-controls="choices"
                aria-activedescendant=active
                placeholder=move || is_idle().then_some(texts::COMMAND_HINT)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                on:keydown=move |event| line.key(&event)
                on:input=move |_| line.changed()
                on:blur=move |_| line.choices.set(None)
            ></textarea>
            <Show when=move || !is_idle()>
                <button type="button" on:click=move |_| interrupt(page)>{texts::STOP_COMMAND}</button>
            </Show>
        </form>
    }
}

#[component]
fn ChoiceList(line: Line) -> impl IntoView {
    let item = move |choices: &Choices, index: usize| {
        let candidate = choices.candidates[index].clone();
        let selected = choices.selected == Some(index);
        let node = NodeRef::<html::Li>::new();
        if selected {
            Effect::new(move || {
                if let Some(node) = node.get() {
                    node.scroll_into_view_with_bool(false);
                }
            });
        }
        let accept = move |event: web_sys::MouseEvent| {
            // The line keeps the focus.
            event.prevent_default();
            if let Some(choices) = line.choices.get_untracked() {
                line.accept(&choices, index);
            }
        };
        view! {
            <li id=format!("choice-{index}") role="option" aria-selected=selected.to_string() node_ref=node on:mousedown=accept>
                <span>{candidate.text}</span>
                <small>{candidate.about}</small>
            </li>
        }
    };
    view! {
        <ul id="choices" role="listbox" aria-label=texts::CHOICES class="choices" hidden=move || line.choices.with(Option::is_none)>
            {move || line.choices.get().map(|choices| (0..choices.candidates.len()).map(|index| item(&choices, index)).collect_view())}
        </ul>
    }
}
