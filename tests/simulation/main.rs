//! Random lives of a cluster. Whatever is done to it and goes wrong with it, what must hold holds after every step; it settles to what it
//! settles to when nothing goes wrong; and the same seed always gives the same life.
//!
//! `KUBARIUM_SEEDS=5000 cargo test --release --test simulation` plays more of them; a failure says how to play it again.

mod faults;
mod normal;
mod script;

use kubarium::api::random::Random;
use kubarium::cluster::{Cluster, ClusterConfig, Fault, invariants, run_with};
use kubarium::kubectl::{Environment, Files, Kubeconfig};
use kubarium::value::SmolStr;
use script::Step;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Lives in `make test`: what two processors live in half a minute, without optimizations.
const SEEDS: u64 = 14;
/// Commands in a life.
const COMMANDS: usize = 16;
/// A command that has not ended after that long is given up.
const COMMAND_LIMIT_MS: u64 = 60_000;
/// In which time everything has settled: a controller that was refused often waits up to 17 minutes, and then a rollout has 10 more to be given up.
const SETTLE_MS: u64 = 3_000_000;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A cluster with what was done to it, for a person who looks into a failure.
struct Life {
    cluster: Cluster,
    told: String,
    watch: Watch,
}

/// Looks at every write, whether what must hold still does.
struct Watch {
    /// The first thing that didn't.
    violation: Option<String>,
    seen_revision: u64,
}

impl Watch {
    fn advance(&mut self, cluster: &mut Cluster, until_ms: u64) {
        loop {
            let has_arrived = cluster.advance(until_ms, 1);
            let changes = cluster.store().changes_since(self.seen_revision).expect("a step makes fewer writes than are remembered");
            let found = invariants::violations(cluster.store(), changes);
            self.seen_revision = cluster.store().revision();
            if !found.is_empty() && self.violation.is_none() {
                let at_ms = cluster.now_ms() - cluster.start_ms();
                self.violation = Some(format!("after {:.1} s: {}", at_ms as f64 / 1000.0, found.join("\n")));
            }
            if has_arrived {
                return;
            }
        }
    }
}

impl Life {
    fn begin(seed: u64) -> Life {
        let cluster = Cluster::new(&ClusterConfig::playground(seed));
        let watch = Watch { violation: None, seen_revision: cluster.store().revision() };
        let mut life = Life { cluster, told: String::new(), watch };
        life.advance(30_000);
        life
    }

    fn tell(&mut self, what: &str) {
        let at_ms = self.cluster.now_ms() - self.cluster.start_ms();
        let _ = writeln!(self.told, "  {:8.1}  {what}", at_ms as f64 / 1000.0);
    }

    fn run(&mut self, step: &Step) -> i32 {
        let environment = Environment {
            registry: self.cluster.server().registry().clone(),
            files: Files::new(),
            stdin: Some(step.stdin.clone()),
            is_terminal: false,
            kubeconfig: Kubeconfig::single("test", "https://10.0.0.10:6443", "default"),
        };
        let words = shlex::split(&step.line).expect("the script's quotes match");
        self.tell(&format!("kubectl {} {}", step.line, step.stdin.trim_end()));
        let watch = &mut self.watch;
        let done = run_with(&mut self.cluster, &words, environment, COMMAND_LIMIT_MS, &mut |cluster, until_ms| watch.advance(cluster, until_ms));
        if done.exit_code != 0 {
            self.tell(&format!("exit code {}: {}", done.exit_code, done.stderr.trim_end()));
        }
        done.exit_code
    }

    fn fault(&mut self, fault: &Fault) {
        self.tell(&fault.line());
        if let Err(reason) = self.cluster.fault(fault) {
            self.tell(&format!("which can't be: {reason}"));
        }
    }

    fn advance(&mut self, duration_ms: u64) {
        let until_ms = self.cluster.now_ms() + duration_ms;
        self.watch.advance(&mut self.cluster, until_ms);
    }
}

