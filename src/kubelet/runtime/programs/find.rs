//! `find`.

use super::paths::{base_name, below};
use super::{DEFAULT_PATH, load};
use crate::kubelet::runtime::fs::{Node, NodeKind};
use crate::kubelet::runtime::kernel::{Flow, Pid, Program, Spawn, Sys, Wait};
use crate::kubelet::runtime::shell::pattern;
use smol_str::SmolStr;
use std::collections::VecDeque;

/// Files and directories that one `find` looks at.
const MAX_ENTRIES: usize = 100_000;
/// Entries that are looked at before another process has its turn.
const ENTRIES_A_TURN: usize = 200;

/// All files below a path, for `grep -r`.
pub(crate) fn files_below(sys: &Sys<'_, '_>, root: &str, limit: usize) -> Vec<SmolStr> {
    let mut files = Vec::new();
    let mut pending = vec![SmolStr::from(root)];
    while let Some(path) = pending.pop() {
        if files.len() >= limit {
            break;
        }
        let Ok((place, _)) = sys.find(&path, path == root) else {
            files.push(path);
            continue;
        };
        match sys.world.files.node(&place).map(|node| &node.kind) {
            Ok(NodeKind::Directory(entries)) => {
                let names: Vec<_> = entries.keys().collect();
                pending.extend(names.into_iter().rev().map(|name| below(&path, name)));
            }
            Ok(NodeKind::File(_)) => files.push(path),
            _ => {}
        }
    }
    files
}

#[derive(Clone)]
enum Test {
    Name { pattern: String, ignore_case: bool },
    Path(String),
    Type(char),
    Size(i64, char),
    Newer(u64),
    Minutes(i64),
    Empty,
    Not(Box<Test>),
    Or(Vec<Test>, Vec<Test>),
    Print { zero: bool },
    Delete,
    Exec { argv: Vec<SmolStr>, together: bool },
    Prune,
    Never,
}

/// Walks a tree.
#[derive(Clone)]
pub(crate) struct Find {
    pending: VecDeque<(SmolStr, usize)>,
    tests: Vec<Test>,
    min_depth: usize,
    max_depth: usize,
    depth_first: bool,
    seen: usize,
    status: i32,
    commands: VecDeque<Vec<SmolStr>>,
    collected: Vec<SmolStr>,
    child: Option<Pid>,
    deletions: Vec<SmolStr>,
}

