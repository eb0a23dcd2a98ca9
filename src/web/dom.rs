//! Small things that the browser's interface makes long.

pub use gloo::utils::document;
use leptos::html;
use leptos::prelude::*;

use wasm_bindgen::JsCast;

/// Moves the keyboard's focus.
pub fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        // Only an element that is not in the page refuses.
        let _ = element.focus();
    }
}

/// Whether an event came from inside of something that a selector matches.
pub fn is_inside(target: Option<web_sys::EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Scrolls a row sideways so far that one of its children is seen whole.
pub fn show_in_row(child: &web_sys::HtmlElement) {
    let Some(row) = child.parent_element() else { return };
    let (left, right) = (child.offset_left() - row.client_left(), child.offset_left() + child.offset_width());
    let first_left = row.first_element_child().and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()).map_or(0, |first| first.offset_left());
    let (from, to) = (left - first_left, right - first_left);
    // 24 px of the row's end fade out.
    if to + 24 > row.scroll_left() + row.client_width() {
        row.set_scroll_left(to + 24 - row.client_width());
    } else if from < row.scroll_left() {
        row.set_scroll_left(from);
    }
}

/// Puts the keyboard into a field that has just appeared, its text selected, so that typing replaces it.
pub fn begin_typing(input: NodeRef<html::Input>) {
    Effect::new(move || {
        if let Some(input) = input.get() {
            // An element of the page takes the keyboard.
            let _ = input.focus();
            input.select();
        }
    });
}
