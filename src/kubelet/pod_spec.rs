//! Reading a pod's spec: the helpers of `pkg/api/v1/pod` and `pkg/kubelet/container`.

use crate::api::meta;
use crate::value::{NULL, Value};

/// Where in the pod a container is declared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ContainerKind {
    /// `spec.initContainers`, sidecars among them.
    Init,
    /// `spec.containers`.
    Regular,
    /// `spec.ephemeralContainers`.
    Ephemeral,
}

impl ContainerKind {
    /// The list's name in the spec.
    pub fn field(self) -> &'static str {
        match self {
            ContainerKind::Init => "initContainers",
            ContainerKind::Regular => "containers",
            ContainerKind::Ephemeral => "ephemeralContainers",
        }
    }

    /// The list's name in the status.
    pub fn status_field(self) -> &'static str {
        match self {
            ContainerKind::Init => "initContainerStatuses",
            ContainerKind::Regular => "containerStatuses",
            ContainerKind::Ephemeral => "ephemeralContainerStatuses",
        }
    }
}

/// All kinds, in the order in which names are looked up.
pub const KINDS: [ContainerKind; 3] = [ContainerKind::Regular, ContainerKind::Init, ContainerKind::Ephemeral];

/// The containers of one kind.
pub fn containers(pod: &Value, kind: ContainerKind) -> &[Value] {
    pod.get("spec").get(kind.field()).items()
}

/// The container of that name; `Null` where there is none.
pub fn container<'a>(pod: &'a Value, name: &str) -> (ContainerKind, &'a Value) {
    for kind in KINDS {
        if let Some(container) = containers(pod, kind).iter().find(|container| container.get("name").str() == name) {
            return (kind, container);
        }
    }
    (ContainerKind::Regular, &NULL)
}

/// What Events about a container have as their `fieldPath`.
pub fn field_path(pod: &Value, name: &str) -> String {
    let (kind, _) = container(pod, name);
    format!("spec.{}{{{name}}}", kind.field())
}

/// Whether an init container keeps running beside the regular ones (`restartPolicy: Always`).
pub fn is_sidecar(init_container: &Value) -> bool {
    init_container.get("restartPolicy").str() == "Always"
}

/// Whether the pod shares its node's network.
pub fn is_host_network(pod: &Value) -> bool {
    pod.get("spec").get("hostNetwork").as_bool() == Some(true)
}

/// Whether the pod comes from a file on the node; the server's copy is then a mirror.
pub fn is_static(pod: &Value) -> bool {
    let source = meta::annotation(pod, "kubernetes.io/config.source");
    !source.is_empty() && source != "api"
}

/// Whether a container that ended with `exit_code` is started again: its rules, its own policy, the pod's policy.
pub fn should_restart(container: &Value, pod: &Value, exit_code: i32) -> bool {
    if !matching_rule(container, exit_code).is_empty() {
        return true;
    }
    let own = container.get("restartPolicy").str();
    let policy = if own.is_empty() { pod.get("spec").get("restartPolicy").str() } else { own };
    match policy {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        _ => true,
    }
}

/// The action of the first of the container's `restartPolicyRules` that is about this exit code, or `""`.
pub fn matching_rule(container: &Value, exit_code: i32) -> &str {
    let matches = |rule: &&Value| {
        let codes = rule.get("exitCodes");
        let listed = codes.get("values").items().iter().any(|value| value.as_i64() == Some(i64::from(exit_code)));
        match codes.get("operator").str() {
            "In" => listed,
            "NotIn" => !listed,
            _ => false,
        }
    };
    container.get("restartPolicyRules").items().iter().find(matches).map_or("", |rule| rule.get("action").str())
}

/// `web_demo(0f7fc786-…)`: how the kubelet names a pod in messages.
pub fn full_name(pod: &Value) -> String {
    format!("{}_{}({})", meta::name(pod), meta::namespace(pod), meta::uid(pod))
}

/// Whether the phase is one that a pod doesn't leave any more.
pub fn is_terminal_phase(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}
