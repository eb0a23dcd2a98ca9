//! One container: its configuration, its processes, its files and its log.

use super::base;
use super::config::{ContainerConfig, ContainerId, ContainerState, Exit, SandboxConfig, SandboxId, StartError};
use super::fs::view::{Credentials, Files, View};
use super::fs::{Tree, Volume, VolumeId};
use super::image_ref::ImageRef;
use super::kernel::signal::{self, Signal};
use super::kernel::{Kernel, Machine, OpenKind, PipeId, Process, Program, Ran, Sender, Service, World};
use super::log::{Log, Stream};
use super::net::{Answer, HttpRequest};
use super::programs::{self, DEFAULT_PATH, LoadError};
use super::{ExecId, Profile, images};
use crate::value::{OrdMap, Sort, SortedSet};
use smol_str::SmolStr;
use std::sync::Arc;

/// What a node's disk holds beyond everything that is on it: writing more fails.
pub(super) const DISK_BYTES: u64 = 100 << 30;
/// The kubelet's limit for termination messages.
const MAX_TERMINATION_MESSAGE_BYTES: usize = 4096;
/// Working set of a process without anything to do.
const PROCESS_BYTES: u64 = 400 << 10;

#[derive(Clone)]
pub(super) struct Container {
    pub id: ContainerId,
    pub sandbox: SandboxId,
    pub sandbox_config: Arc<SandboxConfig>,
    pub config: Arc<ContainerConfig>,
    pub image: ImageRef,
    pub image_id: SmolStr,
    pub profile: Profile,
    pub created_at_ms: u64,
    pub state: ContainerState,
    pub log: Log,
    pub kernel: Kernel,
    pub view: View,
    /// What types into its first process, where that has a standard input.
    pub input: Option<PipeId>,
    /// When its processes have something to do next.
    pub wake_at_ms: Option<u64>,
    /// When it is killed, once it is being stopped.
    pub kill_at_ms: Option<u64>,
    /// The ports that it listened on when it ran last.
    pub ports: SortedSet<u16>,
    /// Work that was given to it from outside: thousandths of a CPU and bytes.
    pub extra_load: (u64, u64),
}

/// What of the node a container works with while it runs.
pub(super) struct Host<'a> {
    pub volumes: &'a mut OrdMap<VolumeId, Volume>,
    pub written: &'a mut Vec<VolumeId>,
    pub taken_ports: &'a SortedSet<u16>,
    pub exec_output: &'a mut dyn FnMut(ExecId, Stream, &[u8]),
    pub disk_free_bytes: u64,
    pub now_ms: u64,
}

impl Container {
    pub fn started_at_ms(&self) -> u64 {
        match &self.state {
            ContainerState::Created => self.created_at_ms,
            ContainerState::Running { started_at_ms } => *started_at_ms,
            ContainerState::Exited(exit) => exit.started_at_ms,
        }
    }

