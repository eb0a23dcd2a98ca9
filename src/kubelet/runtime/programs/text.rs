//! Small programs that make or change text.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Options, Spec, parse, usage};
use super::printf;
use crate::kubelet::runtime::kernel::{FileId, Flow, Program, Sys};
use crate::kubelet::runtime::shell::Dialect;
use crate::kubelet::runtime::shell::escapes::unescape;
use smol_str::SmolStr;

/// What `sort`, `tac` and the like keep in memory at most.
const MAX_KEPT_BYTES: usize = 16 << 20;

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

/// `sort`, `tac`, `shuf`: what needs all lines before it prints the first.
#[derive(Clone)]
pub(crate) struct Whole {
    kind: WholeKind,
    lines: Vec<String>,
    bytes: usize,
}

#[derive(Clone)]
enum WholeKind {
    Sort { options: Options },
    Reverse,
    Shuffle,
}

impl Whole {
    pub fn sort(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "sort",
            letters: "nrughfbdck:t:o:sMVz",
            long: &[("reverse", 'r'), ("unique", 'u'), ("numeric-sort", 'n')],
            usage: "sort [-nrughMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]]] [-t CHAR] [FILE]...",
            anywhere: true,
        };
        let options = parse(sys, &SPEC, arguments)?;
        let files = options.operands.clone();
        Ok(Box::new(Filter::new("sort", &files, Whole { kind: WholeKind::Sort { options }, lines: Vec::new(), bytes: 0 })))
    }

    pub fn tac(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        Ok(Box::new(Filter::new("tac", arguments, Whole { kind: WholeKind::Reverse, lines: Vec::new(), bytes: 0 })))
    }

    pub fn shuf(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let files: Vec<SmolStr> = arguments.iter().filter(|argument| !argument.starts_with('-')).cloned().collect();
        Ok(Box::new(Filter::new("shuf", &files, Whole { kind: WholeKind::Shuffle, lines: Vec::new(), bytes: 0 })))
    }
}

impl LineFilter for Whole {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        self.bytes += line.len();
        if self.bytes > MAX_KEPT_BYTES {
            sys.err("out of memory\n");
            return More::No;
        }
        self.lines.push(text_of(line).into_owned());
        More::Yes
    }

    fn end(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> i32 {
        match &self.kind {
            WholeKind::Sort { options } => sort_lines(&mut self.lines, options),
            WholeKind::Reverse => self.lines.reverse(),
            WholeKind::Shuffle => {
                for index in (1..self.lines.len()).rev() {
                    let other = (sys.random() % (index as u64 + 1)) as usize;
                    self.lines.swap(index, other);
                }
            }
        }
        let text: String = self.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        sys.out(&text);
        status
    }
}

fn sort_lines(lines: &mut Vec<String>, options: &Options) {
    let keys: Vec<Key> = options.values('k').into_iter().map(|text| Key::parse(text, options.value('t').and_then(|text| text.chars().next()))).collect();
    let (numeric, fold, reverse) = (options.has('n') || options.has('g') || options.has('h'), options.has('f'), options.has('r'));
    let compare = |left: &str, right: &str, numeric: bool| {
        if numeric {
            let number = |text: &str| leading_number(text);
            return number(left).total_cmp(&number(right));
        }
        if fold { left.to_lowercase().cmp(&right.to_lowercase()) } else { left.cmp(right) }
    };
    let order = |left: &String, right: &String| {
        for key in &keys {
            let ordering = compare(key.of(left), key.of(right), numeric || key.numeric);
            let ordering = if key.reverse { ordering.reverse() } else { ordering };
            if ordering.is_ne() {
                return ordering;
            }
        }
        if keys.is_empty() && numeric {
            compare(left, right, true).then_with(|| left.cmp(right))
        } else if keys.is_empty() {
            compare(left, right, false)
        } else {
            left.cmp(right)
        }
    };
    lines.sort_by(|left, right| if reverse { order(right, left) } else { order(left, right) });
    if options.has('u') {
        lines.dedup_by(|left, right| {
            if keys.is_empty() && !numeric && !fold {
                left == right
            } else {
                keys.iter().all(|key| compare(key.of(left), key.of(right), numeric || key.numeric).is_eq())
                    && (!keys.is_empty() || compare(left, right, numeric).is_eq())
            }
        });
    }
}

fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let length = text.char_indices().take_while(|(index, c)| c.is_ascii_digit() || *c == '.' || (*index == 0 && *c == '-')).count();
    text[..length].parse().unwrap_or(0.0)
}

struct Key {
    first: usize,
    last: usize,
    separator: Option<char>,
    numeric: bool,
    reverse: bool,
}

impl Key {
    fn parse(text: &str, separator: Option<char>) -> Key {
        let (first, last) = text.split_once(',').map_or((text, None), |(first, last)| (first, Some(last)));
        let field = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(1usize);
        Key { first: field(first).max(1), last: last.map_or(usize::MAX, field), separator, numeric: text.contains('n'), reverse: text.contains('r') }
    }

    fn of<'l>(&self, line: &'l str) -> &'l str {
        let mut bounds = Vec::new();
        match self.separator {
            Some(separator) => {
                let mut start = 0;
                for (index, c) in line.char_indices().filter(|(_, c)| *c == separator) {
                    bounds.push((start, index));
                    start = index + c.len_utf8();
                }
                bounds.push((start, line.len()));
            }
            None => {
                let mut start = None;
                for (index, c) in line.char_indices() {
                    match (c.is_whitespace(), start) {
                        (false, None) => start = Some(index),
                        (true, Some(begin)) => {
                            bounds.push((begin, index));
                            start = None;
                        }
                        _ => {}
                    }
                }
                bounds.extend(start.map(|start| (start, line.len())));
            }
        }
        let start = bounds.get(self.first - 1).map_or(line.len(), |(start, _)| *start);
        let end = bounds.get(self.last.saturating_sub(1)).map_or(line.len(), |(_, end)| *end);
        line.get(start..end.max(start)).unwrap_or("")
    }
}

/// `uniq`
#[derive(Clone)]
pub(crate) struct Unique {
    options: Options,
    last: Option<(String, u64)>,
}

impl Unique {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec =
            Spec { name: "uniq", letters: "cduif:s:w:", long: &[("count", 'c')], usage: "uniq [-cduiz] [-f,s,w N] [FILE [OUTFILE]]", anywhere: true };
        let options = parse(sys, &SPEC, arguments)?;
        let files: Vec<SmolStr> = options.operands.iter().take(1).cloned().collect();
        Ok(Box::new(Filter::new("uniq", &files, Unique { options, last: None })))
    }

    fn print(&mut self, sys: &mut Sys<'_, '_>) {
        let Some((line, count)) = self.last.take() else { return };
        let unwanted = if count == 1 { self.options.has('d') } else { self.options.has('u') };
        if !unwanted {
            let prefix = if self.options.has('c') { format!("{count:7} ") } else { String::new() };
            sys.out(&format!("{prefix}{line}\n"));
        }
    }
}

impl LineFilter for Unique {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let text = text_of(line).into_owned();
        let same = |left: &str, right: &str| if self.options.has('i') { left.eq_ignore_ascii_case(right) } else { left == right };
        match &mut self.last {
            Some((last, count)) if same(last, &text) => *count += 1,
            _ => {
                self.print(sys);
                self.last = Some((text, 1));
            }
        }
        More::Yes
    }

    fn end(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> i32 {
        self.print(sys);
        status
    }
}

/// `cut`
#[derive(Clone)]
pub(crate) struct Cut {
    options: Options,
    ranges: Vec<(usize, usize)>,
}

