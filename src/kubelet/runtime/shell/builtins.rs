//! The commands that a shell does itself.

use super::pending::{Pending, ReadOptions};
use super::test_command;
use super::variables::{Content, Variable};
use super::words::is_name;
use super::{Dialect, FrameKind, Options, Shell, arithmetic};
use crate::kubelet::runtime::fs::view::EXECUTE;
use crate::kubelet::runtime::kernel::{Pid, Sys, signal};
use crate::kubelet::runtime::programs;
use smol_str::SmolStr;

/// A file that is sourced is no longer than this.
const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// What came of a builtin.
pub(super) enum Outcome {
    Status(i32),
    /// It has set `$?` and where to go on itself.
    Continue,
    Exit(i32),
    /// The shell ends with this message.
    Fatal(String),
    Pending(Pending),
    /// The shell is replaced.
    Exec(Vec<SmolStr>),
    /// A program is to be run, whatever functions and builtins there are.
    Call(Vec<SmolStr>),
}

/// Whether assignments before the command stay after it (POSIX' special builtins).
pub(super) fn is_special(name: &str) -> bool {
    matches!(
        name,
        ":" | "." | "break" | "continue" | "eval" | "exec" | "exit" | "export" | "readonly" | "return" | "set" | "shift" | "times" | "trap" | "unset"
    )
}

/// Every builtin, for `type` and `command -v`.
const NAMES: [&str; 46] = [
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs",
    "kill", "let", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times", "trap", "true", "type", "ulimit",
    "umask", "unalias", "unset", "wait", "[[", "declare", "typeset", "shopt", "builtin", "history",
];

/// Whether there is a builtin of that name.
pub(super) fn is_builtin(name: &str, dialect: Dialect) -> bool {
    match name {
        "declare" | "typeset" | "shopt" | "builtin" => dialect.is_bash(),
        "source" | "let" | "[[" | "history" => dialect != Dialect::Dash,
        _ => NAMES.contains(&name),
    }
}

