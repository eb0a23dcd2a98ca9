//! The commands that a shell does itself.

mod find;
mod names;
mod options;
mod read;
mod variables;

use super::pending::Pending;
use super::test_command;
use super::{Dialect, FrameKind, Shell, arithmetic};
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
        ":" | "true" | "hash" | "shopt" | "bg" | "fg" => Outcome::Status(0),
        "alias" => Outcome::Status(names::alias(shell, arguments, sys)),
        "unalias" => Outcome::Status(names::unalias(shell, arguments, sys)),
        "history" => Outcome::Status(names::history(shell, arguments, sys)),
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
        "export" | "readonly" => variables::export(shell, name, arguments, sys),
        "local" | "declare" | "typeset" => variables::declare(shell, name, arguments, sys),
        "unset" => variables::unset(shell, arguments, sys),
        "set" => options::set(shell, arguments, sys),
        "shift" => {
            let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(1usize);
            if count > shell.parameters.len() {
                if shell.dialect == Dialect::Dash {
                    return Some(Outcome::Fatal("shift: can't shift that many".into()));
                }
                return Some(Outcome::Status(1));
            }
            shell.parameters = shell.parameters.iter().skip(count).cloned().collect();
            Outcome::Status(0)
        }
        "trap" => Outcome::Status(trap(shell, arguments, sys)),
        "wait" => wait(shell, arguments),
        "jobs" => Outcome::Status(0),
        "kill" => Outcome::Status(kill(shell, arguments, sys)),
        "read" => read::read(shell, arguments, sys),
        "type" => Outcome::Status(find::type_of(shell, arguments, sys)),
        "command" => find::command(shell, arguments, sys),
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
        "getopts" => Outcome::Status(read::getopts(shell, arguments, sys)),
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

/// `'…'`
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

/// `'…'` where the text has anything that means something to the shell.
pub(super) fn quote_if_needed(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c));
    if plain { text.to_owned() } else { quote(text) }
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
