//! Regular expressions, basic and extended, by bounded backtracking.

use crate::kubelet::runtime::shell::pattern;

/// Groups by number as byte offsets; 0 is the whole match.
pub(crate) type Groups = Vec<Option<(usize, usize)>>;

/// Attempts in one search, after which it counts as not found.
const MAX_STEPS: usize = 200_000;
const MAX_DEPTH: usize = 60;
/// Backtracking deeper than this counts as no match.
const MAX_RECURSION: usize = 4_000;

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    node: Node,
    groups: usize,
    ignore_case: bool,
}

#[derive(Clone, Debug)]
enum Node {
    Char(char),
    Any,
    /// A bracket expression as it is written.
    Set(Vec<char>),
    /// `\w`, `\s` and their opposites.
    Class(char),
    Start,
    End,
    WordStart,
    WordEnd,
    WordBoundary,
    Group(Option<usize>, Box<Node>),
    Back(usize),
    Repeat {
        node: Box<Node>,
        min: usize,
        max: usize,
    },
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
}

impl Regex {
    /// `grep -E`, `sed -r`, awk.
    pub fn extended(source: &str, ignore_case: bool) -> Result<Regex, &'static str> {
        Parser::new(source, true).regex(ignore_case)
    }

    /// `grep`, `sed`.
    pub fn basic(source: &str, ignore_case: bool) -> Result<Regex, &'static str> {
        Parser::new(source, false).regex(ignore_case)
    }

    /// Text that stands for itself.
    pub fn fixed(source: &str, ignore_case: bool) -> Regex {
        Regex { node: Node::Sequence(source.chars().map(Node::Char).collect()), groups: 0, ignore_case }
    }

    /// The first match from a byte offset on.
    pub fn find(&self, text: &str, from: usize) -> Option<Groups> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let first = chars.iter().position(|(offset, _)| *offset >= from).unwrap_or(chars.len());
        let mut matcher = Matcher { chars: &chars, groups: vec![None; self.groups + 1], steps: 0, depth: 0, ignore_case: self.ignore_case };
        for start in first..=chars.len() {
            matcher.groups.iter_mut().for_each(|group| *group = None);
            let mut end = None;
            if matcher.run(&self.node, start, &mut |_, at| {
                end = Some(at);
                true
            }) {
                let offset = |at: usize| chars.get(at).map_or(text.len(), |(offset, _)| *offset);
                let mut groups: Groups = matcher.groups.iter().map(|group| group.map(|(start, end)| (offset(start), offset(end)))).collect();
                groups[0] = Some((offset(start), offset(end.unwrap_or(start))));
                return Some(groups);
            }
            if matcher.steps > MAX_STEPS {
                return None;
            }
        }
        None
    }

    /// Whether it is found anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }
}

struct Parser {
    source: Vec<char>,
    at: usize,
    extended: bool,
    groups: usize,
    depth: usize,
}

impl Parser {
    fn new(source: &str, extended: bool) -> Parser {
        Parser { source: source.chars().collect(), at: 0, extended, groups: 0, depth: 0 }
    }

