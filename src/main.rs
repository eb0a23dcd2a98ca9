//! The program `kubarium`: natively the command line, as wasm the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    kubarium::web::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    kubarium::cli::main(std::env::args().skip(1).collect())
}
