//! Small programs that make or change text.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Options, Spec, parse};
use super::printf;
use crate::kubelet::runtime::kernel::{FileId, Program, Sys};
use crate::kubelet::runtime::shell::Dialect;
use crate::kubelet::runtime::shell::escapes::unescape;
use smol_str::SmolStr;

/// `echo`, as the builtin and the program.
pub(crate) fn echo(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], dialect: Dialect) -> i32 {
    let mut newline = true;
    // dash's echo knows -n only, and always takes escapes.
    let mut escapes = dialect == Dialect::Dash;
    let mut rest = arguments;
    while let Some((first, after)) = rest.split_first() {
        let letters = first.strip_prefix('-').filter(|letters| !letters.is_empty());
        let known = letters.filter(|letters| letters.chars().all(|letter| letter == 'n' || (dialect != Dialect::Dash && matches!(letter, 'e' | 'E'))));
        let Some(letters) = known else { break };
        for letter in letters.chars() {
            match letter {
                'n' => newline = false,
                letter => escapes = letter == 'e',
            }
        }
        rest = after;
    }
    let text = rest.join(" ");
    let mut bytes = text.clone().into_bytes();
    if escapes {
        let unescaped = unescape(&text);
        newline &= !unescaped.stopped;
        bytes = unescaped.bytes;
    }
    if newline {
        bytes.push(b'\n');
    }
    match sys.write(1, &bytes) {
        Ok(()) => 0,
        Err(error) => {
            sys.err(&format!("{}: write error: {}\n", if dialect == Dialect::Ash { "sh: echo" } else { "echo" }, error.message()));
            1
        }
    }
}

/// `cat`
#[derive(Clone)]
pub(crate) struct Cat {
    number: bool,
    nonblank: bool,
    count: usize,
}

impl Cat {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "cat", letters: "nbvteAu", long: &[], usage: "cat [-nbvteA] [FILE]...", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let filter = Cat { number: options.has('n') || options.has('b'), nonblank: options.has('b'), count: 0 };
        Ok(Box::new(Filter::new("cat", &options.operands, filter)))
    }
}

impl LineFilter for Cat {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        if self.number && !(self.nonblank && line == b"\n") {
            self.count += 1;
            sys.out(&format!("{:6}\t", self.count));
        }
        match sys.write(1, line) {
            Ok(()) => More::Yes,
            Err(error) => {
                sys.err(&format!("cat: write error: {}\n", error.message()));
                More::No
            }
        }
    }

    fn cannot_open(&self, name: &str, path: &str, error: &str) -> String {
        format!("{name}: can't open '{path}': {error}\n")
    }
}

/// `head`
#[derive(Clone)]
pub(crate) struct Head {
    lines: usize,
    bytes: Option<usize>,
    left: usize,
    files: usize,
    headers: bool,
    seen: usize,
}

impl Head {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec =
            Spec { name: "head", letters: "n:c:qv", long: &[("lines=", 'n'), ("bytes=", 'c')], usage: "head [OPTIONS] [FILE]...", anywhere: true };
        let arguments = old_style_count(arguments);
        let options = parse(sys, &SPEC, &arguments)?;
        let number = |sys: &mut Sys<'_, '_>, text: &str| {
            super::options::number(text).map(|number| number as usize).ok_or_else(|| {
                sys.err(&format!("head: invalid number '{text}'\n"));
                1
            })
        };
        let lines = options.value('n').map(|text| number(sys, text)).transpose()?.unwrap_or(10);
        let bytes = options.value('c').map(|text| number(sys, text)).transpose()?;
        let files = options.operands.len();
        let headers = (files > 1 && !options.has('q')) || options.has('v');
        Ok(Box::new(Filter::new("head", &options.operands, Head { lines, bytes, left: 0, files, headers, seen: 0 })))
    }
}

/// `-5` for `-n 5`.
pub(super) fn old_style_count(arguments: &[SmolStr]) -> Vec<SmolStr> {
    let mut out: Vec<SmolStr> = Vec::new();
    for argument in arguments {
        let count = argument.strip_prefix('-').filter(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
        match count {
            Some(count) if !out.last().is_some_and(|last| last == "-n" || last == "-c") => out.extend(["-n".into(), count.into()]),
            _ => out.push(argument.clone()),
        }
    }
    out
}

impl LineFilter for Head {
    fn file(&mut self, name: &str, sys: &mut Sys<'_, '_>) {
        self.left = self.bytes.unwrap_or(self.lines);
        if self.headers {
            let gap = if self.seen > 0 { "\n" } else { "" };
            sys.out(&format!("{gap}==> {} <==\n", if name == "-" { "standard input" } else { name }));
        }
        self.seen += 1;
    }

    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        if self.left > 0 {
            let count = if self.bytes.is_some() { line.len().min(self.left) } else { line.len() };
            let _ = sys.write(1, &line[..count]);
            self.left -= if self.bytes.is_some() { count } else { 1 };
        }
        match (self.left, self.files) {
            (0, 0 | 1) => More::No,
            (0, _) => More::NextFile,
            _ => More::Yes,
        }
    }
}

