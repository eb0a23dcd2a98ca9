//! The dialog with the link.

use super::gallery::{close, follow};
use super::page::{Dialog, Page};
use super::{files, texts, transfer};
use crate::playground::import::LESSON;
use crate::playground::session::Session;
use crate::playground::share::{self, USUAL_LENGTH};
use leptos::html;
use leptos::prelude::*;

/// The link to what the page shows now.
pub fn link(page: Page) -> String {
    let shared = page.shared(Session::now_ms);
    let location = web_sys::window().map(|window| window.location());
    let address = location.and_then(|location| location.href().ok()).unwrap_or_default();
    let base = address.split('#').next().unwrap_or_default();
    format!("{base}#{}", share::encode(&shared))
}

/// The dialog.
#[component]
pub fn ShareDialog(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let field = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let said = RwSignal::new("");
    follow(page, dialog, Dialog::Share, move || {
        text.set(link(page));
        said.set("");
        if let Some(field) = field.get_untracked() {
            request_animation_frame(move || field.select());
        }
    });
    let copy = move |words: String| transfer::copy(&words, move |is_copied| said.set(if is_copied { texts::COPIED } else { texts::COPY_FAILED }));
    let embed = move || {
        format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"720\" style=\"border: 0\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
            text.get_untracked(),
            texts::NAME
        )
    };
    let save = move |_| transfer::download(&format!("lesson{LESSON}"), text.get_untracked().as_bytes(), "text/plain");
    let length = move || text.with(String::len);
    view! {
        <dialog class="share-dialog" node_ref=dialog aria-label=texts::SHARE on:close=move |_: web_sys::Event| close(page, Dialog::Share)>
            <h2>{texts::SHARE}</h2>
            <p>{texts::SHARE_SAYS}</p>
            <div class="link-line">
                <input type="text" readonly aria-label=texts::SHARE_LINK node_ref=field prop:value=move || text.get() />
                <button class="primary" on:click=move |_| copy(text.get_untracked())>{texts::COPY}</button>
            </div>
            <p class="muted">{move || format!("{} {}", length(), if length() > USUAL_LENGTH { texts::SHARE_LONG } else { texts::SHARE_SHORT })}</p>
            <p role="status">{move || said.get()}</p>
            <div class="buttons">
                <button on:click=save>{texts::SHARE_FILE}</button>
                <button on:click=move |_| copy(embed())>{texts::COPY_EMBED}</button>
                <button on:click=move |_| files::take_away(page)>{texts::TAKE_AWAY}</button>
                <button on:click=move |_| close(page, Dialog::Share)>{texts::CLOSE}</button>
            </div>
        </dialog>
    }
}
