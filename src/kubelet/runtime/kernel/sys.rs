//! The system calls: everything that a program can do.

use super::super::fs::view::{Credentials, Place, join};
use super::super::fs::{Device, FsError, NodeKind};
use super::process::{Ask, OpenKind, Pid, Process, Program, Reply};
use super::signal::Signal;
use super::{FileId, Kernel, MAX_PROCESSES, Sender, World};
use smol_str::SmolStr;
use std::sync::Arc;

/// The machine as one running process meets it.
pub(crate) struct Sys<'a, 'w> {
    pub kernel: &'a mut Kernel,
    pub process: &'a mut Process,
    pub pid: Pid,
    pub world: &'a mut World<'w>,
    /// Steps of the slice that were used.
    pub spent: u64,
}

/// What reading gives.
pub(crate) enum Read {
    Data(Vec<u8>),
    End,
    /// Nothing yet: return [`super::Wait::Input`].
    Block,
    Failed(FsError),
}

/// What a child starts with.
pub(crate) struct Spawn {
    pub program: Box<dyn Program>,
    pub argv: Arc<[SmolStr]>,
    pub env: Option<Arc<Vec<(SmolStr, SmolStr)>>>,
}

/// A file is read in pieces of this size.
const CHUNK_BYTES: usize = 32_768;
/// Writing this many bytes costs as much as one step.
const BYTES_A_STEP: u64 = 32;
/// What starting a process costs, in steps.
const SPAWN_STEPS: u64 = 20;

impl Sys<'_, '_> {
    pub fn now_ms(&self) -> u64 {
        self.world.now_ms
    }

    pub fn who(&self) -> Arc<Credentials> {
        self.process.who.clone()
    }

    /// A path seen from the working directory.
    pub fn absolute(&self, path: &str) -> SmolStr {
        join(&self.process.cwd, path)
    }

