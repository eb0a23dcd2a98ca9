//! File names that a pattern describes.

use super::pattern;
use crate::kubelet::runtime::fs::NodeKind;
use crate::kubelet::runtime::kernel::Sys;
use smol_str::{SmolStr, format_smolstr};

/// The names, in their order; none where nothing matches.
pub(super) fn names(sys: &Sys<'_, '_>, pattern: &str, limit: usize) -> Vec<SmolStr> {
    let absolute = pattern.starts_with('/');
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let mut found: Vec<SmolStr> = vec![if absolute { "/".into() } else { SmolStr::default() }];
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let mut next = Vec::new();
        for base in &found {
            if next.len() >= limit {
                break;
            }
            if !pattern::has_wildcards(part) {
                let path = below(base, &pattern::unescape(part));
                if sys.find(&path, !last).is_ok() {
                    next.push(path);
                }
                continue;
            }
            for name in directory(sys, base) {
                let hidden = name.starts_with('.') && !part.starts_with('.');
                if !hidden && pattern::matches(part, &name) {
                    next.push(below(base, &name));
                }
            }
        }
        found = next;
    }
    found.truncate(limit);
    found
}

fn below(base: &str, name: &str) -> SmolStr {
    if base.is_empty() || base.ends_with('/') { format_smolstr!("{base}{name}") } else { format_smolstr!("{base}/{name}") }
}

fn directory(sys: &Sys<'_, '_>, path: &str) -> Vec<SmolStr> {
    let path = if path.is_empty() { "." } else { path };
    let Ok((place, _)) = sys.find(path, true) else { return Vec::new() };
    match sys.world.files.node(&place).map(|node| &node.kind) {
        Ok(NodeKind::Directory(entries)) => entries.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
