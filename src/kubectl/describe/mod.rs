//! `kubectl describe`: one describer a kind (or small group of kinds), after `k8s.io/kubectl/pkg/describe`.

mod autoscaling;
mod batch;
mod config;
mod containers;
mod events;
mod generic;
mod ingress;
mod limits;
mod network_policy;
mod node;
mod node_resources;
mod pod;
mod pod_template;
mod rbac;
mod scheduling;
mod service;
mod storage;
mod tabs;
mod text;
mod volumes;
mod workload;

use super::session::Session;
use crate::api::meta;
use crate::api::resource::{EVENTS, GroupResource};
use crate::server::request::{Request, Verb};
use crate::value::Value;
use text::Text;

/// What a describer needs beside the object: what else is in the cluster.
pub struct Context<'a> {
    session: &'a Session,
    show_events: bool,
}

impl Context<'_> {
    /// The time, in milliseconds since the Unix epoch.
    fn now_ms(&self) -> u64 {
        self.session.now_ms()
    }

    /// Another object; `None` where it can't be had.
    async fn get(&self, resource: &GroupResource, namespace: &str, name: &str) -> Option<Value> {
        let response = self.session.request(Request::new(Verb::Get, resource, namespace, name)).await;
        response.is_success().then_some(response.body)
    }

    /// Other objects, selected by labels and fields (`""` for all); none where they can't be had.
    async fn list(&self, resource: &GroupResource, namespace: &str, labels: &str, fields: &str) -> Vec<Value> {
        let mut request = Request::new(Verb::List, resource, namespace, "");
        request.options.label_selector = labels.into();
        request.options.field_selector = fields.into();
        let response = self.session.request(request).await;
        if response.is_success() { response.body.get("items").items().to_vec() } else { Vec::new() }
    }

    /// Writes the object's events, unless they are not wanted.
    async fn events(&self, text: &mut Text, object: &Value) {
        if !self.show_events {
            return;
        }
        let namespace = meta::namespace(object);
        let selector =
            format!("involvedObject.name={},involvedObject.kind={},involvedObject.uid={}", meta::name(object), object.get("kind").str(), uid_in_events(object));
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        let events = self.list(&EVENTS, namespace, "", &selector).await;
        events::write(text, &events, self.now_ms());
    }
}

/// Events about Nodes name the node where others have a UID.
fn uid_in_events(object: &Value) -> &str {
    if object.get("kind").str() == "Node" { meta::name(object) } else { meta::uid(object) }
}

/// Describes an object, which has its `apiVersion` and `kind`.
pub async fn describe(session: &Session, object: &Value, show_events: bool) -> String {
    let context = Context { session, show_events };
    let mut text = Text::new();
    let group = object.get("apiVersion").str().split_once('/').map_or("", |(group, _)| group);
    let (context, out) = (&context, &mut text);
    match (group, object.get("kind").str()) {
        ("", "Pod") => pod::describe(context, out, object).await,
        ("", "ReplicationController") | ("apps", "ReplicaSet") => workload::replica_set(context, out, object).await,
        ("apps", "Deployment") => workload::deployment(context, out, object).await,
        ("apps", "StatefulSet") => workload::stateful_set(context, out, object).await,
        ("apps", "DaemonSet") => workload::daemon_set(context, out, object).await,
        ("batch", "Job") => batch::job(context, out, object).await,
        ("batch", "CronJob") => batch::cron_job(context, out, object).await,
        ("", "Service") => service::service(context, out, object).await,
        ("", "Endpoints") => service::endpoints(context, out, object).await,
        ("discovery.k8s.io", "EndpointSlice") => service::endpoint_slice(context, out, object).await,
        ("networking.k8s.io", "Ingress") => ingress::ingress(context, out, object).await,
        ("networking.k8s.io", "IngressClass") => ingress::ingress_class(context, out, object).await,
        ("networking.k8s.io", "NetworkPolicy") => network_policy::describe(out, object),
        ("", "ConfigMap") => config::config_map(context, out, object).await,
        ("", "Secret") => config::secret(out, object),
        ("", "ServiceAccount") => config::service_account(context, out, object).await,
        ("", "Namespace") => limits::namespace(context, out, object).await,
        ("", "ResourceQuota") => limits::resource_quota(out, object),
        ("", "LimitRange") => limits::limit_range(out, object),
        ("", "Node") => node::describe(context, out, object).await,
        ("", "PersistentVolume") => storage::persistent_volume(context, out, object).await,
        ("", "PersistentVolumeClaim") => storage::persistent_volume_claim(context, out, object).await,
        ("storage.k8s.io", "StorageClass") => storage::storage_class(context, out, object).await,
        ("scheduling.k8s.io", "PriorityClass") => scheduling::priority_class(context, out, object).await,
        ("policy", "PodDisruptionBudget") => scheduling::pod_disruption_budget(context, out, object).await,
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::describe(context, out, object).await,
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => rbac::role(out, object),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => rbac::binding(out, object),
        _ => generic::describe(context, out, object).await,
    }
    text.finish()
}