/// `wc`
#[derive(Clone)]
pub(crate) struct Count {
    which: Options,
    name: String,
    now: [u64; 3],
    total: [u64; 3],
    files: usize,
}

impl Count {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec =
            Spec { name: "wc", letters: "cmlwL", long: &[("lines", 'l'), ("words", 'w'), ("bytes", 'c')], usage: "wc [-cmlwL] [FILE]...", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let files = options.operands.clone();
        Ok(Box::new(Filter::new("wc", &files, Count { which: options, name: String::new(), now: [0; 3], total: [0; 3], files: files.len() })))
    }

    fn print(&self, counts: [u64; 3], name: &str, sys: &mut Sys<'_, '_>) {
        let wanted = [self.which.has('l'), self.which.has('w'), self.which.has('c') || self.which.has('m')];
        let all = !wanted.iter().any(|wanted| *wanted);
        let shown: Vec<u64> = counts.iter().zip(wanted).filter(|(_, wanted)| all || *wanted).map(|(count, _)| *count).collect();
        let numbers: Vec<String> = shown.iter().map(|count| if shown.len() > 1 { format!("{count:9}") } else { count.to_string() }).collect();
        let name = if name == "-" && self.files == 0 { String::new() } else { format!(" {name}") };
        sys.out(&format!("{}{name}\n", numbers.join(" ")));
    }
}

impl LineFilter for Count {
    fn file(&mut self, name: &str, _sys: &mut Sys<'_, '_>) {
        self.name = name.to_owned();
        self.now = [0; 3];
    }

    fn line(&mut self, line: &[u8], _sys: &mut Sys<'_, '_>) -> More {
        self.now[0] += u64::from(line.ends_with(b"\n"));
        self.now[1] += line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count() as u64;
        self.now[2] += line.len() as u64;
        More::Yes
    }

    fn file_end(&mut self, sys: &mut Sys<'_, '_>) {
        self.print(self.now, &self.name, sys);
        for (total, now) in self.total.iter_mut().zip(self.now) {
            *total += now;
        }
    }

    fn end(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> i32 {
        if self.files > 1 {
            self.print(self.total, "total", sys);
        }
        status
    }
}

/// `tee`
#[derive(Clone)]
pub(crate) struct Tee {
    fds: Vec<u32>,
}

impl Tee {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "tee", letters: "ai", long: &[("append", 'a')], usage: "tee [-ai] [FILE]...", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let mut fds = vec![1];
        for path in &options.operands {
            match sys.open_write(path, options.has('a')) {
                Ok(file) => {
                    let fd = 10 + fds.len() as u32;
                    let file: FileId = file;
                    sys.set_fd(fd, file);
                    fds.push(fd);
                }
                Err(error) => sys.err(&format!("tee: {path}: {}\n", error.message())),
            }
        }
        let failed = fds.len() <= options.operands.len();
        Ok(Box::new(Filter::new("tee", &[], Tee { fds: if failed && fds.is_empty() { vec![1] } else { fds } })))
    }
}

impl LineFilter for Tee {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        for fd in &self.fds {
            let _ = sys.write(*fd, line);
        }
        More::Yes
    }
}

/// `rev`, `nl`, `fold`: a line in, a line out.
#[derive(Clone)]
pub(crate) struct Each {
    change: fn(&str, usize) -> String,
    count: usize,
}

impl Each {
    pub fn rev(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        Ok(Box::new(Filter::new("rev", arguments, Each { change: |line, _| line.chars().rev().collect(), count: 0 })))
    }

    pub fn nl(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let files: Vec<SmolStr> = arguments.iter().filter(|argument| !argument.starts_with('-')).cloned().collect();
        Ok(Box::new(Filter::new(
            "nl",
            &files,
            Each { change: |line, count| if line.is_empty() { "       ".into() } else { format!("{count:6}\t{line}") }, count: 0 },
        )))
    }
}

impl LineFilter for Each {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let text = text_of(line);
        self.count += usize::from(!text.is_empty());
        let newline = if line.ends_with(b"\n") { "\n" } else { "" };
        sys.out(&format!("{}{newline}", (self.change)(&text, self.count)));
        More::Yes
    }
}

/// The program `printf`.
pub(crate) fn printf_program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    printf::printf(sys, arguments, "printf")
}
