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