impl Find {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let split = arguments.iter().position(|argument| argument.starts_with(['-', '(', '!'])).unwrap_or(arguments.len());
        let (roots, expression) = arguments.split_at(split);
        let roots = if roots.is_empty() { vec![SmolStr::new_static(".")] } else { roots.to_vec() };
        let mut find = Find {
            pending: roots.into_iter().map(|root| (root, 0)).collect(),
            tests: Vec::new(),
            min_depth: 0,
            max_depth: usize::MAX,
            depth_first: false,
            seen: 0,
            status: 0,
            commands: VecDeque::new(),
            collected: Vec::new(),
            child: None,
            deletions: Vec::new(),
        };
        let mut words = expression.iter().cloned().collect::<VecDeque<_>>();
        find.tests = find.parse(&mut words, sys)?;
        if !has_action(&find.tests) {
            find.tests = vec![wrap(std::mem::take(&mut find.tests)), Test::Print { zero: false }];
        }
        Ok(Box::new(find))
    }

    fn parse(&mut self, words: &mut VecDeque<SmolStr>, sys: &mut Sys<'_, '_>) -> Result<Vec<Test>, i32> {
        let mut tests = Vec::new();
        while let Some(word) = words.pop_front() {
            match word.as_str() {
                "(" => tests.push(wrap(self.parse(words, sys)?)),
                ")" => return Ok(tests),
                "-o" | "-or" => {
                    let right = self.parse(words, sys)?;
                    return Ok(vec![Test::Or(tests, right)]);
                }
                "-a" | "-and" => {}
                "!" | "-not" => {
                    let mut next = VecDeque::new();
                    if let Some(word) = words.pop_front() {
                        next.push_back(word);
                        if let Some(argument) = words.front().filter(|word| !word.starts_with('-') && *word != "!" && *word != "(").cloned() {
                            words.pop_front();
                            next.push_back(argument);
                        }
                    }
                    let inner = self.parse(&mut next, sys)?;
                    tests.push(Test::Not(Box::new(wrap(inner))));
                }
                _ => {
                    if let Some(test) = self.primary(&word, words, sys)? {
                        tests.push(test);
                    }
                }
            }
        }
        Ok(tests)
    }

    fn primary(&mut self, word: &str, words: &mut VecDeque<SmolStr>, sys: &mut Sys<'_, '_>) -> Result<Option<Test>, i32> {
        let takes_argument = !matches!(
            word,
            "-print" | "-print0" | "-delete" | "-empty" | "-prune" | "-depth" | "-follow" | "-xdev" | "-mount" | "-exec" | "-true" | "-false" | "-quit"
        );
        let argument = if takes_argument { words.pop_front().unwrap_or_default() } else { SmolStr::default() };
        let number = || argument.trim_start_matches(['+', '-']).trim_end_matches(|c: char| c.is_alphabetic()).parse::<i64>().unwrap_or(0);
        let sign = argument.chars().next().filter(|c| "+-".contains(*c)).unwrap_or('=');
        let signed = match sign {
            '+' => number(),
            '-' => -number(),
            _ => number(),
        };
        Ok(Some(match word {
            "-name" | "-iname" => Test::Name { pattern: argument.to_string(), ignore_case: word == "-iname" },
            "-path" | "-wholename" => Test::Path(argument.to_string()),
            "-type" => Test::Type(argument.chars().next().unwrap_or('f')),
            "-size" => {
                let factor = match argument.chars().last() {
                    Some('c') => 1,
                    Some('k') => 1024,
                    Some('M') => 1 << 20,
                    Some('G') => 1 << 30,
                    _ => 512,
                };
                Test::Size(number().saturating_mul(factor), sign)
            }
            "-mmin" => Test::Minutes(signed),
            "-mtime" => Test::Minutes(signed.saturating_mul(1440)),
            "-newer" => Test::Newer(sys.find(&argument, true).ok().and_then(|(place, _)| Some(sys.world.files.node(&place).ok()?.modified_at_ms)).unwrap_or(0)),
            "-empty" => Test::Empty,
            "-print" => Test::Print { zero: false },
            "-print0" => Test::Print { zero: true },
            "-delete" => {
                self.depth_first = true;
                Test::Delete
            }
            "-prune" => Test::Prune,
            "-false" => Test::Never,
            "-exec" => {
                let mut argv = Vec::new();
                let mut together = false;
                loop {
                    match words.pop_front() {
                        Some(word) if word == ";" => break,
                        Some(word) if word == "+" => {
                            together = true;
                            break;
                        }
                        Some(word) => argv.push(word),
                        None => {
                            sys.err("find: -exec requires an argument\n");
                            return Err(1);
                        }
                    }
                }
                Test::Exec { argv, together }
            }
            "-maxdepth" => {
                self.max_depth = number().max(0) as usize;
                return Ok(None);
            }
            "-mindepth" => {
                self.min_depth = number().max(0) as usize;
                return Ok(None);
            }
            "-depth" | "-follow" | "-xdev" | "-mount" | "-true" | "-quit" => return Ok(None),
            other => {
                sys.err(&format!("find: unrecognized: {other}\n"));
                return Err(1);
            }
        }))
    }

    fn holds_all(&mut self, tests: &[Test], path: &str, node: &Node, prune: &mut bool, sys: &mut Sys<'_, '_>) -> bool {
        tests.iter().all(|test| self.holds(test, path, node, prune, sys))
    }

    fn holds(&mut self, test: &Test, path: &str, node: &Node, prune: &mut bool, sys: &mut Sys<'_, '_>) -> bool {
        match test {
            Test::Name { pattern, ignore_case: true } => pattern::matches(&pattern.to_lowercase(), &base_name(path).to_lowercase()),
            Test::Name { pattern, .. } => pattern::matches(pattern, base_name(path)),
            Test::Path(pattern) => pattern::matches(pattern, path),
            Test::Type(kind) => matches!(
                (kind, &node.kind),
                ('f', NodeKind::File(_)) | ('d', NodeKind::Directory(_)) | ('l', NodeKind::Symlink(_)) | ('c', NodeKind::Device(_))
            ),
            Test::Size(bytes, sign) => {
                let size = node.size_bytes() as i64;
                match sign {
                    '+' => size > *bytes,
                    '-' => size < *bytes,
                    _ => size == *bytes,
                }
            }
            Test::Minutes(minutes) => {
                let age = (sys.now_ms().saturating_sub(node.modified_at_ms) / 60_000) as i64;
                if *minutes < 0 { age < -minutes } else { age > *minutes }
            }
            Test::Newer(at_ms) => node.modified_at_ms > *at_ms,
            Test::Empty => match &node.kind {
                NodeKind::File(content) => content.is_empty(),
                NodeKind::Directory(entries) => entries.is_empty(),
                _ => false,
            },
            Test::Not(inner) => !self.holds(inner, path, node, prune, sys),
            Test::Or(left, right) => self.holds_all(left, path, node, prune, sys) || self.holds_all(right, path, node, prune, sys),
            Test::Print { zero } => {
                sys.out(&format!("{path}{}", if *zero { '\0' } else { '\n' }));
                true
            }
            Test::Delete => {
                self.deletions.push(path.into());
                true
            }
            Test::Exec { argv, together: false } => {
                self.commands.push_back(argv.iter().map(|word| word.replace("{}", path).into()).collect());
                true
            }
            Test::Exec { .. } => {
                self.collected.push(path.into());
                true
            }
            Test::Prune => {
                *prune = true;
                true
            }
            Test::Never => false,
        }
    }

    fn visit(&mut self, sys: &mut Sys<'_, '_>) -> bool {
        let Some((path, depth)) = self.pending.pop_front() else { return false };
        self.seen += 1;
        let node = match sys.find(&path, false).and_then(|(place, _)| sys.world.files.node(&place).cloned()) {
            Ok(node) => node,
            Err(error) => {
                sys.err(&format!("find: {path}: {}\n", error.message()));
                self.status = 1;
                return true;
            }
        };
        let mut prune = false;
        if depth >= self.min_depth {
            let tests = self.tests.clone();
            self.holds_all(&tests, &path, &node, &mut prune, sys);
        }
        if let Some(entries) = node.entries().filter(|_| depth < self.max_depth && !prune && self.seen < MAX_ENTRIES) {
            let names: Vec<_> = entries.keys().collect();
            for name in names.into_iter().rev() {
                self.pending.push_front((below(&path, name), depth + 1));
            }
        }
        true
    }

    fn finish(&mut self, sys: &mut Sys<'_, '_>) {
        let who = sys.who();
        for path in std::mem::take(&mut self.deletions).into_iter().rev() {
            let absolute = sys.absolute(&path);
            if let Err(error) = sys.world.files.remove(&who, &absolute) {
                sys.err(&format!("find: {path}: {}\n", error.message()));
                self.status = 1;
            }
        }
        let collected = std::mem::take(&mut self.collected);
        if !collected.is_empty() {
            let argv = find_together(&self.tests).unwrap_or_default();
            self.commands.push_back(argv.into_iter().filter(|word| word != "{}").chain(collected).collect());
        }
    }
}

