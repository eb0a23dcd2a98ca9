//! `cargo bench`: what the simulated cluster costs natively, on one thread. `make bench` prints these figures with those of the page.
//!
//! Each measurement runs in a process of its own, so that its memory is its own. `cargo bench -- NAME` runs one of them right here:
//! for a profiler, or for `valgrind --tool=callgrind`, whose counts don't depend on what else the machine does.

use kubarium::kubectl::{Command, Step};
use kubarium::playground::session::{Session, Setup};
use kubarium::playground::workspace::{File, Workspace};
use std::fs;
use std::process;
use std::time::Instant;

/// A measurement: its name for the command line, and what it prints.
type Measurement = (&'static str, fn());

const MEASUREMENTS: &[Measurement] = &[
    ("rollout-1000", || rollout(1_000, 50)),
    ("rollout-10000", || rollout(10_000, 500)),
    ("get-pods", get_pods),
    ("apply", apply),
    ("history", history),
    ("hour", hour),
];

/// A measurement is repeated this often where that is cheap; the best one counts, since everything else that runs can only slow it down.
const REPETITIONS: usize = 5;
/// Things that happen between two looks at whether it is time to stop.
const STEPS_AT_ONCE: usize = 256;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, measure) in MEASUREMENTS {
        if wanted.iter().any(|wanted| wanted == name) {
            measure();
        } else if wanted.is_empty() {
            let program = std::env::current_exe().expect("this program has a path");
            let status = process::Command::new(program).arg(name).status().expect("it can be started once more");
            assert!(status.success(), "{name} failed");
        }
    }
}

fn row(what: &str, figure: f64, unit: &str) {
    let decimals = if figure < 10.0 { 2 } else { 0 };
    println!("{what:<66} {figure:>8.decimals$} {unit}");
}

/// How long this process has been running on a processor, in seconds; known to some milliseconds.
fn processor_s() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

/// How long `work` takes, in seconds: real time, but of what takes long without the time in which other programs ran.
fn seconds(work: impl FnOnce()) -> f64 {
    let (start, start_s) = (Instant::now(), processor_s());
    work();
    let (real_s, end_s) = (start.elapsed().as_secs_f64(), processor_s());
    match (start_s, end_s) {
        (Some(start_s), Some(end_s)) if real_s > 0.5 => end_s - start_s,
        _ => real_s,
    }
}

/// Megabytes of memory that the process has in use (`VmRSS`), or had at most (`VmHWM`).
fn megabytes(field: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(f64::NAN) / 1000.0
}

fn workspace(text: &str) -> Workspace {
    Workspace { files: vec![File { name: "bench.yaml".into(), text: text.to_owned() }] }
}

fn deployment(replicas: usize) -> Workspace {
    workspace(&include_str!("../src/playground/examples/thousand/crowd.yaml").replace("1000", &replicas.to_string()))
}

fn ready_pods(session: &Session) -> usize {
    let deployment = session.cluster().store().get(&kubarium::api::resource::DEPLOYMENTS, "default", "crowd");
    deployment.and_then(|deployment| deployment.path("status.readyReplicas").as_i64()).unwrap_or(0) as usize
}

/// A cluster in which a Deployment of `pods` is all ready, and how long that took from Apply.
fn rolled_out(pods: usize, nodes: usize) -> (Session, f64) {
    let mut session = Session::new(&Setup { nodes, ..Setup::default() });
    let took_s = seconds(|| {
        session.apply(&deployment(pods));
        while ready_pods(&session) < pods {
            session.advance(session.now_ms() + 1_000, STEPS_AT_ONCE);
        }
    });
    (session, took_s)
}

fn rollout(pods: usize, nodes: usize) {
    let repetitions = if pods > 1_000 { 1 } else { REPETITIONS };
    let took_s = (0..repetitions).map(|_| rolled_out(pods, nodes).1).fold(f64::INFINITY, f64::min);
    let what = format!("{pods} pods of one Deployment on {nodes} nodes, from Apply to all Ready");
    row(&what, took_s, "s");
    row("  a pod", took_s * 1e6 / pods as f64, "µs");
    row("  memory at most", megabytes("VmHWM"), "MB");
}

