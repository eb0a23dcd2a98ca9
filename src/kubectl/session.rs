//! What a running command sees of the world: requests, sleeps, files, and where its output goes.
//!
//! A command is an `async fn`; whoever drives it (the page, the native program, a test) answers what it asks for. So `kubectl wait`
//! and `logs -f` run at any speed of the clock, and no runtime is needed.

use super::files::Files;
use super::kubeconfig::Kubeconfig;
use crate::api::registry::Registry;
use crate::server::request::{Request, Response, User};
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The code of an answer that isn't final: a command in a container still runs.
pub const STILL_RUNNING: u16 = 102;

/// What a command finds when it starts, and what it leaves behind.
#[derive(Clone)]
pub struct Environment {
    /// The kinds that the cluster serves: what discovery would answer.
    pub registry: Registry,
    /// The files of the workspace. `cp` and `config` may change them.
    pub files: Files,
    /// What is piped in; `None`: whoever drives the command is asked ([`Step::Input`]).
    pub stdin: Option<String>,
    /// Whether a person sits at its input and its output.
    pub is_terminal: bool,
    /// Contexts, with their namespaces and users.
    pub kubeconfig: Kubeconfig,
}

/// Where a piece of output goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A piece of output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Where it goes.
    pub stream: Stream,
    /// What it says; ends of lines are in it.
    pub text: String,
}

/// What a command needs next.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// An answer to this request: give it to [`super::Command::answer`].
    Request(Box<Request>),
    /// To be polled again at this time (milliseconds since the Unix epoch).
    SleepUntil(u64),
    /// A person to edit this text: give what became of it to [`super::Command::answer_edit`].
    Edit {
        /// A name for the file, ends in `.yaml` or `.json`.
        file_name: String,
        /// What to edit.
        text: String,
    },
    /// What comes next from its standard input: give it to [`super::Command::answer_input`]. Without an answer, to be polled again at `until_ms`.
    Input {
        /// How long it waits, in milliseconds since the Unix epoch.
        until_ms: u64,
    },
    /// Something beside the API server: give what came of it to [`super::Command::answer_host`].
    Host(HostRequest),
    /// Nothing more; this is the exit code.
    Done(i32),
}

/// What a command asks of the computer that it runs on, and of the machines beside the API server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostRequest {
    /// Requests to a port of this computer go to a port of a pod; the answer is the port, which is chosen where `port` is 0.
    Forward {
        /// The port here.
        port: u16,
        /// The pod's namespace.
        namespace: String,
        /// The pod's name.
        pod: String,
        /// The port there.
        pod_port: u16,
    },
    /// That is over.
    EndForward(u16),
    /// How many requests have come to a forwarded port so far.
    Forwarded(u16),
    /// Sends `GET` to a URL; the answer is what comes back.
    Get(String),
    /// Whether Services of type LoadBalancer have an address.
    Tunnel(bool),
    /// A folder of this computer is seen at a path of every machine, as it is now.
    Mount {
        /// The folder here.
        folder: String,
        /// The path there.
        path: String,
    },
    /// That is over.
    Unmount(String),
    /// A machine joins the cluster.
    AddNode(String),
    /// A machine stops (`true`), or starts again.
    StopNode(String, bool),
    /// A request to the API server as HTTP has it; the answer is the status code, and the body on the lines below.
    Raw {
        /// `GET`, `DELETE` …
        method: String,
        /// Path and query.
        target: String,
        /// The body; may be empty.
        body: String,
    },
    /// Something goes wrong, or is mended: the words after `fault`.
    Fault(Vec<String>),
    /// An addon is switched on or off.
    Addon(String, bool),
    /// Whether an addon is switched on: `true` or `false`.
    HasAddon(String),
}

/// The file that is the standard input.
pub(super) const STDIN_FILE: &str = "/dev/stdin";

/// How long something without a limit waits.
const FOR_EVER_MS: u64 = u64::MAX;

pub(super) struct Shared {
    pub now_ms: u64,
    pub wanted: Option<Step>,
    pub response: Option<Response>,
    pub edited: Option<Option<String>>,
    pub input: Option<Option<String>>,
    pub host_answer: Option<Result<String, String>>,
    pub output: Vec<Output>,
    pub environment: Environment,
    pub user: Option<User>,
    pub warned: Vec<String>,
}

/// What comes of something that a command asked for. Futures with a name, because an `async fn` of its own would become a part of each that awaits it.
pub struct Answer<T> {
    shared: Rc<RefCell<Shared>>,
    take: fn(&mut Shared) -> Option<T>,
}

impl<T> Future for Answer<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        (self.take)(&mut self.shared.borrow_mut()).map_or(Poll::Pending, Poll::Ready)
    }
}

/// Ends when it is time.
pub struct Sleep {
    shared: Rc<RefCell<Shared>>,
    until_ms: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut shared = self.shared.borrow_mut();
        if shared.now_ms >= self.until_ms {
            return Poll::Ready(());
        }
        shared.wanted = Some(Step::SleepUntil(self.until_ms));
        Poll::Pending
    }
}

/// A running command's hold on the world. Clones are the same session.
#[derive(Clone)]
pub struct Session {
    shared: Rc<RefCell<Shared>>,
}

impl Session {
    pub(super) fn new(environment: Environment) -> Session {
        Session {
            shared: Rc::new(RefCell::new(Shared {
                now_ms: 0,
                wanted: None,
                response: None,
                edited: None,
                input: None,
                host_answer: None,
                output: Vec::new(),
                environment,
                user: None,
                warned: Vec::new(),
            })),
        }
    }

