//! Files and words on their way between the page and the person's machine.

use super::page::{Notice, Page};
use super::{opening, texts};
use crate::playground::import::{self, Imported};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Saves bytes as a file.
    #[wasm_bindgen(js_namespace = KubariumEditor)]
    pub fn download(name: &str, bytes: &[u8], type_: &str);
    #[wasm_bindgen(js_namespace = KubariumEditor, js_name = carriesFiles)]
    fn carries_files(event: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = KubariumEditor, js_name = readFiles)]
    fn read_files(source: &JsValue, most: f64, on_file: &JsValue);
}

/// Copies words to the person's clipboard, and tells `then` whether the browser let it.
pub fn copy(words: &str, then: impl FnOnce(bool) + 'static) {
    let Some(window) = web_sys::window() else { return };
    // Pages without a secure origin have no clipboard at all.
    if js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_undefined()) {
        return then(false);
    }
    let promise = window.navigator().clipboard().write_text(words);
    wasm_bindgen_futures::spawn_local(async move { then(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()) });
}

/// Files over the editor: they can be dropped.
pub fn over(event: web_sys::DragEvent) {
    if carries_files(&event) {
        event.prevent_default();
    }
}

/// Files dropped on the editor.
pub fn drop_in(page: Page, event: &web_sys::DragEvent) {
    if carries_files(event) {
        event.prevent_default();
        take_in(page, event);
    }
}

/// Takes the files of a drop or of an input in: manifests into the workspace, a lesson instead of it.
pub fn take_in(page: Page, source: &JsValue) {
    let on_file = Closure::<dyn FnMut(String, Option<js_sys::Uint8Array>)>::new(move |name: String, bytes: Option<js_sys::Uint8Array>| {
        let read = match bytes {
            Some(bytes) => import::read(&name, &bytes.to_vec()),
            None => Err(format!("{name} {}", texts::FILE_TOO_LARGE)),
        };
        put(page, read);
    });
    read_files(source, import::MOST_BYTES as f64, &on_file.into_js_value());
}

fn put(page: Page, imported: Result<Imported, String>) {
    match imported {
        Ok(Imported::Lesson(shared)) => opening::open_shared(page, &shared),
        Ok(Imported::Files(files)) => {
            let count = files.len();
            let mut index = 0;
            page.workspace.update(|workspace| {
                workspace.give_way();
                for file in files {
                    index = workspace.take_in(file);
                }
            });
            page.current.set(index);
            page.say(format!("{} {count}", texts::TAKEN_IN));
        }
        Err(why) => page.notice.set(Some(Notice::saying(why))),
    }
}
