//! Which programs there are.

use super::{Now, awk, copy, cut, date, digest, disk, files, find, grep, http, httpd, lines, list, network, processes, sed, sort, stress, system, tail, text};
use crate::kubelet::runtime::kernel::{Flow, Program, Sys};
use crate::kubelet::runtime::shell::{self, Dialect};
use smol_str::SmolStr;

/// busybox' applets that are simulated.
pub(crate) const APPLETS: [&str; 97] = [
    "[",
    "[[",
    "arch",
    "ash",
    "awk",
    "base64",
    "basename",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "clear",
    "cp",
    "cut",
    "date",
    "dd",
    "df",
    "dirname",
    "dnsdomainname",
    "du",
    "echo",
    "egrep",
    "env",
    "expr",
    "false",
    "fgrep",
    "find",
    "free",
    "fsync",
    "grep",
    "groups",
    "head",
    "hostname",
    "httpd",
    "id",
    "ionice",
    "kill",
    "killall",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nc",
    "nice",
    "nl",
    "nohup",
    "nproc",
    "nslookup",
    "pgrep",
    "pidof",
    "ping",
    "pkill",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "reset",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "setsid",
    "sh",
    "sha1sum",
    "sha256sum",
    "shuf",
    "sleep",
    "sort",
    "stat",
    "su",
    "sync",
    "sysctl",
    "tac",
    "tail",
    "tee",
    "test",
    "timeout",
    "touch",
    "tr",
    "true",
    "truncate",
    "tty",
    "uname",
    "uniq",
    "unlink",
    "uptime",
    "usleep",
    "watch",
    "wc",
    "wget",
    "which",
    "whoami",
];
/// The rest of them.
pub(crate) const MORE_APPLETS: [&str; 2] = ["xargs", "yes"];

type Make = fn(&mut Sys<'_, '_>, &[SmolStr]) -> Result<Box<dyn Program>, i32>;

/// A program that reads its arguments when it begins.
#[derive(Clone)]
struct Begin {
    make: Make,
    arguments: Vec<SmolStr>,
}

impl Program for Begin {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        match (self.make)(sys, &self.arguments) {
            Ok(program) => Flow::Become(program),
            Err(status) => Flow::Exit(status),
        }
    }
}

/// The program of that name; `argv` is its command line, the name included.
pub(crate) fn applet(name: &str, argv: &[SmolStr]) -> Option<Box<dyn Program>> {
    let arguments: Vec<SmolStr> = argv.iter().skip(1).cloned().collect();
    if let Some(program) = waiting(name, argv, &arguments) {
        return Some(program);
    }
    if let Some(make) = beginning(name) {
        return Some(Box::new(Begin { make, arguments }));
    }
    immediate(name).map(|run| Box::new(Now { run, arguments }) as Box<dyn Program>)
}

/// The applet of busybox that goes by that name.
pub(super) fn busybox(name: &str, argv: &[SmolStr]) -> Box<dyn Program> {
    let known = APPLETS.contains(&name) || MORE_APPLETS.contains(&name);
    let missing = || {
        let run = |sys: &mut Sys<'_, '_>, arguments: &[SmolStr]| {
            sys.err(&format!("{}: applet not found\n", arguments.first().cloned().unwrap_or_default()));
            127
        };
        Box::new(Now { run, arguments: vec![name.into()] }) as Box<dyn Program>
    };
    if known { applet(name, argv).unwrap_or_else(missing) } else { missing() }
}

/// Programs with a life of their own.
fn waiting(name: &str, argv: &[SmolStr], arguments: &[SmolStr]) -> Option<Box<dyn Program>> {
    let shell = |dialect| Some(Box::new(shell::Start { dialect, argv: argv.to_vec() }) as Box<dyn Program>);
    match name {
        "sh" | "ash" => shell(Dialect::Ash),
        "dash" => shell(Dialect::Dash),
        "bash" => shell(Dialect::Bash),
        "env" | "nohup" | "nice" | "ionice" | "setsid" | "su" | "sudo" => {
            let name = ["env", "nohup", "nice", "ionice", "setsid", "su", "sudo"].into_iter().find(|known| *known == name)?;
            Some(Box::new(processes::Become { name, arguments: arguments.to_vec() }))
        }
        "busybox" => {
            let (first, rest) = arguments.split_first()?;
            let argv: Vec<SmolStr> = std::iter::once(first.clone()).chain(rest.iter().cloned()).collect();
            Some(busybox(first, &argv))
        }
        _ => None,
    }
}

