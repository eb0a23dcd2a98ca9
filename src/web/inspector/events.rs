//! What was told about what is selected.

use super::Inspected;
use crate::playground::explain::EventLine;
use crate::web::texts;
use leptos::prelude::*;

/// Its events, the latest first.
#[component]
pub fn Events(inspection: Inspected) -> impl IntoView {
    let events = Memo::new(move |_| inspection.with(|inspection| inspection.as_ref().map(|inspection| inspection.events.clone()).unwrap_or_default()));
    view! {
        <Show when=move || events.with(Vec::is_empty)>
            <p class="muted">{texts::NO_EVENTS}</p>
        </Show>
        <ul class="events">{move || events.get().into_iter().map(event_view).collect_view()}</ul>
    }
}

fn event_view(event: EventLine) -> impl IntoView {
    let often = if event.count > 1 { format!(" · {} {}", event.count, texts::TIMES) } else { String::new() };
    view! {
        <li class:bad-event=event.is_warning>
            <b>{if event.is_warning { "▲ " } else { "" }}{event.reason.to_string()}</b>
            " "
            <small>{format!("{}{often} · {}", event.age, event.from)}</small>
            <p>{event.message}</p>
        </li>
    }
}
