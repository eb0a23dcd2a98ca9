//! `alias`, `unalias`, `history`: shorter names for what was typed before.

use super::super::Shell;
use super::super::compile::compile;
use super::super::parse::Parser;
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// `alias name=text`: from now on `name` is a function that puts its arguments behind the text.
pub(super) fn alias(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let quoted = |name: &str, text: &str| format!("alias {name}='{text}'\n");
    if arguments.is_empty() {
        let all: String = shell.aliases.iter().map(|(name, text)| quoted(name, text)).collect();
        sys.out(&all);
    }
    let mut status = 0;
    for argument in arguments {
        let Some((name, text)) = argument.split_once('=') else {
            match shell.aliases.get(argument).cloned() {
                Some(text) => sys.out(&quoted(argument, &text)),
                None => {
                    shell.complain_of(sys, "alias", &format!("{argument}: not found"));
                    status = 1;
                }
            }
            continue;
        };
        // `alias ls='ls -l'` means the program.
        let command = if text.split_whitespace().next() == Some(name) { "command " } else { "" };
        match Parser::new(&format!("{command}{text} \"$@\""), shell.dialect.is_bash()).whole() {
            Ok(list) => {
                shell.functions.insert(name.into(), compile(&list));
                shell.aliases.insert(name.into(), text.into());
            }
            Err(error) => {
                shell.complain_syntax(sys, &error.message);
                status = 1;
            }
        }
    }
    status
}

/// `unalias name`, `unalias -a`
pub(super) fn unalias(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    let all = arguments.iter().any(|argument| argument == "-a");
    let names: Vec<SmolStr> = if all { shell.aliases.keys().cloned().collect() } else { arguments.to_vec() };
    let mut status = 0;
    for name in names {
        if shell.aliases.remove(&name).is_some() {
            shell.functions.remove(&name);
        } else {
            shell.complain_of(sys, "unalias", &format!("{name}: not found"));
            status = 1;
        }
    }
    status
}

/// `history`, `history COUNT`, `history -c`
pub(super) fn history(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
    if arguments.first().is_some_and(|argument| argument == "-c") {
        shell.history.clear();
        return 0;
    }
    let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(usize::MAX);
    let skipped = shell.history.len().saturating_sub(count);
    let lines: String = shell.history.iter().enumerate().skip(skipped).map(|(index, line)| format!("{:5}  {line}\n", index + 1)).collect();
    sys.out(&lines);
    0
}
