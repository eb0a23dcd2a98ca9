//! `set`.

use super::super::variables::Content;
use super::super::{Options, Shell};
use super::{Outcome, quote};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

impl Options {
    /// The option that a letter means.
    pub(in super::super) fn set_letter(&mut self, letter: char, on: bool) -> bool {
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
    pub(in super::super) fn set_named(&mut self, name: &str, on: bool) -> bool {
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

pub(super) fn set(shell: &mut Shell, arguments: &[SmolStr], sys: &mut Sys<'_, '_>) -> Outcome {
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