impl Cut {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "cut",
            letters: "b:c:f:d:sno:D",
            long: &[("output-delimiter=", 'o')],
            usage: "cut {-b|c LIST | -f LIST [-d SEP] [-s] [-D]} [-O SEP] [FILE]...",
            anywhere: true,
        };
        let options = parse(sys, &SPEC, arguments)?;
        let list = options.value('f').or(options.value('c')).or(options.value('b'));
        let Some(list) = list else { return Err(usage(sys, &SPEC, "expected a list of bytes, characters, or fields")) };
        let mut ranges = Vec::new();
        for range in list.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let first = if first.is_empty() { 1 } else { first.parse().unwrap_or(0) };
            let last = if last.is_empty() { usize::MAX } else { last.parse().unwrap_or(0) };
            if first == 0 || last == 0 {
                sys.err(&format!("cut: invalid range {range}\n"));
                return Err(1);
            }
            ranges.push((first, last));
        }
        let files = options.operands.clone();
        Ok(Box::new(Filter::new("cut", &files, Cut { options, ranges })))
    }

    fn wanted(&self, position: usize) -> bool {
        self.ranges.iter().any(|(first, last)| *first <= position && position <= *last)
    }
}

impl LineFilter for Cut {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let text = text_of(line);
        if self.options.value('f').is_none() {
            let kept: String = text.chars().enumerate().filter(|(index, _)| self.wanted(index + 1)).map(|(_, c)| c).collect();
            sys.out(&format!("{kept}\n"));
            return More::Yes;
        }
        let separator = self.options.value('d').unwrap_or("\t").chars().next().unwrap_or('\t');
        if !text.contains(separator) {
            if !self.options.has('s') {
                sys.out(&format!("{text}\n"));
            }
            return More::Yes;
        }
        let fields: Vec<&str> = text.split(separator).enumerate().filter(|(index, _)| self.wanted(index + 1)).map(|(_, field)| field).collect();
        let joiner = self.options.value('o').map_or(separator.to_string(), str::to_owned);
        sys.out(&format!("{}\n", fields.join(&joiner)));
        More::Yes
    }
}

/// `tr`
#[derive(Clone)]
pub(crate) struct Translate {
    from: Vec<char>,
    to: Vec<char>,
    complement: bool,
    delete: bool,
    squeeze: Option<Vec<char>>,
    last: Option<char>,
}

impl Translate {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "tr", letters: "cCds", long: &[], usage: "tr [-cds] STRING1 [STRING2]", anywhere: false };
        let options = parse(sys, &SPEC, arguments)?;
        let Some(first) = options.operands.first() else { return Err(usage(sys, &SPEC, "")) };
        let from = character_set(first);
        let to = options.operands.get(1).map(|text| character_set(text)).unwrap_or_default();
        let delete = options.has('d');
        let squeeze = options.has('s').then(|| if to.is_empty() { from.clone() } else { to.clone() });
        Ok(Box::new(Filter::new("tr", &[], Translate { from, to, complement: options.has('c') || options.has('C'), delete, squeeze, last: None })))
    }

    fn position(&self, c: char) -> Option<usize> {
        let found = self.from.iter().rposition(|known| *known == c);
        if self.complement { found.is_none().then_some(usize::MAX) } else { found }
    }
}

/// `a-z`, `[:upper:]` and escapes.
fn character_set(text: &str) -> Vec<char> {
    let mut set = Vec::new();
    let unescaped: Vec<char> = unescape(text).text().chars().collect();
    let mut at = 0;
    while at < unescaped.len() {
        if unescaped[at] == '[' && unescaped.get(at + 1) == Some(&':') {
            let rest: String = unescaped[at + 2..].iter().collect();
            if let Some(end) = rest.find(":]") {
                let class = &rest[..end];
                set.extend((0u8..128).map(char::from).filter(|c| crate::kubelet::runtime::shell::pattern::in_class(class, *c)));
                at += end + 4;
                continue;
            }
        }
        match (unescaped.get(at + 1), unescaped.get(at + 2)) {
            (Some('-'), Some(last)) if *last >= unescaped[at] => {
                set.extend(unescaped[at]..=*last);
                at += 3;
            }
            _ => {
                set.push(unescaped[at]);
                at += 1;
            }
        }
    }
    set
}