/// Runs a builtin; `None` where there is none of that name.
pub(super) fn run(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Option<Outcome> {
    if !is_builtin(name, shell.dialect) {
        return None;
    }
    Some(match name {
        ":" | "true" | "alias" | "unalias" | "hash" | "shopt" | "history" | "bg" | "fg" => Outcome::Status(0),
        "false" => Outcome::Status(1),
        "echo" => Outcome::Status(programs::text::echo(sys, arguments, shell.dialect)),
        "printf" => Outcome::Status(programs::printf::printf(sys, arguments, &shell_prefix(shell))),
        "test" | "[" | "[[" => Outcome::Status(test(shell, name, arguments, sys)),
        "cd" => Outcome::Status(cd(shell, arguments, sys)),
        "pwd" => {
            sys.out(&format!("{}\n", sys.process.cwd));
            Outcome::Status(0)
        }
        "exit" => match status_argument(shell, name, arguments) {
            Ok(status) => Outcome::Exit(status),
            Err(message) => {
                shell.complain_of(sys, name, &message);
                Outcome::Exit(2)
            }
        },
        "return" => match status_argument(shell, name, arguments) {
            Ok(status) => match shell.return_with(status, sys) {
                Some(status) => Outcome::Exit(status),
                None => Outcome::Continue,
            },
            Err(message) => {
                shell.complain_of(sys, name, &message);
                Outcome::Exit(2)
            }
        },
        "break" | "continue" => {
            let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(1usize).max(1);
            shell.undo_command(sys);
            shell.status = 0;
            shell.leave_loops(count, name == "continue", sys);
            Outcome::Continue
        }
        "eval" => {
            let text = arguments.join(" ");
            shell.status = 0;
            if shell.is_deep() {
                return Some(Outcome::Fatal("eval: maximum nesting level exceeded".into()));
            }
            match super::Parser::new(&text, shell.dialect.is_bash()).whole() {
                Ok(list) => {
                    shell.push_frame(super::compile::compile(&list), FrameKind::Plain);
                    Outcome::Continue
                }
                Err(error) => {
                    shell.complain_of(sys, "eval", &error.message);
                    Outcome::Exit(2)
                }
            }
        }
        "." | "source" => source(shell, name, arguments, sys),
        "exec" => Outcome::Exec(arguments.to_vec()),
        "export" | "readonly" => export(shell, name, arguments, sys),
        "local" | "declare" | "typeset" => declare(shell, name, arguments, sys),
        "unset" => unset(shell, arguments, sys),
        "set" => set(shell, arguments, sys),
        "shift" => {
            let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(1usize);
            if count > shell.parameters.len() {
                if shell.dialect == Dialect::Dash {
                    return Some(Outcome::Fatal("shift: can't shift that many".into()));
                }
                return Some(Outcome::Status(1));
            }
            shell.parameters = shell.parameters.skip(count);
            Outcome::Status(0)
        }
        "trap" => Outcome::Status(trap(shell, arguments, sys)),
        "wait" => wait(shell, arguments),
        "jobs" => Outcome::Status(0),
        "kill" => Outcome::Status(kill(shell, arguments, sys)),
        "read" => read(shell, arguments, sys),
        "type" => Outcome::Status(type_of(shell, arguments, sys)),
        "command" => command(shell, arguments, sys),
        "builtin" => match arguments.split_first() {
            Some((name, rest)) => run(shell, name, rest, sys).unwrap_or(Outcome::Status(1)),
            None => Outcome::Status(0),
        },
        "umask" => {
            match arguments.first().map(|mask| u32::from_str_radix(mask, 8)) {
                Some(Ok(mask)) => sys.process.umask = mask & 0o777,
                Some(Err(_)) => return Some(Outcome::Status(1)),
                None => sys.out(&format!("{:04o}\n", sys.process.umask)),
            }
            Outcome::Status(0)
        }
        "times" => {
            sys.out("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
            Outcome::Status(0)
        }
        "ulimit" => {
            sys.out(if arguments.first().is_some_and(|option| option == "-n") { "1048576\n" } else { "unlimited\n" });
            Outcome::Status(0)
        }
        "let" => {
            let mut last = 0;
            for expression in arguments {
                let result = arithmetic::evaluate(expression, &mut super::expand::ShellVariables { shell, sys });
                match result {
                    Ok(value) => last = value,
                    Err(error) => return Some(Outcome::Fatal(shell.arithmetic_error(expression, error))),
                }
            }
            Outcome::Status(i32::from(last == 0))
        }
        "getopts" => Outcome::Status(getopts(shell, arguments, sys)),
        _ => return None,
    })
}

fn shell_prefix(shell: &Shell) -> String {
    match shell.dialect {
        Dialect::Ash => shell.name.to_string(),
        Dialect::Dash => format!("{}: {}: printf", shell.name, shell.line + 1),
        Dialect::Bash => format!("{}: line {}: printf", shell.name, shell.line + 1),
    }
}

fn status_argument(shell: &Shell, _name: &str, arguments: &[SmolStr]) -> Result<i32, String> {
    match arguments.first() {
        None => Ok(shell.status),
        Some(text) => text
            .parse::<i32>()
            .map_err(|_| if shell.dialect.is_bash() { format!("{text}: numeric argument required") } else { format!("Illegal number: {text}") }),
    }
}

fn test(shell: &Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let mut arguments = arguments;
    let closing = match name {
        "[" => Some("]"),
        "[[" => Some("]]"),
        _ => None,
    };
    if let Some(closing) = closing {
        match arguments.split_last() {
            Some((last, rest)) if last == closing => arguments = rest,
            _ => {
                shell.complain(sys, &format!("missing {closing}"));
                return 2;
            }
        }
    }
    match test_command::evaluate(sys, arguments) {
        Ok(value) => i32::from(!value),
        Err(message) => {
            let message = if shell.dialect == Dialect::Ash { message } else { format!("{name}: {message}") };
            shell.complain(sys, &message);
            2
        }
    }
}

fn cd(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let argument = arguments.iter().find(|argument| *argument == "-" || !argument.starts_with('-'));
    let target = match argument.map(SmolStr::as_str) {
        None => shell.variables.text("HOME").unwrap_or_else(|| "/".into()),
        Some("-") => match shell.variables.text("OLDPWD") {
            Some(old) => {
                sys.out(&format!("{old}\n"));
                old
            }
            None => sys.process.cwd.clone(),
        },
        Some(path) => path.into(),
    };
    let result = sys.find(&target, true).and_then(|(place, _)| {
        let node = sys.world.files.node(&place)?;
        if !node.is_dir() {
            Err(crate::kubelet::runtime::fs::FsError::NotADirectory)
        } else if !sys.world.files.may(&sys.process.who, &place, EXECUTE) {
            Err(crate::kubelet::runtime::fs::FsError::Denied)
        } else {
            Ok(())
        }
    });
    match result {
        Ok(()) => {
            let old = sys.process.cwd.clone();
            let new = programs::paths::normalize(&sys.absolute(&target));
            let _ = shell.variables.set("OLDPWD", &old);
            let _ = shell.variables.set("PWD", &new);
            sys.process.cwd = new;
            0
        }
        Err(error) => {
            let message = match shell.dialect {
                Dialect::Ash => format!("can't cd to {target}: {}", error.message()),
                Dialect::Dash => format!("can't cd to {target}"),
                Dialect::Bash => format!("{target}: {}", error.message()),
            };
            shell.complain_of(sys, "cd", &message);
            if shell.dialect.is_bash() { 1 } else { 2 }
        }
    }
}

fn source(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let Some(path) = arguments.first() else {
        shell.complain_of(sys, name, "filename argument required");
        return Outcome::Status(2);
    };
    let found = if path.contains('/') {
        path.clone()
    } else {
        programs::find_in_path(sys, path, &shell.variables.text("PATH").unwrap_or_default()).unwrap_or_else(|| path.clone())
    };
    match sys.read_file(&found, MAX_SCRIPT_BYTES) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if shell.is_deep() {
                return Outcome::Fatal(format!("{name}: nested too deeply"));
            }
            shell.status = 0;
            if arguments.len() > 1 {
                shell.parameters = arguments[1..].iter().cloned().collect();
            }
            if shell.push_text(&text, FrameKind::Sourced, sys) { Outcome::Continue } else { Outcome::Exit(2) }
        }
        Err(error) => {
            let message = match shell.dialect {
                Dialect::Ash => format!("can't open '{path}': {}", error.message()),
                Dialect::Dash => format!("cannot open {path}: No such file"),
                Dialect::Bash => {
                    shell.complain(sys, &format!("{path}: {}", error.message()));
                    return Outcome::Status(1);
                }
            };
            shell.complain_of(sys, name, &message);
            Outcome::Exit(2)
        }
    }
}

