//! What must be so in a browser too. tools/test.mjs runs it in headless Chromium.
#![cfg(target_arch = "wasm32")]

mod story;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_story_ends_as_it_does_natively() {
    let Some(native) = option_env!("KUBARIUM_NATIVE_DIGEST") else { panic!("run by `make test`, which says what came out natively") };
    assert_eq!(format!("{:016x}", story::play().cluster().digest()), native);
}

#[wasm_bindgen_test]
fn the_past_is_the_same_when_it_is_shown_again() {
    let mut session = story::play();
    let end = session.cluster().digest();
    session.go_to(25_000);
    while !session.arrive(50) {}
    story::advance(&mut session, story::END_MS);
    assert_eq!(session.cluster().digest(), end);
}
