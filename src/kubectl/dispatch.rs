//! From the first words of a command line to the command.

use super::session::Session;

/// Carries out a command line; the exit code comes back.
pub(super) async fn run(session: Session, arguments: Vec<String>) -> i32 {
    let name = arguments.first().map_or("", String::as_str);
    session.err_line(format!("error: unknown command \"{name}\" for \"kubectl\""));
    1
}