fn export(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let exporting = name == "export";
    let remove = arguments.first().is_some_and(|option| option == "-n");
    let operands: Vec<&SmolStr> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    if operands.is_empty() {
        let lines: String = shell
            .variables
            .iter()
            .filter(|(_, variable)| if exporting { variable.exported } else { variable.read_only })
            .map(|(key, variable)| {
                declaration(key, variable, if shell.dialect.is_bash() { if exporting { "declare -x" } else { "declare -r" } } else { name }, shell.dialect)
            })
            .collect();
        sys.out(&lines);
        return Outcome::Status(0);
    }
    for operand in operands {
        let (key, value) = match operand.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (operand.as_str(), None),
        };
        if !is_name(key) {
            let message = if shell.dialect.is_bash() { format!("`{operand}': not a valid identifier") } else { format!("{key}: bad variable name") };
            shell.complain_of(sys, name, &message);
            return if shell.dialect.is_bash() { Outcome::Status(1) } else { Outcome::Exit(2) };
        }
        if let Some(value) = value
            && shell.variables.set(key, value).is_err()
        {
            return Outcome::Fatal(shell.read_only_error(key));
        }
        shell.variables.change(key, |variable| {
            if exporting {
                variable.exported = !remove;
            } else {
                variable.read_only = true;
            }
        });
    }
    Outcome::Status(0)
}