    pub(super) fn shared(&self) -> &Rc<RefCell<Shared>> {
        &self.shared
    }

    /// Sends a request, as the session's user, and waits for its answer. For a command in a container that isn't final: see [`STILL_RUNNING`].
    pub fn request(&self, mut request: Request) -> Answer<Response> {
        if let Some(user) = &self.shared.borrow().user {
            request.user = user.clone();
        }
        self.ask(Step::Request(Box::new(request)), |shared| shared.response.take())
    }

    /// Waits that many milliseconds of cluster time.
    pub fn sleep_ms(&self, duration_ms: u64) -> Sleep {
        Sleep { shared: self.shared.clone(), until_ms: self.now_ms().saturating_add(duration_ms) }
    }

    /// Has a person edit `text`; `None` when they gave up.
    pub fn edit(&self, file_name: &str, text: &str) -> Answer<Option<String>> {
        self.ask(Step::Edit { file_name: file_name.into(), text: text.into() }, |shared| shared.edited.take())
    }

    fn ask<T>(&self, step: Step, take: fn(&mut Shared) -> Option<T>) -> Answer<T> {
        self.shared.borrow_mut().wanted = Some(step);
        Answer { shared: self.shared.clone(), take }
    }

    /// The time, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        self.shared.borrow().now_ms
    }

    /// Writes to standard output.
    pub fn out(&self, text: impl AsRef<str>) {
        self.write(Stream::Out, text.as_ref());
    }

    /// Writes a line to standard output.
    pub fn out_line(&self, text: impl AsRef<str>) {
        self.write(Stream::Out, &format!("{}\n", text.as_ref()));
    }

    /// Writes a line to standard error.
    pub fn err_line(&self, text: impl AsRef<str>) {
        self.write(Stream::Err, &format!("{}\n", text.as_ref()));
    }

    /// Passes a warning of the server on, but each only once (`rest.WarningWriterOptions`' Deduplicate).
    pub fn warn_once(&self, warning: &str) {
        if self.shared.borrow().warned.iter().any(|earlier| earlier == warning) {
            return;
        }
        self.shared.borrow_mut().warned.push(warning.to_string());
        self.err_line(format!("Warning: {warning}"));
    }

    /// Writes a piece of output.
    pub fn write(&self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        let output = &mut self.shared.borrow_mut().output;
        match output.last_mut() {
            Some(last) if last.stream == stream => last.text.push_str(text),
            _ => output.push(Output { stream, text: text.into() }),
        }
    }

    /// Asks the computer for something.
    ///
    /// # Errors
    /// Why it can't be done, in a sentence.
    pub fn host(&self, request: HostRequest) -> Answer<Result<String, String>> {
        self.ask(Step::Host(request), |shared| shared.host_answer.take())
    }

    /// All of standard input, once [`Session::read_whole_input`] has read it; a second reading finds nothing.
    pub fn read_stdin(&self) -> String {
        self.shared.borrow_mut().environment.stdin.replace(String::new()).unwrap_or_default()
    }

    /// Reads standard input to its end, for [`Session::read_stdin`].
    pub async fn read_whole_input(&self) {
        let mut whole = String::new();
        while let Some(text) = self.read_input().await {
            whole.push_str(&text);
        }
        self.shared.borrow_mut().environment.stdin = Some(whole);
    }

    /// What comes next from standard input; `None` at its end.
    pub async fn read_input(&self) -> Option<String> {
        self.read_input_until(FOR_EVER_MS).await.flatten()
    }

    /// The same, waiting no longer than to a time: then `None`.
    pub async fn read_input_until(&self, until_ms: u64) -> Option<Option<String>> {
        if let Some(text) = &mut self.shared.borrow_mut().environment.stdin {
            return Some(Some(std::mem::take(text)).filter(|text| !text.is_empty()));
        }
        poll_fn(|_| {
            let mut shared = self.shared.borrow_mut();
            if let Some(input) = shared.input.take() {
                return Poll::Ready(Some(input));
            }
            if shared.now_ms >= until_ms {
                return Poll::Ready(None);
            }
            shared.wanted = Some(Step::Input { until_ms });
            Poll::Pending
        })
        .await
    }

    /// Whether a person sits at its input and its output.
    pub fn is_terminal(&self) -> bool {
        self.shared.borrow().environment.is_terminal
    }

    /// The kinds that the cluster serves.
    pub fn registry(&self) -> Registry {
        self.shared.borrow().environment.registry.clone()
    }

    /// The files of the workspace.
    pub fn files(&self) -> Files {
        self.shared.borrow().environment.files.clone()
    }

    /// The text of a file of the workspace, or what is piped in.
    pub fn file(&self, path: &str) -> Option<String> {
        if path == STDIN_FILE { Some(self.read_stdin()) } else { self.shared.borrow().environment.files.get(path).map(str::to_string) }
    }

    /// Changes the files of the workspace.
    pub fn set_files(&self, files: Files) {
        self.shared.borrow_mut().environment.files = files;
    }

    /// Contexts, namespaces, users.
    pub fn kubeconfig(&self) -> Kubeconfig {
        self.shared.borrow().environment.kubeconfig.clone()
    }

    /// Changes contexts, namespaces, users.
    pub fn set_kubeconfig(&self, kubeconfig: Kubeconfig) {
        self.shared.borrow_mut().environment.kubeconfig = kubeconfig;
    }

    /// Makes all further requests as this user.
    pub fn set_user(&self, user: User) {
        self.shared.borrow_mut().user = Some(user);
    }
}
