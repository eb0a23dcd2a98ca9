//! What the list of commands knows of each: its words and its flags.

use super::failure::Failure;
use super::flags::{Flag, Flags, parse_duration_ms};
use super::session::Session;
use std::future::Future;
use std::pin::Pin;

/// A command's work.
pub type Work = Pin<Box<dyn Future<Output = Result<(), Failure>>>>;

/// A command in the list of commands.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its words: `get`, `create deployment`.
    pub path: &'static str,
    /// Other words for its last one.
    pub aliases: &'static [&'static str],
    /// Its flags.
    pub flags: fn() -> Vec<Flag>,
    /// Does it. For commands that only have subcommands, `None`.
    pub run: Option<fn(Invocation) -> Work>,
}

/// A command line for a command: who is asked, and for what.
#[derive(Clone)]
pub struct Invocation {
    /// The world.
    pub session: Session,
    /// The command's words.
    pub path: &'static str,
    /// Its flags.
    pub flags: Flags,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The namespace to work in.
    pub namespace: String,
    /// Whether the command line itself names that namespace.
    pub namespace_given: bool,
}

impl Invocation {
    /// Wrong use of this command.
    pub fn usage_error(&self, message: impl AsRef<str>) -> Failure {
        Failure::usage(self.path, message)
    }

    /// The arguments before `--`, and those after it.
    pub fn split_at_dash(&self) -> (&[String], &[String]) {
        self.arguments.split_at(self.flags.arguments_before_dash.unwrap_or(self.arguments.len()))
    }

    /// `--request-timeout`: a duration, or a number of seconds; 0 is none.
    pub fn request_timeout_ms(&self) -> Option<u64> {
        let text = self.flags.text("request-timeout");
        let timeout_ms = text.parse::<i64>().map(|seconds| seconds.saturating_mul(1000)).ok().or_else(|| parse_duration_ms(text).ok())?;
        u64::try_from(timeout_ms).ok().filter(|timeout_ms| *timeout_ms > 0)
    }

    /// Fails unless these flags are given.
    ///
    /// # Errors
    /// `required flag(s) "x" not set`.
    pub fn require_flags(&self, names: &[&str]) -> Result<(), Failure> {
        let missing: Vec<String> = names.iter().filter(|name| !self.flags.has(name)).map(|name| format!("\"{name}\"")).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failure::text(format!("required flag(s) {} not set", missing.join(", ")))) }
    }
}

/// The flags that every command has.
pub fn global_flags() -> Vec<Flag> {
    vec![
        Flag::text("as"),
        Flag::array("as-group"),
        Flag::text("as-uid"),
        Flag::array("as-user-extra"),
        Flag::text("cache-dir").or("/root/.kube/cache"),
        Flag::text("certificate-authority"),
        Flag::text("client-certificate"),
        Flag::text("client-key"),
        Flag::text("cluster"),
        Flag::text("context"),
        Flag::bool("disable-compression"),
        Flag::bool("insecure-skip-tls-verify"),
        Flag::text("kubeconfig"),
        Flag::text("kuberc"),
        Flag::duration("log-flush-frequency", "5s"),
        Flag::bool("match-server-version"),
        Flag::text("namespace").short('n'),
        Flag::text("password"),
        Flag::text("profile").or("none"),
        Flag::text("profile-output").or("profile.pprof"),
        Flag::text("request-timeout").or("0"),
        Flag::text("server").short('s'),
        Flag::text("tls-server-name"),
        Flag::text("token"),
        Flag::text("user"),
        Flag::text("username"),
        Flag::int("v", "0").short('v'),
        Flag::text("vmodule"),
        Flag::bool("warnings-as-errors"),
        Flag::bool("help").short('h'),
    ]
}
