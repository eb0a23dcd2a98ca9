//! What the list of commands knows of each: its words and its flags.

use super::failure::Failure;
use super::flags::{Flag, Flags};
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
    /// What it does, in one line, for completion.
    pub about: &'static str,
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
        Flag::text("as", "Make the request as this user. A service account is system:serviceaccount:NAMESPACE:NAME."),
        Flag::array("as-group", "Make the request as a member of this group; may be repeated."),
        Flag::text("as-uid", "The UID of the user of --as."),
        Flag::array("as-user-extra", "An extra field of the user of --as; may be repeated."),
        Flag::text("cache-dir", "Where answers are cached. There is nothing to cache here.").or("/root/.kube/cache"),
        Flag::text("certificate-authority", "A file with the certificate of the authority that the server's certificate is checked against."),
        Flag::text("client-certificate", "A file with the client's certificate."),
        Flag::text("client-key", "A file with the client's key."),
        Flag::text("cluster", "The cluster of the kubeconfig to talk to."),
        Flag::text("context", "The context of the kubeconfig to use."),
        Flag::bool("disable-compression", "Do not ask the server for compressed answers."),
        Flag::bool("insecure-skip-tls-verify", "Do not check the server's certificate."),
        Flag::text("kubeconfig", "The kubeconfig file to use. There is only one here."),
        Flag::text("kuberc", "The preferences file to use. There is none here."),
        Flag::duration("log-flush-frequency", "5s", "How often logs are flushed."),
        Flag::bool("match-server-version", "Fail unless the server has the same version."),
        Flag::text("namespace", "The namespace to work in.").short('n'),
        Flag::text("password", "The password for basic authentication."),
        Flag::text("profile", "What to profile. Nothing is profiled here.").or("none"),
        Flag::text("profile-output", "The file of the profile.").or("profile.pprof"),
        Flag::text("request-timeout", "How long to wait for a single answer; 0 is for ever.").or("0"),
        Flag::text("server", "The address of the API server.").short('s'),
        Flag::text("tls-server-name", "The name that the server's certificate is checked for."),
        Flag::text("token", "The bearer token to use."),
        Flag::text("user", "The user of the kubeconfig to use."),
        Flag::text("username", "The name for basic authentication."),
        Flag::int("v", "0", "How much to log. There is no log here.").short('v'),
        Flag::text("vmodule", "How much to log, by file."),
        Flag::bool("warnings-as-errors", "Fail when the server warns."),
        Flag::bool("help", "Show this help.").short('h'),
    ]
}
