//! Regular expressions as ingress-nginx's paths use them (`/api(/|$)(.*)`): the common part of PCRE, matched within a bounded number of steps.

/// How many steps a match may take before it counts as none.
const MAX_STEPS: usize = 100_000;
/// How often a group may be repeated.
const MAX_GROUP_REPEATS: usize = 200;
/// How deep groups may be nested.
const MAX_DEPTH: usize = 50;

#[derive(Clone, Debug)]
enum Node {
    Any,
    Letter(char),
    /// Ranges of letters, and whether they are excluded.
    Class(Vec<(char, char)>, bool),
    /// Alternatives, and the number of the capture where it is one.
    Group(Vec<Vec<Item>>, Option<usize>),
    Start,
    End,
}

#[derive(Clone, Debug)]
struct Item {
    node: Node,
    at_least: usize,
    at_most: usize,
}

/// A regular expression, which is matched without regard to case, as ingress-nginx does.
#[derive(Clone, Debug)]
pub struct Pattern {
    alternatives: Vec<Vec<Item>>,
    captures: usize,
}

impl Pattern {
    /// Reads one; `None` where it has something that isn't known here or makes no sense.
    pub fn parse(text: &str) -> Option<Pattern> {
        let mut parser = Parser { letters: text.chars().collect(), at: 0, captures: 0 };
        let alternatives = parser.alternatives(0)?;
        (parser.at == parser.letters.len()).then_some(Pattern { alternatives, captures: parser.captures })
    }

    /// The whole match and the captures of a match at the beginning of `text`.
    pub fn match_start(&self, text: &str) -> Option<Vec<String>> {
        let letters: Vec<char> = text.chars().collect();
        let mut matcher = Matcher { letters: &letters, captures: vec![None; self.captures + 1], steps: 0 };
        let mut end = None;
        matcher.any(&self.alternatives, 0, &mut |_, at| {
            end = Some(at);
            true
        });
        let end = end?;
        let part = |range: Option<(usize, usize)>| range.and_then(|(from, to)| letters.get(from..to)).unwrap_or_default().iter().collect::<String>();
        let mut parts = vec![part(Some((0, end)))];
        parts.extend(matcher.captures.iter().skip(1).map(|range| part(*range)));
        Some(parts)
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    captures: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self, letter: char) -> bool {
        let is_it = self.peek() == Some(letter);
        self.at += usize::from(is_it);
        is_it
    }

    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Item>>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut alternatives = vec![self.sequence(depth)?];
        while self.take('|') {
            alternatives.push(self.sequence(depth)?);
        }
        Some(alternatives)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, '|' | ')')) {
            self.at += 1;
            let node = match letter {
                '.' => Node::Any,
                '^' => Node::Start,
                '$' => Node::End,
                '(' => self.group(depth)?,
                '[' => self.class()?,
                '\\' => self.escaped()?,
                '*' | '+' | '?' | '{' => return None,
                letter => Node::Letter(letter),
            };
            let (at_least, at_most) = if self.take('*') {
                (0, usize::MAX)
            } else if self.take('+') {
                (1, usize::MAX)
            } else if self.take('?') {
                (0, 1)
            } else {
                (1, 1)
            };
            items.push(Item { node, at_least, at_most });
        }
        Some(items)
    }

    fn group(&mut self, depth: usize) -> Option<Node> {
        let capture = if self.take('?') {
            if !self.take(':') {
                return None;
            }
            None
        } else {
            self.captures += 1;
            Some(self.captures)
        };
        let alternatives = self.alternatives(depth + 1)?;
        self.take(')').then_some(Node::Group(alternatives, capture))
    }

    fn class(&mut self) -> Option<Node> {
        let is_negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let letter = self.peek()?;
            self.at += 1;
            match letter {
                ']' if !ranges.is_empty() => return Some(Node::Class(ranges, is_negated)),
                '\\' => match self.escaped()? {
                    Node::Class(more, false) => ranges.extend(more),
                    Node::Letter(letter) => ranges.push((letter, letter)),
                    _ => return None,
                },
                from if self.peek() == Some('-') && self.letters.get(self.at + 1).is_some_and(|next| *next != ']') => {
                    self.at += 1;
                    let to = self.peek()?;
                    self.at += 1;
                    ranges.push((from, to));
                }
                letter => ranges.push((letter, letter)),
            }
        }
    }

    fn escaped(&mut self) -> Option<Node> {
        let letter = self.peek()?;
        self.at += 1;
        let word = || vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
        Some(match letter {
            'd' => Node::Class(vec![('0', '9')], false),
            'D' => Node::Class(vec![('0', '9')], true),
            'w' => Node::Class(word(), false),
            'W' => Node::Class(word(), true),
            's' => Node::Class(vec![(' ', ' '), ('\t', '\r')], false),
            letter if letter.is_alphanumeric() => return None,
            letter => Node::Letter(letter),
        })
    }
}

