//! What is wrong with the files, as a list.

use super::page::{Page, set_if_changed};
use super::texts;
use crate::playground::diagnostics::Forecast;
use crate::value::SmolStr;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use std::time::Duration;

pub use crate::playground::diagnostics::Problem;

/// The list.
#[component]
pub fn Problems(page: Page) -> impl IntoView {
    let item = move |problem: Problem| {
        let place = format!("{}, line {}", problem.file, problem.line);
        let (file, from): (SmolStr, usize) = (problem.file.clone(), problem.from);
        view! {
            <li>
                <button on:click=move |_| page.reveal.set(Some((file.clone(), from)))>
                    <span class="where">"▲ " {place}</span>
                    " "
                    <span class="message">{problem.message}</span>
                </button>
            </li>
        }
    };
    view! {
        <div class="problems" class:none=move || page.problems.with(Vec::is_empty)>
            <ul aria-label=texts::PROBLEMS>{move || page.problems.get().into_iter().map(item).collect_view()}</ul>
        </div>
    }
}

/// The files are looked at when nothing was typed for this long.
const WAIT: Duration = Duration::from_millis(250);

/// Looks at the files whenever they have changed, or the cluster has because of a command.
pub fn watch(page: Page) {
    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move || {
        page.workspace.track();
        page.outcome.track();
        page.prompt.track();
        page.in_past.track();
        if let Some(pending) = pending.get_value() {
            pending.clear();
        }
        let look = move || {
            let workspace = page.files();
            let Forecast { problems, created, configured, unchanged } = page.see(|session| session.forecast(&workspace));
            set_if_changed(page.problems, problems);
            set_if_changed(page.forecast, Some((created, configured, unchanged)));
        };
        // A browser that refuses timers would not have got so far.
        pending.set_value(set_timeout_with_handle(look, WAIT).ok());
    });
}

/// `would create 3, change 1 of 12, refuse 1`.
fn forecast_text((created, configured, unchanged): (usize, usize, usize), refused: usize) -> String {
    let all = created + configured + unchanged;
    let mut parts = Vec::new();
    for (count, verb) in [(created, texts::FORECAST_CREATE), (configured, texts::FORECAST_CHANGE)] {
        if count > 0 {
            parts.push(format!("{verb} {count} {} {all}", texts::FORECAST_OF));
        }
    }
    if refused > 0 {
        parts.push(format!("{refused} {}", texts::FORECAST_PROBLEMS));
    }
    match parts.as_slice() {
        [] if all == 0 => texts::FORECAST_NOTHING.into(),
        [] => format!("{} ({all})", texts::FORECAST_SAME),
        parts => parts.join(", "),
    }
}

/// The button Apply and what came of it.
#[component]
pub fn ApplyBar(page: Page) -> impl IntoView {
    let text = move || {
        let outcome = page.outcome.get();
        match (outcome.command, outcome.text.is_empty()) {
            (0, _) => String::new(),
            (_, true) => texts::APPLYING.to_owned(),
            _ => outcome.text,
        }
    };
    view! {
        <div class="apply">
            <div class="apply-line">
                <button class="primary" title=texts::APPLY_HELP on:click=move |_| page.apply()>{texts::APPLY}</button>
                <span class="muted">{move || page.forecast.get().map(|forecast| forecast_text(forecast, page.problems.with(Vec::len)))}</span>
            </div>
            <div role="status" aria-label=texts::APPLY_RESULT tabindex="0" class:refused=move || page.outcome.with(|outcome| outcome.is_refused)>{text}</div>
        </div>
    }
}
