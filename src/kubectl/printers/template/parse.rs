//! Text → nodes of a Go template.

use crate::value::Value;

/// What a template does, in order.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    /// `{{pipeline}}`, or `{{$x := pipeline}}` (with `true` where it declares) and `{{$x = pipeline}}`.
    Action {
        variables: Vec<String>,
        declares: bool,
        pipeline: Pipeline,
    },
    If {
        pipeline: Pipeline,
        variables: Vec<String>,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    With {
        pipeline: Pipeline,
        variables: Vec<String>,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Range {
        pipeline: Pipeline,
        variables: Vec<String>,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Break,
    Continue,
}

/// Commands, each of which gets the result of the one before as its last argument.
pub(super) type Pipeline = Vec<Vec<Operand>>;

#[derive(Clone, Debug)]
pub(super) enum Operand {
    Literal(Value),
    /// `.a.b`; empty for `.`.
    Field(Vec<String>),
    /// `$x.a.b`.
    Variable(String, Vec<String>),
    Function(String),
    /// `(pipeline).a.b`.
    Group(Pipeline, Vec<String>),
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Text(String),
    Number(Value),
    Name(String),
    Variable(String),
    /// `.a.b`, without its first dot.
    Field(String),
    Sign(char),
    Declare,
    Assign,
}

/// A failure and the line it is on.
type Failed = (usize, String);

/// Deeper nesting is refused.
const MAX_DEPTH: usize = 64;

/// Text, or the inside of an action, with its line.
enum Piece {
    Text(String),
    Action(usize, String),
}

pub(super) fn parse(text: &str) -> Result<Vec<Node>, Failed> {
    let pieces = pieces(text)?;
    let mut parser = Parser { pieces, at: 0, depth: 0 };
    let (nodes, end) = parser.nodes()?;
    match end {
        None => Ok(nodes),
        Some((line, word, _)) => Err((line, format!("unexpected {{{{{word}}}}}"))),
    }
}

/// Splits a template into text and actions; `{{-` and `-}}` take the white space around away.
fn pieces(text: &str) -> Result<Vec<Piece>, Failed> {
    let (mut pieces, mut rest, mut line, mut trim) = (Vec::new(), text, 1, false);
    loop {
        let (before, action) = match rest.find("{{") {
            Some(at) => (&rest[..at], Some(&rest[at + 2..])),
            None => (rest, None),
        };
        let mut shown = if trim { before.trim_start() } else { before };
        line += before.matches('\n').count();
        let Some(mut action) = action else {
            pieces.push(Piece::Text(shown.into()));
            return Ok(pieces);
        };
        if let Some(trimmed) = action.strip_prefix('-').filter(|after| after.starts_with(char::is_whitespace)) {
            (shown, action) = (shown.trim_end(), trimmed);
        }
        pieces.push(Piece::Text(shown.into()));
        let end = end_of_action(action).ok_or((line, "unclosed action".to_string()))?;
        let mut inside = &action[..end];
        rest = &action[end + 2..];
        let started = line;
        line += inside.matches('\n').count();
        trim = inside.ends_with('-') && inside[..inside.len() - 1].ends_with(char::is_whitespace);
        if trim {
            inside = &inside[..inside.len() - 1];
        }
        let inside = inside.trim();
        if !(inside.starts_with("/*") && inside.ends_with("*/")) {
            pieces.push(Piece::Action(started, inside.to_string()));
        }
    }
}

/// Where the `}}` of an action is; those in quotes don't count.
fn end_of_action(action: &str) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, letter) in action.char_indices() {
        match quote {
            Some('`') if letter == '`' => quote = None,
            Some('`') => {}
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '`' | '\'') && !action.starts_with("/*") => quote = Some(letter),
            None if action[at..].starts_with("}}") => return Some(at),
            None => {}
        }
    }
    None
}

struct Parser {
    pieces: Vec<Piece>,
    at: usize,
    depth: usize,
}

/// What ended a list of nodes: the line, `end` or `else`, and what follows `else`.
type End = Option<(usize, String, Vec<Word>)>;

