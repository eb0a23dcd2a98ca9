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

mod fuzz;
mod playground;

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

/// A container on the reference machines: image, command and how it is changed before it is made.
fn container(image: &str, command: &[&str], change: impl FnOnce(&mut ContainerConfig)) -> (Runtime, SandboxId, ContainerId, Result<(), StartError>) {
    let (mut runtime, sandbox) = node(Profile::Reference, image);
    let mut config = ContainerConfig { name: "c".into(), image: image.into(), command: words(command), ..ContainerConfig::default() };
    change(&mut config);
    for mount in &config.mounts {
        if runtime.volume(&mount.volume).is_none() {
            runtime.put_volume(mount.volume.clone(), Volume::default());
        }
    }
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image was pulled");
    let started = runtime.start_container(&id, START_MS, &mut NoNetwork);
    (runtime, sandbox, id, started)
}

fn words(words: &[&str]) -> Vec<SmolStr> {
    words.iter().map(|word| SmolStr::from(*word)).collect()
}

/// Exit code, reason and time of its end.
fn ending(runtime: &Runtime, id: &ContainerId) -> Option<(i32, String, String)> {
    runtime.exit(id).map(|exit| (exit.exit_code, exit.reason.to_string(), seconds(exit.finished_at_ms)))
}

fn log(runtime: &Runtime, id: &ContainerId) -> Vec<String> {
    runtime.logs(id).map(|log| log.lines().map(|line| line.text.to_string()).collect()).unwrap_or_default()
}

fn get(runtime: &mut Runtime, sandbox: &SandboxId, port: u16, path: &str, at_ms: u64) -> Option<u16> {
    let request = HttpRequest {
        method: "GET".into(),
        scheme: "http".into(),
        host: "10.244.1.5".into(),
        port,
        path: path.into(),
        headers: Vec::new(),
        body: String::new(),
    };
    runtime.http_get(sandbox, &request, "10.0.0.11", at_ms).map(|answer| answer.response.status)
}

fn exec(runtime: &mut Runtime, id: &ContainerId, command: &[&str], at_ms: u64) -> ExecResult {
    let exec = runtime.exec(id, &words(command), ExecOptions { timeout_ms: 1000, ..ExecOptions::default() }, at_ms, &mut NoNetwork);
    run(runtime, at_ms + 5000);
    runtime.exec_result(exec).expect("it has ended").clone()
}

#[test]
fn pulls_wait_for_one_another_and_fail_in_containerds_words() {
    let mut runtime = Runtime::new(Profile::Reference);
    let pulls = ["nginx", "nginx:1.27-nope", "registry.invalid/partner/api:2.0", "busybox"].map(|image| runtime.pull_image(image, START_MS));
    run(&mut runtime, START_MS + 10_000);
    let told = pulls.map(|pull| {
        let pull = runtime.pull(pull).expect("not forgotten");
        let result = match pull.result.as_ref().expect("finished") {
            Ok(image) => image.name.to_string(),
            Err(error) => error.clone(),
        };
        format!("{} {result}", pull.finishes_at_ms - START_MS)
    });
    assert_eq!(
        told,
        [
            "603 docker.io/library/nginx:latest",
            "909 rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:1.27-nope\": failed to resolve image: docker.io/library/nginx:1.27-nope: not found",
            "1218 rpc error: code = NotFound desc = failed to pull and unpack image \"registry.invalid/partner/api:2.0\": failed to resolve image: registry.invalid/partner/api:2.0: not found",
            "1819 docker.io/library/busybox:latest",
        ]
    );
    assert!(runtime.image("nginx:latest").is_some() && runtime.image("nginx:1.27-nope").is_none());
}

#[test]
fn a_program_that_is_missing_is_a_start_error() {
    let (runtime, _, id, started) = container("busybox", &["run-worker", "--queue=mail"], |_| {});
    let message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"run-worker\": executable file not found in $PATH";
    assert_eq!(started, Err(StartError { exit_code: 128, message: message.into() }));
    assert_eq!(ending(&runtime, &id), Some((128, "StartError".into(), "0.0".into())));
}

#[test]
fn a_server_image_runs_whatever_its_missing_command_is() {
    let (mut runtime, sandbox, id, started) = container("nginx", &["stress", "--vm", "1"], |_| {});
    assert_eq!(started, Ok(()));
    run(&mut runtime, START_MS + 1000);
    assert_eq!((get(&mut runtime, &sandbox, 80, "/", START_MS), ending(&runtime, &id)), (Some(200), None));
}

#[test]
fn servers_answer_and_end_well_on_sigterm() {
    let (mut runtime, sandbox, id, _) = container("nginx:1.25", &[], |_| {});
    run(&mut runtime, START_MS + 1000);
    assert_eq!(get(&mut runtime, &sandbox, 80, "/", START_MS + 1000), Some(200));
    assert_eq!(get(&mut runtime, &sandbox, 80, "/missing", START_MS + 1000), Some(404));
    assert_eq!(get(&mut runtime, &sandbox, 8080, "/", START_MS + 1000), None);
    runtime.stop_container(&id, 30_000, START_MS + 2000);
    let events = run(&mut runtime, START_MS + 60_000);
    assert_eq!(ending(&runtime, &id), Some((0, "Completed".into(), "2.0".into())));
    assert_eq!(events, [(START_MS + 2050, RuntimeEvent::ContainerDied { container: id, sandbox: sandbox.clone() })]);
    assert!(!runtime.listens(&sandbox, 80));
}

