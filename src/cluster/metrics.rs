//! The metrics API (`metrics.k8s.io/v1beta1`): what metrics-server would answer, where it runs.

use super::Cluster;
use crate::api::resource::{GroupResource, NODES, PODS};
use crate::api::status::Status;
use crate::api::{meta, time};
use crate::server::request::{Request, Response, Verb};
use crate::value::Value;
use serde_json::json;

const NODE_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "nodes");
const POD_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "pods");
/// What a node uses beside its pods: the kubelet and the system.
const NODE_CPU_MILLIS: u64 = 40;
const NODE_MEMORY_BYTES: u64 = 420 << 20;

impl Cluster {
    /// Answers a request for metrics; `None` for all others, and where there is no metrics-server.
    pub(super) fn metrics_request(&self, request: &Request) -> Option<Response> {
        if !self.metrics_server || !(request.resource == POD_METRICS || request.resource == NODE_METRICS) {
            return None;
        }
        Some(self.metrics(request).unwrap_or_else(|status| Response { code: status.code, body: status.body(), warnings: Vec::new() }))
    }

    fn metrics(&self, request: &Request) -> Result<Response, Status> {
        self.server.authorize(request)?;
        let is_pods = request.resource == POD_METRICS;
        let objects = if is_pods { PODS } else { NODES };
        let of = |object: &Value| if is_pods { self.pod_metrics(object) } else { self.node_metrics(object) };
        if request.verb == Verb::Get {
            let object = self.store().get(&objects, &request.namespace, &request.name);
            let metrics = object.and_then(of).ok_or_else(|| Status::not_found(&request.resource, &request.name))?;
            return Ok(Response { code: 200, body: metrics, warnings: Vec::new() });
        }
        // Which objects are meant the server works out.
        let mut list = Request { resource: objects, ..request.clone() };
        list.version = "v1".into();
        let answer = self.server.clone().handle(&list, self.now_ms());
        if !answer.is_success() {
            return Ok(answer);
        }
        let items: Vec<Value> = answer.body.get("items").items().iter().filter_map(of).collect();
        let kind = if is_pods { "PodMetricsList" } else { "NodeMetricsList" };
        let mut body = Value::from(json!({"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}}));
        body.set("items", Value::array(items));
        Ok(Response { code: 200, body, warnings: Vec::new() })
    }

    fn pod_metrics(&self, pod: &Value) -> Option<Value> {
        let used = self.kubelets().usage_of(meta::uid(pod), self.now_ms());
        if used.is_empty() {
            return None;
        }
        let containers: Vec<Value> =
            used.iter().map(|(name, usage)| json!({"name": name.as_str(), "usage": usage_text(usage.cpu_millis, usage.memory_bytes)}).into()).collect();
        let mut metrics = self.measured("PodMetrics", pod);
        metrics.set("containers", Value::array(containers));
        Some(metrics)
    }

    fn node_metrics(&self, node: &Value) -> Option<Value> {
        if !self.kubelets().is_node_up(meta::name(node)) {
            return None;
        }
        let pods = self.store().list(&PODS, None).filter(|pod| pod.path("spec.nodeName").str() == meta::name(node));
        let used = pods.flat_map(|pod| self.kubelets().usage_of(meta::uid(pod), self.now_ms()));
        let (cpu, memory) = used.fold((NODE_CPU_MILLIS, NODE_MEMORY_BYTES), |sum, (_, usage)| (sum.0 + usage.cpu_millis, sum.1 + usage.memory_bytes));
        let mut metrics = self.measured("NodeMetrics", node);
        metrics.set("usage", usage_text(cpu, memory));
        Some(metrics)
    }

    fn measured(&self, kind: &str, object: &Value) -> Value {
        let mut metrics =
            Value::from(json!({"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "timestamp": time::rfc3339(self.now_ms()), "window": "15s"}));
        for field in ["name", "namespace", "labels"] {
            let value = object.get("metadata").get(field);
            if !value.is_null() {
                metrics.set(&format!("metadata.{field}"), value);
            }
        }
        metrics
    }
}

fn usage_text(cpu_millis: u64, memory_bytes: u64) -> serde_json::Value {
    json!({"cpu": format!("{cpu_millis}m"), "memory": format!("{}Ki", memory_bytes / 1024)})
}