fn declaration(key: &str, variable: &Variable, command: &str, dialect: Dialect) -> String {
    match &variable.content {
        Content::Text(text) if dialect.is_bash() => {
            format!("{command} {key}=\"{}\"\n", text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`"))
        }
        Content::Text(text) => format!("{command} {key}={}\n", quote(text)),
        _ => format!("{command} {key}\n"),
    }
}

/// `'…'`
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

/// `'…'` where the text has anything that means something to the shell.
pub(super) fn quote_if_needed(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c));
    if plain { text.to_owned() } else { quote(text) }
}

fn declare(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let function = shell.frames.iter().rposition(|frame| matches!(frame.kind, FrameKind::Function { .. }));
    if name == "local" && function.is_none() {
        let message = if shell.dialect.is_bash() { "can only be used in a function" } else { "not in a function" };
        shell.complain_of(sys, name, message);
        return if shell.dialect.is_bash() { Outcome::Status(1) } else { Outcome::Exit(2) };
    }
    let options: String = arguments.iter().filter(|argument| argument.starts_with('-')).map(|argument| &argument[1..]).collect();
    for operand in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        let (key, value) = match operand.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (operand.as_str(), None),
        };
        if let Some(index) = function.filter(|_| !options.contains('g')) {
            let old = shell.variables.get(key).cloned();
            if let FrameKind::Function { locals, .. } = &mut shell.frames[index].kind
                && !locals.iter().any(|(known, _)| known == key)
            {
                locals.push((key.into(), old));
                if value.is_none() {
                    shell.variables.put(key, Variable::default());
                }
            }
        }
        let result = match value {
            Some(value) if options.contains('i') => {
                let number = arithmetic::evaluate(value, &mut super::expand::ShellVariables { shell, sys }).unwrap_or(0);
                shell.variables.set(key, &number.to_string())
            }
            Some(value) => shell.variables.set(key, value),
            None if options.contains('a') => shell.variables.set_content(key, Content::Array(Default::default())),
            None => Ok(()),
        };
        if result.is_err() {
            return Outcome::Fatal(shell.read_only_error(key));
        }
        shell.variables.change(key, |variable| {
            variable.exported |= options.contains('x');
            variable.read_only |= options.contains('r');
        });
    }
    Outcome::Status(0)
}

fn unset(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let functions = arguments.first().is_some_and(|option| option == "-f");
    for name in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        if functions || shell.variables.get(name).is_none() {
            shell.functions.remove(name);
        } else if shell.variables.unset(name).is_err() {
            let message = shell.read_only_error(name);
            shell.complain_of(sys, "unset", &message);
            return Outcome::Status(1);
        }
    }
    Outcome::Status(0)
}

impl Options {
    /// The option that a letter means.
    pub(super) fn set_letter(&mut self, letter: char, on: bool) -> bool {
        let option = match letter {
            'e' => &mut self.errexit,
            'u' => &mut self.nounset,
            'x' => &mut self.xtrace,
            'f' => &mut self.noglob,
            'n' => &mut self.noexec,
            'C' => &mut self.noclobber,
            'a' => &mut self.allexport,
            // Job control, notification, verbose and bash's -E, -T, -h, -B, -H change nothing that could be seen here.
            'm' | 'b' | 'v' | 'h' | 'E' | 'T' | 'B' | 'H' | 'p' => return true,
            _ => return false,
        };
        *option = on;
        true
    }

    /// The option of that name (`set -o errexit`).
    pub(super) fn set_named(&mut self, name: &str, on: bool) -> bool {
        match name {
            "pipefail" => {
                self.pipefail = on;
                true
            }
            "posix" | "vi" | "emacs" | "ignoreeof" | "monitor" | "notify" | "verbose" | "errtrace" | "functrace" | "history" => true,
            _ => {
                let letter = match name {
                    "errexit" => 'e',
                    "nounset" => 'u',
                    "xtrace" => 'x',
                    "noglob" => 'f',
                    "noexec" => 'n',
                    "noclobber" => 'C',
                    "allexport" => 'a',
                    _ => return false,
                };
                self.set_letter(letter, on)
            }
        }
    }
}

fn set(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    if arguments.is_empty() {
        let lines: String = shell
            .variables
            .iter()
            .filter_map(|(key, variable)| match &variable.content {
                Content::Text(text) => Some(format!("{key}={}\n", quote(text))),
                _ => None,
            })
            .collect();
        sys.out(&lines);
        return Outcome::Status(0);
    }
    let mut rest = arguments.iter();
    while let Some(argument) = rest.as_slice().first() {
        let on = match argument.chars().next() {
            Some('-') => true,
            Some('+') => false,
            _ => break,
        };
        rest.next();
        if argument == "--" || argument == "-" {
            shell.parameters = rest.cloned().collect();
            return Outcome::Status(0);
        }
        for letter in argument[1..].chars() {
            let known = match letter {
                'o' => match rest.next() {
                    Some(option) => shell.options.set_named(option, on),
                    None => true,
                },
                letter => shell.options.set_letter(letter, on),
            };
            if !known {
                shell.complain_of(sys, "set", &format!("illegal option {}{letter}", if on { '-' } else { '+' }));
                return Outcome::Exit(2);
            }
        }
    }
    if !rest.as_slice().is_empty() {
        shell.parameters = rest.cloned().collect();
    }
    Outcome::Status(0)
}

fn trap(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let mut arguments = arguments;
    if arguments.first().is_some_and(|argument| argument == "--") {
        arguments = &arguments[1..];
    }
    if arguments.first().is_some_and(|argument| argument == "-l") {
        return 0;
    }
    if arguments.is_empty() || arguments.first().is_some_and(|argument| argument == "-p") {
        let lines: String = shell.traps.iter().map(|(number, action)| format!("trap -- {} {}\n", quote(action), signal::name(*number))).collect();
        sys.out(&lines);
        return 0;
    }
    let resets = arguments[0] == "-" || (arguments.len() == 1) || arguments[0].parse::<u32>().is_ok();
    let (action, names) = if arguments[0] == "-" {
        (None, &arguments[1..])
    } else if resets {
        (None, arguments)
    } else {
        (Some(arguments[0].clone()), &arguments[1..])
    };
    let mut status = 0;
    for name in names {
        match signal::parse(name) {
            Some(number) => match &action {
                Some(action) => {
                    shell.traps.insert(number, action.clone());
                }
                None => {
                    shell.traps.remove(&number);
                }
            },
            None => {
                let message = if shell.dialect == Dialect::Dash { format!("{name}: bad trap") } else { format!("{name}: invalid signal specification") };
                shell.complain_of(sys, "trap", &message);
                status = 1;
            }
        }
    }
    status
}

fn wait(shell: &mut Shell, arguments: &[SmolStr]) -> Outcome {
    let operands: Vec<&SmolStr> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    if operands.is_empty() {
        return Outcome::Pending(Pending::Wait { pids: shell.background.clone(), all: true });
    }
    let pids: Vec<Pid> =
        operands.iter().filter_map(|operand| operand.trim_start_matches('%').parse().ok()).map(|number: Pid| job(shell, number, operands[0])).collect();
    Outcome::Pending(Pending::Wait { pids, all: false })
}

/// `%1` is the first background job.
fn job(shell: &Shell, number: Pid, operand: &str) -> Pid {
    if operand.starts_with('%') { (number as usize).checked_sub(1).and_then(|index| shell.background.get(index)).copied().unwrap_or(0) } else { number }
}

fn kill(shell: &Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let arguments: Vec<SmolStr> = arguments
        .iter()
        .map(|argument| match argument.strip_prefix('%').and_then(|number| number.parse().ok()) {
            Some(number) => job(shell, number, "%").to_string().into(),
            None => argument.clone(),
        })
        .collect();
    programs::processes::kill(sys, &arguments, &shell.name)
}

fn read(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let mut options = ReadOptions::default();
    let mut rest = arguments.iter();
    let mut prompt = None;
    while let Some(argument) = rest.as_slice().first() {
        if !argument.starts_with('-') || argument.len() < 2 {
            break;
        }
        rest.next();
        if argument == "--" {
            break;
        }
        let letters: Vec<char> = argument[1..].chars().collect();
        for (index, letter) in letters.iter().enumerate() {
            let mut operand = || {
                let inline: String = letters[index + 1..].iter().collect();
                if inline.is_empty() { rest.next().map(|operand| operand.to_string()).unwrap_or_default() } else { inline }
            };
            match letter {
                'r' => options.raw = true,
                's' | 'e' => {}
                'a' => options.array = true,
                'p' => prompt = Some(operand()),
                't' => {
                    let seconds: f64 = operand().parse().unwrap_or(0.0);
                    options.until_ms = Some(sys.now_ms() + (seconds.clamp(0.0, 1e9) * 1000.0) as u64);
                }
                'n' | 'N' => options.max_chars = operand().parse().ok(),
                'u' => options.fd = operand().parse().unwrap_or(0),
                'd' => {
                    operand();
                }
                _ => {
                    shell.complain_of(sys, "read", &format!("illegal option -{letter}"));
                    return Outcome::Exit(2);
                }
            }
            if matches!(letter, 'p' | 't' | 'n' | 'N' | 'u' | 'd') {
                break;
            }
        }
    }
    options.names = rest.cloned().collect();
    if let Some(bad) = options.names.iter().find(|name| !is_name(name)) {
        let message = if shell.dialect.is_bash() { format!("`{bad}': not a valid identifier") } else { format!("'{bad}': bad variable name") };
        shell.complain_of(sys, "read", &message);
        return Outcome::Status(1);
    }
    if let Some(prompt) = prompt.filter(|_| shell.interactive) {
        sys.err(&prompt);
    }
    Outcome::Pending(Pending::Read(options))
}

/// Where a command is found: a keyword, function, builtin, or a path.
fn find_command(shell: &Shell, name: &str, sys: &mut Sys<'_, '_>) -> Option<(String, Option<SmolStr>)> {
    if matches!(name, "if" | "then" | "else" | "elif" | "fi" | "do" | "done" | "case" | "esac" | "while" | "until" | "for" | "{" | "}" | "!" | "function") {
        return Some((format!("{name} is a shell keyword"), None));
    }
    if shell.functions.contains_key(name) {
        return Some((format!("{name} is a {}function", if shell.dialect == Dialect::Bash { "" } else { "shell " }), None));
    }
    if is_builtin(name, shell.dialect) {
        let special = if is_special(name) && shell.dialect == Dialect::Dash { "special " } else { "" };
        return Some((format!("{name} is a {special}shell builtin"), None));
    }
    let path = shell.variables.text("PATH").unwrap_or_default();
    let found = if name.contains('/') { sys.find(name, true).ok().map(|_| SmolStr::from(name)) } else { programs::find_in_path(sys, name, &path) }?;
    Some((format!("{name} is {found}"), Some(found)))
}

fn type_of(shell: &Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let mut status = 0;
    for name in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        match find_command(shell, name, sys) {
            Some((description, _)) => sys.out(&format!("{description}\n")),
            None => {
                let message = format!("{name}: not found\n");
                if shell.dialect.is_bash() {
                    shell.complain_of(sys, "type", message.trim_end());
                } else {
                    sys.out(&message);
                }
                status = if shell.dialect.is_bash() { 1 } else { 127 };
            }
        }
    }
    status
}

fn command(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
    let Some((first, rest)) = arguments.split_first() else { return Outcome::Status(0) };
    if first == "-v" || first == "-V" {
        let Some(name) = rest.first() else { return Outcome::Status(0) };
        return match find_command(shell, name, sys) {
            Some((description, path)) => {
                let text = if first == "-V" { description } else { path.unwrap_or_else(|| name.clone()).to_string() };
                sys.out(&format!("{text}\n"));
                Outcome::Status(0)
            }
            None => Outcome::Status(if shell.dialect.is_bash() { 1 } else { 127 }),
        };
    }
    let words = if first == "-p" { rest } else { arguments };
    let Some((name, rest)) = words.split_first() else { return Outcome::Status(0) };
    run(shell, name, rest, sys).unwrap_or_else(|| Outcome::Call(words.to_vec()))
}

fn getopts(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let [letters, name, operands @ ..] = arguments else {
        shell.complain_of(sys, "getopts", "usage: getopts optstring var [arg]");
        return 2;
    };
    let words: Vec<SmolStr> = if operands.is_empty() { shell.parameters.iter().cloned().collect() } else { operands.to_vec() };
    let silent = letters.starts_with(':');
    let mut index: usize = shell.variables.text("OPTIND").and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
    let word = words.get(index - 1).cloned().unwrap_or_default();
    let ends = !word.starts_with('-') || word.len() < 2 || word == "--";
    let offset = shell.getopts_offset.max(1);
    let (Some(letter), false) = (word.chars().nth(offset), ends) else {
        let next = if word == "--" { index + 1 } else { index };
        let _ = shell.variables.set("OPTIND", &next.to_string());
        let _ = shell.variables.set(name, "?");
        shell.getopts_offset = 0;
        return 1;
    };
    let position = letters.find(letter).filter(|_| letter != ':');
    let takes_argument = position.is_some_and(|position| letters[position + letter.len_utf8()..].starts_with(':'));
    let rest: String = word.chars().skip(offset + 1).collect();
    let mut found = letter;
    let mut argument = None;
    if takes_argument {
        index += 1;
        if !rest.is_empty() {
            argument = Some(rest);
        } else if let Some(value) = words.get(index - 1) {
            argument = Some(value.to_string());
            index += 1;
        } else {
            found = if silent { ':' } else { '?' };
            argument = silent.then(|| letter.to_string());
            if !silent {
                shell.complain(sys, &format!("No arg for -{letter} option"));
            }
        }
        shell.getopts_offset = 0;
    } else {
        if position.is_none() {
            found = '?';
            argument = silent.then(|| letter.to_string());
            if !silent {
                shell.complain(sys, &format!("Illegal option -{letter}"));
            }
        }
        shell.getopts_offset = if rest.is_empty() { 0 } else { offset + 1 };
        index += usize::from(rest.is_empty());
    }
    let _ = shell.variables.set("OPTIND", &index.to_string());
    let _ = shell.variables.set(name, &found.to_string());
    match argument {
        Some(argument) => {
            let _ = shell.variables.set("OPTARG", &argument);
        }
        None => shell.variables.remove("OPTARG"),
    }
    0
}
