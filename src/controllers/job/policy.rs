//! The pod failure policy (`pod_failure_policy.go`).

use super::Sync;
use crate::api::meta;
use crate::controllers::pods;
use crate::value::Value;

/// A rule that a failed pod matches.
struct Match<'a> {
    action: &'a str,
    message: String,
}

impl Sync<'_, '_> {
    fn matched<'a>(&'a self, pod: &Value) -> Option<Match<'a>> {
        let rules = self.job.path("spec.podFailurePolicy.rules").items();
        rules.iter().enumerate().find_map(|(index, rule)| {
            let action = rule.get("action").str();
            let name = format!("{}/{}", meta::namespace(pod), meta::name(pod));
            let what = match rule.get("onExitCodes") {
                Value::Null => {
                    let type_ = on_pod_condition(pod, rule.get("onPodConditions").items())?;
                    format!("Pod {name} has condition {type_}")
                }
                codes => {
                    let (container, code) = on_exit_code(pod, codes)?;
                    format!("Container {container} for pod {name} failed with exit code {code}")
                }
            };
            Some(Match { action, message: format!("{what} matching {action} rule at index {index}") })
        })
    }

    /// Why a rule fails the whole Job, if one does (`getFailJobMessage`).
    pub(super) fn fail_job_message(&self) -> Option<String> {
        let failed = self.pods.iter().filter(|pod| pods::phase(pod) == "Failed");
        failed.filter_map(|pod| self.matched(pod)).find(|matched| matched.action == "FailJob").map(|matched| matched.message)
    }

    /// Whether the failure counts; a rule may say that it is to be ignored.
    pub(super) fn counts_as_failure(&self, pod: &Value) -> bool {
        self.matched(pod).is_none_or(|matched| matched.action != "Ignore")
    }

    /// Whether a rule fails the pod's index at once.
    pub(super) fn fails_index(&self, pod: &Value) -> bool {
        self.matched(pod).is_some_and(|matched| matched.action == "FailIndex")
    }
}

fn on_exit_code(pod: &Value, requirement: &Value) -> Option<(String, i64)> {
    let only = requirement.get("containerName");
    let lists = ["initContainerStatuses", "containerStatuses"];
    lists.iter().flat_map(|list| pod.get("status").get(list).items()).find_map(|status| {
        let code = status.path("state.terminated.exitCode").as_i64().filter(|&code| code != 0)?;
        if !only.is_null() && only != status.get("name") {
            return None;
        }
        let listed = requirement.get("values").items().iter().any(|value| value.as_i64() == Some(code));
        let holds = if requirement.get("operator").str() == "NotIn" { !listed } else { listed };
        holds.then(|| (status.get("name").str().to_string(), code))
    })
}

fn on_pod_condition(pod: &Value, patterns: &[Value]) -> Option<String> {
    let holds = |pattern: &&Value| {
        let wanted = if pattern.get("status").is_empty() { "True" } else { pattern.get("status").str() };
        meta::condition(pod, pattern.get("type").str()).get("status").str() == wanted
    };
    patterns.iter().find(holds).map(|pattern| pattern.get("type").str().to_string())
}
