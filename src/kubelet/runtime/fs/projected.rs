//! How the kubelet writes ConfigMap, Secret, downward API and projected volumes.

use super::{FsError, Tree};
use crate::value::SortedSet;

/// One file of such a volume.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectedFile {
    /// Its path in the volume; may have directories.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
}

/// Writes the files the way upstream's AtomicWriter (`pkg/volume/util/atomic_writer.go`) does: into a
/// directory with the time in its name, `..data` pointing at it, and a link for each first part of
/// a path. A second call replaces the first one's files at once; files that are gone lose their links.
pub fn project(tree: &mut Tree, files: &[ProjectedFile], now_ms: u64) -> Result<(), FsError> {
    let directory = directory_name(now_ms);
    let old = tree.find_link("..data").ok().and_then(|_| data_target(tree));
    for file in files {
        tree.write(&format!("{directory}/{}", file.path), &file.bytes, file.mode, now_ms)?;
    }
    if files.is_empty() {
        tree.make_dirs(&directory, 0o755, now_ms)?;
    }
    tree.symlink(&directory, "..data", now_ms)?;
    let wanted: SortedSet<&str> = files.iter().filter_map(|file| file.path.split('/').find(|part| !part.is_empty())).collect();
    let present: Vec<String> =
        tree.node(super::ROOT).and_then(|root| root.entries()).map(|entries| entries.keys().map(|name| name.to_string()).collect()).unwrap_or_default();
    for name in present.iter().filter(|name| !name.starts_with("..") && !wanted.contains(name.as_str())) {
        tree.remove_all(name, now_ms);
    }
    for name in wanted {
        if tree.find_link(name).is_err() {
            tree.symlink(&format!("..data/{name}"), name, now_ms)?;
        }
    }
    if let Some(old) = old.filter(|old| *old != directory) {
        tree.remove_all(&old, now_ms);
    }
    Ok(())
}

fn data_target(tree: &Tree) -> Option<String> {
    match &tree.node(tree.find_link("..data").ok()?)?.kind {
        super::NodeKind::Symlink(target) => Some(target.to_string()),
        _ => None,
    }
}

/// `..2026_11_23_12_05_44.1234567890`: the time, and what `os.MkdirTemp` adds.
fn directory_name(now_ms: u64) -> String {
    let time = super::super::clock::Civil::from_unix_ms(now_ms);
    let suffix = now_ms.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 32;
    format!("..{:04}_{:02}_{:02}_{:02}_{:02}_{:02}.{suffix}", time.year, time.month, time.day, time.hour, time.minute, time.second)
}
