//! `sed`.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Spec, parse, usage};
use super::regex::Regex;
use super::sed_parse::{Address, Command, Kind, Script, Substitute};
use crate::kubelet::runtime::kernel::{Program, Sys};
use smol_str::SmolStr;

/// Commands for one line, after which a loop counts as endless.
const MAX_STEPS: usize = 100_000;
const OUTPUT_FD: u32 = 40;

/// Edits lines.
#[derive(Clone)]
pub(crate) struct Sed {
    script: Script,
    quiet: bool,
    /// `-i`: files are written back.
    in_place: Option<String>,
    file: String,
    output: Vec<u8>,
    line_number: u64,
    /// A line is dealt with when it is known whether it is the last one.
    next: Option<Vec<u8>>,
    hold: String,
    /// Which ranges (by command) are under way.
    ranges: Vec<bool>,
    quit: Option<i32>,
    status: i32,
    /// `N`: the lines that wait for the next one.
    joined: Option<String>,
    /// Where the script goes on with the next line.
    resume_at: usize,
}

/// What follows a cycle.
enum Cycle {
    Print,
    Skip,
    Quit(bool, i32),
    /// `N`: goes on from this command, with the next line added.
    Join(usize),
    /// `n`: goes on from this command with the next line.
    Resume(usize),
}

impl Sed {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "sed",
            letters: "nrEe:f:sz",
            long: &[("expression=", 'e'), ("quiet", 'n'), ("silent", 'n'), ("regexp-extended", 'E'), ("in-place", 'i')],
            usage: "sed [-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...",
            anywhere: true,
        };
        let in_place = arguments
            .iter()
            .find_map(|argument| argument.strip_prefix("-i").filter(|_| !argument.starts_with("--")).or_else(|| argument.strip_prefix("--in-place")));
        let in_place = in_place.map(str::to_owned);
        let arguments: Vec<SmolStr> = arguments.iter().filter(|argument| !argument.starts_with("-i") && !argument.starts_with("--in-place")).cloned().collect();
        let options = parse(sys, &SPEC, &arguments)?;
        let mut operands = options.operands.clone();
        let mut sources: Vec<String> = options.values('e').into_iter().map(str::to_owned).collect();
        for path in options.values('f') {
            let bytes = sys.read_file(path, 1 << 20).map_err(|error| {
                sys.err(&format!("sed: {path}: {}\n", error.message()));
                1
            })?;
            sources.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        if sources.is_empty() {
            if operands.is_empty() {
                return Err(usage(sys, &SPEC, ""));
            }
            sources.push(operands.remove(0).to_string());
        }
        let script = Script::parse(&sources.join("\n"), options.has('r') || options.has('E')).map_err(|error| {
            sys.err(&format!("sed: {error}\n"));
            1
        })?;
        let ranges = vec![false; script.commands.len()];
        let quiet = options.has('n') || script.quiet;
        let sed = Sed {
            script,
            quiet,
            in_place,
            file: String::new(),
            output: Vec::new(),
            line_number: 0,
            next: None,
            hold: String::new(),
            ranges,
            quit: None,
            status: 0,
            joined: None,
            resume_at: 0,
        };
        Ok(Box::new(Filter::new("sed", &operands, sed)))
    }

    fn emit(&mut self, text: &str, newline: bool, sys: &mut Sys<'_, '_>) {
        let mut bytes = text.as_bytes().to_vec();
        if newline {
            bytes.push(b'\n');
        }
        if self.in_place.is_some() {
            self.output.extend(bytes);
        } else {
            let _ = sys.write(1, &bytes);
        }
    }

    /// Deals with the line that was held back.
    fn flush(&mut self, is_last: bool, sys: &mut Sys<'_, '_>) -> More {
        let Some(line) = self.next.take() else { return More::Yes };
        self.line_number += 1;
        let newline = line.ends_with(b"\n");
        let mut space = text_of(&line).into_owned();
        if let Some(before) = self.joined.take() {
            space = format!("{before}\n{space}");
        }
        let mut after = String::new();
        let cycle = self.cycle(&mut space, &mut after, is_last, sys);
        let print = match cycle {
            Cycle::Print | Cycle::Quit(true, _) => !self.quiet,
            Cycle::Join(_) if is_last => !self.quiet,
            Cycle::Join(at) => {
                self.joined = Some(space);
                self.resume_at = at;
                return More::Yes;
            }
            Cycle::Resume(at) => {
                self.resume_at = at;
                !self.quiet
            }
            _ => false,
        };
        if print {
            self.emit(&space, newline || !is_last, sys);
        }
        if !after.is_empty() {
            self.emit(&after, false, sys);
        }
        if let Cycle::Quit(_, status) = cycle {
            self.quit = Some(status);
            return More::No;
        }
        More::Yes
    }

    fn cycle(&mut self, space: &mut String, after: &mut String, is_last: bool, sys: &mut Sys<'_, '_>) -> Cycle {
        let script = self.script.clone();
        let mut at = std::mem::take(&mut self.resume_at);
        let mut substituted = false;
        let mut steps_left = MAX_STEPS;
        while steps_left > 0 {
            steps_left -= 1;
            let Some(command) = script.commands.get(at) else { return Cycle::Print };
            at += 1;
            if !self.selected(at - 1, command, space, is_last) {
                if let Kind::Block(end) = command.kind {
                    at = end;
                }
                continue;
            }
            match &command.kind {
                Kind::Block(_) => {}
                Kind::Substitute(substitute) => {
                    // A line that grows with every round costs more with every round.
                    steps_left = steps_left.saturating_sub(space.len() / 100);
                    if let Some(changed) = replace(substitute, space) {
                        *space = changed;
                        substituted = true;
                        if substitute.print {
                            let line = space.clone();
                            self.emit(&line, true, sys);
                        }
                    }
                }
                Kind::Delete => return Cycle::Skip,
                Kind::DeleteFirst => match space.find('\n') {
                    Some(end) => {
                        *space = space[end + 1..].to_owned();
                        at = 0;
                    }
                    None => return Cycle::Skip,
                },
                Kind::Print => {
                    let line = space.clone();
                    self.emit(&line, true, sys);
                }
                Kind::PrintFirst => {
                    let line = space.split('\n').next().unwrap_or("").to_owned();
                    self.emit(&line, true, sys);
                }
                Kind::LineNumber => {
                    let line = self.line_number.to_string();
                    self.emit(&line, true, sys);
                }
                Kind::Quit(status) => return Cycle::Quit(true, *status),
                Kind::QuitSilently(status) => return Cycle::Quit(false, *status),
                Kind::Append(text) => after.push_str(&format!("{text}\n")),
                Kind::Insert(text) => self.emit(text, true, sys),
                Kind::Change(text) => {
                    let in_range = matches!(command.addresses.as_slice(), [_, _]) && self.ranges[at - 1] && !command.negated;
                    if !in_range {
                        self.emit(text, true, sys);
                    }
                    return Cycle::Skip;
                }
                Kind::Translate(from, to) => *space = space.chars().map(|c| from.iter().position(|known| *known == c).map_or(c, |index| to[index])).collect(),
                Kind::Next if is_last => return Cycle::Print,
                Kind::Next => return Cycle::Resume(at),
                Kind::Join => return Cycle::Join(at),
                Kind::Hold => self.hold.clone_from(space),
                Kind::HoldMore => self.hold = format!("{}\n{space}", self.hold),
                Kind::Get => space.clone_from(&self.hold),
                Kind::GetMore => *space = format!("{space}\n{}", self.hold),
                Kind::Exchange => std::mem::swap(space, &mut self.hold),
                Kind::Branch { to, if_substituted } => {
                    if !if_substituted || std::mem::take(&mut substituted) {
                        at = *to;
                    }
                }
            }
        }
        Cycle::Print
    }

    fn selected(&mut self, index: usize, command: &Command, space: &str, is_last: bool) -> bool {
        let line = self.line_number;
        let hits = |address: &Address| match address {
            Address::Line(number) => line == *number,
            Address::Step(first, step) => line >= *first && (*step == 0 && line == *first || *step > 0 && (line - first).is_multiple_of(*step)),
            Address::Last => is_last,
            Address::Match(regex) => regex.is_match(space),
            Address::Count(_) => false,
        };
        let selected = match command.addresses.as_slice() {
            [] => true,
            [one] => hits(one),
            [first, last, ..] => {
                if self.ranges[index] {
                    let over = match last {
                        Address::Line(number) => line >= *number,
                        other => hits(other),
                    };
                    self.ranges[index] = !over;
                    true
                } else if hits(first) {
                    self.ranges[index] = !matches!(last, Address::Line(number) if *number <= line);
                    true
                } else {
                    false
                }
            }
        };
        selected != command.negated
    }

    fn write_back(&mut self, sys: &mut Sys<'_, '_>) {
        let Some(suffix) = self.in_place.clone() else { return };
        let output = std::mem::take(&mut self.output);
        if !suffix.is_empty() {
            super::copy::cp(sys, &[self.file.clone().into(), format!("{}{suffix}", self.file).into()]);
        }
        match sys.open_write(&self.file, false) {
            Ok(file) => {
                sys.set_fd(OUTPUT_FD, file);
                let _ = sys.write(OUTPUT_FD, &output);
                sys.close_fd(OUTPUT_FD);
            }
            Err(error) => {
                sys.err(&format!("sed: can't create temp file '{}': {}\n", self.file, error.message()));
                self.status = 1;
            }
        }
    }
}

