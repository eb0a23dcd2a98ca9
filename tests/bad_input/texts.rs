//! Manifests that nobody should write.

use super::{Person, Said, bounded};
use kubarium::value::Value;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// All manifests of the conformance set.
fn manifests() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/scenarios");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("the scenarios").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).expect("a scenario"));
    let scenarios = texts.map(|text| kubarium::manifest::yaml::read(&text).expect("YAML"));
    let applied = scenarios.flat_map(|scenario| scenario.get("steps").items().iter().map(|step| step.get("apply").str().to_string()).collect::<Vec<_>>());
    applied.filter(|text| !text.is_empty()).collect()
}

/// What manifests are spoilt with.
const PIECES: [&str; 40] = [
    "\0",
    "\t",
    "\r",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "é",
    "\\",
    "\"",
    "'",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    ": ",
    "- ",
    "---\n",
    "...\n",
    "#",
    "&a ",
    "*a ",
    "<<: *a\n",
    "!!binary ",
    "!!int ",
    "|\n",
    ">-\n",
    "%YAML 9.9\n",
    "? ",
    "null",
    "~",
    "-1",
    "1e999999999",
    "99999999999999999999",
    "0x",
    ".inf",
    "true",
    "2026-13-45",
    "$(x)",
];

#[derive(Clone, Debug)]
enum Change {
    Put(f64, usize),
    Take(f64, usize),
    Repeat(f64, usize),
    Cut(f64),
    Replace(f64, u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = 0.0..1.0_f64;
    let change = prop_oneof![
        (place.clone(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Put(at, piece)),
        (place.clone(), 1..40_usize).prop_map(|(at, length)| Change::Take(at, length)),
        (place.clone(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        place.clone().prop_map(Change::Cut),
        (place, any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
    ];
    proptest::collection::vec(change, 1..6)
}

/// The text with the changes; bytes that are no UTF-8 become what a reader makes of them.
fn changed(text: &str, changes: &[Change]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let place = |at: &f64, bytes: &[u8]| (*at * bytes.len() as f64) as usize;
        match change {
            Change::Put(at, piece) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, PIECES[*piece].bytes());
            }
            Change::Take(at, length) => {
                let at = place(at, &bytes);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Repeat(at, length) => {
                let at = place(at, &bytes);
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Cut(at) => bytes.truncate(place(at, &bytes)),
            Change::Replace(at, byte) => {
                let at = place(at, &bytes);
                if let Some(there) = bytes.get_mut(at) {
                    *there = *byte;
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whatever is applied, there is an answer, and it is a failure or words about objects.
#[test]
fn spoilt_manifests_are_answered() {
    let manifests = manifests();
    assert!(manifests.len() > 100);
    let person = Person::new();
    let cases = std::env::var("KUBARIUM_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(120);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    bounded("applying spoilt manifests", || {
        TestRunner::new(config)
            .run(&(0..manifests.len(), changes()), |(index, changes)| {
                let text = changed(&manifests[index], &changes);
                let mut person = person.clone();
                let said = person.apply(&text);
                prop_assert!(said.exit_code == 0 && !said.stdout.is_empty() || said.exit_code == 1 && !said.stderr.is_empty(), "{text:?}\n{}", said.stderr);
                person.wait(500);
                person.check(&text);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{failure}"));
    });
}

#[test]
fn noise_is_refused_as_noise() {
    let mut person = Person::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for length in [1, 2, 3, 10, 100, 1000, 100_000] {
        let mut noise = Vec::new();
        while noise.len() < length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            noise.push((state >> 33) as u8);
        }
        let text = String::from_utf8_lossy(&noise).into_owned();
        let said = bounded("noise", || person.apply(&text));
        assert_eq!(said.exit_code, 1, "{text:?}");
        assert!(said.stderr.starts_with("error"), "{}", said.stderr);
    }
    person.check("noise");
}

/// A ConfigMap of this name with something in its data.
fn config_map(name: &str, data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {data}\n")
}

fn pod(name: &str, spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

/// Applies a text that must be refused; gives what was said.
fn refused(person: &mut Person, what: &str, text: &str) -> String {
    let said: Said = bounded(what, || person.apply(text));
    assert_ne!(said.exit_code, 0, "{what}: {}", said.stdout.chars().take(300).collect::<String>());
    assert!(!said.stderr.is_empty(), "{what}");
    said.stderr
}

#[test]
fn what_is_nested_deeply_is_refused() {
    let mut person = Person::new();
    const DEPTHS: [usize; 3] = [300, 20_000, 200_000];
    for depth in DEPTHS {
        let nest = |open: &str, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
        for (what, text) in [
            ("lists in flow style", config_map("deep", &nest("[", "]"))),
            ("maps in flow style", config_map("deep", &nest("{a: ", "}"))),
            ("lists that don't end", config_map("deep", &"[".repeat(depth))),
            ("keys in keys", config_map("deep", &nest("{? ", "}"))),
            ("lists in block style", config_map("deep", &format!("\n  {}", "- ".repeat(depth)))),
            ("JSON lists", format!("{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{}}}", nest("[", "]"))),
            ("JSON maps", format!("{{\"kind\":\"ConfigMap\",\"data\":{}1{}}}", "{\"a\":".repeat(depth), "}".repeat(depth))),
            ("JSON that doesn't end", "{\"a\":".repeat(depth)),
            ("anchors", config_map("deep", &format!("{}1", "&a ".repeat(depth)))),
            ("tags", config_map("deep", &nest("!!map {a: ", "}"))),
        ] {
            refused(&mut person, &format!("{what}, {depth} deep"), &text);
        }
    }
    let steps: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused(&mut person, "maps in block style", &steps);
    person.check("depth");
}

#[test]
fn aliases_do_not_multiply() {
    let mut person = Person::new();
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    let said = refused(&mut person, "a billion laughs", &laughs);
    assert!(said.contains("yaml: document contains excessive aliasing"), "{said}");
    let mut merges = String::from("a0: &a0 {k: v}\n");
    for level in 1..2000 {
        merges.push_str(&format!("a{level}: &a{level} {{<<: *a{}, k{level}: v}}\n", level - 1));
    }
    refused(&mut person, "merges of merges", &merges);
    let nested = format!("{}[{}]{}", (0..150).map(|n| format!("[&b{n} ")).collect::<String>(), "1,".repeat(50_000), "]".repeat(150));
    refused(&mut person, "anchors around a long list", &config_map("anchored", &nested));
    refused(&mut person, "an anchor in itself", "a: &a [*a]\n");
    refused(&mut person, "many aliases", &format!("a: &a 1\nb: [{}]\n", "*a,".repeat(120_000)));
    person.check("aliases");
}

#[test]
fn long_things_are_refused_for_their_length() {
    let mut person = Person::new();
    let (long, longest) = ("x".repeat(2 << 20), "x".repeat(10 << 20));
    for (what, text, why) in [
        ("a long value", config_map("long", &format!("{{a: {longest}}}")), "Request entity too large: limit is 3145728"),
        ("a long key", config_map("long", &format!("{{{long}: a}}")), ""),
        ("a long name", config_map(&long, "{}"), ""),
        ("a long comment", format!("# {long}\nkind: ConfigMap\n"), "apiVersion not set"),
        ("a long line", long.clone(), "invalid object to validate"),
        ("many lines", "a\n".repeat(1 << 19), ""),
        ("many keys", (0..50_000).map(|n| format!("k{n}: 1\n")).collect(), "[apiVersion not set, kind not set]"),
        ("many empty flow maps", config_map("long", &format!("[{}]", "{},".repeat(100_000))), ""),
        ("white space", " ".repeat(4 << 20), "no objects passed to apply"),
        ("NULs", "\0".repeat(1 << 20), "control characters are not allowed"),
        ("quotes", "'".repeat(1 << 20), ""),
        ("colons", ":".repeat(1 << 20), ""),
        ("dashes", "-".repeat(1 << 20), ""),
        ("question marks", "? ".repeat(1 << 15), ""),
        ("tags", "!".repeat(1 << 20), ""),
        ("carriage returns", "\r".repeat(1 << 20), "no objects passed to apply"),
    ] {
        let said = refused(&mut person, what, &text);
        assert!(said.contains(why), "{what}: {}", said.chars().take(500).collect::<String>());
    }
    person.check("length");
}

#[test]
fn many_documents_are_read_in_time() {
    let mut person = Person::new();
    let said = refused(&mut person, "a million empty documents", &"---\n".repeat(1_000_000));
    assert_eq!(said, "error: no objects passed to apply\n");
    refused(&mut person, "a million comments", &"---\n# nothing\n".repeat(200_000));
    refused(&mut person, "many JSON documents", &"{}\n".repeat(200_000));
    let said = refused(&mut person, "many objects of an unknown kind", &"apiVersion: v1\nkind: Thing\n---\n".repeat(5_000));
    assert!(said.contains("no matches for kind \"Thing\" in version \"v1\""), "{}", said.chars().take(500).collect::<String>());
    let list = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}{{}}]}}", "{},".repeat(300_000));
    refused(&mut person, "a list of nothing", &list);
    person.check("documents");
}

#[test]
fn absurd_numbers_are_refused_or_kept() {
    let mut person = Person::new();
    let digits = "9".repeat(400);
    for number in ["1e999999999", "-1e999999999", "99999999999999999999", "-9223372036854775809", "0x7fffffffffffffffff", ".nan", ".inf", &digits] {
        for text in [
            pod("odd", &format!("{{containers: [{{name: a, image: nginx, ports: [{{containerPort: {number}}}]}}]}}")),
            pod("odd", &format!("{{terminationGracePeriodSeconds: {number}, priority: {number}, containers: [{{name: a, image: nginx}}]}}")),
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: odd}}\nspec: {{replicas: {number}, selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: a, image: nginx}}]}}}}}}\n"
            ),
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: odd}}\nspec: {{ports: [{{port: {number}, nodePort: {number}}}]}}\n"),
        ] {
            refused(&mut person, &format!("the number {number}"), &text);
        }
    }
    let quantities =
        ["1e999999999", "1e-999999999", &digits, "9E999", "1e9223372036854775808", "0.0000000000000000001", "1Ei", "999999999999Ei", "-0", ".", "+", "1_000"];
    for (index, quantity) in quantities.into_iter().enumerate() {
        let text = pod(
            &format!("amount-{index}"),
            &format!("{{containers: [{{name: a, image: nginx, resources: {{limits: {{cpu: '{quantity}', memory: '{quantity}'}}}}}}]}}"),
        );
        let said = bounded(quantity, || person.apply(&text));
        assert!(said.exit_code == 0 || !said.stderr.is_empty(), "{quantity}");
    }
    person.wait(3000);
    for command in ["get pods -o wide", "describe pods", "describe nodes", "top pods"] {
        bounded(command, || person.kubectl(&command.split(' ').collect::<Vec<_>>(), ""));
    }
    person.check("numbers");
}

