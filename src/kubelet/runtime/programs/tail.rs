//! `tail`, with `-f` and `-F`.

use super::options::{Spec, number, parse};
use super::text::old_style_count;
use crate::kubelet::runtime::fs::FsError;
use crate::kubelet::runtime::fs::view::Place;
use crate::kubelet::runtime::kernel::{Flow, Program, Read, Sys, Wait};
use smol_str::SmolStr;

/// busybox looks once a second whether a followed file has grown.
const POLL_MS: u64 = 1000;
const MAX_KEPT_BYTES: usize = 16 << 20;

/// The end of files.
#[derive(Clone)]
pub(crate) struct Tail {
    count: u64,
    /// `+N`: from there on.
    from_start: bool,
    in_bytes: bool,
    follow: bool,
    by_name: bool,
    interval_ms: u64,
    headers: bool,
    files: Vec<Followed>,
    at: usize,
    kept: Vec<u8>,
    following: bool,
    shown: Option<usize>,
    status: i32,
}

#[derive(Clone)]
struct Followed {
    path: SmolStr,
    fd: u32,
    place: Option<Place>,
    open: bool,
    offset: u64,
}

impl Tail {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "tail",
            letters: "fFn:c:qvs:",
            long: &[("follow", 'f'), ("lines=", 'n'), ("bytes=", 'c'), ("retry", 'F')],
            usage: "tail [OPTIONS] [FILE]...",
            anywhere: true,
        };
        let arguments: Vec<SmolStr> = old_style_count(arguments)
            .into_iter()
            .flat_map(|argument| match argument.strip_prefix('+').filter(|rest| rest.chars().all(|c| c.is_ascii_digit()) && !rest.is_empty()) {
                Some(_) => vec!["-n".into(), argument],
                None => vec![argument],
            })
            .collect();
        let arguments = join_counts(arguments);
        let options = parse(sys, &SPEC, &arguments)?;
        let in_bytes = options.value('c').is_some();
        let text = options.value('c').or(options.value('n')).unwrap_or("10").to_owned();
        let digits = text.trim_start_matches(['+', '-']);
        let Some(count) = number(digits) else {
            sys.err(&format!("tail: invalid number '{text}'\n"));
            return Err(1);
        };
        let by_name = options.has('F');
        let paths = if options.operands.is_empty() { vec![SmolStr::new_static("-")] } else { options.operands.clone() };
        let mut tail = Tail {
            count,
            from_start: text.starts_with('+'),
            in_bytes,
            follow: by_name || options.has('f'),
            by_name,
            interval_ms: options.value('s').and_then(|text| text.parse().ok()).map_or(POLL_MS, |seconds: u64| seconds.max(1) * 1000),
            headers: (paths.len() > 1 && !options.has('q')) || options.has('v'),
            files: Vec::new(),
            at: 0,
            kept: Vec::new(),
            following: false,
            shown: None,
            status: 0,
        };
        for (index, path) in paths.into_iter().enumerate() {
            tail.open(path, 20 + index as u32, sys);
        }
        if tail.files.iter().all(|file| !file.open) && !by_name {
            sys.err("tail: no files\n");
            return Err(1);
        }
        Ok(Box::new(tail))
    }

    fn open(&mut self, path: SmolStr, fd: u32, sys: &mut Sys<'_, '_>) {
        let mut file = Followed { path, fd, place: None, open: true, offset: 0 };
        if file.path == "-" {
            sys.duplicate_fd(0, fd);
        } else if let Err(error) = file.reopen(sys) {
            sys.err(&format!("tail: can't open '{}': {}\n", file.path, error.message()));
            file.open = false;
            self.status = 1;
            if !self.by_name {
                return;
            }
        }
        self.files.push(file);
    }

    fn header(&mut self, index: usize, sys: &mut Sys<'_, '_>) {
        if self.headers && self.shown != Some(index) {
            let gap = if self.shown.is_some() { "\n" } else { "" };
            let name = &self.files[index].path;
            sys.out(&format!("{gap}==> {} <==\n", if name == "-" { "standard input" } else { name }));
        }
        self.shown = Some(index);
    }

    /// Prints what is wanted of a file that was read to its end.
    fn print_kept(&mut self, sys: &mut Sys<'_, '_>) {
        let kept = std::mem::take(&mut self.kept);
        let count = self.count as usize;
        let start = match (self.in_bytes, self.from_start) {
            (true, true) => count.saturating_sub(1).min(kept.len()),
            (true, false) => kept.len().saturating_sub(count),
            (false, true) => line_starts(&kept).nth(count.saturating_sub(1)).unwrap_or(kept.len()),
            (false, false) => {
                let lines = line_starts(&kept).count();
                line_starts(&kept).nth(lines.saturating_sub(count)).unwrap_or(kept.len())
            }
        };
        let _ = sys.write(1, &kept[start..]);
    }

    fn follow(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        for index in 0..self.files.len() {
            if self.by_name {
                self.reopen_if_replaced(index, sys);
            }
            let (fd, open) = (self.files[index].fd, self.files[index].open);
            if !open {
                continue;
            }
            if sys.size_of_fd(fd).is_some_and(|size| size < self.files[index].offset) {
                sys.seek(fd, 0);
                self.files[index].offset = 0;
            }
            while let Read::Data(bytes) = sys.read(fd) {
                self.files[index].offset += bytes.len() as u64;
                self.header(index, sys);
                let _ = sys.write(1, &bytes);
                if !sys.process.unwritten.is_empty() {
                    return Flow::More;
                }
            }
        }
        Flow::Wait(Wait::Until(sys.now_ms() + self.interval_ms))
    }

    fn reopen_if_replaced(&mut self, index: usize, sys: &mut Sys<'_, '_>) {
        let current = sys.find(&self.files[index].path, true).ok().map(|(place, _)| place);
        let file = &mut self.files[index];
        if current == file.place {
            return;
        }
        if current.is_none() {
            file.open = false;
            file.place = None;
            return;
        }
        let path = file.path.clone();
        if file.reopen(sys).is_ok() {
            sys.err(&format!("tail: {path} has appeared; following end of new file\n"));
        }
    }
}

