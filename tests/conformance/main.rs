//! Plays every scenario of the conformance set and compares what comes of it with what a real Kubernetes v1.36.3 did.
//!
//! `floors.json` holds the figures that have been reached, by topic; they may only rise. After an improvement run
//! `KUBARIUM_RAISE_FLOORS=1 cargo test --test conformance` and commit the file.

mod normalise;
mod score;

use kubarium::cli::scenario::{Scenario, settled};
use kubarium::cluster::Cluster;
use kubarium::value::Value;
use normalise::Normaliser;
use score::{Tally, compare};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

const KINDS: [&str; 4] = ["steps", "lines", "fields", "events"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// `deployments-rollout-and-undo.yaml` belongs to the topic `deployments`.
fn topic(path: &Path) -> String {
    let stem = path.file_stem().expect("a scenario has a name").to_string_lossy();
    stem.split('-').next().unwrap_or_default().to_string()
}

fn play(path: &Path, settled: &Cluster, normaliser: &Normaliser) -> Tally {
    let name = path.file_stem().expect("a scenario has a name").to_string_lossy().into_owned();
    let text = fs::read_to_string(path).expect("the scenario can be read");
    let recording = fs::read_to_string(folder().join("recordings").join(format!("{name}.json"))).expect("the scenario has a recording");
    let run = Scenario::parse(&text).unwrap_or_else(|why| panic!("{name}: {why}")).play(&name, settled);
    compare(normaliser, &Value::from_json(&recording).expect("the recording is JSON"), &run)
}

fn play_all() -> BTreeMap<String, Tally> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder().join("scenarios")).expect("the set is there").map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    assert!(paths.len() > 100, "the set has lost scenarios");
    let settled = settled(1);
    let (next, topics) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<String, Tally>::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let normaliser = Normaliser::new();
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tally = play(path, &settled, &normaliser);
                    topics.lock().expect("no other thread has panicked").entry(topic(path)).or_default().add(tally);
                }
            });
        }
    });
    topics.into_inner().expect("no thread has panicked")
}

/// One decimal, rounded down, so that a floor is never above what was reached.
fn floored(percent: f64) -> f64 {
    (percent * 10.0).floor() / 10.0
}

#[test]
fn what_was_reached_is_held() {
    let mut topics = play_all();
    let mut total = Tally::default();
    topics.values().for_each(|tally| total.add(*tally));
    topics.insert("all".into(), total);
    println!("{:20} {}", "topic", KINDS.map(|kind| format!("{kind:>8}")).concat());
    for (topic, tally) in &topics {
        println!("{topic:20} {}   {:5.1}", tally.percents().map(|percent| format!("{percent:8.1}")).concat(), tally.score());
    }
    let path = folder().join("floors.json");
    let floors = fs::read_to_string(&path).ok().and_then(|text| Value::from_json(&text).ok()).unwrap_or_default();
    let mut fallen = Vec::new();
    let mut raised = Value::object();
    for (topic, tally) in &topics {
        for (kind, percent) in KINDS.iter().zip(tally.percents()) {
            let floor = floors.get(topic).get(kind).as_f64().unwrap_or(0.0);
            if floored(percent) < floor {
                fallen.push(format!("{topic} {kind}: {percent:.1} % is below {floor:.1} %"));
            }
            raised.path_mut(topic).set(kind, floored(percent).max(floor));
        }
    }
    if env::var_os("KUBARIUM_RAISE_FLOORS").is_some() {
        fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&raised).expect("numbers are JSON"))).expect("the floors can be written");
    }
    assert!(fallen.is_empty(), "figures have fallen:\n{}", fallen.join("\n"));
}
