//! Programs about the machine and the user.

use super::options::{Spec, parse};
use super::{DEFAULT_PATH, find_in_path};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// What `uname -r` says.
pub(crate) const KERNEL_RELEASE: &str = "6.12.48";

/// `hostname`
pub(crate) fn hostname(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let sandbox = sys.world.machine.sandbox;
    let text = match arguments.first().map(SmolStr::as_str) {
        Some("-i" | "-I") => sandbox.ip.to_string(),
        Some("-f" | "--fqdn") if !sandbox.fqdn.is_empty() => sandbox.fqdn.to_string(),
        Some("-d") => sandbox.fqdn.split_once('.').map_or(String::new(), |(_, domain)| domain.to_owned()),
        Some("-s") => sandbox.hostname.split('.').next().unwrap_or_default().to_owned(),
        Some(name) if !name.starts_with('-') => {
            sys.err("hostname: sethostname: Operation not permitted\n");
            return 1;
        }
        _ => sandbox.hostname.to_string(),
    };
    sys.out(&format!("{text}\n"));
    0
}

/// `id`
pub(crate) fn id(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    const SPEC: Spec = Spec {
        name: "id",
        letters: "ugGnr",
        long: &[("user", 'u'), ("group", 'g'), ("groups", 'G'), ("name", 'n')],
        usage: "id [-ugGnr] [USER]",
        anywhere: true,
    };
    let options = match parse(sys, &SPEC, arguments) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut who = sys.who().as_ref().clone();
    if let Some(user) = options.operands.first() {
        let Some(uid) = sys.id_of("/etc/passwd", user).filter(|_| user.parse::<i64>().is_err()) else {
            sys.err(&format!("id: unknown user {user}\n"));
            return 1;
        };
        who = crate::kubelet::runtime::fs::view::Credentials { uid, gid: uid, groups: Vec::new() };
    }
    let mut groups = vec![who.gid];
    groups.extend(who.groups.iter().filter(|gid| **gid != who.gid));
    let show = |sys: &mut Sys<'_, '_>, id: i64, group: bool| {
        let name = if !options.has('n') {
            None
        } else if group {
            sys.group_name(id)
        } else {
            sys.user_name(id)
        };
        name.unwrap_or_else(|| id.to_string())
    };
    let text = if options.has('u') {
        show(sys, who.uid, false)
    } else if options.has('g') {
        show(sys, who.gid, true)
    } else if options.has('G') {
        groups.iter().map(|gid| show(sys, *gid, true)).collect::<Vec<_>>().join(" ")
    } else {
        let named = |id: i64, name: Option<String>| name.map_or(id.to_string(), |name| format!("{id}({name})"));
        let user = sys.user_name(who.uid);
        let group = sys.group_name(who.gid);
        let mut text = format!("uid={} gid={}", named(who.uid, user), named(who.gid, group));
        let list: Vec<String> = groups.iter().map(|gid| named(*gid, sys.group_name(*gid))).collect();
        if groups.len() > 1 || who.uid == 0 {
            text.push_str(&format!(" groups={}", list.join(",")));
        }
        text
    };
    sys.out(&format!("{text}\n"));
    0
}

/// `whoami`
pub(crate) fn whoami(sys: &mut Sys<'_, '_>, _arguments: &[SmolStr]) -> i32 {
    let uid = sys.process.who.uid;
    match sys.user_name(uid) {
        Some(name) => {
            sys.out(&format!("{name}\n"));
            0
        }
        None => {
            sys.err(&format!("whoami: unknown uid {uid}\n"));
            1
        }
    }
}

/// `uname`
pub(crate) fn uname(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let letters: String = arguments.iter().filter_map(|argument| argument.strip_prefix('-')).collect();
    let wanted = |letter: char| letters.contains(letter) || letters.contains('a');
    let host = sys.world.machine.sandbox.hostname.to_string();
    let mut parts = Vec::new();
    for (letter, value) in [('s', "Linux"), ('n', host.as_str()), ('r', KERNEL_RELEASE), ('v', "#1 SMP PREEMPT_DYNAMIC"), ('m', "x86_64"), ('o', "GNU/Linux")] {
        if wanted(letter) || (letters.is_empty() && letter == 's') {
            parts.push(value);
        }
    }
    let line = parts.join(" ");
    sys.out(&format!("{line}\n"));
    0
}

/// `printenv`
pub(crate) fn printenv(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    if arguments.is_empty() {
        let lines: String = sys.process.env.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        sys.out(&lines);
        return 0;
    }
    let mut status = 0;
    for name in arguments {
        match sys.env(name).cloned() {
            Some(value) => sys.out(&format!("{value}\n")),
            None => status = 1,
        }
    }
    status
}

/// `pwd`
pub(crate) fn pwd(sys: &mut Sys<'_, '_>, _arguments: &[SmolStr]) -> i32 {
    sys.out(&format!("{}\n", sys.process.cwd));
    0
}

/// `which`
pub(crate) fn which(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    let path = sys.env("PATH").cloned().unwrap_or_else(|| DEFAULT_PATH.into());
    let mut status = 0;
    for name in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        match find_in_path(sys, name, &path) {
            Some(found) => sys.out(&format!("{found}\n")),
            None => status = 1,
        }
    }
    status
}

