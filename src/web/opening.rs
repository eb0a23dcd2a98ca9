//! What the page opens with: the link's contents, the person's own work, or the first example.

use super::page::{Notice, Outcome, Page};
use super::{storage, texts};
use crate::playground::command_line::{self, Typed};
use crate::playground::examples::{self, Example};
use crate::playground::scene::View;
use crate::playground::session::{Session, Setup, What};
use crate::playground::share::{self, Shared};
use crate::playground::workspace::Workspace;
use leptos::prelude::*;

/// Where the person's own work is kept, in the form of a link.
const WORK: &str = "kubarium-work";
/// A command of a link that waits longer than this (cluster time) is left alone.
const STEPS_AT_ONCE: usize = 10_000;

/// The page as it opens.
pub fn open() -> Page {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    let link = hash.trim_start_matches('#');
    let example = &examples::all()[0];
    let own = storage::read(WORK).and_then(|work| share::decode(&work).ok());
    if link.is_empty() {
        // Files are kept from visit to visit; a cluster begins anew with each.
        let Some(own) = own else {
            let page = Page::new(Session::new(&example.setup()), example.workspace());
            page.example.set(example.id);
            return page;
        };
        let page = Page::new(Session::new(&own.setup), own.workspace);
        page.keeps_work.set_value(true);
        return page;
    }
    match share::decode(link) {
        Ok(shared) => {
            let page = Page::new(replayed(&shared), shared.workspace.clone());
            show(page, &shared);
            if own.is_some_and(|own| own.workspace != shared.workspace) {
                page.notice.set(Some(Notice { text: texts::WORK_KEPT.into(), restores: true }));
            }
            page
        }
        Err(reason) => {
            let page = Page::new(Session::new(&example.setup()), own.map_or_else(|| example.workspace(), |own| own.workspace));
            page.notice.set(Some(Notice { text: format!("{} {reason}", texts::LINK_BROKEN), restores: false }));
            page
        }
    }
}

/// The cluster of a link: everything that was done is done again at the same time.
fn replayed(shared: &Shared) -> Session {
    let mut session = Session::new(&shared.setup);
    for done in &shared.done {
        while !session.advance(done.at_ms, STEPS_AT_ONCE) {}
        match &done.what {
            What::Apply(workspace) => {
                session.apply(workspace);
            }
            What::Line(line) => {
                match command_line::read(line) {
                    Typed::Kubectl(arguments) => drop(session.run(line, &arguments, &shared.workspace)),
                    // What could not happen then can't happen now.
                    Typed::Fault(words) => drop(session.fault(line, &words)),
                    _ => {}
                }
            }
        }
    }
    while !session.advance(shared.at_ms, STEPS_AT_ONCE) {}
    session.take_reports();
    session
}

fn show(page: Page, shared: &Shared) {
    page.view.set(if shared.application { View::Application } else { View::Machines });
    page.namespace.set((!shared.namespace.is_empty()).then(|| shared.namespace.clone()));
    page.playing.set(false);
}

/// Opens an example instead of what is there. The person's own files stay kept until they change something again.
pub fn open_example(page: Page, example: &'static Example) {
    restart(page, &example.setup(), example.workspace());
    page.example.set(example.id);
    page.notice.set(Some(Notice { text: example.says.into(), restores: page.keeps_work.get_value() }));
    page.keeps_work.set_value(false);
}

/// Goes back to the person's own files.
pub fn restore(page: Page) {
    let Some(own) = storage::read(WORK).and_then(|work| share::decode(&work).ok()) else { return };
    restart(page, &own.setup, own.workspace);
    page.example.set("");
    page.notice.set(None);
    page.keeps_work.set_value(true);
}

fn restart(page: Page, setup: &Setup, workspace: Workspace) {
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
    page.foreground.set(None);
    page.playing.set(true);
    page.refresh();
}

/// Keeps the files whenever they change, as the person's own once they have changed something themselves.
pub fn keep_work(page: Page) {
    Effect::new(move |before: Option<(u64, Workspace)>| {
        let (opened, workspace) = (page.opened.get_untracked(), page.workspace.get());
        let typed = before.is_some_and(|(before, files)| before == opened && files != workspace);
        if typed {
            page.keeps_work.set_value(true);
            super::page::set_if_changed(page.example, "");
        }
        if typed && page.keeps_work.get_value() {
            let setup = page.see(|session| session.setup().clone());
            storage::write(WORK, &share::encode(&Shared { setup, workspace: workspace.clone(), ..Shared::default() }));
        }
        (opened, workspace)
    });
}