impl Parser {
    fn nodes(&mut self) -> Result<(Vec<Node>, End), Failed> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((0, "the template is nested too deeply".into()));
        }
        let mut nodes = Vec::new();
        while self.at < self.pieces.len() {
            self.at += 1;
            let (line, action) = match &self.pieces[self.at - 1] {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text.clone()));
                    continue;
                }
                Piece::Action(line, action) => (*line, action.clone()),
            };
            let words = words(&action).map_err(|why| (line, why))?;
            match words.first() {
                None => return Err((line, "missing value for command".into())),
                Some(Word::Name(name)) if name == "end" || name == "else" => {
                    self.depth -= 1;
                    return Ok((nodes, Some((line, name.clone(), words[1..].to_vec()))));
                }
                Some(Word::Name(name)) if matches!(name.as_str(), "if" | "with" | "range") => {
                    let node = self.block(line, name, &words[1..])?;
                    nodes.push(node);
                }
                Some(Word::Name(name)) if name == "break" && words.len() == 1 => nodes.push(Node::Break),
                Some(Word::Name(name)) if name == "continue" && words.len() == 1 => nodes.push(Node::Continue),
                Some(Word::Name(name)) if matches!(name.as_str(), "define" | "template" | "block") => {
                    return Err((line, format!("{name} is not supported here")));
                }
                Some(_) => {
                    let (variables, declares, rest) = assignment(&words);
                    nodes.push(Node::Action { variables, declares, pipeline: pipeline(rest).map_err(|why| (line, why))? });
                }
            }
        }
        self.depth -= 1;
        Ok((nodes, None))
    }

    fn block(&mut self, line: usize, kind: &str, words: &[Word]) -> Result<Node, Failed> {
        let (variables, _, rest) = assignment(words);
        let pipeline = pipeline(rest).map_err(|why| (line, why))?;
        let (then, end) = self.nodes()?;
        let otherwise = match end {
            None => return Err((line, "unexpected EOF".into())),
            Some((_, word, _)) if word == "end" => Vec::new(),
            Some((line, _, rest)) => match rest.split_first() {
                None => match self.nodes()? {
                    (nodes, Some((_, word, _))) if word == "end" => nodes,
                    _ => return Err((line, "unexpected EOF".into())),
                },
                // `else if` is an `if` inside the `else`, which the same `end` closes.
                Some((Word::Name(next), rest)) if next == "if" || next == "with" => vec![self.block(line, next, rest)?],
                Some(_) => return Err((line, "unexpected word in else".into())),
            },
        };
        Ok(match kind {
            "if" => Node::If { pipeline, variables, then, otherwise },
            "with" => Node::With { pipeline, variables, then, otherwise },
            _ => Node::Range { pipeline, variables, body: then, otherwise },
        })
    }
}

/// `$a, $b :=` before a pipeline.
fn assignment(words: &[Word]) -> (Vec<String>, bool, &[Word]) {
    let Some(at) = words.iter().take(4).position(|word| matches!(word, Word::Declare | Word::Assign)) else { return (Vec::new(), false, words) };
    let variables = words[..at].iter().filter_map(|word| if let Word::Variable(name) = word { Some(name.clone()) } else { None }).collect();
    (variables, words[at] == Word::Declare, &words[at + 1..])
}

fn pipeline(words: &[Word]) -> Result<Pipeline, String> {
    let (pipeline, rest) = commands(words, 0)?;
    if !rest.is_empty() {
        return Err("unexpected right paren".into());
    }
    Ok(pipeline)
}

