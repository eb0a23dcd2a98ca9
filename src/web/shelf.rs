//! The person's own work: what they edit, and what they edited before they opened something else and changed that. The browser keeps it from visit
//! to visit (shelf/database.js); where it keeps nothing, it is kept as long as the page is open.

use super::page::{Notice, Page};
use super::texts;
use crate::playground::session::Session;
use crate::playground::share::{self, Shared};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = KubariumEditor, js_name = keptWorks)]
    fn kept_works() -> js_sys::Promise;
    #[wasm_bindgen(js_namespace = KubariumEditor, js_name = keepWork)]
    fn keep_work(id: f64, before: f64, at: f64, text: &str) -> js_sys::Promise;
}

/// Something of the person's own.
#[derive(Clone)]
pub struct Work {
    id: f64,
    /// When it was edited last, in milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// The files, and what was done with them.
    pub shared: Shared,
    /// The `at_ms` that the browser has of it.
    kept_at_ms: f64,
}

/// All of it.
#[derive(Default)]
pub struct Shelf {
    /// The latest first.
    works: Vec<Work>,
    /// The work that is open; none where what is open is not the person's own.
    open: Option<f64>,
    /// Whether the open work has changed since it was put into `works`.
    has_changed: bool,
    is_writing: bool,
}

impl Shelf {
    /// What was edited last.
    pub fn latest(&self) -> Option<&Work> {
        self.works.first()
    }

    fn find(&mut self, id: f64) -> Option<&mut Work> {
        self.works.iter_mut().find(|work| work.id == id)
    }
}

/// What the browser has kept.
pub async fn load() -> Shelf {
    let kept = JsFuture::from(kept_works()).await.map(|kept| js_sys::Array::from(&kept)).unwrap_or_default();
    let read = |record: JsValue| {
        let record = js_sys::Array::from(&record);
        let (id, at_ms) = (record.get(0).as_f64()?, record.get(1).as_f64()?);
        Some(Work { id, at_ms, shared: share::from_text(&record.get(2).as_string()?)?, kept_at_ms: at_ms })
    };
    Shelf { works: kept.iter().filter_map(read).collect(), ..Shelf::default() }
}

/// Everything there is, the latest first.
pub fn all(page: Page) -> Vec<Work> {
    collect(page);
    page.shelf.with_value(|shelf| shelf.works.clone())
}

/// Whether this is the work that is open.
pub fn is_open(page: Page, work: &Work) -> bool {
    page.shelf.with_value(|shelf| shelf.open == Some(work.id))
}

/// The work that is open is another one from now on, or nobody's own.
pub fn open(page: Page, work: Option<&Work>) {
    page.shelf.update_value(|shelf| shelf.open = work.map(|work| work.id));
}

/// What is open has changed, and is the person's own if it was not before.
pub fn keep(page: Page) {
    page.shelf.update_value(|shelf| {
        shelf.open.get_or_insert_with(|| js_sys::Date::now() + js_sys::Math::random());
        shelf.has_changed = true;
    });
    write(page);
}

/// Whether something of the person's own is open with which something was done, all of it by now.
fn is_at_work(page: Page) -> bool {
    let is_own = page.shelf.with_value(|shelf| shelf.open.is_some_and(|open| shelf.works.iter().any(|work| work.id == open)));
    is_own && page.replay.with_value(Option::is_none) && page.see(|session| !session.done().is_empty())
}

/// If something was done with the person's own work, that is kept as well.
pub fn keep_done(page: Page) {
    let is_kept = |work: &Work| is_open(page, work) && page.see(|session| session.done() == work.shared.done);
    if is_at_work(page) && !page.shelf.with_value(|shelf| shelf.works.iter().any(is_kept)) {
        keep(page);
    }
}

/// What is open is about to give way, or the page is: what is the person's own is kept as it is at this instant.
pub fn leave(page: Page) {
    if is_at_work(page) {
        keep(page);
        collect(page);
    }
}

/// Puts the work that is open among the others, as it is now.
fn collect(page: Page) {
    page.shelf.update_value(|shelf| {
        let Some(id) = shelf.open.filter(|_| std::mem::take(&mut shelf.has_changed)) else { return };
        let (at_ms, kept_at_ms) = shelf.find(id).map_or((0.0, 0.0), |work| (work.at_ms, work.kept_at_ms));
        shelf.works.retain(|work| work.id != id);
        // Two changes within a millisecond are two.
        shelf.works.insert(0, Work { id, at_ms: js_sys::Date::now().max(at_ms + 1.0), shared: page.shared(Session::end_ms), kept_at_ms });
    });
}

/// Hands what the browser doesn't have yet to it, one after the other; what is typed meanwhile goes there together.
fn write(page: Page) {
    if page.shelf.try_update_value(|shelf| std::mem::replace(&mut shelf.is_writing, true)) != Some(false) {
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        loop {
            collect(page);
            let next = page.shelf.with_value(|shelf| shelf.works.iter().find(|work| work.kept_at_ms != work.at_ms).cloned());
            let Some(Work { id, at_ms, shared, kept_at_ms }) = next else { break };
            // Before the first time there is nothing that another tab could have changed.
            let before = if kept_at_ms == 0.0 { at_ms } else { kept_at_ms };
            let kept = JsFuture::from(keep_work(id, before, at_ms, &share::to_text(&shared))).await.ok().and_then(|id| id.as_f64());
            page.shelf.update_value(|shelf| {
                if let Some(work) = shelf.find(id) {
                    work.kept_at_ms = at_ms;
                    work.id = kept.unwrap_or(id);
                }
                if shelf.open == Some(id) {
                    shelf.open = Some(kept.unwrap_or(id));
                }
            });
            if kept.is_none() && !page.warned.get_value() {
                page.warned.set_value(true);
                page.notice.set(Some(Notice::saying(texts::NOT_KEPT)));
            }
        }
        page.shelf.update_value(|shelf| shelf.is_writing = false);
    });
}
