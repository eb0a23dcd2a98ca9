//! `read` and `getopts`.

use super::super::Shell;
use super::super::pending::{Pending, ReadOptions};
use super::super::words::is_name;
use super::Outcome;
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

pub(super) fn read(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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

pub(super) fn getopts(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> i32 {
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
