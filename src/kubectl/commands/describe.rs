//! `kubectl describe` (`k8s.io/kubectl/pkg/cmd/describe`).

use crate::kubectl::describe::describe;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::source::{Info, file_flags};

/// `describe`.
pub const ENTRY: Entry = Entry { path: "describe", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("all-namespaces").short('A'), Flag::int("chunk-size", "500"), Flag::text("selector").short('l'), Flag::on("show-events")];
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if invocation.arguments.is_empty() && !invocation.has_files() {
        let advice = "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.";
        return Err(Failure::text(advice));
    }
    let (infos, mut failures) = find(&invocation).await?;
    let not_found = failures.iter().position(|failure| failure.is_not_found());
    if let Some(index) = not_found.filter(|_| invocation.arguments.len() == 2) {
        return by_prefix(&invocation, failures.remove(index)).await;
    }
    if infos.is_empty() && failures.is_empty() {
        let place = if invocation.flags.is("all-namespaces") { String::new() } else { format!(" in {} namespace", invocation.namespace) };
        let all_namespaced = invocation.named(&invocation.arguments)?.mappings.iter().all(|mapping| mapping.kind.namespaced);
        invocation.session.err_line(if all_namespaced && !place.is_empty() { format!("No resources found{place}.") } else { "No resources found".into() });
        return Ok(());
    }
    show(&invocation, &infos, infos.len() == 1).await?;
    Failure::of(failures)
}

async fn find(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    if !invocation.has_files() {
        let named = invocation.named(&invocation.arguments)?;
        if !named.names.is_empty() && invocation.flags.has("selector") {
            return Err(Failure::text("name cannot be provided when a selector is specified"));
        }
        return Ok(invocation.fetch(&named).await);
    }
    let (named, mut failures) = invocation.find_objects(&[]).await?;
    let mut infos = Vec::new();
    for info in named {
        match invocation.get(&info.mapping, &info.namespace, &info.name).await {
            Ok(object) => infos.push(Info { object, ..info }),
            Err(failure) => failures.push(failure),
        }
    }
    Ok((infos, failures))
}

/// All objects whose names begin with the given one; where there is none, the failure stands.
async fn by_prefix(invocation: &Invocation, not_found: Failure) -> Result<(), Failure> {
    if invocation.arguments[0].contains('/') {
        return Err(not_found);
    }
    let (infos, _) = invocation.fetch(&invocation.named(&invocation.arguments[..1])?).await;
    let matching: Vec<Info> = infos.into_iter().filter(|info| info.name.starts_with(&invocation.arguments[1])).collect();
    if matching.is_empty() {
        return Err(not_found);
    }
    show(invocation, &matching, false).await
}

/// Describes objects; unless somebody asks, events are shown of a single one only.
async fn show(invocation: &Invocation, infos: &[Info], is_single: bool) -> Result<(), Failure> {
    let shows_events = if invocation.flags.has("show-events") { invocation.flags.is("show-events") } else { is_single };
    for (index, info) in infos.iter().enumerate() {
        if index > 0 {
            invocation.session.out("\n\n");
        }
        let info = Info { object: crate::kubectl::client::with_type(&info.object, &info.mapping), ..info.clone() };
        invocation.session.out(describe(invocation, &info, shows_events).await?);
    }
    Ok(())
}
