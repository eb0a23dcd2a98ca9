//! `kubectl describe`: a file a kind (or small group), as `k8s.io/kubectl/pkg/describe` words them.

mod autoscaling;
mod certificates;
mod config;
mod containers;
mod events;
mod generic;
mod network;
mod node;
mod pod;
mod policy;
mod rbac;
mod service;
mod storage;
mod text;
mod volumes;
pub(crate) mod workload;

use super::entry::Invocation;
use super::failure::Failure;
use super::source::Info;
use text::Text;

/// The description of an object.
///
/// # Errors
/// Where something that belongs to it can't be read.
pub async fn describe(invocation: &Invocation, info: &Info, shows_events: bool) -> Result<String, Failure> {
    let mut text = Text::default();
    let object = &info.object;
    let kind = info.mapping.kind.kind.as_str();
    let out = &mut text;
    match (info.mapping.kind.group.as_str(), kind) {
        ("", "Pod") => pod::describe(invocation, object, out).await?,
        ("certificates.k8s.io", "CertificateSigningRequest") => certificates::describe(object, out),
        ("", "Service") => service::describe(invocation, object, out).await?,
        ("", "Node") => node::describe(invocation, object, out).await?,
        ("", "ReplicationController") | ("apps", "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Deployment") | ("batch", "Job" | "CronJob") => {
            workload::describe(invocation, kind, object, out).await?;
        }
        ("", "ConfigMap" | "Secret" | "ServiceAccount" | "Namespace" | "ResourceQuota" | "LimitRange") => {
            config::describe(invocation, kind, object, out).await?
        }
        ("", "PersistentVolume" | "PersistentVolumeClaim") | ("storage.k8s.io", "StorageClass" | "CSINode") => {
            storage::describe(invocation, kind, object, out).await?;
        }
        ("networking.k8s.io", "Ingress" | "IngressClass" | "NetworkPolicy") | ("", "Endpoints") | ("discovery.k8s.io", "EndpointSlice") => {
            network::describe(invocation, kind, object, out).await?;
        }
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::describe(object, out),
        ("policy", "PodDisruptionBudget") | ("scheduling.k8s.io", "PriorityClass") => policy::describe(kind, object, out),
        ("rbac.authorization.k8s.io", _) => rbac::describe(kind, object, out),
        _ => generic::describe(object, out),
    }
    let has_events = !matches!(
        (info.mapping.kind.group.as_str(), kind),
        ("rbac.authorization.k8s.io", _) | ("networking.k8s.io", "NetworkPolicy") | ("", "Secret" | "Namespace" | "ResourceQuota" | "LimitRange")
    );
    if has_events && shows_events {
        events::describe(invocation, info, out).await?;
    }
    Ok(text.finish())
}

/// A pod template as `kubectl rollout history --revision` shows it: the same lines, but not aligned.
pub fn template_text(template: &crate::value::Value) -> String {
    let mut text = Text::default();
    pod::describe_template(template, &mut text);
    text.unaligned()
}
