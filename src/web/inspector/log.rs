//! What a pod's containers write, as they write it.

use crate::playground::explain::logs;
use crate::value::{SmolStr, Value};
use crate::web::page::Page;
use crate::web::texts;
use leptos::html;
use leptos::prelude::*;

/// The log of one container, with the choice of which, and of the one before it.
#[component]
pub fn Log(page: Page, second: Memo<u64>) -> impl IntoView {
    let chosen = RwSignal::new(SmolStr::default());
    let previous = RwSignal::new(false);
    let pre = NodeRef::<html::Pre>::new();
    let pod = Memo::new(move |_| {
        page.revision.track();
        let object = page.selected.get()?;
        page.see(|session| session.cluster().store().get_key(&object.resource, &object.key).cloned())
    });
    let containers = Memo::new(move |_| pod.with(|pod| pod.as_ref().map(logs::containers).unwrap_or_default()));
    // The main container is the first of the ordinary ones, not the first that starts.
    let main = move || pod.with(|pod| pod.as_ref().map(|pod| SmolStr::new(first_of(pod))).unwrap_or_default());
    let current = Memo::new(move |_| {
        let chosen = chosen.get();
        if containers.with(|containers| containers.contains(&chosen)) { chosen } else { main() }
    });
    let text = Memo::new(move |_| {
        second.track();
        let (container, previous) = (current.get(), previous.get());
        pod.with(|pod| pod.as_ref().map(|pod| page.see(|session| logs::log(session.cluster(), pod, &container, previous))))
    });
    // It follows, unless the person has scrolled up to read.
    Effect::new(move || {
        text.track();
        let Some(pre) = pre.get() else { return };
        if pre.scroll_height() - pre.scroll_top() - pre.client_height() < 80 {
            request_animation_frame(move || pre.set_scroll_top(pre.scroll_height()));
        }
    });
    let shown = move || match text.get() {
        Some(Ok(text)) if text.is_empty() => (texts::LOG_EMPTY.to_owned(), true),
        Some(Ok(text)) => (text, false),
        Some(Err(reason)) => (reason, true),
        None => (String::new(), true),
    };
    let choice = move |name: SmolStr| {
        let this = name.clone();
        view! { <option value=name.to_string() prop:selected=move || current.get() == this>{name.to_string()}</option> }
    };
    view! {
        <div class="log-choice">
            <select aria-label=texts::LOG_CONTAINER on:change=move |event| chosen.set(SmolStr::from(event_target_value(&event)))>
                {move || containers.get().into_iter().map(choice).collect_view()}
            </select>
            <label>
                <input type="checkbox" prop:checked=move || previous.get() on:change=move |event| previous.set(event_target_checked(&event)) />
                " " {texts::LOG_PREVIOUS}
            </label>
        </div>
        <pre class="log-text" node_ref=pre role="group" tabindex="0" aria-label=texts::LOG class:muted=move || shown().1>{move || shown().0}</pre>
    }
}

fn first_of(pod: &Value) -> &str {
    pod.path("spec.containers").items().first().map_or("", |container| container.get("name").str())
}