    fn regex(mut self, ignore_case: bool) -> Result<Regex, &'static str> {
        let node = self.alternatives()?;
        if self.at < self.source.len() {
            return Err("Unmatched ( or \\(");
        }
        Ok(Regex { node, groups: self.groups, ignore_case })
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.source.get(self.at + index) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn symbol(&self, extended: &'static str, basic: &'static str) -> &'static str {
        if self.extended { extended } else { basic }
    }

    fn alternatives(&mut self) -> Result<Node, &'static str> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("Regular expression too big");
        }
        let mut all = vec![self.sequence()?];
        while self.eat(self.symbol("|", "\\|")) {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Alternatives(all) })
    }

    fn sequence(&mut self) -> Result<Node, &'static str> {
        let mut nodes = Vec::new();
        loop {
            let at_end =
                self.at >= self.source.len() || self.looking_at(self.symbol("|", "\\|")) || (self.depth > 1 && self.looking_at(self.symbol(")", "\\)")));
            if at_end {
                return Ok(Node::Sequence(nodes));
            }
            let first = nodes.is_empty();
            let atom = self.atom(first)?;
            let atom = self.repeats(atom)?;
            nodes.push(atom);
        }
    }

    fn atom(&mut self, first: bool) -> Result<Node, &'static str> {
        if self.eat(self.symbol("(", "\\(")) {
            self.groups += 1;
            let number = self.groups;
            let inner = self.alternatives()?;
            if !self.eat(self.symbol(")", "\\)")) {
                return Err("Unmatched ( or \\(");
            }
            return Ok(Node::Group(Some(number), Box::new(inner)));
        }
        let c = self.source[self.at];
        self.at += 1;
        Ok(match c {
            '.' => Node::Any,
            '^' if self.extended || first => Node::Start,
            '$' if self.extended || self.at == self.source.len() || self.looking_at("\\)") || self.looking_at("\\|") => Node::End,
            '[' => {
                let (_, end) = pattern::bracket(&self.source, self.at - 1, 'x').ok_or("Unmatched [, [^, [:, [., or [=")?;
                let set = self.source[self.at - 1..end].to_vec();
                self.at = end;
                Node::Set(set)
            }
            '\\' => {
                let escaped = *self.source.get(self.at).ok_or("Trailing backslash")?;
                self.at += 1;
                match escaped {
                    'w' | 'W' | 's' | 'S' => Node::Class(escaped),
                    '<' => Node::WordStart,
                    '>' => Node::WordEnd,
                    'b' => Node::WordBoundary,
                    'n' => Node::Char('\n'),
                    't' => Node::Char('\t'),
                    '1'..='9' => Node::Back(escaped as usize - '0' as usize),
                    c => Node::Char(c),
                }
            }
            c => Node::Char(c),
        })
    }

    fn repeats(&mut self, mut node: Node) -> Result<Node, &'static str> {
        loop {
            let (min, max) = if self.looking_at("*") {
                self.at += 1;
                (0, usize::MAX)
            } else if self.eat(self.symbol("+", "\\+")) {
                (1, usize::MAX)
            } else if self.eat(self.symbol("?", "\\?")) {
                (0, 1)
            } else if self.eat(self.symbol("{", "\\{")) {
                self.bounds()?
            } else {
                return Ok(node);
            };
            node = Node::Repeat { node: Box::new(node), min, max };
        }
    }

    fn bounds(&mut self) -> Result<(usize, usize), &'static str> {
        let number = |parser: &mut Parser| {
            let start = parser.at;
            while parser.source.get(parser.at).is_some_and(char::is_ascii_digit) {
                parser.at += 1;
            }
            parser.source[start..parser.at].iter().collect::<String>().parse::<usize>().ok()
        };
        let min = number(self);
        let max = if self.eat(",") { number(self).unwrap_or(usize::MAX) } else { min.unwrap_or(0) };
        if !self.eat(self.symbol("}", "\\}")) {
            return Err("Unmatched { or \\{");
        }
        Ok((min.unwrap_or(0).min(1000), if max == usize::MAX { max } else { max.min(1000) }))
    }
}

struct Matcher<'t> {
    chars: &'t [(usize, char)],
    groups: Vec<Option<(usize, usize)>>,
    steps: usize,
    depth: usize,
    ignore_case: bool,
}

type Continue<'c, 't> = &'c mut dyn FnMut(&mut Matcher<'t>, usize) -> bool;

impl<'t> Matcher<'t> {
    fn run(&mut self, node: &Node, at: usize, next: Continue<'_, 't>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_RECURSION {
            return false;
        }
        self.depth += 1;
        let matched = self.run_node(node, at, next);
        self.depth -= 1;
        matched
    }

