//! Panes that can be made wider, by pointer and by keyboard.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A line between two panes that can be moved. `variable` is the CSS variable that holds the size.
#[component]
pub fn Divider(
    /// What is moved, for screen readers.
    label: &'static str,
    /// `after`, `before` or `above` its pane.
    side: &'static str,
    /// `--editor-width`.
    variable: &'static str,
    /// The smallest size in pixels.
    least: f64,
    /// The largest size in pixels.
    most: f64,
    /// The size at first.
    first: f64,
) -> impl IntoView {
    let size = RwSignal::new(super::storage::read(variable).and_then(|size| size.parse::<f64>().ok()).unwrap_or(first).clamp(least, most));
    let dragged_from = StoredValue::new(None::<(f64, f64)>);
    Effect::new(move |before: Option<()>| {
        let root = super::dom::document().document_element();
        if let Some(root) = root.and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = root.style().set_property(variable, &format!("{}px", size.get()));
        }
        if before.is_some() {
            super::storage::write(variable, &size.get_untracked().to_string());
        }
    });
    let is_row = side == "above";
    let along = move |event: &web_sys::PointerEvent| f64::from(if is_row { event.client_y() } else { event.client_x() });
    let sign = if side == "after" { 1.0 } else { -1.0 };
    let change = move |to: f64| size.set(to.clamp(least, most).round());
    let keys = move |event: web_sys::KeyboardEvent| {
        let step = match (event.key().as_str(), is_row) {
            ("ArrowLeft", false) => -24.0 * sign,
            ("ArrowRight", false) => 24.0 * sign,
            ("ArrowUp", true) => 24.0,
            ("ArrowDown", true) => -24.0,
            _ => return,
        };
        event.prevent_default();
        change(size.get_untracked() + step);
    };
    let down = move |event: web_sys::PointerEvent| {
        if let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Refused only for a pointer that is gone already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        dragged_from.set_value(Some((along(&event), size.get_untracked())));
        event.prevent_default();
    };
    let moved = move |event: web_sys::PointerEvent| {
        if let Some((from, before)) = dragged_from.get_value() {
            change(before + (along(&event) - from) * sign);
        }
    };
    view! {
        <div
            class=format!("divider {side}")
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=if is_row { "horizontal" } else { "vertical" }
            aria-valuenow=move || size.get().to_string()
            aria-valuemin=least.to_string()
            aria-valuemax=most.to_string()
            on:keydown=keys
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| dragged_from.set_value(None)
            on:pointercancel=move |_| dragged_from.set_value(None)
        ></div>
    }
}
