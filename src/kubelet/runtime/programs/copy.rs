//! `cp` and `mv`.

use super::files::make_dir;
use super::options::{Spec, parse, usage};
use super::paths::{base_name, below};
use crate::kubelet::runtime::fs::view::Place;
use crate::kubelet::runtime::fs::{FsError, Node, NodeKind};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// Files and directories that one `cp -r` copies.
const MAX_ENTRIES: usize = 100_000;
/// Nested directories.
const MAX_DEPTH: usize = 200;
/// A file is copied in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;

/// What is copied, and how.
struct Copying {
    name: &'static str,
    recursive: bool,
    preserve: bool,
    keep_links: bool,
    force: bool,
    left: usize,
    failed: bool,
}

/// `cp`
pub(crate) fn cp(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const LONG: &[(&str, char)] = &[("recursive", 'r'), ("archive", 'a'), ("force", 'f'), ("preserve", 'p'), ("verbose", 'v'), ("no-clobber", 'n')];
    const SPEC: Spec = Spec {
        name: "cp",
        letters: "arRPLHpfinlsTudvt:",
        long: LONG,
        usage: "cp [-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }",
        anywhere: true,
    };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut operands = options.operands.clone();
    operands.extend(options.value('t').map(SmolStr::from));
    if operands.len() < 2 {
        return usage(sys, &SPEC, "");
    }
    let Some(target) = operands.pop() else { return 1 };
    let recursive = options.has('r') || options.has('R') || options.has('a');
    let mut copying = Copying {
        name: "cp",
        recursive,
        preserve: options.has('p') || options.has('a'),
        keep_links: recursive && !options.has('L') || options.has('P') || options.has('d'),
        force: options.has('f'),
        left: MAX_ENTRIES,
        failed: false,
    };
    let into = into_directory(sys, &target) && !options.has('T');
    if operands.len() > 1 && !into {
        sys.err(&format!("cp: target '{target}' is not a directory\n"));
        return 1;
    }
    for source in operands {
        let to = if into { below(&target, base_name(&source)) } else { target.clone() };
        if options.has('n') && sys.find(&to, true).is_ok() {
            continue;
        }
        copying.copy(sys, &source, &to, 0);
    }
    i32::from(copying.failed)
}

fn into_directory(sys: &Sys<'_, '_>, path: &str) -> bool {
    sys.find(path, true).and_then(|(place, _)| Ok(sys.world.files.node(&place)?.is_dir())).unwrap_or(false)
}

impl Copying {
    fn fail(&mut self, sys: &mut Sys<'_, '_>, text: &str) {
        sys.err(&format!("{}: {text}\n", self.name));
        self.failed = true;
    }

    fn copy(&mut self, sys: &mut Sys<'_, '_>, source: &str, target: &str, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || depth > MAX_DEPTH {
            return self.fail(sys, "too many files");
        }
        let follow = !self.keep_links || (depth == 0 && !self.recursive);
        let found = sys.find(source, follow).and_then(|(place, real)| Ok((sys.world.files.node(&place)?.clone(), place, real)));
        let (node, place, real) = match found {
            Ok(found) => found,
            Err(error) => return self.fail(sys, &format!("can't stat '{source}': {}", error.message())),
        };
        match &node.kind {
            NodeKind::Directory(entries) => {
                if !self.recursive {
                    return self.fail(sys, &format!("omitting directory '{source}'"));
                }
                if sys.find(target, true).is_ok_and(|(_, inside)| inside == real) {
                    return self.fail(sys, &format!("'{source}' and '{target}' are the same file"));
                }
                if !into_directory(sys, target)
                    && let Err(error) = make_dir(sys, target, node.mode | 0o700)
                {
                    return self.fail(sys, &format!("can't create directory '{target}': {}", error.message()));
                }
                let names: Vec<SmolStr> = entries.keys().cloned().collect();
                for name in names {
                    self.copy(sys, &below(source, &name), &below(target, &name), depth + 1);
                }
            }
            NodeKind::Symlink(link) => {
                let (who, absolute) = (sys.who(), sys.absolute(target));
                let _ = sys.world.files.remove(&who, &absolute);
                if let Err(error) = sys.world.files.add(&who, &absolute, NodeKind::Symlink(link.clone()), 0o777) {
                    self.fail(sys, &format!("can't create symlink '{target}' to '{link}': {}", error.message()));
                }
            }
            _ => {
                if sys.find(target, true).is_ok_and(|(existing, _)| existing == place) {
                    return self.fail(sys, &format!("'{source}' and '{target}' are the same file"));
                }
                if let Err(text) = self.copy_file(sys, source, &node, &place, target) {
                    self.fail(sys, &text);
                }
            }
        }
        if self.preserve {
            let who = sys.who();
            if let Ok((copy, _)) = sys.find(target, false) {
                let _ = sys.world.files.change(&who, &copy, |copy| {
                    (copy.mode, copy.modified_at_ms) = (node.mode, node.modified_at_ms);
                    if who.uid == 0 {
                        (copy.uid, copy.gid) = (node.uid, node.gid);
                    }
                });
            }
        }
    }

