//! Small commands: `options`, `plugin`, `completion`, `kustomize`.

use crate::kubectl::entry::{Entry, Invocation, describe_flag, global_flags};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;

/// `options`.
pub const OPTIONS: Entry = Entry {
    path: "options",
    aliases: &[],
    about: "Print the list of flags inherited by all commands.",
    examples: "",
    usage: "",
    flags: Vec::new,
    run: Some(|invocation| Box::pin(options(invocation))),
};

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

async fn options(invocation: Invocation) -> Result<(), Failure> {
    let mut text = String::from("The following options can be passed to any command:\n\n");
    let mut flags = global_flags();
    flags.retain(|flag| flag.name != "help");
    flags.sort_by_key(|flag| flag.name);
    for flag in &flags {
        describe_flag(&mut text, flag);
    }
    invocation.session.out(text);
    Ok(())
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
