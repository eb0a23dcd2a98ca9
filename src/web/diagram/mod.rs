//! The diagram: a picture on a canvas, the elements that make its objects known to the keyboard and to screen readers, and what is said and
//! can be done around it.

mod canvas;
mod controls;
mod gestures;
mod hits;
mod stage;

pub use stage::SharedStage;

use super::clock::duration_text;
use super::page::Page;
use super::{frame, texts};
use crate::playground::scene::{Course, Glyph, glyph_svg};
use canvas::Canvas;
use gestures::Key;
use hits::{Hits, id_under};
use leptos::html;
use leptos::prelude::*;
use stage::{Screen, Stage};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// The stage as components hold it.
type Held = StoredValue<SharedStage, LocalStorage>;

/// Does something with the stage. Nothing where it is at work: an element that it removes tells so at once.
fn with<T>(stage: Held, act: impl FnOnce(&mut Stage) -> T) -> Option<T> {
    stage.try_with_value(|stage| stage.try_borrow_mut().ok().map(|mut stage| act(&mut stage))).flatten()
}

/// The diagram with what is said over it.
#[component]
pub fn Diagram(page: Page, stage: Held) -> impl IntoView {
    let outer = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Canvas>::new();
    let layer = NodeRef::<html::Div>::new();
    outer.on_load(move |frame| {
        let (Some(canvas), Some(layer)) = (canvas.get_untracked(), layer.get_untracked()) else { return };
        let (Some(canvas), Some(hits)) = (Canvas::on(canvas), Hits::new(layer.into())) else { return };
        follow_size(&frame, stage);
        with(stage, |stage| stage.screen = Some(Screen { canvas, hits, frame: frame.into() }));
    });
    let select = move |id: &str| {
        let object = with(stage, |stage| stage.mark(id).and_then(|mark| mark.object.clone())).flatten();
        if let Some(object) = object {
            page.selected.set(Some((*object).clone()));
        }
    };
    let on_click = move |event: web_sys::MouseEvent| {
        let was_dragged = with(stage, Stage::was_dragged).unwrap_or_default();
        if let Some(id) = id_under(event.target()).filter(|_| !was_dragged) {
            select(&id);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let id = id_under(event.target());
        if let (Some(id), "Enter" | " ") = (&id, event.key().as_str()) {
            event.prevent_default();
            return select(id);
        }
        match with(stage, |stage| stage.key(&event)) {
            Some(Key::Done) => event.prevent_default(),
            Some(Key::Focus(id)) => {
                event.prevent_default();
                // The focus comes back as an event, for which the stage must be free.
                let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).and_then(|element| element.parent_element());
                let found = element.and_then(|layer| layer.query_selector(&format!("[data-id=\"{id}\"]")).ok().flatten());
                if let Some(found) = found {
                    super::dom::focus(&found);
                }
            }
            Some(Key::Other) | None => {}
        }
    };
    let on_focus = move |event: web_sys::FocusEvent| {
        let target = event.target();
        let is_by_key = target.as_ref().and_then(|target| target.dyn_ref::<web_sys::Element>()?.matches(":focus-visible").ok()).unwrap_or_default();
        if let Some(id) = id_under(target).filter(|_| is_by_key) {
            with(stage, |stage| stage.focus(Some(&id)));
        }
    };
    // What is focused is scrolled to by the browser; here the picture moves instead.
    let on_scroll = move |event: web_sys::Event| {
        let Some(frame) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
        let (left, top) = (frame.scroll_left(), frame.scroll_top());
        if (left, top) != (0, 0) {
            frame.set_scroll_left(0);
            frame.set_scroll_top(0);
            with(stage, |stage| stage.pan((f64::from(-left), f64::from(-top))));
        }
    };
    // The name of what is too small for words, and of what was cut.
    let on_over = move |event: web_sys::MouseEvent| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some((element, name)) = element.and_then(|element| element.get_attribute("aria-label").map(|name| (element, name))) {
            let _ = element.set_attribute("title", &name);
        }
    };
    show_requests(page, stage);
    view! {
        <section class="diagram" role="region" aria-label=texts::DIAGRAM>
            <div class="stage-line">
                <controls::FilterLine page stage />
                <controls::Controls stage />
            </div>
            <div
                class="frame"
                node_ref=outer
                tabindex="-1"
                on:click=on_click
                on:dblclick=move |event| { id_under(event.target()).map(|id| with(stage, |stage| stage.zoom_onto(&id))); }
                on:keydown=on_key
                on:focusin=on_focus
                on:focusout=move |_| { with(stage, |stage| stage.focus(None)); }
                on:scroll=on_scroll
                on:mouseover=on_over
                on:pointerdown=move |event| { with(stage, |stage| stage.press(&event)); }
                on:pointermove=move |event| { with(stage, |stage| stage.drag(&event)); }
                on:pointerup=move |event| { with(stage, |stage| stage.lift(&event)); }
                on:pointercancel=move |event| { with(stage, |stage| stage.lift(&event)); }
                on:wheel=move |event| { with(stage, |stage| stage.wheel(&event)); }
            >
                <canvas node_ref=canvas aria-hidden="true"></canvas>
                <div class="hits" node_ref=layer></div>
            </div>
            <div class="over">
                <StageLine page />
                <controls::Sent page />
            </div>
        </section>
    }
}

/// Shows each request that is sent on its way, and says what came of it.
fn show_requests(page: Page, stage: Held) {
    Effect::new(move |_| {
        let Some(sent) = page.sent.get() else { return };
        let course =
            Course { places: sent.places, is_quiet: false, is_from_outside: sent.is_from_outside, is_answered: sent.is_answered, began_ms: frame::now_ms() };
        with(stage, |stage| stage.send(course));
    });
}

/// A symbol beside a text that says the same.
pub fn glyph_view(glyph: Glyph) -> impl IntoView {
    view! { <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true" inner_html=glyph_svg(glyph)></svg> }
}

/// What is said over the picture's lower edge, where it moves nothing: that it shows the past, or that nothing happens for a while.
#[component]
fn StageLine(page: Page) -> impl IntoView {
    // To the second: it is read, not measured.
    let quiet_ms = Memo::new(move |_| {
        let wait_ms = page.next_due_ms.get()?.saturating_sub(page.now_ms.get());
        (wait_ms > 5000).then(|| wait_ms.div_ceil(1000) * 1000)
    });
    view! {
        <Show when=move || page.in_past.get()>
            <p class="past">{texts::PAST} " " <button class="link" on:click=move |_| page.back_to_now()>{texts::BACK_TO_NOW}</button></p>
        </Show>
        <Show when=move || quiet_ms.get().is_some()>
            <p class="quiet">
                <span class="words">{texts::QUIET}</span> " " {move || duration_text(quiet_ms.get().unwrap_or_default())} " · "
                <button class="link" on:click=move |_| frame::skip(page)>{texts::SKIP_SHORT}</button>
            </p>
        </Show>
    }
}

/// Tells the stage how large the diagram may be, now and whenever that changes.
fn follow_size(frame: &HtmlElement, stage: Held) {
    let measured = frame.clone();
    let measure = Closure::<dyn FnMut()>::new(move || {
        with(stage, |stage| stage.resize((f64::from(measured.client_width()), f64::from(measured.client_height()))));
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
        observer.observe(frame);
        // Both live as long as the page.
        std::mem::forget(observer);
    }
    measure.forget();
}
