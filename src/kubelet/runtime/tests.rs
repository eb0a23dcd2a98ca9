//! What containers do, told as transcripts: `transcripts/*.txt`.
//!
//! Each case is a script and what a container that runs it writes, with the time of each line:
//!
//! ```text
//! # what it shows
//! $ sh -c 'echo hi; sleep 2; echo bye'
//! 0.0 hi
//! 2.0 bye
//! exit 0 after 2.0
//! ```
//!
//! Lines on standard error are marked with `!`. A script of several lines continues with `> `.

use super::fs::{ProjectedFile, Tree, Volume, project};
use super::*;

/// 2026-11-23 12:00:00 UTC
const START_MS: u64 = 1_795_435_200_000;
/// Transcripts end here.
const LIMIT_MS: u64 = 1_000_000;

fn sandbox() -> SandboxConfig {
    SandboxConfig {
        namespace: "demo".into(),
        name: "web-0".into(),
        uid: "u".into(),
        hostname: "web-0".into(),
        ip: "10.244.1.5".into(),
        ..SandboxConfig::default()
    }
}

fn node(profile: Profile, image: &str) -> (Runtime, SandboxId) {
    let mut runtime = Runtime::new(profile);
    runtime.pull_image(image, START_MS - 60_000);
    runtime.advance(START_MS, &mut NoNetwork);
    let sandbox = runtime.run_pod_sandbox(sandbox(), START_MS);
    (runtime, sandbox)
}

fn run(runtime: &mut Runtime, until_ms: u64) -> Vec<(u64, RuntimeEvent)> {
    let mut events = Vec::new();
    while let Some(due_ms) = runtime.next_due_ms().filter(|due_ms| *due_ms <= until_ms) {
        events.extend(runtime.advance(due_ms, &mut NoNetwork).into_iter().map(|event| (due_ms, event)));
    }
    events
}

fn seconds(at_ms: u64) -> String {
    format!("{:.1}", (at_ms - START_MS) as f64 / 1000.0)
}

/// Runs a script in a container and writes down what happens.
fn transcript(profile: Profile, image: &str, script: &str) -> String {
    let (mut runtime, sandbox) = node(profile, image);
    let shell = if image.starts_with("bash") { "bash" } else { "sh" };
    let config =
        ContainerConfig { name: "c".into(), image: image.into(), command: vec![shell.into(), "-c".into(), script.into()], ..ContainerConfig::default() };
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image was pulled");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("there is a shell");
    run(&mut runtime, START_MS + LIMIT_MS);
    let mut text = String::new();
    for line in runtime.logs(&id).expect("it exists").lines() {
        let mark = if line.stream == Stream::Stderr { "!" } else { "" };
        text.push_str(format!("{} {mark}{}", seconds(line.at_ms), line.text).trim_end());
        text.push('\n');
    }
    match runtime.exit(&id) {
        Some(exit) => text.push_str(&format!("exit {} after {}\n", exit.exit_code, seconds(exit.finished_at_ms))),
        None => text.push_str("still running\n"),
    }
    text
}

/// Plays every case of a file and compares; all differences are shown at once.
fn play(profile: Profile, image: &str, file: &str) {
    let mut failures = Vec::new();
    for case in file.split("\n\n").map(str::trim).filter(|case| case.contains("$ ")) {
        let (mut script, mut expected) = (String::new(), String::new());
        for line in case.lines().filter(|line| !line.starts_with('#')) {
            if let Some(first) = line.strip_prefix("$ ") {
                script.push_str(first);
            } else if let Some(more) = line.strip_prefix("> ").or_else(|| line.strip_prefix(">").filter(|more| more.is_empty())) {
                script.push('\n');
                script.push_str(more);
            } else {
                expected.push_str(line);
                expected.push('\n');
            }
        }
        let got = transcript(profile, image, &script);
        if got != expected {
            failures.push(format!("{case}\n--- but got\n{got}"));
        }
    }
    assert!(failures.is_empty(), "{} transcripts differ\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn shell_language() {
    play(Profile::Playground, "busybox", include_str!("transcripts/language.txt"));
}

#[test]
fn shell_errors() {
    play(Profile::Playground, "busybox", include_str!("transcripts/errors.txt"));
}

#[test]
fn processes_and_signals() {
    play(Profile::Playground, "busybox", include_str!("transcripts/processes.txt"));
}

#[test]
fn programs_of_busybox() {
    play(Profile::Playground, "busybox", include_str!("transcripts/programs.txt"));
}

#[test]
fn bash() {
    play(Profile::Playground, "bash:5", include_str!("transcripts/bash.txt"));
}
