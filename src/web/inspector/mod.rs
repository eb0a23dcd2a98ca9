//! The pane that explains what is selected: what it is and why, what happened to it, what it writes, and how it is written.

mod actions;
mod events;
mod log;
mod summary;
mod yaml;

use super::diagram::glyph_view;
use super::page::Page;
use super::texts;
use crate::api::resource::PODS;
use crate::playground::explain::{Inspection, inspect};
use crate::playground::scene::Tone;
use leptos::prelude::*;

/// What the pane shows of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Summary,
    Events,
    Log,
    Yaml,
}

/// What is inspected, as all parts of the pane see it.
type Inspected = Memo<Option<Inspection>>;

/// The pane.
#[component]
pub fn Inspector(page: Page) -> impl IntoView {
    // Ages change each second, the rest with the cluster.
    let second = Memo::new(move |_| page.now_ms.get() / 1000);
    let inspection: Inspected = Memo::new(move |_| {
        page.revision.track();
        second.track();
        let object = page.selected.get()?;
        page.see(|session| inspect(&object, session.cluster(), session.began_ms()))
    });
    let take = move |take: fn(&Inspection) -> String| Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(take).unwrap_or_default()));
    let name = take(|inspection| inspection.name.to_string());
    let subtitle = take(|inspection| inspection.subtitle.clone());
    let state = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.state.clone())));
    let is_empty = Memo::new(move |_| page.selected.with(Option::is_none));
    let is_gone = Memo::new(move |_| !is_empty.get() && inspection.with(Option::is_none));
    let gone_name = move || page.selected.with(|selected| selected.as_ref().map(|object| object.key.to_string()).unwrap_or_default());
    let is_pod = Memo::new(move |_| page.selected.with(|selected| selected.as_ref().is_some_and(|object| object.resource == PODS)));
    let part = RwSignal::new(Part::Summary);
    // What another kind of object doesn't have can't stay chosen.
    Effect::new(move || {
        if !is_pod.get() && part.get_untracked() == Part::Log {
            part.set(Part::Summary);
        }
    });
    // A screen reader hears when the state of what is selected changes.
    Effect::new(move |before: Option<(String, String)>| {
        let now = (name.get(), state.with(|state| state.as_ref().map(|state| state.word.to_string()).unwrap_or_default()));
        if before.is_some_and(|before| before.0 == now.0 && before.1 != now.1) && !now.0.is_empty() {
            page.mention(format!("{}: {}", now.0, now.1));
        }
        now
    });
    let event_count = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map_or(0, |inspection| inspection.events.len())));
    view! {
        <section class="inspector" role="region" aria-label=texts::INSPECTOR>
            <Show when=move || is_empty.get()>
                <p class="muted">{texts::INSPECTOR_EMPTY}</p>
            </Show>
            <Show when=move || is_gone.get()>
                <p class="muted"><b>{gone_name}</b> " " {texts::GONE}</p>
            </Show>
            <Show when=move || !is_empty.get() && !is_gone.get()>
                <div class="inspector-head">
                    <h2>{move || name.get()}</h2>
                    <p class="muted">{move || subtitle.get()}</p>
                    {move || state.get().filter(|state| !state.word.is_empty()).map(|state| view! {
                        <p class=format!("state {}", tone_class(state.tone))>{glyph_view(state.glyph)} <span>{state.word.to_string()}</span></p>
                    })}
                    <div class="parts underlined" role="tablist" aria-label=texts::INSPECTOR_PARTS>
                        <PartTab part this=Part::Summary text=Signal::stored(texts::SUMMARY.to_owned()) />
                        <PartTab part this=Part::Events text=Signal::derive(move || format!("{} {}", texts::EVENTS, event_count.get())) />
                        <Show when=move || is_pod.get()>
                            <PartTab part this=Part::Log text=Signal::stored(texts::LOG.to_owned()) />
                        </Show>
                        <PartTab part this=Part::Yaml text=Signal::stored(texts::YAML.to_owned()) />
                    </div>
                </div>
                <div class="inspector-body" role="tabpanel" id="inspected" aria-label=texts::INSPECTOR_PART tabindex="0">
                    {move || match part.get() {
                        Part::Summary => view! { <summary::Summary page inspection /> }.into_any(),
                        Part::Events => view! { <events::Events inspection /> }.into_any(),
                        Part::Log => view! { <log::Log page second /> }.into_any(),
                        Part::Yaml => view! { <yaml::Yaml inspection /> }.into_any(),
                    }}
                </div>
            </Show>
        </section>
    }
}

#[component]
fn PartTab(part: RwSignal<Part>, this: Part, text: Signal<String>) -> impl IntoView {
    // The arrow keys go from tab to tab, as the pattern for tabs asks.
    let keys = move |event: web_sys::KeyboardEvent| {
        let Some(tab) = event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(target).ok()) else { return };
        let next = match event.key().as_str() {
            "ArrowRight" => tab.next_element_sibling(),
            "ArrowLeft" => tab.previous_element_sibling(),
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = next.and_then(|next| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(next).ok()) {
            super::dom::focus(&next);
            next.click();
        }
    };
    view! {
        <button
            role="tab"
            aria-controls="inspected"
            aria-selected=move || (part.get() == this).to_string()
            tabindex=move || if part.get() == this { "0" } else { "-1" }
            on:click=move |_| part.set(this)
            on:keydown=keys
        >
            {move || text.get()}
        </button>
    }
}

/// The class that colours what is in a state.
pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Busy => "busy",
        Tone::Waiting => "waiting",
        Tone::Bad => "bad",
        Tone::Over => "over",
    }
}
