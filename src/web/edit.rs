//! What `kubectl edit` opens instead of a program of its own.

use super::page::Page;
use super::texts;
use crate::playground::session::CommandId;
use leptos::html;
use leptos::prelude::*;

/// A text that a command wants edited.
#[derive(Clone, PartialEq, Debug)]
pub struct Editing {
    /// The command that waits.
    pub id: CommandId,
    /// A name for the text.
    pub file_name: String,
    /// The text.
    pub text: String,
}

/// The dialog with the text.
#[component]
pub fn EditDialog(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let area = NodeRef::<html::Textarea>::new();
    Effect::new(move || {
        let (Some(dialog), Some(area)) = (dialog.get(), area.get()) else { return };
        match page.editing.get() {
            Some(editing) => {
                area.set_value(&editing.text);
                // It is refused only while it is open already.
                let _ = dialog.show_modal();
            }
            None => dialog.close(),
        }
    });
    let answer = move |text: Option<String>| {
        let Some(editing) = page.editing.get_untracked() else { return };
        page.editing.set(None);
        page.act(|session| session.answer_edit(editing.id, text));
    };
    let save = move |_| answer(area.get_untracked().map(|area| area.value()));
    view! {
        <dialog class="edit-dialog" node_ref=dialog aria-label=texts::EDIT_TITLE on:cancel=move |_: web_sys::Event| answer(None)>
            <h2>{move || page.editing.get().map(|editing| editing.file_name)}</h2>
            <textarea node_ref=area aria-label=texts::EDIT_TITLE spellcheck="false" rows="24"></textarea>
            <div class="buttons">
                <button class="primary" on:click=save>{texts::SAVE}</button>
                <button on:click=move |_| answer(None)>{texts::CANCEL}</button>
            </div>
        </dialog>
    }
}
