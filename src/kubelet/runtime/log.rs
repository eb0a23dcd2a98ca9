//! What a container wrote: the lines that `kubectl logs` shows.

use crate::value::Vector;
use smol_str::SmolStr;

/// A container keeps this many lines; the oldest go first. (containerd and the kubelet keep 10 MiB a file.)
const MAX_LINES: usize = 10_000;
/// A container keeps this many bytes; the oldest lines go first.
const MAX_BYTES: usize = 1 << 20;
/// A longer line is broken here, as containerd does (`max_container_log_line_size`).
const MAX_LINE_BYTES: usize = 16_384;

/// Where a line was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line of a container's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When its end was written.
    pub at_ms: u64,
    /// Where it was written to.
    pub stream: Stream,
    /// The line without its newline.
    pub text: SmolStr,
}

/// A container's log: bounded, and shared between clones.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Vector<LogLine>,
    first: u64,
    bytes: usize,
    unfinished: [Vec<u8>; 2],
}

impl Log {
    /// The lines that are kept, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &LogLine> {
        self.lines.iter()
    }

    /// The number of the line after the last, counted from the container's start: what a follower
    /// hands to [`Log::since`] next time.
    pub fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// How many lines were dropped because the log is bounded.
    pub fn dropped(&self) -> u64 {
        self.first
    }

    /// The kept lines from number `start` on: how `kubectl logs -f` follows.
    pub fn since(&self, start: u64) -> impl Iterator<Item = &LogLine> {
        let skip = start.saturating_sub(self.first).min(self.lines.len() as u64) as usize;
        self.lines.starting_at(skip)
    }

    /// What was written since the last whole line: a prompt, for whoever is attached.
    pub fn unfinished(&self) -> String {
        self.unfinished.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect()
    }

    /// Takes what a process wrote; whole lines become visible.
    pub(crate) fn write(&mut self, stream: Stream, bytes: &[u8], now_ms: u64) {
        let mut rest = std::mem::take(&mut self.unfinished[stream as usize]);
        rest.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = line_length(&rest[start..]) {
            self.push(stream, &rest[start..start + length], now_ms);
            start += length + usize::from(rest.get(start + length) == Some(&b'\n'));
        }
        rest.drain(..start);
        self.unfinished[stream as usize] = rest;
    }

    /// The container has ended: what was begun becomes a line.
    pub(crate) fn finish(&mut self, now_ms: u64) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = std::mem::take(&mut self.unfinished[stream as usize]);
            if !rest.is_empty() {
                self.push(stream, &rest, now_ms);
            }
        }
    }

    fn push(&mut self, stream: Stream, bytes: &[u8], now_ms: u64) {
        let text = SmolStr::from(String::from_utf8_lossy(bytes).as_ref());
        self.bytes += text.len();
        self.lines.push_back(LogLine { at_ms: now_ms, stream, text });
        while self.lines.len() > MAX_LINES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.text.len();
            self.first += 1;
        }
    }
}

/// The length of the first whole line, without its newline.
fn line_length(bytes: &[u8]) -> Option<usize> {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) if end <= MAX_LINE_BYTES => Some(end),
        _ if bytes.len() > MAX_LINE_BYTES => Some(MAX_LINE_BYTES),
        end => end,
    }
}
