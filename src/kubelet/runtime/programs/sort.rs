//! `sort`, `tac`, `shuf`, `uniq`.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Options, Spec, parse};
use crate::kubelet::runtime::kernel::{Program, Sys};
use crate::value::Sort;
use smol_str::SmolStr;

/// What `sort`, `tac` and the like keep in memory at most.
const MAX_KEPT_BYTES: usize = 16 << 20;

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
    lines.order_by(|left, right| if reverse { order(right, left) } else { order(left, right) });
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