    fn copy_file(&self, sys: &mut Sys<'_, '_>, source: &str, node: &Node, place: &Place, target: &str) -> Result<(), String> {
        let who = sys.who();
        if !sys.world.files.may(&who, place, crate::kubelet::runtime::fs::view::READ) {
            return Err(format!("can't open '{source}': Permission denied"));
        }
        let absolute = sys.absolute(target);
        let mode = node.mode & 0o777 & !sys.process.umask;
        let opened = match sys.world.files.open_write(&who, &absolute, false, mode) {
            Err(FsError::Denied) if self.force => {
                let _ = sys.world.files.remove(&who, &absolute);
                sys.world.files.open_write(&who, &absolute, false, mode)
            }
            opened => opened,
        };
        let to = opened.map_err(|error| format!("can't create '{target}': {}", error.message()))?;
        if matches!(sys.world.files.node(&to).map(|node| &node.kind), Ok(NodeKind::Device(_))) {
            return Ok(());
        }
        let mut offset = 0;
        loop {
            let bytes = sys.world.files.read(place, offset, PIECE_BYTES).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            offset += bytes.len() as u64;
            sys.spent += bytes.len() as u64 / 256;
            sys.world.files.append(&to, &bytes).map_err(|error| format!("write error: {}", error.message()))?;
        }
    }
}

/// `mv`
pub(crate) fn mv(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec {
        name: "mv",
        letters: "finTvt:",
        long: &[("force", 'f'), ("no-clobber", 'n')],
        usage: "mv [-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }",
        anywhere: true,
    };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut operands = options.operands.clone();
    operands.extend(options.value('t').map(SmolStr::from));
    if operands.len() < 2 {
        return usage(sys, &SPEC, "");
    }
    let Some(target) = operands.pop() else { return 1 };
    let into = into_directory(sys, &target) && !options.has('T');
    if operands.len() > 1 && !into {
        sys.err(&format!("mv: target '{target}' is not a directory\n"));
        return 1;
    }
    let mut status = 0;
    for source in operands {
        let to = if into { below(&target, base_name(&source)) } else { target.clone() };
        if options.has('n') && sys.find(&to, false).is_ok() {
            continue;
        }
        let (who, from, absolute) = (sys.who(), sys.absolute(&source), sys.absolute(&to));
        match sys.world.files.rename(&who, &from, &absolute) {
            Ok(()) => {}
            Err(FsError::CrossDevice) => {
                let mut copying = Copying { name: "mv", recursive: true, preserve: true, keep_links: true, force: true, left: MAX_ENTRIES, failed: false };
                copying.copy(sys, &source, &to, 0);
                if copying.failed {
                    status = 1;
                } else {
                    status |= super::files::rm(sys, &["-rf".into(), source.clone()]);
                }
            }
            Err(error) => {
                sys.err(&format!("mv: can't rename '{source}': {}\n", error.message()));
                status = 1;
            }
        }
    }
    status
}
