use super::*;
use miniz_oxide::deflate::compress_to_vec;

fn lesson() -> Shared {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let workspace = Workspace { files: vec![file("a.yaml", "kind: Pod\n"), file("b.yaml", "kind: Service # ü\n")] };
    let earlier = Workspace { files: vec![workspace.files[0].clone(), file("b.yaml", "kind: Servce\n")] };
    Shared {
        setup: Setup { seed: 42, nodes: 3 },
        workspace,
        done: vec![
            Done { at_ms: 1500, what: What::Apply(earlier) },
            Done { at_ms: 9000, what: What::Line("kubectl get pods -w".into()) },
            Done { at_ms: 9500, what: What::Beside("kubectl scale deployment web --replicas=3".into()) },
        ],
        at_ms: 12_000,
        application: true,
        namespace: "default".into(),
    }
}

fn example(example: &crate::playground::examples::Example) -> Shared {
    let workspace = example.workspace();
    let done = vec![
        Done { at_ms: 2_000, what: What::Apply(workspace.clone()) },
        Done { at_ms: 30_000, what: What::Line("kubectl get pods".into()) },
        Done { at_ms: 45_000, what: What::Line("kubectl scale deployment web --replicas=5".into()) },
    ];
    Shared { setup: example.setup(), workspace, done, at_ms: 61_234, ..Shared::default() }
}

#[test]
fn what_is_shared_is_what_is_opened() {
    let shared = lesson();
    assert_eq!(decode(&encode(&shared)), Ok(shared));
    for each in crate::playground::examples::all() {
        assert_eq!(decode(&encode(&example(each))), Ok(example(each)), "{}", each.id);
    }
}

#[test]
fn own_work_is_kept_also_where_it_is_too_much_for_a_link() {
    let mut own = lesson();
    own.workspace.files.push(File { name: "a/b".into(), text: "large: ü\n".repeat(200_000) });
    assert!(decode(&encode(&own)).is_err());
    assert_eq!(from_text(&to_text(&own)), Some(own));
    assert_eq!(from_text("damaged"), None);
}

#[test]
fn every_example_with_commands_fits_into_a_chat() {
    for each in crate::playground::examples::all() {
        let link = encode(&example(each));
        println!("{}: {} letters", each.id, link.len());
        assert!(link.len() < USUAL_LENGTH - 100, "{}: {} letters", each.id, link.len());
    }
}

#[test]
fn links_of_the_first_form_still_open() {
    let text = r#"{"s":1,"n":3,"f":[["a.yaml","kind: Pod\n"]],"d":[[5,[0]],[7,"kubectl get pods"]],"t":9}"#;
    let link = format!("1{}", base64url::encode(&compress_to_vec(text.as_bytes(), 10)));
    let shared = decode(&link).expect("it opens");
    assert_eq!((shared.at_ms, shared.done.len(), shared.workspace.files[0].text.as_str()), (9, 2, "kind: Pod\n"));
}

/// A link of form 2 whose contents are given.
fn link_of(json: &str) -> String {
    format!("2{}", base64url::encode(&packing::pack(json.as_bytes())))
}

