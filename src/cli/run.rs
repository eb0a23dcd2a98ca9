//! `kubarium run`: scenarios to recordings, or manifests to what became of them.

use super::manifests;
use super::scenario::{Scenario, settled};
use crate::cluster::Cluster;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

/// The seed when none is given.
const SEED: u64 = 1;

struct Arguments {
    paths: Vec<PathBuf>,
    out: Option<PathBuf>,
    seed: u64,
    for_ms: Option<u64>,
}

/// Carries out `kubarium run` with its arguments.
///
/// # Errors
/// Says which argument or file is wrong.
pub fn main(arguments: &[String]) -> Result<ExitCode, String> {
    let arguments = parse(arguments)?;
    match &arguments.out {
        Some(out) => play_all(&arguments.paths, out, arguments.seed),
        None => manifests::main(&arguments.paths, arguments.for_ms, arguments.seed),
    }
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let mut parsed = Arguments { paths: Vec::new(), out: None, seed: SEED, for_ms: None };
    let mut parser = lexopt::Parser::from_args(arguments.iter().map(OsString::from));
    let fault = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(fault)? {
        match argument {
            lexopt::Arg::Long("out") => parsed.out = Some(PathBuf::from(parser.value().map_err(fault)?)),
            lexopt::Arg::Long("seed") => {
                let text = parser.value().map_err(fault)?;
                parsed.seed = text.to_string_lossy().parse().map_err(|_| format!("--seed wants a whole number, not {text:?}"))?;
            }
            lexopt::Arg::Long("for") => {
                let text = parser.value().map_err(fault)?;
                parsed.for_ms =
                    Some(crate::api::cron::go_duration_ms(&text.to_string_lossy()).ok_or_else(|| format!("--for wants a duration such as 60s, not {text:?}"))?);
            }
            lexopt::Arg::Value(path) => parsed.paths.push(PathBuf::from(path)),
            other => return Err(fault(other.unexpected())),
        }
    }
    if parsed.paths.is_empty() { Err("run wants at least one file".into()) } else { Ok(parsed) }
}

/// Plays scenarios, as many at a time as there are processors; each has a cluster of its own, so the order makes no difference.
fn play_all(paths: &[PathBuf], out: &Path, seed: u64) -> Result<ExitCode, String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let next = AtomicUsize::new(0);
    let settled = settled(seed);
    let workers = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let work = || {
        let mut failures = Vec::new();
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = play(path, out, &settled) {
                failures.push(format!("{}: {why}", path.display()));
            }
        }
        failures
    };
    let failures: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|_| vec!["a scenario made the program panic".into()])).collect()
    });
    for failure in &failures {
        eprintln!("kubarium: {failure}");
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn play(path: &Path, out: &Path, settled: &Cluster) -> Result<(), String> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let recording = Scenario::parse(&text)?.play(&name, settled);
    let json = serde_json::to_string_pretty(&recording).map_err(|error| error.to_string())?;
    fs::write(out.join(format!("{name}.json")), json).map_err(|error| error.to_string())
}
