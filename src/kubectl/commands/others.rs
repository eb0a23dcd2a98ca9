//! Small commands: `plugin`, `completion`, `kustomize`.

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;

/// `completion`.
pub const COMPLETION: Entry = Entry {
    path: "completion",
    aliases: &[],
    about: "Output shell completion code for the specified shell (bash, zsh, fish, or powershell).\n\nIn the playground's terminal the Tab key completes already.",
    examples: "",
    usage: "SHELL",
    flags: Vec::new,
    run: Some(|invocation| Box::pin(completion(invocation))),
};

/// `plugin`.
pub const PLUGIN: Entry = Entry {
    path: "plugin",
    aliases: &[],
    about: "Provides utilities for interacting with plugins.",
    examples: "",
    usage: "[flags]",
    flags: Vec::new,
    run: None,
};

/// `plugin list`.
pub const PLUGIN_LIST: Entry = Entry {
    path: "plugin list",
    aliases: &[],
    about: "List all available plugin files on a user's PATH.",
    examples: "",
    usage: "[flags]",
    flags: plugin_flags,
    run: Some(|invocation| Box::pin(plugin_list(invocation))),
};

/// `kustomize`.
pub const KUSTOMIZE: Entry = Entry {
    path: "kustomize",
    aliases: &[],
    about: "Build a kustomization target from a directory or URL. Not part of this kubectl.",
    examples: "",
    usage: "DIR",
    flags: Vec::new,
    run: Some(|invocation| Box::pin(kustomize(invocation))),
};

fn plugin_flags() -> Vec<Flag> {
    vec![Flag::bool("name-only", "Names only, without folders.")]
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