#[test]
fn a_shell_without_a_trap_is_killed_when_the_grace_is_over() {
    for (command, grace_ms, expected) in [
        (vec!["sh", "-c", "while true; do sleep 1; done"], 2000, (137, "Error", "3.0")),
        (vec!["sleep", "3600"], 2000, (137, "Error", "3.0")),
        (vec!["sh", "-c", "trap 'echo stopping; exit 0' TERM; while true; do sleep 1; done"], 30_000, (0, "Completed", "2.0")),
        (vec!["sh", "-c", "trap 'exit 7' TERM; sleep 9999 & wait"], 30_000, (7, "Error", "1.0")),
    ] {
        let (mut runtime, _, id, _) = container("busybox", &command, |_| {});
        run(&mut runtime, START_MS + 1000);
        runtime.stop_container(&id, grace_ms, START_MS + 1000);
        run(&mut runtime, START_MS + 60_000);
        let (code, reason, at) = expected;
        assert_eq!(ending(&runtime, &id), Some((code, reason.into(), at.into())), "{command:?}");
    }
}

#[test]
fn images_without_a_command_do_what_the_reference_says() {
    for (image, expected) in [
        ("busybox", Some((0, "Completed", "0.0"))),
        ("ubuntu:24.04", Some((0, "Completed", "0.0"))),
        ("mysql:8.0", Some((1, "Error", "0.7"))),
        ("postgres", Some((1, "Error", "0.7"))),
        ("hello-world", Some((0, "Completed", "0.7"))),
        ("perl", Some((0, "Completed", "4.0"))),
        ("redis:7.2", None),
        ("example.com/team/app:1", None),
    ] {
        let (mut runtime, _, id, _) = container(image, &[], |_| {});
        run(&mut runtime, START_MS + 60_000);
        assert_eq!(ending(&runtime, &id), expected.map(|(code, reason, at)| (code, reason.into(), at.into())), "{image}");
    }
}

#[test]
fn environment_and_ports_decide_what_servers_do() {
    let (mut runtime, sandbox, id, _) = container("mysql:8.0", &[], |config| config.env.push(("MYSQL_ROOT_PASSWORD".into(), "x".into())));
    run(&mut runtime, START_MS + 5000);
    assert!(runtime.listens(&sandbox, 3306) && ending(&runtime, &id).is_none());
    let (mut runtime, sandbox, ..) = container("example.com/team/app:1", &[], |config| config.ports = vec![9000, 9001]);
    run(&mut runtime, START_MS + 5000);
    assert_eq!([9000, 9001, 80].map(|port| runtime.listens(&sandbox, port)), [true, true, false]);
}

#[test]
fn liveness_of_agnhost_fails_after_ten_seconds() {
    let (mut runtime, sandbox, ..) = container("registry.k8s.io/e2e-test-images/agnhost:2.40", &[], |config| config.args = words(&["liveness"]));
    run(&mut runtime, START_MS + 1000);
    let status = [9_000, 11_000].map(|after| get(&mut runtime, &sandbox, 8080, "/healthz", START_MS + after));
    assert_eq!(status, [Some(200), Some(500)]);
}

#[test]
fn bash_is_no_applet_of_the_reference_machines() {
    let (mut runtime, _, id, _) = container("bash:5", &["bash", "-c", "echo hi"], |_| {});
    run(&mut runtime, START_MS + 1000);
    assert_eq!((ending(&runtime, &id).map(|(code, ..)| code), log(&runtime, &id)), (Some(127), vec!["bash: applet not found".into()]));
}

#[test]
fn probes_run_in_the_container() {
    let (mut runtime, _, id, _) = container("busybox", &["sh", "-c", "sleep 15; touch /tmp/warm; sleep 3600"], |_| {});
    let cold = exec(&mut runtime, &id, &["cat", "/tmp/warm"], START_MS + 1000);
    assert_eq!((cold.outcome, cold.output.as_str()), (Ok(1), "cat: can't open '/tmp/warm': No such file or directory\n"));
    run(&mut runtime, START_MS + 16_000);
    assert_eq!(exec(&mut runtime, &id, &["cat", "/tmp/warm"], START_MS + 16_000).outcome, Ok(0));
    let slow = exec(&mut runtime, &id, &["sh", "-c", "echo begun; sleep 3"], START_MS + 30_000);
    assert_eq!(slow.outcome, Err(ExecError::TimedOut("failed to exec in container: timeout 1s exceeded: context deadline exceeded".into())));
    assert_eq!((slow.finished_at_ms, slow.stdout.as_str()), (START_MS + 31_000, "begun\n"));
    assert_eq!(exec(&mut runtime, &id, &["sh", "-c", "echo no such queue; exit 3"], START_MS + 40_000).outcome, Ok(3));
}

