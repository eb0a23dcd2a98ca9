//! Carrying a command on, as far as it gets at one instant.

use super::World;
use crate::kubectl::{Command, HostRequest, Output, Step};
use crate::playground::history::{Action, finish_instant};

/// A command that asks more than this without waiting is ended: it would never come to an end.
const MOST_REQUESTS: usize = 20_000;

/// What a command waits for.
pub enum Next {
    /// A time, in milliseconds since the Unix epoch.
    At(u64),
    /// Input, but no longer than to a time.
    Input(u64),
    /// A person who edits a text.
    Edit {
        /// A name for the text.
        file_name: String,
        /// The text.
        text: String,
    },
    /// Nothing: it has ended with this exit code.
    Ended(i32),
}

/// Answers what a command asks until it waits or ends.
pub fn drive(
    command: &mut Command,
    world: &mut World<'_>,
    mut write: impl FnMut(Output),
    mut host: impl FnMut(HostRequest, &mut World<'_>) -> Result<String, String>,
) -> Next {
    let now_ms = world.cluster.now_ms();
    for _ in 0..MOST_REQUESTS {
        let step = command.poll(now_ms);
        command.take_output().into_iter().for_each(&mut write);
        match step {
            Step::Request(request) => {
                match Action::of(&request) {
                    Some(action) => world.history.record(action, world.cluster),
                    None => finish_instant(world.cluster),
                }
                let response = world.cluster.request(&request);
                command.answer(response);
            }
            Step::Host(request) => {
                let answer = host(request, world);
                command.answer_host(answer);
            }
            Step::SleepUntil(time_ms) => return Next::At(time_ms.max(now_ms + 1)),
            Step::Input { until_ms } => return Next::Input(until_ms),
            Step::Edit { file_name, text } => return Next::Edit { file_name, text },
            Step::Done(exit_code) => return Next::Ended(exit_code),
        }
    }
    command.cancel();
    Next::Ended(130)
}
