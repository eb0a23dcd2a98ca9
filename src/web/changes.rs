//! What Apply would do, before it does: object by object, field by field.

use super::gallery::{close, follow};
use super::page::{Dialog, Page};
use super::texts;
use crate::playground::diagnostics::{Difference, Outlook, Severity, Verdict};
use crate::value::Sort;
use leptos::html;
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn Changes(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let is_open = move || page.dialog.get() == Some(Dialog::Changes);
    follow(page, dialog, Dialog::Changes, || {});
    let apply = move |_| {
        close(page, Dialog::Changes);
        page.apply();
    };
    let outlooks = move || {
        is_open().then(|| {
            let mut outlooks = page.forecast.get().map(|forecast| forecast.outlooks).unwrap_or_default();
            // What nothing happens to is of the least interest.
            outlooks.order_by_key(|outlook| outlook.verdict == Verdict::Unchanged);
            outlooks
        })
    };
    view! {
        <dialog class="changes" node_ref=dialog aria-label=texts::DIFF_TITLE on:close=move |_: web_sys::Event| close(page, Dialog::Changes)>
            <h2>{texts::DIFF_TITLE}</h2>
            <ul class="outlooks">
                {move || outlooks().map(|outlooks| outlooks.into_iter().map(|outlook| view! { <Object page outlook /> }).collect_view())}
            </ul>
            <div class="buttons">
                <button class="primary" on:click=apply>{texts::APPLY}</button>
                <button on:click=move |_| close(page, Dialog::Changes)>{texts::CLOSE}</button>
            </div>
        </dialog>
    }
}

#[component]
fn Object(page: Page, outlook: Outlook) -> impl IntoView {
    let (sign, word, class) = match &outlook.verdict {
        Verdict::Created => ("+", texts::DIFF_CREATED, "good"),
        Verdict::Changed(_) => ("~", texts::DIFF_CHANGED, "waiting"),
        Verdict::Unchanged => ("=", texts::DIFF_UNCHANGED, "muted"),
        Verdict::Refused => ("✗", texts::DIFF_REFUSED, "bad"),
    };
    let namespace = outlook.object.as_ref().map(|object| object.key.namespace.to_string()).filter(|namespace| !namespace.is_empty());
    let place = namespace.map_or_else(|| outlook.file.to_string(), |namespace| format!("{namespace} · {}", outlook.file));
    let details = match outlook.verdict {
        Verdict::Changed(differences) => fields(differences).into_any(),
        Verdict::Refused => {
            let is_its = |from: usize| {
                page.forecast.with_untracked(|forecast| {
                    let starts = forecast.iter().flat_map(|forecast| &forecast.outlooks).filter(|other| other.file == outlook.file).map(|other| other.from);
                    starts.filter(|start| *start <= from).max() == Some(outlook.from)
                })
            };
            let problems = page
                .problems
                .get_untracked()
                .into_iter()
                .filter(|problem| problem.severity == Severity::Error && problem.file == outlook.file && is_its(problem.from));
            problems.map(|problem| view! { <p class="bad">{problem.message}</p> }).collect_view().into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <li>
            <p>
                <span class=format!("sign {class}") aria-hidden="true">{sign}</span>
                <strong>{format!("{} {}", outlook.kind, outlook.name)}</strong>
                " "
                <span class=class>{word}</span>
                " "
                <span class="muted">{place}</span>
            </p>
            {details}
        </li>
    }
}

fn fields(differences: Vec<Difference>) -> impl IntoView {
    let is_cut = differences.len() >= 100;
    let row = |difference: Difference| {
        let before = difference.before.map(|text| view! { <del>{text}</del> });
        let after = difference.after.map(|text| view! { <ins>{text}</ins> });
        view! { <div><dt>{difference.path}</dt><dd>{before}" "{after}</dd></div> }
    };
    view! {
        <dl>{differences.into_iter().map(row).collect_view()}</dl>
        {is_cut.then(|| view! { <p class="muted">{texts::DIFF_MORE}</p> })}
    }
}
