//! What the playground's machines do beyond the conformance set's.

use super::*;

/// A container of the playground's machines.
fn playground(image: &str, command: &[&str], change: impl FnOnce(&mut ContainerConfig)) -> (Runtime, SandboxId, ContainerId) {
    let (mut runtime, sandbox) = node(Profile::Playground, image);
    let mut config = ContainerConfig { name: "c".into(), image: image.into(), command: words(command), ..ContainerConfig::default() };
    change(&mut config);
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image was pulled");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("its program is there");
    run(&mut runtime, START_MS + 5000);
    (runtime, sandbox, id)
}

#[test]
fn databases_can_be_asked_whether_they_are_there() {
    for (image, command, expected) in [
        ("postgres:16", vec!["pg_isready", "-U", "postgres"], "/var/run/postgresql:5432 - accepting connections\n"),
        ("redis:7", vec!["redis-cli", "ping"], "PONG\n"),
        ("mysql:8.0", vec!["mysqladmin", "ping", "-h", "localhost"], "mysqld is alive\n"),
        ("mongo:7", vec!["mongosh", "--eval", "db.adminCommand('ping')"], "{ ok: 1 }\n"),
    ] {
        let passwords = ["POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD"].map(|name| (name.into(), "x".into()));
        let (mut runtime, _, id) = playground(image, &[], |config| config.env = passwords.to_vec());
        let result = exec(&mut runtime, &id, &command, START_MS + 6000);
        assert_eq!((result.outcome, result.output.as_str()), (Ok(0), expected), "{image}");
    }
}

#[test]
fn web_servers_serve_the_files_they_are_given_and_log_requests() {
    let mount = Mount { container_path: "/usr/share/nginx/html".into(), volume: "pages".into(), ..Mount::default() };
    let (mut runtime, sandbox) = node(Profile::Playground, "nginx");
    let mut tree = Tree::default();
    tree.write("index.html", b"from the volume", 0o644, START_MS).expect("it is empty");
    runtime.put_volume("pages".into(), Volume::of(tree));
    let config = ContainerConfig { name: "c".into(), image: "nginx".into(), mounts: vec![mount], ..ContainerConfig::default() };
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image was pulled");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("it is a server");
    run(&mut runtime, START_MS + 1000);
    let request = HttpRequest {
        method: "GET".into(),
        scheme: "http".into(),
        host: "web".into(),
        port: 80,
        path: "/".into(),
        headers: vec![("User-Agent".into(), "curl/8.14.1".into())],
        body: String::new(),
    };
    let answer = runtime.http_get(&sandbox, &request, "10.244.2.9", START_MS + 2000).expect("it listens");
    run(&mut runtime, START_MS + 3000);
    assert_eq!((answer.response.status, answer.response.body.as_str()), (200, "from the volume"));
    assert_eq!(
        log(&runtime, &id).last().map(String::as_str),
        Some("10.244.2.9 - - [23/Nov/2026:12:00:02 +0000] \"GET / HTTP/1.1\" 200 15 \"-\" \"curl/8.14.1\" \"-\"")
    );
}

#[test]
fn what_is_not_simulated_is_said_in_the_log() {
    let (runtime, _, id) = playground("example.com/shop:3", &["/app/run"], |_| {});
    assert_eq!(
        log(&runtime, &id),
        ["kubarium: what /app/run does is not simulated; the container runs until it is stopped and answers on the ports that it declares"]
    );
    let (runtime, _, id) = playground("alpine", &["apk", "add", "curl"], |_| {});
    assert_eq!(log(&runtime, &id), ["apk: the machines of this cluster have no internet: nothing can be installed"]);
}

#[test]
fn two_servers_of_a_pod_cannot_have_the_same_port() {
    let (mut runtime, sandbox, _) = playground("nginx", &[], |_| {});
    let config = ContainerConfig { name: "second".into(), image: "nginx".into(), ..ContainerConfig::default() };
    let id = runtime.create_container(&sandbox, config, START_MS + 6000).expect("the image is there");
    runtime.start_container(&id, START_MS + 6000, &mut NoNetwork).expect("it is a server");
    run(&mut runtime, START_MS + 7000);
    assert_eq!(
        (ending(&runtime, &id).map(|(code, ..)| code), log(&runtime, &id)),
        (Some(1), vec!["nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)".to_owned()])
    );
}

#[test]
fn a_terminal_can_be_typed_into() {
    let (mut runtime, _, id) = playground("busybox", &["sleep", "3600"], |_| {});
    let options = ExecOptions { stdin: true, tty: true, ..ExecOptions::default() };
    let exec = runtime.exec(&id, &words(&["sh"]), options, START_MS + 6000, &mut NoNetwork);
    for line in ["x=5\n", "if true; then\n", "echo $x; fi\n", "nope\n", "exit 3\n"] {
        runtime.exec_write(exec, line, START_MS + 7000, &mut NoNetwork);
    }
    assert_eq!(runtime.exec_output(exec, 0), "/ # / # > 5\n/ # sh: nope: not found\n/ # ");
    assert_eq!(runtime.exec_result(exec).map(|result| result.outcome.clone()), Some(Ok(3)));
}

#[test]
fn too_much_memory_is_oom_killed_on_the_playgrounds_machines() {
    let (mut runtime, sandbox) = node(Profile::Playground, "polinux/stress");
    let config = ContainerConfig {
        name: "c".into(),
        image: "polinux/stress".into(),
        command: words(&["stress"]),
        args: words(&["--vm", "1", "--vm-bytes", "250M", "--vm-hang", "1"]),
        memory_limit_bytes: Some(100 << 20),
        ..ContainerConfig::default()
    };
    let id = runtime.create_container(&sandbox, config, START_MS).expect("the image is there");
    runtime.start_container(&id, START_MS, &mut NoNetwork).expect("stress is its program");
    run(&mut runtime, START_MS + 20_000);
    assert_eq!(ending(&runtime, &id).map(|(code, reason, _)| (code, reason)), Some((137, "OOMKilled".into())));
}

#[test]
fn images_of_one_program_take_arguments_for_it() {
    let (runtime, _, id) = playground("curlimages/curl", &[], |config| config.args = words(&["-sS", "http://localhost:1"]));
    assert_eq!(ending(&runtime, &id).map(|(code, ..)| code), Some(7));
    assert_eq!(log(&runtime, &id), ["curl: (7) Failed to connect to localhost port 1 after 0 ms: Could not connect to server"]);
    let (mut runtime, sandbox, _) = playground("python:3", &["python3", "-m", "http.server", "9000"], |config| config.working_dir = "/srv".into());
    assert_eq!([get(&mut runtime, &sandbox, 9000, "/missing", START_MS + 6000), get(&mut runtime, &sandbox, 8000, "/", START_MS + 6000)], [Some(404), None]);
}
