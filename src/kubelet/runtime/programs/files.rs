//! Programs that make, remove and change files.

use super::list::octal;
use super::options::{Spec, parse, usage};
use super::paths::{base_name, below, directory_name};
use crate::api::time;
use crate::kubelet::runtime::fs::{FsError, NodeKind};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// Entries that a recursive program deals with.
const MAX_ENTRIES: usize = 100_000;

/// `touch`
pub(crate) fn touch(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec {
        name: "touch",
        letters: "camhd:t:r:",
        long: &[("no-create", 'c'), ("date=", 'd')],
        usage: "touch [-cham] [-d DATE] [-t DATE] [-r FILE] FILE...",
        anywhere: true,
    };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        return usage(sys, &SPEC, "");
    }
    let mut at_ms = sys.now_ms();
    if let Some(text) = options.value('d').or(options.value('t')) {
        match super::date::parse_date(text, sys.now_ms()) {
            Some(seconds) => at_ms = time::seconds_ms(seconds),
            None => {
                sys.err(&format!("touch: invalid date '{text}'\n"));
                return 1;
            }
        }
    }
    let mut status = 0;
    for path in &options.operands {
        let who = sys.who();
        let result = match sys.find(path, true) {
            Ok((place, _)) => match sys.world.files.change(&who, &place, |node| node.modified_at_ms = at_ms) {
                Err(FsError::NotPermitted) if sys.world.files.may(&who, &place, crate::kubelet::runtime::fs::view::WRITE) => Ok(()),
                result => result,
            },
            Err(FsError::NotFound) if options.has('c') => Ok(()),
            Err(FsError::NotFound) => sys.open_write(path, true).map(|file| sys.close_file(file)),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            sys.err(&format!("touch: {path}: {}\n", error.message()));
            status = 1;
        }
    }
    status
}

/// `mkdir`
pub(crate) fn mkdir(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec =
        Spec { name: "mkdir", letters: "m:pv", long: &[("parents", 'p'), ("mode=", 'm')], usage: "mkdir [-m MODE] [-p] DIRECTORY...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if options.operands.is_empty() {
        return usage(sys, &SPEC, "");
    }
    let mode = options.value('m').and_then(octal).unwrap_or(0o777 & !sys.process.umask);
    let mut status = 0;
    for path in &options.operands {
        let result = if options.has('p') { make_all(sys, path, mode) } else { make_dir(sys, path, mode) };
        if let Err(error) = result {
            sys.err(&format!("mkdir: can't create directory '{path}': {}\n", error.message()));
            status = 1;
        }
    }
    status
}

/// Makes one directory.
pub(super) fn make_dir(sys: &mut Sys<'_, '_>, path: &str, mode: u32) -> Result<(), FsError> {
    let (who, path) = (sys.who(), sys.absolute(path));
    sys.world.files.add(&who, &path, NodeKind::Directory(Default::default()), mode).map(|_| ())
}

fn make_all(sys: &mut Sys<'_, '_>, path: &str, mode: u32) -> Result<(), FsError> {
    let mut prefix = String::new();
    for part in path.split('/') {
        prefix.push_str(part);
        if !prefix.is_empty() && !part.is_empty() {
            match sys.find(&prefix, true) {
                Ok((place, _)) if sys.world.files.node(&place)?.is_dir() => {}
                Ok(_) => return Err(FsError::Exists),
                Err(_) => make_dir(sys, &prefix, mode)?,
            }
        }
        prefix.push('/');
    }
    Ok(())
}

/// `rmdir`
pub(crate) fn rmdir(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let mut status = 0;
    for path in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        let (who, absolute) = (sys.who(), sys.absolute(path));
        let is_dir = sys.find(path, false).and_then(|(place, _)| sys.world.files.node(&place).map(|node| node.is_dir()));
        let result = match is_dir {
            Ok(true) => sys.world.files.remove(&who, &absolute),
            Ok(false) => Err(FsError::NotADirectory),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            sys.err(&format!("rmdir: '{path}': {}\n", error.message()));
            status = 1;
        }
    }
    status
}

