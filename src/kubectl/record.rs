//! `--record` (`k8s.io/cli-runtime/pkg/genericclioptions/record_flags.go`): the command line as the reason for a change. Deprecated, and still in many lessons.

use super::entry::Invocation;
use super::failure::Failure;
use super::flags::Flag;
use super::source::Info;
use crate::server::request::PatchType;
use crate::value::{Value, json};

/// The annotation with the reason; `rollout history` shows it.
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

const FLAG: Flag = Flag::bool("record");

const RECORDING: [&str; 14] = [
    "annotate",
    "apply",
    "autoscale",
    "create",
    "edit",
    "expose",
    "label",
    "patch",
    "run",
    "scale",
    "set image",
    "set resources",
    "set selector",
    "set serviceaccount",
];

/// The flag, for commands that have it.
pub fn flag_of(path: &str) -> Option<Flag> {
    RECORDING.contains(&path).then_some(FLAG)
}

impl Invocation {
    /// Writes the command line into an object that is about to be sent, where the person wants that.
    pub fn record(&self, object: &mut Value) {
        if self.flags.is(FLAG.name) {
            object.path_mut("metadata.annotations").fields_mut().insert(CHANGE_CAUSE, self.command_line());
        }
    }

    /// The same for an object that something was done to.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn record_afterwards(&self, info: &Info) -> Result<(), Failure> {
        if !self.flags.is(FLAG.name) {
            return Ok(());
        }
        let mut patch = json!({});
        self.record(&mut patch);
        let options = self.write_options(self.dry_run()?, "");
        self.patch(&info.mapping, &info.namespace, &info.name, PatchType::Merge, patch, options).await.map(|_| ())
    }

    fn command_line(&self) -> String {
        let words = ["kubectl", self.path].into_iter().chain(self.arguments.iter().map(String::as_str)).map(String::from);
        words.chain(self.flags.in_order().map(|(name, value)| format!("--{name}={value}"))).collect::<Vec<_>>().join(" ")
    }
}
