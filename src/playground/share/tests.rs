use super::*;

fn lesson() -> Shared {
    let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
    let workspace = Workspace { files: vec![file("a.yaml", "kind: Pod\n"), file("b.yaml", "kind: Service # ü\n")] };
    let earlier = Workspace { files: vec![workspace.files[0].clone(), file("b.yaml", "kind: Servce\n")] };
    Shared {
        setup: Setup { seed: 42, nodes: 3 },
        workspace,
        done: vec![Done { at_ms: 1500, what: What::Apply(earlier) }, Done { at_ms: 9000, what: What::Line("kubectl get pods".into()) }],
        at_ms: 12_000,
        application: true,
        namespace: "default".into(),
    }
}

#[test]
fn what_is_shared_is_what_is_opened() {
    let shared = lesson();
    assert_eq!(decode(&encode(&shared)), Ok(shared));
}

#[test]
fn a_typical_lesson_fits_into_a_chat() {
    let example = &crate::playground::examples::all()[0];
    let workspace = example.workspace();
    let done = vec![Done { at_ms: 2000, what: What::Apply(workspace.clone()) }, Done { at_ms: 30_000, what: What::Line("kubectl get pods".into()) }];
    let link = encode(&Shared { workspace, done, ..Shared::default() });
    assert!(link.len() <= 2_000, "{} letters", link.len());
}

#[test]
fn damaged_and_hostile_links_are_refused_with_a_reason() {
    let good = encode(&lesson());
    for end in 0..good.len() {
        assert!(decode(&good[..end]).is_err(), "cut at {end}");
    }
    // 100 MB of zeros in a few letters.
    let bomb = format!("1{}", base64url::encode(&compress_to_vec(&vec![b' '; 100_000_000], 6)));
    let machines = Shared { setup: Setup { seed: 1, nodes: 1_000_000 }, ..lesson() };
    let twice = Shared { workspace: Workspace { files: vec![File::default(), File::default()] }, ..lesson() };
    let late = Shared { at_ms: u64::MAX, ..lesson() };
    for link in ["", "#", "2abc", "1\u{1F600}", &bomb, &encode(&machines), &encode(&twice), &encode(&late)] {
        let reason = decode(link).unwrap_err();
        assert!(reason.ends_with('.'), "{reason}");
    }
}
