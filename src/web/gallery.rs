//! The examples by topic, and the person's own work.

use super::page::{Dialog, Page};
use super::shelf::{self, Work};
use super::{opening, texts};
use crate::playground::examples::{self, Example};
use leptos::html;
use leptos::prelude::*;

/// Opens and closes a dialog with what the page says is open.
pub fn follow(page: Page, dialog: NodeRef<html::Dialog>, which: Dialog, when_opened: impl Fn() + 'static) {
    Effect::new(move || {
        let (Some(dialog), open) = (dialog.get(), page.dialog.get()) else { return };
        if open == Some(which) {
            when_opened();
            // It is refused only while it is open already.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
}

/// Closes the dialog if it is the one that is open.
pub fn close(page: Page, which: Dialog) {
    if page.dialog.get_untracked() == Some(which) {
        page.dialog.set(None);
    }
}

/// The dialog.
#[component]
pub fn Gallery(page: Page) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let is_open = move || page.dialog.get() == Some(Dialog::Gallery);
    follow(page, dialog, Dialog::Gallery, || {});
    view! {
        <dialog class="gallery" node_ref=dialog aria-label=texts::GALLERY on:close=move |_: web_sys::Event| close(page, Dialog::Gallery)>
            <div class="gallery-head">
                <h2>{texts::GALLERY}</h2>
                <button on:click=move |_| close(page, Dialog::Gallery)>{texts::CLOSE}</button>
            </div>
            {move || is_open().then(|| view! {
                <Own page />
                {examples::by_topic().map(|(topic, examples)| view! {
                    <section>
                        <h3>{topic}</h3>
                        <ul>{examples.iter().map(|example| view! { <Card page example /> }).collect_view()}</ul>
                    </section>
                }).collect_view()}
            })}
        </dialog>
    }
}

#[component]
fn Card(page: Page, example: &'static Example) -> impl IntoView {
    let open = move |_| {
        close(page, Dialog::Gallery);
        opening::open_example(page, example);
    };
    view! {
        <li class="card">
            <button on:click=open aria-current=move || (page.example.get() == example.id).then_some("true")>{example.title}</button>
            <p>{example.says}</p>
        </li>
    }
}

/// What the person has edited, the latest first.
#[component]
fn Own(page: Page) -> impl IntoView {
    let works = shelf::all(page);
    let item = move |work: Work| {
        let names: Vec<&str> = work.shared.workspace.files.iter().map(|file| file.name.as_str()).take(4).collect();
        let (title, when) = (names.join(", "), format!("{} {}", texts::EDITED, date_text(work.at_ms)));
        let is_open = shelf::is_open(page, &work);
        let open = move |_| {
            close(page, Dialog::Gallery);
            if !is_open {
                opening::open_own(page, &work);
            }
        };
        view! { <li class="card"><button on:click=open aria-current=is_open.then_some("true")>{title}</button><p>{when}</p></li> }
    };
    (!works.is_empty()).then(|| {
        view! {
            <section>
                <h3>{texts::OWN_WORK}</h3>
                <ul>{works.into_iter().map(item).collect_view()}</ul>
            </section>
        }
    })
}

/// `30 Nov 2026, 14:05`, by this person's clock.
fn date_text(at_ms: f64) -> String {
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // A new object takes every property.
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    }
    js_sys::Date::new(&at_ms.into()).to_locale_string("en-GB", &options).into()
}