    pub fn env(&self, name: &str) -> Option<&SmolStr> {
        self.process.env.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A deterministic random number.
    pub fn random(&mut self) -> u64 {
        // xorshift64*: https://vigna.di.unimi.it/ftp/papers/xorshift.pdf
        let mut state = self.kernel.random;
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.kernel.random = state;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// The node at a path.
    pub fn find(&self, path: &str, follow: bool) -> Result<(Place, SmolStr), FsError> {
        if path.is_empty() {
            return Err(FsError::NotFound);
        }
        self.world.files.find(&self.process.who, &self.absolute(path), follow)
    }

    /// Opens a path for reading.
    pub fn open_read(&mut self, path: &str) -> Result<FileId, FsError> {
        if let Some(file) = self.open_own(path) {
            return file;
        }
        if path.is_empty() {
            return Err(FsError::NotFound);
        }
        let place = self.world.files.open_read(&self.process.who, &self.absolute(path))?;
        let kind = self.opened(place, false)?;
        Ok(self.kernel.open(kind))
    }

    /// Opens a path for writing.
    pub fn open_write(&mut self, path: &str, append: bool) -> Result<FileId, FsError> {
        if let Some(file) = self.open_own(path) {
            return file;
        }
        if path.is_empty() {
            return Err(FsError::NotFound);
        }
        let (who, path, mode) = (self.who(), self.absolute(path), 0o666 & !self.process.umask);
        let place = self.world.files.open_write(&who, &path, append, mode)?;
        let kind = self.opened(place, true)?;
        Ok(self.kernel.open(kind))
    }

    fn opened(&self, place: Place, writable: bool) -> Result<OpenKind, FsError> {
        Ok(match self.world.files.node(&place)?.kind {
            NodeKind::Device(Device::Null) | NodeKind::Device(Device::Tty) => OpenKind::Null,
            NodeKind::Device(Device::Zero) => OpenKind::Zero,
            NodeKind::Device(Device::Full) => OpenKind::Full,
            NodeKind::Device(Device::Random) => OpenKind::Random,
            _ => OpenKind::File { place, writable },
        })
    }

    /// `/dev/stdout`, `/proc/self/fd/1`, `/proc/1/fd/1` and the like: the process' own open files, or those of the first process.
    fn open_own(&mut self, path: &str) -> Option<Result<FileId, FsError>> {
        let (pid, fd) = match path {
            "/dev/stdin" => (self.pid, 0),
            "/dev/stdout" => (self.pid, 1),
            "/dev/stderr" => (self.pid, 2),
            _ => match path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/")) {
                Some(fd) => (self.pid, fd.parse().ok()?),
                None => {
                    let (pid, fd) = path.strip_prefix("/proc/")?.split_once("/fd/")?;
                    (pid.parse().ok()?, fd.parse().ok()?)
                }
            },
        };
        let fds = if pid == self.pid { &self.process.fds } else { &self.kernel.processes.get(&pid)?.fds };
        let file = fds.get(&fd).copied();
        if let Some(file) = file {
            self.kernel.share(file);
        }
        Some(file.ok_or(FsError::NotFound))
    }

    /// Makes an open file a file descriptor, closing what that was.
    pub fn set_fd(&mut self, fd: u32, file: FileId) {
        if let Some(old) = self.process.fds.insert(fd, file) {
            self.kernel.close(old);
        }
    }

    /// Makes `fd` the same as `from`; `false` where that isn't open.
    pub fn duplicate_fd(&mut self, from: u32, fd: u32) -> bool {
        let Some(file) = self.process.fds.get(&from).copied() else { return false };
        self.kernel.share(file);
        self.set_fd(fd, file);
        true
    }

    pub fn close_fd(&mut self, fd: u32) {
        if let Some(file) = self.process.fds.remove(&fd) {
            self.kernel.close(file);
        }
    }

    /// An open file that reads this text.
    pub fn open_text(&mut self, text: &[u8]) -> FileId {
        self.kernel.open(OpenKind::Text(text.into()))
    }

    /// Closes an open file that is no file descriptor (any more).
    pub fn close_file(&mut self, file: FileId) {
        self.kernel.close(file);
    }

    /// Keeps an open file beside the file descriptors.
    pub fn share_file(&mut self, file: FileId) {
        self.kernel.share(file);
    }

    /// A pipe: its reading and its writing end.
    pub fn pipe(&mut self) -> (FileId, FileId) {
        let pipe = self.kernel.new_pipe();
        (self.kernel.open(OpenKind::PipeRead(pipe)), self.kernel.open(OpenKind::PipeWrite(pipe)))
    }

    /// Writes to a file descriptor. Bytes that a pipe can't take yet are kept, and the process doesn't go on before they are gone.
    pub fn write(&mut self, fd: u32, bytes: &[u8]) -> Result<(), FsError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.spent += bytes.len() as u64 / BYTES_A_STEP;
        let Some(kind) = self.process.fds.get(&fd).and_then(|file| self.kernel.files.get(file)).map(|file| file.kind.clone()) else {
            return Err(FsError::Invalid);
        };
        match kind {
            OpenKind::Log(stream) => self.world.log.write(stream, bytes, self.world.now_ms),
            OpenKind::Exec(exec, stream) => (self.world.exec_output)(exec, stream, bytes),
            OpenKind::File { place, writable: true } => self.world.files.append(&place, bytes)?,
            OpenKind::Full => return Err(FsError::NoSpace),
            OpenKind::PipeWrite(pipe) => {
                let mut unwritten = std::mem::take(&mut self.process.unwritten);
                unwritten.push_back((pipe, bytes.to_vec()));
                self.process.unwritten = self.kernel.flush(self.pid, unwritten);
            }
            OpenKind::Null | OpenKind::Zero | OpenKind::Random => {}
            OpenKind::File { .. } | OpenKind::PipeRead(_) | OpenKind::Text(_) => return Err(FsError::Invalid),
        }
        Ok(())
    }

    /// Writes zero bytes to a file descriptor, without making them where it is a file.
    pub fn write_zeros(&mut self, fd: u32, count: u64) -> Result<(), FsError> {
        let kind = self.process.fds.get(&fd).and_then(|file| self.kernel.files.get(file)).map(|file| file.kind.clone());
        match kind {
            Some(OpenKind::File { place, writable: true }) => self.world.files.append_zeros(&place, count),
            _ => self.write(fd, &vec![0; count.min(CHUNK_BYTES as u64) as usize]),
        }
    }

    /// Whether a file descriptor reads zeros for ever.
    pub fn reads_zeros(&self, fd: u32) -> bool {
        self.process.fds.get(&fd).and_then(|file| self.kernel.files.get(file)).is_some_and(|file| matches!(file.kind, OpenKind::Zero))
    }

