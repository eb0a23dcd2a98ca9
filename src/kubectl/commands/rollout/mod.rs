//! `kubectl rollout` (`k8s.io/kubectl/pkg/cmd/rollout`, `pkg/polymorphichelpers`).

mod history;
mod revisions;
mod state;
mod status;
mod undo;

pub(super) use history::ENTRY as HISTORY;
pub(super) use state::{PAUSE, RESTART, RESUME};
pub(super) use status::ENTRY as STATUS;
pub(super) use undo::ENTRY as UNDO;

use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::source::{Info, file_flags};

/// `rollout`.
pub const ENTRY: Entry = Entry { path: "rollout", aliases: &[], flags: Vec::new, run: None };

fn target_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("selector").short('l')];
    flags.extend(file_flags());
    flags
}

/// The objects that a subcommand is about.
async fn targets(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    if invocation.arguments.is_empty() && !invocation.has_files() {
        return Err(Failure::text("required resource not specified"));
    }
    let (mut infos, mut failures) = invocation.find_objects_or_all(&invocation.arguments).await?;
    if invocation.has_files() {
        for info in &mut infos {
            match invocation.get(&info.mapping, &info.namespace, &info.name).await {
                Ok(object) => info.object = object,
                Err(failure) => failures.push(failure),
            }
        }
    }
    Ok((infos, failures))
}

/// The same; where nothing is found, that is said.
async fn targets_or_none(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    let found = targets(invocation).await?;
    if found.0.is_empty() && found.1.is_empty() {
        invocation.session.err_line(format!("No resources found in {} namespace.", invocation.namespace));
    }
    Ok(found)
}

/// `Deployment.apps`, `Pod`.
fn group_kind(info: &Info) -> String {
    let kind = &info.mapping.kind;
    if kind.group.is_empty() { kind.kind.to_string() } else { format!("{}.{}", kind.kind, kind.group) }
}

/// `deployments.apps "web"`.
fn quoted_name(info: &Info) -> String {
    format!("{} \"{}\"", info.mapping.kind.resource(), info.name)
}
