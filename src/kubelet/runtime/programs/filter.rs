//! Programs that read files or standard input line by line.

use crate::kubelet::runtime::kernel::{Flow, Program, Read, Sys, Wait};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// Lines that are dealt with before another process has its turn.
const LINES_A_TURN: usize = 200;
/// The file descriptor of the file that is read.
const FILE_FD: u32 = 3;

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More {
    Yes,
    /// The rest of this file doesn't matter.
    NextFile,
    /// It has seen enough.
    No,
}

/// What is done with lines.
pub(crate) trait LineFilter: Send + Sync + 'static {
    /// A line with its newline (the last one may have none).
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More;

    /// The next file begins; `-` is standard input.
    fn file(&mut self, _name: &str, _sys: &mut Sys<'_, '_>) {}

    /// A file has ended.
    fn file_end(&mut self, _sys: &mut Sys<'_, '_>) {}

    /// Everything has been read: the exit code, given the one for files that couldn't be read.
    fn end(&mut self, status: i32, _sys: &mut Sys<'_, '_>) -> i32 {
        status
    }

    /// What is said about a file that can't be read.
    fn cannot_open(&self, name: &str, path: &str, error: &str) -> String {
        format!("{name}: {path}: {error}\n")
    }

    /// The exit code when a file couldn't be read.
    fn failure(&self) -> i32 {
        1
    }
}

/// A program made of a filter.
#[derive(Clone)]
pub(crate) struct Filter<F> {
    reading: Reading,
    filter: F,
}

/// How far the files have been read.
#[derive(Clone)]
struct Reading {
    name: &'static str,
    files: VecDeque<SmolStr>,
    open: Option<u32>,
    status: i32,
}

impl<F> Filter<F> {
    /// Reads these files, or standard input where there are none.
    pub fn new(name: &'static str, files: &[SmolStr], filter: F) -> Filter<F> {
        let files = if files.is_empty() { VecDeque::from([SmolStr::new_static("-")]) } else { files.iter().cloned().collect() };
        Filter { reading: Reading { name, files, open: None, status: 0 }, filter }
    }
}

impl<F: LineFilter + Clone> Program for Filter<F> {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        self.reading.step(&mut self.filter, sys)
    }
}

impl Reading {
    fn open_next(&mut self, filter: &mut dyn LineFilter, sys: &mut Sys<'_, '_>) -> bool {
        let Some(path) = self.files.pop_front() else { return false };
        if path == "-" {
            filter.file(&path, sys);
            self.open = Some(0);
            return true;
        }
        match sys.open_read(&path) {
            Ok(file) => {
                sys.set_fd(FILE_FD, file);
                filter.file(&path, sys);
                self.open = Some(FILE_FD);
            }
            Err(error) => {
                sys.err(&filter.cannot_open(self.name, &path, error.message()));
                self.status = filter.failure();
            }
        }
        true
    }

    fn step(&mut self, filter: &mut dyn LineFilter, sys: &mut Sys<'_, '_>) -> Flow {
        for _ in 0..LINES_A_TURN {
            let Some(fd) = self.open else {
                if !self.open_next(filter, sys) {
                    let status = filter.end(self.status, sys);
                    return Flow::Exit(status);
                }
                continue;
            };
            let more = match sys.read_line(fd) {
                Read::Block => return Flow::Wait(Wait::Input(fd)),
                Read::Data(line) => filter.line(&line, sys),
                Read::End => More::NextFile,
                Read::Failed(error) => {
                    sys.err(&format!("{}: read error: {}\n", self.name, error.message()));
                    self.status = filter.failure();
                    More::NextFile
                }
            };
            match more {
                More::Yes => {}
                More::NextFile => {
                    filter.file_end(sys);
                    self.open = None;
                }
                More::No => {
                    let status = filter.end(self.status, sys);
                    return Flow::Exit(status);
                }
            }
            if !sys.process.unwritten.is_empty() {
                return Flow::More;
            }
        }
        sys.spent += LINES_A_TURN as u64 / 4;
        Flow::More
    }
}

/// A line without its newline, as text.
pub(crate) fn text_of(line: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line))
}