    pub fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running { .. })
    }

    /// When the runtime has to look at it next.
    pub fn due_ms(&self) -> Option<u64> {
        if !self.is_running() {
            return None;
        }
        [self.wake_at_ms, self.kill_at_ms].into_iter().flatten().min()
    }

    /// Writes what every container has and mounts its volumes.
    pub fn prepare(&mut self, host: &mut Host<'_>) -> Result<(), String> {
        let now_ms = host.now_ms;
        let files: [(&str, String); 3] = [
            ("etc/hostname", format!("{}\n", self.sandbox_config.hostname)),
            ("etc/hosts", self.sandbox_config.hosts_file.clone()),
            ("etc/resolv.conf", resolv_conf(&self.sandbox_config)),
        ];
        for (path, text) in files {
            write(&mut self.view.root, path, &text, now_ms);
        }
        let termination_path = self.termination_path().to_owned();
        write(&mut self.view.root, &termination_path, "", now_ms);
        if let Ok(inode) = self.view.root.find(&termination_path)
            && let Some(node) = self.view.root.node_mut(inode)
        {
            node.mode = 0o666;
        }
        let config = self.config.clone();
        let mut files = files_of(&mut self.view, host);
        let mut mounts: Vec<_> = config.mounts.iter().collect();
        mounts.order_by_key(|mount| mount.container_path.split('/').filter(|part| !part.is_empty()).count());
        for mount in mounts {
            files.mount(&mount.container_path, &mount.volume, &mount.sub_path, mount.read_only)?;
        }
        if !config.working_dir.is_empty() && files.find(&Credentials::default(), &config.working_dir, true).is_err() {
            let _ = self.view.root.make_dirs(&config.working_dir, 0o755, now_ms);
        }
        self.view.root_read_only = config.read_only_root;
        Ok(())
    }

    fn termination_path(&self) -> &str {
        if self.config.termination_message_path.is_empty() { "/dev/termination-log" } else { &self.config.termination_message_path }
    }

    /// What it wrote for its end.
    pub fn termination_message(&self) -> String {
        self.view.root.read_text(self.termination_path(), MAX_TERMINATION_MESSAGE_BYTES).unwrap_or_default()
    }

    pub fn credentials(&self) -> Credentials {
        let uid = self.config.run_as_user.unwrap_or(0);
        Credentials { uid, gid: self.config.run_as_group.unwrap_or(0), groups: self.config.supplemental_groups.clone() }
    }

    fn environment(&self, tty: bool) -> Arc<Vec<(SmolStr, SmolStr)>> {
        let mut env: Vec<(SmolStr, SmolStr)> =
            vec![("PATH".into(), DEFAULT_PATH.into()), ("HOME".into(), "/root".into()), ("HOSTNAME".into(), self.sandbox_config.hostname.clone())];
        if tty {
            env.push(("TERM".into(), "xterm".into()));
        }
        for (name, value) in &self.config.env {
            env.retain(|(known, _)| known != name);
            env.push((name.clone(), value.clone()));
        }
        Arc::new(env)
    }

    fn path(&self) -> SmolStr {
        self.config.env.iter().rev().find(|(name, _)| name == "PATH").map_or(DEFAULT_PATH.into(), |(_, value)| value.clone())
    }

    fn working_dir(&self) -> SmolStr {
        if self.config.working_dir.is_empty() { "/".into() } else { programs::paths::normalize(&self.config.working_dir) }
    }

    /// The first process: a program of the image, or the server that the image is.
    fn first_program(&mut self, host: &mut Host<'_>) -> Result<(Box<dyn Program>, Vec<SmolStr>), StartError> {
        let base = self.image.base.clone();
        let mut argv: Vec<SmolStr> = self.config.command.iter().chain(&self.config.args).cloned().collect();
        let runs_programs = images::runs_programs(&base, self.profile);
        if let Some(program) = images::args_to(&base, self.profile).filter(|_| self.config.command.is_empty() && !argv.is_empty()) {
            argv.insert(0, program.into());
        } else if self.config.command.is_empty() && !runs_programs {
            let note = images::note(&base, &self.config, &argv, self.profile);
            return Ok((images::server(&base, &self.config, self.profile, note), argv));
        }
        if argv.is_empty() {
            argv = images::entry_point(&base, self.profile).iter().map(|word| SmolStr::new_static(word)).collect();
        }
        let (who, cwd, path) = (self.credentials(), self.working_dir(), self.path());
        let loaded = programs::load_from(&files_of(&mut self.view, host), &who, &cwd, &argv, &path);
        match loaded {
            Ok(program) => Ok((program, argv)),
            Err(LoadError::NotFound) if !runs_programs => {
                let note = images::note(&base, &self.config, &argv, self.profile);
                Ok((images::server(&base, &self.config, self.profile, note), argv))
            }
            Err(error) => Err(StartError { exit_code: 128, message: start_message(&argv[0], error) }),
        }
    }

    /// Starts the first process; it runs when the container runs next.
    pub fn start(&mut self, host: &mut Host<'_>) -> Result<(), StartError> {
        let now_ms = host.now_ms;
        let (program, argv) = match self.first_program(host) {
            Ok(first) => first,
            Err(error) => {
                self.state = ContainerState::Exited(Exit {
                    started_at_ms: now_ms,
                    finished_at_ms: now_ms,
                    exit_code: error.exit_code,
                    signal: 0,
                    reason: "StartError".into(),
                    message: error.message.clone(),
                });
                return Err(error);
            }
        };
        let mut process = Process::new(program, &argv, self.environment(self.config.tty), self.credentials(), now_ms);
        process.cwd = self.working_dir();
        let input = if self.config.stdin {
            let (pipe, input) = self.kernel.outside_pipe();
            self.input = Some(pipe);
            input
        } else {
            OpenKind::Null
        };
        let errors = if self.config.tty { Stream::Stdout } else { Stream::Stderr };
        self.kernel.start(process, [input, OpenKind::Log(Stream::Stdout), OpenKind::Log(errors)]);
        self.state = ContainerState::Running { started_at_ms: now_ms };
        self.wake_at_ms = Some(now_ms);
        Ok(())
    }

    /// A command beside the first process.
    pub fn exec_program(&mut self, command: &[SmolStr], host: &mut Host<'_>) -> Result<Box<dyn Program>, LoadError> {
        let (who, cwd, path) = (self.exec_credentials(), self.exec_dir(), self.path());
        programs::load_from(&files_of(&mut self.view, host), &who, &cwd, command, &path)
    }

    /// The process of such a command.
    pub fn exec_process(&self, program: Box<dyn Program>, command: &[SmolStr], exec: ExecId, tty: bool, now_ms: u64) -> Process {
        let mut process = Process::new(program, command, self.environment(tty), self.exec_credentials(), now_ms);
        process.cwd = self.exec_dir();
        process.exec = Some(exec);
        process
    }

    fn exec_credentials(&self) -> Credentials {
        if self.profile == Profile::Reference { Credentials::default() } else { self.credentials() }
    }

    fn exec_dir(&self) -> SmolStr {
        if self.profile == Profile::Reference { "/".into() } else { self.working_dir() }
    }

    /// Lets its processes go on; says how the first one ended, if it has.
    pub fn run(&mut self, host: &mut Host<'_>) -> Ran {
        let now_ms = host.now_ms;
        if self.kill_at_ms.is_some_and(|at| at <= now_ms) {
            self.kernel.signal(1, signal::KILL, Sender::Outside);
            self.kill_at_ms = None;
        }
        let machine = Machine {
            profile: self.profile,
            sandbox: &self.sandbox_config,
            config: &self.config,
            taken_ports: host.taken_ports,
            started_at_ms: self.started_at_ms(),
        };
        let files = Files { view: &mut self.view, volumes: host.volumes, written: host.written, disk_free_bytes: host.disk_free_bytes, now_ms };
        let mut world = World { files, machine: &machine, log: &mut self.log, exec_output: host.exec_output, now_ms };
        let ran = self.kernel.run(&mut world);
        self.wake_at_ms = ran.wake_at_ms;
        ran
    }

    /// Whether it uses more memory than its limit.
    pub fn is_over_memory_limit(&self) -> bool {
        self.config.memory_limit_bytes.is_some_and(|limit| self.load().1 > limit)
    }

    /// Thousandths of a CPU and bytes.
    pub fn load(&self) -> (u64, u64) {
        self.kernel
            .processes()
            .filter_map(|(_, process)| process.program.as_ref())
            .map(|program| program.load())
            .fold(self.extra_load, |sum, load| (sum.0 + load.0, sum.1 + load.1 + PROCESS_BYTES))
    }

    /// Its first process has ended.
    pub fn finish(&mut self, exit_code: i32, signal: Signal, out_of_memory: bool, now_ms: u64) {
        self.log.finish(now_ms);
        let reason = match (out_of_memory, exit_code) {
            (true, _) => "OOMKilled",
            (false, 0) => "Completed",
            _ => "Error",
        };
        let started_at_ms = self.started_at_ms();
        self.state = ContainerState::Exited(Exit { started_at_ms, finished_at_ms: now_ms, exit_code, signal, reason: reason.into(), message: String::new() });
        self.wake_at_ms = None;
        self.kill_at_ms = None;
    }

    /// What its server on that port says.
    pub fn answer(&self, request: &HttpRequest, client_ip: &str, volumes: &OrdMap<VolumeId, Volume>, now_ms: u64) -> Option<Answer> {
        let pid = self.kernel.listeners.get(&request.port)?;
        let process = self.kernel.process(*pid)?;
        let program = process.program.as_ref()?;
        let none_taken = SortedSet::new();
        let machine = Machine {
            profile: self.profile,
            sandbox: &self.sandbox_config,
            config: &self.config,
            taken_ports: &none_taken,
            started_at_ms: self.started_at_ms(),
        };
        // The files are only read: the clones cost nothing and are thrown away.
        let (mut view, mut volumes, mut written) = (self.view.clone(), volumes.clone(), Vec::new());
        let files = Files { view: &mut view, volumes: &mut volumes, written: &mut written, disk_free_bytes: 0, now_ms };
        let who = process.who.clone();
        let read = |path: &str| files.open_read(&who, path).and_then(|place| files.read(&place, 0, 1 << 20));
        let is_dir = |path: &str| files.find(&who, path, true).and_then(|(place, _)| files.node(&place).map(|node| node.is_dir())).unwrap_or(false);
        let service = Service { read: &read, is_dir: &is_dir, machine: &machine, env: &process.env, client_ip, now_ms };
        program.answer(request, &service)
    }

    /// The answer was given.
    pub fn served(&mut self, port: u16, answer: &Answer, now_ms: u64) {
        let Some(pid) = self.kernel.listeners.get(&port).copied() else { return };
        self.kernel.served(pid, answer);
        self.wake_at_ms = Some(self.wake_at_ms.map_or(now_ms, |at| at.min(now_ms)));
    }
}