    /// Standard output.
    pub fn out(&mut self, text: &str) {
        let _ = self.write(1, text.as_bytes());
    }

    /// Standard error.
    pub fn err(&mut self, text: &str) {
        let _ = self.write(2, text.as_bytes());
    }

    /// Reads what is there, up to a chunk.
    pub fn read(&mut self, fd: u32) -> Read {
        self.read_part(fd, CHUNK_BYTES, false)
    }

    /// Reads one line with its newline; at the end what is left. Takes nothing that comes after it.
    pub fn read_line(&mut self, fd: u32) -> Read {
        self.read_part(fd, CHUNK_BYTES, true)
    }

    fn read_part(&mut self, fd: u32, limit: usize, line: bool) -> Read {
        let Some(id) = self.process.fds.get(&fd).copied() else { return Read::Failed(FsError::Invalid) };
        let Some(file) = self.kernel.files.get_mut(&id) else { return Read::Failed(FsError::Invalid) };
        let mut bytes = match &file.kind {
            OpenKind::PipeRead(pipe) => {
                let Some(pipe) = self.kernel.pipes.get_mut(pipe) else { return Read::End };
                let end = pipe.buffer.iter().take(limit).position(|byte| *byte == b'\n').map(|end| end + 1);
                let open = pipe.writers > 0 && !(pipe.ends_once && pipe.buffer.is_empty());
                let count = match (line, end) {
                    (true, Some(end)) => end,
                    (true, None) if open && pipe.buffer.len() < limit => return Read::Block,
                    _ => pipe.buffer.len().min(limit),
                };
                if count == 0 {
                    pipe.ends_once = false;
                    return if open { Read::Block } else { Read::End };
                }
                return Read::Data(pipe.buffer.drain(..count).collect());
            }
            OpenKind::File { place, .. } => match self.world.files.read(place, file.offset, limit) {
                Ok(bytes) => bytes,
                Err(FsError::NotFound) => return Read::End,
                Err(error) => return Read::Failed(error),
            },
            OpenKind::Text(text) => text.iter().skip(file.offset as usize).take(limit).copied().collect(),
            OpenKind::Zero | OpenKind::Full => vec![0; limit],
            OpenKind::Random => {
                let bytes = std::iter::repeat_with(|| self.random().to_le_bytes()).take(limit / 8).flatten().collect();
                return Read::Data(bytes);
            }
            _ => return Read::End,
        };
        if line && let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            bytes.truncate(end + 1);
        }
        if bytes.is_empty() {
            return Read::End;
        }
        file.offset += bytes.len() as u64;
        Read::Data(bytes)
    }

    /// A whole file, up to `limit` bytes.
    pub fn read_file(&mut self, path: &str, limit: usize) -> Result<Vec<u8>, FsError> {
        let place = self.world.files.open_read(&self.process.who, &self.absolute(path))?;
        self.world.files.read(&place, 0, limit)
    }

    /// The size of an open file; none for what has no end.
    pub fn size_of_fd(&self, fd: u32) -> Option<u64> {
        match &self.kernel.files.get(self.process.fds.get(&fd)?)?.kind {
            OpenKind::File { place, .. } => Some(self.world.files.node(place).map_or(0, |node| node.size_bytes())),
            _ => None,
        }
    }

    /// Goes to a position of an open file.
    pub fn seek(&mut self, fd: u32, offset: u64) {
        if let Some(file) = self.process.fds.get(&fd).and_then(|file| self.kernel.files.get_mut(file)) {
            file.offset = offset;
        }
    }

    /// Starts a child with this process' file descriptors; `None` where there are too many processes.
    pub fn spawn(&mut self, spawn: Spawn) -> Option<Pid> {
        if self.kernel.processes.len() >= MAX_PROCESSES {
            return None;
        }
        self.spent += SPAWN_STEPS;
        let pid = self.kernel.next_pid;
        self.kernel.next_pid += 1;
        for file in self.process.fds.values() {
            self.kernel.share(*file);
        }
        let child = Process {
            parent: self.pid,
            argv: spawn.argv,
            fds: self.process.fds.clone(),
            cwd: self.process.cwd.clone(),
            env: spawn.env.unwrap_or_else(|| self.process.env.clone()),
            who: self.process.who.clone(),
            umask: self.process.umask,
            program: Some(spawn.program),
            wait: super::Wait::Ready,
            unwritten: Default::default(),
            exit: None,
            noticed: false,
            started_at_ms: self.now_ms(),
            exec: None,
            ask: None,
            reply: None,
        };
        self.kernel.processes.insert(pid, child);
        Some(pid)
    }

    /// How a child ended, once; `None` while it runs.
    pub fn reap(&mut self, child: Pid) -> Option<(i32, Signal)> {
        let exit = match self.kernel.processes.get(&child) {
            Some(process) if process.parent == self.pid => process.exit?,
            _ => return Some((127, 0)),
        };
        self.kernel.processes.remove(&child);
        Some(exit)
    }

    /// Sends a signal from this process; `false` where there is no such process or it is another user's.
    pub fn kill(&mut self, pid: Pid, signal: Signal) -> Result<(), FsError> {
        let who = if pid == self.pid {
            self.process.who.clone()
        } else {
            self.kernel.processes.get(&pid).filter(|target| target.exit.is_none()).ok_or(FsError::NotFound)?.who.clone()
        };
        if self.process.who.uid != 0 && self.process.who.uid != who.uid {
            return Err(FsError::NotPermitted);
        }
        if signal != 0 {
            self.kernel.signal(pid, signal, Sender::Inside);
        }
        Ok(())
    }

    /// Whether somebody has to be told of a signal before anything else happens.
    pub fn has_signals(&self) -> bool {
        !self.kernel.signals.is_empty()
    }

    /// All processes but this one.
    pub fn other_processes(&self) -> Vec<(Pid, String, i64)> {
        self.kernel
            .processes
            .iter()
            .filter(|(_, process)| process.exit.is_none())
            .map(|(pid, process)| (*pid, Kernel::command_line(process), process.who.uid))
            .collect()
    }

    /// Listens on a port; `false` where somebody in the pod does already.
    pub fn listen(&mut self, port: u16) -> bool {
        if self.world.machine.taken_ports.contains(&port) || self.kernel.listeners.contains_key(&port) {
            return false;
        }
        self.kernel.listeners.insert(port, self.pid);
        true
    }

    /// Stops listening.
    pub fn unlisten(&mut self, port: u16) {
        self.kernel.listeners.remove(&port);
    }

    /// Whether a file descriptor is what the person at the first process sits at.
    pub fn is_terminal(&self, fd: u32) -> bool {
        let Some(file) = self.process.fds.get(&fd) else { return false };
        match self.kernel.files.get(file).map(|file| &file.kind) {
            Some(OpenKind::Exec(..)) => true,
            Some(OpenKind::PipeRead(_)) => self.kernel.processes.get(&1).is_some_and(|first| first.fds.get(&0) == Some(file)),
            _ => false,
        }
    }

    /// Asks the network; return [`super::Wait::Network`] next, and see [`Sys::reply`] when it goes on.
    /// An answer that takes longer than `limit_ms` is given then, its delay telling that it is none.
    pub fn ask(&mut self, ask: Ask, limit_ms: u64) {
        self.process.ask = Some((ask, limit_ms));
    }

    /// The network's answer.
    pub fn reply(&mut self) -> Option<Reply> {
        self.process.reply.take()
    }

    /// The name of a user, as `/etc/passwd` has it.
    pub fn user_name(&mut self, uid: i64) -> Option<String> {
        self.name_of("/etc/passwd", uid)
    }

    /// The name of a group, as `/etc/group` has it.
    pub fn group_name(&mut self, gid: i64) -> Option<String> {
        self.name_of("/etc/group", gid)
    }

    fn name_of(&mut self, database: &str, id: i64) -> Option<String> {
        let bytes = self.read_file(database, CHUNK_BYTES).ok()?;
        let id = id.to_string();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().find(|line| line.split(':').nth(2) == Some(id.as_str())).and_then(|line| line.split(':').next().map(str::to_owned))
    }

    /// The id of a user or group by name, or the number itself.
    pub fn id_of(&mut self, database: &str, name: &str) -> Option<i64> {
        if let Ok(id) = name.parse() {
            return Some(id);
        }
        let bytes = self.read_file(database, CHUNK_BYTES).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().find(|line| line.split(':').next() == Some(name)).and_then(|line| line.split(':').nth(2)?.parse().ok())
    }
}
