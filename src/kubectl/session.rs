//! What a running command sees of the world: requests, sleeps, files, and where its output goes.
//!
//! A command is an `async fn`; whoever drives it (the page, the native program, a test) answers what it asks for. So `kubectl wait`
//! and `logs -f` run at any speed of the clock, and no runtime is needed.

use super::files::Files;
use super::kubeconfig::Kubeconfig;
use crate::api::registry::Registry;
use crate::server::request::{Request, Response, User, Verb};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// The code of an answer that isn't final: a command in a container still runs.
const STILL_RUNNING: u16 = 102;
/// How often it is asked for.
const STILL_RUNNING_POLL_MS: u64 = 20;

/// What a command finds when it starts, and what it leaves behind.
#[derive(Clone)]
pub struct Environment {
    /// The kinds that the cluster serves: what discovery would answer.
    pub registry: Registry,
    /// The files of the workspace. `cp` and `config` may change them.
    pub files: Files,
    /// What is piped in; `None` is an empty input.
    pub stdin: Option<String>,
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
    /// Nothing more; this is the exit code.
    Done(i32),
}

pub(super) struct Shared {
    pub now_ms: u64,
    pub wanted: Option<Step>,
    pub response: Option<Response>,
    pub edited: Option<Option<String>>,
    pub output: Vec<Output>,
    pub environment: Environment,
    pub user: Option<User>,
    pub warned: Vec<String>,
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

    /// Sends a request, as the session's user, and waits for its answer; also for the end of a command in a container, which takes time.
    pub async fn request(&self, request: Request) -> Response {
        let mut response = self.request_once(request.clone()).await;
        while response.code == STILL_RUNNING {
            self.sleep_ms(STILL_RUNNING_POLL_MS).await;
            let mut again = request.clone().with_body(response.body);
            again.verb = Verb::Get;
            response = self.request_once(again).await;
        }
        response
    }

    async fn request_once(&self, mut request: Request) -> Response {
        if let Some(user) = &self.shared.borrow().user {
            request.user = user.clone();
        }
        self.shared.borrow_mut().wanted = Some(Step::Request(Box::new(request)));
        poll_fn(|_| match self.shared.borrow_mut().response.take() {
            Some(response) => Poll::Ready(response),
            None => Poll::Pending,
        })
        .await
    }

    /// Waits that many milliseconds of cluster time.
    pub async fn sleep_ms(&self, duration_ms: u64) {
        let until = self.now_ms().saturating_add(duration_ms);
        poll_fn(|_| {
            let mut shared = self.shared.borrow_mut();
            if shared.now_ms >= until {
                return Poll::Ready(());
            }
            shared.wanted = Some(Step::SleepUntil(until));
            Poll::Pending
        })
        .await;
    }

    /// Has a person edit `text`; `None` when they gave up.
    pub async fn edit(&self, file_name: &str, text: &str) -> Option<String> {
        self.shared.borrow_mut().wanted = Some(Step::Edit { file_name: file_name.into(), text: text.into() });
        poll_fn(|_| match self.shared.borrow_mut().edited.take() {
            Some(edited) => Poll::Ready(edited),
            None => Poll::Pending,
        })
        .await
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

    /// Reads all of standard input; a second reading finds nothing.
    pub fn read_stdin(&self) -> String {
        self.shared.borrow_mut().environment.stdin.take().unwrap_or_default()
    }

    /// The kinds that the cluster serves.
    pub fn registry(&self) -> Registry {
        self.shared.borrow().environment.registry.clone()
    }

    /// The files of the workspace.
    pub fn files(&self) -> Files {
        self.shared.borrow().environment.files.clone()
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
