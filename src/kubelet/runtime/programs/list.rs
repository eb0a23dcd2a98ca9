//! `ls` and `stat`.

use super::options::{Options, Spec, parse};
use super::paths::below;
use crate::kubelet::runtime::clock::Civil;
use crate::kubelet::runtime::fs::{Device, Node, NodeKind};
use crate::kubelet::runtime::kernel::Sys;
use crate::value::Sort;
use smol_str::SmolStr;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Older files show their year instead of the time.
const HALF_A_YEAR_MS: u64 = 15_724_800_000;
/// Directories that `ls -R` goes into.
const MAX_DIRECTORIES: usize = 5_000;

/// `644` as bits.
pub(super) fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777)
}

/// `-rw-r--r--`
pub(crate) fn mode_text(node: &Node) -> String {
    let kind = match &node.kind {
        NodeKind::Directory(_) => 'd',
        NodeKind::Symlink(_) => 'l',
        NodeKind::Device(_) => 'c',
        NodeKind::Special => 'p',
        NodeKind::File(_) => '-',
    };
    let mut text = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = node.mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (node.mode & special != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// `1.5K`, as `ls -h`, `df -h` and `du -h` show sizes.
pub(crate) fn human(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "";
    for next in ["K", "M", "G", "T"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit.is_empty() { bytes.to_string() } else { format!("{value:.1}{unit}") }
}

/// `ls`
pub(crate) fn ls(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec {
        name: "ls",
        letters: "1AaCxdLHRFplinshrSXvctuw:gkQGU",
        long: &[("all", 'a'), ("color=", 'w'), ("full-time", 'l'), ("group-directories-first", 'G')],
        usage: "ls [-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...",
        anywhere: true,
    };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    let operands = if options.operands.is_empty() { vec![SmolStr::new_static(".")] } else { options.operands.clone() };
    let (mut files, mut directories) = (Vec::new(), Vec::new());
    for path in operands {
        let follow = !options.has('l') && !options.has('d') || options.has('L');
        let node = sys.find(&path, follow || path.ends_with('/')).and_then(|(place, _)| sys.world.files.node(&place).cloned());
        match node {
            Ok(node) if node.is_dir() && !options.has('d') => directories.push(path),
            Ok(node) => files.push((path, node)),
            Err(error) => {
                sys.err(&format!("ls: {path}: {}\n", error.message()));
                status = 1;
            }
        }
    }
    order(&mut files, &options);
    let many = directories.len() > 1 || !files.is_empty() || options.has('R') || status != 0 && options.operands.len() > 1;
    print(sys, &files, &options, false);
    let mut first = files.is_empty();
    let mut count = 0;
    directories.reverse();
    while let Some(path) = directories.pop() {
        count += 1;
        if count > MAX_DIRECTORIES {
            break;
        }
        if !first {
            sys.out("\n");
        }
        first = false;
        if many {
            sys.out(&format!("{path}:\n"));
        }
        let Some(entries) = entries(sys, &path, &options) else {
            sys.err(&format!("ls: can't open '{path}': Permission denied\n"));
            status = 1;
            continue;
        };
        print(sys, &entries, &options, true);
        if options.has('R') {
            let below: Vec<SmolStr> =
                entries.iter().filter(|(name, node)| node.is_dir() && name != "." && name != "..").map(|(name, _)| below(&path, name)).collect();
            directories.extend(below.into_iter().rev());
        }
    }
    status
}

/// What is in a directory.
fn entries(sys: &Sys<'_, '_>, path: &str, options: &Options) -> Option<Vec<(SmolStr, Node)>> {
    let (place, _) = sys.find(path, true).ok()?;
    if !crate::kubelet::runtime::fs::view::allowed(&sys.process.who, sys.world.files.node(&place).ok()?, crate::kubelet::runtime::fs::view::READ) {
        return None;
    }
    let mut names: Vec<SmolStr> = sys.world.files.node(&place).ok()?.entries()?.keys().cloned().collect();
    names.retain(|name| options.has('a') || options.has('A') || !name.starts_with('.'));
    if options.has('a') {
        names.extend([".".into(), "..".into()]);
    }
    let mut entries: Vec<(SmolStr, Node)> = names
        .into_iter()
        .filter_map(|name| {
            let (place, _) = sys.find(&below(path, &name), options.has('L')).ok()?;
            Some((name, sys.world.files.node(&place).ok()?.clone()))
        })
        .collect();
    order(&mut entries, options);
    Some(entries)
}

fn order(entries: &mut [(SmolStr, Node)], options: &Options) {
    entries.order_by(|(left_name, left), (right_name, right)| {
        let by_key = if options.has('t') {
            right.modified_at_ms.cmp(&left.modified_at_ms)
        } else if options.has('S') {
            right.size_bytes().cmp(&left.size_bytes())
        } else {
            std::cmp::Ordering::Equal
        };
        by_key.then_with(|| left_name.cmp(right_name))
    });
    if options.has('r') {
        entries.reverse();
    }
}

fn print(sys: &mut Sys<'_, '_>, entries: &[(SmolStr, Node)], options: &Options, in_directory: bool) {
    let long = options.has('l') || options.has('n') || options.has('g');
    if long && in_directory {
        let blocks: u64 = entries.iter().map(|(_, node)| blocks(node) / 2).sum();
        sys.out(&format!("total {blocks}\n"));
    }
    for (name, node) in entries {
        let mut line = String::new();
        if options.has('i') {
            line.push_str(&format!("{:7} ", 1));
        }
        if long {
            line.push_str(&long_line(sys, node, options));
        }
        line.push_str(name);
        if (options.has('F') || options.has('p')) && node.is_dir() {
            line.push('/');
        } else if options.has('F') && node.mode & 0o111 != 0 && matches!(node.kind, NodeKind::File(_)) {
            line.push('*');
        } else if options.has('F') && matches!(node.kind, NodeKind::Symlink(_)) && !long {
            line.push('@');
        }
        if long && let NodeKind::Symlink(target) = &node.kind {
            line.push_str(&format!(" -> {target}"));
        }
        sys.out(&format!("{line}\n"));
    }
}

/// 512-byte blocks on disk.
pub(crate) fn blocks(node: &Node) -> u64 {
    match &node.kind {
        NodeKind::File(content) => content.len().div_ceil(4096) * 8,
        NodeKind::Directory(_) => 8,
        _ => 0,
    }
}

fn long_line(sys: &mut Sys<'_, '_>, node: &Node, options: &Options) -> String {
    let numeric = options.has('n');
    let user = if numeric { None } else { sys.user_name(node.uid) }.unwrap_or_else(|| node.uid.to_string());
    let group = if numeric { None } else { sys.group_name(node.gid) }.unwrap_or_else(|| node.gid.to_string());
    let size = match &node.kind {
        NodeKind::Device(Device::Null) => "  1,   3".into(),
        NodeKind::Device(_) => "  1,   5".into(),
        _ if options.has('h') => human(node.size_bytes()),
        _ => node.size_bytes().to_string(),
    };
    let time = Civil::from_unix_ms(node.modified_at_ms);
    let old = node.modified_at_ms + HALF_A_YEAR_MS < sys.now_ms() || node.modified_at_ms > sys.now_ms() + 60_000;
    let clock = if old { format!(" {}", time.year) } else { format!("{:02}:{:02}", time.hour, time.minute) };
    let month = MONTHS[time.month as usize - 1];
    format!("{} {:4} {user:8} {group:8} {size:>9} {month} {:2} {clock} ", mode_text(node), node.links, time.day)
}

/// `stat`
pub(crate) fn stat(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "stat", letters: "ltfc:L", long: &[("format=", 'c')], usage: "stat [-ltf] [-c FMT] FILE...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    for path in &options.operands {
        let found = sys.find(path, options.has('L')).and_then(|(place, _)| Ok((place.inode, sys.world.files.node(&place)?.clone())));
        match found {
            Ok((inode, node)) => {
                let text = stat_text(sys, path, inode, &node, options.value('c'));
                sys.out(&text);
            }
            Err(error) => {
                sys.err(&format!("stat: can't stat '{path}': {}\n", error.message()));
                status = 1;
            }
        }
    }
    status
}

fn stat_text(sys: &mut Sys<'_, '_>, path: &str, inode: u64, node: &Node, format: Option<&str>) -> String {
    let user = sys.user_name(node.uid).unwrap_or_else(|| "UNKNOWN".into());
    let group = sys.group_name(node.gid).unwrap_or_else(|| "UNKNOWN".into());
    let kind = match &node.kind {
        NodeKind::File(content) if content.is_empty() => "regular empty file",
        NodeKind::File(_) => "regular file",
        NodeKind::Directory(_) => "directory",
        NodeKind::Symlink(_) => "symbolic link",
        NodeKind::Device(_) => "character special file",
        NodeKind::Special => "fifo",
    };
    let time = Civil::from_unix_ms(node.modified_at_ms);
    let stamp = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}000000 +0000",
        time.year, time.month, time.day, time.hour, time.minute, time.second, time.millisecond
    );
    let Some(format) = format else {
        let name = match &node.kind {
            NodeKind::Symlink(target) => format!("'{path}' -> '{target}'"),
            _ => path.to_owned(),
        };
        return format!(
            "  File: {name}\n  Size: {:<10}\tBlocks: {:<10} IO Block: 4096   {kind}\nDevice: fe00h/65024d\tInode: {inode:<10}  Links: {}\nAccess: ({:04o}/{})  Uid: ({:5}/{user:>8})   Gid: ({:5}/{group:>8})\nAccess: {stamp}\nModify: {stamp}\nChange: {stamp}\n",
            node.size_bytes(),
            blocks(node),
            node.links,
            node.mode,
            mode_text(node),
            node.uid,
            node.gid
        );
    };
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('a') => out.push_str(&format!("{:o}", node.mode)),
            Some('A') => out.push_str(&mode_text(node)),
            Some('U') => out.push_str(&user),
            Some('u') => out.push_str(&node.uid.to_string()),
            Some('G') => out.push_str(&group),
            Some('g') => out.push_str(&node.gid.to_string()),
            Some('s') => out.push_str(&node.size_bytes().to_string()),
            Some('n' | 'N') => out.push_str(path),
            Some('F') => out.push_str(kind),
            Some('i') => out.push_str(&inode.to_string()),
            Some('h') => out.push_str(&node.links.to_string()),
            Some('b') => out.push_str(&blocks(node).to_string()),
            Some('X' | 'Y' | 'Z') => out.push_str(&(node.modified_at_ms / 1000).to_string()),
            Some('x' | 'y' | 'z') => out.push_str(&stamp),
            Some(other) => out.push(other),
            None => out.push('%'),
        }
    }
    out.push('\n');
    out
}
