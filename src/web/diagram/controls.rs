//! What can be done with the picture besides pointing at it: filtering, enlarging, saving it.

use super::{Held, Stage, with};
use crate::playground::scene::{KINDS, View};
use crate::value::SmolStr;
use crate::web::dom::document;
use crate::web::page::Page;
use crate::web::texts;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Words and a kind, to which the picture is kept.
#[component]
pub fn FilterLine(page: Page, stage: Held) -> impl IntoView {
    view! {
        <span class="filter">
            <input
                type="search"
                aria-label=texts::FILTER
                title=texts::FILTER_HELP
                placeholder=texts::FILTER_HINT
                spellcheck="false"
                autocomplete="off"
                on:input=move |event| { with(stage, |stage| stage.filter.words = SmolStr::from(event_target_value(&event))); }
            />
            <select aria-label=texts::KIND on:change=move |event| { with(stage, |stage| stage.filter.kind = SmolStr::from(event_target_value(&event))); }>
                <option value="">{texts::ALL_KINDS}</option>
                {KINDS.into_iter().map(|kind| view! { <option value=kind>{kind}</option> }).collect_view()}
            </select>
            <NamespaceChoice page />
        </span>
    }
}

#[component]
fn NamespaceChoice(page: Page) -> impl IntoView {
    let choose = move |event| {
        let name = event_target_value(&event);
        page.namespace.set((!name.is_empty()).then(|| SmolStr::from(name)));
    };
    // A filter for a namespace that is gone would hide everything and not say why.
    Effect::new(move || {
        let chosen = page.namespace.get();
        if chosen.is_some_and(|chosen| page.namespaces.with(|names| !names.is_empty() && !names.contains(&chosen))) {
            page.namespace.set(None);
        }
    });
    view! {
        <select aria-label=texts::NAMESPACE on:change=choose>
            <option value="" prop:selected=move || page.namespace.get().is_none()>{texts::ALL_NAMESPACES}</option>
            <For each=move || page.namespaces.get() key=Clone::clone let:name>
                {
                    let this = name.clone();
                    view! {
                        <option value=name.to_string() prop:selected=move || page.namespace.get().as_ref() == Some(&this)>
                            {name.to_string()}
                        </option>
                    }
                }
            </For>
        </select>
    }
}

/// The buttons beside the filter.
#[component]
pub fn Controls(stage: Held) -> impl IntoView {
    let button = move |label: &'static str, drawing: &'static str, act: fn(&mut Stage)| {
        view! {
            <button class="icon" aria-label=label title=label on:click=move |_| { with(stage, act); }>
                <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6"><path d=drawing /></svg>
            </button>
        }
    };
    view! {
        <div class="controls" role="group" aria-label=texts::PICTURE>
            {button(texts::ZOOM_OUT, "M3 8h10", |stage| stage.zoom_in_middle(1.0 / super::gestures::ZOOM))}
            {button(texts::ZOOM_IN, "M3 8h10M8 3v10", |stage| stage.zoom_in_middle(super::gestures::ZOOM))}
            {button(texts::FIT, "M2 5.500V2h3.500M10.500 2H14v3.500M14 10.500V14h-3.500M5.500 14H2v-3.500", Stage::fit)}
            <button aria-label=texts::SAVE_SVG title=texts::SAVE_SVG on:click=move |_| { with(stage, save_svg); }>"SVG"</button>
            <button aria-label=texts::SAVE_PNG title=texts::SAVE_PNG on:click=move |_| { with(stage, save_png); }>"PNG"</button>
        </div>
    }
}

/// What came of the last request.
#[component]
pub fn Sent(page: Page) -> impl IntoView {
    view! {
        <p class="sent" role="status" aria-label=texts::SENT>
            {move || page.sent.get().map(|sent| {
                let steps = sent.steps.join("\n");
                view! {
                    <span class:bad=!sent.is_answered title=steps>{if sent.is_answered { "" } else { "✕ " }}{sent.words}</span>
                    <button class="icon" aria-label=texts::DISMISS_SENT title=texts::DISMISS_SENT on:click=move |_| page.sent.set(None)>"×"</button>
                }
            })}
        </p>
    }
}

fn file_name(stage: &Stage, ending: &str) -> String {
    let view = if stage.view() == View::Machines { "machines" } else { "application" };
    format!("kubarium-{view}.{ending}")
}

fn save_svg(stage: &mut Stage) {
    let parts = js_sys::Array::of1(&stage.svg().into());
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("image/svg+xml");
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &kind) {
        save(&blob, &file_name(stage, "svg"));
    }
}

fn save_png(stage: &mut Stage) {
    let Some(canvas) = stage.image() else { return };
    let name = file_name(stage, "png");
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            save(&blob, &name);
        }
    });
    // Fails only for canvases with what is another site's.
    let _ = canvas.element.to_blob(done.unchecked_ref());
}

fn save(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&url);
}
