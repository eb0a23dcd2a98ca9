//! What can be done to what is selected: buttons that carry out the line which does it.

use crate::playground::explain::Action;
use crate::web::page::Page;
use crate::web::texts;
use leptos::html;
use leptos::prelude::*;

/// The buttons, with the line of the one that is pointed at below them.
#[component]
pub fn Actions(page: Page, actions: Memo<Vec<Action>>) -> impl IntoView {
    let pointed = RwSignal::new(String::new());
    let asked = RwSignal::new(None::<Action>);
    // Whether the last request went to what is selected.
    let is_sent = RwSignal::new(false);
    // What was asked for one object is not answered for another.
    Effect::new(move || {
        page.selected.track();
        asked.set(None);
        is_sent.set(false);
        pointed.set(String::new());
    });
    let button = move |action: Action| {
        let line = action.line.replace("{}", "…");
        let (of_pointer, of_focus) = (line.clone(), line.clone());
        let (class, name) = (if action.is_dangerous { "action dangerous" } else { "action" }, action.name);
        let act = move |_| {
            if action.asks.is_some() {
                asked.set(Some(action.clone()));
            } else {
                asked.set(None);
                is_sent.set(action.is_request);
                if action.is_request { page.send_request() } else { page.type_line(&action.line) }
            }
        };
        view! {
            <button
                class=class
                title=line
                on:click=act
                on:pointerenter=move |_| pointed.set(of_pointer.clone())
                on:focus=move |_| pointed.set(of_focus.clone())
            >
                {name}
            </button>
        }
    };
    view! {
        <Show when=move || !actions.with(Vec::is_empty)>
            <h3>{texts::ACTIONS}</h3>
            <div class="actions" role="group" aria-label=texts::ACTIONS on:pointerleave=move |_| pointed.set(String::new())>
                {move || actions.get().into_iter().map(button).collect_view()}
            </div>
            {move || asked.get().map(|action| view! { <Question page action asked /> })}
            <p class="line mono" aria-hidden="true">{move || pointed.get()}</p>
            {move || page.sent.get().filter(|_| is_sent.get()).map(|sent| view! {
                <h3>{texts::WAY}</h3>
                <ol class="why" class:lost=!sent.is_answered>{sent.steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
            })}
        </Show>
    }
}

/// What an action has to be told.
#[component]
fn Question(page: Page, action: Action, asked: RwSignal<Option<Action>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let (what, now) = action.asks.clone().map(|asks| (asks.what, asks.now)).unwrap_or_default();
    super::super::dom::begin_typing(input);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let said = input.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default();
        if !said.is_empty() {
            asked.set(None);
            page.type_line(&action.line.replacen("{}", &quoted(&said), 1));
        }
    };
    view! {
        <form class="question" on:submit=submit on:keydown=move |event| if event.key() == "Escape" { asked.set(None) }>
            <label>{what} <input node_ref=input type="text" value=now autocomplete="off" spellcheck="false" /></label>
            <button type="submit" class="primary">{texts::RUN}</button>
            <button type="button" on:click=move |_| asked.set(None)>{texts::CANCEL}</button>
        </form>
    }
}

/// In quotes, where a shell would take it for something else than a word.
fn quoted(word: &str) -> String {
    let is_plain = word.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '/' | ':' | '='));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