/// Commands up to the end, or to the parenthesis that closes them.
fn commands(mut words: &[Word], depth: usize) -> Result<(Pipeline, &[Word]), String> {
    if depth > MAX_DEPTH {
        return Err("the template is nested too deeply".into());
    }
    let (mut pipeline, mut command) = (Vec::new(), Vec::new());
    while let Some((word, rest)) = words.split_first() {
        words = rest;
        match word {
            Word::Sign('|') => {
                if command.is_empty() {
                    return Err("missing value for command".into());
                }
                pipeline.push(std::mem::take(&mut command));
            }
            Word::Sign(')') => {
                if command.is_empty() {
                    return Err("missing value for parenthesized pipeline".into());
                }
                pipeline.push(command);
                return Ok((pipeline, words));
            }
            Word::Sign('(') => {
                let (inner, after) = commands(words, depth + 1)?;
                words = after;
                let mut fields = Vec::new();
                if let Some((Word::Field(path), after)) = words.split_first() {
                    fields = path.split('.').map(str::to_string).collect();
                    words = after;
                }
                command.push(Operand::Group(inner, fields));
            }
            Word::Text(text) => command.push(Operand::Literal(Value::from(text))),
            Word::Number(number) => command.push(Operand::Literal(number.clone())),
            Word::Field(path) => command.push(Operand::Field(path.split('.').filter(|part| !part.is_empty()).map(str::to_string).collect())),
            Word::Variable(text) => {
                let (name, path) = text.split_once('.').unwrap_or((text, ""));
                let path = path.split('.').filter(|part| !part.is_empty()).map(str::to_string).collect();
                command.push(Operand::Variable(name.into(), path));
            }
            Word::Name(name) => command.push(match name.as_str() {
                "true" => Operand::Literal(Value::Bool(true)),
                "false" => Operand::Literal(Value::Bool(false)),
                "nil" => Operand::Literal(Value::Null),
                name if super::functions::NAMES.contains(&name) => Operand::Function(name.into()),
                name => return Err(format!("function {name:?} not defined")),
            }),
            other => return Err(format!("unexpected {other:?} in command")),
        }
    }
    if command.is_empty() {
        return Err("missing value for command".into());
    }
    pipeline.push(command);
    Ok((pipeline, words))
}

fn words(action: &str) -> Result<Vec<Word>, String> {
    let letters: Vec<char> = action.chars().collect();
    let (mut words, mut at) = (Vec::new(), 0);
    let run = |from: usize, fits: &dyn Fn(char) -> bool| letters[from..].iter().take_while(|letter| fits(**letter)).count();
    let name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let dotted = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        match letter {
            letter if letter.is_whitespace() || letter == ',' => at += 1,
            '"' | '`' | '\'' => {
                let (text, length) = quoted(&letters[at..])?;
                at += length;
                words.push(if letter == '\'' {
                    Word::Number(Value::Int(text.chars().next().map_or(0, |letter| i64::from(letter as u32))))
                } else {
                    Word::Text(text)
                });
            }
            ':' if next == '=' => {
                words.push(Word::Declare);
                at += 2;
            }
            '=' => {
                words.push(Word::Assign);
                at += 1;
            }
            '|' | '(' | ')' => {
                words.push(Word::Sign(letter));
                at += 1;
            }
            '$' => {
                let length = run(at + 1, &dotted);
                words.push(Word::Variable(letters[at + 1..at + 1 + length].iter().collect()));
                at += 1 + length;
            }
            '.' if !next.is_ascii_digit() => {
                let length = run(at + 1, &dotted);
                words.push(Word::Field(letters[at + 1..at + 1 + length].iter().collect()));
                at += 1 + length;
            }
            letter if letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.') => {
                let length = 1 + run(at + 1, &dotted);
                let text: String = letters[at..at + length].iter().collect();
                let number = text.parse::<i64>().map(Value::Int).or_else(|_| text.parse::<f64>().map(Value::Float));
                words.push(Word::Number(number.map_err(|_| format!("bad number syntax: {text:?}"))?));
                at += length;
            }
            letter if name(letter) => {
                let length = run(at, &name);
                words.push(Word::Name(letters[at..at + length].iter().collect()));
                at += length;
            }
            letter => return Err(format!("unexpected {letter:?} in operand")),
        }
    }
    Ok(words)
}

/// A quoted text, and how many letters it takes with its quotes.
fn quoted(letters: &[char]) -> Result<(String, usize), String> {
    let (quote, mut text, mut at) = (letters[0], String::new(), 1);
    while let Some(&letter) = letters.get(at) {
        at += 1;
        if letter == quote {
            return Ok((text, at));
        }
        if letter == '\\' && quote != '`' {
            let escaped = letters.get(at).copied().unwrap_or('\\');
            at += 1;
            text.push(match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
        } else {
            text.push(letter);
        }
    }
    Err("unterminated quoted string".into())
}
