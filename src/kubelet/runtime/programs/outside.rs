//! Programs that live outside of the machine, such as kubectl on a person's own computer: here is only their process, with its
//! file descriptors. Whoever drives the machine does their work.

use crate::kubelet::runtime::kernel::{Ask, Call, Flow, Program, Read, Reply, Sys, Wait};
use crate::kubelet::runtime::log::Stream;
use smol_str::SmolStr;

/// The process of a program that is somewhere else.
#[derive(Clone)]
pub(crate) struct Outside {
    argv: Vec<SmolStr>,
    is_called: bool,
    wants_input: bool,
    exit_code: Option<i32>,
}

impl Outside {
    pub fn program(argv: &[SmolStr]) -> Box<dyn Program> {
        Box::new(Outside { argv: argv.to_vec(), is_called: false, wants_input: false, exit_code: None })
    }
}

impl Program for Outside {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        if !self.is_called {
            self.is_called = true;
            let call = Call { argv: self.argv.clone(), cwd: sys.process.cwd.clone(), terminal: (sys.is_terminal(0), sys.is_terminal(1)) };
            sys.ask(Ask::Program(call), u64::MAX);
            return Flow::Wait(Wait::Network);
        }
        if let Some(Reply::Program(progress)) = sys.reply() {
            for (stream, text) in progress.output {
                let _ = sys.write(if stream == Stream::Stdout { 1 } else { 2 }, text.as_bytes());
            }
            self.wants_input |= progress.wants_input;
            self.exit_code = progress.exit_code;
            // What a pipe can't take yet is gone when this goes on.
            return Flow::More;
        }
        if let Some(exit_code) = self.exit_code {
            return Flow::Exit(exit_code);
        }
        if !self.wants_input {
            return Flow::Wait(Wait::Network);
        }
        let read = match sys.read(0) {
            Read::Block => return Flow::Wait(Wait::Input(0)),
            Read::Data(bytes) => Some(bytes),
            Read::End | Read::Failed(_) => None,
        };
        self.wants_input = false;
        sys.ask(Ask::Input(read), u64::MAX);
        Flow::Wait(Wait::Network)
    }
}