/// Durations and limits at the edge of what is allowed don't keep the cluster busy.
#[test]
fn the_largest_allowed_numbers_do_no_harm() {
    let mut person = Person::new();
    let most = i64::from(i32::MAX);
    let text = format!(
        "{}---\n{}---\n{}",
        pod(
            "patient",
            &format!(
                "{{activeDeadlineSeconds: {most}, terminationGracePeriodSeconds: {}, containers: [{{name: a, image: nginx, livenessProbe: {{httpGet: {{port: 80}}, periodSeconds: {most}, failureThreshold: {most}, initialDelaySeconds: {most}}}}}]}}",
                i64::MAX
            )
        ),
        format_args!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: many}}\nspec: {{completions: {most}, parallelism: 1, backoffLimit: {most}, ttlSecondsAfterFinished: {most}, template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: busybox}}]}}}}}}\n"
        ),
        format_args!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: rare}}\nspec: {{schedule: '0 0 30 2 *', startingDeadlineSeconds: {}, jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: busybox}}]}}}}}}}}}}\n",
            i64::MAX
        ),
    );
    let said = bounded("large numbers", || person.apply(&text));
    assert_eq!(said.exit_code, 0, "{}", said.stderr);
    bounded("a minute with large numbers", || person.wait(60_000));
    let phase = person.kubectl(&["get", "pod", "patient", "-o", "jsonpath={.status.phase}"], "").stdout;
    assert_eq!(phase, "Running");
    bounded("deleting it", || person.kubectl(&["delete", "pod", "patient", "--wait=false"], ""));
    bounded("another minute", || person.wait(60_000));
    person.check("the largest numbers");
}

