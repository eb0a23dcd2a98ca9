//! What was typed and what commands wrote.

use super::{Entry, Source};
use crate::playground::scene::Tone;
use crate::playground::terminal::shown::Piece;
use crate::web::page::Page;
use crate::web::texts;
use leptos::html;
use leptos::prelude::*;

/// So far from the end (pixels) a person reads the end.
const NEAR_END: i32 = 120;

/// The log. It isn't read out as it grows: what a command wrote is said when it has ended.
#[component]
pub fn Output(page: Page) -> impl IntoView {
    let log = NodeRef::<html::Div>::new();
    // The end is what matters, unless the person has scrolled up to read; who types looks at the end again.
    let follows = StoredValue::new(true);
    let last_top = StoredValue::new(0);
    let scrolled = move |_| {
        let Some(log) = log.get_untracked() else { return };
        let top = log.scroll_top();
        if log.scroll_height() - top - log.client_height() < NEAR_END {
            follows.set_value(true);
        } else if top < last_top.get_value() {
            follows.set_value(false);
        }
        last_top.set_value(top);
    };
    Effect::new(move |before: Option<u64>| {
        let typed = page.entries.with(|entries| entries.iter().rfind(|entry| entry.source == Source::Typed).map_or(0, |entry| entry.number));
        if before.is_some_and(|before| typed > before) {
            follows.set_value(true);
        }
        if let Some(log) = log.get().filter(|_| follows.get_value()) {
            request_animation_frame(move || log.set_scroll_top(log.scroll_height()));
        }
        typed
    });
    view! {
        <div class="output" role="log" aria-live="off" aria-label=texts::TERMINAL_OUTPUT tabindex="0" node_ref=log on:scroll=scrolled>
            <For each=move || page.entries.get() key=|entry| entry.number let:entry>
                <EntryView page entry />
            </For>
        </div>
    }
}

#[component]
fn EntryView(page: Page, entry: Entry) -> impl IntoView {
    let class = match entry.source {
        Source::Typed => "typed",
        Source::More => "more",
        Source::Input => "input",
        Source::Out => "out",
        Source::Err => "err",
        Source::Terminal => "told",
    };
    if entry.source != Source::Out {
        return view! { <pre class=class>{entry.text}</pre> }.into_any();
    }
    let pieces = page.see(|session| session.pieces(&entry.text, &entry.command));
    view! { <pre class=class>{pieces.into_iter().map(|piece| piece_view(page, piece)).collect_view()}</pre> }.into_any()
}

fn piece_view(page: Page, piece: Piece) -> AnyView {
    let class = match piece.tone {
        Tone::Plain => "",
        Tone::Good => "good",
        Tone::Busy => "busy",
        Tone::Waiting => "waiting",
        Tone::Bad => "bad",
        Tone::Over => "over",
    };
    match piece.object {
        Some(object) => {
            let select = move |_| page.selected.set(Some(object.clone()));
            view! { <button class="name" tabindex="-1" title=texts::SELECT_OBJECT on:click=select>{piece.text}</button> }.into_any()
        }
        None if class.is_empty() => piece.text.into_any(),
        None => view! { <span class=class>{piece.text}</span> }.into_any(),
    }
}
