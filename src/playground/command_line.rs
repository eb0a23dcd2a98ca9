//! From what a person types in the terminal to arguments, as a shell splits them.

/// What was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Typed {
    /// Nothing.
    Nothing,
    /// `kubectl …`: the arguments without the word `kubectl`.
    Kubectl(Vec<String>),
    /// `fault …`: the words after `fault`.
    Fault(Vec<String>),
    /// `clear`.
    Clear,
    /// `help`.
    Help,
    /// Anything else; why it can't be done, as a shell would say it.
    Refused(String),
}

/// Reads a line.
pub fn read(line: &str) -> Typed {
    let words = match split(line) {
        Ok(words) => words,
        Err(reason) => return Typed::Refused(format!("bash: {reason}")),
    };
    let Some((program, arguments)) = words.split_first() else { return Typed::Nothing };
    match program.as_str() {
        "kubectl" | "k" => Typed::Kubectl(arguments.to_vec()),
        "fault" => Typed::Fault(arguments.to_vec()),
        "clear" => Typed::Clear,
        "help" => Typed::Help,
        other => Typed::Refused(format!("bash: {other}: command not found (this terminal knows kubectl, fault, clear and help)")),
    }
}

/// The operators of a shell that this terminal has no meaning for; they would silently become arguments otherwise.
const OPERATORS: [char; 5] = ['|', '>', '<', ';', '&'];

/// Splits into words: spaces separate, quotes and backslashes hold together, `#` begins a comment.
///
/// # Errors
/// What the line has that can't be split.
pub fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => quoted(&mut letters, word.get_or_insert_default())?,
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '#' if word.is_none() => break,
            space if space.is_whitespace() => words.extend(word.take()),
            operator if OPERATORS.contains(&operator) => {
                return Err(format!("{operator} is not understood by this terminal; put it in quotes if it belongs to an argument"));
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(letters: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    for letter in letters {
        if letter == '\'' {
            return Ok(());
        }
        word.push(letter);
    }
    Err("a quote (') is not closed".into())
}

fn double_quoted(letters: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Ok(()),
            '\\' => match letters.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            other => word.push(other),
        }
    }
    Err("a quote (\") is not closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        for (line, words) in [
            ("kubectl get pods -A", vec!["kubectl", "get", "pods", "-A"]),
            ("  get   'a b' \"c \\\"d\\\"\" e\\ f ", vec!["get", "a b", "c \"d\"", "e f"]),
            (r#"patch x -p '{"a": 1}' # a comment"#, vec!["patch", "x", "-p", r#"{"a": 1}"#]),
            ("get -o jsonpath='{.items[*].spec}' ''", vec!["get", "-o", "jsonpath={.items[*].spec}", ""]),
            ("", vec![]),
        ] {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
        for bad in ["get 'pods", "get \"pods", "get pods | tail -2", "get pods > x"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn other_programs_are_refused_by_name() {
        assert_eq!(read("k get po"), Typed::Kubectl(vec!["get".into(), "po".into()]));
        assert_eq!(read("   "), Typed::Nothing);
        let Typed::Refused(reason) = read("docker ps") else { panic!("docker is not here") };
        assert!(reason.contains("docker: command not found"), "{reason}");
    }
}
