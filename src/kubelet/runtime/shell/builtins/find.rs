//! `type` and `command`.

use super::super::{Dialect, Shell};
use super::{Outcome, is_builtin, is_special, run};
use crate::kubelet::runtime::kernel::Sys;
use crate::kubelet::runtime::programs;
use smol_str::SmolStr;

/// Where a command is found: a keyword, function, builtin, or a path.
pub(super) fn find_command(shell: &Shell, name: &str, sys: &mut Sys<'_, '_>) -> Option<(String, Option<SmolStr>)> {
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

pub(super) fn type_of(shell: &Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
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

pub(super) fn command(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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