/// Lives the life of a seed, with faults or without.
fn live(seed: u64, commands: usize, with_faults: bool) -> Life {
    let steps = script::script(&mut Random::new(seed), commands);
    let mut luck = Random::new(seed ^ 0x9e37_79b9_7f4a_7c15);
    let mut life = Life::begin(seed);
    let ending = steps.len() - script::ending_length();
    for (index, step) in steps.iter().enumerate() {
        if index == ending {
            // The machines come back before the last commands, which make them usable.
            if with_faults {
                life.fault(&Fault::Mend);
            }
            life.advance(120_000);
        }
        life.run(step);
        for _ in 0..2 {
            if with_faults && index < ending && luck.below(3) > 0 {
                let fault = faults::fault(&mut luck, &life.cluster);
                life.fault(&fault);
            }
            life.advance(step.pause_ms / 2);
        }
    }
    life.advance(SETTLE_MS);
    life
}

/// What differs between a life and the same one without faults; `None` where all is well.
fn judge(seed: u64, commands: usize) -> Option<String> {
    let (calm, troubled) = (live(seed, commands, false), live(seed, commands, true));
    for life in [&calm, &troubled] {
        if let Some(violation) = &life.watch.violation {
            return Some(format!("{violation}\nafter\n{}", life.told));
        }
    }
    let (expected, found) = (normal::normal_form(&calm.cluster), normal::normal_form(&troubled.cluster));
    if expected == found {
        return None;
    }
    let only = |these: &[String], those: &[String], sign: &str| -> String {
        these.iter().filter(|line| !those.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    let differs = only(&expected, &found, "-") + &only(&found, &expected, "+");
    Some(format!("with faults (+) it settles otherwise than without (-):\n{differs}after\n{}", troubled.told))
}

#[test]
fn it_settles_to_what_it_settles_to_without_faults() {
    let first = number("KUBARIUM_SEED", 0);
    let end = first + number("KUBARIUM_SEEDS", if std::env::var("KUBARIUM_SEED").is_ok() { 1 } else { SEEDS });
    let commands = number("KUBARIUM_COMMANDS", COMMANDS as u64) as usize;
    let (next, failures) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    if let Some(failure) = judge(seed, commands) {
                        let again = format!("KUBARIUM_SEED={seed} KUBARIUM_COMMANDS={commands} cargo test --test simulation settles");
                        eprintln!("seed {seed} fails; again: {again}\n{failure}\n");
                        failures.lock().expect("no other thread panics").push(seed);
                    }
                    if seed % 500 == 499 {
                        eprintln!("{} lives lived", seed + 1 - first);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no thread panics");
    assert!(failures.is_empty(), "these seeds fail: {failures:?}");
}

#[test]
fn the_same_seed_gives_the_same_life() {
    let digest = |seed| live(seed, 6, true).cluster.digest();
    assert_eq!(digest(3), digest(3));
    assert_ne!(digest(3), digest(4));
}

/// What is gone from the API leaves nothing behind on the machines or in the queues, however long a life was.
#[test]
fn a_long_life_leaves_nothing_behind() {
    let mut life = Life::begin(1);
    let mut random = Random::new(1);
    let rounds = number("KUBARIUM_STEPS", 60) as usize / 30;
    for round in 0..rounds.max(1) {
        for step in script::script(&mut random, 30) {
            life.run(&step);
            life.fault(&faults::fault(&mut random, &life.cluster.clone()));
            life.advance(step.pause_ms);
        }
        life.fault(&Fault::Mend);
        for line in ["delete deployments,statefulsets,daemonsets,jobs,services,pdb,pvc --all --wait=false", "delete namespaces --all --wait=false"] {
            life.run(&Step { line: line.into(), stdin: String::new(), pause_ms: 0 });
        }
        life.advance(700_000);
        life.run(&Step { line: "delete pods --all --force --grace-period=0".into(), stdin: String::new(), pause_ms: 0 });
        life.advance(60_000);
        let left: Vec<String> = life.cluster.kubelets().nodes().flat_map(|node| node.leftovers()).collect();
        assert_eq!(left, Vec::<String>::new(), "round {round}, after\n{}", life.told);
        assert_eq!(life.cluster.scheduler().waiting().count(), 0, "round {round}");
        life.told.clear();
        eprintln!("round {round}: {}", resident_memory());
    }
    assert!(life.watch.violation.is_none(), "{:?}", life.watch.violation);
}

/// How much memory this process has, where the system says so.
fn resident_memory() -> SmolStr {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    SmolStr::new(status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("memory unknown"))
}
