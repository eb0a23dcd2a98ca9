//! What the page opens with: the link's contents, the person's own work, or the first example.

use super::clock::clock_text;
use super::frame::now_ms;
use super::page::{Notice, Outcome, Page};
use super::shelf::{self, Shelf, Work};
use super::texts;
use crate::playground::examples::{self, Example};
use crate::playground::scene::View;
use crate::playground::session::{Session, Setup};
use crate::playground::share::{self, Replay, Shared};
use crate::playground::workspace::Workspace;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// How many things may happen between two looks at the clock.
const STEPS_AT_ONCE: usize = 500;
/// So long the page may take for a link before it shows itself: then a usual one is done at once.
const FIRST_BUDGET_MS: f64 = 250.0;

/// The page as it opens.
pub fn open(shelf: Shelf) -> Page {
    let example = &examples::all()[0];
    let (own, link) = (shelf.latest().cloned(), link());
    let page = match (&link, &own) {
        (Some(Ok(shared)), _) | (_, Some(Work { shared, .. })) => Page::new(Session::new(&shared.setup), shared.workspace.clone()),
        (_, None) => Page::new(Session::new(&example.setup()), example.workspace()),
    };
    page.shelf.set_value(shelf);
    match (link, own) {
        (Some(Ok(shared)), _) => begin_link(page, &shared),
        // Files are kept from visit to visit; a cluster begins anew with each, unless the person wants it as it was.
        (link, Some(own)) => {
            shelf::open(page, Some(&own));
            show(page, &own.shared);
            if !own.shared.done.is_empty() {
                page.notice.set(Some(Notice { restores: Some(texts::DO_AGAIN), ..Notice::saying(texts::NEW_CLUSTER) }));
            }
            say_broken(page, link);
        }
        (link, None) => {
            page.example.set(example.id);
            page.notice.set(Some(Notice::saying(example.says)));
            say_broken(page, link);
        }
    }
    page
}

/// Says why a link could not be opened.
fn say_broken(page: Page, link: Option<Result<Shared, String>>) {
    if let Some(Err(reason)) = link {
        page.notice.set(Some(Notice::saying(format!("{} {reason}", texts::LINK_BROKEN))));
    }
}

/// What the address says after `#`.
fn link() -> Option<Result<Shared, String>> {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    let link = hash.trim_start_matches('#');
    (!link.is_empty()).then(|| share::decode(link))
}

/// Opens links that are put into the address of the page while it is open.
pub fn follow_links(page: Page) {
    let follow = Closure::<dyn FnMut()>::new(move || match link() {
        Some(Ok(shared)) => open_shared(page, &shared),
        broken => say_broken(page, broken),
    });
    if let Some(window) = web_sys::window() {
        // Every window takes listeners.
        let _ = window.add_event_listener_with_callback("hashchange", follow.as_ref().unchecked_ref());
    }
    follow.forget();
}

/// Opens what was shared instead of what is there. The person's own work stays kept.
pub fn open_shared(page: Page, shared: &Shared) {
    restart(page, None, &shared.setup, shared.workspace.clone());
    begin_link(page, shared);
}

/// Shows what a link has, as it was.
fn begin_link(page: Page, shared: &Shared) {
    let is_other = page.shelf.with_value(|shelf| shelf.latest().is_some_and(|own| own.shared.workspace != shared.workspace));
    page.notice.set(is_other.then(|| Notice { restores: Some(texts::RESTORE), ..Notice::saying(texts::WORK_KEPT) }));
    page.playing.set(false);
    begin(page, shared);
}

fn show(page: Page, shared: &Shared) {
    page.view.set(if shared.application { View::Application } else { View::Machines });
    page.namespace.set((!shared.namespace.is_empty()).then(|| shared.namespace.clone()));
}

