//! Regular expressions of schemas (`pattern`): the common part of RE2's syntax, matched in time proportional to text and pattern.

/// More steps than that in a pattern, as from `(a{1000}){1000}`, aren't compiled.
const PROGRAM_LIMIT: usize = 20_000;
const DEPTH_LIMIT: usize = 100;

/// One step of the program that a pattern becomes (Pike's machine).
#[derive(Clone, Debug)]
enum Step {
    Class(Class),
    Split(usize, usize),
    Jump(usize),
    Begin,
    End,
    Boundary(bool),
    Match,
}

/// A set of characters.
#[derive(Clone, Debug, Default)]
struct Class {
    ranges: Vec<(char, char)>,
    is_negated: bool,
}

impl Class {
    fn has(&self, character: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != self.is_negated
    }
}

/// A parsed pattern.
enum Node {
    Empty,
    Class(Class),
    Begin,
    End,
    Boundary(bool),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat(Box<Node>, usize, Option<usize>),
}

/// A pattern, ready to be matched.
pub(super) struct Expression {
    program: Vec<Step>,
}

impl Expression {
    /// Reads a pattern; `None` for syntax that isn't understood or a pattern that is too large, which then isn't checked.
    pub(super) fn parse(pattern: &str) -> Option<Expression> {
        let mut parser = Parser { characters: pattern.chars().collect(), at: 0 };
        let node = parser.choice(0)?;
        if parser.at < parser.characters.len() {
            return None;
        }
        let mut program = Vec::new();
        compile(&node, &mut program)?;
        program.push(Step::Match);
        Some(Expression { program })
    }

    /// Whether it matches anywhere in the text; `None` where that takes more steps than are left in `budget`.
    pub(super) fn is_in(&self, text: &str, budget: &mut usize) -> Option<bool> {
        let characters: Vec<char> = text.chars().collect();
        let mut current: Vec<usize> = Vec::new();
        let mut marked = vec![usize::MAX; self.program.len()];
        for at in 0..=characters.len() {
            let mut reached = Vec::new();
            for state in current.drain(..).chain([0]) {
                self.follow(state, at, &characters, &mut marked, &mut reached);
            }
            if reached.iter().any(|state| matches!(self.program[*state], Step::Match)) {
                return Some(true);
            }
            *budget = budget.checked_sub(reached.len() + 1)?;
            if let Some(character) = characters.get(at) {
                current = reached
                    .into_iter()
                    .filter(|state| matches!(&self.program[*state], Step::Class(class) if class.has(*character)))
                    .map(|state| state + 1)
                    .collect();
            }
        }
        Some(false)
    }

    /// All steps that are reached without reading a character. Those that were followed at this place already are marked with it.
    fn follow(&self, from: usize, at: usize, text: &[char], marked: &mut [usize], reached: &mut Vec<usize>) {
        let is_word =
            |index: Option<usize>| index.and_then(|index| text.get(index)).is_some_and(|character| character.is_ascii_alphanumeric() || *character == '_');
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            if std::mem::replace(&mut marked[state], at) == at {
                continue;
            }
            match &self.program[state] {
                Step::Split(first, second) => open.extend([*second, *first]),
                Step::Jump(to) => open.push(*to),
                Step::Begin if at == 0 => open.push(state + 1),
                Step::End if at == text.len() => open.push(state + 1),
                Step::Boundary(wanted) if (is_word(at.checked_sub(1)) != is_word(Some(at))) == *wanted => open.push(state + 1),
                Step::Begin | Step::End | Step::Boundary(_) => {}
                Step::Class(_) | Step::Match => reached.push(state),
            }
        }
    }
}

