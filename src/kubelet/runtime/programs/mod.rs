//! The programs of containers: busybox' applets, and what images bring along.

pub(crate) mod awk;
mod awk_call;
mod awk_parse;
mod awk_tokens;
mod awk_value;
pub(crate) mod copy;
pub(crate) mod cut;
pub(crate) mod date;
pub(crate) mod digest;
pub(crate) mod disk;
pub(crate) mod files;
pub(crate) mod filter;
pub(crate) mod find;
pub(crate) mod grep;
pub(crate) mod http;
pub(crate) mod httpd;
pub(crate) mod lines;
pub(crate) mod list;
pub(crate) mod network;
pub(crate) mod options;
pub(crate) mod outside;
pub(crate) mod paths;
pub(crate) mod printf;
pub(crate) mod processes;
pub(crate) mod regex;
pub(crate) mod sed;
mod sed_parse;
pub(crate) mod sort;
pub(crate) mod stress;
pub(crate) mod system;
mod table;
pub(crate) mod tail;
pub(crate) mod text;
pub(crate) mod tools;

pub(crate) use table::{APPLETS, MORE_APPLETS, applet};

use super::fs::NodeKind;
use super::fs::view::{Credentials, EXECUTE, Files};
use super::kernel::{Flow, Program, Sys};
use super::shell::{self, Dialect};
use smol_str::{SmolStr, format_smolstr};

/// `PATH` where an image says nothing else.
pub(crate) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the file of a program begins with; its name follows. Such a file can be copied and renamed like a real one.
pub(crate) const MAGIC: &str = "\u{7f}ELF ";

/// Before the name of a program that only one image has.
pub(crate) const OF_IMAGE: &str = "image ";

/// Before the name of a program that lives outside of the machine.
pub(crate) const OUTSIDE: &str = "outside ";

/// Scripts whose interpreter is a script, and so on.
const MAX_INTERPRETERS: usize = 4;
/// Enough of a file to see what it is.
const HEAD_BYTES: usize = 256;

/// Why a program can't be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadError {
    NotFound,
    Denied,
}

impl LoadError {
    /// The exit status that shells give it.
    pub fn status(self) -> i32 {
        match self {
            LoadError::NotFound => 127,
            LoadError::Denied => 126,
        }
    }
}

/// A program that does all it does at once.
#[derive(Clone)]
pub(crate) struct Now {
    pub run: fn(&mut Sys<'_, '_>, &[SmolStr]) -> i32,
    pub arguments: Vec<SmolStr>,
}

impl Program for Now {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        Flow::Exit((self.run)(sys, &self.arguments))
    }
}

/// The program that `argv` names, found along `PATH`.
pub(crate) fn load(sys: &Sys<'_, '_>, argv: &[SmolStr], path: &str) -> Result<Box<dyn Program>, LoadError> {
    load_from(&sys.world.files, &sys.process.who, &sys.process.cwd, argv, path)
}

/// The same, where no process runs yet.
pub(crate) fn load_from(files: &Files<'_>, who: &Credentials, cwd: &str, argv: &[SmolStr], path: &str) -> Result<Box<dyn Program>, LoadError> {
    let mut argv = argv.to_vec();
    for _ in 0..MAX_INTERPRETERS {
        let name = argv.first().cloned().ok_or(LoadError::NotFound)?;
        let file = locate(files, who, cwd, &name, path)?;
        let (place, _) = files.find(who, &file, true).map_err(|_| LoadError::NotFound)?;
        let bytes = files.read(&place, 0, HEAD_BYTES).map_err(|_| LoadError::Denied)?;
        let head = String::from_utf8_lossy(&bytes);
        if let Some(program) = head.strip_prefix(MAGIC) {
            let program = program.trim();
            if program.starts_with(OUTSIDE) {
                return Ok(outside::Outside::program(&argv));
            }
            if let Some(own) = program.strip_prefix(OF_IMAGE) {
                return super::images::program(own, &argv).or_else(|| applet(own, &argv)).ok_or(LoadError::NotFound);
            }
            if program == "busybox" {
                return Ok(table::busybox(paths::base_name(&name).trim_start_matches('-'), &argv));
            }
            return applet(program, &argv).ok_or(LoadError::NotFound);
        }
        let Some(first_line) = head.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or("").trim()) else {
            // A script without an interpreter: the shell runs it itself.
            let mut script = vec![SmolStr::new_static("sh"), file];
            script.extend(argv.into_iter().skip(1));
            return Ok(Box::new(shell::Start { dialect: Dialect::Ash, argv: script }));
        };
        let (interpreter, option) = first_line.split_once([' ', '\t']).map_or((first_line, None), |(interpreter, option)| (interpreter, Some(option.trim())));
        let mut next = vec![SmolStr::from(interpreter)];
        next.extend(option.filter(|option| !option.is_empty()).map(SmolStr::from));
        next.push(file);
        next.extend(argv.into_iter().skip(1));
        argv = next;
    }
    Err(LoadError::NotFound)
}

/// The path of an executable file.
fn locate(files: &Files<'_>, who: &Credentials, cwd: &str, name: &str, path: &str) -> Result<SmolStr, LoadError> {
    let executable = |candidate: &str| {
        let (place, _) = files.find(who, candidate, true).ok()?;
        let is_file = matches!(files.node(&place).ok()?.kind, NodeKind::File(_));
        Some(is_file && files.may(who, &Place::readable(place), EXECUTE))
    };
    if name.contains('/') {
        let absolute = super::fs::view::join(cwd, name);
        return match executable(&absolute) {
            Some(true) => Ok(absolute),
            Some(false) => Err(LoadError::Denied),
            None => Err(LoadError::NotFound),
        };
    }
    let mut denied = false;
    for directory in path.split(':') {
        let directory = if directory.is_empty() { cwd } else { directory };
        let candidate = format_smolstr!("{directory}/{name}");
        match executable(&candidate) {
            Some(true) => return Ok(candidate),
            Some(false) => denied = true,
            None => {}
        }
    }
    Err(if denied { LoadError::Denied } else { LoadError::NotFound })
}

use super::fs::view::Place;

impl Place {
    /// Executing doesn't write, so that a read-only mount is no obstacle.
    fn readable(self) -> Place {
        Place { read_only: false, ..self }
    }
}

/// The path of a program along `PATH`.
pub(crate) fn find_in_path(sys: &Sys<'_, '_>, name: &str, path: &str) -> Option<SmolStr> {
    locate(&sys.world.files, &sys.process.who, &sys.process.cwd, name, path).ok()
}
