//! The dialog with the keys, and what can be set for oneself.

use super::page::Page;
use super::{frame, texts};
use gloo::utils::document_element;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

const SINGLE_KEYS: &str = "kubarium-single-keys";
const LARGE: &str = "kubarium-large";

/// Listens for keys that work anywhere on the page.
pub fn listen(page: Page) {
    set_large(super::storage::read(LARGE).is_some());
    page.single_keys.set(super::storage::read(SINGLE_KEYS).is_none());
    let keys = Closure::<dyn FnMut(web_sys::KeyboardEvent)>::new(move |event: web_sys::KeyboardEvent| {
        if act(page, &event) {
            event.prevent_default();
        }
    });
    // A window that refuses listeners has no keys either.
    let _ = gloo::utils::window().add_event_listener_with_callback("keydown", keys.as_ref().unchecked_ref());
    keys.forget();
}

/// Does what a key is for; whether it is for anything.
fn act(page: Page, event: &web_sys::KeyboardEvent) -> bool {
    // Where text is typed, or a control has its own use for the key, keys mean what they mean there.
    let target = event.target();
    let types = super::dom::is_inside(target.clone(), "input, textarea, select, [contenteditable], dialog");
    if event.default_prevented() || types || event.alt_key() || event.meta_key() {
        return false;
    }
    let key = event.key();
    if event.ctrl_key() {
        let is_undo = key == "z" && page.undoable.with(Option::is_some);
        if is_undo {
            page.undo();
        }
        return is_undo;
    }
    if !page.single_keys.get_untracked() {
        return false;
    }
    match key.as_str() {
        " " if !super::dom::is_inside(target, "button, [role=button], a, summary") => super::frame::toggle(page),
        "." => frame::step(page),
        "n" => frame::skip(page),
        "b" if page.in_past.get_untracked() => page.branch(),
        "?" => page.helping.set(true),
        "t" => focus_on(".prompt input, .terminal textarea, .terminal input"),
        "e" => focus_on(".cm-content"),
        "d" => focus_on(".diagram [role=button], .diagram [tabindex=\"0\"]"),
        "i" => focus_on(".inspector-body, .inspector [role=tab]"),
        _ => return false,
    }
    true
}

fn focus_on(selector: &str) {
    if let Ok(Some(element)) = super::dom::document().query_selector(selector) {
        super::dom::focus(&element);
    }
}

fn set_large(is_large: bool) {
    if let Ok(root) = document_element().dyn_into::<web_sys::HtmlElement>() {
        let _ = root.dataset().set("type", if is_large { "large" } else { "usual" });
    }
    // The tab that is open may have been cut by that.
    let tab = super::dom::document().query_selector(".tabs [aria-selected=\"true\"]").ok().flatten();
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
        super::dom::show_in_row(&tab);
    }
}

/// The dialog.
#[component]
pub fn HelpDialog(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let is_large = RwSignal::new(super::storage::read(LARGE).is_some());
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if page.helping.get() {
            // It is refused only while it is open already.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    let large = move |event| {
        let chosen = event_target_checked(&event);
        is_large.set(chosen);
        set_large(chosen);
        super::storage::write(LARGE, if chosen { "1" } else { "" });
    };
    let single = move |event| {
        let chosen = event_target_checked(&event);
        page.single_keys.set(chosen);
        super::storage::write(SINGLE_KEYS, if chosen { "" } else { "off" });
    };
    view! {
        <dialog class="help-dialog" node_ref=dialog aria-label=texts::HELP on:close=move |_: web_sys::Event| page.helping.set(false)>
            <h2>{texts::HELP}</h2>
            <dl class="keys">
                {texts::KEYS.into_iter().map(|(keys, text)| view! { <div><dt><kbd>{keys}</kbd></dt><dd>{text}</dd></div> }).collect_view()}
            </dl>
            <label><input type="checkbox" prop:checked=move || page.single_keys.get() on:change=single /> " " {texts::SINGLE_KEYS}</label>
            <label><input type="checkbox" prop:checked=move || is_large.get() on:change=large /> " " {texts::LARGE_TYPE}</label>
            <div class="buttons">
                <button on:click=move |_| page.helping.set(false)>{texts::CLOSE}</button>
            </div>
        </dialog>
    }
}
