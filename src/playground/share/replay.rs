//! Doing again what a link says was done, a little at a time, so that the page stays usable whatever a link asks for.

use super::Shared;
use crate::playground::session::{Done, Session, What};
use crate::playground::workspace::Workspace;
use std::collections::VecDeque;

/// What is still to be done.
pub struct Replay {
    done: VecDeque<Done>,
    workspace: Workspace,
    at_ms: u64,
}

impl Replay {
    /// All that was done in a link, for a new session of its setup.
    pub fn new(shared: &Shared) -> Replay {
        let latest_ms = shared.done.last().map_or(0, |done| done.at_ms);
        Replay { done: shared.done.iter().cloned().collect(), workspace: shared.workspace.clone(), at_ms: shared.at_ms.max(latest_ms) }
    }

    /// The instant at which everything is done, in milliseconds since the session began.
    pub fn at_ms(&self) -> u64 {
        self.at_ms
    }

    /// Goes on by at most `max_steps` things that happen, or one command; whether all is done.
    pub fn go_on(&mut self, session: &mut Session, max_steps: usize) -> bool {
        let next_ms = self.done.front().map_or(self.at_ms, |done| done.at_ms);
        if !session.advance(next_ms, max_steps) {
            return false;
        }
        let Some(done) = self.done.pop_front() else { return true };
        match &done.what {
            What::Apply(workspace) => {
                session.apply(workspace);
            }
            What::Line(line) => session.enter(line, &self.workspace),
            What::Beside(line) => session.enter_beside(line, &self.workspace),
        }
        false
    }
}
