//! Small commands: `plugin`, `completion`, `kustomize`.

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;

/// `completion`.
pub const COMPLETION: Entry = Entry { path: "completion", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(completion(invocation))) };

/// `plugin`.
pub const PLUGIN: Entry = Entry { path: "plugin", aliases: &[], flags: Vec::new, run: None };

/// `plugin list`.
pub const PLUGIN_LIST: Entry = Entry { path: "plugin list", aliases: &[], flags: plugin_flags, run: Some(|invocation| Box::pin(plugin_list(invocation))) };

/// `alpha`.
pub const ALPHA: Entry = Entry { path: "alpha", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(alpha(invocation))) };

/// `proxy`.
pub const PROXY: Entry = Entry { path: "proxy", aliases: &[], flags: proxy_flags, run: Some(|invocation| Box::pin(proxy(invocation))) };

/// `kustomize`.
pub const KUSTOMIZE: Entry = Entry { path: "kustomize", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(kustomize(invocation))) };

fn plugin_flags() -> Vec<Flag> {
    vec![Flag::bool("name-only")]
}

fn proxy_flags() -> Vec<Flag> {
    vec![Flag::int("port", "8001").short('p')]
}

async fn alpha(invocation: Invocation) -> Result<(), Failure> {
    invocation.session.err_line("No alpha commands are available in this version of kubectl");
    Ok(())
}

async fn proxy(_invocation: Invocation) -> Result<(), Failure> {
    Err(Failure::text("there is no HTTP server in this page to be a proxy for: `kubarium serve` on your own machine speaks the API over HTTP"))
}

async fn completion(invocation: Invocation) -> Result<(), Failure> {
    match invocation.arguments.as_slice() {
        [] => Err(invocation.usage_error("Shell not specified.")),
        [shell] if matches!(shell.as_str(), "bash" | "zsh" | "fish" | "powershell") => {
            invocation.session.out_line("# Nothing to load: in this terminal the Tab key completes commands, flags, kinds and names already.");
            Ok(())
        }
        [shell] => Err(invocation.usage_error(format!("Unsupported shell type {shell:?}."))),
        _ => Err(invocation.usage_error("Too many arguments. Expected only the shell type.")),
    }
}

async fn plugin_list(_invocation: Invocation) -> Result<(), Failure> {
    Err(Failure::text("unable to find any kubectl plugins in your PATH"))
}

async fn kustomize(_invocation: Invocation) -> Result<(), Failure> {
    Err(Failure::text("kustomize is not part of this kubectl: write the manifests out, and apply them with -f"))
}
