//! `dd`, `df`, `du`, `free`, `truncate`.

use super::list::{blocks, human};
use super::options::{Spec, number, parse};
use super::paths::below;
use crate::kubelet::runtime::fs::NodeKind;
use crate::kubelet::runtime::kernel::{Flow, Program, Read, Sys, Wait};
use smol_str::SmolStr;

/// What a node's disk and memory are shown as.
const DISK_KIB: u64 = 100 << 20;
const MEMORY_KIB: u64 = 8 << 20;
/// Files that one `du` looks at.
const MAX_ENTRIES: usize = 100_000;
const INPUT_FD: u32 = 31;
const OUTPUT_FD: u32 = 32;

/// `dd`
#[derive(Clone)]
pub(crate) struct Copy {
    block: u64,
    count: Option<u64>,
    input: u32,
    output: u32,
    taken: u64,
    quiet: bool,
}

impl Copy {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let mut dd = Copy { block: 512, count: None, input: 0, output: 1, taken: 0, quiet: false };
        let (mut input, mut output, mut append) = (None, None, false);
        for argument in arguments {
            let Some((key, value)) = argument.split_once('=') else {
                sys.err(&format!("dd: invalid argument '{argument}'\n"));
                return Err(1);
            };
            match key {
                "if" => input = Some(value.to_owned()),
                "of" => output = Some(value.to_owned()),
                "bs" | "ibs" | "obs" | "count" => {
                    let Some(value) = number(value) else {
                        sys.err(&format!("dd: invalid number '{value}'\n"));
                        return Err(1);
                    };
                    if key == "count" { dd.count = Some(value) } else { dd.block = value.max(1) }
                }
                "status" => dd.quiet = value == "none",
                "conv" | "oflag" => append |= value.contains("append"),
                _ => {}
            }
        }
        if let Some(path) = input {
            let file = sys.open_read(&path).map_err(|error| {
                sys.err(&format!("dd: can't open '{path}': {}\n", error.message()));
                1
            })?;
            sys.set_fd(INPUT_FD, file);
            dd.input = INPUT_FD;
        }
        if let Some(path) = output {
            let file = sys.open_write(&path, append).map_err(|error| {
                sys.err(&format!("dd: can't open '{path}': {}\n", error.message()));
                1
            })?;
            sys.set_fd(OUTPUT_FD, file);
            dd.output = OUTPUT_FD;
        }
        Ok(Box::new(dd))
    }

    fn finish(&self, status: i32, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.quiet {
            let (whole, part) = (self.taken / self.block, u64::from(!self.taken.is_multiple_of(self.block)));
            let size = if self.taken >= 1024 { format!(" ({}B)", human(self.taken)) } else { String::new() };
            sys.err(&format!("{whole}+{part} records in\n{whole}+{part} records out\n{} bytes{size} copied, 0.000000 seconds, 0B/s\n", self.taken));
        }
        Flow::Exit(status)
    }

    fn fail(&self, error: crate::kubelet::runtime::fs::FsError, sys: &mut Sys<'_, '_>) -> Flow {
        sys.err(&format!("dd: error writing '{}': {}\n", if self.output == 1 { "standard output" } else { "output" }, error.message()));
        self.finish(1, sys)
    }
}

impl Program for Copy {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let limit = self.count.map(|count| count.saturating_mul(self.block));
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.taken));
        if left == 0 {
            return self.finish(0, sys);
        }
        if sys.reads_zeros(self.input) && (self.output == OUTPUT_FD || limit.is_some()) {
            // Zeros take no room, so that a big file is made at once; without a count it fills the disk.
            let piece = if self.output == OUTPUT_FD { left.min(64 << 20) } else { left.min(32_768) };
            if let Err(error) = sys.write_zeros(self.output, piece) {
                return self.fail(error, sys);
            }
            self.taken += piece;
            return Flow::More;
        }
        match sys.read(self.input) {
            Read::Block => Flow::Wait(Wait::Input(self.input)),
            Read::Data(mut bytes) => {
                bytes.truncate(left.min(bytes.len() as u64) as usize);
                self.taken += bytes.len() as u64;
                match sys.write(self.output, &bytes) {
                    Ok(()) => Flow::More,
                    Err(error) => self.fail(error, sys),
                }
            }
            Read::End => self.finish(0, sys),
            Read::Failed(error) => {
                sys.err(&format!("dd: error reading: {}\n", error.message()));
                self.finish(1, sys)
            }
        }
    }
}

