//! `kubectl version`, `kubectl cluster-info` and `kubectl options`.

use crate::api::meta;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::help;
use crate::kubectl::resources;
use crate::manifest::{write_json, write_yaml};
use crate::server::request::Options;
use crate::value::json;

/// The version that everything here has.
const VERSION: &str = "v1.36.3";
/// The version of kustomize in kubectl 1.36.
const KUSTOMIZE: &str = "v5.8.1";

/// `version`.
pub const VERSION_ENTRY: Entry = Entry { path: "version", aliases: &[], flags: version_flags, run: Some(|invocation| Box::pin(version(invocation))) };

/// `cluster-info`.
pub const CLUSTER_INFO: Entry = Entry { path: "cluster-info", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(cluster_info(invocation))) };

/// `options`.
pub const OPTIONS: Entry = Entry { path: "options", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(options(invocation))) };

fn version_flags() -> Vec<Flag> {
    vec![Flag::bool("client"), Flag::text("output").short('o')]
}

async fn version(invocation: Invocation) -> Result<(), Failure> {
    let client_only = invocation.flags.is("client");
    let build = |platform: &str| json!({"gitVersion": VERSION, "major": "1", "minor": "36", "gitTreeState": "clean", "platform": platform});
    let mut versions = json!({"clientVersion": build("linux/amd64"), "kustomizeVersion": KUSTOMIZE});
    if !client_only {
        versions.set("serverVersion", build("linux/amd64"));
    }
    match invocation.flags.text("output") {
        "" => {
            invocation.session.out_line(format!("Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}"));
            if !client_only {
                invocation.session.out_line(format!("Server Version: {VERSION}"));
            }
        }
        "json" => invocation.session.out(write_json(&versions)),
        "yaml" => invocation.session.out(write_yaml(&versions)),
        _ => return Err(Failure::text("--output must be 'yaml' or 'json'")),
    }
    Ok(())
}

async fn cluster_info(invocation: Invocation) -> Result<(), Failure> {
    let kubeconfig = invocation.session.kubeconfig();
    let server = kubeconfig.clusters.first().map_or("https://10.0.0.10:6443", |cluster| cluster.server.as_str()).to_string();
    invocation.session.out_line(format!("Kubernetes control plane is running at {server}"));
    let mapping = resources::resolve(&invocation.session.registry(), "services")?;
    let options = Options { label_selector: "kubernetes.io/cluster-service=true".into(), ..Options::default() };
    for service in invocation.list(&mapping, "kube-system", options).await? {
        let name = meta::label(&service, "kubernetes.io/name");
        let name = if name.is_empty() { meta::name(&service) } else { name };
        let port = service.path("spec.ports").items().first().map_or("", |port| port.get("name").str());
        let place = if port.is_empty() { meta::name(&service).to_string() } else { format!("{}:{port}", meta::name(&service)) };
        invocation.session.out_line(format!("{name} is running at {server}/api/v1/namespaces/kube-system/services/{place}/proxy"));
    }
    invocation.session.out_line("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(())
}

async fn options(invocation: Invocation) -> Result<(), Failure> {
    invocation.session.out(help::of("options")?);
    Ok(())
}
