//! Turns the types of the crate k8s-openapi into what Kubarium reads of Kubernetes' types: the
//! schema (for validation, `explain` and completion) and typed views (for the code itself).

mod roots;
mod schema;
mod views;

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut collected = schema::Roots::default();
    roots::add_all(&mut collected);
    let schema = collected.schema();
    fs::write(out.join("structure.txt"), schema.structure()).expect(WRITABLE);
    fs::write(out.join("types.rs"), views::source(&schema)).expect(WRITABLE);
    // What `api::reference` reads.
    let reference = [schema.descriptions(), read("src/api/enums.txt"), read("src/kubectl/help.txt")].join("\x1e");
    // The page fetches the file under this name (tools/finish.mjs puts it there), so the name says what is in it.
    let name = format!("reference-{:016x}.txt", fnv64a(reference.as_bytes()));
    fs::write(out.join(&name), reference).expect(WRITABLE);
    println!("cargo::rustc-env=KUBARIUM_REFERENCE={name}");
}

fn read(path: &str) -> String {
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const WRITABLE: &str = "OUT_DIR can be written to";

/// The hash FNV-1a.
fn fnv64a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
