//! The dialog with the link.

use super::page::Page;
use super::texts;
use crate::playground::scene::View;
use crate::playground::share::{self, Shared};
use leptos::html;
use leptos::prelude::*;

/// Links longer than this are cut by some programs.
const LONG_LINK: usize = 2_000;

/// Opens the dialog.
pub fn open(page: Page) {
    page.sharing.set(true);
}

/// The link to what the page shows now.
pub fn link(page: Page) -> String {
    let shared = page.see(|session| Shared {
        setup: session.setup().clone(),
        workspace: page.files(),
        done: session.done().to_vec(),
        at_ms: session.now_ms(),
        application: page.view.get_untracked() == View::Application,
        namespace: page.namespace.get_untracked().unwrap_or_default(),
    });
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
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if page.sharing.get() {
            text.set(link(page));
            said.set("");
            let _ = dialog.show_modal();
            if let Some(field) = field.get_untracked() {
                request_animation_frame(move || field.select());
            }
        } else {
            dialog.close();
        }
    });
    let copy = move |_| {
        let Some(window) = web_sys::window() else { return };
        let promise = window.navigator().clipboard().write_text(&text.get_untracked());
        wasm_bindgen_futures::spawn_local(async move {
            let copied = wasm_bindgen_futures::JsFuture::from(promise).await.is_ok();
            said.set(if copied { texts::COPIED } else { texts::COPY_FAILED });
        });
    };
    view! {
        <dialog class="share-dialog" node_ref=dialog aria-label=texts::SHARE on:close=move |_: web_sys::Event| page.sharing.set(false)>
            <h2>{texts::SHARE}</h2>
            <p>{texts::SHARE_SAYS}</p>
            <div class="link-line">
                <input type="text" readonly aria-label=texts::SHARE_LINK node_ref=field prop:value=move || text.get() />
                <button class="primary" on:click=copy>{texts::COPY}</button>
            </div>
            <Show when=move || text.with(|text| text.len() > LONG_LINK)>
                <p class="muted">{texts::SHARE_LONG}</p>
            </Show>
            <p role="status">{move || said.get()}</p>
            <div class="buttons">
                <button on:click=move |_| page.sharing.set(false)>{texts::CLOSE}</button>
            </div>
        </dialog>
    }
}
