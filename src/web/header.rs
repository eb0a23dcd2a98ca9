//! The bar at the top: what is open, time, views, sharing.

use super::clock::{SPEEDS, Speed, clock_text};
use super::page::{Dialog, Page};
use super::{frame, texts, theme::ThemeButton};
use crate::playground::examples;
use crate::playground::scene::View;
use leptos::prelude::*;

/// The bar.
#[component]
pub fn Header(page: Page) -> impl IntoView {
    view! {
        <header class="top">
            <h1 class="brand">
                <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M4 9c0-4 3.600-6.500 8-6.500S20 5 20 9v8.500a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4z" fill="none" stroke="currentColor" stroke-width="1.800" />
                    <circle cx="9" cy="15" r="2" fill="currentColor" />
                    <circle cx="15" cy="15" r="2" fill="currentColor" />
                    <circle cx="12" cy="9.600" r="2" fill="currentColor" />
                </svg>
                {texts::NAME}
            </h1>
            <ExampleChoice page />
            <span class="grow"></span>
            <Transport page />
            <span class="grow"></span>
            <ViewChoice page />
            <button on:click=move |_| page.dialog.set(Some(Dialog::Share))>{texts::SHARE}</button>
            <ThemeButton />
            <button class="icon" aria-label=texts::HELP title=texts::HELP_HELP on:click=move |_| page.helping.set(true)>"?"</button>
        </header>
    }
}

#[component]
fn ExampleChoice(page: Page) -> impl IntoView {
    let choose = move |event| {
        let id = event_target_value(&event);
        if let Some(example) = examples::all().iter().find(|example| example.id == id) {
            super::opening::open_example(page, example);
        }
    };
    view! {
        <select aria-label=texts::EXAMPLE on:change=choose prop:value=move || page.example.get().to_string()>
            <option value="" hidden=true>{texts::EXAMPLE_NONE}</option>
            {examples::by_topic().map(|(topic, examples)| view! {
                <optgroup label=topic>
                    {examples.iter().map(|example| view! { <option value=example.id>{example.title}</option> }).collect_view()}
                </optgroup>
            }).collect_view()}
        </select>
        <button class="icon" aria-label=texts::GALLERY title=texts::GALLERY on:click=move |_| page.dialog.set(Some(Dialog::Gallery))>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.400">
                <path d="M1.700 1.700h4v4h-4zM8.300 1.700h4v4h-4zM1.700 8.300h4v4h-4zM8.300 8.300h4v4h-4z" />
            </svg>
        </button>
    }
}

#[component]
fn ViewChoice(page: Page) -> impl IntoView {
    let radio = move |view: View, text: &'static str| {
        view! {
            <label>
                <input type="radio" name="view" aria-label=text prop:checked=move || page.view.get() == view on:change=move |_| page.view.set(view) />
                <span aria-hidden="true">{text}</span>
            </label>
        }
    };
    view! {
        <div class="segments" role="radiogroup" aria-label=texts::VIEW>
            {radio(View::Machines, texts::MACHINES)}
            {radio(View::Application, texts::APPLICATION)}
        </div>
    }
}

#[component]
fn Transport(page: Page) -> impl IntoView {
    let toggle = move |_| super::frame::toggle(page);
    let label = move || if page.playing.get() { texts::PAUSE } else { texts::PLAY };
    view! {
        <div class="transport" role="group" aria-label=texts::TIME>
            <button class="icon" aria-label=label title=label on:click=toggle>
                <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="currentColor">
                    <path d=move || if page.playing.get() { "M2.500 1.500h3v11h-3zM8.500 1.500h3v11h-3z" } else { "M3 1l9 6-9 6z" } />
                </svg>
            </button>
            <button class="icon" aria-label=texts::STEP title=texts::STEP_HELP on:click=move |_| frame::step(page)>
                <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="currentColor"><path d="M2 1l7 6-7 6zM10 1.500h2.200v11H10z" /></svg>
            </button>
            <button
                class="icon"
                aria-label=texts::SKIP
                title=texts::SKIP
                disabled=move || page.next_due_ms.get().is_none()
                on:click=move |_| frame::skip(page)
            >
                <svg width="16" height="14" viewBox="0 0 16 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.600">
                    <path d="M1 7h10M7.500 3L11.500 7l-4 4M14 1.500v11" />
                </svg>
            </button>
            <span class="clock" role="timer" aria-live="off">{move || clock_text(page.now_ms.get() / 100 * 100)}</span>
            <super::timeline::HistorySlider page />
            <UndoButton page />
            <button class="icon" aria-label=texts::BRANCH title=texts::BRANCH_HELP disabled=move || !page.in_past.get() on:click=move |_| page.branch()>
                <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.500">
                    <path d="M4 3v10M4 9.500c0-3 8-1.500 8-5.500" />
                    <circle cx="4" cy="2.800" r="1.500" fill="var(--panel)" /><circle cx="4" cy="13.200" r="1.500" fill="var(--panel)" />
                    <circle cx="12" cy="3" r="1.500" fill="var(--panel)" />
                </svg>
            </button>
            <SpeedChoice page />
        </div>
    }
}

#[component]
fn SpeedChoice(page: Page) -> impl IntoView {
    view! {
        <select
            aria-label=texts::SPEED
            on:change=move |event| page.speed.set(Speed::of_label(&event_target_value(&event)))
            prop:value=move || page.speed.get().label()
        >
            {SPEEDS
                .into_iter()
                .map(|speed| view! { <option value=speed.label() selected=speed == Speed::Times(1.0)>{speed.label()}</option> })
                .collect_view()}
        </select>
    }
}

/// Takes back the last thing that was done.
#[component]
fn UndoButton(page: Page) -> impl IntoView {
    let title = move || page.undoable.get().map_or(texts::UNDO.to_owned(), |what| format!("{}: {what} (Ctrl+Z)", texts::UNDO));
    view! {
        <button class="icon" aria-label=texts::UNDO title=title disabled=move || page.undoable.with(Option::is_none) on:click=move |_| page.undo()>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.600">
                <path d="M6.500 3L3 6.500 6.500 10M3.500 6.500H10a3.500 3.500 0 0 1 0 7H7" />
            </svg>
        </button>
    }
}
