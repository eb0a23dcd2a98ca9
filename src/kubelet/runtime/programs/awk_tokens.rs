//! The words and signs of awk's programs.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name right before `(`: a function.
    Function(String),
    Symbol(&'static str),
    Newline,
}

const SYMBOLS: [&str; 39] = [
    "&&", "||", "==", "!=", "<=", ">=", ">>", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "!~", "**", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-",
    "*", "/", "%", "^", "!", "<", ">", "=", "?", ":", "~", "$",
];

pub(super) fn tokens(source: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        match c {
            ' ' | '\t' | '\r' => at += 1,
            '\\' if chars.get(at + 1) == Some(&'\n') => at += 2,
            '\n' => {
                tokens.push(Token::Newline);
                at += 1;
            }
            '#' => {
                while chars.get(at).is_some_and(|c| *c != '\n') {
                    at += 1;
                }
            }
            '"' => {
                let mut raw = String::new();
                at += 1;
                loop {
                    match chars.get(at) {
                        None | Some('\n') => return Err("cmd. line:1: Unterminated string".into()),
                        Some('"') => break,
                        Some('\\') => {
                            match chars.get(at + 1) {
                                Some('"') => raw.push('"'),
                                Some('/') => raw.push('/'),
                                Some(escaped) => raw.extend(['\\', *escaped]),
                                None => {}
                            }
                            at += 2;
                        }
                        Some(c) => {
                            raw.push(*c);
                            at += 1;
                        }
                    }
                }
                at += 1;
                tokens.push(Token::Text(crate::kubelet::runtime::shell::escapes::unescape(&raw).text()));
            }
            '/' if regex_may_begin(tokens.last()) => {
                let mut raw = String::new();
                at += 1;
                loop {
                    match chars.get(at) {
                        None | Some('\n') => return Err("cmd. line:1: Unexpected end of string".into()),
                        Some('/') => break,
                        Some('\\') if chars.get(at + 1) == Some(&'/') => {
                            raw.push('/');
                            at += 2;
                        }
                        Some(c) => {
                            raw.push(*c);
                            at += 1;
                        }
                    }
                }
                at += 1;
                tokens.push(Token::Regex(raw));
            }
            c if c.is_ascii_digit() || (c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) => {
                let start = at;
                while chars.get(at).is_some_and(|c| {
                    c.is_ascii_digit() || *c == '.' || (matches!(c, 'e' | 'E') && chars.get(at + 1).is_some_and(|next| next.is_ascii_digit() || *next == '-'))
                }) {
                    at += 1;
                    if chars.get(at) == Some(&'-') && matches!(chars[at - 1], 'e' | 'E') {
                        at += 1;
                    }
                }
                let text: String = chars[start..at].iter().collect();
                tokens.push(Token::Number(text.parse().unwrap_or(0.0)));
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let start = at;
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    at += 1;
                }
                let name: String = chars[start..at].iter().collect();
                tokens.push(if chars.get(at) == Some(&'(') { Token::Function(name) } else { Token::Name(name) });
            }
            _ => {
                let symbol = SYMBOLS.into_iter().find(|symbol| symbol.chars().enumerate().all(|(index, c)| chars.get(at + index) == Some(&c)));
                let symbol = symbol.ok_or("cmd. line:1: Unexpected token")?;
                at += symbol.len();
                tokens.push(Token::Symbol(symbol));
            }
        }
    }
    Ok(tokens)
}

/// After a value `/` divides, elsewhere it begins a regular expression.
pub(super) fn regex_may_begin(last: Option<&Token>) -> bool {
    !matches!(last, Some(Token::Number(_) | Token::Text(_) | Token::Regex(_) | Token::Name(_) | Token::Symbol(")" | "]" | "$" | "++" | "--")))
}
