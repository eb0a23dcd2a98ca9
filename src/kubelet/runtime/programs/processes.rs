//! Programs that wait, and programs about processes.

use super::{DEFAULT_PATH, LoadError, load};
use crate::kubelet::runtime::kernel::signal::{self, Signal};
use crate::kubelet::runtime::kernel::{Flow, Pid, Program, Read, Spawn, Sys, Wait};
use crate::value::Sort;
use smol_str::SmolStr;
use std::sync::Arc;

/// `1.5`, `2m`, `1h30m` isn't one: a duration of `sleep` and `timeout` in milliseconds; none: not a number.
fn duration_ms(text: &str) -> Option<u64> {
    if matches!(text, "infinity" | "inf") {
        return Some(u64::MAX / 4);
    }
    let (number, factor) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (
            number,
            match text.as_bytes().last() {
                Some(b'm') => 60_000.0,
                Some(b'h') => 3_600_000.0,
                Some(b'd') => 86_400_000.0,
                _ => 1000.0,
            },
        ),
        None => (text, 1000.0),
    };
    let value: f64 = number.parse().ok().filter(|_| number.chars().all(|c| c.is_ascii_digit() || c == '.'))?;
    Some((value * factor).min(1e15) as u64)
}

/// `sleep`
#[derive(Clone)]
pub(crate) struct Sleep {
    length_ms: u64,
    until_ms: Option<u64>,
}

impl Sleep {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        if arguments.is_empty() {
            sys.err("BusyBox v1.37.0 () multi-call binary.\n\nUsage: sleep [N]...\n\nPause for a time equal to the total of the args given, where each arg can\nhave an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays\n");
            return Err(1);
        }
        let mut length_ms = 0u64;
        for argument in arguments {
            let Some(part) = duration_ms(argument) else {
                sys.err(&format!("sleep: invalid number '{argument}'\n"));
                return Err(1);
            };
            length_ms = length_ms.saturating_add(part);
        }
        Ok(Box::new(Sleep { length_ms: length_ms.min(u64::MAX / 4), until_ms: None }))
    }

    pub fn micro(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        match arguments.first().and_then(|text| text.parse::<u64>().ok()) {
            Some(micros) => Ok(Box::new(Sleep { length_ms: micros / 1000, until_ms: None })),
            None => {
                sys.err(&format!("usleep: invalid number '{}'\n", arguments.first().cloned().unwrap_or_default()));
                Err(1)
            }
        }
    }
}

impl Program for Sleep {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let until_ms = *self.until_ms.get_or_insert(sys.now_ms().saturating_add(self.length_ms));
        if sys.now_ms() >= until_ms { Flow::Exit(0) } else { Flow::Wait(Wait::Until(until_ms)) }
    }
}

/// `kill`, as the builtin and the program.
pub(crate) fn kill(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], shell: &str) -> i32 {
    let mut number = signal::TERM;
    let mut rest = arguments;
    if let Some(first) = arguments.first().filter(|first| first.starts_with('-') && first.len() > 1) {
        rest = &arguments[1..];
        let mut name = first[1..].to_owned();
        if name == "l" {
            let names: Vec<&str> = (1..32).map(signal::name).collect();
            sys.out(&format!("{}\n", names.join("\n")));
            return 0;
        }
        if name == "s" {
            name = rest.first().map(SmolStr::to_string).unwrap_or_default();
            rest = rest.get(1..).unwrap_or(&[]);
        }
        match signal::parse(&name) {
            Some(parsed) => number = parsed,
            None => {
                sys.err(&format!("{shell}: bad signal name '{name}'\n"));
                return 1;
            }
        }
    }
    if rest.is_empty() {
        sys.err(&format!("{shell}: you need to specify whom to kill\n"));
        return 1;
    }
    let mut status = 0;
    for operand in rest.iter().filter(|operand| *operand != "--") {
        let result = match operand.parse::<i64>() {
            Ok(0 | -1) => {
                let others: Vec<Pid> = sys.other_processes().into_iter().map(|(pid, _, _)| pid).filter(|pid| *pid != 1).collect();
                others.into_iter().for_each(|pid| {
                    let _ = sys.kill(pid, number);
                });
                Ok(())
            }
            Ok(pid) => sys.kill(pid.unsigned_abs() as Pid, number),
            Err(_) => {
                sys.err(&format!("{shell}: invalid number '{operand}'\n"));
                status = 1;
                continue;
            }
        };
        if let Err(error) = result {
            let why = if error == crate::kubelet::runtime::fs::FsError::NotFound { "No such process" } else { error.message() };
            sys.err(&format!("{shell}: can't kill pid {operand}: {why}\n"));
            status = 1;
        }
    }
    status
}

