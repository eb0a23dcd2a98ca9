//! Turns the types of the crate k8s-openapi into what Kubarium reads of Kubernetes' types: the
//! schema (for validation, `explain` and completion) and typed views (for the code itself).

mod roots;
mod schema;
mod views;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut collected = schema::Roots::default();
    roots::add_all(&mut collected);
    let schema = collected.schema();
    write_compressed(&out.join("structure.deflate"), &schema.structure());
    write_compressed(&out.join("descriptions.deflate"), &schema.descriptions());
    fs::write(out.join("types.rs"), views::source(&schema)).expect("OUT_DIR can be written to");
}

/// Zlib format, at the highest level of compression: this is downloaded by everyone who opens the page.
fn write_compressed(path: &Path, text: &str) {
    let compressed = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 10);
    fs::write(path, compressed).expect("OUT_DIR can be written to");
}
