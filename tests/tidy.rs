//! The rules of the house that a compiler doesn't check.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room under `src/`, and the rooms it may use (ARCHITECTURE.md).
const ROOMS: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("manifest", &["value"]),
    ("api", &["value", "manifest"]),
    ("store", &["value", "api"]),
    ("server", &["value", "manifest", "api", "store"]),
    ("controllers", &["value", "api", "store", "server"]),
    ("scheduler", &["value", "api", "store", "server"]),
    ("kubelet", &["value", "api", "store", "server"]),
    ("network", &["value", "api", "store", "server", "kubelet"]),
    ("kubectl", &["value", "manifest", "api", "server", "store"]),
    ("cluster", &["value", "manifest", "api", "store", "server", "controllers", "scheduler", "kubelet", "network", "kubectl"]),
    ("playground", &["value", "manifest", "api", "store", "server", "controllers", "scheduler", "kubelet", "network", "cluster", "kubectl"]),
    ("web", &["value", "manifest", "api", "store", "server", "scheduler", "kubelet", "network", "cluster", "kubectl", "playground"]),
    ("cli", &["value", "manifest", "api", "store", "server", "controllers", "scheduler", "kubelet", "network", "cluster", "kubectl", "playground"]),
];

/// The longest a source file may be. The aim is 600 lines; what is above must have a reason, and none may pass this.
const MAX_LINES: usize = 800;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("the folder can be listed").path()) {
        if path.is_dir() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<(PathBuf, String)> {
    let files: Vec<_> = files_below(&root().join("src"), "rs").into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("it is text"))).collect();
    assert!(files.len() > 50, "the sources are not where they should be");
    files
}

#[test]
fn rooms_use_only_what_they_may() {
    let mut offences = Vec::new();
    for (room, allowed) in ROOMS {
        for path in files_below(&root().join("src").join(room), "rs") {
            let text = fs::read_to_string(&path).expect("it is text");
            // Tests may put more rooms together.
            if path.file_stem().is_some_and(|stem| stem == "tests" || stem == "testing") || path.components().any(|part| part.as_os_str() == "tests") {
                continue;
            }
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                for used in line.split("crate::").skip(1) {
                    let name: String = used.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                    let is_room = ROOMS.iter().any(|(other, _)| *other == name);
                    if is_room && name != *room && !allowed.contains(&name.as_str()) {
                        offences.push(format!("{}:{}: {room} may not use {name}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map is there");
    for entry in fs::read_dir(root().join("src")).expect("there are sources").map(|entry| entry.expect("it can be listed").path()) {
        let name = entry.file_stem().expect("it has a name").to_string_lossy().into_owned();
        if entry.is_dir() {
            assert!(ROOMS.iter().any(|(room, _)| *room == name), "src/{name} is not among the rooms of this test");
            assert!(map.contains(&format!("| `{name}` |")), "src/{name} is not in ARCHITECTURE.md's table");
        }
    }
}

#[test]
fn files_are_small() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "find the seam in\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "XXX:", "TODO", "#[ignore", "allow(dead_code"];
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_core_is_pure() {
    let outside = [
        "std::time::Instant",
        "std::time::SystemTime",
        "std::thread",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::process",
        "HashMap",
        "HashSet",
        "println!",
        "eprintln!",
    ];
    let mut found = Vec::new();
    for (path, text) in sources() {
        let inside = path.strip_prefix(root().join("src")).expect("it is a source").to_string_lossy().into_owned();
        if ["cli", "web", "main.rs"].iter().any(|outer| inside.starts_with(outer)) || inside.contains("tests") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in outside.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{inside}:{}: {word}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "only web and cli touch the outside:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_used_that_makes_the_page_large() {
    let long = ["use serde_json::json;", ".sort(", ".sort_by(", ".sort_by_key(", ".sort_by_cached_key(", ".sort_unstable"];
    let mut found = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !["value/sort.rs", "value/tests.rs"].iter().any(|file| path.ends_with(file))) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| long.iter().any(|word| line.contains(word)) && !line.contains("self.sort()")) {
            found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
        }
    }
    assert!(
        found.is_empty(),
        "value::json! instead of serde_json's and value::Sort instead of the standard library's sorts, which make the page large:\n{}",
        found.join("\n")
    );
}
