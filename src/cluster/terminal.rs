//! Running a command to its end, as fast as the cluster can.

use super::Cluster;
use crate::kubectl::{Command, Environment, HostRequest, Step, Stream};

/// How long a request takes from kubectl to the server and back.
const REQUEST_MS: u64 = 10;

/// What a command left behind.
pub struct Finished {
    /// Its exit code; 124 where it was cut off at the limit.
    pub exit_code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// Files and contexts as it left them.
    pub environment: Environment,
}

/// Runs a command line (without the word `kubectl`), moving the cluster's clock as it waits; `limit_ms` is how long it may take.
/// What it wants edited stays as it is: there is no person here.
pub fn run_to_end(cluster: &mut Cluster, arguments: &[String], environment: Environment, limit_ms: u64) -> Finished {
    run_with(cluster, arguments, environment, limit_ms, &mut advance)
}

/// As [`run_to_end`], for somebody who moves the clock: `advance` has to bring the cluster to the time it is given.
pub fn run_with(cluster: &mut Cluster, arguments: &[String], environment: Environment, limit_ms: u64, advance: &mut dyn FnMut(&mut Cluster, u64)) -> Finished {
    let deadline_ms = cluster.now_ms() + limit_ms;
    let mut command = Command::start(arguments, environment);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let exit_code = loop {
        let step = command.poll(cluster.now_ms());
        for piece in command.take_output() {
            match piece.stream {
                Stream::Out => stdout.push_str(&piece.text),
                Stream::Err => stderr.push_str(&piece.text),
            }
        }
        if cluster.now_ms() >= deadline_ms && !matches!(step, Step::Done(_)) {
            break 124;
        }
        match step {
            Step::Done(exit_code) => break exit_code,
            Step::Request(request) => {
                let until_ms = cluster.now_ms() + REQUEST_MS;
                advance(cluster, until_ms);
                let response = cluster.request(&request);
                command.answer(response);
            }
            Step::SleepUntil(time_ms) => advance(cluster, time_ms.min(deadline_ms)),
            Step::Edit { .. } => command.answer_edit(None),
            Step::Input { .. } => command.answer_input(None),
            Step::Host(HostRequest::Raw { method, target, body }) => {
                let answer = cluster.raw(&method, &target, &body);
                command.answer_host(Ok(answer));
            }
            Step::Host(_) => command.answer_host(Err("there is no computer beside this cluster".into())),
        }
    };
    Finished { exit_code, stdout, stderr, environment: command.environment() }
}

/// Moves the clock, however much there is to do on the way.
fn advance(cluster: &mut Cluster, until_ms: u64) {
    while !cluster.advance(until_ms, 10_000) {}
}
