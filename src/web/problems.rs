//! What is wrong with the files, as a list.

use super::page::Page;
use super::texts;
use crate::value::SmolStr;
use leptos::prelude::*;

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

/// The button Apply and what came of it.
#[component]
pub fn ApplyBar(page: Page) -> impl IntoView {
    let text = move || {
        let outcome = page.outcome.get();
        match (outcome.command, outcome.text.is_empty()) {
            (0, _) => texts::APPLY_FIRST.to_owned(),
            (_, true) => texts::APPLYING.to_owned(),
            _ => outcome.text,
        }
    };
    view! {
        <div class="apply">
            <button class="primary" title=texts::APPLY_HELP on:click=move |_| page.apply()>{texts::APPLY}</button>
            <div role="status" aria-label=texts::APPLY_RESULT class:refused=move || page.outcome.with(|outcome| outcome.is_refused)>{text}</div>
        </div>
    }
}