/// `rm`
pub(crate) fn rm(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "rm", letters: "irfRv", long: &[("recursive", 'r'), ("force", 'f')], usage: "rm [-irf] FILE...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let force = options.has('f');
    if options.operands.is_empty() && !force {
        return usage(sys, &SPEC, "");
    }
    let mut status = 0;
    for path in &options.operands {
        if matches!(base_name(path), "." | ".." | "/") {
            sys.err(&format!("rm: can't remove '{path}'\n"));
            status = 1;
            continue;
        }
        let mut budget = MAX_ENTRIES;
        if remove(sys, path, options.has('r') || options.has('R'), force, &mut budget).is_err() {
            status = 1;
        }
    }
    status
}

fn remove(sys: &mut Sys<'_, '_>, path: &str, recursive: bool, force: bool, budget: &mut usize) -> Result<(), ()> {
    let (who, absolute) = (sys.who(), sys.absolute(path));
    let entries: Option<Vec<SmolStr>> =
        match sys.find(path, false).and_then(|(place, _)| Ok(sys.world.files.node(&place)?.entries().map(|entries| entries.keys().cloned().collect()))) {
            Ok(entries) => entries,
            Err(FsError::NotFound) if force => return Ok(()),
            Err(error) => {
                sys.err(&format!("rm: can't remove '{path}': {}\n", error.message()));
                return Err(());
            }
        };
    let mut result = Ok(());
    if let Some(names) = entries {
        if !recursive {
            sys.err(&format!("rm: '{path}' is a directory\n"));
            return Err(());
        }
        for name in names {
            *budget = budget.saturating_sub(1);
            if *budget == 0 {
                return Err(());
            }
            result = result.and(remove(sys, &below(path, &name), recursive, force, budget));
        }
    }
    match sys.world.files.remove(&who, &absolute) {
        Ok(()) => result,
        Err(_) if result.is_err() => result,
        Err(error) => {
            sys.err(&format!("rm: can't remove '{path}': {}\n", error.message()));
            Err(())
        }
    }
}

/// `ln`
pub(crate) fn ln(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec =
        Spec { name: "ln", letters: "sfnbtvT", long: &[("symbolic", 's'), ("force", 'f')], usage: "ln [-sfnbtv] [-S SUF] TARGET... LINK|DIR", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (targets, link) = match options.operands.as_slice() {
        [] => return usage(sys, &SPEC, ""),
        [target] => (vec![target.clone()], SmolStr::from(base_name(target))),
        [targets @ .., link] => (targets.to_vec(), link.clone()),
    };
    let into_dir = !options.has('T') && sys.find(&link, !options.has('n')).and_then(|(place, _)| Ok(sys.world.files.node(&place)?.is_dir())).unwrap_or(false);
    let mut status = 0;
    for target in targets {
        let path = if into_dir { below(&link, base_name(&target)) } else { link.clone() };
        let (who, absolute) = (sys.who(), sys.absolute(&path));
        if options.has('f') {
            let _ = sys.world.files.remove(&who, &absolute);
        }
        let result = if options.has('s') {
            sys.world.files.add(&who, &absolute, NodeKind::Symlink(target.clone()), 0o777).map(|_| ())
        } else {
            let target = sys.absolute(&target);
            sys.world.files.link(&who, &target, &absolute)
        };
        if let Err(error) = result {
            sys.err(&format!("ln: {path}: {}\n", error.message()));
            status = 1;
        }
    }
    status
}

/// A path and everything below it.
fn tree(sys: &Sys<'_, '_>, path: &str, recursive: bool) -> Vec<SmolStr> {
    let mut all = vec![SmolStr::from(path)];
    let mut at = 0;
    while recursive && at < all.len() && all.len() < MAX_ENTRIES {
        let here = all[at].clone();
        if let Ok((place, _)) = sys.find(&here, false)
            && let Some(entries) = sys.world.files.node(&place).ok().and_then(|node| node.entries())
        {
            all.extend(entries.keys().map(|name| below(&here, name)));
        }
        at += 1;
    }
    all
}

/// `chmod`
pub(crate) fn chmod(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "chmod", letters: "", long: &[], usage: "chmod [-Rcvf] MODE[,MODE]... FILE...", anywhere: true };
    let recursive = arguments.iter().any(|argument| argument == "-R" || argument == "--recursive");
    let operands: Vec<&SmolStr> = arguments.iter().filter(|argument| !matches!(argument.as_str(), "-R" | "--recursive" | "-c" | "-v" | "-f" | "-Rf")).collect();
    let [mode, paths @ ..] = operands.as_slice() else { return usage(sys, &SPEC, "") };
    if paths.is_empty() {
        return usage(sys, &SPEC, "");
    }
    if change_mode(mode, 0, false, 0).is_none() {
        sys.err(&format!("chmod: invalid mode '{mode}'\n"));
        return 1;
    }
    let umask = sys.process.umask;
    change_all(sys, "chmod", paths, recursive, |node| node.mode = change_mode(mode, node.mode, node.is_dir(), umask).unwrap_or(node.mode))
}

