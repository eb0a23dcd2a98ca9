//! The program comes in two parts (`tools/finish.mjs`): the first opens the page, the rest is fetched meanwhile. Nothing moves before it is there, so that
//! no frame has to wait for it.

use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Kept once the rest is there, or can't be had; nothing where the program is in one piece. `public/rest.js` gives it.
    #[wasm_bindgen(thread_local_v2, js_name = kubariumRest)]
    static REST: Option<js_sys::Promise>;
}

/// Becomes true once the program is whole.
pub fn is_here() -> Rc<Cell<bool>> {
    let rest = REST.with(Clone::clone);
    let is_here = Rc::new(Cell::new(rest.is_none()));
    if let Some(rest) = rest {
        let is_here = is_here.clone();
        wasm_bindgen_futures::spawn_local(async move {
            // Should it not have come, it is fetched when something of it is wanted; then it is said if that fails, too.
            let _ = wasm_bindgen_futures::JsFuture::from(rest).await;
            is_here.set(true);
        });
    }
    is_here
}
