//! Paths as text.

use smol_str::SmolStr;

/// A path without `.`, `..` and doubled slashes.
pub(crate) fn normalize(path: &str) -> SmolStr {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/")).into()
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && !path.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// What is before the last part of a path.
pub(crate) fn directory_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        None if path.starts_with('/') => "/",
        None => ".",
        Some((directory, _)) => match directory.trim_end_matches('/') {
            "" => "/",
            directory => directory,
        },
    }
}

/// A name in a directory.
pub(crate) fn below(directory: &str, name: &str) -> SmolStr {
    if directory.ends_with('/') { format!("{directory}{name}").into() } else { format!("{directory}/{name}").into() }
}
