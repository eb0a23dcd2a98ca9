//! `kubectl taint` (`k8s.io/kubectl/pkg/cmd/taint`).

use super::cordon::node_mapping;
use crate::api::names;
use crate::kubectl::dry_run::{DRY_RUN, DryRun, VALIDATE, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources;
use crate::kubectl::source::Info;
use crate::server::request::{Options, PatchType};
use crate::value::{SmolStr, Value, json};

/// `taint`.
pub const ENTRY: Entry = Entry { path: "taint", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("all"), DRY_RUN, field_manager("kubectl-taint"), Flag::bool("overwrite"), Flag::text("selector").short('l'), VALIDATE];
    flags.extend(print_flags());
    flags
}

/// A taint of the command line.
#[derive(Clone, PartialEq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (nodes, specs) = split(&invocation)?;
    let (add, remove) = parse(&specs)?;
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let infos = find(&invocation, &nodes).await?;
    let overwrite = invocation.flags.is("overwrite");
    for info in &infos {
        let before = info.object.path("spec.taints");
        if !overwrite {
            let taken: Vec<&str> = add.iter().filter(|taint| before.items().iter().any(|other| same(taint, other))).map(|taint| taint.key.as_str()).collect();
            if !taken.is_empty() {
                let keys = taken.join(",");
                return Err(Failure::text(format!("node {} already has {keys} taint(s) with same effect(s) and --overwrite is false", info.name)));
            }
        }
        let (after, word) = changed(before, &add, &remove)?;
        let patch = json!({"spec": {}});
        let mut patch = patch;
        patch.set("spec.taints", if after.is_empty() { Value::Null } else { Value::array(after) });
        let object = if dry_run == DryRun::Client {
            info.object.clone()
        } else {
            // The list is merged by key in a strategic patch, so that a whole new one is only had by a merge patch.
            let options = invocation.write_options(dry_run, invocation.validation()?);
            invocation.patch(&info.mapping, "", &info.name, PatchType::Merge, patch, options).await?
        };
        printer.print(&invocation.session, &invocation, &info.mapping, &object, &format!("{word}{}", dry_run.suffix()))?;
    }
    Ok(())
}

fn same(taint: &Taint, other: &Value) -> bool {
    other.get("key").str() == taint.key && other.get("effect").str() == taint.effect
}

/// Names of nodes, then taints.
fn split(invocation: &Invocation) -> Result<(Vec<String>, Vec<String>), Failure> {
    let is_taint = |word: &String| word.contains([':', '=']) || word.ends_with('-');
    let first = invocation.arguments.iter().position(is_taint).unwrap_or(invocation.arguments.len());
    let (names, specs) = invocation.arguments.split_at(first);
    let Some((type_, names)) = names.split_first() else {
        return Err(Failure::text("one or more resources must be specified as <resource> <name>"));
    };
    let (type_, names) = match type_.split_once('/') {
        Some((type_, name)) => (type_, [vec![name.to_string()], names.to_vec()].concat()),
        None => (type_.as_str(), names.to_vec()),
    };
    if resources::resolve(&invocation.session.registry(), type_)?.kind.kind != "Node" {
        return Err(Failure::text(format!("invalid resource type {type_}, only node types are supported")));
    }
    if names.is_empty() && invocation.flags.text("selector").is_empty() && !invocation.flags.is("all") {
        return Err(Failure::text("at least one resource name must be specified since 'all' parameter is not set"));
    }
    if specs.is_empty() {
        return Err(Failure::text("at least one taint update is required"));
    }
    Ok((names, specs.to_vec()))
}

async fn find(invocation: &Invocation, names: &[String]) -> Result<Vec<Info>, Failure> {
    let mapping = node_mapping(invocation)?;
    let info = |object: Value| Info {
        mapping: mapping.clone(),
        namespace: String::new(),
        name: object.path("metadata.name").str().to_string(),
        object,
        source: String::new(),
    };
    if names.is_empty() {
        let options = Options { label_selector: SmolStr::new(invocation.flags.text("selector")), ..Options::default() };
        return Ok(invocation.list(&mapping, "", options).await?.into_iter().map(info).collect());
    }
    let mut infos = Vec::new();
    for name in names {
        infos.push(info(invocation.get(&mapping, "", name).await?));
    }
    Ok(infos)
}

/// Taints to set, and those to take off, whose effect may be missing.
fn parse(specs: &[String]) -> Result<(Vec<Taint>, Vec<Taint>), Failure> {
    let (mut add, mut remove): (Vec<Taint>, Vec<Taint>) = (Vec::new(), Vec::new());
    for spec in specs {
        match spec.strip_suffix('-') {
            Some(spec) => remove.push(parse_one(spec)?),
            None => {
                let taint = parse_one(spec)?;
                if taint.effect.is_empty() {
                    return Err(Failure::usage("taint", format!("invalid taint spec: {spec}")));
                }
                if add.iter().any(|other| other.key == taint.key && other.effect == taint.effect) {
                    return Err(Failure::usage(
                        "taint",
                        format!("duplicated taints with the same key and effect: {{{} {} {} <nil>}}", taint.key, taint.value, taint.effect),
                    ));
                }
                add.push(taint);
            }
        }
    }
    Ok((add, remove))
}

fn parse_one(spec: &str) -> Result<Taint, Failure> {
    let (pair, effect) = spec.split_once(':').unwrap_or((spec, ""));
    if effect.contains(':') {
        return Err(Failure::usage("taint", format!("invalid taint spec: {spec}")));
    }
    if spec.contains(':') && !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect) {
        return Err(Failure::usage("taint", format!("invalid taint effect: {effect}, unsupported taint effect")));
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if value.contains('=') {
        return Err(Failure::usage("taint", format!("invalid taint spec: {spec}")));
    }
    let problems = [names::qualified_name(key), names::label_value(value)].concat();
    if !problems.is_empty() {
        return Err(Failure::usage("taint", format!("invalid taint spec: {spec}, {}", problems.join("; "))));
    }
    Ok(Taint { key: key.into(), value: value.into(), effect: effect.into() })
}

/// The node's taints afterwards, and the word for what was done.
fn changed(before: &Value, add: &[Taint], remove: &[Taint]) -> Result<(Vec<Value>, &'static str), Failure> {
    let mut after: Vec<Value> = before.items().to_vec();
    let mut problems = Vec::new();
    for taint in remove {
        let count = after.len();
        after.retain(|other| other.get("key").str() != taint.key || (!taint.effect.is_empty() && other.get("effect").str() != taint.effect));
        if after.len() == count {
            let name = if taint.effect.is_empty() { taint.key.clone() } else { format!("{}:{}", taint.key, taint.effect) };
            problems.push(format!("taint \"{name}\" not found"));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::text(if problems.len() == 1 { problems[0].clone() } else { format!("[{}]", problems.join(", ")) }));
    }
    let mut overwritten = false;
    for taint in add {
        let count = after.len();
        after.retain(|other| !same(taint, other));
        overwritten |= after.len() < count;
        let mut entry = json!({"effect": taint.effect, "key": taint.key});
        if !taint.value.is_empty() {
            entry.set("value", taint.value.as_str());
        }
        after.insert(0, entry);
    }
    let word = match (add.is_empty(), remove.is_empty(), overwritten) {
        (true, _, _) => "untainted",
        (false, true, true) | (false, false, _) => "modified",
        (false, true, false) => "tainted",
    };
    Ok((after, word))
}