/// What was done is done again, at first here, and if that takes long, frame by frame.
fn begin(page: Page, shared: &Shared) {
    show(page, shared);
    page.replay.set_value(Some(Replay::new(shared)));
    let deadline_ms = now_ms() + FIRST_BUDGET_MS;
    if go_on(page, || now_ms() < deadline_ms) {
        let until = clock_text(page.replay.with_value(|replay| replay.as_ref().map_or(0, Replay::at_ms)));
        let restores = page.notice.with_untracked(|notice| notice.as_ref().and_then(|notice| notice.restores));
        page.notice.set(Some(Notice { restores, stops: true, ..Notice::saying(format!("{} {until}.", texts::REPLAYING)) }));
    }
}

/// Goes on with what a link says was done, for as long as there is time; whether there is more of it.
pub fn go_on(page: Page, in_time: impl Fn() -> bool) -> bool {
    let Some(mut replay) = page.replay.try_update_value(Option::take).flatten() else { return false };
    let mut is_done = false;
    page.session.update_value(|session| {
        while !is_done && in_time() {
            is_done = replay.go_on(session, STEPS_AT_ONCE);
        }
        if is_done {
            // What commands wrote then is not said again.
            session.take_reports();
        }
    });
    if !is_done {
        page.replay.set_value(Some(replay));
        page.refresh();
    } else if page.notice.with_untracked(|notice| notice.as_ref().is_some_and(|notice| notice.stops)) {
        page.notice.update(|notice| {
            let restores = notice.take().and_then(|notice| notice.restores);
            *notice = restores.map(|says| Notice { restores: Some(says), ..Notice::saying(texts::WORK_KEPT) });
        });
    }
    !is_done
}

/// Leaves what a link says was done where it is.
pub fn stop_replay(page: Page) {
    if page.replay.try_update_value(Option::take).flatten().is_some() {
        page.notice.set(None);
    }
}

/// Opens an example instead of what is there. The person's own work stays kept.
pub fn open_example(page: Page, example: &'static Example) {
    restart(page, None, &example.setup(), example.workspace());
    page.example.set(example.id);
    let restores = page.shelf.with_value(|shelf| shelf.latest().map(|_| texts::RESTORE));
    page.notice.set(Some(Notice { restores, ..Notice::saying(example.says) }));
}

/// Goes back to what the person edited last.
pub fn restore(page: Page) {
    if let Some(own) = page.shelf.with_value(|shelf| shelf.latest().cloned()) {
        open_own(page, &own);
    }
}

/// Opens something of the person's own, its cluster as it was.
pub fn open_own(page: Page, own: &Work) {
    restart(page, Some(own), &own.shared.setup, own.shared.workspace.clone());
    begin(page, &own.shared);
}

/// Shows these files, which are a work of the person's own or nobody's, in a new cluster.
fn restart(page: Page, own: Option<&Work>, setup: &Setup, workspace: Workspace) {
    shelf::leave(page);
    shelf::open(page, own);
    page.example.set("");
    page.notice.set(None);
    page.replay.set_value(None);
    page.session.update_value(|session| {
        let epoch = session.epoch();
        *session = Session::new(setup);
        session.follow_epoch(epoch);
    });
    page.workspace.set(workspace);
    page.current.set(0);
    page.opened.update(|opened| *opened += 1);
    page.selected.set(None);
    page.outcome.set(Outcome::default());
    page.prompt.set(Some(crate::kubelet::runtime::Prompt::Command));
    page.playing.set(true);
    page.refresh();
}

/// Keeps the files whenever the person has changed something, and what they did with them.
pub fn keep_work(page: Page) {
    Effect::new(move |before: Option<(u64, Workspace)>| {
        let (opened, workspace) = (page.opened.get_untracked(), page.workspace.get());
        if before.is_some_and(|(before, files)| before == opened && files != workspace) {
            super::page::set_if_changed(page.example, "");
            shelf::keep(page);
        }
        (opened, workspace)
    });
    Effect::new(move || {
        page.outcome.track();
        page.prompt.track();
        shelf::keep_done(page);
    });
    let hide = Closure::<dyn FnMut()>::new(move || {
        if super::dom::document().hidden() {
            shelf::leave(page);
        }
    });
    // Every document takes listeners.
    let _ = super::dom::document().add_event_listener_with_callback("visibilitychange", hide.as_ref().unchecked_ref());
    hide.forget();
}