/// `killall`, `pkill`, `pidof`, `pgrep`
pub(crate) fn by_name(sys: &mut Sys<'_, '_>, name: &str, arguments: &[SmolStr]) -> i32 {
    let number = arguments.iter().find_map(|argument| signal::parse(argument.strip_prefix('-')?)).unwrap_or(signal::TERM);
    let whole = arguments.iter().any(|argument| argument == "-f");
    let Some(wanted) = arguments.iter().find(|argument| !argument.starts_with('-')) else { return 1 };
    let exact = matches!(name, "killall" | "pidof");
    let found: Vec<Pid> = sys
        .other_processes()
        .into_iter()
        .filter(|(_, command, _)| {
            let program = super::paths::base_name(command.split(' ').next().unwrap_or("")).to_owned();
            if exact {
                program == *wanted
            } else if whole {
                command.contains(wanted.as_str())
            } else {
                program.contains(wanted.as_str())
            }
        })
        .map(|(pid, _, _)| pid)
        .collect();
    if found.is_empty() {
        if name == "killall" {
            sys.err(&format!("killall: {wanted}: no process killed\n"));
        }
        return 1;
    }
    for pid in &found {
        match name {
            "killall" | "pkill" => {
                let _ = sys.kill(*pid, number);
            }
            "pgrep" => sys.out(&format!("{pid}\n")),
            _ => {}
        }
    }
    if name == "pidof" {
        let pids: Vec<String> = found.iter().rev().map(Pid::to_string).collect();
        sys.out(&format!("{}\n", pids.join(" ")));
    }
    0
}

/// `ps`
pub(crate) fn ps(sys: &mut Sys<'_, '_>, _arguments: &[SmolStr]) -> i32 {
    let mut lines = vec![(sys.pid, crate::kubelet::runtime::kernel::Kernel::command_line(sys.process), sys.process.who.uid)];
    lines.extend(sys.other_processes());
    lines.order();
    sys.out("PID   USER     TIME  COMMAND\n");
    for (pid, command, uid) in lines {
        let user = sys.user_name(uid).unwrap_or_else(|| uid.to_string());
        sys.out(&format!("{pid:5} {user:8}  0:00 {command}\n"));
    }
    0
}

/// A program that runs another one as a child: `timeout`, `nohup`, `time`, `xargs`, `watch`, `env`.
#[derive(Clone)]
pub(crate) struct Runner {
    kind: RunnerKind,
    child: Option<Pid>,
}

#[derive(Clone)]
enum RunnerKind {
    Timeout {
        argv: Vec<SmolStr>,
        length_ms: u64,
        signal: Signal,
        kill_after_ms: Option<u64>,
        until_ms: Option<u64>,
        fired: bool,
    },
    Watch {
        argv: Vec<SmolStr>,
        interval_ms: u64,
        next_ms: u64,
    },
    Xargs {
        argv: Vec<SmolStr>,
        replace: Option<String>,
        max: usize,
        delimiter: Option<char>,
        items: Vec<SmolStr>,
        read: bool,
        status: i32,
        ran: bool,
        no_run_if_empty: bool,
    },
}

