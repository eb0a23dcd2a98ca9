//! What the shell waits for, in the middle of a command.

use super::{Memo, Next, Shell};
use crate::kubelet::runtime::kernel::{Flow, Pid, Read, Sys, Wait, signal};
use smol_str::SmolStr;

/// A command substitution gives no more than this.
const MAX_OUTPUT_BYTES: usize = 1 << 20;

/// Something that must end before the script goes on.
#[derive(Clone)]
pub(super) enum Pending {
    /// A program or subshell in the foreground.
    Child { pid: Pid, checked: bool },
    /// The commands of a pipeline, and how they ended.
    Pipeline { pids: Vec<Pid>, statuses: Vec<Option<i32>> },
    /// The output of `$(…)`.
    Substitution { pid: Pid, fd: u32, output: Vec<u8> },
    /// The builtin `wait`; none: for all.
    Wait { pids: Vec<Pid>, all: bool },
    /// The builtin `read`.
    Read(ReadOptions),
}

/// What `read` was asked for.
#[derive(Clone, Default)]
pub(super) struct ReadOptions {
    pub names: Vec<SmolStr>,
    pub raw: bool,
    pub until_ms: Option<u64>,
    pub max_chars: Option<usize>,
    pub array: bool,
    pub fd: u32,
    pub line: String,
}

impl Shell {
    /// Looks whether what is waited for has come; says what to wait for while it hasn't.
    pub(super) fn resume(&mut self, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        let pending = self.pending.take()?;
        match pending {
            Pending::Child { pid, checked } => match sys.reap(pid) {
                Some((status, signal)) => {
                    self.status = status;
                    self.report_signal(status, signal, sys);
                    if checked && let Next::Stop(flow) = self.check_failure(sys) {
                        return Some(flow);
                    }
                    None
                }
                None => self.wait(Pending::Child { pid, checked }, Wait::Child),
            },
            Pending::Pipeline { pids, mut statuses } => {
                for (pid, status) in pids.iter().zip(statuses.iter_mut()) {
                    if status.is_none() {
                        *status = sys.reap(*pid).map(|(status, _)| status);
                    }
                }
                if statuses.iter().any(Option::is_none) {
                    return self.wait(Pending::Pipeline { pids, statuses }, Wait::Child);
                }
                let all: Vec<i32> = statuses.into_iter().flatten().collect();
                let last = all.last().copied().unwrap_or(0);
                let failed = all.iter().rev().find(|status| **status != 0).copied().unwrap_or(0);
                self.status = if self.options.pipefail { failed } else { last };
                None
            }
            Pending::Substitution { pid, fd, output } => self.resume_substitution(pid, fd, output, sys),
            Pending::Wait { pids, all } => self.resume_wait(pids, all, sys),
            Pending::Read(options) => self.resume_read(options, sys),
        }
    }

    fn wait(&mut self, pending: Pending, wait: Wait) -> Option<Flow> {
        self.pending = Some(pending);
        Some(Flow::Wait(wait))
    }

    /// A shell says when a signal other than INT and PIPE ended its child.
    fn report_signal(&self, status: i32, signal_number: i32, sys: &mut Sys<'_, '_>) {
        if status == 128 + signal_number
            && signal_number != 0
            && let Some(text) = signal::description(signal_number)
        {
            sys.err(&format!("{text}\n"));
        }
    }

    fn resume_substitution(&mut self, pid: Pid, fd: u32, mut output: Vec<u8>, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        loop {
            match sys.read(fd) {
                Read::Data(bytes) => {
                    let room = MAX_OUTPUT_BYTES.saturating_sub(output.len()).min(bytes.len());
                    output.extend_from_slice(&bytes[..room]);
                }
                Read::Block => return self.wait(Pending::Substitution { pid, fd, output }, Wait::Input(fd)),
                Read::End | Read::Failed(_) => break,
            }
        }
        let Some((status, _)) = sys.reap(pid) else { return self.wait(Pending::Substitution { pid, fd, output }, Wait::Child) };
        sys.close_fd(fd);
        self.status = status;
        self.substitution_status = Some(status);
        output.retain(|byte| *byte != 0);
        let text = String::from_utf8_lossy(&output);
        self.memo.push(Memo::Text(text.trim_end_matches('\n').into()));
        None
    }