/// The text with what matched replaced, or `None` where nothing matched.
fn replace(substitute: &Substitute, text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut from, mut count, mut changed) = (0, 0, false);
    while let Some(groups) = substitute.regex.find(text, from) {
        let Some(Some((start, end))) = groups.first().copied() else { break };
        count += 1;
        if count >= substitute.occurrence {
            changed = true;
            out.push_str(&text[from..start]);
            super::sed_parse::expand(&substitute.replacement, text, &groups, &mut out);
        } else {
            out.push_str(&text[from..end]);
        }
        from = end;
        if start == end {
            let Some(c) = text[end..].chars().next() else {
                from = text.len();
                break;
            };
            out.push(c);
            from = end + c.len_utf8();
        }
        if changed && !substitute.all {
            break;
        }
    }
    out.push_str(&text[from..]);
    changed.then_some(out)
}

impl LineFilter for Sed {
    fn file(&mut self, name: &str, _sys: &mut Sys<'_, '_>) {
        self.file = name.to_owned();
        if self.in_place.is_some() {
            self.line_number = 0;
        }
    }

    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let more = self.flush(false, sys);
        if more == More::Yes {
            self.next = Some(line.to_vec());
        }
        more
    }

    fn file_end(&mut self, sys: &mut Sys<'_, '_>) {
        if self.in_place.is_some() {
            self.flush(true, sys);
            self.write_back(sys);
        }
    }

    fn end(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> i32 {
        if self.quit.is_none() {
            self.flush(true, sys);
        }
        self.quit.unwrap_or(status.max(self.status))
    }
}

/// A regular expression of a script.
pub(super) fn compile(source: &str, extended: bool, ignore_case: bool) -> Result<Regex, String> {
    let regex = if extended { Regex::extended(source, ignore_case) } else { Regex::basic(source, ignore_case) };
    regex.map_err(|error| format!("bad regex '{source}': {error}"))
}
