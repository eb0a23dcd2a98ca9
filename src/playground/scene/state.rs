//! The state of an object in a word, a shape and a tone. The word of a pod is the one in kubectl's STATUS column.

use super::marks::{Glyph, Tone};
use crate::api::kinds::core::pod_columns::Summary;
use crate::api::meta;
use crate::value::{SmolStr, Value};

/// A state for the eye and for the ear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// `Running`, `CreateContainerConfigError`, `2 of 3 ready`.
    pub word: SmolStr,
    /// Its shape.
    pub glyph: Glyph,
    /// What it means.
    pub tone: Tone,
}

impl State {
    fn new(word: impl Into<SmolStr>, glyph: Glyph, tone: Tone) -> State {
        State { word: word.into(), glyph, tone }
    }

    /// The state of a pod: kubectl's word for it, told apart by whether the pod takes requests.
    pub fn of_pod(pod: &Value) -> State {
        let word = Summary::of(pod).status;
        if meta::is_being_deleted(pod) {
            return State::new("Terminating", Glyph::Leaving, Tone::Over);
        }
        match word.as_str() {
            "Running" if meta::is_condition_true(pod, "Ready") => State::new(word, Glyph::Ready, Tone::Good),
            "Running" => State::new("Running, not ready", Glyph::NotReady, Tone::Waiting),
            "Completed" | "Succeeded" => State::new(word, Glyph::Ended, Tone::Over),
            "Pending" | "SchedulingGated" | "" => State::new(if word.is_empty() { "Pending".into() } else { word }, Glyph::Waits, Tone::Waiting),
            "ContainerCreating" | "PodInitializing" => State::new(word, Glyph::Progress, Tone::Busy),
            initializing if is_init_progress(initializing) => State::new(word, Glyph::Progress, Tone::Busy),
            _ => State::new(word, Glyph::Trouble, Tone::Bad),
        }
    }

    /// `Ready`, `NotReady`, and whether new pods are kept away.
    pub fn of_node(node: &Value) -> State {
        let cordoned = node.path("spec.unschedulable").as_bool() == Some(true);
        match (meta::is_condition_true(node, "Ready"), cordoned) {
            (true, false) => State::new("Ready", Glyph::Ready, Tone::Good),
            (true, true) => State::new("Ready, SchedulingDisabled", Glyph::NotReady, Tone::Waiting),
            (false, false) => State::new("NotReady", Glyph::Trouble, Tone::Bad),
            (false, true) => State::new("NotReady, SchedulingDisabled", Glyph::Trouble, Tone::Bad),
        }
    }

    /// How many of the wanted pods are ready, for anything that owns pods.
    pub fn of_workload(object: &Value) -> State {
        let status = object.get("status");
        let number = |value: &Value| value.as_i64().unwrap_or(0);
        let text = |ready: i64, wanted: i64| format!("{ready} of {wanted} ready");
        match object.get("kind").str() {
            "Job" => {
                let wanted = object.path("spec.completions").as_i64().unwrap_or(1);
                let word = format!("{} of {wanted} completed", number(status.get("succeeded")));
                if meta::is_condition_true(object, "Failed") {
                    State::new("Failed", Glyph::Trouble, Tone::Bad)
                } else if meta::is_condition_true(object, "Complete") {
                    State::new(word, Glyph::Ended, Tone::Over)
                } else {
                    State::new(word, Glyph::Progress, Tone::Busy)
                }
            }
            "CronJob" if object.path("spec.suspend").as_bool() == Some(true) => State::new("suspended", Glyph::NotReady, Tone::Waiting),
            "CronJob" => State::new(object.path("spec.schedule").str(), Glyph::Waits, Tone::Plain),
            kind => {
                let (ready, wanted) = if kind == "DaemonSet" {
                    (number(status.get("numberReady")), number(status.get("desiredNumberScheduled")))
                } else {
                    (number(status.get("readyReplicas")), object.path("spec.replicas").as_i64().unwrap_or(1))
                };
                let stuck = meta::condition(object, "Progressing").get("reason").str() == "ProgressDeadlineExceeded";
                match (ready == wanted, stuck) {
                    (true, _) => State::new(text(ready, wanted), Glyph::Ready, Tone::Good),
                    (false, true) => State::new(text(ready, wanted), Glyph::Trouble, Tone::Bad),
                    (false, false) => State::new(text(ready, wanted), Glyph::Progress, Tone::Busy),
                }
            }
        }
    }

    /// The phase of a claim, a volume or a namespace.
    pub fn of_phase(object: &Value) -> State {
        let phase = object.path("status.phase").str();
        match phase {
            "Bound" | "Active" | "Available" => State::new(phase, Glyph::Ready, Tone::Good),
            "Released" => State::new(phase, Glyph::Ended, Tone::Over),
            "Terminating" => State::new(phase, Glyph::Leaving, Tone::Over),
            "Lost" | "Failed" => State::new(phase, Glyph::Trouble, Tone::Bad),
            "" => State::new("Pending", Glyph::Waits, Tone::Waiting),
            _ => State::new(phase, Glyph::Waits, Tone::Waiting),
        }
    }

    /// Any state that is only told.
    pub fn plain(word: impl Into<SmolStr>) -> State {
        State::new(word, Glyph::None, Tone::Plain)
    }
}

/// `Init:1/3`.
fn is_init_progress(word: &str) -> bool {
    word.strip_prefix("Init:").and_then(|rest| rest.split_once('/')).is_some_and(|(done, all)| done.parse::<u32>().is_ok() && all.parse::<u32>().is_ok())
}
