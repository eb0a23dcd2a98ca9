//! The program comes in two parts (`tools/finish.mjs`): the first opens the page, the rest is fetched meanwhile. Nothing moves before it is there, so that
//! no frame has to wait for it.

use super::page::Page;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// Kept once the rest is there, or can't be had; nothing where the program is in one piece. `public/rest.js` gives it.
    #[wasm_bindgen(thread_local_v2, js_name = kubariumRest)]
    static REST: Option<js_sys::Promise>;
}

/// Lets the page move once the program is whole.
pub fn wait(page: Page) {
    let Some(rest) = REST.with(Clone::clone) else {
        page.is_whole.set(true);
        return;
    };
    spawn_local(async move {
        // Should it not have come, it is fetched when something of it is wanted; if that fails, too, it is said.
        let _ = JsFuture::from(rest).await;
        page.is_whole.set(true);
    });
}
