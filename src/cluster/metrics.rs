//! What pods use, as metrics-server measures it, and the load that a person puts on them.

use super::Cluster;
use crate::api::quantity::{Format, Quantity};
use crate::api::resource::{GroupResource, HORIZONTAL_POD_AUTOSCALERS, NODES, ObjectKey, PODS};
use crate::api::{labels, meta, time};
use crate::store::Store;
use crate::value::{OrdMap, OrdSet};
use crate::value::{SmolStr, Value, json};

/// How often metrics-server asks the kubelets (`--metric-resolution`).
const PERIOD_MS: u64 = 15_000;
/// A container has to run that long before there are two measurements of it to compare.
const FIRST_MS: u64 = 20_000;
/// What a machine's own processes use: thousandths of a CPU, and bytes.
const SYSTEM: (u64, u64) = (70, 380 << 20);

/// How much work a person gives to something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Load {
    /// Thousandths of a CPU, which all its pods share.
    pub cpu_millis: u64,
    /// Bytes of memory that each of its pods takes.
    pub memory_bytes: u64,
}

/// What has been given to whom.
#[derive(Clone, Default)]
pub(super) struct Loads {
    by_object: OrdMap<(GroupResource, ObjectKey), Load>,
    /// The pods that carry something of it, by UID.
    carriers: OrdSet<SmolStr>,
    next_ms: u64,
}

impl Cluster {
    /// Gives work to a pod, or to the pods that an object selects (a Deployment, a StatefulSet, a Service …): beside what they do anyway.
    ///
    /// # Errors
    /// Why it can't be given, in words.
    pub(super) fn set_load(&mut self, object: &(GroupResource, ObjectKey), load: Load) -> Result<String, String> {
        let Some(found) = self.store().get_key(&object.0, &object.1) else { return Err(format!("there is no {}/{}", object.0, object.1.name)) };
        if object.0 != PODS && found.path("spec.selector").is_empty() {
            return Err(format!("{}/{} selects no pods that could carry a load", object.0, object.1.name));
        }
        if load == Load::default() {
            self.loads.by_object.remove(object);
        } else {
            self.loads.by_object.insert(object.clone(), load);
        }
        self.share_loads();
        let cpu = Quantity::new_milli(load.cpu_millis as i64, Format::DecimalSI);
        let memory = Quantity::new(load.memory_bytes as i64, Format::BinarySI);
        Ok(format!("{}/{} has {cpu} CPU of work for all its pods, and {memory} of memory for each", object.0, object.1.name))
    }

    /// The load that a person has put on an object.
    pub fn load(&self, object: &(GroupResource, ObjectKey)) -> Load {
        self.loads.by_object.get(object).copied().unwrap_or_default()
    }

    /// All loads there are.
    pub fn loads(&self) -> impl Iterator<Item = (&(GroupResource, ObjectKey), Load)> {
        self.loads.by_object.iter().map(|(object, load)| (object, *load))
    }

    /// When metrics-server measures next: only while somebody wants to know.
    pub(super) fn metrics_due(&self) -> Option<u64> {
        let is_wanted = !self.loads.by_object.is_empty() || (self.server.serves_metrics() && self.store().count(&HORIZONTAL_POD_AUTOSCALERS) > 0);
        is_wanted.then(|| self.loads.next_ms.max(self.now_ms))
    }

    /// Measures, and shares the loads out among the pods that there are now.
    pub(super) fn run_metrics(&mut self) {
        self.loads.next_ms = (self.now_ms + 1).next_multiple_of(PERIOD_MS);
        self.share_loads();
        self.measure();
    }

