//! `kubectl describe` (`k8s.io/kubectl/pkg/cmd/describe`).

use crate::kubectl::arguments::listed;
use crate::kubectl::describe::describe;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::Mapping;
use crate::kubectl::source::{Info, file_flags};

/// `describe`.
pub const ENTRY: Entry = Entry {
    path: "describe",
    aliases: &[],
    about: "Show details of a specific resource or group of resources.\n\nWhat belongs together is shown together: related objects, controllers and events. A name that no object has stands for all objects whose names begin with it.",
    examples: "
# Describe a node
kubectl describe nodes worker-1

# Describe a pod
kubectl describe pods/web

# Describe the objects of a manifest
kubectl describe -f pod.yaml

# Describe the pods with a label
kubectl describe pods -l app=web

# Describe all pods whose names begin with frontend
kubectl describe pods frontend",
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    flags,
    run: Some(|invocation| Box::pin(run(invocation))),
};

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all-namespaces", "In all namespaces.").short('A'),
        Flag::int("chunk-size", "500", "How many objects to ask for at a time."),
        Flag::text("selector", "Only objects with these labels.").short('l'),
        Flag::on("show-events", "Show the events about the object."),
    ];
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let (infos, failures) = objects(&invocation).await?;
    if infos.is_empty() && failures.is_empty() {
        invocation.session.err_line(match invocation.list_namespace() {
            "" => "No resources found".to_string(),
            namespace => format!("No resources found in {namespace} namespace."),
        });
    }
    for (index, info) in infos.iter().enumerate() {
        let text = describe(&invocation.session, &info.object, invocation.flags.is("show-events")).await;
        invocation.session.out(if index == 0 { text } else { format!("\n\n{text}") });
    }
    Failure::of(failures)
}

/// What is to be described, with the names that only begin an object's name filled out.
async fn objects(invocation: &Invocation) -> Result<(Vec<Info>, Vec<Failure>), Failure> {
    if invocation.has_files() {
        let (manifests, mut failures) = invocation.find_objects(&invocation.arguments).await?;
        let mut infos = Vec::new();
        for manifest in manifests {
            match invocation.get(&manifest.mapping, &manifest.namespace, &manifest.name).await {
                Ok(object) => infos.push(Info { object, ..manifest }),
                Err(failure) => failures.push(failure),
            }
        }
        return Ok((infos, failures));
    }
    let named = invocation.named(&invocation.arguments)?;
    if named.mappings.is_empty() {
        return Err(invocation.usage_error("You must specify the type of resource to describe."));
    }
    let (infos, failures) = invocation.fetch(&named).await;
    let missing_prefix = named.single && named.names.len() == 1 && failures.len() == 1 && failures[0].is_not_found();
    if missing_prefix {
        let (index, prefix) = &named.names[0];
        let found = with_prefix(invocation, &named.mappings[*index], prefix).await?;
        if !found.is_empty() {
            return Ok((found, Vec::new()));
        }
    }
    Ok((infos, failures))
}

async fn with_prefix(invocation: &Invocation, mapping: &Mapping, prefix: &str) -> Result<Vec<Info>, Failure> {
    let namespace = if mapping.kind.namespaced { invocation.list_namespace() } else { "" };
    let objects = invocation.list(mapping, namespace, invocation.list_options()).await?;
    Ok(objects.into_iter().map(|object| listed(mapping, object)).filter(|info| info.name.starts_with(prefix)).collect())
}
