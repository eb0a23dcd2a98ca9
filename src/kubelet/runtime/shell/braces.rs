//! bash's brace expansion: `{a,b}` and `{1..5}`.

use super::ast::{Part, Word};

/// A word gives no more words than this.
const MAX_WORDS: usize = 10_000;

#[derive(Clone)]
enum Token {
    Char(char),
    Part(Part),
}

/// Whether there is anything to expand.
pub(super) fn has_braces(word: &Word) -> bool {
    word.iter().any(|part| matches!(part, Part::Literal(text) if text.contains('{')))
}

/// The words that a word with braces stands for.
pub(super) fn expand(word: &Word) -> Vec<Word> {
    let tokens: Vec<Token> = word
        .iter()
        .flat_map(|part| match part {
            Part::Literal(text) => text.chars().map(Token::Char).collect::<Vec<_>>(),
            other => vec![Token::Part(other.clone())],
        })
        .collect();
    expand_tokens(&tokens, 0).into_iter().map(word_of).collect()
}

fn expand_tokens(tokens: &[Token], depth: usize) -> Vec<Vec<Token>> {
    let opening = tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Char('{'))).map(|(index, _)| index);
    for open in opening {
        if depth > 20 {
            break;
        }
        let Some((choices, close)) = choices(tokens, open) else { continue };
        let mut out = Vec::new();
        let tails = expand_tokens(&tokens[close + 1..], depth + 1);
        for choice in choices {
            for middle in expand_tokens(&choice, depth + 1) {
                for tail in &tails {
                    if out.len() < MAX_WORDS {
                        out.push([&tokens[..open], &middle, tail].concat());
                    }
                }
            }
        }
        return out;
    }
    vec![tokens.to_vec()]
}

/// What stands between the braces, choice by choice, and where they close.
fn choices(tokens: &[Token], open: usize) -> Option<(Vec<Vec<Token>>, usize)> {
    let mut depth = 0;
    let mut commas = vec![open];
    let mut close = None;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Char('{') => depth += 1,
            Token::Char('}') => {
                depth -= 1;
                if depth == 0 {
                    close = Some(index);
                    break;
                }
            }
            Token::Char(',') if depth == 1 => commas.push(index),
            _ => {}
        }
    }
    let close = close?;
    if commas.len() == 1 {
        return Some((range(&tokens[open + 1..close])?, close));
    }
    commas.push(close);
    Some((commas.windows(2).map(|pair| tokens[pair[0] + 1..pair[1]].to_vec()).collect(), close))
}

fn range(tokens: &[Token]) -> Option<Vec<Vec<Token>>> {
    let text: Option<String> = tokens.iter().map(|token| if let Token::Char(c) = token { Some(*c) } else { None }).collect();
    let text = text?;
    let mut bounds = text.split("..");
    let (first, last, step) = (bounds.next()?, bounds.next()?, bounds.next());
    let step = step.map_or(Some(1), |step| step.parse::<i64>().ok())?.unsigned_abs().max(1) as i64;
    let words = |from: i64, to: i64, show: &dyn Fn(i64) -> String| {
        let count = ((to - from).abs() / step + 1).min(MAX_WORDS as i64);
        (0..count).map(|index| show(from + index * step * (to - from).signum()).chars().map(Token::Char).collect()).collect()
    };
    if let (Ok(from), Ok(to)) = (first.parse::<i32>(), last.parse::<i32>()) {
        let width = if first.starts_with('0') && first.len() > 1 { first.len() } else { 0 };
        return Some(words(i64::from(from), i64::from(to), &|number| format!("{number:0width$}")));
    }
    let (from, to) = (first.chars().next()?, last.chars().next()?);
    let letters = first.len() == 1 && last.len() == 1 && from.is_ascii_alphabetic() && to.is_ascii_alphabetic();
    letters.then(|| words(i64::from(from as u32), i64::from(to as u32), &|letter| char::from(letter as u8).to_string()))
}

fn word_of(tokens: Vec<Token>) -> Word {
    let mut word = Vec::new();
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => text.push(c),
            Token::Part(part) => {
                if !text.is_empty() {
                    word.push(Part::Literal(std::mem::take(&mut text).into()));
                }
                word.push(part);
            }
        }
    }
    if !text.is_empty() || word.is_empty() {
        word.push(Part::Literal(text.into()));
    }
    word
}
