//! `export`, `readonly`, `local`, `declare`, `unset`.

use super::super::variables::{Content, Variable};
use super::super::words::is_name;
use super::super::{Dialect, FrameKind, Shell, arithmetic, expand};
use super::{Outcome, quote};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

pub(super) fn export(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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

pub(super) fn declaration(key: &str, variable: &Variable, command: &str, dialect: Dialect) -> String {
    match &variable.content {
        Content::Text(text) if dialect.is_bash() => {
            format!("{command} {key}=\"{}\"\n", text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`"))
        }
        Content::Text(text) => format!("{command} {key}={}\n", quote(text)),
        _ => format!("{command} {key}\n"),
    }
}

pub(super) fn declare(shell: &mut Shell, name: &str, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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
                let number = arithmetic::evaluate(value, &mut expand::ShellVariables { shell, sys }).unwrap_or(0);
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

pub(super) fn unset(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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