/// `df`
pub(crate) fn df(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "df", letters: "PkmhTai", long: &[], usage: "df [-PkmhTai] [-B SIZE] [-t TYPE] [FILESYSTEM]...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    let paths: Vec<SmolStr> = if options.operands.is_empty() {
        std::iter::once("/".into()).chain(sys.world.files.view.mounts().iter().map(|mount| mount.path.clone())).collect()
    } else {
        options.operands.clone()
    };
    sys.out(if options.has('h') {
        "Filesystem                Size      Used Available Use% Mounted on\n"
    } else {
        "Filesystem           1K-blocks      Used Available Use% Mounted on\n"
    });
    for path in paths {
        let (place, real) = match sys.find(&path, true) {
            Ok(found) => found,
            Err(error) => {
                sys.err(&format!("df: {path}: {}\n", error.message()));
                status = 1;
                continue;
            }
        };
        let mount = sys
            .world
            .files
            .view
            .mounts()
            .iter()
            .filter(|mount| real == mount.path || real.starts_with(&format!("{}/", mount.path)))
            .max_by_key(|mount| mount.path.len())
            .map_or("/".into(), |mount| mount.path.clone());
        let (device, total_kib, used_kib) = match sys.world.files.volume_of(&place) {
            Some((_, volume)) => {
                let device = if volume.device.is_empty() { "/dev/vda1".into() } else { volume.device.clone() };
                (device, volume.capacity_bytes.map_or(DISK_KIB, |bytes| bytes / 1024), volume.tree.used_bytes().div_ceil(1024))
            }
            None => ("overlay".into(), DISK_KIB, sys.world.files.view.root.used_bytes().div_ceil(1024)),
        };
        let free_kib = total_kib.saturating_sub(used_kib);
        let percent = (used_kib * 100).div_ceil(total_kib.max(1));
        let show = |kib: u64| if options.has('h') { human(kib * 1024) } else { kib.to_string() };
        sys.out(&format!("{device:20} {:>9} {:>9} {:>9} {percent:3}% {mount}\n", show(total_kib), show(used_kib), show(free_kib)));
    }
    status
}

/// `du`
pub(crate) fn du(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "du", letters: "aHLdclsxhmkb", long: &[], usage: "du [-aHLdclsxhmk] [FILE]...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let operands = if options.operands.is_empty() { vec![SmolStr::new_static(".")] } else { options.operands.clone() };
    let mut status = 0;
    for path in operands {
        let mut left = MAX_ENTRIES;
        let mut lines = Vec::new();
        match usage_of(sys, &path, options.has('a'), &mut left, &mut lines, 0) {
            Some(_) => {
                if options.has('s') {
                    lines.drain(..lines.len().saturating_sub(1));
                }
                for (kib, path) in lines {
                    let size = if options.has('h') {
                        human(kib * 1024)
                    } else if options.has('m') {
                        kib.div_ceil(1024).to_string()
                    } else {
                        kib.to_string()
                    };
                    sys.out(&format!("{size}\t{path}\n"));
                }
            }
            None => {
                sys.err(&format!("du: {path}: No such file or directory\n"));
                status = 1;
            }
        }
    }
    status
}

fn usage_of(sys: &Sys<'_, '_>, path: &str, all: bool, left: &mut usize, lines: &mut Vec<(u64, SmolStr)>, depth: usize) -> Option<u64> {
    let (place, _) = sys.find(path, false).ok()?;
    let node = sys.world.files.node(&place).ok()?;
    let mut kib = blocks(node) / 2;
    *left = left.saturating_sub(1);
    if let NodeKind::Directory(entries) = &node.kind
        && *left > 0
        && depth < 200
    {
        for name in entries.keys() {
            kib += usage_of(sys, &below(path, name), all, left, lines, depth + 1).unwrap_or(0);
        }
    }
    if node.is_dir() || all || depth == 0 {
        lines.push((kib, path.into()));
    }
    Some(kib)
}

/// `free`
pub(crate) fn free(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let divide = |kib: u64| match arguments.first().map(SmolStr::as_str) {
        Some("-m") => (kib / 1024).to_string(),
        Some("-g") => (kib >> 20).to_string(),
        Some("-h") => human(kib * 1024),
        _ => kib.to_string(),
    };
    let used = MEMORY_KIB / 8;
    sys.out(&format!(
        "              total        used        free      shared  buff/cache   available\nMem:    {:>11} {:>11} {:>11} {:>11} {:>11} {:>11}\nSwap:   {:>11} {:>11} {:>11}\n",
        divide(MEMORY_KIB), divide(used), divide(MEMORY_KIB - 2 * used), divide(0), divide(used), divide(MEMORY_KIB - used), divide(0), divide(0), divide(0)
    ));
    0
}

/// `truncate`
pub(crate) fn truncate(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec { name: "truncate", letters: "cs:", long: &[("size=", 's')], usage: "truncate [-c] -s SIZE FILE...", anywhere: true };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let Some(size) = options.value('s').and_then(number) else {
        sys.err("truncate: invalid size\n");
        return 1;
    };
    for path in &options.operands {
        let result = sys.open_write(path, false).and_then(|file| {
            sys.set_fd(OUTPUT_FD, file);
            let written = sys.write_zeros(OUTPUT_FD, size);
            sys.close_fd(OUTPUT_FD);
            written
        });
        if let Err(error) = result {
            sys.err(&format!("truncate: {path}: {}\n", error.message()));
            return 1;
        }
    }
    0
}
