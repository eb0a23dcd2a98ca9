//! Small things that the browser's interface makes long.

use wasm_bindgen::JsCast;

/// Moves the keyboard's focus.
pub fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        // Only an element that is not in the page refuses.
        let _ = element.focus();
    }
}

/// The document.
pub fn document() -> web_sys::Document {
    web_sys::window().and_then(|window| window.document()).expect("the page runs in a document")
}

/// Whether an event came from inside of something that a selector matches.
pub fn is_inside(target: Option<web_sys::EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}