#[test]
fn damaged_and_hostile_links_are_refused_with_a_reason() {
    let good = encode(&lesson());
    for end in 0..good.len() {
        assert!(decode(&good[..end]).is_err(), "cut at {end}");
    }
    // 20 MB of spaces in a few letters, in both forms.
    let spaces = vec![b' '; 20_000_000];
    let bomb = format!("1{}", base64url::encode(&compress_to_vec(&spaces, 1)));
    let other_bomb = format!("2{}", base64url::encode(&packing::pack(&spaces)));
    let machines = Shared { setup: Setup { seed: 1, nodes: 1_000_000 }, ..lesson() };
    let twice = Shared { workspace: Workspace { files: vec![File::default(), File::default()] }, ..lesson() };
    let late = Shared { at_ms: u64::MAX, ..lesson() };
    let endless = link_of(&format!(r#"{{"s":1,"n":3,"f":[],"d":[{}[1,"kubectl get pods"]]}}"#, r#"[1,"x"],"#.repeat(50_000)));
    let heavy = link_of(&format!(r#"{{"s":1,"n":3,"f":[["a","{}"]],"d":[{}[1,[0]]]}}"#, "a: 1".repeat(100_000), "[1,[0]],".repeat(900)));
    let path = link_of(r#"{"s":1,"n":3,"f":[["../../etc/passwd","x"]]}"#);
    let path_applied = link_of(r#"{"s":1,"n":3,"f":[],"d":[[1,[["a/b","x"]]]]}"#);
    let long_line = link_of(&format!(r#"{{"s":1,"n":3,"f":[],"d":[[1,"kubectl {}"]]}}"#, "x".repeat(20_000)));
    let negative = link_of(r#"{"s":-1,"n":3,"f":[]}"#);
    let deep = link_of(&"[".repeat(100_000));
    for link in [
        "",
        "#",
        "3abc",
        "1\u{1F600}",
        "2\u{1F600}",
        &bomb,
        &other_bomb,
        &encode(&machines),
        &encode(&twice),
        &encode(&late),
        &endless,
        &heavy,
        &path,
        &path_applied,
        &long_line,
        &negative,
        &deep,
    ] {
        let reason = decode(link).unwrap_err();
        assert!(reason.ends_with('.'), "{reason}");
    }
}

/// Random numbers that are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn ten_thousand_hostile_links_break_nothing() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let good = encode(&lesson());
    let json =
        r#"{"s":1,"n":3,"f":[["a.yaml","kind: Pod\n"],["b.yaml","x: 1\n"]],"d":[[5,[0,["c.yaml","y"]]],[7,"kubectl get pods"]],"t":9,"v":true,"ns":"x"}"#;
    let pieces = ["\"", "[", "]", "{", "}", "-1", "1e999", "99999999999999999999", "null", "true", "\\u0000", "<script>", "..", "/", ",", ":", "\u{202e}", "0"];
    let mut opened = 0;
    for round in 0..10_000 {
        let link = if round % 2 == 0 {
            // The letters of a link: changed, cut, repeated.
            let mut letters: Vec<char> = good.chars().collect();
            for _ in 0..=dice.below(4) {
                let at = dice.below(letters.len());
                match dice.below(4) {
                    0 => letters[at] = char::from(b'!' + dice.below(94) as u8),
                    1 => letters.truncate(at.max(1)),
                    2 => letters.insert(at, 'A'),
                    _ => letters.extend_from_within(at..),
                }
            }
            letters.into_iter().take(5_000).collect()
        } else {
            // What a link says: damaged in the middle of what is right.
            let mut text: Vec<char> = json.chars().collect();
            for _ in 0..=dice.below(3) {
                let (from, piece) = (dice.below(text.len()), pieces[dice.below(pieces.len())]);
                let to = (from + dice.below(6)).min(text.len());
                text.splice(from..to, piece.chars());
            }
            link_of(&text.into_iter().collect::<String>())
        };
        match decode(&link) {
            Ok(shared) => {
                opened += 1;
                assert!(shared.setup.nodes <= MOST_NODES && shared.at_ms <= LATEST_MS && shared.done.len() <= MOST_DONE);
                let all = shared.done.iter().filter_map(|done| if let What::Apply(files) = &done.what { Some(files) } else { None }).chain([&shared.workspace]);
                for file in all.flat_map(|workspace| &workspace.files) {
                    assert!(!file.name.is_empty() && !file.name.contains('/') && !file.name.contains(char::is_control), "{:?}", file.name);
                }
            }
            Err(reason) => assert!(reason.ends_with('.'), "{reason}"),
        }
    }
    assert!(opened > 100, "only {opened} of them opened: they are no test of what is opened");
}

#[test]
fn what_was_done_is_done_again_a_little_at_a_time() {
    let mut shared = example(&crate::playground::examples::all()[1]);
    shared.done.push(Done { at_ms: 90_000, what: What::Line("kubectl get pods".into()) });
    let mut session = crate::playground::session::Session::new(&shared.setup);
    let mut replay = Replay::new(&shared);
    let mut rounds = 0;
    while !replay.go_on(&mut session, 5) {
        rounds += 1;
        assert!(rounds < 100_000, "it never ends");
    }
    assert!(rounds > 10, "it is done in slices");
    assert_eq!(session.now_ms(), 90_000);
    assert_eq!(session.done(), shared.done.as_slice());
}