fn compile(node: &Node, program: &mut Vec<Step>) -> Option<()> {
    if program.len() > PROGRAM_LIMIT {
        return None;
    }
    match node {
        Node::Empty => {}
        Node::Class(class) => program.push(Step::Class(class.clone())),
        Node::Begin => program.push(Step::Begin),
        Node::End => program.push(Step::End),
        Node::Boundary(wanted) => program.push(Step::Boundary(*wanted)),
        Node::Sequence(nodes) => {
            for node in nodes {
                compile(node, program)?;
            }
        }
        Node::Choice(nodes) => {
            let mut jumps = Vec::new();
            for (index, node) in nodes.iter().enumerate() {
                if index + 1 == nodes.len() {
                    compile(node, program)?;
                    break;
                }
                let split = program.len();
                program.push(Step::Match);
                compile(node, program)?;
                jumps.push(program.len());
                program.push(Step::Match);
                program[split] = Step::Split(split + 1, program.len());
            }
            for jump in jumps {
                program[jump] = Step::Jump(program.len());
            }
        }
        Node::Repeat(node, least, most) => {
            for _ in 0..*least {
                let length = program.len();
                compile(node, program)?;
                if program.len() == length {
                    break; // Nothing, however often: `((){1000}){1000}`.
                }
            }
            match most {
                None => {
                    let split = program.len();
                    program.push(Step::Match);
                    compile(node, program)?;
                    program.push(Step::Jump(split));
                    program[split] = Step::Split(split + 1, program.len());
                }
                Some(most) => {
                    let mut splits = Vec::new();
                    for _ in *least..*most {
                        splits.push(program.len());
                        program.push(Step::Match);
                        compile(node, program)?;
                    }
                    for split in splits {
                        program[split] = Step::Split(split + 1, program.len());
                    }
                }
            }
        }
    }
    Some(())
}

struct Parser {
    characters: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    fn choice(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH_LIMIT {
            return None;
        }
        let mut branches = vec![self.sequence(depth)?];
        while self.takes('|') {
            branches.push(self.sequence(depth)?);
        }
        Some(if branches.len() == 1 { branches.pop()? } else { Node::Choice(branches) })
    }

    fn sequence(&mut self, depth: usize) -> Option<Node> {
        let mut nodes = Vec::new();
        while self.peek().is_some_and(|character| character != '|' && character != ')') {
            let atom = self.atom(depth)?;
            nodes.push(self.repeated(atom)?);
        }
        Some(match nodes.len() {
            0 => Node::Empty,
            _ => Node::Sequence(nodes),
        })
    }

