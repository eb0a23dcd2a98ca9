//! The files as tabs.

use super::page::{Change, Notice, Page};
use super::{texts, transfer};
use crate::playground::workspace::File;
use crate::playground::{archive, takeaway};
use crate::value::SmolStr;
use leptos::html;
use leptos::prelude::*;

/// The row of tabs, with what can be done to files.
#[component]
pub fn Files(page: Page) -> impl IntoView {
    let renaming = RwSignal::new(false);
    let names = Memo::new(move |_| page.workspace.with(|workspace| workspace.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>()));
    let new_file = move |_| {
        page.workspace.update(|workspace| {
            let name = workspace.free_name();
            workspace.files.push(File { name, text: String::new() });
        });
        page.current.set(page.workspace.with_untracked(|workspace| workspace.files.len() - 1));
        renaming.set(true);
    };
    let delete = move |_| {
        delete(page);
        renaming.set(false);
    };
    // The tab that is open moves with a pressed mouse that goes beyond the middle of the one beside it. A finger scrolls the row.
    let is_held = StoredValue::new(false);
    let hold = move |event: web_sys::PointerEvent| is_held.set_value(event.pointer_type() == "mouse");
    let drag = move |event: web_sys::PointerEvent| {
        let row = event.current_target().and_then(|row| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(row).ok());
        let Some(row) = row.filter(|_| is_held.get_value() && event.buttons() == 1) else { return is_held.set_value(false) };
        let index = page.current.get_untracked();
        let middle = |index: usize| {
            let bounds = row.children().item(index as u32)?.get_bounding_client_rect();
            Some(bounds.left() + bounds.width() / 2.0)
        };
        let x = f64::from(event.client_x());
        let to_the_right = middle(index + 1).is_some_and(|middle| x > middle);
        if to_the_right || index.checked_sub(1).and_then(middle).is_some_and(|middle| x < middle) {
            move_file(page, to_the_right);
        }
    };
    view! {
        <div class="tabs">
            <div role="tablist" aria-label=texts::FILES on:pointerdown=hold on:pointermove=drag>
                {move || names.get().into_iter().enumerate().map(|(index, name)| view! { <Tab page index name renaming /> }).collect_view()}
            </div>
            <div class="tools">
                <button class="icon" aria-label=texts::NEW_FILE title=texts::NEW_FILE on:click=new_file>"+"</button>
                <button class="icon" aria-label=texts::RENAME_FILE title=texts::RENAME_FILE on:click=move |_| renaming.update(|on| *on = !*on)>
                    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.400">
                        <path d="M2 12l.6-2.800L9.500 2.300l2.200 2.200-6.900 6.900zM8 3.800l2.200 2.200" />
                    </svg>
                </button>
                <button class="icon" aria-label=texts::DELETE_FILE title=texts::DELETE_FILE on:click=delete>
                    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.400">
                        <path d="M2 3.500h10M5 3.500v-1.700h4v1.700M3.300 3.500l.6 8.700h6.200l.6-8.700" />
                    </svg>
                </button>
                <More page />
            </div>
        </div>
        <Show when=move || renaming.get()>
            <RenameForm page renaming />
        </Show>
    }
}

/// Deletes the open file; until something else is said, it can be brought back.
fn delete(page: Page) {
    let index = page.current.get_untracked();
    let Some(file) = page.workspace.with_untracked(|workspace| workspace.files.get(index).cloned()) else { return };
    page.workspace.update(|workspace| {
        workspace.files.remove(index);
        if workspace.files.is_empty() {
            workspace.files.push(File { name: workspace.free_name(), text: String::new() });
        }
    });
    page.current.set(index.saturating_sub(1));
    if !file.text.trim().is_empty() {
        page.notice.set(Some(Notice { deleted: Some((index, file.clone())), ..Notice::saying(format!("{} {}", file.name, texts::DELETED)) }));
    }
}

/// Brings a deleted file back to where it was.
pub fn bring_back(page: Page, index: usize, file: File) {
    page.notice.set(None);
    let mut there = index;
    page.workspace.update(|workspace| {
        workspace.give_way();
        let last = workspace.take_in(file);
        let file = workspace.files.remove(last);
        there = index.min(workspace.files.len());
        workspace.files.insert(there, file);
    });
    page.current.set(there);
}

/// What is done less often, behind one button.
#[component]
fn More(page: Page) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let picker = NodeRef::<html::Input>::new();
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            super::dom::focus(&button);
        }
    };
    let item = move |text: &'static str, act: fn(Page)| {
        let choose = move |_| {
            close();
            act(page);
        };
        view! { <li><button on:click=choose>{text}</button></li> }
    };
    let picked = move |_| {
        let Some(input) = picker.get_untracked() else { return };
        transfer::take_in(page, &input);
        // The same file can be chosen again. By then the list of those chosen now has been gone through.
        input.set_value("");
    };
    let pick = move |_| {
        close();
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    // Whoever goes elsewhere has done with it.
    let leave = move |event: web_sys::FocusEvent| {
        if !super::dom::is_inside(event.related_target(), ".more") {
            open.set(false);
        }
    };
    view! {
        <div class="more" on:focusout=leave on:keydown=move |event| if event.key() == "Escape" && open.get_untracked() { close() }>
            <button
                node_ref=button
                class="icon"
                aria-label=texts::MORE
                title=texts::MORE
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >"⋯"</button>
            <ul hidden=move || !open.get()>
                {item(texts::FORMAT, format)}
                {item(texts::MOVE_LEFT, |page| move_file(page, false))}
                {item(texts::MOVE_RIGHT, |page| move_file(page, true))}
                <li><button on:click=pick>{texts::IMPORT}</button></li>
                {item(texts::DOWNLOAD_FILE, download_file)}
                {item(texts::DOWNLOAD_ONE, |page| transfer::download("manifests.yaml", page.files().as_one_text().as_bytes(), YAML))}
                {item(texts::DOWNLOAD_ZIP, download_zip)}
                {item(texts::TAKE_AWAY, take_away)}
            </ul>
            <input type="file" multiple hidden accept=".yaml,.yml,.json,.zip,.kubarium" node_ref=picker aria-label=texts::IMPORT on:change=picked />
        </div>
    }
}

