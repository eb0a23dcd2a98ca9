//! The same story always ends the same. tools/test.mjs reads the digest from here and hands it to tests/web.rs.

mod story;

#[test]
fn the_story_always_ends_in_the_same_cluster() {
    let digest = story::play().cluster().digest();
    assert_eq!(story::play().cluster().digest(), digest);
    println!("digest of the story: {digest:016x}");
}

#[test]
fn every_instant_can_be_shown_again() {
    let mut session = story::play();
    let end = session.cluster().digest();
    for at_ms in [25_000, 500, 41_234] {
        session.go_to(at_ms);
        while !session.arrive(50) {}
        assert_eq!(session.now_ms(), at_ms);
        assert!(session.is_in_past());
        story::advance(&mut session, story::END_MS);
        assert!(!session.is_in_past(), "from {at_ms}");
        assert_eq!(session.cluster().digest(), end);
    }
    session.go_to(25_000);
    while !session.arrive(50) {}
    let then = session.cluster().digest();
    session.branch();
    assert_eq!((session.end_ms(), session.cluster().digest()), (25_000, then));
    story::advance(&mut session, story::END_MS);
    assert_ne!(session.cluster().digest(), end, "what was done later is forgotten, so it ends otherwise");
}