/// How long a command line takes, in milliseconds: of kubectl and the server, since all requests are made at one moment, at which nothing else happens.
fn command_ms(session: &Session, line: &str, files: &Workspace) -> f64 {
    let words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
    let measure = |_| {
        let mut cluster = session.cluster().clone();
        let mut command = Command::start(&words, session.environment(files));
        1e3 * seconds(|| {
            loop {
                match command.poll(cluster.now_ms()) {
                    Step::Request(request) => command.answer(cluster.request(&request)),
                    Step::Done(exit_code) => break assert_eq!(exit_code, 0, "{line}"),
                    Step::SleepUntil(_) | Step::Edit { .. } | Step::Input { .. } | Step::Host(_) => panic!("{line} waits"),
                }
            }
        })
    };
    (0..REPETITIONS).map(measure).fold(f64::INFINITY, f64::min)
}

fn get_pods() {
    let (mut session, _) = rolled_out(10_000, 500);
    quieten(&mut session);
    row("kubectl get pods among 10,000 pods", command_ms(&session, "kubectl get pods", &Workspace::default()), "ms");
    row("kubectl get pods -o yaml among 10,000 pods", command_ms(&session, "kubectl get pods -o yaml", &Workspace::default()), "ms");
    row("kubectl describe deployment among 10,000 pods", command_ms(&session, "kubectl describe deployment crowd", &Workspace::default()), "ms");
}

/// Lets what follows a rollout happen, so that commands are measured alone.
fn quieten(session: &mut Session) {
    let until_ms = session.now_ms() + 1_000;
    while !session.advance(until_ms, STEPS_AT_ONCE) {}
}

const SMALL: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: small, namespace: other}
data: {a: b}
---
apiVersion: v1
kind: Service
metadata: {name: small, namespace: other}
spec: {selector: {app: small}, ports: [{port: 80}]}
";

fn apply() {
    let files = workspace(SMALL);
    for (pods, nodes) in [(10, 500), (10_000, 500)] {
        let (mut session, _) = rolled_out(pods, nodes);
        quieten(&mut session);
        session.enter("kubectl create namespace other", &Workspace::default());
        quieten(&mut session);
        let best_ms = command_ms(&session, "kubectl apply -f bench.yaml", &files);
        row(&format!("kubectl apply of a ConfigMap and a Service among {pods} pods"), best_ms, "ms");
    }
}

/// Goes back and forth in a past of more than 10,000 writes.
fn history() {
    let mut session = Session::new(&Setup { nodes: 50, ..Setup::default() });
    session.apply(&deployment(1_000));
    while session.cluster().store().revision() < 12_000 {
        session.advance(session.now_ms() + 1_000, STEPS_AT_ONCE);
    }
    let writes = session.cluster().store().revision();
    let (end_ms, moves) = (session.end_ms(), 200);
    let mut longest_s: f64 = 0.0;
    let mut total_s = 0.0;
    for index in 1..=moves {
        // Back and forth over all of it.
        let at_ms = end_ms * (index * 77 % moves) / moves;
        let took_s = seconds(|| {
            session.go_to(at_ms);
            while !session.arrive(STEPS_AT_ONCE) {}
        });
        longest_s = longest_s.max(took_s);
        total_s += took_s;
    }
    row(&format!("a move through a history of {writes} writes"), 1e3 * total_s / moves as f64, "ms");
    row("  the longest of 200 moves", 1e3 * longest_s, "ms");
    row("  memory with all of it", megabytes("VmRSS"), "MB");
}

/// An hour of cluster time with the mongo application and a pod that crashes again and again.
fn hour() {
    let example = &kubarium::playground::examples::all()[0];
    let mut session = Session::new(&example.setup());
    session.apply(&example.workspace());
    session.enter("kubectl run crash --image=busybox --command -- sh -c 'echo hello; exit 1'", &Workspace::default());
    let mut until_ms = session.now_ms();
    for minutes in [10, 60, 120, 180] {
        let took_s = seconds(|| {
            while until_ms < minutes * 60_000 {
                until_ms += 1_000;
                while !session.advance(until_ms, STEPS_AT_ONCE) {}
                session.take_reports();
            }
        });
        row(&format!("memory after {minutes} minutes of cluster time"), megabytes("VmRSS"), "MB");
        row("  it took", took_s, "s");
    }
}
