//! What the page opens with: the link's contents, the person's own work, or the first example.

use super::clock::clock_text;
use super::page::{Notice, Outcome, Page};
use super::{shelf, texts};
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
pub fn open() -> Page {
    let example = &examples::all()[0];
    let own = shelf::work();
    match link() {
        None => match own {
            // Files are kept from visit to visit; a cluster begins anew with each.
            Some(own) => {
                let page = Page::new(Session::new(&own.setup), own.workspace);
                page.keeps_work.set_value(true);
                page
            }
            None => {
                let page = Page::new(Session::new(&example.setup()), example.workspace());
                page.example.set(example.id);
                page.notice.set(Some(Notice::saying(example.says)));
                page
            }
        },
        Some(Ok(shared)) => {
            let page = Page::new(Session::new(&shared.setup), shared.workspace.clone());
            begin(page, &shared);
            page
        }
        Some(Err(reason)) => {
            let page = Page::new(Session::new(&example.setup()), own.map_or_else(|| example.workspace(), |own| own.workspace));
            page.notice.set(Some(Notice::saying(format!("{} {reason}", texts::LINK_BROKEN))));
            page
        }
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
        Some(Err(reason)) => page.notice.set(Some(Notice::saying(format!("{} {reason}", texts::LINK_BROKEN)))),
        None => {}
    });
    if let Some(window) = web_sys::window() {
        // Every window takes listeners.
        let _ = window.add_event_listener_with_callback("hashchange", follow.as_ref().unchecked_ref());
    }
    follow.forget();
}

/// Opens what was shared instead of what is there. The person's own files stay kept.
pub fn open_shared(page: Page, shared: &Shared) {
    restart(page, &shared.setup, shared.workspace.clone());
    page.example.set("");
    begin(page, shared);
}

/// Shows what was shared as it was; what was done is done again, at first here, and if that takes long, frame by frame.
fn begin(page: Page, shared: &Shared) {
    page.view.set(if shared.application { View::Application } else { View::Machines });
    page.namespace.set((!shared.namespace.is_empty()).then(|| shared.namespace.clone()));
    page.playing.set(false);
    page.keeps_work.set_value(false);
    let is_other = shelf::work().is_some_and(|own| own.workspace != shared.workspace);
    page.notice.set(is_other.then(|| Notice { restores: true, ..Notice::saying(texts::WORK_KEPT) }));
    page.replay.set_value(Some(Replay::new(shared)));
    let deadline_ms = now_ms() + FIRST_BUDGET_MS;
    if go_on(page, || now_ms() < deadline_ms) {
        let until = clock_text(page.replay.with_value(|replay| replay.as_ref().map_or(0, Replay::at_ms)));
        page.notice.set(Some(Notice { restores: is_other, stops: true, ..Notice::saying(format!("{} {until}.", texts::REPLAYING)) }));
    }
}

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
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
        page.notice
            .update(|notice| *notice = notice.take().filter(|notice| notice.restores).map(|_| Notice { restores: true, ..Notice::saying(texts::WORK_KEPT) }));
    }
    !is_done
}

/// Leaves what a link says was done where it is.
pub fn stop_replay(page: Page) {
    if page.replay.try_update_value(Option::take).flatten().is_some() {
        page.notice.set(None);
    }
}

/// Opens an example instead of what is there. The person's own files stay kept.
pub fn open_example(page: Page, example: &'static Example) {
    let restores = shelf::work().is_some();
    restart(page, &example.setup(), example.workspace());
    page.example.set(example.id);
    page.notice.set(Some(Notice { restores, ..Notice::saying(example.says) }));
    page.keeps_work.set_value(false);
}

/// Goes back to what the person edited last.
pub fn restore(page: Page) {
    if let Some(own) = shelf::work() {
        open_own(page, own);
    }
}

/// Opens something of the person's own.
pub fn open_own(page: Page, own: Shared) {
    if shelf::work().is_some_and(|work| work != own) {
        shelf::put_aside();
    }
    restart(page, &own.setup, own.workspace.clone());
    page.example.set("");
    page.notice.set(None);
    shelf::keep(&own);
    page.keeps_work.set_value(true);
}

fn restart(page: Page, setup: &Setup, workspace: Workspace) {
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

/// Keeps the files whenever they change, as the person's own once they have changed something themselves.
pub fn keep_work(page: Page) {
    Effect::new(move |before: Option<(u64, Workspace)>| {
        let (opened, workspace) = (page.opened.get_untracked(), page.workspace.get());
        let typed = before.is_some_and(|(before, files)| before == opened && files != workspace);
        if typed {
            if !page.keeps_work.get_value() {
                // It is the first change of something opened: what was edited before goes on the shelf.
                shelf::put_aside();
                page.keeps_work.set_value(true);
            }
            super::page::set_if_changed(page.example, "");
            let setup = page.see(|session| session.setup().clone());
            if !shelf::keep(&Shared { setup, workspace: workspace.clone(), ..Shared::default() }) && !page.warned.get_value() {
                page.warned.set_value(true);
                page.notice.set(Some(Notice::saying(texts::NOT_KEPT)));
            }
        }
        (opened, workspace)
    });
}