    /// Measures now, if this cluster has a metrics-server.
    pub(super) fn measure(&mut self) {
        if !self.server.serves_metrics() {
            return;
        }
        let mut measured = Store::new();
        for node in self.kubelets.nodes().filter(|node| !node.stopped && node.cut_off.is_none()) {
            let mut total = SYSTEM;
            for pod in self.store().pods_on_node(&node.config.name) {
                let used = node.usage_of(meta::uid(pod), self.now_ms);
                let sum = used.iter().fold((0, 0), |sum, one| (sum.0 + one.cpu_millis, sum.1 + one.memory_bytes));
                total = (total.0 + sum.0, total.1 + sum.1);
                if used.is_empty() || used.iter().any(|one| self.now_ms.saturating_sub(one.started_at_ms) < FIRST_MS) {
                    continue;
                }
                let containers: Value = used.iter().map(|one| with_usage(json!({"name": one.name.as_str()}), one.cpu_millis, one.memory_bytes)).collect();
                let mut metrics = self.measurement("PodMetrics", pod);
                metrics.set("containers", containers);
                measured.put(&POD_METRICS, metrics, self.now_ms, Default::default());
            }
            if let Some(object) = self.store().get(&NODES, "", &node.config.name) {
                let metrics = self.measurement("NodeMetrics", object);
                measured.put(&NODE_METRICS, with_usage(metrics, total.0, total.1), self.now_ms, Default::default());
            }
        }
        self.server.set_metrics(measured);
    }

    fn measurement(&self, kind: &str, of: &Value) -> Value {
        let now = time::rfc3339(self.now_ms);
        let mut metrics = json!({
            "kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {"name": meta::name(of), "creationTimestamp": now}, "timestamp": now, "window": "15s",
        });
        if !meta::namespace(of).is_empty() {
            metrics.set("metadata.namespace", meta::namespace(of));
        }
        if !of.path("metadata.labels").is_empty() {
            metrics.set("metadata.labels", of.path("metadata.labels"));
        }
        metrics
    }

    fn share_loads(&mut self) {
        let mut shares: OrdMap<SmolStr, Load> = OrdMap::new();
        for ((resource, key), load) in &self.loads.by_object {
            let Some(object) = self.store().get_key(resource, key) else { continue };
            let pods: Vec<&Value> = if *resource == PODS { vec![object] } else { selected(self.store(), object).collect() };
            let carriers: Vec<&Value> = pods.into_iter().filter(|pod| pod.path("status.phase").str() == "Running" && !meta::is_being_deleted(pod)).collect();
            for pod in &carriers {
                let share = shares.get_or_default(SmolStr::new(meta::uid(pod)));
                share.cpu_millis += load.cpu_millis / carriers.len() as u64;
                share.memory_bytes += load.memory_bytes;
            }
        }
        let gone = self.loads.carriers.iter().filter(|uid| !shares.contains_key(*uid)).map(|uid| (uid.clone(), Load::default())).collect::<Vec<_>>();
        self.loads.carriers = shares.keys().cloned().collect();
        for (uid, load) in gone.into_iter().chain(shares) {
            self.kubelets.set_load(&uid, load.cpu_millis, load.memory_bytes, self.now_ms);
        }
        let lost: Vec<_> = self.loads.by_object.keys().filter(|(resource, key)| self.store().get_key(resource, key).is_none()).cloned().collect();
        lost.iter().for_each(|object| {
            self.loads.by_object.remove(object);
        });
    }
}

const POD_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "pods");
const NODE_METRICS: GroupResource = GroupResource::new("metrics.k8s.io", "nodes");

fn with_usage(object: impl Into<Value>, cpu_millis: u64, memory_bytes: u64) -> Value {
    let mut object = object.into();
    object.set("usage", json!({"cpu": format!("{}n", cpu_millis * 1_000_000), "memory": format!("{}Ki", memory_bytes >> 10)}));
    object
}

/// The pods that a workload's or a Service's selector selects.
fn selected<'a>(store: &'a Store, object: &'a Value) -> impl Iterator<Item = &'a Value> {
    let selector = object.path("spec.selector");
    let wanted = if selector.has("matchLabels") { selector.get("matchLabels") } else { selector };
    store.list(&PODS, Some(meta::namespace(object))).filter(move |pod| labels::matches_map(wanted.fields(), pod.path("metadata.labels").fields()))
}