/// The mode that `u+x`, `go-w`, `755` make of another one.
fn change_mode(text: &str, mode: u32, is_dir: bool, umask: u32) -> Option<u32> {
    if let Some(mode) = octal(text) {
        return Some(mode);
    }
    let mut result = mode;
    for clause in text.split(',') {
        let position = clause.find(['+', '-', '='])?;
        let (who, rest) = clause.split_at(position);
        let mut mask = who.chars().try_fold(0u32, |mask, letter| {
            Some(
                mask | match letter {
                    'u' => 0o4700,
                    'g' => 0o2070,
                    'o' => 0o0007,
                    'a' => 0o7777,
                    _ => return None,
                },
            )
        })?;
        if mask == 0 {
            mask = 0o7777 & !umask;
        }
        let operator = rest.chars().next()?;
        let bits = rest[1..].chars().try_fold(0u32, |bits, letter| {
            Some(
                bits | match letter {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    'X' if is_dir || mode & 0o111 != 0 => 0o111,
                    'X' => 0,
                    's' => 0o6000,
                    't' => 0o1000,
                    _ => return None,
                },
            )
        })?;
        let bits = bits & (mask | 0o1000);
        result = match operator {
            '+' => result | bits,
            '-' => result & !bits,
            _ => (result & !(mask & 0o777)) | bits,
        };
    }
    Some(result)
}

fn change_all(sys: &mut Sys<'_, '_>, name: &str, paths: &[&SmolStr], recursive: bool, change: impl Fn(&mut crate::kubelet::runtime::fs::Node)) -> i32 {
    let mut status = 0;
    for path in paths {
        for path in tree(sys, path, recursive) {
            let who = sys.who();
            let result = sys.find(&path, true).and_then(|(place, _)| sys.world.files.change(&who, &place, &change));
            if let Err(error) = result {
                sys.err(&format!("{name}: {path}: {}\n", error.message()));
                status = 1;
            }
        }
    }
    status
}

/// `chown` and `chgrp`
pub(crate) fn chown(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    change_owner(sys, arguments, "chown")
}

/// `chgrp`
pub(crate) fn chgrp(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    change_owner(sys, arguments, "chgrp")
}

fn change_owner(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], name: &'static str) -> i32 {
    let recursive = arguments.iter().any(|argument| argument.starts_with('-') && argument.contains('R'));
    let operands: Vec<&SmolStr> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let [owner, paths @ ..] = operands.as_slice() else {
        sys.err(&format!("BusyBox v1.37.0 () multi-call binary.\n\nUsage: {name} [-Rh]... OWNER[<.|:>[GROUP]] FILE...\n"));
        return 1;
    };
    let (user, group) = match owner.split_once([':', '.']) {
        _ if name == "chgrp" => ("", owner.as_str()),
        Some((user, group)) => (user, group),
        None => (owner.as_str(), ""),
    };
    let id = |sys: &mut Sys<'_, '_>, database: &str, text: &str, what: &str| match text {
        "" => Ok(None),
        text => sys.id_of(database, text).map(Some).ok_or_else(|| {
            sys.err(&format!("{name}: unknown {what} {text}\n"));
        }),
    };
    let (Ok(uid), Ok(gid)) = (id(sys, "/etc/passwd", user, "user"), id(sys, "/etc/group", group, "group")) else { return 1 };
    let mut status = 0;
    for path in paths {
        for path in tree(sys, path, recursive) {
            let who = sys.who();
            let result = sys.find(&path, true).and_then(|(place, _)| {
                let node = sys.world.files.node(&place)?;
                let own_group = gid.is_none_or(|gid| gid == who.gid || who.groups.contains(&gid));
                if who.uid != 0 && (uid.is_some_and(|uid| uid != node.uid) || !own_group) {
                    return Err(FsError::NotPermitted);
                }
                sys.world.files.change(&who, &place, |node| {
                    node.uid = uid.unwrap_or(node.uid);
                    node.gid = gid.unwrap_or(node.gid);
                })
            });
            if let Err(error) = result {
                sys.err(&format!("{name}: {path}: {}\n", error.message()));
                status = 1;
            }
        }
    }
    status
}