const YAML: &str = "application/yaml";
const ZIP: &str = "application/zip";

fn move_file(page: Page, to_the_right: bool) {
    let index = page.current.get_untracked();
    let mut there = index;
    page.workspace.update(|workspace| there = workspace.move_file(index, to_the_right));
    page.current.set(there);
}

fn format(page: Page) {
    let Some(file) = page.workspace.with_untracked(|workspace| workspace.files.get(page.current.get_untracked()).cloned()) else { return };
    match crate::manifest::format(&file.text) {
        Ok(text) if text == file.text => page.notice.set(Some(Notice::saying(texts::FORMATTED_ALREADY))),
        Ok(text) => {
            page.change.set(Some(Change { file: file.name, from: 0, to: file.text.len(), insert: text }));
            page.say(texts::FORMATTED);
        }
        Err(why) => page.notice.set(Some(Notice::saying(why))),
    }
}

fn download_file(page: Page) {
    if let Some(file) = page.workspace.with_untracked(|workspace| workspace.files.get(page.current.get_untracked()).cloned()) {
        transfer::download(&file.name, file.text.as_bytes(), YAML);
    }
}

fn download_zip(page: Page) {
    let files: Vec<(String, String)> = page.files().files.into_iter().map(|file| (file.name.to_string(), file.text)).collect();
    transfer::download("manifests.zip", &archive::pack(&files), ZIP);
}

/// The workspace as a folder for a real cluster.
pub fn take_away(page: Page) {
    let workspace = page.files();
    let files = page.see(|session| takeaway::folder("kubarium", &workspace, session.setup().nodes, session.done()));
    transfer::download("kubarium.zip", &archive::pack(&files), ZIP);
}

#[component]
fn Tab(page: Page, index: usize, name: SmolStr, renaming: RwSignal<bool>) -> impl IntoView {
    let selected = move || page.current.get() == index;
    let troubled = {
        let name = name.clone();
        move || page.problems.with(|problems| problems.iter().any(|problem| problem.file == name))
    };
    let node = NodeRef::<html::Button>::new();
    // The arrow keys go from tab to tab, as the pattern for tabs asks.
    let keys = move |event: web_sys::KeyboardEvent| {
        let count = page.workspace.with_untracked(|workspace| workspace.files.len());
        if event.alt_key() && matches!(event.key().as_str(), "ArrowRight" | "ArrowLeft") {
            event.prevent_default();
            return move_file(page, event.key() == "ArrowRight");
        }
        let next = match event.key().as_str() {
            "ArrowRight" => (index + 1) % count,
            "ArrowLeft" => (index + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        page.current.set(next);
        if let Some(tab) = node.get_untracked().and_then(|tab| tab.parent_element()).and_then(|list| list.children().item(next as u32)) {
            super::dom::focus(&tab);
        }
    };
    Effect::new(move || {
        if let (true, Some(tab)) = (selected(), node.get()) {
            super::dom::show_in_row(&tab);
        }
    });
    view! {
        <button
            node_ref=node
            role="tab"
            id=format!("tab-{index}")
            aria-controls="sheet"
            aria-selected=move || selected().to_string()
            tabindex=move || if selected() { "0" } else { "-1" }
            on:pointerdown=move |event| if event.pointer_type() == "mouse" && event.button() == 0 { page.current.set(index) }
            on:click=move |_| page.current.set(index)
            on:dblclick=move |_| renaming.set(true)
            on:keydown=keys
        >
            {name.to_string()}
            <Show when=troubled>
                <span class="flag" aria-hidden="true"></span>
            </Show>
        </button>
    }
}

#[component]
fn RenameForm(page: Page, renaming: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let reason = RwSignal::new(String::new());
    let index = page.current.get_untracked();
    let name = page.workspace.with_untracked(|workspace| workspace.files.get(index).map(|file| file.name.to_string()).unwrap_or_default());
    super::dom::begin_typing(input);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = input.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default();
        match page.workspace.with_untracked(|workspace| workspace.check_name(index, &name)) {
            Ok(()) => {
                page.workspace.update(|workspace| {
                    if let Some(file) = workspace.files.get_mut(index) {
                        file.name = SmolStr::from(name);
                    }
                });
                renaming.set(false);
            }
            Err(sentence) => reason.set(sentence),
        }
    };
    view! {
        <form class="rename" on:submit=submit on:keydown=move |event| if event.key() == "Escape" { renaming.set(false) }>
            <input node_ref=input aria-label=texts::FILE_NAME value=name autocomplete="off" spellcheck="false" />
            <button type="submit">{texts::RENAME}</button>
            <button type="button" on:click=move |_| renaming.set(false)>{texts::CANCEL}</button>
        </form>
        <Show when=move || !reason.with(String::is_empty)>
            <p class="rename bad" role="alert">{move || reason.get()}</p>
        </Show>
    }
}
