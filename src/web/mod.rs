//! The page.
use leptos::prelude::*;

/// Puts the page into the document.
pub fn start() {
    leptos::mount::mount_to_body(|| view! { <p>"hello"</p> });
}
