//! Light, dark, or as the system has it. public/theme.js shows the choice before the first paint.

use super::texts;
use leptos::prelude::*;

const KEY: &str = "kubarium-theme";

/// The button that goes from one theme to the next.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let chosen = RwSignal::new(super::storage::read(KEY).unwrap_or_default());
    let label = move || match chosen.get().as_str() {
        "light" => texts::THEME_LIGHT,
        "dark" => texts::THEME_DARK,
        _ => texts::THEME_SYSTEM,
    };
    let next = move |_| {
        let next = match chosen.get_untracked().as_str() {
            "light" => "dark",
            "dark" => "",
            _ => "light",
        };
        super::storage::write(KEY, next);
        chosen.set(next.into());
        if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(KEY)) {
            let _ = window.dispatch_event(&event);
        }
    };
    view! {
        <button class="icon" aria-label=label title=label on:click=next>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
                {move || match chosen.get().as_str() {
                    "light" => view! { <circle cx="8" cy="8" r="2.500" fill="currentColor" /> }.into_any(),
                    "dark" => view! { <circle cx="8" cy="8" r="6" fill="currentColor" /> }.into_any(),
                    _ => view! { <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" /> }.into_any(),
                }}
            </svg>
        </button>
    }
}
