//! Reading options the way busybox' applets do.

use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// What a command line has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    flags: Vec<(char, Option<String>)>,
    /// What is no option.
    pub operands: Vec<SmolStr>,
}

impl Options {
    /// Whether a flag was given.
    pub fn has(&self, flag: char) -> bool {
        self.flags.iter().any(|(known, _)| *known == flag)
    }

    /// The last argument of a flag.
    pub fn value(&self, flag: char) -> Option<&str> {
        self.flags.iter().rev().find(|(known, _)| *known == flag).and_then(|(_, value)| value.as_deref())
    }

    /// All arguments of a flag.
    pub fn values(&self, flag: char) -> Vec<&str> {
        self.flags.iter().filter(|(known, _)| *known == flag).filter_map(|(_, value)| value.as_deref()).collect()
    }
}

/// What an applet accepts.
pub(crate) struct Spec {
    pub name: &'static str,
    /// As for getopt: letters, with `:` after those that take an argument.
    pub letters: &'static str,
    /// Long options and the letters that they stand for; with `=` at the end they take an argument.
    pub long: &'static [(&'static str, char)],
    /// What follows `Usage: `.
    pub usage: &'static str,
    /// Whether options may come after operands.
    pub anywhere: bool,
}

/// Reads the options; on an error it is said and `Err` has the exit code.
pub(crate) fn parse(sys: &mut Sys<'_, '_>, spec: &Spec, arguments: &[SmolStr]) -> Result<Options, i32> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            options.operands.extend(rest.cloned());
            break;
        }
        if let Some(long) = argument.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
            let known = spec.long.iter().find(|(known, _)| known.trim_end_matches('=') == name);
            let Some((known, letter)) = known else {
                return Err(usage(sys, spec, &format!("unrecognized option '{argument}'")));
            };
            let value = if known.ends_with('=') { value.or_else(|| rest.next().map(SmolStr::to_string)) } else { None };
            options.flags.push((*letter, value));
        } else if argument.len() > 1 && argument.starts_with('-') {
            let letters: Vec<char> = argument[1..].chars().collect();
            for (index, letter) in letters.iter().enumerate() {
                let position = spec.letters.find(*letter).filter(|_| *letter != ':');
                let Some(position) = position else {
                    return Err(usage(sys, spec, &format!("invalid option -- '{letter}'")));
                };
                if !spec.letters[position + 1..].starts_with(':') {
                    options.flags.push((*letter, None));
                    continue;
                }
                let inline: String = letters[index + 1..].iter().collect();
                let value = if inline.is_empty() { rest.next().map(SmolStr::to_string) } else { Some(inline) };
                if value.is_none() {
                    return Err(usage(sys, spec, &format!("option requires an argument -- '{letter}'")));
                }
                options.flags.push((*letter, value));
                break;
            }
        } else {
            options.operands.push(argument.clone());
            if !spec.anywhere {
                options.operands.extend(rest.cloned());
                break;
            }
        }
    }
    Ok(options)
}

/// Says what is wrong (nothing where empty) and how the applet is used; the exit code is 1.
pub(crate) fn usage(sys: &mut Sys<'_, '_>, spec: &Spec, problem: &str) -> i32 {
    let problem = if problem.is_empty() { String::new() } else { format!("{}: {problem}\n", spec.name) };
    sys.err(&format!("{problem}BusyBox v1.37.0 () multi-call binary.\n\nUsage: {}\n", spec.usage));
    1
}

/// A number with busybox' suffixes: `10k`, `1M`.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match &text[digits.len()..] {
        "" | "c" => 1,
        "b" => 512,
        "w" => 2,
        "k" | "K" | "kB" | "KiB" => 1 << 10,
        "m" | "M" | "MB" | "MiB" => 1 << 20,
        "g" | "G" | "GB" | "GiB" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}