fn start(sys: &mut Sys<'_, '_>, argv: &[SmolStr], name: &str, wording: fn(&str, &str, &str) -> String) -> Result<Pid, i32> {
    let path = sys.env("PATH").cloned().unwrap_or_else(|| DEFAULT_PATH.into());
    let program = load(sys, argv, &path).map_err(|error| {
        let why = if error == LoadError::NotFound { "No such file or directory" } else { "Permission denied" };
        sys.err(&wording(name, &argv[0], why));
        error.status()
    })?;
    sys.spawn(Spawn { program, argv: argv.into(), env: None }).ok_or_else(|| {
        sys.err(&format!("{name}: can't fork: Resource temporarily unavailable\n"));
        1
    })
}

fn cannot_execute(name: &str, program: &str, why: &str) -> String {
    format!("{name}: can't execute '{program}': {why}\n")
}

impl Runner {
    pub fn timeout(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let mut rest = arguments.iter();
        let (mut number, mut kill_after_ms) = (signal::TERM, None);
        while let Some(option) = rest.as_slice().first().filter(|option| option.starts_with('-')) {
            rest.next();
            match option.as_str() {
                "-s" | "--signal" => number = rest.next().and_then(|name| signal::parse(name)).unwrap_or(signal::TERM),
                "-k" | "--kill-after" => kill_after_ms = rest.next().and_then(|text| duration_ms(text)),
                option => number = option.strip_prefix("-s").and_then(signal::parse).unwrap_or(number),
            }
        }
        let length_ms = rest.next().and_then(|text| duration_ms(text));
        let argv: Vec<SmolStr> = rest.cloned().collect();
        let (Some(length_ms), false) = (length_ms, argv.is_empty()) else {
            sys.err("BusyBox v1.37.0 () multi-call binary.\n\nUsage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n");
            return Err(1);
        };
        Ok(Box::new(Runner { kind: RunnerKind::Timeout { argv, length_ms, signal: number, kill_after_ms, until_ms: None, fired: false }, child: None }))
    }

    pub fn watch(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let mut interval_ms = 2000;
        let mut rest = arguments.iter();
        while let Some(option) = rest.as_slice().first().filter(|option| option.starts_with('-')) {
            rest.next();
            if option == "-n" {
                interval_ms = rest.next().and_then(|text| duration_ms(text)).unwrap_or(2000);
            } else if let Some(text) = option.strip_prefix("-n") {
                interval_ms = duration_ms(text).unwrap_or(2000);
            }
        }
        let argv = vec!["sh".into(), "-c".into(), rest.cloned().collect::<Vec<_>>().join(" ").into()];
        Ok(Box::new(Runner { kind: RunnerKind::Watch { argv, interval_ms: interval_ms.max(100), next_ms: 0 }, child: None }))
    }

    pub fn xargs(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let (mut replace, mut max, mut delimiter, mut no_run_if_empty) = (None, usize::MAX, None, false);
        let mut rest = arguments.iter();
        while let Some(option) = rest.as_slice().first().filter(|option| option.starts_with('-')) {
            rest.next();
            match option.get(..2).unwrap_or(option) {
                "-I" => replace = Some(if option.len() > 2 { option[2..].to_owned() } else { rest.next().map(SmolStr::to_string).unwrap_or_default() }),
                "-n" | "-L" => max = if option.len() > 2 { option[2..].parse() } else { rest.next().map_or("1", |text| text.as_str()).parse() }.unwrap_or(1),
                "-0" => delimiter = Some('\0'),
                "-d" => delimiter = if option.len() > 2 { option[2..].chars().next() } else { rest.next().and_then(|text| text.chars().next()) },
                "-P" if option.len() == 2 => {
                    rest.next();
                }
                "-r" => no_run_if_empty = true,
                _ => {}
            }
        }
        let mut argv: Vec<SmolStr> = rest.cloned().collect();
        if argv.is_empty() {
            argv.push("echo".into());
        }
        Ok(Box::new(Runner {
            kind: RunnerKind::Xargs { argv, replace, max, delimiter, items: Vec::new(), read: false, status: 0, ran: false, no_run_if_empty },
            child: None,
        }))
    }
}

