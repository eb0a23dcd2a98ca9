//! The documents of all files, and how their objects do in the cluster.

use super::diagram::glyph_view;
use super::inspector::tone_class;
use super::page::{Page, set_if_changed};
use super::texts;
use crate::playground::outline::{self, Entry};
use leptos::prelude::*;

/// Keeps the list up to what the files say and what the cluster shows.
pub fn watch(page: Page) {
    Effect::new(move || {
        page.revision.track();
        let entries = page.forecast.with(|forecast| {
            let outlooks = forecast.as_ref().map(|forecast| forecast.outlooks.as_slice()).unwrap_or_default();
            page.see(|session| outline::outline(outlooks, session.cluster().store()))
        });
        set_if_changed(page.outline, entries);
    });
}

/// The list, closed at first.
#[component]
pub fn Outline(page: Page) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let item = move |entry: Entry| {
        let (file, from) = (entry.file.clone(), entry.from);
        let state = view! { {glyph_view(entry.state.glyph)}" "{entry.state.word.to_string()} };
        let class = format!("state {}", tone_class(entry.state.tone));
        let state = match entry.object {
            Some(object) => {
                let show = move |_| page.selected.set(Some(object.clone()));
                view! { <button class=class title=texts::OUTLINE_SHOW on:click=show>{state}</button> }.into_any()
            }
            None => view! { <span class=class>{state}</span> }.into_any(),
        };
        view! {
            <li>
                <button class="place" on:click=move |_| page.reveal.set(Some((file.clone(), from)))>{entry.title}</button>
                {state}
            </li>
        }
    };
    view! {
        <details class="outline" on:toggle=move |event| is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))>
            <summary>{texts::OUTLINE}</summary>
            <ul aria-label=texts::OUTLINE>{move || is_open.get().then(|| page.outline.get().into_iter().map(item).collect_view())}</ul>
        </details>
    }
}