    fn resume_wait(&mut self, mut pids: Vec<Pid>, all: bool, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        if let Some(caught) = self.caught.first() {
            self.status = 128 + caught;
            self.undo_command(sys);
            return None;
        }
        while let Some(pid) = pids.first().copied() {
            let Some((status, _)) = sys.reap(pid) else { return self.wait(Pending::Wait { pids, all }, Wait::Child) };
            self.status = if all { 0 } else { status };
            self.background.retain(|known| *known != pid);
            pids.remove(0);
        }
        if all {
            self.status = 0;
        }
        match self.after_command(true, sys) {
            Next::Stop(flow) => Some(flow),
            Next::Go => None,
        }
    }

    fn resume_read(&mut self, mut options: ReadOptions, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        if let Some(caught) = self.caught.first() {
            self.status = 128 + caught;
            self.undo_command(sys);
            return None;
        }
        loop {
            let timed_out = options.until_ms.is_some_and(|until| sys.now_ms() >= until);
            let read = match sys.read_line(options.fd) {
                Read::Block if timed_out => {
                    let status = if self.dialect.is_bash() { 142 } else { 1 };
                    return self.finish_read(&options, status, sys);
                }
                Read::Block => {
                    let wait = options.until_ms.map_or(Wait::Input(options.fd), |until| Wait::InputUntil(options.fd, until));
                    return self.wait(Pending::Read(options), wait);
                }
                Read::Data(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Read::End | Read::Failed(_) => return self.finish_read(&options, 1, sys),
            };
            let ended = read.ends_with('\n');
            options.line.push_str(read.strip_suffix('\n').unwrap_or(&read));
            let continues = ended && !options.raw && options.line.ends_with('\\') && !options.line.ends_with("\\\\");
            if continues {
                options.line.pop();
                continue;
            }
            if ended {
                return self.finish_read(&options, 0, sys);
            }
        }
    }

    fn finish_read(&mut self, options: &ReadOptions, status: i32, sys: &mut Sys<'_, '_>) -> Option<Flow> {
        let mut line: String = match options.max_chars {
            Some(count) => options.line.chars().take(count).collect(),
            None => options.line.clone(),
        };
        if !options.raw {
            line = remove_backslashes(&line);
        }
        // `IFS= read …`: the separators of this command only.
        let separators = self.variables.text("IFS").unwrap_or_else(|| " \t\n".into());
        self.undo_command(sys);
        self.status = status;
        if options.array {
            let items = split_fields(&line, &separators, usize::MAX);
            if let Some(name) = options.names.first() {
                let _ = self.variables.set_content(name, super::variables::Content::Array(items.into_iter().map(SmolStr::from).collect()));
            }
        } else if options.names.is_empty() {
            let _ = self.variables.set("REPLY", &line);
        } else {
            let fields = split_fields(&line, &separators, options.names.len());
            for (index, name) in options.names.iter().enumerate() {
                let value = fields.get(index).map_or("", String::as_str);
                if self.variables.set(name, value).is_err() {
                    let message = self.read_only_error(name);
                    self.complain(sys, &message);
                    self.status = 1;
                }
            }
        }
        None
    }
}

fn remove_backslashes(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

/// Splits a line for `read`: the last of `count` fields takes the rest.
fn split_fields(line: &str, separators: &str, count: usize) -> Vec<String> {
    let blank = |c: char| separators.contains(c) && c.is_ascii_whitespace();
    let mut fields = Vec::new();
    let mut rest = line.trim_matches(blank);
    while !rest.is_empty() {
        if fields.len() + 1 == count {
            fields.push(rest.to_owned());
            break;
        }
        match rest.find(|c| separators.contains(c)) {
            None => {
                fields.push(rest.to_owned());
                break;
            }
            Some(end) => {
                fields.push(rest[..end].to_owned());
                let after = rest[end..].trim_start_matches(blank);
                let skipped_blank = after.len() < rest.len() - end;
                rest = match after.chars().next() {
                    Some(c) if separators.contains(c) && (!skipped_blank || !c.is_ascii_whitespace()) => after[c.len_utf8()..].trim_start_matches(blank),
                    _ => after,
                };
            }
        }
    }
    fields
}