impl Program for Runner {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        match &mut self.kind {
            RunnerKind::Timeout { argv, length_ms, signal: number, kill_after_ms, until_ms, fired } => {
                let Some(child) = self.child else {
                    match start(sys, argv, "timeout", cannot_execute) {
                        Ok(pid) => self.child = Some(pid),
                        Err(status) => return Flow::Exit(status),
                    }
                    *until_ms = Some(sys.now_ms().saturating_add(*length_ms));
                    return Flow::More;
                };
                if let Some((status, _)) = sys.reap(child) {
                    return Flow::Exit(if *fired && *number == signal::TERM { 143 } else { status });
                }
                let deadline = until_ms.unwrap_or(u64::MAX);
                if sys.now_ms() >= deadline {
                    let _ = sys.kill(child, if *fired { signal::KILL } else { *number });
                    *fired = true;
                    *until_ms = kill_after_ms.map(|after| sys.now_ms() + after.max(1));
                    return Flow::Wait(until_ms.map_or(Wait::Child, |_| Wait::Until(sys.now_ms() + 1)));
                }
                // A child's end and the deadline are both waited for: the child is looked at often enough.
                Flow::Wait(Wait::Until(deadline.min(sys.now_ms() + 20)))
            }
            RunnerKind::Watch { argv, interval_ms, next_ms } => {
                if let Some(child) = self.child {
                    if sys.reap(child).is_none() {
                        return Flow::Wait(Wait::Child);
                    }
                    self.child = None;
                }
                if sys.now_ms() < *next_ms {
                    return Flow::Wait(Wait::Until(*next_ms));
                }
                // The screen begins anew, as on a terminal.
                sys.out("\u{1b}[H\u{1b}[J");
                sys.out(&format!("Every {:.1}s: {}\n\n", *interval_ms as f64 / 1000.0, argv[2]));
                *next_ms = sys.now_ms() + *interval_ms;
                match start(sys, argv, "watch", cannot_execute) {
                    Ok(pid) => self.child = Some(pid),
                    Err(status) => return Flow::Exit(status),
                }
                Flow::More
            }
            RunnerKind::Xargs { argv, replace, max, delimiter, items, read, status, ran, no_run_if_empty } => {
                if let Some(child) = self.child {
                    match sys.reap(child) {
                        None => return Flow::Wait(Wait::Child),
                        Some((code, _)) if code != 0 => *status = 123,
                        Some(_) => {}
                    }
                    self.child = None;
                }
                if !*read {
                    match sys.read(0) {
                        Read::Block => return Flow::Wait(Wait::Input(0)),
                        Read::Data(bytes) => {
                            let text = String::from_utf8_lossy(&bytes).into_owned();
                            items.push(text.into());
                            return Flow::More;
                        }
                        Read::End | Read::Failed(_) => {}
                    }
                    *read = true;
                    let text: String = items.iter().map(SmolStr::as_str).collect();
                    *items = match (delimiter, replace.is_some()) {
                        (Some(delimiter), _) => text.trim_end_matches('\n').split(*delimiter).filter(|item| !item.is_empty()).map(SmolStr::from).collect(),
                        (None, true) => text.lines().map(str::trim_start).filter(|line| !line.is_empty()).map(SmolStr::from).collect(),
                        (None, false) => text.split_whitespace().map(|item| SmolStr::from(item.trim_matches(['\'', '"']))).collect(),
                    };
                }
                if items.is_empty() && (*ran || *no_run_if_empty || replace.is_some()) {
                    return Flow::Exit(*status);
                }
                *ran = true;
                let command: Vec<SmolStr> = match replace {
                    Some(mark) => {
                        let item = items.remove(0);
                        argv.iter().map(|word| word.replace(mark.as_str(), &item).into()).collect()
                    }
                    None => {
                        let count = (*max).min(items.len()).min(5000);
                        argv.iter().cloned().chain(items.drain(..count)).collect()
                    }
                };
                match start(sys, &command, "xargs", |name, program, why| format!("{name}: {program}: {why}\n")) {
                    Ok(pid) => self.child = Some(pid),
                    Err(status) => return Flow::Exit(status),
                }
                Flow::More
            }
        }
    }

    fn signal(&mut self, number: Signal, sys: &mut Sys<'_, '_>) -> crate::kubelet::runtime::kernel::OnSignal {
        if let (Some(child), RunnerKind::Timeout { .. }) = (self.child, &self.kind) {
            let _ = sys.kill(child, number);
            return crate::kubelet::runtime::kernel::OnSignal::Handled;
        }
        crate::kubelet::runtime::kernel::OnSignal::Default
    }
}