impl LineFilter for Translate {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let mut out = String::new();
        for c in String::from_utf8_lossy(line).chars() {
            let mut c = c;
            if let Some(position) = self.position(c) {
                if self.delete {
                    continue;
                }
                if let Some(mapped) = self.to.get(position).or(self.to.last()) {
                    c = *mapped;
                }
            }
            if self.squeeze.as_ref().is_some_and(|set| set.contains(&c) != (self.complement && self.to.is_empty())) && self.last == Some(c) {
                continue;
            }
            self.last = Some(c);
            out.push(c);
        }
        sys.out(&out);
        More::Yes
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

/// `seq` and `yes`: lines without end, a few at a time.
#[derive(Clone)]
pub(crate) struct Lines {
    kind: LinesKind,
}

#[derive(Clone)]
enum LinesKind {
    Yes(String),
    Sequence { first: f64, step: f64, last: f64, count: u64, separator: String, decimals: usize, width: usize },
}

impl Lines {
    pub fn yes(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let text = if arguments.is_empty() { "y".to_owned() } else { arguments.join(" ") };
        Ok(Box::new(Lines { kind: LinesKind::Yes(format!("{text}\n")) }))
    }

    pub fn seq(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "seq", letters: "", long: &[], usage: "seq [-w] [-s SEP] [FIRST [INC]] LAST", anywhere: false };
        let (mut equal_width, mut separator) = (false, "\n".to_owned());
        let mut rest = arguments.iter();
        let mut numbers = Vec::new();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-w" => equal_width = true,
                "-s" => separator = rest.next().map(SmolStr::to_string).unwrap_or_default(),
                text => numbers.push(text),
            }
        }
        if numbers.is_empty() || numbers.len() > 3 {
            return Err(usage(sys, &SPEC, ""));
        }
        let mut values = Vec::new();
        for text in &numbers {
            let Ok(value) = text.parse::<f64>() else {
                sys.err(&format!("seq: invalid number '{text}'\n"));
                return Err(1);
            };
            values.push(value);
        }
        let (first, step, last) = match values.as_slice() {
            [last] => (1.0, 1.0, *last),
            [first, last] => (*first, 1.0, *last),
            [first, step, last] => (*first, *step, *last),
            _ => (1.0, 1.0, 0.0),
        };
        let decimals = numbers.iter().map(|text| text.split_once('.').map_or(0, |(_, decimals)| decimals.len())).max().unwrap_or(0);
        let width = if equal_width { format!("{last:.decimals$}").len().max(format!("{first:.decimals$}").len()) } else { 0 };
        Ok(Box::new(Lines { kind: LinesKind::Sequence { first, step, last, count: 0, separator, decimals, width } }))
    }
}

impl Program for Lines {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        match &mut self.kind {
            LinesKind::Yes(line) => {
                let text = line.repeat(200);
                sys.out(&text);
                Flow::More
            }
            LinesKind::Sequence { first, step, last, count, separator, decimals, width } => {
                let mut text = String::new();
                for _ in 0..500 {
                    let value = *first + *count as f64 * *step;
                    let ended = if *step >= 0.0 { value > *last + 1e-9 } else { value < *last - 1e-9 };
                    if ended {
                        if *count > 0 {
                            text.push('\n');
                        }
                        sys.out(&text);
                        return Flow::Exit(0);
                    }
                    if *count > 0 {
                        text.push_str(separator);
                    }
                    let (decimals, width) = (*decimals, *width);
                    text.push_str(&format!("{value:0width$.decimals$}"));
                    *count += 1;
                }
                sys.out(&text);
                Flow::More
            }
        }
    }
}

/// The program `printf`.
pub(crate) fn printf_program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    printf::printf(sys, arguments, "printf")
}