fn wrap(tests: Vec<Test>) -> Test {
    Test::Or(tests, vec![Test::Never])
}

fn has_action(tests: &[Test]) -> bool {
    tests.iter().any(|test| match test {
        Test::Print { .. } | Test::Delete | Test::Exec { .. } => true,
        Test::Or(left, right) => has_action(left) || has_action(right),
        Test::Not(inner) => has_action(std::slice::from_ref(inner)),
        _ => false,
    })
}

fn find_together(tests: &[Test]) -> Option<Vec<SmolStr>> {
    tests.iter().find_map(|test| match test {
        Test::Exec { argv, together: true } => Some(argv.clone()),
        Test::Or(left, right) => find_together(left).or_else(|| find_together(right)),
        _ => None,
    })
}

impl Program for Find {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if let Some(child) = self.child {
            match sys.reap(child) {
                None => return Flow::Wait(Wait::Child),
                Some(_) => self.child = None,
            }
        }
        if let Some(argv) = self.commands.pop_front() {
            let path = sys.env("PATH").cloned().unwrap_or_else(|| DEFAULT_PATH.into());
            match load(sys, &argv, &path) {
                Ok(program) => self.child = sys.spawn(Spawn { program, argv: argv.into(), env: None }),
                Err(_) => {
                    sys.err(&format!("find: {}: No such file or directory\n", argv.first().cloned().unwrap_or_default()));
                    self.status = 1;
                }
            }
            return Flow::More;
        }
        for _ in 0..ENTRIES_A_TURN {
            if !self.visit(sys) {
                self.finish(sys);
                return if self.commands.is_empty() { Flow::Exit(self.status) } else { Flow::More };
            }
            if !self.commands.is_empty() {
                return Flow::More;
            }
        }
        sys.spent += ENTRIES_A_TURN as u64;
        Flow::More
    }
}