/// A program that becomes another one with something changed: `env`, `nohup`, `nice`, `setsid`, `su`, `sudo`.
#[derive(Clone)]
pub(crate) struct Become {
    pub name: &'static str,
    pub arguments: Vec<SmolStr>,
}

impl Become {
    fn env(&self, sys: &mut Sys<'_, '_>) -> Result<Vec<SmolStr>, i32> {
        let mut env = sys.process.env.as_ref().clone();
        let mut rest = self.arguments.iter();
        while let Some(word) = rest.as_slice().first() {
            if word == "-i" || word == "-" {
                env.clear();
            } else if word == "-u" {
                rest.next();
                if let Some(name) = rest.as_slice().first() {
                    env.retain(|(key, _)| key != name);
                }
            } else if let Some((key, value)) = word.split_once('=') {
                env.retain(|(known, _)| known != key);
                env.push((key.into(), value.into()));
            } else {
                break;
            }
            rest.next();
        }
        sys.process.env = Arc::new(env);
        Ok(rest.cloned().collect())
    }

    /// The command to become.
    fn command(&self, sys: &mut Sys<'_, '_>) -> Result<Vec<SmolStr>, i32> {
        match self.name {
            "env" => self.env(sys),
            "nice" | "ionice" if self.arguments.first().is_some_and(|option| option == "-n" || option == "-c") => {
                Ok(self.arguments.iter().skip(2).cloned().collect())
            }
            "su" => self.su(sys),
            _ => Ok(self.arguments.iter().skip_while(|option| option.starts_with('-')).cloned().collect()),
        }
    }

    fn su(&self, sys: &mut Sys<'_, '_>) -> Result<Vec<SmolStr>, i32> {
        let command = self.arguments.iter().position(|option| option == "-c").and_then(|position| self.arguments.get(position + 1));
        let mut skip = false;
        let user = self.arguments.iter().find(|word| {
            let skipped = std::mem::replace(&mut skip, matches!(word.as_str(), "-c" | "-s"));
            !skipped && !word.starts_with('-')
        });
        let user = user.cloned().unwrap_or_else(|| "root".into());
        if sys.process.who.uid != 0 {
            sys.err("su: must be suid to work properly\n");
            return Err(1);
        }
        let Some(uid) = sys.id_of("/etc/passwd", &user) else {
            sys.err(&format!("su: unknown user {user}\n"));
            return Err(1);
        };
        sys.process.who = Arc::new(crate::kubelet::runtime::fs::view::Credentials { uid, gid: uid, groups: Vec::new() });
        let mut argv = vec![SmolStr::new_static("sh")];
        if let Some(command) = command {
            argv.extend(["-c".into(), command.clone()]);
        }
        Ok(argv)
    }
}

impl Program for Become {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let argv = match self.command(sys) {
            Ok(argv) => argv,
            Err(status) => return Flow::Exit(status),
        };
        if argv.is_empty() {
            let lines: String = sys.process.env.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
            sys.out(&lines);
            return Flow::Exit(0);
        }
        let path = sys.env("PATH").cloned().unwrap_or_else(|| DEFAULT_PATH.into());
        match load(sys, &argv, &path) {
            Ok(program) => {
                sys.process.argv = argv.into();
                Flow::Become(program)
            }
            Err(error) => {
                let why = if error == LoadError::NotFound { "No such file or directory" } else { "Permission denied" };
                sys.err(&cannot_execute(self.name, &argv[0], why));
                Flow::Exit(error.status())
            }
        }
    }
}
