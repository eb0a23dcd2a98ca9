//! The native program: `kubarium run` and `kubarium serve`.

mod exec;
mod http;
mod manifests;
mod protobuf;
mod run;
pub mod scenario;
mod serve;
mod websocket;

use std::process::ExitCode;

const USAGE: &str = "\
kubarium plays a simulated Kubernetes cluster.

Usage:
  kubarium run SCENARIO.yaml... --out DIR [--seed N]   plays scenarios on the reference cluster, writes a recording for each
  kubarium run MANIFEST|DIR... [--for 60s] [--seed N]  applies manifests, says what became of them; exits 1 when something is not ready
  kubarium serve [--port 8001] [--cluster reference|playground] [--paused] [--seed N]
                                                       serves the cluster on 127.0.0.1 as kube-apiserver does
";

/// The program, with its arguments after its name.
pub fn main(arguments: Vec<String>) -> ExitCode {
    let outcome = match arguments.first().map(String::as_str) {
        Some("run") => run::main(&arguments[1..]),
        Some("serve") => serve::main(&arguments[1..]),
        Some("help" | "-h" | "--help") => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => Err(format!("unknown command {other:?}\n\n{USAGE}")),
        None => Err(USAGE.to_string()),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("kubarium: {message}");
        ExitCode::from(2)
    })
}
