//! What is wrong with the files, as a list.

use super::page::{Change, Dialog, Page, set_if_changed};
use super::texts;
use crate::playground::diagnostics::{Forecast, Severity, Verdict};
use crate::value::SmolStr;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use std::time::Duration;

pub use crate::playground::diagnostics::Problem;

/// The list.
#[component]
pub fn Problems(page: Page) -> impl IntoView {
    let item = move |problem: Problem| {
        let place = format!("{}, {} {}", problem.file, texts::LINE, problem.line);
        let (file, from): (SmolStr, usize) = (problem.file.clone(), problem.from);
        let (sign, says) = match problem.severity {
            Severity::Error => ("▲ ", texts::PROBLEM_REFUSED),
            Severity::Warning => ("◆ ", texts::PROBLEM_WARNING),
        };
        let fix = problem.fix.filter(|fix| !fix.insert.is_empty()).map(|fix| {
            let label = format!("{} {}", texts::CORRECT_TO, fix.label);
            let change = Change { file: problem.file.clone(), from: fix.from, to: fix.to, insert: fix.insert };
            view! { <button class="fix" on:click=move |_| page.change.set(Some(change.clone()))>{label}</button> }
        });
        view! {
            <li class:warning=problem.severity == Severity::Warning>
                <button on:click=move |_| page.reveal.set(Some((file.clone(), from)))>
                    <span class="where" title=says>{sign}{place}</span>
                    " "
                    <span class="message">{problem.message}</span>
                </button>
                {fix}
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
        if !page.is_whole.get() {
            return;
        }
        page.workspace.track();
        page.outcome.track();
        page.prompt.track();
        page.in_past.track();
        if let Some(pending) = pending.get_value() {
            pending.clear();
        }
        let look = move || {
            let workspace = page.files();
            let forecast = page.see(|session| session.forecast(&workspace));
            set_if_changed(page.problems, forecast.problems.clone());
            set_if_changed(page.forecast, Some(forecast));
        };
        // A browser that refuses timers would not have got so far.
        pending.set_value(set_timeout_with_handle(look, WAIT).ok());
    });
}

/// `would create 3, change 1 of 12 objects, 1 would be refused`.
fn forecast_text(forecast: &Forecast) -> String {
    let all = forecast.outlooks.len();
    let refused = forecast.outlooks.iter().filter(|outlook| outlook.verdict == Verdict::Refused).count();
    let changes: Vec<String> = [(forecast.created, texts::FORECAST_CREATE), (forecast.configured, texts::FORECAST_CHANGE)]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verb)| format!("{verb} {count}"))
        .collect();
    let objects = if all == 1 { texts::FORECAST_ONE } else { texts::FORECAST_MANY };
    let mut parts = Vec::new();
    if !changes.is_empty() {
        parts.push(format!("{} {} {all} {objects}", changes.join(", "), texts::FORECAST_OF));
    }
    if refused > 0 {
        parts.push(format!("{refused} {}", texts::FORECAST_PROBLEMS));
    }
    if parts.is_empty() {
        parts.push(if all == 0 { texts::FORECAST_NOTHING.into() } else { format!("{} ({all})", texts::FORECAST_SAME) });
    }
    if forecast.not_looked_at > 0 {
        parts.push(format!("{} {}", forecast.not_looked_at, texts::FORECAST_BEYOND));
    }
    parts.join(", ")
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
                <span class="muted">{move || page.forecast.with(|forecast| forecast.as_ref().map(forecast_text))}</span>
                <button class="diff" aria-haspopup="dialog" on:click=move |_| page.dialog.set(Some(Dialog::Changes))>{texts::DIFF}</button>
            </div>
            <div role="status" aria-label=texts::APPLY_RESULT tabindex="0" class:refused=move || page.outcome.with(|outcome| outcome.is_refused)>{text}</div>
        </div>
    }
}
