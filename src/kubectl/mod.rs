//! kubectl: one file a command, asking the cluster through a [`Session`].
//!
//! Start a [`Command`], poll it, and give it what each [`Step`] asks for:
//!
//! ```
//! use kubarium::kubectl::{Command, Environment, Files, Kubeconfig, Step};
//! # use kubarium::{api::registry::Registry, server::Server};
//! let mut server = Server::new(1);
//! let environment = Environment {
//!     registry: server.registry().clone(),
//!     files: Files::new(),
//!     stdin: Some(String::new()),
//!     is_terminal: false,
//!     kubeconfig: Kubeconfig::single("kubarium", "https://10.0.0.10:6443", "default"),
//! };
//! let mut now_ms = 1_790_000_000_000;
//! let mut command = Command::start(&["get".into(), "pods".into()], environment);
//! let exit_code = loop {
//!     match command.poll(now_ms) {
//!         Step::Request(request) => command.answer(server.handle(&request, now_ms)),
//!         Step::SleepUntil(time_ms) => now_ms = time_ms,
//!         Step::Edit { .. } => command.answer_edit(None),
//!         Step::Input { .. } => command.answer_input(None),
//!         Step::Host(_) => command.answer_host(Err("there is nothing but a server here".into())),
//!         Step::Done(exit_code) => break exit_code,
//!     }
//! };
//! # let _ = (exit_code, command.take_output());
//! ```
//!
//! Two requests are answered by kubelets rather than by the store:
//! - `log`: `Verb::Get` of the subresource `log` of a pod; the body holds `PodLogOptions` (`container`, `previous`, `timestamps`, `tailLines`,
//!   `sinceSeconds`, `sinceTime`, `limitBytes`). A successful response's body is the text, as a string.
//! - `exec`: `Verb::Create` of the subresource `exec`; the body holds `PodExecOptions` (`container`, `command`, `stdin`) and `input`, the text piped in.
//!   A successful response's body is `{"stdout": "…", "stderr": "…", "exitCode": 0}`; while the command still runs it is `{"exec": 1}` with what it
//!   wrote since the last answer. `Verb::Get` of the subresource with that body asks again; `input` in it is typed into the command, and `close` ends its input.

mod arguments;
mod base64;
mod client;
mod command;
mod commands;
pub mod completion;
mod describe;
mod dispatch;
mod dry_run;
mod entry;
mod failure;
mod files;
mod flags;
mod help;
mod kubeconfig;
mod last_applied;
mod pods;
mod printers;
mod record;
mod resources;
mod session;
mod source;
mod three_way;

pub use command::Command;
pub use dispatch::run;
pub use files::Files;
pub use kubeconfig::{KubeCluster, KubeContext, Kubeconfig};
pub use resources::{Mapping, find as find_kind};
pub use session::{Environment, HostRequest, Output, Session, Step, Stream};
