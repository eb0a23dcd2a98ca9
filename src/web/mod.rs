//! The page: the only room that knows a browser. It translates what `playground` says into elements, and what a person
//! does into calls of `playground`.

mod changes;
mod clock;
mod diagram;
mod dom;
mod edit;
mod editor;
mod files;
mod frame;
mod gallery;
mod header;
mod help;
mod inspector;
mod opening;
mod outline;
mod page;
mod panes;
mod problems;
mod reference;
mod rest;
mod share;
mod shelf;
mod storage;
mod terminal;
mod texts;
mod theme;
mod timeline;
mod transfer;

use diagram::{Diagram, SharedStage};
use leptos::prelude::*;
use page::Page;
use shelf::Shelf;

/// Puts the page into the document, once it is known what the person has of their own.
pub fn start() {
    prepare_apology();
    wasm_bindgen_futures::spawn_local(async {
        let shelf = shelf::load().await;
        if let Some(opening) = dom::document().get_element_by_id("opening") {
            opening.remove();
        }
        leptos::mount::mount_to_body(|| view! { <App shelf /> });
    });
}

/// What a person sees when there is a mistake in this program: nothing else of the page works then. Their files are kept.
/// `public/apology.js` shows it, since a program that has stopped can't.
fn prepare_apology() {
    let document = dom::document();
    let (Some(body), Ok(line)) = (document.body(), document.create_element("p")) else { return };
    line.set_id("apology");
    // Attributes of valid names are never refused.
    let _ = line.set_attribute("role", "alert");
    let _ = line.set_attribute("hidden", "");
    line.set_text_content(Some(texts::BROKEN));
    let _ = body.append_child(&line);
}

/// Which pane a phone shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pane {
    Edit,
    Stage,
    Term,
    Side,
}

impl Pane {
    fn id(self) -> &'static str {
        match self {
            Pane::Edit => "edit",
            Pane::Stage => "stage",
            Pane::Term => "term",
            Pane::Side => "side",
        }
    }
}

#[component]
fn App(shelf: Shelf) -> impl IntoView {
    let page = opening::open(shelf);
    page.refresh();
    rest::wait(page);
    opening::keep_work(page);
    opening::follow_links(page);
    problems::watch(page);
    outline::watch(page);
    help::listen(page);
    let stage = StoredValue::new_local(SharedStage::default());
    let drawn = stage.with_value(Clone::clone);
    terminal::write(page, terminal::Source::Terminal, texts::TERMINAL_WELCOME);

    let mut ready = false;
    frame::run(page, move || {
        drawn.borrow_mut().draw(page);
        if !ready {
            ready = true;
            mark_ready();
            reference::fetch();
        }
    });

    let pane = RwSignal::new(Pane::Stage);
    // On a phone, what was chosen in the diagram is shown; elsewhere all panes are there anyway.
    Effect::new(move |before: Option<()>| {
        if page.selected.get().is_some() && before.is_some() {
            pane.set(Pane::Side);
        }
    });
    view! {
        <div class="page" data-pane=move || pane.get().id()>
            <header::Header page />
            <PaneChoice pane />
            <main>
            <section class="pane edit" aria-label=texts::PANE_EDITOR on:dragover=transfer::over on:drop=move |event| transfer::drop_in(page, &event)>
                <files::Files page />
                <editor::Editor page />
                <outline::Outline page />
                <problems::Problems page />
                <problems::ApplyBar page />
                <panes::Divider label=texts::RESIZE_EDITOR side="after" variable="--editor-width" least=240.0 most=900.0 first=380.0 />
            </section>
            <NoticeLine page />
            <div class="pane stage">
                <Diagram page stage />
            </div>
            <section class="pane term" aria-label=texts::TERMINAL>
                <terminal::Terminal page />
                <panes::Divider label=texts::RESIZE_TERMINAL side="above" variable="--terminal-height" least=96.0 most=700.0 first=210.0 />
            </section>
            <div class="pane side">
                <inspector::Inspector page />
                <panes::Divider label=texts::RESIZE_INSPECTOR side="before" variable="--inspector-width" least=200.0 most=700.0 first=300.0 />
            </div>
            </main>
            <share::ShareDialog page />
            <gallery::Gallery page />
            <changes::Changes page />
            <edit::EditDialog page />
            <help::HelpDialog page />
            <div class="said" role="status" aria-live="polite">{move || page.said.get()}</div>
        </div>
    }
}

/// On a phone there is room for one pane at a time.
#[component]
fn PaneChoice(pane: RwSignal<Pane>) -> impl IntoView {
    let choice = move |this: Pane, text: &'static str| {
        view! { <button aria-pressed=move || (pane.get() == this).to_string() on:click=move |_| pane.set(this)>{text}</button> }
    };
    view! {
        <nav class="panes underlined" aria-label=texts::PANES>
            {choice(Pane::Edit, texts::PANE_EDITOR)}
            {choice(Pane::Stage, texts::PANE_DIAGRAM)}
            {choice(Pane::Term, texts::TERMINAL)}
            {choice(Pane::Side, texts::INSPECTOR)}
        </nav>
    }
}

#[component]
fn NoticeLine(page: Page) -> impl IntoView {
    view! {
        {move || page.notice.get().map(|notice| view! {
            <div class="notice" role="status">
                <span>{notice.text}</span>
                {notice.restores.map(|says| view! { <button class="link" on:click=move |_| opening::restore(page)>{says}</button> })}
                {notice.deleted.map(|(index, file)| view! {
                    <button class="link" on:click=move |_| files::bring_back(page, index, file.clone())>{texts::BRING_BACK}</button>
                })}
                {notice.stops.then(|| view! { <button class="link" on:click=move |_| opening::stop_replay(page)>{texts::STOP_REPLAY}</button> })}
                <button class="icon" aria-label=texts::DISMISS title=texts::DISMISS on:click=move |_| page.notice.set(None)>"×"</button>
            </div>
        })}
    }
}

/// Says that the page can be used, for those who measure it.
fn mark_ready() {
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        let _ = performance.mark("kubarium-ready");
    }
}