/// `mktemp`
pub(crate) fn mktemp(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "mktemp", letters: "dqtup:", long: &[("directory", 'd')], usage: "mktemp [-dt] [-p DIR] [TEMPLATE]", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let template = options.operands.first().cloned().unwrap_or_else(|| "tmp.XXXXXX".into());
    let in_temp = options.operands.is_empty() || options.has('t') || options.has('p');
    let directory = options.value('p').map(SmolStr::from).or_else(|| sys.env("TMPDIR").cloned()).unwrap_or_else(|| "/tmp".into());
    let pattern = if in_temp { below(&directory, &template) } else { template };
    let stem = pattern.trim_end_matches('X');
    if pattern.len() - stem.len() < 6 {
        sys.err(&format!("mktemp: {pattern}: Invalid argument\n"));
        return 1;
    }
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let suffix: String = (0..pattern.len() - stem.len()).map(|_| char::from(LETTERS[(sys.random() >> 20) as usize % LETTERS.len()])).collect();
    let path = format!("{stem}{suffix}");
    let (who, absolute) = (sys.who(), sys.absolute(&path));
    let (kind, mode) = if options.has('d') { (NodeKind::Directory(Default::default()), 0o700) } else { (NodeKind::File(Default::default()), 0o600) };
    match sys.world.files.add(&who, &absolute, kind, mode) {
        Ok(_) => {
            sys.out(&format!("{path}\n"));
            0
        }
        Err(error) => {
            sys.err(&format!("mktemp: {pattern}: {}\n", error.message()));
            1
        }
    }
}

/// `readlink`
pub(crate) fn readlink(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let canonical = arguments.iter().any(|argument| argument.starts_with('-') && argument.contains('f'));
    let Some(path) = arguments.iter().find(|argument| !argument.starts_with('-')) else { return 1 };
    if canonical {
        return realpath(sys, std::slice::from_ref(path));
    }
    let target = sys.find(path, false).ok().and_then(|(place, _)| match &sys.world.files.node(&place).ok()?.kind {
        NodeKind::Symlink(target) => Some(target.clone()),
        _ => None,
    });
    match target {
        Some(target) => {
            sys.out(&format!("{target}\n"));
            0
        }
        None => 1,
    }
}

/// `realpath`
pub(crate) fn realpath(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let mut status = 0;
    for path in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        // Only the last part may be missing.
        let found = sys.find(path, true).map(|(_, real)| real).or_else(|error| match error {
            FsError::NotFound => sys.find(directory_name(path), true).map(|(_, directory)| below(&directory, base_name(path))),
            error => Err(error),
        });
        match found {
            Ok(real) => sys.out(&format!("{real}\n")),
            Err(error) => {
                sys.err(&format!("realpath: {path}: {}\n", error.message()));
                status = 1;
            }
        }
    }
    status
}

/// `basename`
pub(crate) fn basename(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let Some(path) = arguments.first() else {
        sys.err("BusyBox v1.37.0 () multi-call binary.\n\nUsage: basename FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...\n");
        return 1;
    };
    let name = base_name(path);
    let suffix = arguments.get(1).map(SmolStr::as_str).unwrap_or("");
    let name = name.strip_suffix(suffix).filter(|stem| !stem.is_empty()).unwrap_or(name);
    sys.out(&format!("{name}\n"));
    0
}

/// `dirname`
pub(crate) fn dirname(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    match arguments.first() {
        Some(path) => {
            sys.out(&format!("{}\n", directory_name(path)));
            0
        }
        None => 1,
    }
}