fn beginning(name: &str) -> Option<Make> {
    Some(match name {
        "awk" => awk::Awk::program,
        "cat" => text::Cat::program,
        "cut" => cut::Cut::program,
        "dd" => disk::Copy::program,
        "egrep" => |sys, arguments| grep::Grep::program(sys, arguments, "egrep"),
        "fgrep" => |sys, arguments| grep::Grep::program(sys, arguments, "fgrep"),
        "grep" => |sys, arguments| grep::Grep::program(sys, arguments, "grep"),
        "find" => find::Find::program,
        "head" => text::Head::program,
        "httpd" => httpd::Httpd::program,
        "base64" => digest::Digest::base64,
        "md5sum" => digest::Digest::md5,
        "sha1sum" => digest::Digest::sha1,
        "sha256sum" => digest::Digest::sha256,
        "nc" => network::Netcat::program,
        "nl" => text::Each::nl,
        "nslookup" => network::Lookup::nslookup,
        "host" => network::Lookup::host,
        "getent" => network::Lookup::getent,
        "ping" => network::Ping::program,
        "rev" => text::Each::rev,
        "sed" => sed::Sed::program,
        "seq" => lines::Lines::seq,
        "yes" => lines::Lines::yes,
        "shuf" => sort::Whole::shuf,
        "sleep" => processes::Sleep::program,
        "usleep" => processes::Sleep::micro,
        "sort" => sort::Whole::sort,
        "tac" => sort::Whole::tac,
        "tail" => tail::Tail::program,
        "tee" => text::Tee::program,
        "timeout" => processes::Runner::timeout,
        "tr" => cut::Translate::program,
        "uniq" => sort::Unique::program,
        "watch" => processes::Runner::watch,
        "wc" => text::Count::program,
        "wget" => http::Fetch::wget,
        "curl" => http::Fetch::curl,
        "xargs" => processes::Runner::xargs,
        "stress" => stress::Stress::program,
        _ => return None,
    })
}

fn immediate(name: &str) -> Option<fn(&mut Sys<'_, '_>, &[SmolStr]) -> i32> {
    Some(match name {
        "[" => |sys, arguments| test(sys, arguments, Some("]")),
        "[[" => |sys, arguments| test(sys, arguments, Some("]]")),
        "test" => |sys, arguments| test(sys, arguments, None),
        "arch" => |sys, _| system::uname(sys, &["-m".into()]),
        "basename" => files::basename,
        "dirname" => files::dirname,
        "chgrp" => files::chgrp,
        "chmod" => files::chmod,
        "chown" => files::chown,
        "clear" => |sys, _| {
            sys.out("\u{1b}[H\u{1b}[J");
            0
        },
        "reset" | "sync" | "fsync" | "true" => |_, _| 0,
        "false" => |_, _| 1,
        "cp" => copy::cp,
        "mv" => copy::mv,
        "date" => date::date,
        "df" => disk::df,
        "du" => disk::du,
        "free" => disk::free,
        "dnsdomainname" => |sys, _| system::hostname(sys, &["-d".into()]),
        "echo" => |sys, arguments| text::echo(sys, arguments, Dialect::Ash),
        "expr" => system::expr,
        "groups" => |sys, _| system::id(sys, &["-Gn".into()]),
        "hostname" => system::hostname,
        "id" => system::id,
        "kill" => |sys, arguments| processes::kill(sys, arguments, "kill"),
        "killall" => |sys, arguments| processes::by_name(sys, "killall", arguments),
        "pgrep" => |sys, arguments| processes::by_name(sys, "pgrep", arguments),
        "pidof" => |sys, arguments| processes::by_name(sys, "pidof", arguments),
        "pkill" => |sys, arguments| processes::by_name(sys, "pkill", arguments),
        "ln" => files::ln,
        "ls" => list::ls,
        "mkdir" => files::mkdir,
        "mktemp" => files::mktemp,
        "nproc" => system::nproc,
        "printenv" => system::printenv,
        "printf" => text::printf_program,
        "ps" => processes::ps,
        "pwd" => system::pwd,
        "readlink" => files::readlink,
        "realpath" => files::realpath,
        "rm" | "unlink" => files::rm,
        "rmdir" => files::rmdir,
        "stat" => list::stat,
        "sysctl" => system::sysctl,
        "touch" => files::touch,
        "truncate" => disk::truncate,
        "tty" => |sys, _| {
            sys.out("not a tty\n");
            1
        },
        "uname" => system::uname,
        "uptime" => system::uptime,
        "which" => system::which,
        "whoami" => system::whoami,
        _ => return None,
    })
}

fn test(sys: &mut Sys<'_, '_>, arguments: &[SmolStr], closing: Option<&str>) -> i32 {
    let arguments = match (closing, arguments.split_last()) {
        (None, _) => arguments,
        (Some(closing), Some((last, rest))) if last == closing => rest,
        (Some(closing), _) => {
            sys.err(&format!("[: missing {closing}\n"));
            return 2;
        }
    };
    match shell::test_command::evaluate(sys, arguments) {
        Ok(value) => i32::from(!value),
        Err(message) => {
            sys.err(&format!("test: {message}\n"));
            2
        }
    }
}
