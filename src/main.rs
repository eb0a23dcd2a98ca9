//! The program `kubarium`: natively the command line, as wasm the page.

fn main() {
    #[cfg(target_arch = "wasm32")]
    kubarium::web::start();
}
