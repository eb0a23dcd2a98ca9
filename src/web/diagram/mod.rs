//! The diagram: builds the scene when something has changed, and shows it.

mod glyphs;
mod renderer;

pub use glyphs::glyph;

use super::clock::{Speed, duration_text};
use super::page::Page;
use super::{frame, texts};
use crate::playground::scene::{Glyph, Model, Scene, Wanted, processes, related};
use leptos::html;
use leptos::prelude::*;
use renderer::Renderer;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};

/// What the scene was last made from.
#[derive(Default)]
pub struct Stage {
    renderer: Option<Renderer>,
    model: Model,
    epoch: u64,
    wanted: Wanted,
    seen_revision: u64,
    travels: bool,
    drawn_at_ms: f64,
    is_complete: bool,
    crowded: bool,
}

/// So many marks that drawing them takes more time than the cluster does.
const CROWD: usize = 300;

/// At full speed, where each frame is another picture, this long passes from one drawing to the next, and this long in a crowd.
const DRAWING_APART_MS: [f64; 2] = [100.0, 300.0];

/// The stage, to be drawn once a frame.
pub type SharedStage = Rc<RefCell<Stage>>;

impl Stage {
    /// Draws what has changed since the last call.
    pub fn draw(&mut self, page: Page) {
        let Some(renderer) = &mut self.renderer else { return };
        let mut wanted = Wanted {
            view: page.view.get_untracked(),
            namespace: page.namespace.get_untracked(),
            width: self.wanted.width,
            height: self.wanted.height,
            letter_tenths: self.wanted.letter_tenths,
            ..Wanted::default()
        };
        if wanted.width <= 0 {
            return;
        }
        let revision = page.revision.get_untracked();
        let at_full_speed = page.playing.get_untracked() && page.speed.get_untracked() == Speed::Max;
        if at_full_speed && self.is_complete && frame::now_ms() < self.drawn_at_ms + DRAWING_APART_MS[usize::from(self.crowded)] {
            return;
        }
        self.drawn_at_ms = frame::now_ms();
        page.session.with_value(|session| {
            let cluster = session.cluster();
            if session.epoch() != self.epoch {
                self.epoch = session.epoch();
                self.model = Model::default();
            }
            if revision != self.seen_revision {
                self.model.follow(cluster.store(), cluster.server().registry());
            }
            wanted.processes = processes(&self.model, cluster);
            wanted.pulls = crate::playground::scene::pulls(cluster);
        });
        if revision != self.seen_revision || wanted != self.wanted || !self.is_complete {
            let calm = matches!(page.speed.get_untracked(), Speed::Times(times) if times <= 20.0);
            let scene = Scene::of(&self.model, &wanted);
            self.is_complete = renderer.draw(&scene, self.travels && calm);
            self.crowded = scene.marks.len() > CROWD;
            (self.seen_revision, self.travels) = (revision, true);
            self.wanted = wanted;
        }
        let selected = page.selected.get_untracked();
        let related = selected.as_ref().map(|object| related(&self.model, object)).unwrap_or_default();
        renderer.select(selected.map(|object| object.id()), related);
    }
}

/// The diagram with what is said above it.
#[component]
pub fn Diagram(page: Page, stage: StoredValue<SharedStage, LocalStorage>) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Div>::new();
    canvas.on_load(move |canvas| {
        stage.with_value(|stage| stage.borrow_mut().renderer = Some(Renderer::new(&canvas)));
    });
    scroller.on_load(move |scroller| follow_size(&scroller, stage));
    let select = move |id: &str| {
        let object = stage.with_value(|stage| stage.borrow().renderer.as_ref().and_then(|renderer| renderer.mark(id)?.object.clone()));
        if let Some(object) = object {
            page.selected.set(Some(object));
        }
    };
    let on_click = move |event: web_sys::MouseEvent| {
        if let Some(id) = id_under(event.target()) {
            select(&id);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let Some(id) = id_under(event.target()) else { return };
        let direction = match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                return select(&id);
            }
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            _ => return,
        };
        event.prevent_default();
        stage.with_value(|stage| {
            if let Some(renderer) = &stage.borrow().renderer {
                renderer.move_focus(&id, direction);
            }
        });
    };
    view! {
        <section class="diagram" role="region" aria-label=texts::DIAGRAM>
            <StageLine page />
            <div class="scroller" node_ref=scroller tabindex="-1">
                <div class="canvas" node_ref=canvas on:click=on_click on:keydown=on_key></div>
            </div>
        </section>
    }
}

/// A symbol beside a text that says the same.
pub fn glyph_view(glyph: Glyph) -> impl IntoView {
    view! { <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true" inner_html=glyphs::glyph(glyph, None)></svg> }
}

/// What is said above the diagram: that it shows the past, or that nothing happens for a while.
#[component]
fn StageLine(page: Page) -> impl IntoView {
    // To the second: it is read, not measured.
    let quiet_ms = Memo::new(move |_| {
        let wait_ms = page.next_due_ms.get()?.saturating_sub(page.now_ms.get());
        (wait_ms > 5000).then(|| wait_ms.div_ceil(1000) * 1000)
    });
    view! {
        <div class="stage-line">
            <Show when=move || page.in_past.get()>
                <span class="past">{texts::PAST} " " <button class="link" on:click=move |_| page.back_to_now()>{texts::BACK_TO_NOW}</button></span>
            </Show>
            <Show when=move || quiet_ms.get().is_some()>
                <span class="quiet">
                    {texts::QUIET} " " {move || duration_text(quiet_ms.get().unwrap_or_default())} " · "
                    <button class="link" on:click=move |_| frame::skip(page)>{texts::SKIP_SHORT}</button>
                </span>
            </Show>
        </div>
    }
}

fn id_under(target: Option<web_sys::EventTarget>) -> Option<String> {
    target?.dyn_into::<Element>().ok()?.closest("[data-id][role=button]").ok()??.get_attribute("data-id")
}

/// How wide a letter of a name is in this person's font, in tenths of a pixel.
fn measure_letter(scroller: &HtmlElement) -> i32 {
    const SAMPLE: &str = "mongo-express-797b659f98-f2kjw";
    let Ok(sample) = super::dom::document().create_element("b") else { return 0 };
    sample.set_class_name("sample");
    sample.set_text_content(Some(SAMPLE));
    if scroller.append_child(&sample).is_err() {
        return 0;
    }
    let width = sample.get_bounding_client_rect().width();
    sample.remove();
    (width * 10.0 / SAMPLE.len() as f64).ceil() as i32
}

/// Tells the stage how wide the diagram may be, now and whenever that changes.
fn follow_size(scroller: &HtmlElement, stage: StoredValue<SharedStage, LocalStorage>) {
    let letter_tenths = measure_letter(scroller);
    stage.with_value(|stage| stage.borrow_mut().wanted.letter_tenths = letter_tenths);
    let measured = scroller.clone();
    let measure = Closure::<dyn FnMut()>::new(move || {
        stage.try_with_value(|stage| {
            let mut stage = stage.borrow_mut();
            // 2 · 16 px of padding.
            let (width, height) = (measured.client_width() - 32, measured.client_height());
            if (stage.wanted.width, stage.wanted.height) != (width, height) {
                (stage.wanted.width, stage.wanted.height) = (width, height);
                // Nothing travels because a pane was made wider.
                (stage.travels, stage.seen_revision) = (false, u64::MAX);
            }
        });
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
        observer.observe(scroller);
        // Both live as long as the page.
        std::mem::forget(observer);
    }
    measure.forget();
}
