//! The commands, one file each.

mod apply;
mod delete;
mod get;

use super::entry::Entry;

/// All commands, a command before its subcommands.
pub static ALL: &[Entry] = &[apply::ENTRY, delete::ENTRY, get::ENTRY];

/// What `kubectl` alone says.
pub fn overview() -> String {
    let mut text = String::from("kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\nCommands:\n");
    for entry in ALL.iter().filter(|entry| !entry.path.contains(' ')) {
        let about = entry.about.lines().next().unwrap_or("").trim_end_matches('.');
        text += &format!("  {:16}{about}\n", entry.path);
    }
    text + "\nUsage:\n  kubectl [flags] [options]\n\nUse \"kubectl <command> --help\" for more information about a given command.\nUse \"kubectl options\" for a list of global command-line options (applies to all commands).\n"
}