#[test]
fn volumes_are_shared_and_can_be_read_only() {
    let mount = |read_only| Mount { container_path: "/news".into(), volume: "pod/news".into(), sub_path: "".into(), read_only };
    let (mut runtime, sandbox, ..) = container("busybox", &["sh", "-c", "echo headline > /news/today; sleep 3600"], |config| config.mounts.push(mount(false)));
    let reader = ContainerConfig {
        name: "reader".into(),
        image: "busybox".into(),
        command: words(&["sh", "-c", "cat /news/today; touch /news/x"]),
        mounts: vec![mount(true)],
        ..ContainerConfig::default()
    };
    let id = runtime.create_container(&sandbox, reader, START_MS).expect("the image is there");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("there is a shell");
    run(&mut runtime, START_MS + 1000);
    assert_eq!(log(&runtime, &id), ["headline", "touch: /news/x: Read-only file system"]);
    assert_eq!(runtime.volume("pod/news").map(|volume| volume.tree.used_bytes()), Some(9));
}

#[test]
fn projected_files_change_under_a_running_container_but_not_under_its_sub_path() {
    let file = |text: &str| ProjectedFile { path: "currency".into(), bytes: text.into(), mode: 0o644 };
    let mut tree = Tree::default();
    project(&mut tree, &[file("EUR\n")], START_MS).expect("it is empty");
    let mut volume = Volume { read_only: true, ..Volume::of(tree) };
    let (mut runtime, sandbox) = node(Profile::Reference, "busybox");
    runtime.put_volume("cm".into(), volume.clone());
    let mounts = vec![
        Mount { container_path: "/cfg".into(), volume: "cm".into(), ..Mount::default() },
        Mount { container_path: "/one/currency".into(), volume: "cm".into(), sub_path: "currency".into(), read_only: false },
    ];
    let script = "ls -a /cfg | tail -n1; echo x > /cfg/currency; sleep 1; cat /cfg/currency /one/currency";
    let config = ContainerConfig { name: "c".into(), image: "busybox".into(), command: words(&["sh", "-c", script]), mounts, ..ContainerConfig::default() };
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image is there");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("there is a shell");
    project(&mut volume.tree, &[file("GBP\n")], START_MS + 500).expect("it is well formed");
    runtime.put_volume("cm".into(), volume);
    run(&mut runtime, START_MS + 5000);
    assert_eq!(log(&runtime, &id), ["currency", "sh: can't create /cfg/currency: Read-only file system", "GBP", "EUR"]);
}

#[test]
fn users_and_groups_decide_what_may_be_written() {
    let mut tree = Tree::default();
    tree.set_group(2000);
    let (mut runtime, sandbox) = node(Profile::Reference, "busybox");
    runtime.put_volume("data".into(), Volume::of(tree));
    let config = ContainerConfig {
        name: "c".into(),
        image: "busybox".into(),
        command: words(&["sh", "-c", "id -u; id -G; touch /data/f && ls -ln /data | tail -n1 | cut -c1-33; touch /etc/x"]),
        mounts: vec![Mount { container_path: "/data".into(), volume: "data".into(), ..Mount::default() }],
        run_as_user: Some(1000),
        supplemental_groups: vec![2000],
        ..ContainerConfig::default()
    };
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image is there");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("there is a shell");
    run(&mut runtime, START_MS + 1000);
    assert_eq!(log(&runtime, &id), ["1000", "0 2000", "-rw-r--r--    1 1000     2000    ", "touch: /etc/x: Permission denied"]);
}

#[test]
fn the_termination_message_is_what_was_written_there() {
    let (mut runtime, _, id, _) =
        container("debian", &["/bin/sh"], |config| config.args = words(&["-c", "sleep 10 && echo Sleep expired > /dev/termination-log"]));
    run(&mut runtime, START_MS + 20_000);
    assert_eq!((ending(&runtime, &id), runtime.termination_message(&id).as_str()), (Some((0, "Completed".into(), "10.0".into())), "Sleep expired\n"));
}

#[test]
fn a_clone_goes_its_own_way() {
    let (mut runtime, _, id, _) = container("busybox", &["sh", "-c", "i=0; while true; do i=$((i+1)); echo $i; sleep 1; done"], |_| {});
    run(&mut runtime, START_MS + 2000);
    let mut past = runtime.clone();
    run(&mut runtime, START_MS + 9000);
    assert_eq!((log(&past, &id).len(), log(&runtime, &id).len()), (3, 10));
    run(&mut past, START_MS + 9000);
    assert_eq!(log(&past, &id), log(&runtime, &id));
}

#[test]
fn nothing_is_due_while_everything_waits() {
    let (mut runtime, ..) = container("busybox", &["sleep", "infinity"], |_| {});
    run(&mut runtime, START_MS);
    let due_ms = runtime.next_due_ms();
    assert!(due_ms.is_none_or(|due_ms| due_ms > START_MS + 1_000_000_000), "{due_ms:?}");
}
