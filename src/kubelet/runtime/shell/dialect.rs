//! Where the shells differ: in what they say.

/// Which shell it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// busybox (Alpine too).
    Ash,
    /// `sh` of Debian and Ubuntu.
    Dash,
    Bash,
}

/// bash says `-c` where a script isn't a file.
fn bash_source(name: &str, is_script_file: bool) -> String {
    if is_script_file { name.to_owned() } else { format!("{name}: -c") }
}

impl Dialect {
    pub fn is_bash(self) -> bool {
        self == Dialect::Bash
    }

    /// An error message. `line` counts from 0.
    pub fn message(self, name: &str, line: u32, is_script_file: bool, message: &str) -> String {
        match self {
            Dialect::Ash if is_script_file => format!("{name}: line {}: {message}\n", line + 1),
            Dialect::Ash => format!("{name}: {message}\n"),
            Dialect::Dash => format!("{name}: {}: {message}\n", line + 1),
            Dialect::Bash => format!("{name}: line {}: {message}\n", line + 1),
        }
    }

    /// A syntax error, which the parser gives in ash's words.
    pub fn syntax_error(self, name: &str, line: u32, is_script_file: bool, error: &str) -> String {
        let text = error.strip_prefix("syntax error: ").unwrap_or(error);
        let (what, expecting) = match text.split_once(" (expecting ") {
            Some((what, expecting)) => (what, format!(" (expecting {expecting}")),
            None => (text, String::new()),
        };
        let unexpected = what.strip_prefix("unexpected ");
        match (self, unexpected) {
            (Dialect::Ash, _) => self.message(name, line, is_script_file, error),
            (Dialect::Dash, Some(token)) => self.message(name, line, is_script_file, &format!("Syntax error: {token} unexpected{expecting}")),
            (Dialect::Dash, None) => {
                let mut letters = text.chars();
                let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
                self.message(name, line, is_script_file, &format!("Syntax error: {capital}"))
            }
            (Dialect::Bash, Some("end of file")) => self.message(&bash_source(name, is_script_file), line + 1, true, "syntax error: unexpected end of file"),
            (Dialect::Bash, Some(token)) => {
                self.message(&bash_source(name, is_script_file), line, true, &format!("syntax error near unexpected token `{}'", token.trim_matches('"')))
            }
            (Dialect::Bash, None) if text == "unterminated quoted string" => {
                self.message(&bash_source(name, is_script_file), line, true, "unexpected EOF while looking for matching `\"'")
            }
            (Dialect::Bash, None) => self.message(&bash_source(name, is_script_file), line, true, text),
        }
    }

    /// An error message of a builtin.
    pub fn builtin_message(self, name: &str, line: u32, is_script_file: bool, builtin: &str, message: &str) -> String {
        match self {
            Dialect::Ash => format!("{name}: {builtin}: line {}: {message}\n", line + u32::from(is_script_file)),
            Dialect::Dash => format!("{name}: {}: {builtin}: {message}\n", line + 1),
            Dialect::Bash => format!("{name}: line {}: {builtin}: {message}\n", line + 1),
        }
    }

    /// `foo: not found`
    pub fn not_found(self, command: &str) -> String {
        match self {
            Dialect::Bash if command.contains('/') => format!("{command}: No such file or directory"),
            Dialect::Bash => format!("{command}: command not found"),
            _ => format!("{command}: not found"),
        }
    }

    /// Why a file couldn't be opened for reading or writing.
    pub fn cannot_open(self, path: &str, writing: bool, error: super::super::fs::FsError) -> String {
        use super::super::fs::FsError;
        let missing = error == FsError::NotFound;
        match self {
            Dialect::Bash => format!("{path}: {}", error.message()),
            Dialect::Ash => {
                let why = if !missing {
                    error.message()
                } else if writing {
                    "nonexistent directory"
                } else {
                    "no such file"
                };
                format!("can't {} {path}: {why}", if writing { "create" } else { "open" })
            }
            Dialect::Dash => {
                let why = if !missing {
                    error.message()
                } else if writing {
                    "Directory nonexistent"
                } else {
                    "No such file"
                };
                format!("cannot {} {path}: {why}", if writing { "create" } else { "open" })
            }
        }
    }
}