impl Followed {
    fn reopen(&mut self, sys: &mut Sys<'_, '_>) -> Result<(), FsError> {
        let file = sys.open_read(&self.path)?;
        sys.set_fd(self.fd, file);
        self.place = sys.find(&self.path, true).ok().map(|(place, _)| place);
        self.open = true;
        self.offset = 0;
        Ok(())
    }
}

/// `-n +3` keeps its sign: getopt would take `+3` for an operand nowhere, so nothing is changed but `-n+3`.
fn join_counts(arguments: Vec<SmolStr>) -> Vec<SmolStr> {
    let mut out: Vec<SmolStr> = Vec::new();
    for argument in arguments {
        if out.last().is_some_and(|last| last == "-n") && argument == "-n" {
            continue;
        }
        out.push(argument);
    }
    out
}

fn line_starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let first = (!bytes.is_empty()).then_some(0);
    let rest = bytes.iter().enumerate().filter(|(index, byte)| **byte == b'\n' && index + 1 < bytes.len()).map(|(index, _)| index + 1);
    first.into_iter().chain(rest)
}

impl Program for Tail {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if self.following {
            return self.follow(sys);
        }
        let Some(file) = self.files.get(self.at) else {
            if self.follow && !self.files.is_empty() {
                self.following = true;
                return self.follow(sys);
            }
            return Flow::Exit(self.status);
        };
        let (fd, open) = (file.fd, file.open);
        if !open {
            self.at += 1;
            return Flow::More;
        }
        match sys.read(fd) {
            Read::Block => Flow::Wait(Wait::Input(fd)),
            Read::Data(bytes) => {
                self.files[self.at].offset += bytes.len() as u64;
                self.kept.extend(bytes);
                if self.kept.len() > MAX_KEPT_BYTES && !self.from_start {
                    self.kept.drain(..MAX_KEPT_BYTES / 2);
                }
                sys.spent += 50;
                Flow::More
            }
            Read::End | Read::Failed(_) => {
                self.header(self.at, sys);
                self.print_kept(sys);
                self.at += 1;
                Flow::More
            }
        }
    }
}
