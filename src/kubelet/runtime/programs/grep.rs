//! `grep`.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Options, Spec, parse, usage};
use super::regex::Regex;
use crate::kubelet::runtime::kernel::{Program, Sys};
use smol_str::SmolStr;

const LONG: &[(&str, char)] = &[
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("count", 'c'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("line-number", 'n'),
    ("only-matching", 'o'),
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("recursive", 'r'),
    ("files-with-matches", 'l'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("max-count=", 'm'),
    ("line-buffered", 'U'),
    ("color=", 'Z'),
    ("no-messages", 's'),
    ("perl-regexp", 'P'),
    ("after-context=", 'A'),
    ("before-context=", 'B'),
    ("context=", 'C'),
    ("regexp=", 'e'),
];
const SPEC: Spec = Spec {
    name: "grep",
    letters: "HhnlLoqvsrRiwxFEPczUZm:A:B:C:e:f:",
    long: LONG,
    usage: "grep [-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...",
    anywhere: true,
};
/// Files that `-r` looks into.
const MAX_FILES: usize = 10_000;

/// Lines that match.
#[derive(Clone)]
pub(crate) struct Grep {
    options: Options,
    patterns: Vec<Regex>,
    with_names: bool,
    file: String,
    line: u64,
    in_file: u64,
    found: bool,
    before: Vec<(u64, String)>,
    after: usize,
    printed: u64,
}

impl Grep {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], name: &str) -> Result<Box<dyn Program>, i32> {
        let options = parse(sys, &SPEC, arguments).map_err(|_| 2)?;
        let mut operands = options.operands.clone();
        let mut sources: Vec<String> = options.values('e').into_iter().map(str::to_owned).collect();
        for path in options.values('f') {
            match sys.read_file(path, 1 << 20) {
                Ok(bytes) => sources.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned)),
                Err(error) => {
                    sys.err(&format!("grep: {path}: {}\n", error.message()));
                    return Err(2);
                }
            }
        }
        if sources.is_empty() {
            if operands.is_empty() {
                usage(sys, &SPEC, "");
                return Err(2);
            }
            sources.extend(operands.remove(0).split('\n').map(str::to_owned));
        }
        let extended = options.has('E') || options.has('P') || name == "egrep";
        let fixed = options.has('F') || name == "fgrep";
        let ignore_case = options.has('i');
        let mut patterns = Vec::new();
        for source in sources {
            let source = match (options.has('w'), options.has('x'), extended) {
                (true, _, true) => format!("\\<({source})\\>"),
                (true, _, false) if !fixed => format!("\\<\\({source}\\)\\>"),
                (_, true, true) => format!("^({source})$"),
                (_, true, false) if !fixed => format!("^\\({source}\\)$"),
                _ => source,
            };
            let regex = if fixed {
                Ok(Regex::fixed(&source, ignore_case))
            } else if extended {
                Regex::extended(&perl_classes(&source, options.has('P')), ignore_case)
            } else {
                Regex::basic(&source, ignore_case)
            };
            match regex {
                Ok(regex) => patterns.push(regex),
                Err(error) => {
                    sys.err(&format!("grep: bad regex '{source}': {error}\n"));
                    return Err(2);
                }
            }
        }
        let recursive = options.has('r') || options.has('R');
        if recursive {
            let roots = if operands.is_empty() { vec![SmolStr::new_static(".")] } else { operands };
            operands = roots.iter().flat_map(|root| super::find::files_below(sys, root, MAX_FILES)).collect();
        }
        let with_names = (operands.len() > 1 || recursive || options.has('H')) && !options.has('h');
        let grep = Grep { options, patterns, with_names, file: String::new(), line: 0, in_file: 0, found: false, before: Vec::new(), after: 0, printed: 0 };
        Ok(Box::new(Filter::new("grep", &operands, grep)))
    }

    fn context(&self, letter: char) -> usize {
        self.options.value(letter).or(self.options.value('C')).and_then(|count| count.parse().ok()).unwrap_or(0)
    }

    fn prefix(&self, line: u64, separator: char) -> String {
        let name = if self.with_names { format!("{}{separator}", self.file) } else { String::new() };
        let number = if self.options.has('n') { format!("{line}{separator}") } else { String::new() };
        name + &number
    }

    fn matched(&mut self, text: &str, sys: &mut Sys<'_, '_>) -> More {
        self.found = true;
        self.in_file += 1;
        if self.options.has('q') {
            return More::No;
        }
        if self.options.has('l') {
            sys.out(&format!("{}\n", if self.file == "-" { "(standard input)" } else { &self.file }));
            return More::NextFile;
        }
        if !self.options.has('c') && !self.options.has('L') {
            self.print(text, sys);
        }
        match self.options.value('m').and_then(|count| count.parse().ok()) {
            Some(count) if self.in_file >= count => More::NextFile,
            _ => More::Yes,
        }
    }

    fn print(&mut self, text: &str, sys: &mut Sys<'_, '_>) {
        if self.options.has('o') && !self.options.has('v') {
            let prefix = self.prefix(self.line, ':');
            for pattern in &self.patterns {
                let mut from = 0;
                while let Some(Some((start, end))) = pattern.find(text, from).and_then(|groups| groups.first().copied()) {
                    if end == start {
                        break;
                    }
                    sys.out(&format!("{prefix}{}\n", &text[start..end]));
                    from = end;
                }
            }
            return;
        }
        let gap = self.printed > 0 && (self.context('A') > 0 || self.context('B') > 0) && self.line - self.before.len() as u64 > self.printed + 1;
        if gap {
            sys.out("--\n");
        }
        for (number, line) in std::mem::take(&mut self.before) {
            sys.out(&format!("{}{line}\n", self.prefix(number, '-')));
        }
        sys.out(&format!("{}{text}\n", self.prefix(self.line, ':')));
        self.printed = self.line;
        self.after = self.context('A');
    }
}

/// `\d` of Perl's expressions.
fn perl_classes(source: &str, perl: bool) -> String {
    if perl { source.replace("\\d", "[0-9]") } else { source.to_owned() }
}

impl LineFilter for Grep {
    fn file(&mut self, name: &str, _sys: &mut Sys<'_, '_>) {
        self.file = name.to_owned();
        (self.line, self.in_file, self.after, self.printed) = (0, 0, 0, 0);
        self.before.clear();
    }

    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        self.line += 1;
        let text = text_of(line);
        let matches = self.patterns.iter().any(|pattern| pattern.is_match(&text));
        if matches != self.options.has('v') {
            return self.matched(&text, sys);
        }
        if self.after > 0 {
            self.after -= 1;
            self.printed = self.line;
            let prefix = self.prefix(self.line, '-');
            sys.out(&format!("{prefix}{text}\n"));
        } else {
            let keep = self.context('B');
            if keep > 0 {
                self.before.push((self.line, text.into_owned()));
                if self.before.len() > keep {
                    self.before.remove(0);
                }
            }
        }
        More::Yes
    }

    fn file_end(&mut self, sys: &mut Sys<'_, '_>) {
        if self.options.has('c') && !self.options.has('q') {
            let name = if self.with_names { format!("{}:", self.file) } else { String::new() };
            sys.out(&format!("{name}{}\n", self.in_file));
        }
        if self.options.has('L') && self.in_file == 0 {
            sys.out(&format!("{}\n", self.file));
        }
    }

    fn end(&mut self, status: i32, _sys: &mut Sys<'_, '_>) -> i32 {
        if self.found { if self.options.has('q') { 0 } else { status } } else { status.max(1) }
    }

    fn failure(&self) -> i32 {
        2
    }
}
