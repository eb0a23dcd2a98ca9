//! Files on their way between the page and the person's machine.

use super::page::{Notice, Page};
use super::{opening, texts};
use crate::playground::import::{self, Imported};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Saves bytes as a file.
pub fn download(name: &str, bytes: &[u8], type_: &str) {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(type_);
    let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options) else { return };
    let Ok(address) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    let link = super::dom::document().create_element("a").ok().and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has begun to save it by then.
    set_timeout(move || drop(web_sys::Url::revoke_object_url(&address)), std::time::Duration::from_secs(10));
}

/// Takes files in: manifests into the workspace, a lesson instead of it.
pub fn take_in(page: Page, files: &web_sys::FileList) {
    for index in 0..files.length() {
        let Some(file) = files.get(index) else { continue };
        if file.size() > import::MOST_BYTES as f64 {
            page.notice.set(Some(Notice::saying(format!("{} {}", file.name(), texts::FILE_TOO_LARGE))));
            continue;
        }
        wasm_bindgen_futures::spawn_local(async move {
            let Ok(buffer) = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await else { return };
            put(page, import::read(&file.name(), &js_sys::Uint8Array::new(&buffer).to_vec()));
        });
    }
}

fn put(page: Page, imported: Result<Imported, String>) {
    match imported {
        Ok(Imported::Lesson(shared)) => opening::open_shared(page, &shared),
        Ok(Imported::Files(files)) => {
            let count = files.len();
            let mut index = 0;
            page.workspace.update(|workspace| {
                // An empty file that nobody has written in gives way.
                if workspace.files.len() == 1 && workspace.files[0].text.trim().is_empty() {
                    workspace.files.clear();
                }
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
