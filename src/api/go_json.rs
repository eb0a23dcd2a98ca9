//! The words of Go's JSON decoder for text that is no JSON.

/// Why `text`, which serde refused with `error`, is no JSON. Followed for what is empty, ends early, or has a wrong character in the usual places.
pub fn error_words(text: &str, error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".into();
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = error.column().saturating_sub(1);
    let found = line.get(column..).and_then(|rest| rest.chars().next()).unwrap_or('\n');
    let before = line.get(..column).unwrap_or_default().trim_end();
    let message = error.to_string();
    let wanted = if message.starts_with("expected ident") {
        return literal(text, line, column);
    } else if message.starts_with("trailing characters") {
        "after top-level value"
    } else {
        match before.chars().last() {
            Some('{') => "looking for beginning of object key string",
            Some(',') if message.starts_with("key must be") => "looking for beginning of object key string",
            Some('"' | '}' | ']') if message.starts_with("expected `:`") => "after object key",
            Some('"' | '}' | ']' | '0'..='9' | 'e' | 'l') if message.contains("or `]`") => "after array element",
            Some('"' | '}' | ']' | '0'..='9' | 'e' | 'l') => "after object key:value pair",
            _ => "looking for beginning of value",
        }
    };
    format!("invalid character {} {wanted}", quoted(found))
}

/// `nul`: what the literal that begins there should go on with.
fn literal(text: &str, line: &str, column: usize) -> String {
    let start = line.get(..column).unwrap_or_default().rfind(|letter: char| !letter.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let word = line.get(start..).unwrap_or(text);
    for known in ["true", "false", "null"] {
        if word.starts_with(&known[..1])
            && let Some((expected, found)) = known.chars().zip(word.chars().chain(['\n'])).find(|(expected, found)| expected != found)
        {
            return format!("invalid character {} in literal {known} (expecting {})", quoted(found), quoted(expected));
        }
    }
    format!("invalid character {} looking for beginning of value", quoted(word.chars().next().unwrap_or('\n')))
}

/// A character as Go quotes it here.
fn quoted(letter: char) -> String {
    match letter {
        '"' => "'\"'".into(),
        other => format!("'{}'", other.escape_default()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_no_json_is_said_as_go_says_it() {
        for (text, words) in [
            ("", "unexpected end of JSON input"),
            ("{\"a\":", "unexpected end of JSON input"),
            ("not json", "invalid character 'o' in literal null (expecting 'u')"),
            ("xx", "invalid character 'x' looking for beginning of value"),
            ("{a}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{} x", "invalid character 'x' after top-level value"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            assert_eq!(super::error_words(text, &error), words, "{text}");
        }
    }
}
