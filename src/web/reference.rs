//! Fetches the reference texts, once the page can be used.

use crate::api::reference;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Begins to fetch the texts.
pub fn fetch() {
    wasm_bindgen_futures::spawn_local(async {
        let text = text_of(reference::FILE).await;
        if let Err(error) = &text {
            web_sys::console::error_1(error);
        }
        reference::receive(text.ok());
    });
}

/// The text of one of the page's own files.
async fn text_of(file: &str) -> Result<String, JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let response: web_sys::Response = JsFuture::from(window.fetch_with_str(file)).await?.dyn_into()?;
    if !response.ok() {
        return Err(format!("{file}: HTTP {}", response.status()).into());
    }
    let text = JsFuture::from(response.text()?).await?;
    text.as_string().ok_or_else(|| "not a text".into())
}