/// A real server's objects have thousands of parts at times; the cost of that must not be their square.
#[test]
fn many_parts_are_looked_at_in_time() {
    let mut person = Person::new();
    let list = |count: usize, item: fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(", ");
    let env = list(1_500, |n| format!("{{name: N{n}, value: x}}"));
    let mounts = list(500, |n| format!("{{name: v, mountPath: /m{n}}}"));
    let containers = list(500, |n| format!("{{name: c{n}, image: nginx}}"));
    let volumes = list(500, |n| format!("{{name: v{n}, emptyDir: {{}}}}"));
    let keys = list(20_000, |n| format!("k{n}: v"));
    let ports = list(500, |n| format!("{{name: p{n}, port: {}}}", n + 1));
    for (what, text) in [
        ("variables", pod("env", &format!("{{containers: [{{name: a, image: nginx, env: [{env}]}}]}}"))),
        ("mounts", pod("mounts", &format!("{{volumes: [{{name: v, emptyDir: {{}}}}], containers: [{{name: a, image: nginx, volumeMounts: [{mounts}]}}]}}"))),
        ("containers", pod("containers", &format!("{{containers: [{containers}]}}"))),
        ("volumes", pod("volumes", &format!("{{volumes: [{volumes}], containers: [{{name: a, image: nginx}}]}}"))),
        ("keys", config_map("keys", &format!("{{{keys}}}"))),
        ("ports", format!("apiVersion: v1\nkind: Service\nmetadata: {{name: ports}}\nspec: {{ports: [{ports}]}}\n")),
    ] {
        let said = bounded(what, || person.apply(&text));
        assert!(said.exit_code == 0 || !said.stderr.is_empty(), "{what}");
        bounded(&format!("again, {what}"), || person.apply(&text.replace("nginx", "httpd")));
    }
    person.check("many parts");
}

/// A manifest that is refused in part changes nothing that it doesn't name; a wrong change leaves the object as it was.
#[test]
fn a_refused_change_leaves_the_object_as_it_was() {
    let mut person = Person::new();
    assert_eq!(person.apply(&config_map("card", "{a: '1'}")).exit_code, 0);
    let before = person.kubectl(&["get", "configmap", "card", "-o", "json"], "").stdout;
    for data in ["{a: 1}", "[]", "{a: {b: c}}", "{'a b': c}"] {
        refused(&mut person, data, &config_map("card", data));
    }
    let after = person.kubectl(&["get", "configmap", "card", "-o", "json"], "").stdout;
    assert_eq!(Value::from_json(&after).expect("JSON"), Value::from_json(&before).expect("JSON"));
}
