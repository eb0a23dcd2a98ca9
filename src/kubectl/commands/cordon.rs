//! `kubectl cordon` and `kubectl uncordon` (`k8s.io/kubectl/pkg/cmd/drain`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::{self, Mapping};
use crate::kubectl::source::Info;
use crate::server::request::{Options, PatchType};
use crate::value::{SmolStr, Value, json};

/// `cordon`.
pub const CORDON: Entry = Entry { path: "cordon", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation, true))) };

/// `uncordon`.
pub const UNCORDON: Entry = Entry { path: "uncordon", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation, false))) };

fn flags() -> Vec<Flag> {
    vec![DRY_RUN, Flag::text("selector").short('l')]
}

async fn run(invocation: Invocation, unschedulable: bool) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let (nodes, mut failures) = nodes(&invocation).await?;
    for node in &nodes {
        if let Err(failure) = set_unschedulable(&invocation, node, unschedulable, dry_run).await {
            failures.push(failure);
        }
    }
    Failure::of(failures)
}

/// The kind Node.
pub(super) fn node_mapping(invocation: &Invocation) -> Result<Mapping, Failure> {
    resources::resolve(&invocation.session.registry(), "nodes")
}

/// The nodes that the command line names or selects.
pub(super) async fn nodes(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    let selector = invocation.flags.text("selector");
    if !selector.is_empty() && !invocation.arguments.is_empty() {
        return Err(invocation.usage_error("error: cannot specify both a node name and a --selector option"));
    }
    if selector.is_empty() && invocation.arguments.is_empty() {
        return Err(invocation.usage_error(format!("USAGE: {} NODE [flags]", invocation.path)));
    }
    let mapping = node_mapping(invocation)?;
    let info = |object: Value| Info {
        mapping: mapping.clone(),
        namespace: String::new(),
        name: object.path("metadata.name").str().to_string(),
        object,
        source: String::new(),
    };
    if !selector.is_empty() {
        let options = Options { label_selector: SmolStr::new(selector), ..Options::default() };
        return Ok((invocation.list(&mapping, "", options).await?.into_iter().map(info).collect(), Vec::new()));
    }
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in &invocation.arguments {
        let name = name.split_once('/').map_or(name.as_str(), |(_, name)| name);
        match invocation.get(&mapping, "", name).await {
            Ok(object) => found.push(info(object)),
            Err(failure) => failures.push(failure),
        }
    }
    Ok((found, failures))
}

/// Cordons or uncordons a node and says so.
pub(super) async fn set_unschedulable(invocation: &Invocation, node: &Info, unschedulable: bool, dry_run: DryRun) -> Result<(), Failure> {
    let word = if unschedulable { "cordoned" } else { "uncordoned" };
    if node.object.path("spec.unschedulable").as_bool().unwrap_or(false) == unschedulable {
        invocation.session.out_line(format!("node/{} already {word}{}", node.name, dry_run.suffix()));
        return Ok(());
    }
    if dry_run != DryRun::Client {
        let value = if unschedulable { Value::Bool(true) } else { Value::Null };
        let mut patch = json!({"spec": {}});
        patch.set("spec.unschedulable", value);
        let options = invocation.write_options(dry_run, "");
        invocation.patch(&node.mapping, "", &node.name, PatchType::StrategicMerge, patch, options).await?;
    }
    invocation.session.out_line(format!("node/{} {word}{}", node.name, dry_run.suffix()));
    Ok(())
}
