//! The scrubber over history, with a mark for each thing the person did and for each trouble.

use super::clock::clock_text;
use super::page::Page;
use super::texts;
use crate::playground::session::Moment;
use crate::value::SortedSet;
use leptos::prelude::*;

/// Marks this near to where the pointer or the slider is (in parts of the whole) are named.
const NEAR: f64 = 0.02;
/// So many places for marks there are.
const PLACES: u64 = 200;

/// The scrubber. Page Up and Page Down go from mark to mark.
#[component]
pub fn HistorySlider(page: Page) -> impl IntoView {
    // Four times a second is often enough for a slider that is a few hundred pixels wide.
    let end_ms = Memo::new(move |_| (page.end_ms.get() / 250 * 250).max(1000));
    let now_ms = Memo::new(move |_| if page.in_past.get() { page.now_ms.get() } else { page.end_ms.get() / 250 * 250 });
    let moments = Memo::new(move |_| {
        end_ms.track();
        page.revision.track();
        page.see(|session| session.moments().to_vec())
    });
    // Trouble is said to a screen reader.
    Effect::new(move |before: Option<usize>| {
        let troubles = moments.with(|moments| moments.iter().filter(|moment| moment.is_trouble).count());
        if before.is_some_and(|before| troubles > before)
            && let Some(text) = moments.with(|moments| moments.iter().rev().find(|moment| moment.is_trouble).map(|moment| moment.text.to_string()))
        {
            page.mention(text);
        }
        troubles
    });
    // Where the pointer is, in parts of the whole.
    let pointed = RwSignal::new(None::<f64>);
    let focused = RwSignal::new(false);
    let at = move || match (pointed.get(), focused.get()) {
        (Some(part), _) => Some(part),
        (None, true) => Some(now_ms.get() as f64 / end_ms.get() as f64),
        (None, false) => None,
    };
    let named = Memo::new(move |_| {
        let (at, end_ms) = (at()?, end_ms.get() as f64);
        moments.with(|moments| nearest(moments, at, end_ms).map(|moment| (moment.at_ms, moment.is_trouble, moment.text.to_string())))
    });
    // What is at the same place is one mark; so they are few, and drawn anew only when one of them moves.
    let places = Memo::new(move |_| {
        let end_ms = end_ms.get();
        let place = |moment: &Moment| (moment.at_ms * PLACES / end_ms, moment.is_trouble);
        moments.with(|moments| moments.iter().map(place).collect::<SortedSet<_>>())
    });
    let ticks = move || {
        let tick = |(place, is_trouble)| {
            let left = format!("left: {}%", place as f64 * 100.0 / PLACES as f64);
            view! { <span class="tick" class:trouble=is_trouble style=left></span> }
        };
        places.get().into_iter().map(tick).collect_view()
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let now_ms = now_ms.get_untracked();
        let target = moments.with_untracked(|moments| match event.key().as_str() {
            "PageUp" => moments.iter().map(|moment| moment.at_ms).rfind(|at_ms| *at_ms < now_ms),
            "PageDown" => moments.iter().map(|moment| moment.at_ms).find(|at_ms| *at_ms > now_ms),
            _ => None,
        });
        if let Some(at_ms) = target {
            event.prevent_default();
            page.go_to(at_ms);
        }
    };
    let point = move |event: web_sys::PointerEvent| {
        let target = event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target).ok());
        let Some(bounds) = target.map(|target| target.get_bounding_client_rect()) else { return };
        // The thumb's middle goes from 8 px after the left edge to 8 px before the right one.
        pointed.set(Some(((f64::from(event.client_x()) - bounds.left() - 8.0) / (bounds.width() - 16.0).max(1.0)).clamp(0.0, 1.0)));
    };
    let value_text = move || {
        let at = clock_text(now_ms.get());
        let near =
            moments.with(|moments| nearest(moments, now_ms.get() as f64 / end_ms.get() as f64, end_ms.get() as f64).map(|moment| moment.text.to_string()));
        near.map_or(at.clone(), |text| format!("{at}, {text}"))
    };
    view! {
        <div class="history" on:pointermove=point on:pointerleave=move |_| pointed.set(None)>
            <div class="ticks" aria-hidden="true">{ticks}</div>
            <input
                type="range"
                aria-label=texts::HISTORY
                title=texts::HISTORY_HELP
                min="0"
                max=move || end_ms.get().to_string()
                step="1"
                prop:value=move || now_ms.get().to_string()
                aria-valuetext=value_text
                on:keydown=keys
                on:focus=move |_| focused.set(true)
                on:blur=move |_| focused.set(false)
                on:input=move |event| {
                    if let Ok(at_ms) = event_target_value(&event).parse() {
                        page.go_to(at_ms);
                    }
                }
            />
            {move || named.get().map(|(at_ms, is_trouble, text)| view! {
                <div class="moment" aria-hidden="true" class:bad=is_trouble>{if is_trouble { "▲ " } else { "" }}{clock_text(at_ms)} " " {text}</div>
            })}
        </div>
    }
}

/// The mark nearest to a part of the whole, if one is near.
fn nearest(moments: &[Moment], at: f64, end_ms: f64) -> Option<&Moment> {
    let distance = |moment: &&Moment| (moment.at_ms as f64 / end_ms - at).abs();
    moments.iter().min_by(|one, other| distance(one).total_cmp(&distance(other))).filter(|moment| distance(moment) <= NEAR)
}
