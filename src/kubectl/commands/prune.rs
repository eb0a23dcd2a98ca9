//! `kubectl apply --prune`: deletes what was applied before and isn't in the manifests any more (`k8s.io/kubectl/pkg/cmd/apply/prune.go`).

use crate::kubectl::dry_run::DryRun;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::last_applied::LAST_APPLIED;
use crate::kubectl::resources::{Mapping, of_object};
use crate::kubectl::source::Info;
use crate::server::request::{Options, Verb};
use crate::value::{SmolStr, Sort};

/// The kinds that are looked at, those that live in namespaces last.
const KINDS: [(&str, &str); 16] = [
    ("v1", "Namespace"),
    ("v1", "PersistentVolume"),
    ("v1", "ConfigMap"),
    ("v1", "Endpoints"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "Ingress"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
];

/// Whether `--prune` can be carried out.
///
/// # Errors
/// Where it would look at everything without being told so.
pub(super) fn check(invocation: &Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    if flags.is("prune") && !flags.is("all") && flags.text("selector").is_empty() {
        return Err(Failure::text(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
        ));
    }
    if flags.is("all") && !flags.text("selector").is_empty() {
        return Err(Failure::text("cannot set --all and --selector at the same time"));
    }
    Ok(())
}

/// Deletes the objects that `applied` doesn't have, in the namespaces that it has objects in.
pub(super) async fn prune(invocation: &Invocation, applied: &[Info], dry_run: DryRun) -> Result<(), Failure> {
    let mut namespaces: Vec<&str> = applied.iter().map(|info| info.namespace.as_str()).filter(|namespace| !namespace.is_empty()).collect();
    namespaces.order();
    namespaces.dedup();
    for mapping in kinds(invocation)? {
        if mapping.kind.namespaced {
            for namespace in &namespaces {
                one_kind(invocation, &mapping, namespace, applied, dry_run).await?;
            }
        } else if invocation.flags.has("prune-allowlist") || namespaces.is_empty() {
            // Objects outside of namespaces are only looked at where they are meant.
            one_kind(invocation, &mapping, "", applied, dry_run).await?;
        }
    }
    Ok(())
}

fn kinds(invocation: &Invocation) -> Result<Vec<Mapping>, Failure> {
    let registry = invocation.session.registry();
    let allowed = invocation.flags.list("prune-allowlist");
    if allowed.is_empty() {
        return Ok(KINDS.iter().filter_map(|(api_version, kind)| of_object(&registry, api_version, kind)).collect());
    }
    let parse = |text: &String| {
        let parts: Vec<&str> = text.split('/').collect();
        let [group, version, kind] = parts.as_slice() else {
            return Err(Failure::text(format!("invalid GroupVersionKind format: {text}, please follow <group/version/kind>")));
        };
        let api_version = if matches!(*group, "core" | "") { version.to_string() } else { format!("{group}/{version}") };
        of_object(&registry, &api_version, kind).ok_or_else(|| Failure::text(format!("no matches for kind \"{kind}\" in version \"{api_version}\"")))
    };
    allowed.iter().map(parse).collect()
}

async fn one_kind(invocation: &Invocation, mapping: &Mapping, namespace: &str, applied: &[Info], dry_run: DryRun) -> Result<(), Failure> {
    let options = Options { label_selector: SmolStr::new(invocation.flags.text("selector")), ..Options::default() };
    for object in invocation.list(mapping, namespace, options).await? {
        let uid = object.path("metadata.uid");
        let kept = object.path("metadata.annotations").get(LAST_APPLIED).is_null() || applied.iter().any(|info| info.object.path("metadata.uid") == uid);
        if kept {
            continue;
        }
        let name = object.path("metadata.name").str();
        if dry_run != DryRun::Client {
            let mut request = invocation.request_for(Verb::Delete, mapping, namespace, name);
            request.options.dry_run = dry_run == DryRun::Server;
            request.options.propagation = super::delete::propagation(invocation)?.into();
            invocation.send(request).await?;
        }
        invocation.session.out_line(format!("{}/{name} pruned{}", mapping.object_kind(), dry_run.suffix()));
    }
    Ok(())
}
