//! How frames end, and where the next commands come from.

use super::compile::compile;
use super::pending::Pending;
use super::{Control, FrameKind, Next, Shell, Source, redirect};
use crate::kubelet::runtime::kernel::{Flow, Read, Sender, Sys, Wait, signal};

/// A script that is read from standard input is no longer than this.
const MAX_SCRIPT_BYTES: usize = 1 << 20;

impl Shell {
    /// A frame has come to its end.
    pub(super) fn leave_frame(&mut self, sys: &mut Sys<'_, '_>) {
        let Some(frame) = self.frames.pop() else { return };
        self.drop_controls(frame.controls, sys);
        match frame.kind {
            FrameKind::Function { parameters, locals, .. } => {
                self.parameters = parameters;
                self.put_back(locals);
            }
            FrameKind::Trap { status } => self.status = status,
            FrameKind::Plain | FrameKind::Sourced => {}
        }
    }

    pub(super) fn drop_controls(&mut self, keep: usize, sys: &mut Sys<'_, '_>) {
        while self.controls.len() > keep {
            if let Some(Control::Redirect(saved)) = self.controls.pop() {
                redirect::restore(saved, sys);
            }
        }
    }

    /// `break` and `continue`.
    pub(super) fn leave_loops(&mut self, count: usize, again_wanted: bool, sys: &mut Sys<'_, '_>) {
        let floor = self.frames.last().map_or(0, |frame| frame.controls);
        let loops =
            self.controls[floor.min(self.controls.len())..].iter().filter(|control| matches!(control, Control::Loop { .. } | Control::For { .. })).count();
        let mut left = count.min(loops);
        if left == 0 {
            return;
        }
        while self.controls.len() > floor {
            if let Some(Control::Loop { again, end, status } | Control::For { again, end, status, .. }) = self.controls.last_mut() {
                left -= 1;
                if left == 0 {
                    let to = if again_wanted { *again } else { *end };
                    if !again_wanted {
                        *status = 0;
                    }
                    self.status = 0;
                    return self.jump(to);
                }
            }
            if let Some(Control::Redirect(saved)) = self.controls.pop() {
                redirect::restore(saved, sys);
            }
        }
    }

    /// `return`
    pub(super) fn return_with(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> Option<i32> {
        self.undo_command(sys);
        self.status = status;
        while let Some(frame) = self.frames.last_mut() {
            if matches!(frame.kind, FrameKind::Function { .. } | FrameKind::Sourced | FrameKind::Trap { .. }) {
                frame.at = frame.code.steps.len();
                return None;
            }
            self.leave_frame(sys);
        }
        Some(status)
    }

    /// Ends the shell, after its EXIT trap.
    pub(super) fn exit(&mut self, status: i32, sys: &mut Sys<'_, '_>) -> Next {
        let status = status & 0xff;
        if let Some(action) = self.traps.remove(&0).filter(|action| !action.is_empty()) {
            while !self.frames.is_empty() {
                self.leave_frame(sys);
            }
            self.undo_command(sys);
            self.source = Source::None;
            self.exiting = Some(status);
            self.status = status;
            if self.push_text(&action, FrameKind::Plain, sys) {
                return Next::Go;
            }
        }
        Next::Stop(Flow::Exit(status))
    }

    /// Reads the next commands of the script.
    pub(super) fn next_commands(&mut self, sys: &mut Sys<'_, '_>) -> Next {
        if let Some(status) = self.exiting {
            return Next::Stop(Flow::Exit(status));
        }
        match &mut self.source {
            Source::None => self.exit(self.status, sys),
            Source::Text(parser) => {
                self.line = parser.line();
                match parser.next_commands() {
                    Ok(Some(list)) => {
                        if !self.options.noexec {
                            self.push_frame(compile(&list), FrameKind::Plain);
                        }
                        Next::Go
                    }
                    Ok(None) => self.exit(self.status, sys),
                    Err(error) => {
                        self.line = parser.line();
                        self.complain_syntax(sys, &error.message);
                        self.exit(2, sys)
                    }
                }
            }
            Source::Input { .. } => self.read_commands(sys),
        }
    }

    /// Reads commands from standard input, a line at a time, until they are whole.
    pub(super) fn read_commands(&mut self, sys: &mut Sys<'_, '_>) -> Next {
        if let Source::Input { prompted, .. } = &mut self.source
            && !std::mem::replace(prompted, true)
        {
            self.prompt(sys);
        }
        let line = match sys.read_line(0) {
            Read::Block => return Next::Stop(Flow::Wait(Wait::Input(0))),
            Read::Data(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Read::End | Read::Failed(_) => None,
        };
        let Source::Input { unread, .. } = &mut self.source else { return Next::Go };
        let ended = line.is_none();
        unread.push_str(line.as_deref().unwrap_or_default());
        if ended && unread.is_empty() {
            if self.interactive {
                sys.err("\n");
            }
            return self.exit(self.status, sys);
        }
        let text = unread.clone();
        let mut parser = super::Parser::new(&text, self.dialect.is_bash());
        let parsed = parser.whole();
        let goes_on = parsed.as_ref().err().is_some_and(|error| error.incomplete) || parser.is_here_document_open || ends_with_backslash(&text);
        match parsed {
            _ if goes_on && !ended && text.len() < MAX_SCRIPT_BYTES => {
                if self.interactive {
                    sys.err(&self.variables.text("PS2").unwrap_or_else(|| "> ".into()));
                }
                Next::Go
            }
            parsed => {
                self.source = Source::Input { unread: String::new(), prompted: false };
                if self.interactive && !text.trim().is_empty() {
                    self.history.push_back(text.trim_end().into());
                }
                match parsed {
                    Ok(list) if !list.is_empty() => {
                        self.push_frame(compile(&list), FrameKind::Plain);
                        Next::Go
                    }
                    Ok(_) => Next::Go,
                    Err(error) => {
                        self.complain_syntax(sys, &error.message);
                        self.status = 2;
                        if !self.interactive {
                            return self.exit(2, sys);
                        }
                        Next::Go
                    }
                }
            }
        }
    }

    /// Ctrl+C: what runs in the foreground ends, and the rest of the line with it.
    pub(super) fn interrupt(&mut self, sys: &mut Sys<'_, '_>) {
        let spared: Vec<_> = self.background.iter().flat_map(|pid| std::iter::once(*pid).chain(sys.kernel.descendants(*pid))).collect();
        for pid in sys.kernel.descendants(sys.pid).into_iter().filter(|pid| !spared.contains(pid)) {
            sys.kernel.signal(pid, signal::INT, Sender::Inside);
        }
        if matches!(self.pending, Some(Pending::Wait { .. } | Pending::Read(_))) {
            self.pending = None;
        }
        self.is_interrupted = true;
    }

    /// Forgets the line that is being executed or typed.
    pub(super) fn abandon(&mut self, sys: &mut Sys<'_, '_>) {
        self.forget_memo();
        self.undo_command(sys);
        while !self.frames.is_empty() {
            self.leave_frame(sys);
        }
        self.status = 128 + signal::INT;
        self.source = Source::Input { unread: String::new(), prompted: false };
    }
}

/// Whether the last line is continued on the next one.
fn ends_with_backslash(text: &str) -> bool {
    let line = text.strip_suffix('\n').unwrap_or(text);
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}