    fn repeated(&mut self, atom: Node) -> Option<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let Some((bounds, length)) = self.bounds() else { return Some(atom) };
                self.at += length;
                self.takes('?');
                return Some(Node::Repeat(Box::new(atom), bounds.0, bounds.1));
            }
            _ => return Some(atom),
        };
        self.at += 1;
        // Whether as much or as little as possible is taken makes no difference to whether it matches.
        self.takes('?');
        Some(Node::Repeat(Box::new(atom), least, most))
    }

    /// `{2}`, `{2,}`, `{2,5}`, and how long it is; `None` where the brace is just a brace.
    fn bounds(&self) -> Option<((usize, Option<usize>), usize)> {
        let rest = &self.characters[self.at + 1..];
        let end = rest.iter().position(|character| *character == '}')?;
        let text: String = rest[..end].iter().collect();
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number <= 1000);
        let bounds = match text.split_once(',') {
            None => (number(&text)?, Some(number(&text)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if bounds.1.is_some_and(|most| most < bounds.0) { None } else { Some((bounds, end + 2)) }
    }

    fn atom(&mut self, depth: usize) -> Option<Node> {
        Some(match self.take()? {
            '^' => Node::Begin,
            '$' => Node::End,
            '.' => Node::Class(Class { ranges: vec![('\n', '\n')], is_negated: true }),
            '(' => {
                if self.takes('?') {
                    // Groups with a name or without number; flags aren't understood.
                    match self.take()? {
                        ':' => {}
                        'P' | '<' => while self.take()? != '>' {},
                        _ => return None,
                    }
                }
                let node = self.choice(depth + 1)?;
                if !self.takes(')') {
                    return None;
                }
                node
            }
            '[' => Node::Class(self.class()?),
            '\\' => match self.take()? {
                'b' => Node::Boundary(true),
                'B' => Node::Boundary(false),
                'A' => Node::Begin,
                'z' => Node::End,
                other => Node::Class(escaped(other)?),
            },
            '*' | '+' | '?' => return None,
            other => Node::Class(single(other)),
        })
    }

    fn class(&mut self) -> Option<Class> {
        let mut class = Class { ranges: Vec::new(), is_negated: self.takes('^') };
        let mut is_first = true;
        loop {
            let character = self.take()?;
            if character == ']' && !is_first {
                return Some(class);
            }
            is_first = false;
            let from = match character {
                '[' if self.peek() == Some(':') => {
                    let name: String = self.characters[self.at + 1..].iter().take_while(|character| **character != ':').collect();
                    self.at += name.chars().count() + 3;
                    class.ranges.extend(named(&name)?);
                    continue;
                }
                '\\' => {
                    let set = escaped(self.take()?)?;
                    match set.ranges.as_slice() {
                        [(from, to)] if from == to && !set.is_negated => *from,
                        _ if set.is_negated => return None,
                        _ => {
                            class.ranges.extend(set.ranges);
                            continue;
                        }
                    }
                }
                other => other,
            };
            let is_range = self.peek() == Some('-') && self.characters.get(self.at + 1).is_some_and(|next| *next != ']');
            if !is_range {
                class.ranges.push((from, from));
                continue;
            }
            self.at += 1;
            let to = match self.take()? {
                '\\' => escaped(self.take()?)?.ranges.first()?.0,
                other => other,
            };
            if to < from {
                return None;
            }
            class.ranges.push((from, to));
        }
    }
}

fn single(character: char) -> Class {
    Class { ranges: vec![(character, character)], is_negated: false }
}

fn named(name: &str) -> Option<Vec<(char, char)>> {
    Some(match name {
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "digit" => vec![('0', '9')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "xdigit" => vec![('0', '9'), ('a', 'f'), ('A', 'F')],
        _ => return None,
    })
}

fn escaped(character: char) -> Option<Class> {
    let word = vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
    let space = vec![(' ', ' '), ('\t', '\t'), ('\n', '\n'), ('\x0c', '\r')];
    let ranges = match character.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        'w' => word,
        's' => space,
        _ => {
            return Some(single(match character {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'f' => '\x0c',
                'v' => '\x0b',
                other if other.is_ascii_alphanumeric() => return None,
                other => other,
            }));
        }
    };
    Some(Class { ranges, is_negated: character.is_ascii_uppercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_res_do() {
        let cron = r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$";
        for (pattern, text, expected) in [
            (cron, "* * * * */5", true),
            (cron, "* * * *", false),
            ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "my-name", true),
            ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "My", false),
            ("b+", "aabba", true),
            ("^(a|b){2,3}$", "abab", false),
            ("^(?:foo|bar)$", "bar", true),
            ("^[^/]+$", "a/b", false),
            (r"^\S+@\S+\.[[:alpha:]]{2,}$", "a@b.example", true),
            ("^(a*)*$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
        ] {
            let matched = Expression::parse(pattern).and_then(|expression| expression.is_in(text, &mut 10_000));
            assert_eq!(matched, Some(expected), "{pattern} {text}");
        }
        let nothing = format!("{}{}", "(".repeat(40), "){1000}".repeat(40));
        assert!(Expression::parse(&nothing).is_some_and(|expression| expression.is_in("", &mut 10_000) == Some(true)), "nothing is there, however often");
        let slow = Expression::parse("(a?){900}b").and_then(|expression| expression.is_in(&"a".repeat(9_000), &mut 1_000_000));
        assert_eq!(slow, None, "what takes too long is given up");
        assert!(Expression::parse("(").is_none() && Expression::parse("(((a{1000}){1000}){1000})").is_none());
    }
}