fn files_of<'h>(view: &'h mut View, host: &'h mut Host<'_>) -> Files<'h> {
    Files { view, volumes: host.volumes, written: host.written, disk_free_bytes: host.disk_free_bytes, now_ms: host.now_ms }
}

fn write(tree: &mut Tree, path: &str, text: &str, now_ms: u64) {
    // A root that was just made has room for it.
    let _ = tree.write(path, text.as_bytes(), 0o644, now_ms);
}

fn resolv_conf(sandbox: &SandboxConfig) -> String {
    let mut text = String::new();
    if !sandbox.dns.searches.is_empty() {
        text.push_str(&format!("search {}\n", sandbox.dns.searches.join(" ")));
    }
    for server in &sandbox.dns.servers {
        text.push_str(&format!("nameserver {server}\n"));
    }
    if !sandbox.dns.options.is_empty() {
        text.push_str(&format!("options {}\n", sandbox.dns.options.join(" ")));
    }
    text
}

/// What containerd says when runc can't start the first process.
fn start_message(program: &str, error: LoadError) -> String {
    let why = match error {
        LoadError::NotFound if program.starts_with('/') => format!("stat {program}: no such file or directory"),
        LoadError::NotFound => "executable file not found in $PATH".into(),
        LoadError::Denied => "permission denied".into(),
    };
    format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: {program:?}: {why}"
    )
}

/// The root of an image.
pub(super) fn image_root(base: &str, profile: Profile, now_ms: u64) -> Tree {
    let mut tree = base::tree(images::family(base, profile), &images::own_programs(base, profile), now_ms);
    images::add_files(&mut tree, base, profile, now_ms);
    tree
}
