//! Plain manifests: applied, run, and told about; for the CI of those who write lessons.

use crate::api::kinds::core::pod_columns::Summary;
use crate::api::resource::{self, GroupResource};
use crate::api::{meta, time};
use crate::cluster::{Cluster, ClusterConfig, run_to_end};
use crate::kubectl::{Environment, Files, Kubeconfig};
use crate::value::{Sort, Value};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How long the machines have been up when the manifests are applied.
const SETTLED_AFTER_MS: u64 = 60_000;
/// How long it runs when nothing is said, at the most.
const DEFAULT_FOR_MS: u64 = 120_000;
/// Where nothing changes for so long, nothing more is expected.
const QUIET_MS: u64 = 15_000;

/// Applies the manifests on a learner's cluster, runs it, and prints what a person wants to know; the exit code is 1 when something was refused or isn't ready.
///
/// # Errors
/// Says which file can't be read.
pub fn main(paths: &[PathBuf], for_ms: Option<u64>, seed: u64) -> Result<ExitCode, String> {
    let mut cluster = Cluster::new(&ClusterConfig::playground(seed));
    let mut files = Files::new();
    for path in paths {
        for file in manifests_in(path)? {
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            files.insert(&file.display().to_string(), text);
        }
    }
    let names: Vec<String> = files.iter().map(|(path, _)| path.to_string()).collect();
    run_for(&mut cluster, SETTLED_AFTER_MS);
    let mut refused = false;
    for name in names {
        let environment = Environment {
            registry: cluster.server().registry().clone(),
            files: files.clone(),
            stdin: Some(String::new()),
            is_terminal: false,
            kubeconfig: Kubeconfig::single("kubarium", "https://10.0.0.10:6443", "default"),
        };
        let finished = run_to_end(&mut cluster, &["apply".into(), "-f".into(), name], environment, DEFAULT_FOR_MS);
        print!("{}", finished.stdout);
        eprint!("{}", finished.stderr);
        refused |= finished.exit_code != 0;
    }
    match for_ms {
        Some(for_ms) => run_for(&mut cluster, for_ms),
        None => run_until_quiet(&mut cluster),
    }
    let troubles = report(&cluster);
    Ok(if refused || troubles > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn manifests_in(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|file| file.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known)))
        .collect();
    files.order();
    Ok(files)
}

fn run_for(cluster: &mut Cluster, duration_ms: u64) {
    let until_ms = cluster.now_ms() + duration_ms;
    while !cluster.advance(until_ms, 10_000) {}
}

/// Runs until everything is ready, or nothing has changed for a while, or the time is up.
fn run_until_quiet(cluster: &mut Cluster) {
    let end_ms = cluster.now_ms() + DEFAULT_FOR_MS;
    let mut last_states = states(cluster);
    let mut changed_ms = cluster.now_ms();
    while cluster.now_ms() < end_ms && cluster.now_ms() - changed_ms < QUIET_MS {
        run_for(cluster, 1000);
        let now = states(cluster);
        if now != last_states {
            last_states = now;
            changed_ms = cluster.now_ms();
        }
    }
}

/// The kinds that can be ready or not.
const WATCHED: &[GroupResource] = &[
    resource::DEPLOYMENTS,
    resource::STATEFUL_SETS,
    resource::DAEMON_SETS,
    resource::REPLICA_SETS,
    resource::JOBS,
    resource::PODS,
    resource::PERSISTENT_VOLUME_CLAIMS,
];

/// A line for each object that can be ready or not: what it is, how it is doing, and whether that is well.
fn states(cluster: &Cluster) -> Vec<(String, String, bool)> {
    let store = cluster.store();
    let mut lines = Vec::new();
    for resource in WATCHED {
        for object in store.list(resource, None) {
            // What another object made is told of by that object, but for Pods.
            if *resource == resource::REPLICA_SETS && !meta::controller_of(object).is_null() {
                continue;
            }
            let (words, well) = state(resource, object);
            lines.push((format!("{} {}", resource, meta::key(object)), words, well));
        }
    }
    lines
}

fn state(resource: &GroupResource, object: &Value) -> (String, bool) {
    let number = |path: &str| object.path(path).as_i64().unwrap_or(0);
    let of = |ready: i64, wanted: i64| (format!("{ready} of {wanted} ready"), ready >= wanted);
    match resource.resource.as_str() {
        "pods" => {
            let summary = Summary::of(object);
            let well = summary.status == "Completed" || (summary.status == "Running" && summary.ready == summary.total);
            (format!("{}, {} of {} containers ready", summary.status, summary.ready, summary.total), well)
        }
        "jobs" => {
            let (done, failed) = (meta::is_condition_true(object, "Complete"), meta::is_condition_true(object, "Failed"));
            (
                if done {
                    "complete"
                } else if failed {
                    "failed"
                } else {
                    "running"
                }
                .to_string(),
                done || (!failed && number("status.active") > 0),
            )
        }
        "persistentvolumeclaims" => (object.path("status.phase").str().to_string(), object.path("status.phase").str() == "Bound"),
        "daemonsets" => of(number("status.numberReady"), number("status.desiredNumberScheduled")),
        _ => of(number("status.readyReplicas"), number("spec.replicas")),
    }
}

fn report(cluster: &Cluster) -> usize {
    let lines = states(cluster);
    println!("after {}:", time::human_duration((cluster.now_ms() - cluster.start_ms() - SETTLED_AFTER_MS) as i64));
    for (what, words, well) in &lines {
        println!("  {} {what}: {words}", if *well { "✓" } else { "✗" });
    }
    let store = cluster.store();
    for pod in store.list(&resource::PODS, None).filter(|pod| !state(&resource::PODS, pod).1) {
        for event in store.events_about(meta::uid(pod)).filter(|event| event.get("type").str() == "Warning") {
            println!("    {}: {}: {}", meta::key(pod), event.get("reason").str(), event.get("message").str());
        }
    }
    lines.iter().filter(|(_, _, well)| !well).count()
}