/// `uptime`
pub(crate) fn uptime(sys: &mut Sys<'_, '_>, _arguments: &[SmolStr]) -> i32 {
    let minutes = (sys.now_ms() - sys.world.machine.started_at_ms) / 60_000;
    let clock = super::date::strftime("%H:%M:%S", sys.now_ms());
    let up = if minutes >= 60 { format!("{:2}:{:02}", minutes / 60, minutes % 60) } else { format!("{minutes} min") };
    sys.out(&format!(" {clock} up {up},  0 users,  load average: 0.00, 0.00, 0.00\n"));
    0
}

/// `nproc`
pub(crate) fn nproc(sys: &mut Sys<'_, '_>, _arguments: &[SmolStr]) -> i32 {
    sys.out("4\n");
    0
}

/// `sysctl`: a container may set what belongs to it; the rest is shown as set.
pub(crate) fn sysctl(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    for setting in arguments.iter().filter(|argument| !argument.starts_with('-')) {
        if let Some((key, value)) = setting.split_once('=') {
            if sys.process.who.uid != 0 {
                sys.err(&format!("sysctl: error setting key '{key}': Permission denied\n"));
                return 1;
            }
            sys.out(&format!("{key} = {value}\n"));
        }
    }
    0
}

/// `expr`
pub(crate) fn expr(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> i32 {
    match Expression::evaluate(arguments) {
        Ok(value) => {
            sys.out(&format!("{value}\n"));
            i32::from(value.is_empty() || value == "0")
        }
        Err(message) => {
            sys.err(&format!("expr: {message}\n"));
            2
        }
    }
}

struct Expression<'e> {
    words: &'e [SmolStr],
    at: usize,
    depth: usize,
}

/// Operators of `expr` by rising precedence.
const LEVELS: [&[&str]; 6] = [&["|"], &["&"], &["=", "==", "!=", "<", "<=", ">", ">="], &["+", "-"], &["*", "/", "%"], &[":"]];

impl Expression<'_> {
    fn evaluate(words: &[SmolStr]) -> Result<String, &'static str> {
        let mut expression = Expression { words, at: 0, depth: 0 };
        let value = expression.level(0)?;
        if expression.at < words.len() { Err("syntax error") } else { Ok(value) }
    }

    fn level(&mut self, level: usize) -> Result<String, &'static str> {
        let Some(operators) = LEVELS.get(level) else { return self.primary() };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.words.get(self.at).filter(|word| operators.contains(&word.as_str())).cloned() {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = apply(&operator, &left, &right)?;
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<String, &'static str> {
        self.depth += 1;
        let word = self.words.get(self.at).filter(|_| self.depth < 1000).ok_or("syntax error")?.clone();
        self.at += 1;
        match word.as_str() {
            "(" => {
                let value = self.level(0)?;
                if self.words.get(self.at).map(SmolStr::as_str) != Some(")") {
                    return Err("syntax error");
                }
                self.at += 1;
                Ok(value)
            }
            "length" if self.at < self.words.len() => Ok(self.primary()?.chars().count().to_string()),
            "substr" if self.at + 2 < self.words.len() => {
                let text = self.primary()?;
                let start: usize = self.primary()?.parse().unwrap_or(0);
                let length: usize = self.primary()?.parse().unwrap_or(0);
                Ok(text.chars().skip(start.saturating_sub(1)).take(if start == 0 { 0 } else { length }).collect())
            }
            _ => Ok(word.to_string()),
        }
    }
}

fn apply(operator: &str, left: &str, right: &str) -> Result<String, &'static str> {
    let is_null = |text: &str| text.is_empty() || text == "0";
    let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
    let truth = |value: bool| Ok(i64::from(value).to_string());
    match operator {
        "|" => Ok(if is_null(left) { right.to_owned() } else { left.to_owned() }),
        "&" => Ok(if is_null(left) || is_null(right) { "0".into() } else { left.to_owned() }),
        "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" => {
            let ordering = numbers.map_or_else(|| left.cmp(right), |(left, right)| left.cmp(&right));
            truth(match operator {
                "=" | "==" => ordering.is_eq(),
                "!=" => ordering.is_ne(),
                "<" => ordering.is_lt(),
                "<=" => ordering.is_le(),
                ">" => ordering.is_gt(),
                _ => ordering.is_ge(),
            })
        }
        ":" => {
            let regex = super::regex::Regex::basic(&format!("^{right}"), false).map_err(|_| "bad regex")?;
            let groups = regex.find(left, 0);
            let captures = right.contains("\\(");
            Ok(match groups {
                Some(groups) if captures => groups.get(1).copied().flatten().map_or(String::new(), |(start, end)| left[start..end].to_owned()),
                Some(groups) => groups[0].map_or(0, |(start, end)| left[start..end].chars().count()).to_string(),
                None if captures => String::new(),
                None => "0".into(),
            })
        }
        _ => {
            let (left, right) = numbers.ok_or("non-numeric argument")?;
            Ok(match operator {
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                _ if right == 0 => return Err("division by zero"),
                "/" => left.wrapping_div(right),
                _ => left.wrapping_rem(right),
            }
            .to_string())
        }
    }
}