    fn run_node(&mut self, node: &Node, at: usize, next: Continue<'_, 't>) -> bool {
        match node {
            Node::Sequence(nodes) => self.run_sequence(nodes, at, next),
            Node::Alternatives(all) => all.iter().any(|node| self.run(node, at, next)),
            Node::Group(number, inner) => {
                let Some(number) = *number else { return self.run(inner, at, next) };
                let before = self.groups[number];
                let matched = self.run(inner, at, &mut |matcher, end| {
                    let inside = matcher.groups[number];
                    matcher.groups[number] = Some((at, end));
                    let matched = next(matcher, end);
                    if !matched {
                        matcher.groups[number] = inside;
                    }
                    matched
                });
                if !matched {
                    self.groups[number] = before;
                }
                matched
            }
            Node::Repeat { node, min, max } => self.run_repeat(node, *min, *max, at, next),
            Node::Back(number) => {
                let Some((start, end)) = self.groups.get(*number).copied().flatten() else { return next(self, at) };
                let length = end - start;
                let same = at + length <= self.chars.len() && (0..length).all(|index| self.chars[start + index].1 == self.chars[at + index].1);
                same && next(self, at + length)
            }
            Node::Start => at == 0 && next(self, at),
            Node::End => at == self.chars.len() && next(self, at),
            Node::WordStart => !self.is_word(at.checked_sub(1)) && self.is_word(Some(at)) && next(self, at),
            Node::WordEnd => self.is_word(at.checked_sub(1)) && !self.is_word(Some(at)) && next(self, at),
            Node::WordBoundary => self.is_word(at.checked_sub(1)) != self.is_word(Some(at)) && next(self, at),
            _ => self.chars.get(at).is_some_and(|(_, c)| self.one(node, *c)) && next(self, at + 1),
        }
    }

    fn run_sequence(&mut self, nodes: &[Node], at: usize, next: Continue<'_, 't>) -> bool {
        match nodes.split_first() {
            None => next(self, at),
            Some((first, rest)) => self.run(first, at, &mut |matcher, at| matcher.run_sequence(rest, at, next)),
        }
    }

    fn run_repeat(&mut self, node: &Node, min: usize, max: usize, at: usize, next: Continue<'_, 't>) -> bool {
        if is_single(node) {
            // The usual case, without recursion: as many as there are, then fewer and fewer.
            let mut count = 0;
            while count < max && self.chars.get(at + count).is_some_and(|(_, c)| self.one(node, *c)) {
                count += 1;
            }
            self.steps += count;
            return (min..=count).rev().any(|count| next(self, at + count));
        }
        if max > 0 {
            let matched = self.run(node, at, &mut |matcher, end| {
                let stuck = end == at && min == 0;
                !stuck && matcher.depth < MAX_RECURSION && matcher.run_repeat_deeper(node, min.saturating_sub(1), max.saturating_sub(1), end, next)
            });
            if matched {
                return true;
            }
        }
        min == 0 && next(self, at)
    }

    fn run_repeat_deeper(&mut self, node: &Node, min: usize, max: usize, at: usize, next: Continue<'_, 't>) -> bool {
        self.depth += 1;
        let matched = self.run_repeat(node, min, max, at, next);
        self.depth -= 1;
        matched
    }

    fn one(&self, node: &Node, c: char) -> bool {
        let fits = |c: char| match node {
            Node::Char(wanted) => *wanted == c,
            Node::Any => true,
            Node::Set(set) => pattern::bracket(set, 0, c).is_some_and(|(found, _)| found),
            Node::Class('w') => c.is_alphanumeric() || c == '_',
            Node::Class('W') => !(c.is_alphanumeric() || c == '_'),
            Node::Class('s') => c.is_whitespace(),
            Node::Class(_) => !c.is_whitespace(),
            _ => false,
        };
        fits(c) || self.ignore_case && (fits(c.to_ascii_lowercase()) || fits(c.to_ascii_uppercase()))
    }

    fn is_word(&self, at: Option<usize>) -> bool {
        at.and_then(|at| self.chars.get(at)).is_some_and(|(_, c)| c.is_alphanumeric() || *c == '_')
    }
}

fn is_single(node: &Node) -> bool {
    matches!(node, Node::Char(_) | Node::Any | Node::Set(_) | Node::Class(_))
}