struct Matcher<'a> {
    letters: &'a [char],
    captures: Vec<Option<(usize, usize)>>,
    steps: usize,
}

/// What comes after a part; it says whether the rest matches.
type Next<'n> = &'n mut dyn FnMut(&mut Matcher, usize) -> bool;

impl Matcher<'_> {
    fn any(&mut self, alternatives: &[Vec<Item>], at: usize, next: Next) -> bool {
        alternatives.iter().any(|items| self.sequence(items, at, next))
    }

    fn sequence(&mut self, items: &[Item], at: usize, next: Next) -> bool {
        match items.split_first() {
            None => next(self, at),
            Some((item, rest)) => self.repeat(item, 0, at, &mut |matcher, at| matcher.sequence(rest, at, next)),
        }
    }

    /// As often as possible first.
    fn repeat(&mut self, item: &Item, count: usize, at: usize, next: Next) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS || count > MAX_GROUP_REPEATS {
            return false;
        }
        if !matches!(item.node, Node::Group(..)) {
            return self.repeat_letter(item, at, next);
        }
        let more = count < item.at_most
            && self.once(&item.node, at, &mut |matcher, after| {
                let moved = after > at || count < item.at_least;
                moved && matcher.repeat(item, count + 1, after, next)
            });
        more || (count >= item.at_least && next(self, at))
    }

    /// What takes one letter at most needs no calls within calls.
    fn repeat_letter(&mut self, item: &Item, at: usize, next: Next) -> bool {
        let mut ends = vec![at];
        let mut end = at;
        while ends.len() <= item.at_most {
            let mut after = None;
            self.once(&item.node, end, &mut |_, position| {
                after = Some(position);
                true
            });
            match after {
                Some(position) => ends.push(position),
                None => break,
            }
            if after == Some(end) {
                break;
            }
            end = after.unwrap_or(end);
        }
        let mut choices = ends.iter().enumerate().rev();
        choices.any(|(count, &end)| {
            self.steps += 1;
            count >= item.at_least && self.steps <= MAX_STEPS && next(self, end)
        })
    }

    fn once(&mut self, node: &Node, at: usize, next: Next) -> bool {
        let letter = self.letters.get(at).copied();
        match node {
            Node::Any => letter.is_some() && next(self, at + 1),
            Node::Letter(wanted) => letter.is_some_and(|letter| letter.eq_ignore_ascii_case(wanted)) && next(self, at + 1),
            Node::Class(ranges, is_negated) => {
                let is_in = |letter: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter));
                let matches = |letter: char| is_in(letter.to_ascii_lowercase()) || is_in(letter.to_ascii_uppercase());
                letter.is_some_and(|letter| matches(letter) != *is_negated) && next(self, at + 1)
            }
            Node::Start => at == 0 && next(self, at),
            Node::End => at == self.letters.len() && next(self, at),
            Node::Group(alternatives, capture) => self.any(alternatives, at, &mut |matcher, after| {
                let Some(index) = *capture else { return next(matcher, after) };
                let before = matcher.captures[index].replace((at, after));
                let matches = next(matcher, after);
                if !matches {
                    matcher.captures[index] = before;
                }
                matches
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn paths_match_as_in_nginx() {
        for (pattern, text, expected) in [
            ("/something(/|$)(.*)", "/something/else", Some(vec!["/something/else", "/", "else"])),
            ("/something(/|$)(.*)", "/something", Some(vec!["/something", "", ""])),
            ("/something(/|$)(.*)", "/somethings", None),
            ("/v2/?(.*)", "/V2/a/b", Some(vec!["/V2/a/b", "a/b"])),
            ("/foo/[A-Z0-9]{3}", "/foo/abc", None),
            ("/foo/[a-z]+\\.html$", "/foo/bar.html", Some(vec!["/foo/bar.html"])),
            ("/foo/[^/]+", "/foo/bar/baz", Some(vec!["/foo/bar"])),
            ("/(a|b)(?:c)*\\d", "/bcc7", Some(vec!["/bcc7", "b"])),
            ("/", "/anything", Some(vec!["/"])),
            ("/a?b*c", "/c", Some(vec!["/c"])),
            ("(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", None),
        ] {
            let found = Pattern::parse(pattern).and_then(|pattern| pattern.match_start(text));
            assert_eq!(found, expected.map(|parts| parts.into_iter().map(String::from).collect()), "{pattern} on {text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_no_pattern() {
        for pattern in ["(", "a)", "[a", "*", "\\q", "(?=a)", &"(".repeat(100)] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }
}
