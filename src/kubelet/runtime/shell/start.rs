//! How a shell begins: `sh -c …`, `sh script`, `sh`.

use super::parse::Parser;
use super::variables::Variables;
use super::{Dialect, Options, Shell, Source, Undo};
use crate::kubelet::runtime::kernel::{Flow, Program, Sys};
use crate::value::SortedMap;
use smol_str::SmolStr;

/// A script file is no longer than this.
const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// A shell that has not read its arguments yet.
#[derive(Clone)]
pub(crate) struct Start {
    pub dialect: Dialect,
    pub argv: Vec<SmolStr>,
}

impl Program for Start {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        let name = self.argv.first().cloned().unwrap_or_else(|| "sh".into());
        let mut shell = Shell::new(self.dialect, name.clone(), sys);
        let mut arguments = self.argv.iter().skip(1).cloned().peekable();
        let (mut command, mut interactive, mut standard_input) = (false, false, false);
        while let Some(argument) = arguments.next_if(|argument| argument.len() > 1 && (argument.starts_with('-') || argument.starts_with('+'))) {
            if argument == "--" {
                break;
            }
            if argument.starts_with("--") {
                // bash's --login, --norc and the like change nothing here.
                continue;
            }
            let on = argument.starts_with('-');
            for letter in argument[1..].chars() {
                match letter {
                    'c' => command = true,
                    'i' => interactive = true,
                    's' => standard_input = true,
                    'l' => {}
                    'o' => {
                        let option = arguments.next().unwrap_or_default();
                        shell.options.set_named(&option, on);
                    }
                    letter if shell.options.set_letter(letter, on) => {}
                    letter => {
                        let message =
                            if self.dialect.is_bash() { format!("{name}: -{letter}: invalid option\n") } else { format!("{name}: illegal option -{letter}\n") };
                        sys.err(&message);
                        return Flow::Exit(2);
                    }
                }
            }
        }
        if command {
            let Some(script) = arguments.next() else {
                sys.err(&format!("{name}: {}\n", if self.dialect.is_bash() { "-c: option requires an argument" } else { "-c requires an argument" }));
                return Flow::Exit(2);
            };
            if let Some(name) = arguments.next() {
                shell.name = name;
            }
            shell.source = Source::Text(Parser::new(&script, self.dialect.is_bash()));
        } else if let Some(path) = arguments.next().filter(|_| !standard_input) {
            match sys.read_file(&path, MAX_SCRIPT_BYTES) {
                Ok(bytes) => shell.source = Source::Text(Parser::new(&String::from_utf8_lossy(&bytes), self.dialect.is_bash())),
                Err(error) => {
                    let message = match self.dialect {
                        Dialect::Bash => format!("{name}: {path}: {}\n", error.message()),
                        Dialect::Dash => format!("{name}: 0: cannot open {path}: No such file\n"),
                        Dialect::Ash => format!("{name}: can't open '{path}': {}\n", error.message()),
                    };
                    sys.err(&message);
                    return Flow::Exit(if self.dialect.is_bash() { 127 } else { 2 });
                }
            }
            shell.name = path;
            shell.is_script_file = true;
        } else {
            shell.interactive = interactive || (sys.process.exec.is_some() || sys.world.machine.config.tty) && sys.env("TERM").is_some();
            shell.is_typed = shell.interactive && self.dialect.is_bash();
        }
        shell.parameters = arguments.collect();
        Flow::Become(Box::new(shell))
    }
}

impl Shell {
    pub(super) fn new(dialect: Dialect, name: SmolStr, sys: &mut Sys<'_, '_>) -> Shell {
        let mut variables = Variables::from_env(&sys.process.env);
        let _ = variables.set("IFS", " \t\n");
        let _ = variables.set("OPTIND", "1");
        let cwd = sys.process.cwd.clone();
        let _ = variables.set("PWD", &cwd);
        variables.change("PWD", |variable| variable.exported = true);
        Shell {
            dialect,
            name,
            variables,
            parameters: Default::default(),
            functions: Default::default(),
            options: Options::default(),
            status: 0,
            last_background: None,
            background: Vec::new(),
            shell_pid: sys.pid,
            traps: SortedMap::new(),
            caught: Vec::new(),
            frames: Vec::new(),
            controls: Vec::new(),
            source: Source::Input { unread: String::new(), prompted: false },
            pending: None,
            memo: Vec::new(),
            memo_at: 0,
            substitution_status: None,
            undo: Undo::default(),
            exiting: None,
            is_subshell: false,
            interactive: false,
            timer_ms: Vec::new(),
            line: 0,
            is_script_file: false,
            is_typed: false,
            is_interrupted: false,
            history: Default::default(),
            aliases: Default::default(),
            getopts_offset: 0,
        }
    }

    /// Somebody types: the prompt.
    pub(super) fn prompt(&self, sys: &mut Sys<'_, '_>) {
        if !self.interactive {
            return;
        }
        if let Some(prompt) = self.variables.text("PS1") {
            return sys.err(&prompt);
        }
        let sign = if sys.process.who.uid == 0 { '#' } else { '$' };
        let home = self.variables.text("HOME").unwrap_or_default();
        let cwd = sys.process.cwd.clone();
        let shown = if !home.is_empty() && cwd == home { "~".into() } else { cwd };
        let prompt = match self.dialect {
            Dialect::Ash => format!("{shown} {sign} "),
            Dialect::Dash => format!("{sign} "),
            Dialect::Bash => {
                let user = sys.user_name(sys.process.who.uid).unwrap_or_else(|| "I have no name!".into());
                format!("{user}@{}:{shown}{sign} ", sys.world.machine.sandbox.hostname)
            }
        };
        sys.err(&prompt);
    }
}
