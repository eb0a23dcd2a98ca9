//! What a container's exit code means.

/// The end of a sentence that begins with `It ended with exit code 137`: what that says.
pub(super) fn meaning(code: i64, reason: &str, memory_limit: &str) -> String {
    match (code, reason) {
        (_, "OOMKilled") if memory_limit.is_empty() => "it wanted more memory than there is, and was killed".into(),
        (_, "OOMKilled") => format!("it wanted more memory than its limit of {memory_limit}, and was killed"),
        (_, "ContainerStatusUnknown") => "nobody saw how it ended".into(),
        (0, _) => "it has done its work".into(),
        (1, _) => "the program itself says that something went wrong".into(),
        (2, _) => "the program was called wrongly, as it says".into(),
        (126, _) => "the command is there but can't be executed".into(),
        (127, _) => "the shell did not find a command".into(),
        (128, "StartError") => "its program could not be started".into(),
        (130, _) => "it was interrupted (SIGINT)".into(),
        (134, _) => "the program gave up (SIGABRT)".into(),
        (137, _) => "it was killed (SIGKILL): by force, or because it had not ended when its grace period was over".into(),
        (139, _) => "it touched memory that isn't its own (SIGSEGV)".into(),
        (143, _) => "it was asked to end (SIGTERM), and did".into(),
        (129..=192, _) => format!("signal {} ended it", code - 128),
        _ => "the program says that something went wrong".into(),
    }
}
