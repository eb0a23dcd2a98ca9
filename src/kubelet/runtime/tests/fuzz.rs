//! Nonsense: whatever runs in a container, the machine goes on.

use super::*;

/// What scripts are made of, sensible and not.
const FRAGMENTS: [&str; 64] = [
    "echo ",
    "$x",
    "${x",
    "}",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "|",
    "||",
    "&&",
    "&",
    ";",
    "\n",
    "if ",
    "then ",
    "fi ",
    "while ",
    "do ",
    "done ",
    "for i in ",
    "case ",
    " in ",
    "esac ",
    "((",
    "))",
    "{ ",
    "; }",
    "<<EOF\n",
    "EOF\n",
    "> /tmp/f ",
    "< /tmp/f ",
    "2>&1 ",
    "é",
    "\\",
    "$((",
    "1/0",
    "x=1 ",
    "set -e ",
    "trap 'echo t' TERM ",
    "kill $$ ",
    "kill -9 1 ",
    "exit 3 ",
    "sleep 1 ",
    "cat ",
    "sed 's/a/b/' ",
    "awk '{print $1}' ",
    "grep -E '(a|b)*' ",
    "seq 1 99999 ",
    "yes ",
    "head -c 5 ",
    "f() { f; }; f ",
    "eval ",
    "read y ",
    "*",
    "?",
    "[a-",
    "]",
    "rm -rf / ",
    "find / ",
    "-",
    "%",
    ":",
];

/// Scripts at random: none panics, and none keeps the machine busy for ever.
#[test]
fn no_script_breaks_the_machine() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let runs = std::env::var("KUBARIUM_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(40);
    for _ in 0..runs {
        let script: String = (0..next() % 14 + 1).map(|_| FRAGMENTS[next() % FRAGMENTS.len()]).collect();
        for image in ["busybox", "bash:5"] {
            let (mut runtime, sandbox) = node(Profile::Playground, image);
            let shell = if image == "busybox" { "sh" } else { "bash" };
            let config = ContainerConfig { name: "c".into(), image: image.into(), command: words(&[shell, "-c", &script]), ..ContainerConfig::default() };
            let id = runtime.create_container(&sandbox, config, START_MS).expect("the image was pulled");
            runtime.start_container(&id, START_MS, &mut NoNetwork).expect("there is a shell");
            run(&mut runtime, START_MS + 3000);
            runtime.stop_container(&id, 1000, START_MS + 3000);
            run(&mut runtime, START_MS + 5000);
            assert!(runtime.exit(&id).is_some(), "{script:?} can't be stopped");
        }
    }
}

#[test]
fn no_program_breaks_the_machine() {
    let arguments = [
        "",
        "-n",
        "-",
        "--",
        "-x",
        "99999999999999999999",
        "é",
        "/",
        "/tmp",
        "a=b",
        "-c",
        "%d",
        "s/a*/b/g",
        "{print $1",
        "*",
        "\\(",
        "[",
        "0",
        "-1",
        "+",
        "if=/dev/zero",
        "1M",
        "-e",
        "-r",
        "/etc/passwd",
    ];
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for program in programs::APPLETS.iter().chain(&programs::MORE_APPLETS) {
        for _ in 0..2 {
            let words: Vec<String> = (0..next() % 5).map(|_| format!("'{}'", arguments[next() % arguments.len()])).collect();
            let script = format!("printf 'a b\\nc\\n' | {program} {} & sleep 2; kill -9 $!", words.join(" "));
            let told = transcript(Profile::Playground, "busybox", &script);
            assert!(told.contains("exit "), "{script}");
        }
    }
}
