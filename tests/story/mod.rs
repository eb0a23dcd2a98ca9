//! A short story, played natively and in a browser: the two must end in the same cluster.

use kubarium::playground::examples;
use kubarium::playground::session::Session;

/// The latest instant of the story, in milliseconds of cluster time.
pub const END_MS: u64 = 60_000;

/// Plays it to its end: the first example is applied, a pod is deleted, a Deployment scaled.
pub fn play() -> Session {
    let example = &examples::all()[0];
    let workspace = example.workspace();
    let mut session = Session::new(&example.setup());
    session.apply(&workspace);
    for (at_ms, line) in [(20_000, "kubectl delete pod -l app=mongodb --wait=false"), (30_000, "kubectl scale deployment mongo-express --replicas=4")] {
        advance(&mut session, at_ms);
        session.enter(line, &workspace);
    }
    advance(&mut session, END_MS);
    session
}

/// Moves the clock, however many calls it takes.
pub fn advance(session: &mut Session, until_ms: u64) {
    while !session.advance(until_ms, 50) {}
}
